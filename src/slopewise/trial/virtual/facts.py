"""What is known of a virtual person at the first visit beside the score, for rules of entry.

    months since onset = (48 − m) / (s b),     b: natural decline of the first year, points/month
    risk profile       = TRICALS (`condition.risk`) of these facts

m: function at the first visit. The embedded natural history knows function alone; every link below
that no paper prints is an assumption, made once and said with every result that used it. Rules of
entry act through function, its decline and the months since onset; the other facts are noise.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.condition.risk import tricals_risk_profiles
from slopewise.trial.design.people import Entry

if TYPE_CHECKING:
    from slopewise.trial.virtual.people import People

__all__ = ["ASSUMPTIONS", "BULBAR_SHARE", "is_admitted", "needs_facts"]

# onset-anchored slopes in PRO-ACT have the median −0.67 (MOGP, doi:10.1038/s43588-022-00299-w),
# slopes after the first visit the mean −0.99 (Thakore 2018, doi:10.1002/mus.26042). assumption:
# everybody's loss before the first visit ran at this share, as in the calibration of survival
SLOPE_BEFORE = 0.67 / 0.99
BULBAR_SHARE = 0.202  # of PRO-ACT, MOGP notebook (doi:10.1038/s43588-022-00299-w)
AGE_MEAN, AGE_SD = 55.1, 16.11 / 1.349  # median and IQR at onset in PRO-ACT, same source
# ceftriaxone trial: 0.80 years from onset to diagnosis, IQR 0.70 (same source); log-normal
DELAY_MEDIAN, DELAY_LOG_SD = 0.80 * 12, 0.616
# slow vital capacity at baseline: NurOwn phase 3, placebo (Cudkowicz 2022, doi:10.1002/mus.27472)
VITAL_MEAN, VITAL_SD = 75.0, 19.8
VITAL_WITH_FUNCTION = 0.4  # assumption: correlation of vital capacity with function
LONGEST_MONTHS = 600.0

ASSUMPTIONS: dict[str, str] = {
    "months_since_onset": (
        "assumption: months since onset are points lost by the first visit over 0.68 times the"
        " person's own decline afterwards"
    ),
    "vital_capacity_percent": (
        "assumption: vital capacity at the first visit is 75 % (SD 20, Cudkowicz 2022), with a"
        " correlation of 0.4 with function"
    ),
    "tricals_risk": (
        "assumption: age at onset (55, SD 12), delay to diagnosis (median 0.8 years) and bulbar"
        " onset do not depend on the course; definite El Escorial and dementia count as no"
    ),
    "age_years": "assumption: age does not depend on the course",
}


@dataclass(frozen=True, eq=False, slots=True)
class _Facts:
    onset_months: Float[Array, "trials people"]
    vital: Float[Array, "trials people"]


def needs_facts(entry: Entry) -> bool:
    """Whether a rule asks for more than the score."""
    return any(getattr(entry, name) is not None for name in ASSUMPTIONS)


def is_admitted(
    entry: Entry,
    people: "People",
    *,
    score: Float[Array, "trials people"],
    yearly_decline: Float[Array, "trials people"],
    generator: np.random.Generator,
) -> Bool[Array, "trials people"]:
    """Who meets the rules that look at the first visit; the run-in's own rule comes later."""
    good = np.ones(score.shape, dtype=bool)
    if entry.alsfrs_total is not None:
        good &= _within(score, entry.alsfrs_total)
    if not needs_facts(entry):
        return good
    z = generator.standard_normal((3, *score.shape))
    onset = np.maximum(48.0 - people.level, 0.5) / np.maximum(SLOPE_BEFORE * yearly_decline, 1e-3)
    onset = np.minimum(onset, LONGEST_MONTHS)
    vital = np.maximum(_vital(people.level, z[0]), 10.0)
    age = np.clip(AGE_MEAN + AGE_SD * z[1], 18.0, 90.0)
    if entry.months_since_onset is not None:
        good &= _within(onset, entry.months_since_onset)
    if entry.vital_capacity_percent is not None:
        good &= _within(vital, entry.vital_capacity_percent)
    if entry.age_years is not None:
        good &= _within(age + onset / 12.0, entry.age_years)
    if entry.tricals_risk is not None:
        delay = np.minimum(DELAY_MEDIAN * np.exp(DELAY_LOG_SD * z[2]), onset)
        risk = tricals_risk_profiles(
            {
                "slope": (np.minimum(score, 48.0) - 48.0) / np.maximum(onset, 0.1),
                "delay": np.maximum(delay, 0.1),
                "age": age,
                "breathing": vital,
                "bulbar_onset": people.bulbar.astype(float),
            }
        )
        good &= _within(risk, entry.tricals_risk)
    return good


def _vital(level: Array, z: Array) -> Array:
    """Normal, correlated with function; the spread of function is taken over the people drawn."""
    own = (level - level.mean()) / max(float(level.std()), 1e-9)
    rho = VITAL_WITH_FUNCTION
    return np.asarray(VITAL_MEAN + VITAL_SD * (rho * own + np.sqrt(1.0 - rho**2) * z))


def _within(values: Array, limits: tuple[float, float]) -> Bool[Array, "trials people"]:
    return np.asarray((values >= limits[0]) & (values <= limits[1]))
