"""The quadrature oracle itself, by a third road: closed forms in time, a dense grid in u."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.special import hyp1f1
from scipy.stats import multivariate_normal, norm
from tests.double.adaptive_quadrature import (
    JointData,
    JointParameters,
    LogSpline,
    Piecewise,
    Weibull,
    clamped_knots,
    log_likelihood,
)
from tests.tolerance import CLOSED_FORM, QUADRATURE

VISITS = ((0.0, 1.0, 3.0, 6.0), (0.0, 2.0), (3.0, 4.0, 9.0))
SCORES = ((40.0, 38.5, 36.0, 31.0), (35.0, 36.5), (44.0, 43.0, 42.5))
DATA = JointData(
    patient=np.repeat([0, 1, 2], [4, 2, 3]),
    month=np.concatenate(VISITS),
    score=np.concatenate(SCORES),
    end=np.array([7.5, 2.5, 12.0]),
    event=np.array([1.0, 0.0, 1.0]),
    entry=np.array([0.0, 0.0, 3.0]),
    level_covariates=np.array([[0.0], [1.0], [0.5]]),
    slope_covariates=np.array([[1.0], [0.0], [1.0]]),
    hazard_covariates=np.array([[1.0, 0.2], [0.0, -1.0], [0.0, 0.4]]),
)
SPLINE = LogSpline(
    clamped_knots(np.array([4.0]), start=0.0, end=12.0), (-3.0, -2.5, -2.0, -2.2, -1.5)
)
BASELINES = {
    "weibull": Weibull(-3.0, 1.4),
    "weibull falling": Weibull(-3.0, 0.6),
    "piecewise": Piecewise((3.0, 7.5), (-3.0, -2.4, -2.8)),
    "spline": SPLINE,
}


def parameters(baseline: Weibull | Piecewise | LogSpline) -> JointParameters:
    return JointParameters(
        mean_level=38.0, mean_slope=-1.0, sd_level=5.0, sd_slope=0.7, correlation=0.3,
        residual_sd=2.0, baseline=baseline, association_value=-0.1, association_slope=-0.8,
        value_reference=36.0, level_effects=(2.0,), slope_effects=(0.3,),
        hazard_effects=(-0.4, 0.5),
    )  # fmt: skip


def integral_of_hazard(baseline: object, end: float, c: np.ndarray) -> np.ndarray:
    """∫_0^end h0(t) exp(c t) dt for every c, by closed form where there is one."""
    if isinstance(baseline, Weibull):
        k = baseline.shape
        return np.exp(baseline.log_base) * end**k * hyp1f1(k, k + 1, c * end)
    if isinstance(baseline, Piecewise):
        start = np.minimum([0.0, *baseline.edges], end)
        stop = np.minimum([*baseline.edges, np.inf], end)
        pieces = (np.exp(np.outer(c, stop)) - np.exp(np.outer(c, start))) / c[:, None]
        return pieces @ np.exp(baseline.log_levels)
    t = np.linspace(0, end, 4001)
    return simpson(np.exp(SPLINE.log_hazard(t) + np.outer(c, t)), x=t)


def by_grid(i: int, p: JointParameters) -> float:
    """log density of patient i, summed over 1,201 × 1,201 levels and slopes."""
    level = p.mean_level + float(DATA.level_covariates[i] @ p.level_effects)
    slope = p.mean_slope + float(DATA.slope_covariates[i] @ p.slope_effects)
    a = level + p.sd_level * np.linspace(-9, 9, 1201)[:, None]
    b = slope + p.sd_slope * np.linspace(-9, 9, 1201)
    cell = (a[1, 0] - a[0, 0]) * (b[1] - b[0])
    cross = p.correlation * p.sd_level * p.sd_slope
    spread = multivariate_normal([level, slope], [[p.sd_level**2, cross], [cross, p.sd_slope**2]])
    log_prior = spread.logpdf(np.stack(np.broadcast_arrays(a, b), -1))
    relative = float(DATA.hazard_covariates[i] @ p.hazard_effects) + (
        p.association_value * (a - p.value_reference) + p.association_slope * b
    )

    def cumulative(end: float) -> np.ndarray:
        over_time = integral_of_hazard(p.baseline, end, p.association_value * b)
        return np.exp(relative) * over_time

    end = float(DATA.end[i])
    total = log_prior - cumulative(end)
    for t, y in zip(VISITS[i], SCORES[i], strict=True):
        total = total + norm.logpdf(y, a + b * t, p.residual_sd)
    if DATA.event[i]:
        total = total + p.baseline.log_hazard(np.array([end]))[0]
        total = total + relative + p.association_value * b * end
    found = np.log(np.exp(total).sum() * cell)
    if DATA.entry[i]:
        found -= np.log(np.exp(log_prior - cumulative(float(DATA.entry[i]))).sum() * cell)
    return float(found)


@pytest.mark.parametrize("name", BASELINES)
def test_quadrature_equals_the_dense_grid(name: str) -> None:
    p = parameters(BASELINES[name])
    found = log_likelihood(DATA, p, nodes=15)
    assert found == pytest.approx([by_grid(i, p) for i in range(3)], abs=QUADRATURE)


@pytest.mark.parametrize("name", BASELINES)
def test_nine_nodes_are_enough(name: str) -> None:
    p = parameters(BASELINES[name])
    assert log_likelihood(DATA, p, nodes=9) == pytest.approx(
        log_likelihood(DATA, p, nodes=15), abs=10 * QUADRATURE
    )


def test_without_association_visits_and_follow_up_part() -> None:
    p = replace(parameters(Weibull(-3.0, 1.4)), association_value=0.0, association_slope=0.0)
    found = log_likelihood(DATA, p)
    still = DATA.hazard_covariates @ p.hazard_effects
    log_hazard = p.baseline.log_hazard(DATA.end) + still
    survived = np.exp(-3.0 + still) * (DATA.end**1.4 - DATA.entry**1.4)
    for i in range(3):
        t = np.array(VISITS[i])
        design = np.stack([np.ones_like(t), t], 1)
        cross = p.correlation * p.sd_level * p.sd_slope
        D = np.array([[p.sd_level**2, cross], [cross, p.sd_slope**2]])
        mean = [
            p.mean_level + DATA.level_covariates[i] @ p.level_effects,
            p.mean_slope + DATA.slope_covariates[i] @ p.slope_effects,
        ]
        scores = multivariate_normal(
            design @ mean, design @ D @ design.T + p.residual_sd**2 * np.eye(len(t))
        ).logpdf(SCORES[i])
        expected = scores + DATA.event[i] * log_hazard[i] - survived[i]
        assert found[i] == pytest.approx(expected, rel=CLOSED_FORM)
