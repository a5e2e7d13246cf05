"""How often each event was reported, by route, each centre's cohort counted once."""

from collections.abc import Mapping, Sequence

from slopewise.evidence.cohorts import cohort_names
from slopewise.evidence.proportions.exact import add_up, exact_proportion
from slopewise.evidence.proportions.pool import pool_proportions
from slopewise.evidence.proportions.pooled_proportion import (
    CountedStudy,
    CountMethod,
    PooledProportion,
)
from slopewise.evidence.safety.event_rows import said_of_safety
from slopewise.evidence.safety.safety_answer import (
    ANY_ROUTE,
    SafetyAnswer,
    SafetyEvent,
    SafetyLeftOut,
    SafetyRow,
)
from slopewise.evidence.safety.sentences import cautions_of, safety_sentence
from slopewise.evidence.study import Study

__all__ = ["answer_safety"]


def answer_safety(
    studies: Sequence[Study], *, without: frozenset[str] = frozenset()
) -> tuple[SafetyAnswer, ...]:
    """One answer for each event over any route, then one for each route it was reported for."""
    cohorts = cohort_names(studies)
    said = [
        one
        for study in studies
        if study.study_id not in without
        for one in said_of_safety(study, cohorts)
    ]
    answers = []
    for event in SafetyEvent:
        of_event = [one for one in said if one.event is event]
        routes = sorted({one.route for one in of_event if isinstance(one, SafetyRow)})
        if not of_event:
            continue
        answers.append(_answer(event, ANY_ROUTE, of_event))
        answers += [
            _answer(event, route, [one for one in of_event if one.route == route])
            for route in routes
        ]
    return tuple(answers)


def _answer(
    event: SafetyEvent, route: str, said: Sequence[SafetyRow | SafetyLeftOut]
) -> SafetyAnswer:
    counted = [one for one in said if isinstance(one, SafetyRow)]
    rows, repeated = _once_a_cohort(counted)
    left_out = (*(one for one in said if isinstance(one, SafetyLeftOut)), *repeated)
    plain: PooledProportion | None = None
    pooled: PooledProportion | None = None
    is_mixed = _lie_apart(rows)
    # how many died says mostly how long people were followed: one rate would mean nothing
    if rows and event is not SafetyEvent.DEATH:
        counts = [CountedStudy(row.label, row.events, row.total) for row in rows]
        plain = add_up(counts)
        pooled = pool_proportions(counts, CountMethod.BETA_BINOMIAL)
    return SafetyAnswer(
        event=event,
        route=route,
        rows=rows,
        left_out=left_out,
        pooled=pooled,
        plain=plain,
        sentence=safety_sentence(
            event, route, rows=rows, plain=plain, pooled=pooled, is_mixed=is_mixed
        ),
        cautions=cautions_of(
            event, rows, left_out=len({one.study_id for one in left_out}), is_mixed=is_mixed
        ),
        is_mixed=is_mixed,
    )


def _lie_apart(rows: Sequence[SafetyRow]) -> bool:
    """Whether the exact intervals of two reports have nothing in common."""
    each = [exact_proportion(CountedStudy(row.label, row.events, row.total)) for row in rows]
    return len(each) > 1 and max(one.low for one in each) > min(one.high for one in each)


def _once_a_cohort(
    rows: Sequence[SafetyRow],
) -> tuple[tuple[SafetyRow, ...], tuple[SafetyLeftOut, ...]]:
    """The largest study of each cohort; arms of one study all stay, as nobody is in two."""
    largest: dict[str, SafetyRow] = {}
    for row in rows:
        kept = largest.setdefault(row.cohort, row)
        if _people(rows, row.study_id) > _people(rows, kept.study_id):
            largest[row.cohort] = row
    return (
        tuple(row for row in rows if largest[row.cohort].study_id == row.study_id),
        tuple(
            _repeated(row, largest) for row in rows if largest[row.cohort].study_id != row.study_id
        ),
    )


def _people(rows: Sequence[SafetyRow], study_id: str) -> int:
    return sum(row.total for row in rows if row.study_id == study_id)


def _repeated(row: SafetyRow, largest: Mapping[str, SafetyRow]) -> SafetyLeftOut:
    counts = largest[row.cohort]
    return SafetyLeftOut(
        row.event,
        row.study_id,
        row.label,
        row.cohort,
        row.route,
        f"{row.events} of {row.total} people; may share patients with {counts.label}, which counts",
        row.citation,
    )
