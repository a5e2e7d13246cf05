"""Dynamic prediction: function and survival ahead, given the scores and survival so far.

    S(t + h | data) = Σ_c w_c E[exp(−∫ h) | data, c],   w_c ∝ weight_c p(data | c)

over the components c (parameter draw × class). The filter that fitted the model runs on beyond the
last contact; months survived keep tilting the state, so function ahead is that of those alive then.
Status: double (adaptive quadrature), reference (JM's published predictions).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.forecasting.forecaster import Forecaster
from slopewise.progression.joint import state
from slopewise.progression.joint.baseline import baseline_grid
from slopewise.progression.joint.cohort import FollowUp, HazardNodes, Measurements, gather
from slopewise.progression.joint.density import (
    Components,
    Problem,
    components,
    filter_forward,
    hazard_offset,
    loading_of,
    slowed_by,
)
from slopewise.progression.joint.node import hazard_moments, pass_node

__all__ = ["QUANTILES", "Prediction", "predict"]

QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
_STRIDE = 3.0  # months of the longest interval of the hazard ahead
_POINTS = 241  # of the grid on which a mixture's distribution is inverted


@dataclass(frozen=True)
class Prediction:
    """What may come, for patients and months ahead of each patient's last contact.

    Quantiles are those of QUANTILES. Function is the expected score (no rater's error) among those
    alive then, kept within the marker's range. `survival_low` and `survival_high` are the 90 %
    range over parameter doubt (equal to `survival` with one draw; None without a hazard).
    `status`: "converged", or "extrapolated" where months lie beyond the data of the model.
    """

    status: str
    horizons: tuple[float, ...]
    function_quantiles: Float[Array, "patients horizons quantiles"]
    score_quantiles: Float[Array, "patients horizons quantiles"]
    function_mean: Float[Array, "patients horizons"]
    score_sd: Float[Array, "patients horizons"]
    slope_quantiles: Float[Array, "patients quantiles"]  # the personal slope, per month
    survival: Float[Array, "patients horizons"] | None
    survival_low: Float[Array, "patients horizons"] | None
    survival_high: Float[Array, "patients horizons"] | None
    share_at_or_above: Float[Array, "patients horizons thresholds"]
    thresholds: tuple[float, ...]
    class_share: Float[Array, "patients classes"]


@dataclass(frozen=True)
class _Ahead:
    """State of every component at each month ahead."""

    log_survival: Float[Array, "horizons components patients"]
    mean: Float[Array, "horizons components patients"]
    variance: Float[Array, "horizons components patients"]


def predict(
    forecaster: Forecaster,
    measurements: Measurements,
    follow_up: FollowUp,
    *,
    horizons: Sequence[float],
    covariates: Mapping[str, Array] | None = None,
    thresholds: Sequence[float] = (),
    exposure: float = 0.0,
    marker: int = 0,
) -> Prediction:
    """Predict `horizons` (months ahead, increasing) from the end of each patient's follow-up.

    `follow_up.event` must be False throughout. `exposure` is the share of full effect ahead, used
    only where the model has a slowing or a direct effect.
    """
    ahead = _checked(horizons)
    if np.any(follow_up.event):
        raise InputError("a patient who had the event has no future to predict; leave them out")
    problem = _problem(forecaster, measurements, follow_up, dict(covariates or {}))
    parts = components(problem, forecaster.draws)
    found, now, _ = filter_forward(problem, parts)
    log_weight = parts.log_weight.reshape(found.shape) + found
    log_weight = log_weight - np.logaddexp.reduce(log_weight, axis=0)
    future = _carry(problem, parts, now, ahead, exposure=exposure, marker=marker)
    return _summarised(forecaster, problem, parts, future, now, log_weight=log_weight, ahead=ahead,
                       thresholds=tuple(thresholds), marker=marker)  # fmt: skip


def _checked(horizons: Sequence[float]) -> tuple[float, ...]:
    ahead = tuple(float(h) for h in horizons)
    rising = all(b > a for a, b in pairwise(ahead))
    if not (ahead and ahead[0] > 0 and rising and math.isfinite(ahead[-1])):
        raise InputError(f"horizons {ahead} must be positive months ahead, in increasing order")
    if ahead[-1] > 240:
        raise InputError(f"a horizon of {ahead[-1]:g} months is beyond any data; give at most 240")
    return ahead


def _problem(
    forecaster: Forecaster,
    measurements: Measurements,
    follow_up: FollowUp,
    covariates: dict[str, Array],
) -> Problem:
    for name in forecaster.covariate_means:
        if name not in covariates or not np.all(np.isfinite(covariates[name])):
            raise InputError(f"the model uses covariate {name!r}; give it for every patient")
    cohort = gather(
        measurements,
        follow_up,
        covariates={name: covariates[name] for name in forecaster.covariate_means},
        cuts=forecaster.layout.cuts,
        survival=forecaster.layout.model.survival,
    )
    return Problem.of(
        forecaster.layout,
        cohort,
        reference=forecaster.reference,
        last=forecaster.last_month,
        means=forecaster.covariate_means,
    )


def _carry(
    problem: Problem,
    parts: Components,
    now: tuple[Array, Array],
    ahead: tuple[float, ...],
    *,
    exposure: float,
    marker: int,
) -> _Ahead:
    """Run the filter on through the months ahead, without scores."""
    x, P = now
    here = problem.cohort.follow_up.end_month
    share = np.full(problem.cohort.patients, exposure)
    passed, total = 0.0, np.zeros(x.shape[1:])
    rows: list[tuple[Array, Array, Array]] = []
    for horizon in ahead:
        pieces = int(np.ceil((horizon - passed) / _STRIDE)) if problem.layout.model.survival else 1
        edges = np.linspace(passed, horizon, pieces + 1)
        for start, end in pairwise(edges):
            x, P, lived = _live(
                problem, parts, (x, P), span=(here + start, here + end), exposure=share
            )
            total = total + lived
        passed = horizon
        rows.append((total, x[marker], P[marker, marker]))
    return _Ahead(*(np.stack(part) for part in zip(*rows, strict=True)))


def _live(
    problem: Problem,
    parts: Components,
    now: tuple[Array, Array],
    *,
    span: tuple[Array, Array],
    exposure: Array,
) -> tuple[Array, Array, Array]:
    """One interval ahead: state at its end and log chance of surviving it."""
    x, P = now
    start, end = span
    slowed = slowed_by(parts, exposure)
    lived = np.zeros(x.shape[1:])
    moments, weights = [end], []
    if problem.layout.model.survival:
        nodes = HazardNodes.of(start[None], end[None], np.full(len(end), np.inf))
        weights = list(_weights(problem, parts, nodes, exposure))
        moments = [nodes.month[0], nodes.month[1], end]
    month = start
    for number, then in enumerate(moments):
        x, P = state.advance(x, P, state.transition(then - month, slowed, parts.wander))
        month = then
        if number < len(weights) and parts.value is None and parts.slope is None:
            lived = lived - np.exp(weights[number])
        elif number < len(weights):
            x, P, passing = pass_node(
                x,
                P,
                loading=loading_of(parts, slowed),
                offset=hazard_offset(problem, parts),
                moments_of=partial(
                    hazard_moments,
                    log_weight=weights[number],
                    ended=np.zeros((1, 1)),
                    derivatives=False,
                ),
            )
            lived = lived + passing.moments.log_z
    return x, P, lived


def _weights(
    problem: Problem, parts: Components, nodes: HazardNodes, exposure: Array
) -> Float[Array, "2 components patients"]:
    """log hazard weights of an interval's two nodes, covariates and direct effect included."""
    assert parts.coefficients is not None
    assert parts.hazard_shift is not None
    grid = baseline_grid(problem.layout.model.baseline, (problem.layout.cuts, problem.last), nodes)
    found: Array = grid.log_node_weights(parts.coefficients)[0][:2] + parts.hazard_shift
    return found if parts.direct is None else found + parts.direct * exposure


def _summarised(
    forecaster: Forecaster,
    problem: Problem,
    parts: Components,
    future: _Ahead,
    now: tuple[Array, Array],
    *,
    log_weight: Array,
    ahead: tuple[float, ...],
    thresholds: tuple[float, ...],
    marker: int,
) -> Prediction:
    low, high = (getattr(forecaster.layout.model.markers[marker], end) for end in ("low", "high"))
    alive = log_weight + future.log_survival
    share = np.exp(alive - np.logaddexp.reduce(alive, axis=1, keepdims=True))
    spread = np.sqrt(np.maximum(future.variance, 1e-12))
    with_error = np.sqrt(future.variance + parts.error_variance[marker])
    classes = forecaster.layout.model.classes
    j = len(parts.error_variance)
    weight = np.exp(log_weight)
    mean = (share * future.mean).sum(1).T
    second = (share * (with_error**2 + future.mean**2)).sum(1).T
    above = [1.0 - _distribution(share, future.mean, spread, np.array(c)) for c in thresholds]
    survival = (
        _survival(weight, future.log_survival, classes) if problem.layout.model.survival else None
    )
    late = float(np.max(problem.cohort.follow_up.end_month)) + ahead[-1] > forecaster.last_month
    return Prediction(
        status="extrapolated" if late else "converged",
        horizons=ahead,
        function_quantiles=np.clip(_quantiles(share, future.mean, spread), low, high),
        score_quantiles=np.clip(_quantiles(share, future.mean, with_error), low, high),
        function_mean=np.clip(mean, low, high),
        score_sd=np.sqrt(np.maximum(second - mean**2, 0.0)),
        slope_quantiles=_quantiles(weight[None], now[0][j + marker][None],
                                   np.sqrt(now[1][j + marker, j + marker])[None])[:, 0],
        survival=None if survival is None else survival[0],
        survival_low=None if survival is None else survival[1],
        survival_high=None if survival is None else survival[2],
        share_at_or_above=np.stack(above, -1) if above else np.zeros((*mean.shape, 0)),
        thresholds=thresholds,
        class_share=weight.reshape(-1, classes, weight.shape[-1]).sum(0).T,
    )  # fmt: skip


def _survival(weight: Array, log_survival: Array, classes: int) -> tuple[Array, Array, Array]:
    """Mean over components and the 90 % range over draws, each (patients, horizons)."""
    by_draw = weight.reshape(-1, classes, weight.shape[-1])
    draw_weight = by_draw.sum(1)  # (draws, patients)
    lived = np.exp(log_survival).reshape(len(log_survival), *by_draw.shape)
    total = (lived * by_draw).sum(2)  # (horizons, draws, patients)
    each = total / np.maximum(draw_weight, 1e-300)
    order = np.argsort(each, axis=1)
    ordered = np.take_along_axis(each, order, axis=1)
    shares = np.cumsum(np.take_along_axis(np.broadcast_to(draw_weight, each.shape), order, 1), 1)
    ends = []
    for probability in (0.05, 0.95):
        place = np.minimum((shares < probability).sum(axis=1, keepdims=True), each.shape[1] - 1)
        ends.append(np.take_along_axis(ordered, place, axis=1)[:, 0].T)
    return total.sum(1).T, ends[0], ends[1]


def _distribution(share: Array, mean: Array, sd: Array, at: Array) -> Array:
    """Mixture distribution function at given values, (patients, horizons)."""
    from scipy.special import ndtr

    return np.asarray((share * ndtr((at - mean) / sd)).sum(1).T)


def _quantiles(share: Array, mean: Array, sd: Array) -> Float[Array, "patients horizons quantiles"]:
    """QUANTILES of normal mixtures over components, by inverting their distribution on a grid."""
    from scipy.special import ndtr

    used = share.max(axis=(0, 2)) > 1e-7  # components that matter to anyone
    share, mean, sd = share[:, used], mean[:, used], sd[:, used]
    centre = (share * mean).sum(1)
    width = np.sqrt((share * (sd**2 + (mean - centre[:, None]) ** 2)).sum(1))
    found = np.zeros((share.shape[2], share.shape[0], len(QUANTILES)))
    standard = np.linspace(-6.0, 6.0, _POINTS)
    for h in range(share.shape[0]):
        for n in range(share.shape[2]):
            grid = centre[h, n] + width[h, n] * standard
            below = share[h, :, n] @ ndtr((grid - mean[h, :, n, None]) / sd[h, :, n, None])
            found[n, h] = np.interp(QUANTILES, below, grid)
    return found
