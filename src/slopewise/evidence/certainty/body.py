"""A body of evidence: what speaks to one outcome in one lane, as far as a rating needs it."""

from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.design import Lane
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.study import Study
from slopewise.evidence.study_effect import Unconverted

__all__ = ["Body", "Outcome"]


class Outcome(StrEnum):
    """What certainty is rated for."""

    SLOWING = "slowing of decline"
    BREATHING = "breathing (vital capacity)"
    SURVIVAL = "survival"
    SERIOUS_EVENTS = "treatment-related serious events"
    HEADACHE = "headache after the procedure"
    REPEAT_DOSING = "serious events with repeated doses"


@dataclass(frozen=True, slots=True)
class Body:
    """The studies whose numbers enter, those that are silent, and the answer they give.

    `no_effect` is the value of no difference, `useful` the smallest value worth having; both are
    None for a share of people, where `useful` is the largest share that may pass as rare.
    """

    outcome: Outcome
    lane: Lane
    studies: tuple[Study, ...] = ()
    weights: tuple[float, ...] = ()
    rows: tuple[EvidenceRow, ...] = ()  # what each study contributed
    silent: tuple[Unconverted, ...] = ()  # finished, and no number that could enter
    unreported: tuple[EvidenceRow, ...] = ()  # studies whose report leaves this outcome out
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    no_effect: float | None = None
    useful: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    heterogeneity_i2: float | None = None
    is_scattered: bool = False  # the intervals of two studies do not even touch
    people: int = 0
    events: int | None = None

    @property
    def is_share(self) -> bool:
        return self.no_effect is None
