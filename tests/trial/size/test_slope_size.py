"""Sizes for a difference in slope: eight printed ones, and every person's rows written out."""

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM

from slopewise.errors import InputError
from slopewise.trial.size.mmrm_size import visit_contrast
from slopewise.trial.size.slope_size import SlopeCourse, slope_contrast

# Public R simulation scripts of an ALS trial-design study (linear mixed model fitted to PRO-ACT, by
# progression stratum): mean level and slope, var intercept and slope, covariance, var residual
STRATA = {
    "all": SlopeCourse(38, -1.0, 29, 0.61, 0.66, 4.0),
    "slow": SlopeCourse(42, -0.74, 14, 0.4, -0.01, 3.1),
    "intermediate": SlopeCourse(37, -1.1, 19, 0.52, -0.13, 4.2),
    "fast": SlopeCourse(33, -1.5, 32, 0.92, -1.1, 6.2),
}
# the same scripts: people per arm for 30 % slowing, z 1.96 and 0.842, before rounding up
PRINTED = [
    ("all", (0, 3, 6), 145.199),
    ("all", range(13), 110.262),
    ("slow", (0, 3, 6, 9, 12), 138.419),
    ("slow", range(7), 162.719),
    ("fast", (0, 3, 6), 98.049),
    ("intermediate", range(19), 76.042),
    ("fast", range(19), 72.183),
    ("intermediate", (0, 3, 6, 9, 12), 81.708),
]


def kept(course: SlopeCourse, months: list[float], slowing: float = 0.3) -> list[float]:
    return [-slowing * course.mean_slope * t for t in months]


@pytest.mark.parametrize(("stratum", "visits", "per_arm"), PRINTED)
def test_printed_sizes_of_a_trial_design_study(stratum: str, visits: range, per_arm: float) -> None:
    course, months = STRATA[stratum], [float(t) for t in visits]
    found = slope_contrast(
        course, months, kept(course, months), treated_share=0.5, is_common_intercept=False
    )
    assert found.effect == pytest.approx(-0.3 * course.mean_slope, rel=CLOSED_FORM)
    in_all = found.unit_variance * ((1.96 + 0.842) / found.effect) ** 2
    assert in_all / 2 == pytest.approx(per_arm, abs=6e-4)


def long_way(
    course: SlopeCourse, months: list[float], last: tuple[list[int], list[int]], *, common: bool
) -> tuple[float, float, float]:
    """Variance, expectation and true variance of the slope difference, person by person.

    The treated scatter half as much as the model believes.
    """
    rows, blocks, mean, true = [], [], [], []
    for arm, counts in enumerate(last):
        for visit, people in enumerate(counts):
            for _ in range(people):
                t = np.array(months[: visit + 1])
                x = [np.ones_like(t), t, arm * t] + ([] if common else [arm * np.ones_like(t)])
                rows.append(np.column_stack(x))
                z = np.column_stack([np.ones_like(t), t])
                own = [
                    [course.level_variance, course.covariance],
                    [course.covariance, course.slope_variance],
                ]
                noise = course.residual_variance * np.eye(len(t))
                assumed = z @ np.array(own) @ z.T + noise
                blocks.append(np.linalg.inv(assumed))
                true.append(assumed * (0.5 if arm else 1.0))
                mean.append(arm * np.sqrt(t))  # an effect that is no straight line
    information = sum(x.T @ w @ x for x, w in zip(rows, blocks, strict=True))
    score = sum(x.T @ w @ m for x, w, m in zip(rows, blocks, mean, strict=True))
    spread = sum(x.T @ w @ c @ w @ x for x, w, c in zip(rows, blocks, true, strict=True))
    inverse = np.linalg.inv(information)
    return (
        float(inverse[2, 2]),
        float(np.linalg.solve(information, score)[2]),
        float((inverse @ spread @ inverse)[2, 2]),
    )


@pytest.mark.parametrize("common", [True, False])
def test_losses_and_unequal_arms_as_with_every_person_written_out(common: bool) -> None:
    course, months = STRATA["fast"], [0.0, 2.0, 3.0, 7.0]
    last = ([2, 3, 1, 4], [1, 2, 2, 15])  # 10 controls, 20 treated
    variance, effect, true = long_way(course, months, last, common=common)
    assumed = course.of_visits(months)
    found = slope_contrast(
        course,
        months,
        np.sqrt(months).tolist(),
        treated_share=20 / 30,
        last_visit=([0.2, 0.3, 0.1, 0.4], [0.05, 0.1, 0.1, 0.75]),
        own_covariances=(assumed, assumed / 2),
        is_common_intercept=common,
    )
    assert found.sampling_variance / 30 == pytest.approx(true, rel=CLOSED_FORM)
    assert found.unit_variance / 30 == pytest.approx(variance, rel=CLOSED_FORM)
    assert found.effect == pytest.approx(effect, rel=CLOSED_FORM)


def test_two_visits_are_an_analysis_of_covariance() -> None:
    # var = (1/n1 + 1/n0) s² (1 − r²): change adjusted for baseline (Borm 2007, n(1 − r²))
    covariance = np.array([[30.0, 24.0], [24.0, 60.0]])
    found = visit_contrast(covariance, [0.0, 3.0], treated_share=0.25)
    assert found.effect == pytest.approx(3.0)
    left = 60.0 * (1 - 24.0**2 / (30.0 * 60.0))
    assert found.unit_variance == pytest.approx(left / (0.25 * 0.75), rel=CLOSED_FORM)
    alone = visit_contrast(covariance, [0.0, 3.0], treated_share=0.25, is_common_baseline=False)
    assert alone.unit_variance == pytest.approx(60.0 / (0.25 * 0.75), rel=CLOSED_FORM)


def test_visits_in_between_make_up_for_some_of_the_missing_last_ones() -> None:
    covariance = STRATA["all"].of_visits([0.0, 3.0, 6.0])
    whole = visit_contrast(covariance, [0, 1, 2], treated_share=0.5).unit_variance
    seen = ([0.0, 0.2, 0.8], [0.0, 0.2, 0.8])
    some = visit_contrast(covariance, [0, 1, 2], treated_share=0.5, last_visit=seen).unit_variance
    assert whole < some < whole / 0.8


def test_what_cannot_be_is_refused() -> None:
    course = STRATA["all"]
    with pytest.raises(InputError, match="two visits"):
        slope_contrast(course, [0.0], [0.0], treated_share=0.5)
    with pytest.raises(InputError, match="together 1"):
        slope_contrast(
            course, [0.0, 1.0], [0, 1], treated_share=0.5, last_visit=([0.5, 0.2], [0, 1])
        )
    with pytest.raises(InputError, match="seen at two visits"):
        slope_contrast(course, [0.0, 1.0], [0, 1], treated_share=0.5, last_visit=([1, 0], [1, 0]))
    with pytest.raises(InputError, match="larger than their"):
        SlopeCourse(38, -1, 1.0, 1.0, 1.5, 1.0)
