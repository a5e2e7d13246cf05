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
from slopewise.progression.calibrating.hazard_fit import HazardFit, fit_hazards
from slopewise.progression.calibrating.targets import TARGETS, Target
from slopewise.progression.calibrating.virtual_people import CohortNoise
from slopewise.progression.parameters import ParameterSets

__all__ = ["LeftOutTarget", "leave_one_out", "leave_one_out_survival", "left_out"]


@dataclass(frozen=True, slots=True)
class LeftOutTarget:
    """A target as all others predict it: median, 90 % range, and how far to trust that.

    `status`: "converged"; where k̂ (`shape`) is above 0.7, "short_chain" or "refitted" (a run
    without the target gave the answer), or "not_stable" where there was none. `misfit`: distance
    of the median from the published value over √(tolerance² + variance of the prediction).
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
            row = _predicted(row, again, np.full(len(again), 1.0 / len(again)))
            row = replace(row, status="short_chain")
        rows.append(row)
    return tuple(rows)


def leave_one_out_survival(
    fit: HazardFit, parameters: ParameterSets, noise: CohortNoise, *, refits: int = 0, seed: int = 0
) -> tuple[LeftOutTarget, ...]:
    """Every survival target, given the longitudinal sets, from the candidates of all sets.

    Where the weights are not stable, `refits` sets get their hazards anew without the target.
    """
    rows = []
    chosen = np.unique(np.linspace(0, len(parameters) - 1, refits).round().astype(int))
    for j, target in enumerate(fit.targets):
        row = left_out(target, fit.achieved[:, :, j].ravel(), fit.log_weight.ravel())
        if row.status == "not_stable" and refits:
            again = fit_hazards(parameters.take(chosen), noise, seed=seed, without=target.name)
            values = again.achieved[:, :, j].ravel()
            row = _predicted(row, values, np.exp(again.log_weight).ravel() / len(chosen))
            row = replace(row, status="refitted")
        rows.append(row)
    return tuple(rows)


def left_out(
    target: Target, achieved: Float[Array, " states"], log_weight: Float[Array, " states"]
) -> LeftOutTarget:
    """One target from states that were weighted with it (`log_weight` besides)."""
    pull = 0.5 * ((achieved - target.value) / target.tolerance) ** 2
    smoothed = smoothed_weights(log_weight + pull)
    status = "converged" if smoothed.is_stable else "not_stable"
    row = LeftOutTarget(
        target, 0.0, 0.0, 0.0, 0.0, smoothed.shape, smoothed.effective_draws, status
    )
    return _predicted(row, achieved, smoothed.weight)


def _predicted(row: LeftOutTarget, values: Array, weight: Array) -> LeftOutTarget:
    """The row with what weighted values predict."""
    low, median, high = _quantiles(values, weight, (0.05, 0.5, 0.95))
    mean = float(weight @ values)
    spread = float(np.hypot(row.target.tolerance, np.sqrt(weight @ (values - mean) ** 2)))
    misfit = (median - row.target.value) / spread
    return replace(row, median=median, low90=low, high90=high, misfit=misfit)


def _quantiles(values: Array, weight: Array, shares: Sequence[float]) -> list[float]:
    order = np.argsort(values)
    middle = np.cumsum(weight[order]) - weight[order] / 2.0
    return [float(np.interp(share, middle, values[order])) for share in shares]
