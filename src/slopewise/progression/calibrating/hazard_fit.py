"""The second stage: a hazard for every longitudinal parameter set, from published survival.

The longitudinal sets stay as they are. Given one of them, the four hazard parameters x = (b, log k,
α_m, α_s) have the density exp(−½ Σ_j ((s_j(x) − target_j)/tolerance_j)²) times a weak normal prior
in which more function and slower decline never raise the hazard (α_m, α_s ≤ 0).
Its maximum is found by Gauss–Newton steps, candidates are drawn from the normal distribution there
and one of them is taken with its importance weight: one hazard a set, doubt included. Deterministic
for a seed (fixed virtual people).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.calibrating.calibration import AchievedTarget, achieved_target
from slopewise.progression.calibrating.published_survival import survival_targets
from slopewise.progression.calibrating.survival import Mortality, measure_survival, prepare
from slopewise.progression.calibrating.targets import Target
from slopewise.progression.calibrating.virtual_people import CohortNoise, thinned, virtual_cohort
from slopewise.progression.hazard import HazardSets
from slopewise.progression.parameters import ParameterSets

__all__ = ["HazardFit", "achieved_survival", "fit_hazards", "hazard_row"]

_PEOPLE_PER_CLASS = 500
_CANDIDATES = 24
_SPREAD = 1.2  # candidates are drawn a little wider than the normal distribution at the maximum
_STEPS = 12
_SETTLED = 1e-3  # a step this small, in prior SDs, ends the search

# assumption: weak prior centred on published joint models (SIM_UTR, REVIEWFRS)
_CENTRE = np.array([-7.5, np.log(1.8), -0.11, -0.5])
_SD = np.array([1.5, 0.4, 0.04, 0.5])


@dataclass(frozen=True)
class HazardFit:
    """Hazards of all sets; `status` "converged", or "step_limit" where a search did not settle.

    `targets`, `achieved` and `log_weight` hold what every candidate says to every target and its
    importance weight within its set: enough to leave a target out afterwards.
    """

    hazards: HazardSets
    status: str
    targets: tuple[Target, ...]
    achieved: Float[Array, "sets candidates targets"]
    log_weight: Float[Array, "sets candidates"]

    @property
    def effective_candidates(self) -> float:
        """How many of a set's candidates carry the weight, mean over sets."""
        weight = np.exp(self.log_weight)
        return float(np.mean(weight.sum(axis=1) ** 2 / (weight**2).sum(axis=1)))


def fit_hazards(
    parameters: ParameterSets,
    noise: CohortNoise,
    *,
    seed: int,
    without: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> HazardFit:
    """One hazard for each set; the target named `without` has no pull on them."""
    generator = np.random.default_rng(seed)
    targets = survival_targets()
    pull = np.array([float(t.name != without) for t in targets])
    chosen, settled, achieved, log_weights = [], [], [], []
    start = _CENTRE
    for index in range(len(parameters)):
        cohort = virtual_cohort(parameters.take(np.array([index])), noise)
        density = _Density(prepare(thinned(cohort, _PEOPLE_PER_CLASS)), targets, pull)
        start, factor, done = _climb(density, start)
        z = generator.standard_normal((_CANDIDATES, len(start)))
        candidates = start + _SPREAD * z @ factor.T
        found = np.array([density.misfits(c) for c in candidates])
        pulled = (found * pull) ** 2
        beside = ((candidates - _CENTRE) / _SD) ** 2
        log_weight = 0.5 * ((z**2).sum(axis=1) - pulled.sum(axis=1) - beside.sum(axis=1))
        log_weight[np.any(candidates[:, 2:] > 0.0, axis=1)] = -np.inf
        log_weight = log_weight - np.logaddexp.reduce(log_weight)
        chosen.append(candidates[generator.choice(_CANDIDATES, p=np.exp(log_weight))])
        settled.append(done)
        achieved.append([_achieved(row, targets) for row in found])
        log_weights.append(log_weight)
        progress(index + 1, len(parameters))
    x = np.array(chosen)
    hazards = HazardSets(
        log_baseline=x[:, :1],
        weibull_shape=np.exp(x[:, 1:2]),
        association_value=x[:, 2:3],
        association_slope=x[:, 3:4],
    )
    status = "converged" if all(settled) else "step_limit"
    return HazardFit(hazards, status, targets, np.array(achieved), np.array(log_weights))


def achieved_survival(
    parameters: ParameterSets, hazards: HazardSets, noise: CohortNoise
) -> tuple[AchievedTarget, ...]:
    """Every survival target with what the sets and their hazards make of it, on all the people."""
    measured = []
    for index in range(len(parameters)):
        cohort = virtual_cohort(parameters.take(np.array([index])), noise)
        measured.append(measure_survival(prepare(cohort), hazard_row(hazards, index)))
    return tuple(achieved_target(t, [m[t.name] for m in measured]) for t in survival_targets())


def hazard_row(hazards: HazardSets, index: int) -> Float[Array, " 4"]:
    """The hazard (b, k, α_m, α_s) of one set."""
    return np.array([getattr(hazards, name)[index, 0] for name in hazards.array_names()])


def _achieved(misfits: Array, targets: tuple[Target, ...]) -> list[float]:
    return [t.value + t.tolerance * float(r) for t, r in zip(targets, misfits, strict=True)]


@dataclass(frozen=True)
class _Density:
    """Misfits in tolerances; residuals = those with a pull (1, or 0 where left out), the prior."""

    mortality: Mortality
    targets: tuple[Target, ...]
    pull: Float[Array, " targets"]

    def misfits(self, x: Float[Array, " 4"]) -> Float[Array, " targets"]:
        hazard = np.array([x[0], np.exp(x[1]), x[2], x[3]])
        found = measure_survival(self.mortality, hazard)
        return np.array([(found[t.name] - t.value) / t.tolerance for t in self.targets])

    def residuals(self, x: Float[Array, " 4"]) -> Float[Array, " residuals"]:
        return np.concatenate([self.pull * self.misfits(x), (x - _CENTRE) / _SD])


def _climb(density: _Density, start: Array) -> tuple[Array, Array, bool]:
    """The maximum, a factor of the covariance there (columns), and whether it settled."""
    x = start
    now = density.residuals(x)
    for _ in range(_STEPS):
        jacobian = _jacobian(density, x, now)
        step = np.linalg.lstsq(jacobian, -now, rcond=None)[0]
        reach = 1.0
        while reach > 1e-3:
            tried = density.residuals(x + reach * step)
            if tried @ tried <= now @ now:
                x, now = x + reach * step, tried
                break
            reach /= 3.0
        if reach <= 1e-3 or np.abs(reach * step / _SD).max() < _SETTLED:
            break
    information = jacobian.T @ jacobian
    factor = np.linalg.inv(np.linalg.cholesky(information)).T
    gradient = np.abs(factor.T @ (jacobian.T @ now)).max()  # in posterior standard deviations
    return x, factor, bool(gradient < 0.1)


def _jacobian(density: _Density, x: Array, now: Array) -> Array:
    columns = []
    for place in range(len(x)):
        moved = x.copy()
        moved[place] += 1e-3 * _SD[place]
        columns.append((density.residuals(moved) - now) / (1e-3 * _SD[place]))
    return np.stack(columns, axis=1)
