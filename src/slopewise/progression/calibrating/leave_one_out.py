"""Each fitted target predicted from all the others: what the rest of the literature says of it.

Taking target j out of exp(−½ Σ misfit²) multiplies the density by exp(+½ misfit_j²): kept states of
the chain are weighted again by that, with Pareto smoothing. k̂ above 0.7 means that too few states
stand where the target would have been without its own pull; such a row is "not stable", unless a
chain run without the target answers it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.numerics.pareto import smoothed_weights
from slopewise.progression.calibrating.calibration import (
    Calibration,
    chain_without,
    states_achieved,
)
from slopewise.progression.calibrating.hazard_fit import HazardFit
from slopewise.progression.calibrating.targets import TARGETS, Target

__all__ = ["LeftOutTarget", "leave_one_out", "leave_one_out_survival", "left_out"]


@dataclass(frozen=True, slots=True)
class LeftOutTarget:
    """A target as all others predict it: median, 90 % range, and how far to trust that.

    `status`: "converged"; "short_chain" where k̂ (`shape`) is above 0.7 and a short chain without
    the target gave the answer; "not_stable" where there was none. `misfit`: distance of the median
    from the published value over √(tolerance² + variance of the prediction).
    """

    target: Target
    median: float
    low90: float
    high90: float
    misfit: float
    shape: float
    effective_states: float
    status: str


def leave_one_out(
    calibration: Calibration, *, every: int = 25, short_chain: int = 0, seed: int = 0
) -> tuple[LeftOutTarget, ...]:
    """Every longitudinal target, from each `every`-th kept state of the chain.

    `short_chain`: steps of a chain without the target, run where the weights are not stable.
    """
    achieved = states_achieved(calibration, every=every)
    rows = []
    for j, target in enumerate(TARGETS):
        row = left_out(target, achieved[:, j], np.zeros(len(achieved)))
        if row.status == "not_stable" and short_chain:
            again = chain_without(calibration, target, steps=short_chain, seed=seed)[:, j]
            row = _from_chain(row, again)
        rows.append(row)
    return tuple(rows)


def _from_chain(row: LeftOutTarget, values: Float[Array, " states"]) -> LeftOutTarget:
    low, median, high = (float(q) for q in np.quantile(values, [0.05, 0.5, 0.95]))
    spread = float(np.hypot(row.target.tolerance, values.std()))
    return replace(
        row,
        median=median,
        low90=low,
        high90=high,
        misfit=(median - row.target.value) / spread,
        status="short_chain",
    )


def leave_one_out_survival(fit: HazardFit) -> tuple[LeftOutTarget, ...]:
    """Every survival target, given the longitudinal sets, from the candidates of all sets."""
    rows = []
    for j, target in enumerate(fit.targets):
        achieved = fit.achieved[:, :, j]
        rows.append(left_out(target, achieved.ravel(), fit.log_weight.ravel()))
    return tuple(rows)


def left_out(
    target: Target, achieved: Float[Array, " states"], log_weight: Float[Array, " states"]
) -> LeftOutTarget:
    """One target from states that were weighted with it (`log_weight` besides)."""
    pull = 0.5 * ((achieved - target.value) / target.tolerance) ** 2
    smoothed = smoothed_weights(log_weight + pull)
    low, median, high = _quantiles(achieved, smoothed.weight, (0.05, 0.5, 0.95))
    mean = float(smoothed.weight @ achieved)
    variance = float(smoothed.weight @ (achieved - mean) ** 2)
    return LeftOutTarget(
        target=target,
        median=median,
        low90=low,
        high90=high,
        misfit=(median - target.value) / float(np.hypot(target.tolerance, variance**0.5)),
        shape=smoothed.shape,
        effective_states=smoothed.effective_draws,
        status="converged" if smoothed.is_stable else "not_stable",
    )


def _quantiles(values: Array, weight: Array, shares: Sequence[float]) -> list[float]:
    order = np.argsort(values)
    middle = np.cumsum(weight[order]) - weight[order] / 2.0
    return [float(np.interp(share, middle, values[order])) for share in shares]
