"""One way to turn a study's print into slowing θ, before any is chosen; and one set aside.

What every effect of one study carries (name, lane, cohort, year, people, moderators) is put
together here.
"""

from dataclasses import dataclass
from enum import IntEnum

from slopewise.evidence.effects.effect_size import EffectSize
from slopewise.evidence.study import Citation, CitedNumber, Study
from slopewise.evidence.study_effect import Measure, Moderators, StudyEffect

__all__ = ["Candidate", "Kind", "LeftOut", "moderators_of", "people_of", "study_effect"]


class Kind(IntEnum):
    """By which road, best first."""

    MEAN_CHANGE = 1
    SLOPE = 2
    SLOPE_CHANGE = 3
    BEFORE_AFTER = 4
    REPORTED = 5
    RESPONDERS = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """An estimate, the road it came by, its scale and its months after treatment."""

    effect: StudyEffect
    kind: Kind
    scale: str
    months: float | None
    is_part: bool = False  # one arm of a study that enters as a whole


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An estimate that does not enter, and why."""

    effect: StudyEffect
    reason: str


def study_effect(
    study: Study,
    size: EffectSize,
    cohort: str,
    *,
    citations: tuple[Citation, ...],
    timepoint: str | None = None,
    arm: str | None = None,
    people: tuple[int | None, int | None] = (None, None),
    is_borrowed: bool = False,
    measure: Measure = Measure.SLOWING,
) -> StudyEffect | None:
    """The effect as this study's; None where nothing could be estimated."""
    if size.estimate is None or size.standard_error is None or size.standard_error <= 0:
        return None
    treated, control = people_of(study)
    return StudyEffect(
        study_id=study.study_id,
        label=study.label,
        lane=study.lane,
        cohort=cohort,
        measure=measure,
        estimate=size.estimate,
        standard_error=size.standard_error,
        method=size.method,
        assumptions=size.assumptions,
        citations=_distinct(citations),
        is_borrowed=is_borrowed,
        arm=arm,
        timepoint=timepoint,
        year=study.bibliography.year,
        n_treated=treated if people[0] is None else people[0],
        n_control=control if people[1] is None else people[1],
        moderators=moderators_of(study),
        own_low=size.low,
        own_high=size.high,
    )


def people_of(study: Study) -> tuple[int | None, int | None]:
    """How many were treated (or else enrolled) and how many were controls."""
    people = study.people
    treated = _whole(people.treated)
    if treated is None and study.people.control is None:
        treated = _whole(people.enrolled)
    return treated, _whole(people.control)


def moderators_of(study: Study) -> Moderators:
    """What may make studies differ; several doses or numbers of administrations are not one."""
    given = study.treatment
    cells = {dose.value for dose in given.doses if dose.unit == "cells"}
    times = {each.value for each in given.administrations}
    return Moderators(
        cell_source=given.cell_source,
        donor=given.donor,
        route=", ".join(given.routes) or None,
        cells_per_dose=cells.pop() if len(cells) == 1 else None,
        administrations=times.pop() if len(times) == 1 else None,
    )


def _whole(number: CitedNumber | None) -> int | None:
    return None if number is None or number.value is None else round(number.value)


def _distinct(citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(citations))
