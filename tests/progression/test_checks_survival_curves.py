"""Kaplan–Meier curves, follow-up from a landmark, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tolerance import CLOSED_FORM

from slopewise.errors import InputError
from slopewise.progression.checks.follow_up import FollowUp, since_landmark
from slopewise.progression.checks.survival_curves import (
    censoring_distribution,
    kaplan_meier,
    survival_at,
    survival_interval,
)

FOLLOWED = st.lists(st.tuples(st.integers(1, 8), st.booleans()), min_size=1, max_size=30)


def arrays(people: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([float(m) for m, _ in people]), np.array([e for _, e in people])


def test_survival_of_a_worked_example() -> None:
    # 5 at risk: event at 1 (4/5), event and censoring at 2 (3/4), event at 4 (0 of 1 left)
    curve = kaplan_meier(
        np.array([1.0, 2.0, 2.0, 3.0, 4.0]), np.array([True, True, False, False, True])
    )
    assert curve.at_risk.tolist() == [5.0, 4.0, 1.0]
    assert curve.survival == pytest.approx([0.8, 0.6, 0.0], rel=CLOSED_FORM)
    assert survival_at(curve, np.array([0.5, 2.0, 3.9, 9.0])) == pytest.approx([1.0, 0.6, 0.6, 0.0])
    assert survival_at(curve, np.array([2.0]), just_before=True) == pytest.approx([0.8])


def test_an_event_comes_before_a_censoring_on_the_same_month() -> None:
    curve = censoring_distribution(np.array([2.0, 2.0, 3.0]), np.array([True, False, False]))
    assert curve.at_risk.tolist() == [2.0, 1.0]
    assert curve.survival == pytest.approx([0.5, 0.0])


@given(FOLLOWED, st.integers(0, 9))
def test_survival_times_staying_is_the_share_followed_beyond(
    people: list[tuple[int, bool]], t: int
) -> None:
    month, event = arrays(people)
    asked = np.array([float(t)])
    product = survival_at(kaplan_meier(month, event), asked) * survival_at(
        censoring_distribution(month, event), asked
    )
    assert product[0] == pytest.approx(np.mean(month > t), abs=CLOSED_FORM)


def test_late_entry_counts_only_who_has_come() -> None:
    # the second patient enters at 3: only two are at risk at month 2, all three at month 4
    curve = kaplan_meier(
        np.array([2.0, 4.0, 5.0]), np.array([True, True, False]), entry_month=np.array([0.0, 3, 0])
    )
    assert curve.at_risk.tolist() == [2.0, 2.0]
    assert curve.survival == pytest.approx([0.5, 0.25])


def test_a_curve_that_falls_to_zero_before_others_enter_says_so() -> None:
    curve = kaplan_meier(
        np.array([2.0, 4.0]), np.array([True, False]), entry_month=np.array([0.0, 3.0])
    )
    assert curve.status == "early_zero"


def test_without_an_event_the_curve_is_flat_and_says_so() -> None:
    curve = kaplan_meier(np.array([1.0, 2.0]), np.array([False, False]))
    assert curve.status == "no_event"
    assert survival_at(curve, np.array([5.0])).tolist() == [1.0]
    assert survival_interval(curve, 1.5) is None


def test_a_curve_at_zero_has_no_interval() -> None:
    curve = kaplan_meier(np.array([1.0, 2.0]), np.array([True, True]))
    assert survival_interval(curve, 1.0) is not None
    assert survival_interval(curve, 2.0) is None


def test_who_is_no_longer_followed_at_the_landmark_is_left_out_and_counted() -> None:
    follow_up, kept = since_landmark(
        np.array([3.0, 6.0, 7.0, 9.0]), np.array([False, True, True, False]), landmark_month=6.0
    )
    assert kept.tolist() == [False, False, True, True]
    assert follow_up.month.tolist() == [1.0, 3.0]
    assert follow_up.event.tolist() == [True, False]
    assert (follow_up.left_out, follow_up.landmark_month) == (2, 6.0)


@pytest.mark.parametrize(
    ("month", "event", "message"),
    [
        ([], [], "nobody is followed"),
        ([1.0, 2.0], [True], "one month and one event"),
        ([1.0, 0.0], [True, False], "patient 1 is 0 months"),
        ([1.0, float("nan")], [True, False], "patient 1 is nan months"),
        ([1.0, 2.0], [1.0, 0.0], "events are float64"),
    ],
)
def test_follow_up_that_cannot_be_is_refused(
    month: list[float], event: list[bool], message: str
) -> None:
    events = np.array(event) if event else np.zeros(0, dtype=bool)
    with pytest.raises(InputError, match=message):
        FollowUp(np.array(month), events)


def test_a_landmark_beyond_everybody_is_refused() -> None:
    with pytest.raises(InputError, match="nobody is followed beyond month 9"):
        since_landmark(np.array([3.0]), np.array([True]), landmark_month=9.0)


@pytest.mark.parametrize(
    ("month", "event", "entry", "message"),
    [
        ([], [], None, "one or more patients"),
        ([1.0], [1], None, "events are int64"),
        ([float("inf")], [True], None, "not a finite number"),
        ([1.0], [True], [1.0], "entry month before the exit"),
        ([1.0], [True], [float("nan")], "entry month before the exit"),
    ],
)
def test_a_curve_of_impossible_months_is_refused(
    month: list[float], event: list[bool], entry: list[float] | None, message: str
) -> None:
    entered = None if entry is None else np.array(entry)
    with pytest.raises(InputError, match=message):
        kaplan_meier(np.array(month), np.array(event), entry_month=entered)
