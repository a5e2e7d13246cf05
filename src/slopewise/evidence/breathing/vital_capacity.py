"""The difference of the change in vital capacity between two arms, in percent of predicted.

    D = m_T − m_C,  Var = SD_T²/n_T + SD_C²/n_C,  or the printed difference with its error

Above 0 speaks for treatment. FVC and SVC are taken as one measure of breathing (assumption: in
one person they run together). Whole arms only; of several times the one nearest six months.
"""

from collections.abc import Mapping, Sequence

from slopewise.evidence.design import Comparison, Lane
from slopewise.evidence.effects.effect_size import EffectSize, normal_effect
from slopewise.evidence.effects.means import Group, change_difference
from slopewise.evidence.slowing.candidate import LeftOut, people_of, study_effect
from slopewise.evidence.slowing.controlled import error_of_difference
from slopewise.evidence.slowing.convert import MAIN_MONTH, Conversion
from slopewise.evidence.slowing.rows import is_subgroup, months_of
from slopewise.evidence.study import Citation, GroupDifference, Study
from slopewise.evidence.study_effect import Measure, ReportedDirection, StudyEffect, Unconverted

__all__ = ["breathing_effects"]

_COMPLETE = "those who were measured at the end stand for all who began"


def breathing_effects(
    studies: Sequence[Study], *, cohorts: Mapping[str, str]
) -> tuple[Conversion, ...]:
    """Each controlled study's difference of vital capacity, or the reason for none."""
    return tuple(
        _convert(study, cohorts.get(study.study_id, study.study_id))
        for study in studies
        if study.lane in {Lane.RANDOMISED, Lane.EXTERNAL_CONTROL}
    )


def _convert(study: Study, cohort: str) -> Conversion:
    rows = sorted((row for row in study.vital_capacity_differences if _speaks(row)), key=_order)
    made = [each for each in (_effect(study, row, cohort) for row in rows) if each is not None]
    left_out = tuple(
        LeftOut(effect, "another time of the same study, farther from six months")
        for effect in made[1:]
    )
    return Conversion(
        made[0] if made else None, None, left_out, None if made else _silent(study, cohort, rows)
    )


def _speaks(row: GroupDifference) -> bool:
    """A change of the whole arms that was not superseded."""
    is_change = "change" in row.outcome.lower() and "slope" not in row.outcome.lower()
    is_whole = not is_subgroup(row.outcome) and row.superseded_by is None
    return is_change and is_whole and row.comparison is Comparison.BETWEEN_ARMS


def _order(row: GroupDifference) -> tuple[float, float]:
    months = months_of(row.timepoint)
    return (float("inf"), 0.0) if months is None else (abs(months - MAIN_MONTH), -months)


def _effect(study: Study, row: GroupDifference, cohort: str) -> StudyEffect | None:
    size = _size(row)
    if size is None:
        return None
    return study_effect(
        study,
        size,
        cohort,
        citations=(row.citation,),
        timepoint=row.timepoint,
        people=(
            None if row.treated is None else row.treated.n,
            None if row.control is None else row.control.n,
        ),
        measure=Measure.MEAN_DIFFERENCE,
    )


def _size(row: GroupDifference) -> EffectSize | None:
    groups = [
        Group(arm.mean, arm.sd, arm.n)
        for arm in (row.treated, row.control)
        if arm is not None and arm.mean is not None and arm.sd is not None and arm.n
    ]
    if len(groups) == 2:
        made = change_difference(groups[0], groups[1])
        if made.estimate is not None and made.standard_error is not None:
            return normal_effect(
                Measure.MEAN_DIFFERENCE,
                made.estimate,
                made.standard_error,
                method="change of vital capacity in both arms",
                assumptions=(_COMPLETE,),
            )
    error = error_of_difference(row)
    if row.difference is None or error is None:
        return None
    return normal_effect(
        Measure.MEAN_DIFFERENCE,
        row.difference,
        error,
        method="difference as printed",
        assumptions=(_COMPLETE,),
    )


def _silent(study: Study, cohort: str, rows: Sequence[GroupDifference]) -> Unconverted:
    treated, control = people_of(study)
    reason = "nothing on breathing was on a page that was read"
    found: tuple[Citation, ...] = tuple(row.citation for row in rows)
    if rows:
        reason = "a comparison of breathing is reported without its numbers"
    elif study.vital_capacity_differences:
        reason = "breathing is printed for a subgroup only, or as another quantity"
        found = tuple(row.citation for row in study.vital_capacity_differences)
    is_equal = any(row.p_value is not None and row.p_value >= 0.05 for row in rows)
    return Unconverted(
        study_id=study.study_id,
        label=study.label,
        lane=study.lane,
        cohort=cohort,
        reason=reason,
        direction=ReportedDirection.NO_DIFFERENCE if is_equal else ReportedDirection.NOT_SAID,
        citations=found or (study.bibliography.citation,),
        n_treated=treated,
        n_control=control,
        year=study.bibliography.year,
    )
