"""What a progression model holds: markers, classes, wander, hazard, covariates. No numbers yet."""

import math
from dataclasses import dataclass
from enum import StrEnum

from slopewise.errors import InputError

__all__ = ["ALSFRS_R", "Association", "Baseline", "BaselineKind", "Marker", "ProgressionModel"]

_MOST_CLASSES = 5


class Association(StrEnum):
    """What of the marker the hazard depends on."""

    NONE = "none"
    VALUE = "value"
    SLOPE = "slope"
    VALUE_SLOPE = "value+slope"

    @property
    def has_value(self) -> bool:
        """Whether the current value enters the hazard."""
        return self in (Association.VALUE, Association.VALUE_SLOPE)

    @property
    def has_slope(self) -> bool:
        """Whether the current slope enters the hazard."""
        return self in (Association.SLOPE, Association.VALUE_SLOPE)


class BaselineKind(StrEnum):
    """Shape of the baseline hazard over time since the origin."""

    WEIBULL = "weibull"
    PIECEWISE = "piecewise"  # constant between cuts
    SPLINE = "spline"  # log hazard is a cubic B-spline


@dataclass(frozen=True, slots=True)
class Baseline:
    """Baseline hazard; `pieces` = intervals of a piecewise, interior knots of a spline one."""

    kind: BaselineKind = BaselineKind.WEIBULL
    pieces: int = 0

    def __post_init__(self) -> None:
        if self.kind is BaselineKind.WEIBULL and self.pieces:
            raise InputError(f"a Weibull baseline has no pieces ({self.pieces}); give weibull")
        if self.kind is not BaselineKind.WEIBULL and not 1 <= self.pieces <= 20:
            raise InputError(
                f"baseline {self.kind.value}:{self.pieces} is not usable; give 1 to 20 pieces,"
                f" for example {self.kind.value}:5"
            )

    @classmethod
    def from_text(cls, text: str) -> "Baseline":
        """Read `weibull`, `piecewise:N` or `spline:N`."""
        kind, _, pieces = text.partition(":")
        try:
            return cls(BaselineKind(kind), int(pieces) if pieces else 0)
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"baseline {text!r} is not known; give weibull, piecewise:N or spline:N"
            ) from None


@dataclass(frozen=True, slots=True)
class Marker:
    """One repeatedly measured outcome: its range and unit, and whether falling is worse."""

    name: str
    unit: str
    low: float | None = None
    high: float | None = None
    falling_is_worse: bool = True
    reference_value: float | None = None  # m_ref of the hazard; None: the mean first value

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise InputError(
                f"marker {self.name}: lowest {self.low:g} is not below highest {self.high:g}"
            )

    def check(self, value: float, place: str) -> None:
        """Refuse a value outside the marker's range; `place` names row and patient."""
        below = self.low is not None and value < self.low
        above = self.high is not None and value > self.high
        if below or above or math.isnan(value):
            raise InputError(
                f"{place}: {self.name} {value:g} {self.unit} lies outside"
                f" {self.low} to {self.high}; correct or leave out that value"
            )


ALSFRS_R = Marker("alsfrs_total", "points", 0.0, 48.0)


@dataclass(frozen=True, slots=True)
class ProgressionModel:
    """The joint model of MODEL: classes of level and slope, a wandering slope, and a hazard.

    `survival=False` fits the markers alone. `slowing` and `direct_effect` are estimated only when
    the cohort has exposure; otherwise θ = 0 and no direct effect.
    """

    markers: tuple[Marker, ...] = (ALSFRS_R,)
    classes: int = 1
    wander: bool = True
    survival: bool = True
    association: Association = Association.VALUE
    baseline: Baseline = Baseline()
    level_covariates: tuple[str, ...] = ()
    slope_covariates: tuple[str, ...] = ()
    hazard_covariates: tuple[str, ...] = ()
    class_covariates: tuple[str, ...] = ()
    slowing: bool = False
    direct_effect: bool = False

    def __post_init__(self) -> None:
        if not self.markers:
            raise InputError("a progression model needs at least one marker")
        if not 1 <= self.classes <= _MOST_CLASSES:
            raise InputError(f"{self.classes} classes; give 1 to {_MOST_CLASSES}")
        if not self.survival and (self.hazard_covariates or self.direct_effect):
            raise InputError("covariates of the hazard and direct effects need survival")
        if self.class_covariates and self.classes == 1:
            raise InputError("class covariates need at least two classes; add --classes 3")

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, from the slowest decline to the fastest."""
        if self.classes == 1:
            return ("",)
        if self.classes == 3:
            return ("slow", "intermediate", "fast")
        return tuple(f"class{number + 1}" for number in range(self.classes))
