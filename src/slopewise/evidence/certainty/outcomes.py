"""How sure one may be of each outcome, lane by lane: the answer, the level, and what lowered it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from slopewise.evidence.certainty.body import Body, Outcome
from slopewise.evidence.certainty.counts import (
    EventCount,
    gives_repeat_doses,
    headaches,
    serious_events,
    serious_when_repeated,
)
from slopewise.evidence.certainty.grade import Certainty, Level
from slopewise.evidence.certainty.rating import rate
from slopewise.evidence.certainty.rows import (
    difference_row,
    effect_row,
    row_of,
    safety_row,
    survival_rows,
    vital_capacity_rows,
)
from slopewise.evidence.cohorts import cohort_names, largest_of_each
from slopewise.evidence.design import Comparison, Lane
from slopewise.evidence.question import QUESTIONS, QuestionAnswer, answer
from slopewise.evidence.registry.entries import load_entries
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.study import GroupDifference, Interval, Study
from slopewise.evidence.study_effect import Measure

__all__ = ["AnswerNumbers", "OutcomeCertainty", "certainties", "slowing_answer", "slowing_body"]

USEFUL_SLOWING = 0.25  # assumption: a quarter slower is the least worth the burden of treatment
USEFUL_BREATHING = 5.0  # assumption: points of percent predicted
RARE = 0.05  # assumption: one person in twenty
_LANES = (Lane.RANDOMISED, Lane.EXTERNAL_CONTROL, Lane.SINGLE_ARM)
_LEVEL_MEANING = {
    # Guyatt 2008, doi:10.1136/bmj.39489.470347.AD, in our words
    Level.HIGH: "further research is very unlikely to change this",
    Level.MODERATE: "further research may change this",
    Level.LOW: "further research is likely to change this",
    Level.VERY_LOW: "the true answer may well be different",
    Level.NONE: "nothing was read that answers it",
}


@dataclass(frozen=True, slots=True)
class AnswerNumbers:
    """The numbers behind a rated answer; None where there is none.

    `unit` is "slowing", "points of percent predicted" or "share of people".
    """

    k: int
    people: int
    unit: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    events: int | None = None


@dataclass(frozen=True, slots=True)
class OutcomeCertainty:
    """One outcome in one lane: a sentence, the certainty with its steps, the numbers and rows."""

    outcome: Outcome
    lane: Lane
    sentence: str
    certainty: Certainty
    numbers: AnswerNumbers
    rows: tuple[EvidenceRow, ...] = ()


def certainties(studies: Sequence[Study]) -> tuple[OutcomeCertainty, ...]:
    """Every outcome and lane, in the order of the outcomes."""
    return _certainties(tuple(studies))


@lru_cache(maxsize=4)
def _certainties(studies: tuple[Study, ...]) -> tuple[OutcomeCertainty, ...]:
    found = []
    for lane in _LANES:
        answered = slowing_answer(studies, lane)
        body = slowing_body(answered, studies)
        found.append(_rated(body, "slowing", answered.sentence))
    found += [_rated(_breathing(studies, lane), "points of percent predicted") for lane in _LANES]
    found += [_rated(_survival(studies, lane), "not pooled") for lane in _LANES]
    for outcome, counted in (
        (Outcome.SERIOUS_EVENTS, serious_events(studies)),
        (Outcome.HEADACHE, headaches(studies)),
        (Outcome.REPEAT_DOSING, serious_when_repeated(studies)),
    ):
        for lane in _LANES:
            told = [one[0] for one in counted]
            uncounted = _uncounted(studies, outcome, lane, told)
            found.append(_rated(_share(outcome, lane, counted, uncounted), "share of people"))
    return tuple(found)


def slowing_answer(studies: Sequence[Study], lane: Lane) -> QuestionAnswer:
    """The answer on slowing in that lane, kept while the same studies are asked about."""
    return _slowing_answer(tuple(studies), lane)


@lru_cache(maxsize=12)
def _slowing_answer(studies: tuple[Study, ...], lane: Lane) -> QuestionAnswer:
    measured = (one for one in QUESTIONS if one.measure is Measure.SLOWING)
    return answer(next(one for one in measured if one.lane is lane), studies)


def _uncounted(
    studies: Sequence[Study], outcome: Outcome, lane: Lane, known_from: Sequence[Study]
) -> tuple[EvidenceRow, ...]:
    """Cohorts of the lane that were treated and give nothing on this outcome."""
    cohorts = cohort_names(studies)
    known = {cohorts[study.study_id] for study in known_from}
    here = [
        study
        for study in studies
        if study.lane is lane
        and study.people.treated is not None
        and cohorts[study.study_id] not in known
        and (outcome is not Outcome.REPEAT_DOSING or gives_repeat_doses(study))
    ]
    kept = largest_of_each(here, cohorts=cohorts)
    return tuple(row_of(study, f"nothing on {outcome} on the pages read") for study in kept)


def slowing_body(answered: QuestionAnswer, studies: Sequence[Study]) -> Body:
    """The evidence behind an answer on slowing."""
    by_id = {study.study_id: study for study in studies}
    effects = [effect for effect in answered.effects if effect.study_id in by_id]
    pooled = answered.pooled
    return Body(
        outcome=Outcome.SLOWING,
        lane=answered.question.lane,
        studies=tuple(by_id[effect.study_id] for effect in effects),
        weights=pooled.weights if pooled and len(pooled.weights) == len(effects) else (),
        rows=tuple(map(effect_row, effects)),
        silent=answered.unconverted,
        unreported=_unreported(studies, answered.question.lane),
        estimate=pooled.estimate if pooled else None,
        low=pooled.low if pooled else None,
        high=pooled.high if pooled else None,
        no_effect=0.0,
        useful=USEFUL_SLOWING,
        prediction_low=pooled.prediction_low if pooled else None,
        prediction_high=pooled.prediction_high if pooled else None,
        heterogeneity_i2=pooled.heterogeneity_i2 if pooled else None,
        people=sum((effect.n_treated or 0) + (effect.n_control or 0) for effect in effects),
    )


def _unreported(studies: Sequence[Study], lane: Lane) -> tuple[EvidenceRow, ...]:
    """Registrations of finished trials of that lane whose studies show no result.

    A trial that the register does not call randomised is taken as one without a control group.
    """
    here = {study.study_id: study for study in studies if study.lane is Lane.NO_RESULT}
    rows = []
    for entry in load_entries():
        drawn = (entry.design or "").startswith("randomised")
        of_lane = lane is (Lane.RANDOMISED if drawn else Lane.SINGLE_ARM)
        silent = [here[one] for one in entry.study_ids if one in here]
        if entry.status == "completed" and of_lane and len(silent) == len(entry.study_ids) > 0:
            fact = f"{entry.identifier} completed ({entry.status_date}), no result read"
            rows.append(row_of(silent[0], fact, entry.citation))
    return tuple(rows)


def _breathing(studies: Sequence[Study], lane: Lane) -> Body:
    """Change of vital capacity between arms; the largest study stands where there are several."""
    here = [study for study in studies if study.lane is lane and vital_capacity_rows(study)]
    kept = largest_of_each(here, cohorts=cohort_names(studies))
    compared = [(study, row) for study in kept if (row := _compared(study)) is not None]
    first = max(compared, key=lambda pair: _people(pair[1]), default=None)
    band: Interval | None = first[1].interval95 if first else None
    return Body(
        outcome=Outcome.BREATHING,
        lane=lane,
        studies=tuple(study for study, _ in compared) or kept,
        rows=tuple(difference_row(study, row) for study, row in compared)
        or tuple(row for study in kept for row in vital_capacity_rows(study)),
        estimate=first[1].difference if first else None,
        low=band.low if band else None,
        high=band.high if band else None,
        no_effect=0.0,
        useful=USEFUL_BREATHING,
        unreported=_uncounted(studies, Outcome.BREATHING, lane, here),
        people=sum(_people(row) for _, row in compared),
    )


def _compared(study: Study) -> GroupDifference | None:
    """The difference between arms in the change itself, with an interval."""
    for row in study.vital_capacity_differences:
        is_change = "slope" not in row.outcome and "subgroup" not in row.outcome
        if row.comparison is Comparison.BETWEEN_ARMS and row.interval95 and is_change:
            return row
    return None


def _people(row: GroupDifference) -> int:
    sides = (row.treated, row.control)
    return sum(side.n or 0 for side in sides if side is not None)


def _survival(studies: Sequence[Study], lane: Lane) -> Body:
    """What was read about survival; the deaths of one arm alone compare nothing."""
    here = [study for study in studies if study.lane is lane and study.survival]
    kept = largest_of_each(here, cohorts=cohort_names(studies))
    return Body(
        outcome=Outcome.SURVIVAL,
        lane=lane,
        studies=kept,
        rows=tuple(row for study in kept for row in survival_rows(study)),
        no_effect=0.0,
        unreported=_uncounted(studies, Outcome.SURVIVAL, lane, here),
        people=sum(_enrolled(study) for study in kept),
    )


def _enrolled(study: Study) -> int:
    sides = (study.people.treated, study.people.control)
    return round(sum(side.value or 0.0 for side in sides if side is not None))


def _share(
    outcome: Outcome,
    lane: Lane,
    counted: Sequence[EventCount],
    uncounted: tuple[EvidenceRow, ...],
) -> Body:
    """A share of treated people, added up over the cohorts of the lane."""
    here = [one for one in counted if one[0].lane is lane]
    events = sum(one[1] for one in here)
    people = sum(one[2] for one in here)
    low, high = _exact(events, people)
    return Body(
        outcome=outcome,
        lane=lane,
        studies=tuple(one[0] for one in here),
        weights=tuple(one[2] / people for one in here),
        rows=tuple(_counted_row(*one) for one in here),
        estimate=events / people if people else None,
        low=low,
        high=high,
        useful=RARE,
        is_scattered=_is_scattered(here),
        unreported=uncounted,
        people=people,
        events=events if people else None,
    )


def _is_scattered(counted: Sequence[EventCount]) -> bool:
    bands = [_exact(events, people) for _, events, people in counted]
    lows = [low for low, _ in bands if low is not None]
    highs = [high for _, high in bands if high is not None]
    return bool(lows and highs) and max(lows) > min(highs)


def _exact(events: int, people: int) -> tuple[float | None, float | None]:
    from slopewise.evidence.proportions.exact import exact_proportion
    from slopewise.evidence.proportions.pooled_proportion import CountedStudy

    if not people:
        return None, None
    whole = exact_proportion(CountedStudy("all", events, people))
    return whole.low, whole.high


def _counted_row(study: Study, events: int, people: int) -> EvidenceRow:
    said = safety_row(study)
    return row_of(study, f"{events} of {people} people", said.citation if said else None)


def _rated(body: Body, unit: str, said: str | None = None) -> OutcomeCertainty:
    certainty = rate(body)
    numbers = AnswerNumbers(
        k=len(body.studies),
        people=body.people,
        unit=unit,
        estimate=None if body.is_scattered else body.estimate,
        low=None if body.is_scattered else body.low,
        high=None if body.is_scattered else body.high,
        events=body.events,
    )
    found = said or _sentence(body)
    sentence = f"{found} Certainty: {certainty.level}; {_LEVEL_MEANING[certainty.level]}."
    return OutcomeCertainty(body.outcome, body.lane, sentence, certainty, numbers, body.rows)


def _sentence(body: Body) -> str:
    if not body.studies:
        return f"No study of this kind gave a usable result on {body.outcome}."
    studies = "1 cohort" if len(body.studies) == 1 else f"{len(body.studies)} cohorts"
    if body.is_share and body.is_scattered:
        parts = "; ".join(f"{row.fact} ({row.label})" for row in body.rows)
        return f"{studies.capitalize()} differ too much for one figure: {parts}."
    if body.is_share and body.high is not None:
        low = f"{100 * (body.low or 0.0):.1f} to " if body.events else "up to "
        return (
            f"{low}{100 * body.high:.1f} in 100 people may have this: "
            f"{body.events} of {body.people} counted in {studies}."
        )
    if body.low is not None and body.high is not None:
        holds = body.low <= (body.no_effect or 0.0) <= body.high
        verdict = "no difference shown" if holds else "a difference was seen"
        unit = "points of percent predicted" if body.outcome is Outcome.BREATHING else ""
        return f"{body.low:.1f} to {body.high:.1f} {unit}, {studies}: {verdict}."
    return f"{studies.capitalize()} reported {body.outcome}; no interval could be made of it."
