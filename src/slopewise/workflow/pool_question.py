"""Answer one of our questions from the published record, with everything that tests the answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from slopewise.errors import NotFoundError
from slopewise.evidence.pooling.pooled_studies import PooledStudies, PoolOptions
from slopewise.evidence.question import FURTHER_QUESTIONS, QUESTIONS, Question, answer
from slopewise.evidence.study_effect import StudyEffect
from slopewise.records.published.pool_csv import Moderator
from slopewise.workflow.pool_evidence import pooled_studies
from slopewise.workflow.published_record import published_studies

__all__ = ["BUILT_IN_MODERATORS", "pool_question"]

BUILT_IN_MODERATORS: dict[str, Callable[[StudyEffect], str | float | None]] = {
    "source": lambda effect: effect.moderators.cell_source,
    "donor": lambda effect: effect.moderators.donor,
    "route": lambda effect: effect.moderators.route,
    "dose": lambda effect: effect.moderators.cells_per_dose,
    "repeats": lambda effect: effect.moderators.administrations,
}


def pool_question(
    key: str, options: PoolOptions, without: frozenset[str] = frozenset()
) -> PooledStudies:
    """Answer one of our questions; raises NotFoundError for another key or an unknown study."""
    question = _question(key)
    # as in the answer itself: a few studies that happen to agree must not look sure
    options = replace(options, floor=options.hartung_knapp)
    studies = published_studies()
    unknown = without - {study.study_id for study in studies}
    if unknown:
        raise NotFoundError(
            f"there is no study {min(unknown)!r} to leave out; `slopewise evidence studies` lists "
            "the identifiers"
        )
    found = answer(
        question,
        studies,
        method=options.method,
        hartung_knapp=options.hartung_knapp,
        without=without,
    )
    effects = found.effects
    moderators, remarks = _read_moderators(effects, options.moderators)
    made = pooled_studies(
        question.key,
        tuple(effect.label for effect in effects),
        tuple(effect.estimate for effect in effects),
        standard_errors=tuple(effect.standard_error for effect in effects),
        moderators=moderators,
        own_intervals=tuple(effect.own_interval for effect in effects),
        options=options,
        remarks=remarks,
    )
    return replace(made, answer=found)


def _question(key: str) -> Question:
    known = (*QUESTIONS, *FURTHER_QUESTIONS)
    for question in known:
        if question.key == key:
            return question
    raise NotFoundError(
        f"there is no question {key!r}; the questions are "
        + ", ".join(question.key for question in known)
    )


def _read_moderators(
    effects: Sequence[StudyEffect], names: tuple[str, ...]
) -> tuple[dict[str, Moderator], tuple[str, ...]]:
    """The moderators that every study has and that differ; a remark for each other."""
    known: dict[str, Moderator] = {}
    remarks = []
    for name in names:
        if name not in BUILT_IN_MODERATORS:
            raise NotFoundError(
                f"the record has no moderator {name!r}; choose among "
                + ", ".join(BUILT_IN_MODERATORS)
            )
        values = [BUILT_IN_MODERATORS[name](effect) for effect in effects]
        silent = [e.label for e, value in zip(effects, values, strict=True) if value is None]
        if silent:
            remarks.append(
                f"The moderator {name} was not used: {', '.join(silent)} did not report it."
            )
        elif len(effects) > 1 and len(set(values)) == 1:
            remarks.append(
                f"The moderator {name} was not used: it is the same in every study ({values[0]})."
            )
        else:
            known[name] = tuple(values)  # type: ignore[assignment]  # one column, one kind
    return known, tuple(remarks)
