"""Slowing θ that a report itself states: taken as it stands, its standard error where it has one.

Standard error se: as printed; else from the 95 % interval, (high − low) / (2·1.96); else from the
two-sided p-value, |θ| / z with z the normal quantile of 1 − p/2 (Cochrane Handbook, 6.3).
"""

from collections.abc import Mapping

from slopewise.evidence.effects.spread import se_from_interval, se_from_p
from slopewise.evidence.slowing.candidate import moderators_of, people_of
from slopewise.evidence.study import ReportedSlowing, Study
from slopewise.evidence.study_effect import (
    Measure,
    Moderators,
    ReportedDirection,
    StudyEffect,
    Unconverted,
)

__all__ = ["reported_slowing"]

METHOD = "slowing as reported"
AS_GIVEN = "the report's own model of decline is taken as right"
NORMAL = "the estimate is taken as normally distributed"


def reported_slowing(
    study: Study, *, cohorts: Mapping[str, str], moderators: Moderators | None = None
) -> tuple[StudyEffect | Unconverted, ...]:
    """Each slowing the study states, with its standard error, or why it has none."""
    cohort = cohorts.get(study.study_id, study.study_id)
    given = moderators_of(study) if moderators is None else moderators
    return tuple(_one(study, row, cohort, given) for row in study.slowing)


def _one(
    study: Study, row: ReportedSlowing, cohort: str, moderators: Moderators
) -> StudyEffect | Unconverted:
    error, how = _standard_error(row)
    treated, control = people_of(study)
    n_treated = treated if row.n_treated is None else row.n_treated
    n_control = control if row.n_control is None else row.n_control
    if error is None:
        return Unconverted(
            study_id=study.study_id,
            label=study.label,
            lane=study.lane,
            cohort=cohort,
            reason=f"slowing is stated, but no standard error: {how}",
            direction=_direction(row.estimate),
            citations=(row.citation,),
            n_treated=n_treated,
            n_control=n_control,
            year=study.bibliography.year,
        )
    printed = row.interval95
    return StudyEffect(
        study_id=study.study_id,
        label=study.label,
        lane=study.lane,
        cohort=cohort,
        measure=Measure.SLOWING,
        estimate=row.estimate,
        standard_error=error,
        method=f"{METHOD}, {how}",
        assumptions=(AS_GIVEN,) if row.se is not None else (AS_GIVEN, NORMAL),
        citations=(row.citation,),
        arm=row.arm,
        timepoint=row.timepoint,
        year=study.bibliography.year,
        n_treated=n_treated,
        n_control=n_control,
        moderators=moderators,
        own_low=None if printed is None else printed.low,
        own_high=None if printed is None else printed.high,
    )


def _standard_error(row: ReportedSlowing) -> tuple[float | None, str]:
    """The standard error and how it was come by, or None and why there is none."""
    if row.se is not None:
        return (row.se, "standard error as reported") if row.se > 0 else (None, "it is given as 0")
    if row.interval95 is not None:
        low, high = row.interval95.low, row.interval95.high
        if low >= high:
            return None, "the interval has no width"
        return se_from_interval(low, high), "standard error from the 95 % interval"
    if row.p_value is None:
        return None, "neither an interval nor a p-value is given"
    if not 0 < row.p_value < 1 or row.estimate == 0:
        return None, f"the p-value {row.p_value:g} gives none"
    return se_from_p(row.estimate, row.p_value), "standard error from the p-value"


def _direction(estimate: float) -> ReportedDirection:
    if estimate == 0:
        return ReportedDirection.NO_DIFFERENCE
    if estimate < 0:
        return ReportedDirection.FAVOURS_CONTROL
    return ReportedDirection.FAVOURS_TREATMENT
