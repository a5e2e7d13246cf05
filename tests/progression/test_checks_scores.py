"""Scores of predicted survival: known values, what cannot be scored, and intervals that hold."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.progression.checks_examples import HORIZONS, simulated
from tests.tolerance import CLOSED_FORM, MONTE_CARLO

from slopewise.errors import InputError
from slopewise.progression.checks.brier import brier_difference, brier_scores
from slopewise.progression.checks.calibration_curve import calibration_curve
from slopewise.progression.checks.discrimination import (
    area_difference,
    area_under_curve,
    concordance,
)
from slopewise.progression.checks.follow_up import FollowUp
from slopewise.progression.checks.score_estimate import ScoreEstimate

FOUR = FollowUp(np.array([2.0, 4.0, 8.0, 10.0]), np.array([True, True, False, True]))
SIX = np.array([6.0])


def told(*survival: float) -> np.ndarray:
    return np.array(survival)[:, None]


def test_without_censoring_the_brier_score_is_the_mean_squared_distance() -> None:
    # (0.1² + 0.4² + 0.2² + 0.3²) / 4 = 0.3 / 4; everybody's chance is ½: 0.25
    found = brier_scores(FOUR, told(0.1, 0.4, 0.8, 0.7), horizon_month=SIX)
    assert found.brier[0].value == pytest.approx(0.075, rel=CLOSED_FORM)
    assert found.reference[0].value == pytest.approx(0.25, rel=CLOSED_FORM)
    assert found.accuracy[0].value == pytest.approx(0.7, rel=CLOSED_FORM)


def test_without_censoring_the_standard_error_is_that_of_a_mean() -> None:
    survival = np.array([0.1, 0.4, 0.8, 0.7])
    squared = (np.array([0.0, 0.0, 1.0, 1.0]) - survival) ** 2
    found = brier_scores(FOUR, survival[:, None], horizon_month=SIX).brier[0]
    assert found.standard_error == pytest.approx(squared.std(ddof=1) / 2.0, rel=CLOSED_FORM)


def test_intervals_are_normal_on_the_stated_scale() -> None:
    z = 1.959963984540054  # 97.5 % point of a normal
    follow_up, survival = simulated(60, np.random.default_rng(3))
    found = brier_scores(follow_up, survival, horizon_month=HORIZONS)
    score, share = found.brier[1], found.accuracy[1]
    reach = z * score.standard_error / score.value
    ends = (score.value * np.exp(-reach), score.value * np.exp(reach))
    assert (score.lower, score.upper) == pytest.approx(ends, rel=CLOSED_FORM)
    reach = z * share.standard_error
    ends = (share.value - reach, share.value + reach)
    assert (share.lower, share.upper) == pytest.approx(ends, rel=CLOSED_FORM)
    area = area_under_curve(follow_up, -survival[:, 1], horizon_month=12.0, confidence=0.5)
    reach = 0.674489750196082 * area.standard_error / (area.value * (1.0 - area.value))
    odds = np.log(area.value / (1.0 - area.value)) + np.array([-reach, reach])
    assert (area.lower, area.upper) == pytest.approx(1.0 / (1.0 + np.exp(-odds)), rel=CLOSED_FORM)


def test_the_integrated_score_is_the_trapezium_from_the_landmark() -> None:
    survival = np.array([[0.9, 0.1], [0.8, 0.4], [0.9, 0.8], [0.9, 0.7]])
    found = brier_scores(FOUR, survival, horizon_month=np.array([3.0, 6.0]))
    first, second = (b.value for b in found.brier)
    assert found.integrated.value == pytest.approx(
        (3.0 * first / 2.0 + 3.0 * (first + second) / 2.0) / 6.0, rel=CLOSED_FORM
    )


def test_another_forecaster_can_be_the_reference() -> None:
    survival = told(0.1, 0.4, 0.8, 0.7)
    found = brier_scores(FOUR, survival, horizon_month=SIX, reference_survival=survival)
    assert found.accuracy[0].value == pytest.approx(0.0, abs=CLOSED_FORM)
    assert found.accuracy[0].status == "at_limit"  # nobody differs: there is no error to give


def test_the_coin_toss_scores_a_quarter_whatever_happens() -> None:
    follow_up, _ = simulated(80, np.random.default_rng(2))
    found = brier_scores(follow_up, np.full((80, 3), 0.5), horizon_month=HORIZONS)
    assert [b.value for b in found.brier] == pytest.approx([0.25] * 3, rel=CLOSED_FORM)


def test_pairs_of_a_worked_example() -> None:
    # events at 2 and 4, beyond 6: two. Risks 4 3 3 1: pairs (4,3) (4,1) (3,3)/2 (3,1) = 3.5 of 4
    risk = np.array([4.0, 3.0, 3.0, 1.0])
    assert area_under_curve(FOUR, risk, horizon_month=6.0).value == pytest.approx(3.5 / 4.0)
    # C also compares the two events: (4,3) (4,3) (4,1) (3,3)/2 (3,1) = 4.5 of 5
    assert concordance(FOUR, risk, horizon_month=6.0).value == pytest.approx(4.5 / 5.0)


def test_an_event_exactly_on_the_horizon_counts() -> None:
    risk = np.array([1.0, 4.0, 3.0, 2.0])
    # only the event at 2 by month 3.9; with the event at 4 two more pairs, both in order
    assert concordance(FOUR, risk, horizon_month=3.9).value == pytest.approx(0.0)
    assert concordance(FOUR, risk, horizon_month=4.0).value == pytest.approx(2.0 / 5.0)


@given(st.integers(0, 2**32 - 1))
def test_discrimination_depends_only_on_the_order_of_risks(seed: int) -> None:
    generator = np.random.default_rng(seed)
    follow_up, survival = simulated(40, generator)
    risk = np.round(-survival[:, 1], 1)
    mixed = generator.permutation(40)
    turned = FollowUp(follow_up.month[mixed], follow_up.event[mixed])
    for score in (area_under_curve, concordance):
        once = score(follow_up, risk, horizon_month=8.0)
        if once.value is None:
            continue
        again = score(turned, np.exp(risk[mixed]), horizon_month=8.0)
        other_way = score(follow_up, -risk, horizon_month=8.0)
        assert again.value == pytest.approx(once.value, rel=CLOSED_FORM)
        assert other_way.value == pytest.approx(1.0 - once.value, abs=CLOSED_FORM)


def test_perfect_order_is_at_its_limit_and_has_no_interval() -> None:
    found = area_under_curve(FOUR, -FOUR.month, horizon_month=6.0)
    assert (found.value, found.standard_error, found.status) == (1.0, None, "at_limit")


def test_with_nobody_left_nothing_is_scored() -> None:
    follow_up = FollowUp(np.array([2.0, 5.0]), np.array([True, False]))
    found = brier_scores(follow_up, told(0.5, 0.5), horizon_month=SIX)
    curve = calibration_curve(follow_up, np.array([0.5, 0.4]), horizon_month=6.0, groups=1)
    scores = [
        *found.brier,
        *found.accuracy,
        found.integrated,
        found.integrated_accuracy,
        area_under_curve(follow_up, np.zeros(2), horizon_month=6.0),
        concordance(follow_up, np.zeros(2), horizon_month=6.0),
        brier_difference(follow_up, (np.zeros(2), np.ones(2)), horizon_month=6.0),
        area_difference(follow_up, (np.zeros(2), np.ones(2)), horizon_month=6.0),
        curve.level,
        curve.slope,
        curve.observed_to_expected,
    ]
    assert {astuple(s) for s in scores} == {(None, None, None, None, "beyond_follow_up")}
    assert curve.groups[0].status == "beyond_follow_up"
    assert curve.groups[0].observed_risk is None


def test_without_an_event_brier_is_given_and_order_is_not() -> None:
    follow_up = FollowUp(np.array([7.0, 8.0, 9.0]), np.zeros(3, dtype=bool))
    found = brier_scores(follow_up, told(0.9, 0.8, 0.7), horizon_month=SIX)
    assert found.brier[0].value == pytest.approx((0.01 + 0.04 + 0.09) / 3.0)
    assert found.accuracy[0].status == "no_event"
    assert found.integrated_accuracy.status == "no_event"
    assert area_under_curve(follow_up, np.arange(3.0), horizon_month=6.0).status == "no_event"
    assert concordance(follow_up, np.arange(3.0), horizon_month=6.0).status == "no_event"
    curve = calibration_curve(follow_up, np.array([0.9, 0.8, 0.7]), horizon_month=6.0, groups=1)
    assert curve.slope.status == "no_event"
    group = curve.groups[0]
    # exact upper limit for 0 of 3: 1 − 0.025^(1/3)
    assert (group.observed_risk, group.lower, group.status) == (0.0, 0.0, "no_event")
    assert group.upper == pytest.approx(1.0 - 0.025 ** (1.0 / 3.0))


def test_with_every_event_seen_brier_is_given_and_area_is_not() -> None:
    follow_up = FollowUp(np.array([1.0, 2.0, 3.0]), np.ones(3, dtype=bool))
    found = brier_scores(follow_up, told(0.1, 0.2, 0.3), horizon_month=SIX)
    assert found.brier[0].value == pytest.approx((0.01 + 0.04 + 0.09) / 3.0)
    assert found.accuracy[0].status == "no_survivor"
    assert area_under_curve(follow_up, np.arange(3.0), horizon_month=6.0).status == "no_survivor"
    assert concordance(follow_up, -np.arange(3.0), horizon_month=6.0).value == 1.0
    curve = calibration_curve(follow_up, np.array([0.1, 0.2, 0.3]), horizon_month=6.0, groups=1)
    assert (curve.groups[0].observed_risk, curve.groups[0].status) == (1.0, "no_survivor")
    assert curve.level.status == "no_survivor"


def test_a_single_patient_has_no_pair() -> None:
    alone = FollowUp(np.array([2.0]), np.array([True]))
    assert concordance(alone, np.zeros(1), horizon_month=3.0).status == "no_pair"


@pytest.mark.parametrize(
    ("survival", "status"),
    [
        ((0.2, 0.3, 0.8, 1.0), "certain_prediction"),
        ((0.5, 0.5, 0.5, 0.5), "no_spread"),
        ((0.2, 0.3, 0.8, 0.9), "separated"),
        ((0.7, 0.6, 0.6, 0.5), "separated"),
    ],
)
def test_a_slope_that_cannot_be_fitted_says_why(survival: tuple[float, ...], status: str) -> None:
    curve = calibration_curve(FOUR, np.array(survival), horizon_month=6.0, groups=2)
    assert curve.slope.status == status


def test_equal_predictions_are_never_split_between_groups() -> None:
    survival = np.array([0.9] * 7 + [0.5] * 3 + [0.1] * 2)
    follow_up = FollowUp(np.arange(1.0, 13.0), np.ones(12, dtype=bool))
    groups = calibration_curve(follow_up, survival, horizon_month=6.0, groups=4).groups
    assert [g.patients for g in groups] == [7, 3, 2]
    assert [g.predicted_risk for g in groups] == pytest.approx([0.1, 0.5, 0.9])


def test_groups_hold_everybody_once_and_equal_numbers() -> None:
    follow_up, survival = simulated(103, np.random.default_rng(4))
    groups = calibration_curve(follow_up, survival[:, 1], horizon_month=12.0).groups
    assert [g.patients for g in groups] == [11, 10, 10, 11, 10, 10, 11, 10, 10, 10]
    ends = [v for g in groups for v in (g.lowest_predicted, g.highest_predicted)]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("survival", "horizons", "message"),
    [
        (told(0.5, 0.5), SIX, "need one row each"),
        (told(0.5, 0.5, 0.5, 1.2), SIX, "patient 3 at horizon 0 is 1.2"),
        (told(0.5, float("nan"), 0.5, 0.5), SIX, "patient 1 at horizon 0 is nan"),
        (np.array([[0.5, 0.5]] * 3 + [[0.4, 0.5]]), np.array([3.0, 6.0]), "patient 3 rises"),
        (np.full((4, 2), 0.5), np.array([6.0, 3.0]), "must be above 0 and increase"),
        (told(0.5, 0.5, 0.5, 0.5), np.array([0.0]), "must be above 0 and increase"),
        (told(0.5, 0.5, 0.5, 0.5), np.array([np.inf]), "finite horizons"),
    ],
)
def test_predictions_that_cannot_be_are_refused(
    survival: np.ndarray, horizons: np.ndarray, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        brier_scores(FOUR, survival, horizon_month=horizons)


def test_impossible_risks_groups_and_confidences_are_refused() -> None:
    with pytest.raises(InputError, match="one finite number for each of the 4 patients"):
        area_under_curve(FOUR, np.array([1.0, np.nan, 0.0, 0.0]), horizon_month=6.0)
    with pytest.raises(InputError, match="0 groups"):
        calibration_curve(FOUR, np.full(4, 0.5), horizon_month=6.0, groups=0)
    with pytest.raises(InputError, match="confidence 95"):
        brier_scores(FOUR, told(0.1, 0.4, 0.8, 0.7), horizon_month=SIX, confidence=95.0)


def truth_without_censoring() -> dict[str, float]:
    """Scores of the same prediction in 200,000 people followed completely; it is calibrated."""
    follow_up, survival = simulated(200_000, np.random.default_rng(31), censored=False)
    told_at, t = survival[:, 1], float(HORIZONS[1])
    brier = brier_scores(follow_up, told_at[:, None], horizon_month=np.array([t]))
    found = {
        "brier": brier.brier[0],
        "accuracy": brier.accuracy[0],
        "area": area_under_curve(follow_up, -told_at, horizon_month=t),
        "concordance": concordance(follow_up, -told_at, horizon_month=t),
    }
    measured = {name: score.value for name, score in found.items() if score.value is not None}
    return {**measured, "ratio": 1.0, "level": 0.0, "slope": 1.0}


def scores_at_twelve(follow_up: FollowUp, survival: np.ndarray) -> dict[str, ScoreEstimate]:
    told_at, t = survival[:, 1], float(HORIZONS[1])
    brier = brier_scores(follow_up, told_at[:, None], horizon_month=np.array([t]))
    curve = calibration_curve(follow_up, told_at, horizon_month=t, groups=2)
    return {
        "brier": brier.brier[0],
        "accuracy": brier.accuracy[0],
        "area": area_under_curve(follow_up, -told_at, horizon_month=t),
        "concordance": concordance(follow_up, -told_at, horizon_month=t),
        "ratio": curve.observed_to_expected,
        "level": curve.level,
        "slope": curve.slope,
    }


def test_intervals_of_95_percent_hold_the_truth_in_95_percent_of_samples() -> None:
    """False alarm in 1 of 1,000 for each of seven scores, if the intervals are exact."""
    truth, generator, samples = truth_without_censoring(), np.random.default_rng(32), 400
    assert len(truth) == 7
    held = dict.fromkeys(truth, 0)
    for _ in range(samples):
        follow_up, survival = simulated(250, generator)
        for name, score in scores_at_twelve(follow_up, survival).items():
            assert score.lower is not None and score.upper is not None  # noqa: PT018
            held[name] += score.lower <= truth[name] <= score.upper
    reach = MONTE_CARLO * np.sqrt(0.95 * 0.05 / samples)
    assert {n: h / samples for n, h in held.items() if abs(h / samples - 0.95) > reach} == {}
