"""The binomial-normal model: the logits of the studies' proportions follow a normal distribution.

Each study's likelihood is an integral over its own logit, taken by adaptive Gauss–Hermite
quadrature (Pinheiro and Bates 1995, doi:10.1080/10618600.1995.10474663): nodes are laid around the
top of the integrand, as wide as it is. Stijnen, Hamza and Özdemir 2010, doi:10.1002/sim.4040.
Prediction interval after Higgins, Thompson and Spiegelhalter 2009,
doi:10.1111/j.1467-985X.2008.00552.x.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.evidence.proportions.exact import add_up, status_without_model
from slopewise.evidence.proportions.pooled_proportion import (
    CountedStudy,
    CountMethod,
    CountStatus,
    PooledProportion,
)
from slopewise.numerics.logistic import expit
from slopewise.numerics.normal import NORMAL_975

__all__ = ["adaptive_log_likelihood", "pool_binomial_normal"]

NODES = 25
_SPREADS = (0.0, 0.03, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.2, 3.2, 5.0, 8.0)
_LONGEST_SPREAD = 30.0  # logits so far apart mean that studies are all or nothing
_LEAST_SPREAD = 1e-4
_FLAT = 1e-5  # a curvature that differences cannot tell from none
_CLOSE = 1e-14  # half a squared standard error left to gain
_STEP = 2e-3  # of the differences; their error is of its fourth power

Height = Callable[[Array], float]


@dataclass(frozen=True, slots=True)
class _Top:
    logit: float
    spread: float
    height: float
    information: Float[Array, "2 2"]


def pool_binomial_normal(
    counted: Sequence[CountedStudy], *, nodes: int = NODES
) -> PooledProportion:
    """Maximum likelihood with Wald interval on the logit scale; exact bounds without a model."""
    plain = replace(add_up(counted), method=CountMethod.GLMM)
    if status_without_model(counted) is not None:
        return plain
    x = np.array([study.events for study in counted])
    n = np.array([study.total for study in counted])
    top = _climb(x, n, nodes)
    if top is None or top.spread > _LONGEST_SPREAD:
        lost = CountStatus.STEP_LIMIT if top is None else CountStatus.NO_MAXIMUM
        return replace(plain, status=lost, estimate=None, low=None, high=None, upper_one_sided=None)
    error = _standard_error(top)
    if error is None:
        return replace(
            plain,
            status=CountStatus.UNRELIABLE,
            estimate=None,
            low=None,
            high=None,
            upper_one_sided=None,
        )
    prediction = _prediction(top, error, len(counted))
    return replace(
        plain,
        status=CountStatus.CONVERGED if top.spread > 0 else CountStatus.BOUNDARY,
        estimate=expit(top.logit),
        low=expit(top.logit - NORMAL_975 * error),
        high=expit(top.logit + NORMAL_975 * error),
        upper_one_sided=None,
        logit=top.logit,
        standard_error=error,
        prediction_low=None if prediction is None else prediction[0],
        prediction_high=None if prediction is None else prediction[1],
        between_study_variance=top.spread**2,
        log_likelihood=top.height,
    )


def adaptive_log_likelihood(
    events: Int[Array, " study"],
    total: Int[Array, " study"],
    *,
    logit: float,
    spread: float,
    nodes: int = NODES,
) -> float:
    """Sum over studies of log ∫ Binomial(x | n, expit(logit + spread z)) φ(z) dz."""
    from scipy.special import gammaln, logsumexp

    points, weights = _rule(nodes)
    centre, width = _tops(events, total, logit, spread)
    z = centre[:, None] + width[:, None] * points
    eta = logit + spread * z
    inside = (
        events[:, None] * eta - total[:, None] * np.logaddexp(0.0, eta) - 0.5 * z**2
    ) + 0.5 * points**2
    each = logsumexp(inside, b=weights * width[:, None], axis=1)
    combinations = gammaln(total + 1) - gammaln(events + 1) - gammaln(total - events + 1)
    return float((each + combinations).sum())


def _rule(nodes: int) -> tuple[Array, Array]:
    """Nodes for the standard normal density; weights sum to 1."""
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    return points, weights / math.sqrt(2.0 * math.pi)


def _tops(events: Array, total: Array, logit: float, spread: float) -> tuple[Array, Array]:
    """Where each study's integrand is highest in z, and its width there."""
    z = np.zeros(len(events))
    width = np.ones(len(events))
    for _ in range(200):
        p = 1.0 / (1.0 + np.exp(-(logit + spread * z)))
        curvature = 1.0 + spread**2 * total * p * (1.0 - p)
        step = (spread * (events - total * p) - z) / curvature
        z = z + np.clip(step, -2.0, 2.0)
        width = curvature**-0.5
        if np.max(np.abs(step)) < 1e-13:
            break
    return z, width


def _climb(x: Array, n: Array, nodes: int) -> _Top | None:
    """The highest top over spreads from 0 on; the likelihood is even in the spread."""
    from scipy.optimize import minimize

    def height(place: Array) -> float:
        spread = abs(float(place[1]))
        return adaptive_log_likelihood(x, n, logit=float(place[0]), spread=spread, nodes=nodes)

    flat = _top_without_spread(height, x, n)
    starts = [np.array([flat.logit * (1.0 + spread), spread]) for spread in _SPREADS]
    rough = minimize(
        lambda place: -height(place),
        max(starts, key=height),
        method="Nelder-Mead",
        options={"xatol": 1e-4, "fatol": 1e-8, "maxiter": 600},
    )
    if abs(rough.x[1]) > _LONGEST_SPREAD:
        return _Top(float(rough.x[0]), abs(float(rough.x[1])), -rough.fun, np.eye(2))
    free = _newton(height, np.array([rough.x[0], max(abs(rough.x[1]), 1e-3)]))
    if free is not None and free.spread > _LEAST_SPREAD and free.height > flat.height + 1e-10:
        return free
    return flat if flat.information[1, 1] >= -_FLAT else None


def _top_without_spread(height: Height, x: Array, n: Array) -> _Top:
    """Where all studies have one proportion the top is known: that of all people together."""
    logit = math.log(x.sum() / (n.sum() - x.sum()))
    place = np.array([logit, 0.0])
    return _Top(logit, 0.0, height(place), _differences(height, place)[1])


def _newton(height: Height, place: Array) -> _Top | None:
    """Newton steps until nothing is left to gain; None where they do not end."""
    here = height(place)
    for _ in range(100):
        gradient, information = _differences(height, place)
        values, vectors = np.linalg.eigh(information)
        step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), 1e-6))
        if 0.5 * float(gradient @ step) < _CLOSE:
            return _Top(float(place[0]), abs(float(place[1])), here, information)
        for _ in range(40):
            there = height(place + step)
            if there > here:
                break
            step = step / 2.0
        else:
            return _Top(float(place[0]), abs(float(place[1])), here, information)
        place, here = place + step, there
    return None


def _differences(height: Height, place: Array) -> tuple[Array, Array]:
    """Gradient and information (minus the second derivatives), of fourth order in the step."""
    axes = np.eye(2) * _STEP
    gradient, information = np.zeros(2), np.zeros((2, 2))
    for i in range(2):
        near = height(place + axes[i]), height(place - axes[i])
        far = height(place + 2 * axes[i]), height(place - 2 * axes[i])
        gradient[i] = (8 * (near[0] - near[1]) - (far[0] - far[1])) / (12 * _STEP)
        second = 16 * sum(near) - sum(far) - 30 * height(place)
        information[i, i] = -second / (12 * _STEP**2)

    def mixed(reach: float) -> float:
        a, b = axes * reach
        corners = height(place + a + b) - height(place + a - b)
        corners -= height(place - a + b) - height(place - a - b)
        return corners / (4 * (reach * _STEP) ** 2)

    information[0, 1] = information[1, 0] = -(4 * mixed(1.0) - mixed(2.0)) / 3
    return gradient, information


def _standard_error(top: _Top) -> float | None:
    """Of the logit; where the spread lies on its boundary it is held there."""
    (logit_logit, mixed), (_, spread_spread) = top.information
    if top.spread == 0.0:
        return float(logit_logit**-0.5) if logit_logit > 0 else None
    determinant = logit_logit * spread_spread - mixed**2
    if determinant <= 0 or spread_spread <= 0:
        return None
    return float((spread_spread / determinant) ** 0.5)


def _prediction(top: _Top, error: float, k: int) -> tuple[float, float] | None:
    """For a new study's proportion, with t of k − 2 degrees (Higgins 2009); None below three."""
    from scipy.special import stdtrit

    if k < 3:
        return None
    half = float(stdtrit(k - 2, 0.975)) * math.hypot(top.spread, error)
    return expit(top.logit - half), expit(top.logit + half)
