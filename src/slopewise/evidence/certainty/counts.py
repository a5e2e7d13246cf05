"""Counts of harm per study, one study a cohort, as certainty is rated for them."""

import re
from collections.abc import Callable, Sequence

from slopewise.evidence.cohorts import cohort_names, largest_of_each
from slopewise.evidence.study import AdverseEvent, Study

__all__ = [
    "EventCount",
    "gives_repeat_doses",
    "headaches",
    "serious_events",
    "serious_when_repeated",
]

EventCount = tuple[Study, int, int]  # a study, people or events counted, people treated


def serious_events(studies: Sequence[Study]) -> tuple[EventCount, ...]:
    """Treatment-related serious events of those treated, where a report counts them."""
    return _counted(studies, _related_serious)


def serious_when_repeated(studies: Sequence[Study]) -> tuple[EventCount, ...]:
    """The same, of studies that gave at least some people more than one dose."""
    return _counted([study for study in studies if gives_repeat_doses(study)], _related_serious)


def headaches(studies: Sequence[Study]) -> tuple[EventCount, ...]:
    """People with a headache, of those treated."""
    return _counted(studies, _headache)


def gives_repeat_doses(study: Study) -> bool:
    """Whether more than one administration was given to some of the people."""
    for given in study.treatment.administrations:
        numbers = [float(one) for one in re.findall(r"\d+", given.text or "")]
        if max([given.value or 0.0, *numbers]) > 1:
            return True
    return False


def _counted(
    studies: Sequence[Study], count: Callable[[Study], tuple[int, int] | None]
) -> tuple[EventCount, ...]:
    found = {study.study_id: got for study in studies if (got := count(study)) is not None}
    reporting = [study for study in studies if study.study_id in found]
    kept = largest_of_each(reporting, cohorts=cohort_names(studies))
    return tuple((study, *found[study.study_id]) for study in kept)


def _treated(study: Study) -> int | None:
    treated = study.people.treated
    return None if treated is None or treated.value is None else round(treated.value)


def _related_serious(study: Study) -> tuple[int, int] | None:
    people = _treated(study)
    events = study.safety.treatment_related_serious_events if study.safety is not None else None
    return None if events is None or not people else (min(events, people), people)


def _headache(study: Study) -> tuple[int, int] | None:
    events = study.safety.adverse_events if study.safety is not None else ()
    counted = [_people_with(event) for event in events if "headache" in event.event]
    known = [one for one in counted if one is not None]
    return known[0] if known else None


def _people_with(event: AdverseEvent) -> tuple[int, int] | None:
    if event.denominator is None or event.people_all_diseases is not None:
        return None
    if event.count is not None:
        return event.count, event.denominator
    if event.percent is None:
        return None
    return round(event.percent * event.denominator / 100), event.denominator
