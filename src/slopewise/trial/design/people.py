"""Who takes part, when they are seen, how they come, are shared out, and leave."""

from dataclasses import dataclass
from typing import Annotated

from slopewise.trial.design.limits import (
    ByArm,
    HazardRatio,
    Limits,
    Month,
    OnePointScale,
    PositiveCount,
    Range,
    Share,
    SignedMonth,
)
from slopewise.trial.design.words import EnrolmentPattern, RandomisationMethod

__all__ = [
    "DROPOUT_PER_MONTH",
    "Dropout",
    "DropoutState",
    "Enrolment",
    "Entry",
    "Factor",
    "Randomisation",
    "RunIn",
    "Site",
    "Visits",
]

# An exponential with 10 % lost in 12 months, as in public R scripts of an ALS trial-design study
# (linear mixed model and Weibull joint model fitted to PRO-ACT)
DROPOUT_PER_MONTH = 0.00878
Rate = Annotated[float, Limits(0, 5, "a month")]


@dataclass(frozen=True, slots=True)
class RunIn:
    """Observation before randomisation; `visit_months` are negative, month 0 = randomisation."""

    months: Month = 0.0
    visit_months: tuple[SignedMonth, ...] = ()


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits after randomisation; `window_days` early or late still counts as the visit."""

    months: tuple[Month, ...]
    window_days: Annotated[int, Limits(0, 45, "days")] = 7  # assumption: a week
    vital_capacity_months: tuple[Month, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """Who may be randomised: lowest and highest value of each, ends included; absent = no rule.

    `alsfrs_total`: ALSFRS-R points; `vital_capacity_percent`: slow vital capacity, % predicted;
    `tricals_risk`: TRICALS risk profile; `run_in_decline_per_month`: points lost a month in the
    run-in, positive = decline.
    """

    alsfrs_total: Range | None = None
    vital_capacity_percent: Range | None = None
    months_since_onset: Range | None = None
    tricals_risk: Range | None = None
    run_in_decline_per_month: Range | None = None
    age_years: Range | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place that enrols: how many people a month, from which calendar month on."""

    name: str
    people_per_month: Annotated[float, Limits(0, 200, "people a month", above=True)]
    opens_month: Month = 0.0
    sites: PositiveCount = 1  # as many alike


@dataclass(frozen=True, slots=True)
class Enrolment:
    """How people come; `months` is the longest that enrolment may take."""

    months: Month
    pattern: EnrolmentPattern = EnrolmentPattern.POISSON
    sites: tuple[Site, ...] = ()


@dataclass(frozen=True, slots=True)
class Factor:
    """A fact known at randomisation, its levels and how common each is."""

    name: str
    levels: tuple[str, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Randomisation:
    """How arms are handed out: `allocation` in the order of the arms, such as [2, 1].

    `strata`: factors (or "site") within which blocks are kept, or which minimisation balances.
    `best_arm_probability`: minimisation gives the arm that balances best with this probability;
    assumption: 0.8, so that the next arm cannot be foretold (Pocock & Simon 1975 discuss 2/3 to 1).
    """

    method: RandomisationMethod = RandomisationMethod.PERMUTED_BLOCKS
    allocation: tuple[PositiveCount, ...] = ()  # empty: equal
    block_sizes: tuple[PositiveCount, ...] = ()  # empty: twice the sum of the allocation
    strata: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()
    best_arm_probability: Share = 0.8


@dataclass(frozen=True, slots=True)
class DropoutState:
    """People whose score is below this leave at so many times the rate of the others."""

    alsfrs_below: OnePointScale
    hazard_ratio: HazardRatio


@dataclass(frozen=True, slots=True)
class Dropout:
    """People who leave while alive: a constant hazard a month, by arm and by state.

    The state with the lowest `alsfrs_below` above a person's score applies.
    """

    per_month: Rate = DROPOUT_PER_MONTH
    by_arm: ByArm = ()
    states: tuple[DropoutState, ...] = ()
