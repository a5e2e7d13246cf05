"""Every road from a study without a comparison group to θ: slopes before and after in one arm.

Several arms of one study are taken together by their people: mean slope Σ n b / Σ n, standard
error of the difference √Σ n² SE_d² / Σ n. Inverse variance would weigh by standard errors that
rest on a handful of people each (5 and 5 in Gotkine 2023), so that chance decided the weights.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slopewise.evidence.design import Comparison
from slopewise.evidence.effects.effect_size import EffectSize
from slopewise.evidence.effects.ratio import ratio
from slopewise.evidence.effects.spread import se_from_p
from slopewise.evidence.slowing.before_after import (
    slowing_from_before_and_after,
    slowing_from_paired_p,
)
from slopewise.evidence.slowing.candidate import Candidate, Kind, study_effect
from slopewise.evidence.slowing.mean_change import slowing_of_ratio
from slopewise.evidence.slowing.reported import reported_slowing
from slopewise.evidence.slowing.rows import (
    functional_scale,
    is_subgroup,
    months_of,
    stands_for_all,
)
from slopewise.evidence.study import Citation, SlopeResult, Study
from slopewise.evidence.study_effect import StudyEffect

__all__ = ["single_arm_candidates"]


@dataclass(frozen=True, slots=True)
class _Pair:
    """One arm's slopes before and after, the error of their difference, and θ from them."""

    before: SlopeResult
    after: SlopeResult
    se_difference: float
    size: EffectSize
    citations: tuple[Citation, ...]

    @property
    def n(self) -> int:
        return self.after.n or self.before.n or 0


def single_arm_candidates(study: Study, cohort: str) -> tuple[Candidate, ...]:
    """Every estimate the study's print allows; arms of one time also taken together."""
    made: list[Candidate] = []
    pairs = list(_pairs(study))
    for period in dict.fromkeys(pair.after.period for pair in pairs):
        arms = [pair for pair in pairs if pair.after.period == period]
        if len(arms) > 1:
            made += _candidate(study, cohort, arms, _together(arms), is_part=False)
        for arm in arms:
            made += _candidate(study, cohort, [arm], arm.size, is_part=len(arms) > 1)
    for row, effect in zip(
        study.slowing, reported_slowing(study, cohorts={study.study_id: cohort}), strict=True
    ):
        if isinstance(effect, StudyEffect) and not is_subgroup(f"{row.outcome} {row.arm}"):
            scale = functional_scale(row.outcome or study.scale or "") or "ALSFRS-R"
            made.append(Candidate(effect, Kind.REPORTED, scale, months_of(row.timepoint)))
    return tuple(made)


def _pairs(study: Study) -> Iterator[_Pair]:
    rows = [row for row in study.slopes if stands_for_all(row, study) and row.mean is not None]
    for before in (row for row in rows if row.is_before_treatment):
        for after in (row for row in rows if not row.is_before_treatment):
            same = (after.arm, after.unit, after.scale) == (before.arm, before.unit, before.scale)
            pair = _pair(study, before, after) if same else None
            if pair is not None:
                yield pair


def _pair(study: Study, before: SlopeResult, after: SlopeResult) -> _Pair | None:
    n, found = after.n or before.n, _printed_p(study, after)
    if not n or n < 2 or found is None or before.mean is None or after.mean is None:
        return None
    if before.mean >= 0 or after.mean == before.mean:
        return None
    p_value, citation = found
    error = se_from_p(after.mean - before.mean, p_value, degrees_of_freedom=n - 1)
    size = None
    if before.sd is not None and after.sd is not None:
        size = slowing_from_before_and_after(
            (before.mean, before.sd), (after.mean, after.sd), n=n, se_difference=error
        )
    size = size or slowing_from_paired_p(before.mean, after.mean, n=n, p_value=p_value)
    return _Pair(before, after, error, size, (before.citation, after.citation, citation))


def _printed_p(study: Study, after: SlopeResult) -> tuple[float, Citation] | None:
    """The P of after against before in that arm, at the time of the slope after where it says."""
    for row in study.group_differences:
        is_slope = "slope" in row.outcome.lower() or "rate" in row.outcome.lower()
        of_arm = row.comparison is Comparison.WITHIN_ONE_ARM and row.arm == after.arm
        times = months_of(row.timepoint), months_of(after.period)
        is_same_time = None in times or times[0] == times[1]
        if of_arm and is_slope and is_same_time and row.superseded_by is None:
            scale = functional_scale(row.outcome)
            if scale == functional_scale(after.scale) and row.p_value and row.p_value < 1:
                return row.p_value, row.citation
    return None


def _together(arms: Sequence[_Pair]) -> EffectSize:
    """θ of several arms by their people."""
    people = sum(arm.n for arm in arms)
    before = sum(arm.n * (arm.before.mean or 0.0) for arm in arms) / people
    after = sum(arm.n * (arm.after.mean or 0.0) for arm in arms) / people
    error = math.sqrt(sum((arm.n * arm.se_difference) ** 2 for arm in arms)) / people
    said = tuple(dict.fromkeys(each for arm in arms for each in arm.size.assumptions))
    return slowing_of_ratio(
        ratio((after, error), (before, 0.0)),
        method="slope before and after, arms taken together by their people",
        assumptions=(*said, "the slope before is taken as known when arms are taken together"),
    )


def _candidate(
    study: Study, cohort: str, arms: Sequence[_Pair], size: EffectSize, *, is_part: bool
) -> list[Candidate]:
    first = arms[0]
    effect = study_effect(
        study,
        size,
        cohort,
        citations=tuple(each for arm in arms for each in arm.citations),
        timepoint=first.after.period,
        arm=first.after.arm if len(arms) == 1 else None,
        people=(sum(arm.n for arm in arms), None),
    )
    if effect is None:
        return []
    scale = functional_scale(first.after.scale) or first.after.scale
    months = months_of(first.after.period)
    return [Candidate(effect, Kind.BEFORE_AFTER, scale, months, is_part=is_part)]
