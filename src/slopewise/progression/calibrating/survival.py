"""What a virtual cohort with a hazard says to every published summary of survival.

Each virtual person's chance of being alive is computed, not drawn: within a month the hazard's
exponent is held at its mean (mean of both ends for the value, the month's change for the slope, so
the wander is included) while the Weibull factor is integrated exactly.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.progression.calibrating.published_survival import (
    TRIALS,
    group_weights,
    published_joint_models,
)
from slopewise.progression.calibrating.targets import MONTHS, STRATA, VirtualCohort
from slopewise.progression.hazard import HAZARD_REFERENCE_VALUE

__all__ = ["Mortality", "alive_by_month", "measure_survival", "months_since_onset", "prepare"]

# onset-anchored slopes in PRO-ACT have the median -0.67 (MOGP_NB), slopes after the first visit the
# mean -0.99 (THAKORE18). assumption: everybody's loss before the first visit ran at this share
_SLOPE_BEFORE = 0.67 / 0.99


@dataclass(frozen=True)
class Mortality:
    """What survival needs of a virtual cohort, prepared once: it does not depend on the hazard."""

    value: Float[Array, "people intervals"]  # mean of the month, points above the reference
    slope: Float[Array, "people intervals"]  # change in the month, points
    weight: Float[Array, " people"]
    groups: dict[str, Float[Array, " people"]]  # weights of strata and trials, each adding to 1
    line: Float[Array, "people intervals 2"]  # the person's straight line: value, slope


def prepare(cohort: VirtualCohort) -> Mortality:
    """Months, groups and straight lines of a cohort."""
    m = cohort.function
    centred = MONTHS - MONTHS.mean()
    slope = m @ centred / (centred @ centred)
    middle = MONTHS[:-1] + 0.5
    value = m.mean(axis=1)[:, None] + slope[:, None] * (middle - MONTHS.mean())
    weight = cohort.weight / cohort.weight.sum()
    groups = {"all": weight}
    for index, name in enumerate(STRATA):
        groups[name] = _shared(weight, cohort.stratum == index)
    onset = months_since_onset(cohort)
    for trial in TRIALS:
        low, high = trial.onset_months
        groups[trial.name] = _shared(weight, (onset >= low) & (onset <= high))
    model = published_joint_models()["ceftriaxone"][0]
    level, first, second = model.mean
    rows = np.stack([m[:, 0], (m[:, 0] - level) ** 2, m[:, 12] - m[:, 0]], axis=1)
    wanted = np.array([level, model.covariance[0][0], 12 * first + 144 * second])
    groups["ceftriaxone"] = group_weights(rows, wanted, weight)
    return Mortality(
        value=(m[:, :-1] + m[:, 1:]) / 2.0 - HAZARD_REFERENCE_VALUE,
        slope=np.diff(m, axis=1),
        weight=weight,
        groups=groups,
        line=np.stack(
            [value - HAZARD_REFERENCE_VALUE, np.broadcast_to(slope[:, None], value.shape)], axis=-1
        ),
    )


def months_since_onset(cohort: VirtualCohort) -> Float[Array, " people"]:
    """A proxy: the points lost by the first visit over the loss a month before it.

    assumption: onset at 48 points; loss before the first visit in proportion to that of the first
    year after it. People who do not decline have had the disease for very long.
    """
    yearly = (cohort.function[:, 0] - cohort.function[:, 12]) / 12.0
    before = np.maximum(_SLOPE_BEFORE * yearly, 1e-3)
    return np.asarray(np.maximum(48.0 - cohort.function[:, 0], 0.0) / before)


def alive_by_month(
    mortality: Mortality, hazard: Float[Array, " 4"]
) -> Float[Array, "people months"]:
    """Each person's chance to be alive at months 0, 1, …; `hazard` = (b, k, α_m, α_s)."""
    b, k, by_value, by_slope = hazard
    width = np.diff(MONTHS**k)
    exponent = b + by_value * mortality.value + by_slope * mortality.slope
    gone = np.cumsum(width * np.exp(np.minimum(exponent, 50.0)), axis=1)
    return np.asarray(np.exp(-np.concatenate([np.zeros((len(gone), 1)), gone], axis=1)))


def measure_survival(mortality: Mortality, hazard: Float[Array, " 4"]) -> dict[str, float]:
    """The value of every survival target under this hazard."""
    alive = alive_by_month(mortality, hazard)
    found = {}
    for group in ("all", *STRATA):
        for month in (6, 12, 18):
            share = mortality.groups[group] @ alive[:, month]
            found[f"survival at {month} months, {group}"] = 100.0 * float(share)
    for month in (12, 18):
        share = mortality.groups["ceftriaxone"] @ alive[:, month]
        found[f"survival at {month} months, ceftriaxone"] = 100.0 * float(share)
    for trial in TRIALS:
        share = mortality.groups[trial.name] @ alive[:, int(trial.month)]
        found[f"survival at {trial.month:g} months, {trial.name}"] = 100.0 * float(share)
    found["Weibull shape of survival"] = _weibull_shape(mortality.weight @ alive)
    return found | _associations(mortality, alive)


def _weibull_shape(survival: Float[Array, " months"]) -> float:
    """Slope of log cumulative hazard in log months, least squares over months 3 to 18."""
    x = np.log(MONTHS[3:])
    y = np.log(-np.log(survival[3:]))
    return float(np.polyfit(x, y, 1)[0])


def _associations(mortality: Mortality, alive: Array) -> dict[str, float]:
    """What joint models with a straight line per person would report of these deaths.

    The hazard is read again from the virtual deaths with the person's straight line as the only
    covariates: value alone, slope alone, both; Weibull in time. Solved in the limit of many people
    (expected deaths), so links that are not interchangeable are compared like with like.
    """
    found = {}
    for names, columns in (
        (("value alone",), [0]),
        (("slope alone",), [1]),
        (("value beside slope", "slope beside value"), [0, 1]),
    ):
        fitted = _expected_hazard(mortality, alive, columns)
        for name, number in zip(names, fitted, strict=True):
            found[f"log hazard ratio of {name}"] = float(number)
    return found


def _expected_hazard(
    mortality: Mortality, alive: Array, columns: list[int]
) -> Float[Array, " covariates"]:
    """Poisson maximum likelihood on expected deaths: log h = c + (k − 1) log t + α·x."""
    lived = np.where(alive[:, :-1] > 1e-12, alive[:, :-1], 1e-12)
    deaths = (mortality.weight[:, None] * (alive[:, :-1] - alive[:, 1:])).ravel()
    at_risk = (mortality.weight[:, None] * (lived + alive[:, 1:]) / 2.0).ravel()
    people, intervals = mortality.value.shape
    log_t = np.broadcast_to(np.log(MONTHS[:-1] + 0.5), (people, intervals))
    x = np.stack(
        [np.ones(people * intervals), log_t.ravel()]
        + [mortality.line[:, :, c].ravel() for c in columns],
        axis=1,
    )
    place = np.zeros(x.shape[1])
    place[0] = np.log(deaths.sum() / at_risk.sum())
    for _ in range(25):
        expected = at_risk * np.exp(np.minimum(x @ place, 20.0))
        step = np.linalg.solve((x * expected[:, None]).T @ x, x.T @ (deaths - expected))
        place = place + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-7:
            break
    return np.asarray(place[2:])


def _shared(weight: Array, members: Bool[Array, " people"]) -> Array:
    chosen = weight * members
    return np.asarray(chosen / max(float(chosen.sum()), 1e-300))
