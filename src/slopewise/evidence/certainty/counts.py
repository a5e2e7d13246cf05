"""Counts of harm per study, one study a cohort, as the safety answers give them."""

import re
from collections.abc import Sequence
from functools import lru_cache

from slopewise.evidence.safety.answer import answer_safety
from slopewise.evidence.safety.safety_answer import ANY_ROUTE, SafetyAnswer, SafetyEvent
from slopewise.evidence.study import Study

__all__ = [
    "EventCount",
    "gives_repeat_doses",
    "headaches",
    "serious_events",
    "serious_when_repeated",
]

EventCount = tuple[Study, int, int]  # a study, people affected, people treated


def serious_events(studies: Sequence[Study]) -> tuple[EventCount, ...]:
    """Treatment-related serious events of those treated, where a report counts them."""
    return _counted(studies, SafetyEvent.RELATED_SERIOUS)


def serious_when_repeated(studies: Sequence[Study]) -> tuple[EventCount, ...]:
    """The same, of studies that gave at least some people more than one dose."""
    once = frozenset(study.study_id for study in studies if not gives_repeat_doses(study))
    return _counted(studies, SafetyEvent.RELATED_SERIOUS, without=once)


def headaches(studies: Sequence[Study]) -> tuple[EventCount, ...]:
    """People with a headache, of those treated."""
    return _counted(studies, SafetyEvent.HEADACHE)


def gives_repeat_doses(study: Study) -> bool:
    """Whether more than one administration was given to some of the people."""
    for given in study.treatment.administrations:
        numbers = [float(one) for one in re.findall(r"\d+", given.text or "")]
        if max([given.value or 0.0, *numbers]) > 1:
            return True
    return False


def _counted(
    studies: Sequence[Study], event: SafetyEvent, without: frozenset[str] = frozenset()
) -> tuple[EventCount, ...]:
    by_id = {study.study_id: study for study in studies}
    sums: dict[str, tuple[int, int]] = {}
    for answered in _answers(tuple(studies), without):
        if answered.event is not event or answered.route != ANY_ROUTE:
            continue
        for row in answered.rows:
            events, people = sums.get(row.study_id, (0, 0))
            sums[row.study_id] = (events + row.events, people + row.total)
    return tuple((by_id[study_id], *sums[study_id]) for study_id in sums)


@lru_cache(maxsize=8)
def _answers(studies: tuple[Study, ...], without: frozenset[str]) -> tuple[SafetyAnswer, ...]:
    return answer_safety(studies, without=without)
