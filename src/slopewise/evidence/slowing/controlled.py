"""Every road from a study with a comparison group to θ: whole arms, not superseded."""

from collections.abc import Iterator, Sequence

from slopewise.evidence.effects.effect_size import EffectSize, EffectStatus
from slopewise.evidence.effects.spread import pooled_sd, se_from_interval, se_from_p, se_of_mean
from slopewise.evidence.slowing.borrowed import Lender, slowing_with_borrowed_spread
from slopewise.evidence.slowing.candidate import Candidate, Kind, study_effect
from slopewise.evidence.slowing.mean_change import (
    ArmMean,
    slowing_from_difference,
    slowing_from_mean_changes,
)
from slopewise.evidence.slowing.reported import reported_slowing
from slopewise.evidence.slowing.responders import slope_difference_by_probit
from slopewise.evidence.slowing.rows import (
    Quantity,
    functional_scale,
    is_subgroup,
    months_of,
    quantity_of,
    speaks_for_all,
)
from slopewise.evidence.slowing.slope_change import slowing_from_slope_difference
from slopewise.evidence.study import Citation, GroupDifference, ResponderResult, Study
from slopewise.evidence.study_effect import StudyEffect

__all__ = [
    "controlled_candidates",
    "difference_of",
    "error_of_difference",
    "is_unsigned_decline",
    "lender_of_changes",
    "lender_of_slope_changes",
]

_SCALE_NOT_SAID = "ALSFRS-R"


def controlled_candidates(
    study: Study, cohort: str, *, lenders: Sequence[Study] = ()
) -> tuple[Candidate, ...]:
    """Every estimate the study's print allows, and those with a borrowed spread."""
    made = [
        *_from_means(study, cohort),
        *_from_slope_changes(study, cohort),
        *_from_reported(study, cohort),
    ]
    if not made:
        made += _from_borrowed_changes(study, cohort, lenders)
    made += _from_responders(study, cohort, lenders)
    return tuple(made)


def lender_of_changes(studies: Sequence[Study], scale: str) -> Lender | None:
    """The largest whole-group row that printed the SD of the mean change in both arms, nearest
    six months within its study."""
    return _lender(studies, scale, Quantity.MEAN_CHANGE)


def lender_of_slope_changes(studies: Sequence[Study], scale: str) -> Lender | None:
    """The same for the SD of the change of slope."""
    return _lender(studies, scale, Quantity.SLOPE_CHANGE)


def _rows(study: Study, *quantities: Quantity) -> Iterator[tuple[GroupDifference, str]]:
    for row in study.group_differences:
        if speaks_for_all(row) and quantity_of(row.outcome) in quantities:
            yield row, functional_scale(row.outcome) or _SCALE_NOT_SAID


def _from_means(study: Study, cohort: str) -> Iterator[Candidate]:
    for row, scale in _rows(study, Quantity.MEAN_CHANGE, Quantity.SLOPE):
        is_slope = quantity_of(row.outcome) is Quantity.SLOPE
        size = _size_of_means(row, is_slope=is_slope)
        effect = None if size is None else _as_effect(study, size, cohort, row=row)
        if effect is not None:
            kind = Kind.SLOPE if is_slope else Kind.MEAN_CHANGE
            yield Candidate(effect, kind, scale, months_of(row.timepoint))


def _size_of_means(row: GroupDifference, *, is_slope: bool) -> EffectSize | None:
    if _control_did_not_decline(row):
        return None
    treated, control = _arms(row)
    if treated is not None and control is not None:
        method = "slope of both arms" if is_slope else "mean change in both arms"
        return slowing_from_mean_changes(treated, control, method=method)
    error = error_of_difference(row)
    if error is None or row.treated is None or row.control is None:
        return None
    apart, level = difference_of(row), row.control.mean
    n_treated, n_control = row.treated.n, row.control.n
    if apart is None or level is None or not n_treated or not n_control:
        return None
    return slowing_from_difference(
        apart, error, control_mean=level, n_treated=n_treated, n_control=n_control
    )


def _control_did_not_decline(row: GroupDifference) -> bool:
    """Changes are kept with their sign; a row of declines may print them without."""
    mean = None if row.control is None else row.control.mean
    return mean is not None and mean >= 0 and not _says_decline(row)


def is_unsigned_decline(row: GroupDifference) -> bool:
    """Whether the row prints points lost as positive numbers, so that less is better."""
    mean = None if row.control is None else row.control.mean
    return mean is not None and mean > 0 and _says_decline(row)


def _says_decline(row: GroupDifference) -> bool:
    return any(word in row.outcome.lower() for word in ("declin", "loss", "worsen"))


def _arms(row: GroupDifference) -> tuple[ArmMean | None, ArmMean | None]:
    made = [
        ArmMean(arm.mean, arm.sd, arm.n)
        if arm is not None and arm.mean is not None and arm.sd is not None and arm.n
        else None
        for arm in (row.treated, row.control)
    ]
    return made[0], made[1]


def difference_of(row: GroupDifference) -> float | None:
    """The printed difference, else that of the printed means."""
    if row.difference is not None:
        return row.difference
    if row.treated is None or row.control is None:
        return None
    treated, control = row.treated.mean, row.control.mean
    return None if treated is None or control is None else treated - control


def error_of_difference(row: GroupDifference) -> float | None:
    """The printed standard error, else that of the interval, else that of the P."""
    if row.se is not None:
        return row.se
    if row.interval95 is not None and row.interval95.low < row.interval95.high:
        return se_from_interval(row.interval95.low, row.interval95.high)
    apart = difference_of(row)
    if apart and row.p_value is not None and 0 < row.p_value < 1:
        return se_from_p(apart, row.p_value)
    return None


def _from_slope_changes(study: Study, cohort: str) -> Iterator[Candidate]:
    for row, scale in _rows(study, Quantity.SLOPE_CHANGE):
        slope = _control_slope(study, scale, months_of(row.timepoint))
        apart, error = difference_of(row), error_of_difference(row)
        if slope is None or slope[0] is None or apart is None or error is None:
            continue
        (level, level_error), said, citation = slope
        size = slowing_from_slope_difference(
            (apart, error), (level, level_error), assumptions=(said,)
        )
        effect = _as_effect(study, size, cohort, row=row, also=(citation,))
        if effect is not None:
            yield Candidate(effect, Kind.SLOPE_CHANGE, scale, months_of(row.timepoint))


def _control_slope(
    study: Study, scale: str, months: float | None
) -> tuple[tuple[float, float], str, Citation] | None:
    """The control arm's slope after treatment from its mean change, nearest that time."""
    found = []
    for row, its_scale in _rows(study, Quantity.MEAN_CHANGE):
        over, arm = months_of(row.timepoint), row.control
        if its_scale == scale and over and arm is not None and arm.mean is not None and arm.n:
            error = 0.0 if arm.sd is None else se_of_mean(arm.sd, arm.n) / over
            said = (
                f"the control slope is its mean change, {arm.mean:g} points, over {over:.2f} months"
            )
            if arm.sd is None:
                said += ", taken as known"
            found.append((abs(over - (months or over)), ((arm.mean / over, error), said, row)))
    declining = [one for one in found if one[1][0][0] < 0]
    if not declining:
        return None
    slope, said, row = min(declining, key=lambda one: one[0])[1]
    return slope, said, row.citation


def _from_reported(study: Study, cohort: str) -> Iterator[Candidate]:
    for row, effect in zip(
        study.slowing, reported_slowing(study, cohorts={study.study_id: cohort}), strict=True
    ):
        if isinstance(effect, StudyEffect) and not is_subgroup(f"{row.outcome} {row.arm}"):
            scale = functional_scale(row.outcome or study.scale or "") or _SCALE_NOT_SAID
            yield Candidate(effect, Kind.REPORTED, scale, months_of(row.timepoint))


def _from_borrowed_changes(
    study: Study, cohort: str, lenders: Sequence[Study]
) -> Iterator[Candidate]:
    for row, scale in _rows(study, Quantity.MEAN_CHANGE):
        lender, months = lender_of_changes(lenders, scale), months_of(row.timepoint)
        treated, control = row.treated, row.control
        if lender is None or not months or treated is None or control is None:
            continue
        if treated.mean is None or control.mean is None or not treated.n or not control.n:
            continue
        size = slowing_with_borrowed_spread(
            (treated.mean, treated.n), (control.mean, control.n), months=months, lender=lender
        )
        effect = _as_effect(study, size, cohort, row=row, also=(lender.citation,), is_borrowed=True)
        if effect is not None:
            yield Candidate(effect, Kind.MEAN_CHANGE, scale, months)


def _from_responders(study: Study, cohort: str, lenders: Sequence[Study]) -> Iterator[Candidate]:
    for row in study.responders:
        scale = functional_scale(row.definition) or functional_scale(study.scale or "")
        counts = _responder_counts(row)
        if scale is None or counts is None:
            continue
        own = lender_of_slope_changes([study], scale)
        lender = own or lender_of_slope_changes(lenders, scale)
        slope = _control_slope(study, scale, months_of(row.timepoint))
        if lender is None or slope is None:
            continue
        effect = _responder_effect(
            study, cohort, row=row, counts=counts, lender=lender, slope=slope, is_lent=own is None
        )
        if effect is not None:
            yield Candidate(effect, Kind.RESPONDERS, scale, months_of(row.timepoint))


def _responder_counts(row: ResponderResult) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Both arms' (responders, n) under a rule in points/month, of whole groups."""
    is_absolute = "points/month" in row.definition and "%" not in row.definition
    if not is_absolute or row.superseded_by or is_subgroup(row.definition):
        return None
    treated, control = row.treated, row.control
    if treated is None or control is None or not treated.n or not control.n:
        return None
    if treated.responders is None or control.responders is None:
        return None
    return (treated.responders, treated.n), (control.responders, control.n)


def _responder_effect(
    study: Study,
    cohort: str,
    *,
    row: ResponderResult,
    counts: tuple[tuple[int, int], tuple[int, int]],
    lender: Lender,
    slope: tuple[tuple[float, float], str, Citation],
    is_lent: bool,
) -> StudyEffect | None:
    apart = slope_difference_by_probit(*counts, sd=lender.sd)
    if apart.status is not EffectStatus.ESTIMATED:
        return None
    if apart.estimate is None or apart.standard_error is None:
        return None
    control_slope, said, citation = slope
    spread = f"slope changes spread as in {lender.label} (SD {lender.sd:.2f} points/month)"
    size = slowing_from_slope_difference(
        (apart.estimate, apart.standard_error),
        control_slope,
        method="responder counts, probit" + (", spread borrowed" if is_lent else ""),
        assumptions=(*apart.assumptions, spread, said),
    )
    return study_effect(
        study,
        size,
        cohort,
        citations=(row.citation, citation, lender.citation),
        timepoint=row.timepoint,
        people=(counts[0][1], counts[1][1]),
        is_borrowed=is_lent,
    )


def _as_effect(
    study: Study,
    size: EffectSize,
    cohort: str,
    *,
    row: GroupDifference,
    also: tuple[Citation, ...] = (),
    is_borrowed: bool = False,
) -> StudyEffect | None:
    people = (
        None if row.treated is None else row.treated.n,
        None if row.control is None else row.control.n,
    )
    return study_effect(
        study,
        size,
        cohort,
        citations=(row.citation, *also),
        timepoint=row.timepoint,
        people=people,
        is_borrowed=is_borrowed,
    )


def _lender(studies: Sequence[Study], scale: str, quantity: Quantity) -> Lender | None:
    found = []
    for study in studies:
        for row, its_scale in _rows(study, quantity):
            treated, control = _arms(row)
            months = months_of(row.timepoint)
            if its_scale != scale or treated is None or control is None:
                continue
            if min(treated.n, control.n) < 2 or not (months or quantity is Quantity.SLOPE_CHANGE):
                continue
            lender = Lender(
                study.study_id,
                study.label,
                pooled_sd((treated.sd, treated.n), (control.sd, control.n)),
                treated.n + control.n,
                scale,
                row.citation,
                months if quantity is Quantity.MEAN_CHANGE else None,
            )
            away = abs((months or 0.0) - 6.0)
            found.append(((-sum(_size(study)), away, study.study_id), lender))
    return min(found, key=lambda one: one[0])[1] if found else None


def _size(study: Study) -> tuple[float, float]:
    people = study.people
    return tuple(  # type: ignore[return-value]
        0.0 if number is None or number.value is None else number.value
        for number in (people.treated, people.control)
    )
