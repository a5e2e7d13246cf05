"""From one study to at most one slowing θ: every road that its print allows, and one chosen.

Written rule, in this order:
1. whole arms only: subgroups, superseded figures and comparisons of legs never enter;
2. mean change in both arms, then slopes of both arms, then the difference of slope changes, then
   (single arm) slopes before and after, then a slowing the report itself states, then responders;
3. the time nearest six months, of two equally near the later;
4. a spread borrowed from another trial never enters: it tests the answer.
Scales are not mixed: an estimate on ALSFRS (40 points) does not enter beside ALSFRS-R (48).
assumption: six months, because the randomised trials read put their main result there or near
(4 and 6 months, 28 weeks).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from slopewise.evidence.design import DesignClass, Lane
from slopewise.evidence.slowing.candidate import Candidate, Kind, LeftOut, people_of
from slopewise.evidence.slowing.controlled import controlled_candidates, error_of_difference
from slopewise.evidence.slowing.reported import reported_slowing
from slopewise.evidence.slowing.rows import (
    ALSFRS_R,
    Quantity,
    functional_scale,
    is_subgroup,
    quantity_of,
    speaks_for_all,
)
from slopewise.evidence.slowing.single_arm import single_arm_candidates
from slopewise.evidence.study import Citation, GroupDifference, Study
from slopewise.evidence.study_effect import ReportedDirection, StudyEffect, Unconverted
from slopewise.evidence.words.direction import direction_of

__all__ = ["MAIN_MONTH", "Conversion", "convert", "convert_all"]

MAIN_MONTH = 6.0


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one study gives: an effect or the reason for none, a borrowed one, and the rest."""

    chosen: StudyEffect | None
    borrowed: StudyEffect | None
    left_out: tuple[LeftOut, ...]
    unconverted: Unconverted | None


def convert_all(
    studies: Sequence[Study], *, cohorts: Mapping[str, str], lenders: Sequence[Study] = ()
) -> tuple[Conversion, ...]:
    """Each study's conversion; spreads may be borrowed from `lenders`."""
    return tuple(convert(study, cohorts=cohorts, lenders=lenders) for study in studies)


def convert(
    study: Study, *, cohorts: Mapping[str, str], lenders: Sequence[Study] = ()
) -> Conversion:
    """One study's effect by the written rule, with what was set aside and why."""
    cohort = cohorts.get(study.study_id, study.study_id)
    candidates = sorted(_candidates(study, cohort, lenders), key=_order)
    own = [one for one in candidates if not one.effect.is_borrowed and one.scale == ALSFRS_R]
    chosen = own[0] if own else None
    lent = [one for one in candidates if one.effect.is_borrowed and one.scale == ALSFRS_R]
    borrowed = lent[0] if lent and chosen is None else None
    left_out = tuple(
        LeftOut(one.effect, _why_left_out(one, chosen, borrowed))
        for one in candidates
        if one is not chosen
    )
    silent = None if chosen is not None else _unconverted(study, cohort)
    return Conversion(
        None if chosen is None else chosen.effect,
        None if borrowed is None else borrowed.effect,
        left_out,
        silent,
    )


def _candidates(study: Study, cohort: str, lenders: Sequence[Study]) -> Iterable[Candidate]:
    if study.lane is Lane.SINGLE_ARM:
        return single_arm_candidates(study, cohort)
    if study.lane is Lane.NO_RESULT:
        return ()
    return controlled_candidates(study, cohort, lenders=lenders)


def _order(one: Candidate) -> tuple[int, float, float]:
    months = one.months
    away = float("inf") if months is None else abs(months - MAIN_MONTH)
    is_part = 1 if one.is_part else 0
    return (one.kind + 10 * is_part, away, -(months or 0.0))


def _why_left_out(one: Candidate, chosen: Candidate | None, borrowed: Candidate | None) -> str:
    if one.effect.is_borrowed:
        tests = "it tests the answer and does not enter it"
        if one is borrowed:
            return f"its spread is another trial's: {tests}"
        return f"its spread is another trial's, and the study has a better estimate: {tests}"
    if one.scale != ALSFRS_R:
        return f"measured on {one.scale}, which is not mixed with ALSFRS-R"
    if one.is_part:
        return "one arm of the study, which enters with its arms taken together"
    if chosen is None or one.kind is not chosen.kind:
        better = "" if chosen is None else f": {_ROAD[chosen.kind]} before {_ROAD[one.kind]}"
        return f"another result of the same study was chosen{better}"
    return "another time of the same study, farther from six months"


_ROAD = {
    Kind.MEAN_CHANGE: "mean change",
    Kind.SLOPE: "slopes of both arms",
    Kind.SLOPE_CHANGE: "slope change",
    Kind.BEFORE_AFTER: "slopes before and after",
    Kind.REPORTED: "a slowing as reported",
    Kind.RESPONDERS: "responders",
}


def _unconverted(study: Study, cohort: str) -> Unconverted:
    treated, control = people_of(study)
    reason, citations = _reason(study)
    is_of_legs = study.design.design_class is DesignClass.RCT_WITHIN_PATIENT
    return Unconverted(
        study_id=study.study_id,
        label=study.label,
        lane=study.lane,
        cohort=cohort,
        reason=reason,
        direction=ReportedDirection.NOT_SAID if is_of_legs else _direction(study),
        citations=citations or _all_citations(study),
        n_treated=treated,
        n_control=control,
        year=study.bibliography.year,
    )


def _stated(study: Study) -> Unconverted | None:
    """A slowing of the whole group that the report states without what gives its error."""
    for row, made in zip(study.slowing, reported_slowing(study, cohorts={}), strict=True):
        if isinstance(made, Unconverted) and not is_subgroup(f"{row.outcome} {row.arm}"):
            return made
    return None


def _direction(study: Study) -> ReportedDirection:
    said, stated = direction_of(study), _stated(study)
    if said is not ReportedDirection.NOT_SAID or stated is None:
        return said
    return stated.direction


def _reason(study: Study) -> tuple[str, tuple[Citation, ...]]:
    """Why no θ came of it, with the rows that show it."""
    stated = _stated(study)
    if stated is not None:
        return stated.reason, stated.citations
    if study.design.design_class in {
        DesignClass.RCT_WITHIN_PATIENT,
        DesignClass.WITHIN_PATIENT_LEG_COMPARISON,
    }:
        rows = tuple(row.citation for row in study.group_differences)
        return "one leg was compared with the other: it says nothing of the whole person", rows
    found = _controlled_reason(study) if study.lane is not Lane.SINGLE_ARM else None
    found = found or _slope_reason(study) or _function_reason(study)
    return found or _last_reason(study)


def _controlled_reason(study: Study) -> tuple[str, tuple[Citation, ...]] | None:
    whole = [row for row in study.group_differences if speaks_for_all(row)]
    for row in whole:
        reason = _missing(row)
        if reason is not None:
            return reason, (row.citation,)
    if whole:
        reason = "a comparison of the whole group is reported without its numbers"
        return reason, tuple(row.citation for row in whole)
    of_parts = [row for row in study.group_differences if functional_scale(row.outcome)]
    if of_parts:
        reason = "numbers on function are printed for a subgroup only"
        return reason, tuple(row.citation for row in of_parts)
    return None


def _missing(row: GroupDifference) -> str | None:
    """What keeps a whole-group row with numbers from giving θ."""
    scale, control = functional_scale(row.outcome), row.control
    if scale is not None and scale != ALSFRS_R:
        return f"measured on {scale}, which is not mixed with ALSFRS-R"
    has_spread = error_of_difference(row) is not None or (
        control is not None and control.sd is not None
    )
    level = None if control is None else control.mean
    if has_spread and (level is None or quantity_of(row.outcome) is Quantity.SLOPE_CHANGE):
        return "a difference is printed without the decline of the controls it is a fraction of"
    if has_spread:
        return "the controls did not clearly decline, so that there is nothing to be a fraction of"
    is_change = quantity_of(row.outcome) is Quantity.MEAN_CHANGE
    has_means = level is not None and row.treated is not None and row.treated.mean is not None
    if is_change and has_means:
        return (
            "the mean changes are printed without a standard deviation, standard error, "
            "interval or P"
        )
    return None


def _slope_reason(study: Study) -> tuple[str, tuple[Citation, ...]] | None:
    if not study.slopes or study.lane is not Lane.SINGLE_ARM:
        return None
    reason = "slopes before and after are printed without a P of their difference"
    return reason, tuple(row.citation for row in study.slopes)


def _function_reason(study: Study) -> tuple[str, tuple[Citation, ...]] | None:
    rows = [row for row in study.group_differences if functional_scale(row.outcome)]
    if rows:
        reason = "a P or a direction is printed without the means it belongs to"
        return reason, tuple(row.citation for row in rows)
    if study.responders:
        reason = "people are counted as slower or responders; no mean and no spread is printed"
        return reason, tuple(row.citation for row in study.responders)
    return None


def _last_reason(study: Study) -> tuple[str, tuple[Citation, ...]]:
    if study.survival:
        reason = "survival is told, not the course of function"
        return reason, tuple(row.citation for row in study.survival)
    if study.conclusions is not None and study.conclusions.efficacy is not None:
        return "a conclusion was read, but no number on the course of function", ()
    return "nothing on the course of function was on a page that was read", ()


def _all_citations(study: Study) -> tuple[Citation, ...]:
    return (study.bibliography.citation,)
