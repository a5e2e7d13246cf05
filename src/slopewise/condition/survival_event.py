"""Events that end tracheostomy-free survival, what counts as one, and why follow-up stopped.

The definition of permanent ventilation differs between studies, so it is stored with the event,
never assumed to be the same: see `VentilationDefinition`.
"""

import math
from dataclasses import dataclass
from enum import Enum

from slopewise.errors import InputError

__all__ = [
    "PERMANENT_VENTILATION_ENCALS",
    "PERMANENT_VENTILATION_USUAL",
    "CensoringReason",
    "SurvivalEvent",
    "SurvivalEventKind",
    "VentilationDefinition",
]


class SurvivalEventKind(Enum):
    """The events that end tracheostomy-free survival."""

    DEATH = "death"
    TRACHEOSTOMY = "tracheostomy"
    PERMANENT_ASSISTED_VENTILATION = "permanent_assisted_ventilation"


class CensoringReason(Enum):
    """Why follow-up ended without an event; withdrawal for worsening is not a neutral one."""

    END_OF_STUDY = "end_of_study"
    WITHDRAWAL = "withdrawal"
    LOST_TO_FOLLOW_UP = "lost_to_follow_up"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class VentilationDefinition:
    """From when ventilation counts as permanent: more than so many hours a day for so many days."""

    more_than_hours_per_day: float
    at_least_days: int | None  # None = the source names no duration
    source: str

    def __post_init__(self) -> None:
        if not 0 < self.more_than_hours_per_day < 24:
            raise InputError(
                f"permanent ventilation of more than {self.more_than_hours_per_day} hours a day; "
                "the hours must lie between 0 and 24"
            )
        if self.at_least_days is not None and self.at_least_days < 1:
            raise InputError(
                f"permanent ventilation for {self.at_least_days} days; give 1 or more, or None "
                "when the source names no duration"
            )


# More than 22 h/day for at least 7 days, non-invasive or invasive. The HEALEY platform trial
# (NCT04297683, master analysis plan) writes "more than 7 consecutive days": hence it is stored.
PERMANENT_VENTILATION_USUAL = VentilationDefinition(
    more_than_hours_per_day=22,
    at_least_days=7,
    source="assumption: usual definition of recent trials, e.g. NCT04297683 (there: over 7 days)",
)

# NIV more than 23 h/day, no duration named: Westeneng 2018, doi:10.1016/S1474-4422(18)30089-9
PERMANENT_VENTILATION_ENCALS = VentilationDefinition(
    more_than_hours_per_day=23,
    at_least_days=None,
    source="Westeneng et al. 2018, doi:10.1016/S1474-4422(18)30089-9",
)


@dataclass(frozen=True, slots=True)
class SurvivalEvent:
    """When and how survival free of tracheostomy and permanent ventilation ended."""

    month: float
    kind: SurvivalEventKind
    definition: VentilationDefinition | None = None  # None = not documented

    def __post_init__(self) -> None:
        if not math.isfinite(self.month):
            raise InputError(
                f"month {self.month} of a {self.kind.value} is not a number; correct it"
            )
        is_ventilation = self.kind is SurvivalEventKind.PERMANENT_ASSISTED_VENTILATION
        if self.definition is not None and not is_ventilation:
            raise InputError(
                f"a ventilation definition was given for a {self.kind.value}; it belongs to "
                "permanent assisted ventilation only"
            )
