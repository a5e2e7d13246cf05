"""Flags that travel with a verdict: what else could explain the course, or make it unreadable."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from slopewise.condition.alsfrs import Scale
from slopewise.condition.history import PatientHistory, Visit
from slopewise.condition.standard_care import care_kind, flags_a_verdict
from slopewise.response.assessment import Flag
from slopewise.response.patient import TreatedPatient

__all__ = [
    "FLOOR_TOTAL",
    "FLOOR_ZERO_ITEMS",
    "LOW_TOTAL",
    "RISE",
    "find_flags",
    "has_risen",
    "is_at_floor",
]

FLOOR_TOTAL = 25.0  # totals this low with many zero items cannot fall much further
FLOOR_ZERO_ITEMS = 4  # assumption: "many" zero items = a third of the twelve
# fewer than 1 % ever keep +4 points for 12 months: Bedlack 2016, doi:10.1212/WNL.0000000000002251
RISE = 4.0
LOW_TOTAL = 10.0  # assumption: without items, a total this low counts as the floor
_USUAL_GAP = 3.0  # months; assumption: clinics see people every three months
_MISSED_FACTOR = 2.0  # assumption: a last gap twice the usual one counts as missed visits


def find_flags(patient: TreatedPatient) -> tuple[Flag, ...]:
    """Every flag of one patient, in a fixed order."""
    history = patient.history
    found: list[Flag] = []
    if any(is_at_floor(visit) for visit in history.visits):
        found.append(
            Flag("floor", "Many items are at zero: the score has little room left to fall.")
        )
    found += _changes(history)
    found += _new_care(history)
    found += _missed_before_event(history)
    if patient.selected_post_hoc:
        found.append(
            Flag(
                "selected_post_hoc",
                "This patient was picked after the course was known; a good course is then"
                " expected by chance alone.",
            )
        )
    if any(visit.scale is Scale.ALSFRS for visit in history.visits):
        found.append(
            Flag(
                "scale",
                "Some visits were scored on the original ALSFRS (0-40); they are not used,"
                " because the two scales are never mixed.",
            )
        )
    return tuple(found)


def is_at_floor(visit: Visit) -> bool:
    """Whether a visit's score has little room left to fall."""
    if visit.items is None:
        return visit.alsfrs_total <= LOW_TOTAL
    zeros = sum(1 for score in visit.items.scores if score == 0)
    return visit.alsfrs_total <= FLOOR_TOTAL and zeros >= FLOOR_ZERO_ITEMS


def has_risen(before: Sequence[Visit], after: Sequence[Visit]) -> bool:
    """Whether two later visits lie at least RISE points above the last one before the dose."""
    if not before:
        return False
    return sum(v.alsfrs_total - before[-1].alsfrs_total >= RISE for v in after) >= 2


def _changes(history: PatientHistory) -> list[Flag]:
    found = []
    for name, word in (("rater", "rater"), ("mode", "way of asking (mode)")):
        before = _named(history.visits, name, after=False)
        after = _named(history.visits, name, after=True)
        if len(before | after) > 1:
            when = "after" if after - before else "before"
            found.append(
                Flag(
                    f"{name}_changed",
                    f"The {word} changed {when} the first dose; a change of a point or two may come"
                    " from that.",
                )
            )
    return found


def _named(visits: Sequence[Visit], name: str, *, after: bool) -> set[str]:
    return {
        value
        for visit in visits
        if (visit.month > 0) == after and (value := getattr(visit, name)) is not None
    }


def _new_care(history: PatientHistory) -> list[Flag]:
    """Support or disease-modifying treatment that began during the visits compared."""
    if not history.visits:
        return []
    first, last = history.visits[0].month, history.visits[-1].month
    return [
        Flag(
            "new_support",
            f"{_label(span.kind)} started at month {span.start_month:.1f}; it may change the scores"
            " by itself.",
        )
        for span in history.care
        if flags_a_verdict(span.kind) and first < span.start_month <= last
    ]


def _label(kind: str) -> str:
    known = care_kind(kind)
    return kind if known is None else known.label


def _missed_before_event(history: PatientHistory) -> list[Flag]:
    event, months = history.survival_event, [visit.month for visit in history.visits]
    if event is None or not months:
        return []
    usual = median(b - a for a, b in pairwise(months)) if len(months) > 2 else _USUAL_GAP
    if event.month - months[-1] <= max(_MISSED_FACTOR * usual, 1.0):
        return []
    return [
        Flag(
            "missed_before_event",
            f"No visit in the {event.month - months[-1]:.1f} months before"
            f" {event.kind.value.replace('_', ' ')}: the decline before it was not seen.",
        )
    ]
