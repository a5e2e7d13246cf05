"""How often something untoward was reported: rows that count, rows that do not, and one answer."""

from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.proportions.pooled_proportion import PooledProportion
from slopewise.evidence.study import Citation

__all__ = ["ANY_ROUTE", "SafetyAnswer", "SafetyEvent", "SafetyLeftOut", "SafetyRow"]

ANY_ROUTE = "any route"


class SafetyEvent(StrEnum):
    """What is counted. Other events stand with their study and are not brought together."""

    RELATED_SERIOUS = "serious event related to the treatment"
    ANY_SERIOUS = "any serious event"
    DEATH = "death during follow-up"
    HEADACHE = "headache"
    PAIN = "back, neck or leg pain"
    FEVER = "fever or signs of meningitis"
    WEAKNESS = "new weakness"
    SPINE = "deformity of the spine"


@dataclass(frozen=True, slots=True)
class SafetyRow:
    """So many of the people treated in one study; `basis` says how both counts were come by."""

    event: SafetyEvent
    study_id: str
    label: str
    cohort: str
    route: str
    donor: str | None
    events: int
    total: int
    basis: str
    citation: Citation
    is_at_most: bool = False  # counts events, of which one person may have had several


@dataclass(frozen=True, slots=True)
class SafetyLeftOut:
    """What a study said of an event that cannot be counted, and why."""

    event: SafetyEvent
    study_id: str
    label: str
    cohort: str
    route: str
    reason: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class SafetyAnswer:
    """One event by one route. `plain` adds people up, `pooled` lets studies differ.

    Both are None where nothing was countable, or where one rate would mean nothing.
    """

    event: SafetyEvent
    route: str
    rows: tuple[SafetyRow, ...]
    left_out: tuple[SafetyLeftOut, ...]
    pooled: PooledProportion | None
    plain: PooledProportion | None
    sentence: str  # in plain words, interval first
    cautions: tuple[str, ...] = ()
    is_mixed: bool = False  # two reports lie apart by more than chance: no one rate
