"""The repeated-measures model against whole covariance matrices and finite differences."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy import ndarray as Array
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.endpoint.mmrm.mmrm_covariance import Covariance
from slopewise.endpoint.mmrm.mmrm_fit import MmrmFit, fit_mmrm

VISITS, PATIENTS = 4, 40
Rows = tuple[Array, Array, Array, Array]


def rows(seed: int = 3) -> Rows:
    """Everybody is seen somewhere; a third of the visits are missing, here and there."""
    generator = np.random.default_rng(seed)
    seen = generator.random((PATIENTS, VISITS)) > 0.3
    seen[:6], seen[~seen.any(axis=1), 1] = True, True
    who, when = np.nonzero(seen)
    root = np.array([[2.0, 0, 0, 0], [1.2, 1.5, 0, 0], [0.8, 1.0, 1.7, 0], [0.3, 0.9, 1.1, 2.1]])
    noise = generator.standard_normal((PATIENTS, VISITS)) @ root.T
    arm, age = who % 2, generator.normal(60.0, 9.0, PATIENTS)[who]
    outcome = 3.0 - 0.8 * when + 0.4 * arm * when + 0.02 * age + noise[who, when]
    at = (when[:, None] == np.arange(VISITS)).astype(float)
    return who, when, outcome, np.column_stack([at, at * arm[:, None], age])


def sigma_of(covariance: Covariance) -> Callable[[Array], Array]:
    """Σ of PROC MIXED's parameters, written out entry by entry."""
    name = covariance.value

    def sigma(theta: Array) -> Array:
        made = np.zeros((VISITS, VISITS))
        k = 0
        for i in range(VISITS):
            for j in range(i, VISITS):
                lag = j - i
                spread = np.sqrt(theta[i] * theta[j]) if name.endswith("h") else theta[0]
                rest = theta[VISITS:] if name.endswith("h") else theta[1:]
                if name == "un":
                    value = theta[k]
                elif name == "toep":
                    value = theta[lag]
                elif name == "cs":
                    value = theta[min(lag, 1)]
                elif lag == 0:
                    value = spread
                else:
                    correlation = {"toeph": rest[min(lag, len(rest)) - 1], "csh": rest[0]}
                    value = spread * correlation.get(name, rest[0] ** lag)
                made[i, j] = made[j, i] = value
                k += 1
        return made

    return sigma


def whole(data: Rows, block: Array) -> Array:
    """Covariance (or a derivative of it) of all rows at once."""
    who, when, _, _ = data
    return np.asarray((who[:, None] == who) * block[np.ix_(when, when)])


def height(data: Rows, block: Array, *, reml: bool) -> float:
    """−2 log L with all constants, from the dense normal density."""
    _, _, outcome, design = data
    covariance = whole(data, block)
    inverse = np.linalg.inv(covariance)
    normal = design.T @ inverse @ design
    left = outcome - design @ np.linalg.solve(normal, design.T @ inverse @ outcome)
    free = len(outcome) - (design.shape[1] if reml else 0)
    found = np.linalg.slogdet(covariance)[1] + left @ inverse @ left + free * np.log(2 * np.pi)
    return float(found + (np.linalg.slogdet(normal)[1] if reml else 0.0))


def steps(theta: Array) -> Array:
    return 2e-4 * np.maximum(np.abs(theta), 0.05)


def derivatives(theta: Array, value: Callable[[Array], Array]) -> tuple[list, list]:
    """First and second, by central differences with one extrapolation."""
    size = len(theta)
    unit, h = np.eye(size), steps(theta)

    def first(k: int, s: float) -> Array:
        d = s * h[k] * unit[k]
        return (value(theta + d) - value(theta - d)) / (2 * s * h[k])

    def second(k: int, m: int, s: float) -> Array:
        d, e = s * h[k] * unit[k], s * h[m] * unit[m]
        four = value(theta + d + e) - value(theta + d - e)
        four = four - value(theta - d + e) + value(theta - d - e)
        return four / (4 * s * s * h[k] * h[m])

    one = [(4 * first(k, 1.0) - first(k, 2.0)) / 3 for k in range(size)]
    two = [
        [(4 * second(k, m, 5.0) - second(k, m, 10.0)) / 3 for m in range(size)] for k in range(size)
    ]
    return one, two


def parameters(fit: MmrmFit) -> Array:
    assert fit.point is not None
    scale = np.where(fit.shape.in_squared_units, fit.frame.unit**2, 1.0)
    return np.asarray(fit.point.theta[0] * scale)


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("covariance", list(Covariance))
def test_maximum_and_information(covariance: Covariance, method: str) -> None:
    data = rows()
    who, when, outcome, design = data
    fit = fit_mmrm(who, when, outcome, design=design, covariance=covariance, method=method)
    assert fit.status == "converged"
    assert fit.point is not None
    theta, sigma = parameters(fit), sigma_of(covariance)
    assert fit.visit_covariance == pytest.approx(sigma(theta), rel=CLOSED_FORM)
    reml = method == "reml"
    top = height(data, sigma(theta), reml=reml)
    assert -2.0 * fit.log_likelihood == pytest.approx(top, rel=CLOSED_FORM)
    slope, bend = derivatives(theta, lambda t: np.array(height(data, sigma(t), reml=reml)))
    scale = np.where(fit.shape.in_squared_units, fit.frame.unit**2, 1.0)
    information = np.array(bend) * np.outer(scale, scale)
    assert fit.point.curvature[0] == pytest.approx(information, rel=2e-5, abs=2e-4)
    error = np.sqrt(np.diag(np.linalg.inv(0.5 * np.array(bend))))
    assert np.abs(np.array(slope) * error).max() < ITERATED


def literal_kenward_roger(data: Rows, fit: MmrmFit, *, linear: bool) -> tuple[Array, Array, Array]:
    """Φ, the adjusted Φ and −ΦP_hΦ with dense matrices and numerical derivatives of Σ."""
    _, _, _, design = data
    assert fit.point is not None
    theta, sigma = parameters(fit), sigma_of(fit.covariance)
    one, two = derivatives(theta, sigma)
    inverse = np.linalg.inv(whole(data, sigma(theta)))
    phi = np.linalg.inv(design.T @ inverse @ design)
    slopes = [whole(data, block) for block in one]
    p = [-design.T @ inverse @ v @ inverse @ design for v in slopes]
    _, bend = derivatives(theta, lambda t: np.array(height(data, sigma(t), reml=True)))
    spread = np.linalg.inv(0.5 * np.array(bend))
    middle = np.zeros_like(phi)
    for h, v in enumerate(slopes):
        for k, w in enumerate(slopes):
            q = design.T @ inverse @ v @ inverse @ w @ inverse @ design
            r = design.T @ inverse @ whole(data, two[h][k]) @ inverse @ design
            middle += spread[h, k] * (q - p[h] @ phi @ p[k] - (0.0 if linear else 0.25) * r)
    gradient = np.array([-phi @ part @ phi for part in p])
    doubt = np.einsum("hij,kab,hk->ijab", gradient, gradient, spread)
    return phi, phi + 2.0 * phi @ middle @ phi, doubt


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("covariance", list(Covariance))
def test_kenward_roger_and_satterthwaite(covariance: Covariance, linear: bool) -> None:
    data = rows(5)
    who, when, outcome, design = data
    fit = fit_mmrm(who, when, outcome, design=design, covariance=covariance)
    phi, adjusted, spread = literal_kenward_roger(data, fit, linear=linear)
    for line in (np.eye(9)[7], np.array([0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0.0])):
        kind = "kenward-roger-linear" if linear else "kenward-roger"
        found = fit.contrast(line, freedom=kind)
        plain = fit.contrast(line)
        assert plain.standard_error == pytest.approx(np.sqrt(line @ phi @ line), rel=CLOSED_FORM)
        assert found.standard_error == pytest.approx(np.sqrt(line @ adjusted @ line), rel=1e-5)
        variance = np.einsum("i,j,ijab,a,b->", line, line, spread, line, line)
        free = 2.0 * (line @ phi @ line) ** 2 / variance
        assert found.degrees_of_freedom == pytest.approx(free, rel=2e-5)
        assert plain.degrees_of_freedom == found.degrees_of_freedom
