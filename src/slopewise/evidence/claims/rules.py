"""Rules that give a statement its verdict from the evidence, so that a new study can change it.

Words of verdicts. Slowing: supported where the interval excludes no effect and certainty is high or
moderate; partly where it is low; contradicted where the interval excludes a slowing of a quarter
with certainty at least moderate; not supported otherwise; not studied where nothing was read.
Harms: "rare" is fewer than one in twenty (assumption); supported where the upper bound is below it
and certainty is at least moderate; partly where the bound is below it or nobody was affected;
contradicted where the lower bound is above it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.certainty.body import Outcome
from slopewise.evidence.certainty.counts import (
    EventCount,
    headaches,
    serious_events,
    serious_when_repeated,
)
from slopewise.evidence.certainty.grade import Certainty, Level
from slopewise.evidence.certainty.outcomes import (
    RARE,
    USEFUL_SLOWING,
    OutcomeCertainty,
    certainties,
    slowing_answer,
)
from slopewise.evidence.certainty.rows import row_of, unconverted_row
from slopewise.evidence.claims.claim import Verdict
from slopewise.evidence.claims.regulation import Standing, regulation
from slopewise.evidence.design import DesignClass, Lane
from slopewise.evidence.filters import cell_source_family, route_families
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.slowing.rows import is_subgroup
from slopewise.evidence.study import Study
from slopewise.evidence.study_effect import ReportedDirection

__all__ = ["Found", "Rule", "apply_rule"]

LARGE_TRIAL = 100  # people; assumption: the larger published trials of ALS begin there
CLEAR_P = 0.05  # the usual threshold; a printed P below it is named, not believed
COMMON = 0.10  # "very common" side effects are 1 in 10 or more (CIOMS frequency classes)


class Rule(StrEnum):
    """What a statement is checked by."""

    SLOWED = "slowed"  # options: lane
    STOPPED = "stopped"
    FUNCTION_REGAINED = "function regained"
    SERIOUS_EVENTS_RARE = "serious events rare"
    REPEATED_EVENTS_RARE = "serious events rare when repeated"
    SIDE_EFFECTS_UNCOMMON = "side effects uncommon"
    BREATHING_KEPT = "breathing kept"
    MEASURED = "measured"  # options: words of outcomes
    APPROVED = "approved"  # options: region
    NO_LARGE_TRIAL = "no large trial"
    TRIALS_TO_COME = "trials to come"
    MOST_STUDIED = "most studied cells"  # options: words of the cell type
    SOURCES_STUDIED = "sources studied"  # options: "source/donor"
    STUDIED = "studied"


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found: a verdict, why, and the rows of both sides."""

    verdict: Verdict
    because: str
    rows_for: tuple[EvidenceRow, ...] = ()
    rows_against: tuple[EvidenceRow, ...] = ()
    certainty: Certainty | None = None


def apply_rule(rule: Rule, studies: Sequence[Study], options: Sequence[str]) -> Found:
    """The verdict of that rule on those studies."""
    return _RULES[rule](studies, options)


def _rated(studies: Sequence[Study], outcome: Outcome, lane: Lane) -> OutcomeCertainty:
    return next(one for one in certainties(studies) if one.outcome is outcome and one.lane is lane)


def _slowed(studies: Sequence[Study], options: Sequence[str]) -> Found:
    lane = Lane(options[0]) if options else Lane.RANDOMISED
    answered = slowing_answer(studies, lane)
    rated = _rated(studies, Outcome.SLOWING, lane)
    clear = {effect.study_id for effect in answered.effects if effect.interval95.low > 0}
    silent = tuple(map(unconverted_row, answered.unconverted))
    pairs = list(zip(silent, answered.unconverted, strict=True))
    rows_for = tuple(row for row in rated.rows if row.study_id in clear) + tuple(
        row for row, one in pairs if one.direction is ReportedDirection.FAVOURS_TREATMENT
    )
    rows_against = tuple(row for row in rated.rows if row.study_id not in clear) + tuple(
        row for row, one in pairs if one.saw_no_benefit
    )
    verdict = _slowing_verdict(rated, lane, has_rows=bool(rated.rows or silent))
    return Found(verdict, answered.sentence, rows_for, rows_against, rated.certainty)


def _slowing_verdict(rated: OutcomeCertainty, lane: Lane, *, has_rows: bool) -> Verdict:
    low, high, level = rated.numbers.low, rated.numbers.high, rated.certainty.level
    is_sure = level in {Level.HIGH, Level.MODERATE}
    if low is None or high is None:
        return Verdict.NOT_SUPPORTED if has_rows else Verdict.NOT_STUDIED
    if high < USEFUL_SLOWING and is_sure:
        return Verdict.CONTRADICTED
    if low <= 0 or level is Level.VERY_LOW:
        return Verdict.NOT_SUPPORTED
    # without lots drawn no interval, however narrow, supports it fully
    return Verdict.SUPPORTED if is_sure and lane is Lane.RANDOMISED else Verdict.PARTLY


def _stopped(studies: Sequence[Study], options: Sequence[str]) -> Found:
    """Stabilised means a slowing of 1."""
    del options
    rated = _rated(studies, Outcome.SLOWING, Lane.RANDOMISED)
    low, high, level = rated.numbers.low, rated.numbers.high, rated.certainty.level
    if low is None or high is None:
        verdict = Verdict.NOT_SUPPORTED if rated.rows else Verdict.NOT_STUDIED
        return Found(verdict, rated.sentence, certainty=rated.certainty)
    if high < 1:
        sure = level in {Level.HIGH, Level.MODERATE, Level.LOW}
        because = f"The interval for slowing ends at {high:.2f}; a stop would be 1."
        verdict = Verdict.CONTRADICTED if sure else Verdict.NOT_SUPPORTED
        return Found(verdict, because, (), rated.rows, rated.certainty)
    is_near = low >= 1 - USEFUL_SLOWING and level in {Level.HIGH, Level.MODERATE}
    because = f"The interval for slowing runs from {low:.2f} to {high:.2f}; a stop would be 1."
    if is_near:
        return Found(Verdict.SUPPORTED, because, rated.rows, (), rated.certainty)
    return Found(Verdict.NOT_SUPPORTED, because, (), rated.rows, rated.certainty)


def _function_regained(studies: Sequence[Study], options: Sequence[str]) -> Found:
    """Mean change of the score from baseline in treated arms: above zero would be regained."""
    del options
    lost, gained = list[EvidenceRow](), list[EvidenceRow]()
    for study in studies:
        for row in study.group_differences:
            mean = row.treated.mean if row.treated is not None else None
            is_change = "ALSFRS" in row.outcome and "change" in row.outcome
            if mean is None or not is_change or "slope" in row.outcome:
                continue
            if row.superseded_by is not None or is_subgroup(row.outcome):
                continue
            fact = f"mean change in the treated arm {mean:g} points at {row.timepoint}"
            (gained if mean > 0 else lost).append(row_of(study, fact, row.citation))
    if not lost and not gained:
        return Found(Verdict.NOT_STUDIED, "No mean change of a treated arm was read.")
    if gained and lost:
        return Found(Verdict.PARTLY, "Some treated arms gained points.", tuple(gained), tuple(lost))
    if gained:
        return Found(Verdict.SUPPORTED, "Treated arms gained points on average.", tuple(gained))
    because = "Wherever a mean change was printed, treated people lost points on average."
    return Found(Verdict.CONTRADICTED, because, (), tuple(lost))


def _serious_rare(studies: Sequence[Study], options: Sequence[str]) -> Found:
    del options
    return _rare(studies, serious_events(studies), Outcome.SERIOUS_EVENTS)


def _repeated_rare(studies: Sequence[Study], options: Sequence[str]) -> Found:
    del options
    return _rare(studies, serious_when_repeated(studies), Outcome.REPEAT_DOSING)


def _rare(studies: Sequence[Study], counted: Sequence[EventCount], outcome: Outcome) -> Found:
    """All cohorts together: counts of treated people, not comparisons, so lanes may be added."""
    if not counted:
        return Found(Verdict.NOT_STUDIED, f"No study counted {outcome}.")
    events, people = sum(one[1] for one in counted), sum(one[2] for one in counted)
    low, high = _exact(events, people)
    rated = max(
        (one for one in certainties(studies) if one.outcome is outcome),
        key=lambda one: one.numbers.people,
    )
    number = "None" if events == 0 else str(events)
    because = (
        f"{number} of {people} treated people in {len(counted)} cohorts that counted had a serious "
        "event that its authors laid to the treatment: the true share could still be up to "
        f"{100 * high:.1f} in 100. Whoever gave no count is not in it, so that this does not show "
        "safety."
    )
    rows = tuple(row for one in certainties(studies) if one.outcome is outcome for row in one.rows)
    harmed = {one[0].study_id for one in counted if one[1] > 0}
    rows_for = tuple(row for row in rows if row.study_id not in harmed)
    rows_against = tuple(row for row in rows if row.study_id in harmed)
    return Found(
        _rare_verdict(low, high, rated.certainty.level),
        because,
        rows_for,
        rows_against,
        rated.certainty,
    )


def _rare_verdict(low: float, high: float, level: Level) -> Verdict:
    if low > RARE:
        return Verdict.CONTRADICTED
    if high < RARE:
        is_sure = level in {Level.HIGH, Level.MODERATE}
        return Verdict.SUPPORTED if is_sure else Verdict.PARTLY
    return Verdict.NOT_SUPPORTED


def _side_effects_uncommon(studies: Sequence[Study], options: Sequence[str]) -> Found:
    """Contradicted where two cohorts count an effect in clearly more than one in ten."""
    del options
    counted = headaches(studies)
    if not counted:
        return Found(Verdict.NOT_STUDIED, "No study counted side effects in a usable way.")
    rated = _rated(studies, Outcome.HEADACHE, Lane.SINGLE_ARM)
    common = {study.study_id for study, x, n in counted if _exact(x, n)[0] > COMMON}
    rare = {study.study_id for study, x, n in counted if _exact(x, n)[1] < COMMON}
    rows_for = tuple(row for row in rated.rows if row.study_id not in common)
    rows_against = tuple(row for row in rated.rows if row.study_id in common)
    said = "; ".join(f"{study.label} {x} of {n}" for study, x, n in counted)
    because = f"Headache after the procedure: {said}."
    if len(common) > 1:
        verdict = Verdict.CONTRADICTED
    elif common:
        verdict = Verdict.NOT_SUPPORTED
    else:
        verdict = Verdict.SUPPORTED if len(rare) == len(counted) else Verdict.PARTLY
    return Found(verdict, because, rows_for, rows_against, rated.certainty)


def _breathing_kept(studies: Sequence[Study], options: Sequence[str]) -> Found:
    del options
    rated = _rated(studies, Outcome.BREATHING, Lane.RANDOMISED)
    low, high = rated.numbers.low, rated.numbers.high
    if low is None or high is None:
        return Found(Verdict.NOT_STUDIED, rated.sentence, certainty=rated.certainty)
    sure = rated.certainty.level in {Level.HIGH, Level.MODERATE}
    if low > 0:
        verdict = Verdict.SUPPORTED if sure else Verdict.PARTLY
        return Found(verdict, rated.sentence, rated.rows, (), rated.certainty)
    verdict = Verdict.CONTRADICTED if high < 0 and sure else Verdict.NOT_SUPPORTED
    return Found(verdict, rated.sentence, (), rated.rows, rated.certainty)


def _measured(studies: Sequence[Study], options: Sequence[str]) -> Found:
    """Whether any result of any study names one of these outcomes."""
    named = [
        (study, result, name)
        for study in studies
        for result in study.results()
        if (name := getattr(result, "outcome", None) or getattr(result, "definition", ""))
        and any(word in name.casefold() for word in options)
    ]
    rows = [row_of(study, name, result.citation) for study, result, name in named]
    if rows:
        chances = [getattr(result, "p_value", None) for _, result, _ in named]
        because = "Measured in some studies; nothing read shows a benefit."
        if any(chance is not None and chance < CLEAR_P for chance in chances):
            because = (
                "Measured in some studies; one difference was printed, which proves no benefit."
            )
        return Found(Verdict.NOT_SUPPORTED, because, (), tuple(rows))
    return Found(
        Verdict.NOT_STUDIED,
        f"No result in the record measures this (looked for: {', '.join(options)}).",
    )


def _approved(studies: Sequence[Study], options: Sequence[str]) -> Found:
    del studies
    status = next(one for one in regulation() if one.region == options[0])
    rows = tuple(EvidenceRow(event.words, event.citation) for event in status.events)
    verdict = {
        Standing.APPROVED: Verdict.SUPPORTED,
        Standing.CONDITIONAL: Verdict.PARTLY,
        Standing.NOT_APPROVED: Verdict.CONTRADICTED,
        Standing.NOT_VERIFIED: Verdict.NOT_STUDIED,
    }[status.standing]
    is_for = verdict in {Verdict.SUPPORTED, Verdict.PARTLY}
    said = f"{status.sentence} Latest page read: {status.latest_read}. {status.re_check}"
    return Found(verdict, said, rows if is_for else (), () if is_for else rows)


def _no_large_trial(studies: Sequence[Study], options: Sequence[str]) -> Found:
    del options
    large = [
        study
        for study in studies
        if study.design.design_class is DesignClass.RCT_PARALLEL and _size(study) >= LARGE_TRIAL
    ]
    if not large:
        return Found(Verdict.SUPPORTED, f"No randomised trial of {LARGE_TRIAL} or more was read.")
    rows = tuple(_size_row(study) for study in large)
    names = ", ".join(f"{study.label} ({_size(study)} people)" for study in large)
    return Found(
        Verdict.CONTRADICTED, f"Large randomised trials have been done: {names}.", (), rows
    )


def _trials_to_come(studies: Sequence[Study], options: Sequence[str]) -> Found:
    del options
    coming = [
        study
        for study in studies
        if study.lane is Lane.NO_RESULT
        and (study.design.phase or "").startswith("3")
        and _size(study) >= LARGE_TRIAL
    ]
    if not coming:
        return Found(Verdict.NOT_SUPPORTED, "No large trial without results is in the record.")
    rows = tuple(_size_row(study) for study in coming)
    names = ", ".join(study.label for study in coming)
    return Found(Verdict.SUPPORTED, f"Registered, without results so far: {names}.", rows)


def _size(study: Study) -> int:
    enrolled = study.people.enrolled
    return round(enrolled.value or 0) if enrolled is not None else 0


def _size_row(study: Study) -> EvidenceRow:
    enrolled = study.people.enrolled
    said = f"{_size(study)} people, phase {study.design.phase or 'not read'}"
    return row_of(study, said, enrolled.citation if enrolled else None)


def _most_studied(studies: Sequence[Study], options: Sequence[str]) -> Found:
    read = [study for study in studies if study.is_content_read and study.treatment.cell_type]
    named = [study for study in read if _is_of(study, options)]
    others = [study for study in read if not _is_of(study, options)]
    if not read:
        return Found(Verdict.NOT_STUDIED, "No study names its cells.")
    because = f"{len(named)} of the {len(read)} studies with content read used such cells."
    verdict = Verdict.SUPPORTED if len(named) > len(others) else Verdict.NOT_SUPPORTED
    return Found(verdict, because, _cell_rows(named), _cell_rows(others))


def _is_of(study: Study, words: Sequence[str]) -> bool:
    printed = (study.treatment.cell_type or "").casefold()
    return any(word in printed for word in words) and "not expanded msc" not in printed


def _cell_rows(studies: Sequence[Study]) -> tuple[EvidenceRow, ...]:
    return tuple(row_of(study, f"cells: {study.treatment.cell_type}") for study in studies)


def _sources_studied(studies: Sequence[Study], options: Sequence[str]) -> Found:
    rows, missing = list[EvidenceRow](), []
    for option in options:
        source, donor = option.split("/")
        using = [
            study
            for study in studies
            if study.is_content_read
            and cell_source_family(study) == source
            and study.treatment.donor == donor
        ]
        rows += [row_of(study, f"{donor} cells from {source}") for study in using]
        if not using:
            missing.append(f"{donor} cells from {source}")
    if not rows:
        return Found(Verdict.NOT_STUDIED, "No study in the record used these sources.")
    if missing:
        return Found(Verdict.PARTLY, f"No study used {', '.join(missing)}.", tuple(rows))
    return Found(
        Verdict.SUPPORTED, f"Each source was used in ALS: {len(rows)} studies.", tuple(rows)
    )


def _studied(studies: Sequence[Study], options: Sequence[str]) -> Found:
    del options
    read = [study for study in studies if study.is_content_read]
    drawn = [study for study in read if study.lane is Lane.RANDOMISED]
    if not read:
        return Found(Verdict.NOT_STUDIED, "No study was read.")
    because = f"{len(read)} studies with content read, {len(drawn)} of them randomised."
    rows = tuple(
        row_of(study, f"{study.design.design_class.words}; {', '.join(route_families(study))}")
        for study in drawn or read
    )
    verdict = Verdict.SUPPORTED if len(read) > 1 else Verdict.NOT_SUPPORTED
    return Found(verdict, because, rows)


def _exact(events: int, people: int) -> tuple[float, float]:
    from slopewise.evidence.proportions.exact import exact_proportion
    from slopewise.evidence.proportions.pooled_proportion import CountedStudy

    whole = exact_proportion(CountedStudy("all", events, people))
    return whole.low, whole.high


_RULES: dict[Rule, Callable[[Sequence[Study], Sequence[str]], Found]] = {
    Rule.SLOWED: _slowed,
    Rule.STOPPED: _stopped,
    Rule.FUNCTION_REGAINED: _function_regained,
    Rule.SERIOUS_EVENTS_RARE: _serious_rare,
    Rule.REPEATED_EVENTS_RARE: _repeated_rare,
    Rule.SIDE_EFFECTS_UNCOMMON: _side_effects_uncommon,
    Rule.BREATHING_KEPT: _breathing_kept,
    Rule.MEASURED: _measured,
    Rule.APPROVED: _approved,
    Rule.NO_LARGE_TRIAL: _no_large_trial,
    Rule.TRIALS_TO_COME: _trials_to_come,
    Rule.MOST_STUDIED: _most_studied,
    Rule.SOURCES_STUDIED: _sources_studied,
    Rule.STUDIED: _studied,
}
