"""One study's answer to one question, on one scale, with how it was come by.

`estimate` and `standard_error` are on the scale of `measure`. For slowing θ: 0 means the decline
ran as without treatment, 1 that it stopped, a negative number that it ran faster.
"""

from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.design import Lane
from slopewise.evidence.study import Citation, Interval
from slopewise.numerics.normal import NORMAL_975

__all__ = [
    "Measure",
    "Moderators",
    "ReportedDirection",
    "StudyEffect",
    "Unconverted",
    "interval_of",
]


class Measure(StrEnum):
    """What an estimate measures."""

    SLOWING = "slowing"  # θ, a fraction
    MEAN_DIFFERENCE = "mean_difference"  # of the change, in points
    SLOPE_DIFFERENCE = "slope_difference"  # points/month, treated minus control
    LOG_SLOPE_RATIO = "log_slope_ratio"
    LOG_RISK_RATIO = "log_risk_ratio"
    LOG_ODDS_RATIO = "log_odds_ratio"
    RISK_DIFFERENCE = "risk_difference"
    LOG_HAZARD_RATIO = "log_hazard_ratio"
    LOG_RATE_RATIO = "log_rate_ratio"


class ReportedDirection(StrEnum):
    """What a report said of treatment against its comparison."""

    FAVOURS_TREATMENT = "favours treatment"
    NO_DIFFERENCE = "no difference shown"
    FAVOURS_CONTROL = "favours control"
    NOT_SAID = "not said"


@dataclass(frozen=True, slots=True)
class Moderators:
    """What may make studies differ; None where it was not read."""

    cell_source: str | None = None
    donor: str | None = None
    route: str | None = None
    cells_per_dose: float | None = None
    administrations: float | None = None


def interval_of(estimate: float, standard_error: float, own: Interval | None) -> Interval:
    """The method's own 95 % interval; where it has none, 1.96 standard errors on each side."""
    half = NORMAL_975 * standard_error
    return own or Interval(estimate - half, estimate + half)


@dataclass(frozen=True, slots=True)
class StudyEffect:
    """An estimate with its standard error, the method that gave it and what that assumes.

    `cohort` names the centre's cohort: studies that may share patients carry one name and count
    once. `is_borrowed` marks a standard error that rests on the spread of another trial: it may
    test a conclusion and never enters it. `own_low` and `own_high` are the interval of the method
    itself where it is not the normal one (Fieller's for a ratio).
    """

    study_id: str
    label: str
    lane: Lane
    cohort: str
    measure: Measure
    estimate: float
    standard_error: float
    method: str
    assumptions: tuple[str, ...]
    citations: tuple[Citation, ...]
    is_borrowed: bool = False
    arm: str | None = None
    timepoint: str | None = None
    year: int | None = None
    n_treated: int | None = None
    n_control: int | None = None
    moderators: Moderators = Moderators()
    own_low: float | None = None
    own_high: float | None = None

    @property
    def own_interval(self) -> Interval | None:
        """The 95 % interval of the method itself, where it is not the normal one."""
        if self.own_low is None or self.own_high is None:
            return None
        return Interval(self.own_low, self.own_high)

    @property
    def interval95(self) -> Interval:
        """The 95 % interval to be shown."""
        return interval_of(self.estimate, self.standard_error, self.own_interval)


@dataclass(frozen=True, slots=True)
class Unconverted:
    """A result that no method turns into an estimate with a standard error, and why.

    `direction` keeps what the report said all the same: a conclusion drawn without the silent
    trials would lean to those that printed enough.
    """

    study_id: str
    label: str
    lane: Lane
    cohort: str
    reason: str
    direction: ReportedDirection
    citations: tuple[Citation, ...]
    n_treated: int | None = None
    n_control: int | None = None
    year: int | None = None

    @property
    def saw_no_benefit(self) -> bool:
        """Whether it reported no difference, or one against treatment."""
        return self.direction in {
            ReportedDirection.NO_DIFFERENCE,
            ReportedDirection.FAVOURS_CONTROL,
        }
