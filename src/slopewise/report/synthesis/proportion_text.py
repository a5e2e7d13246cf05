"""Counts for the terminal and as JSON: a sentence with its interval first, then the rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from slopewise.evidence.proportions.pooled_proportion import (
    CountedEvents,
    CountMethod,
    CountStatus,
    PooledProportion,
    Proportion,
)
from slopewise.evidence.safety.safety_answer import ANY_ROUTE
from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import NOT_AVAILABLE, decimal, plural
from slopewise.report.tables import Column, Table

if TYPE_CHECKING:
    from slopewise.evidence.safety.safety_answer import SafetyAnswer

__all__ = [
    "METHOD_WORDS",
    "proportion_json",
    "proportion_sentence",
    "proportion_text",
    "safety_json",
    "safety_text",
    "share",
]

METHOD_WORDS = {
    CountMethod.EXACT: "exact: all people added up",
    CountMethod.BETA_BINOMIAL: "beta-binomial: mean over studies",
    CountMethod.GLMM: "GLMM, binomial-normal: middle study",
}
STATUS_WORDS = {
    CountStatus.BOUNDARY: "The studies differ no more than chance; the model takes them as alike.",
    CountStatus.SINGLE_STUDY: "One study: nothing was pooled, the numbers are its own (exact).",
    CountStatus.NO_EVENTS: "No study had an event: no model has an answer; the bound is exact.",
    CountStatus.ALL_EVENTS: "Everybody in every study had the event; the bound is exact.",
    CountStatus.NO_MAXIMUM: "No answer: in each study everybody or nobody had the event.",
    CountStatus.UNRELIABLE: "No answer: the model's standard error cannot be right.",
    CountStatus.STEP_LIMIT: "No answer: the search for the best fit did not end.",
}
CLOSING = "Research use only; not advice on treatment."


def share(value: float | None) -> str:
    """A share of people in percent with enough digits for rare events."""
    if value is None:
        return NOT_AVAILABLE
    hundredths = 100.0 * value
    return f"{decimal(hundredths, 2 if 0 < hundredths < 1 else 1)} %"


def proportion_sentence(pooled: PooledProportion) -> str:
    """The answer as a person would say it, the interval before the point."""
    among = f"{plural(pooled.total, 'person', 'people')} in {plural(pooled.k, 'study', 'studies')}"
    interval = f"{share(pooled.low)} to {share(pooled.high)}"
    if pooled.estimate is None:
        return f"Cannot tell by this method ({pooled.events} of {among})."
    if pooled.events == 0:
        return (
            f"None of {among}; the true rate could still be up to {share(pooled.high)} (95 % "
            f"interval, two-sided; one-sided {share(pooled.upper_one_sided)})."
        )
    counted = f"{pooled.events} of {among}"
    return f"{interval} (95 % interval), most likely {share(pooled.estimate)}; {counted}."


def proportion_text(counted: CountedEvents) -> str:
    """The main answer first, then each method, what to mind, and the studies."""
    parts = [wrapped(proportion_sentence(counted.main))]
    if counted.main.status in STATUS_WORDS:
        parts.append(wrapped(STATUS_WORDS[counted.main.status]))
    shown = list(counted.answers)
    if counted.plain not in shown:
        shown.append(counted.plain)
    parts.append(lay_out(_methods(shown)))
    notes = [one.alarm for one in counted.answers if one.alarm is not None]
    if notes or counted.remarks:
        parts.append("Mind:\n" + bullets((*notes, *counted.remarks)))
    parts.append(lay_out(_studies(counted.main.studies)))
    return "\n\n".join([*parts, CLOSING])


def _methods(answers: Sequence[PooledProportion]) -> Table:
    rows = tuple(
        (
            METHOD_WORDS[one.method],
            f"{share(one.low)} to {share(one.high)}" if one.low is not None else NOT_AVAILABLE,
            share(one.estimate),
            f"{share(one.prediction_low)} to {share(one.prediction_high)}"
            if one.prediction_low is not None
            else "–",
        )
        for one in answers
    )
    columns = (Column("Method"), Column("95 % interval"), Column("Rate"), Column("A new study"))
    return Table("By method", columns, rows)


def _studies(studies: Sequence[Proportion]) -> Table:
    rows = tuple(
        (one.study, f"{one.events} of {one.total}", f"{share(one.low)} to {share(one.high)}")
        for one in studies
    )
    return Table("Studies", (Column("Study"), Column("People"), Column("95 % interval")), rows)


def proportion_json(counted: CountedEvents) -> dict[str, Any]:
    """The main answer with its studies; `answers` holds every method, `plain` the exact sum."""
    return {
        **_pooled(counted.main),
        "studies": [_study(one) for one in counted.main.studies],
        "answers": {one.method.value: _pooled(one) for one in counted.answers},
        "plain": _pooled(counted.plain),
        "source": counted.source,
        "remarks": list(counted.remarks),
    }


def _pooled(pooled: PooledProportion) -> dict[str, Any]:
    return {
        "estimate": pooled.estimate,
        "low": pooled.low,
        "high": pooled.high,
        "upper_one_sided": pooled.upper_one_sided,
        "k": pooled.k,
        "events": pooled.events,
        "total": pooled.total,
        "method": pooled.method.value,
        "status": pooled.status.value,
        "logit": pooled.logit,
        "standard_error": pooled.standard_error,
        "prediction_low": pooled.prediction_low,
        "prediction_high": pooled.prediction_high,
        "between_study_variance": pooled.between_study_variance,
        "overdispersion": pooled.overdispersion,
        "log_likelihood": pooled.log_likelihood,
        "alarm": pooled.alarm,
    }


def _study(one: Proportion) -> dict[str, Any]:
    return {
        "study": one.study,
        "events": one.events,
        "total": one.total,
        "low": one.low,
        "high": one.high,
        "estimate": one.estimate,
    }


def safety_text(answers: "Sequence[SafetyAnswer]") -> str:
    """Each event over any route with its rows and what did not count, then by route."""
    parts = [
        "What was reported of harm, each centre's patients counted once.",
        *(_safety(one, answers) for one in answers if one.route == ANY_ROUTE),
    ]
    return "\n\n".join([*parts, CLOSING])


def _safety(answer: "SafetyAnswer", answers: "Sequence[SafetyAnswer]") -> str:
    parts = [answer.event.value.capitalize(), wrapped(answer.sentence)]
    by_route = [
        one.sentence for one in answers if one.event is answer.event and one.route != answer.route
    ]
    rows = [
        f"{row.label} ({row.route}): {row.events} of {row.total}; {row.basis}"
        for row in answer.rows
    ]
    for caption, texts in (
        ("By route", by_route if len(by_route) > 1 else []),
        ("Mind", list(answer.cautions)),
        ("Counted", rows),
        ("Not counted", [f"{one.label}: {one.reason}" for one in answer.left_out]),
    ):
        if texts:
            parts.append(f"{caption}:\n{bullets(texts)}")
    return "\n".join(parts)


def safety_json(answers: "Sequence[SafetyAnswer]") -> list[dict[str, Any]]:
    """One object for each event and route."""
    return [
        {
            "event": one.event.value,
            "route": one.route,
            "sentence": one.sentence,
            "cautions": list(one.cautions),
            "pooled": None if one.pooled is None else _pooled(one.pooled),
            "plain": None if one.plain is None else _pooled(one.plain),
            "rows": [
                {
                    "study_id": row.study_id,
                    "study": row.label,
                    "cohort": row.cohort,
                    "route": row.route,
                    "donor": row.donor,
                    "events": row.events,
                    "total": row.total,
                    "basis": row.basis,
                    "source": row.citation.source,
                    "pointer": row.citation.pointer,
                }
                for row in one.rows
            ],
            "left_out": [
                {"study_id": row.study_id, "study": row.label, "reason": row.reason}
                for row in one.left_out
            ],
        }
        for one in answers
    ]
