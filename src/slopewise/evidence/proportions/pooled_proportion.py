"""How often something happened: in one study, and in several together."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "CountMethod",
    "CountStatus",
    "CountedEvents",
    "CountedStudy",
    "PooledProportion",
    "Proportion",
    "Rate",
]


class CountMethod(StrEnum):
    """How the counts of several studies are brought together."""

    EXACT = "exact"  # added up, as if all studies had one proportion
    BETA_BINOMIAL = "beta-binomial"  # the studies' proportions follow a beta distribution
    GLMM = "glmm"  # their logits follow a normal distribution


class CountStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    BOUNDARY = "boundary"  # the difference between studies is estimated as zero
    SINGLE_STUDY = "single_study"  # nothing was pooled: the numbers are that study's own
    NO_EVENTS = "no_events"  # nobody in any study: no model has an answer, the exact bound has
    ALL_EVENTS = "all_events"  # everybody in every study: likewise
    NO_MAXIMUM = "no_maximum"  # the likelihood grows without end: studies are all or nothing
    UNRELIABLE = "unreliable"  # the standard error is smaller than counting allows
    STEP_LIMIT = "step_limit"


NOT_REACHED = (CountStatus.STEP_LIMIT, CountStatus.NO_MAXIMUM, CountStatus.UNRELIABLE)


@dataclass(frozen=True, slots=True)
class CountedStudy:
    """One study: so many of so many people."""

    study: str
    events: int
    total: int


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of people with its exact 95 % interval (two-sided) and one-sided 95 % bound."""

    study: str
    events: int
    total: int
    estimate: float
    low: float
    high: float
    upper_one_sided: float


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per person-month with an exact 95 % interval (two-sided) and one-sided bound."""

    events: int
    person_months: float
    estimate: float
    low: float
    high: float
    upper_one_sided: float


@dataclass(frozen=True, slots=True)
class PooledProportion:
    """Proportions of several studies pooled; intervals are 95 %, two-sided.

    `estimate` of the GLMM is the proportion of the middle study, of the others the mean.
    `logit` and `standard_error` are on the logit scale. `between_study_variance` is of the logits
    (GLMM only); `overdispersion` is the correlation between two people of one study
    (beta-binomial only). `prediction_low` and `_high` are for the proportion of a new study.
    `alarm` says where the model and plain adding up cannot both be right. None: nothing to say.
    """

    method: CountMethod
    status: CountStatus
    k: int
    events: int
    total: int
    studies: tuple[Proportion, ...] = ()
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    upper_one_sided: float | None = None  # exact only
    logit: float | None = None
    standard_error: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    between_study_variance: float | None = None
    overdispersion: float | None = None
    log_likelihood: float | None = None
    alarm: str | None = None


@dataclass(frozen=True, slots=True)
class CountedEvents:
    """The answers of the methods asked for, the main one first, beside plain adding up."""

    source: str
    answers: tuple[PooledProportion, ...]
    plain: PooledProportion
    remarks: tuple[str, ...]

    @property
    def main(self) -> PooledProportion:
        return self.answers[0]

    @property
    def is_reached(self) -> bool:
        """Whether the main answer may be read."""
        return self.main.status not in NOT_REACHED
