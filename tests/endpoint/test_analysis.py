"""From a trial's record to each endpoint: who takes part, by which hierarchy, and what is told."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy import ndarray as Array

from slopewise.endpoint.analysis.function import baseline_of, mmrm_result, slope_result
from slopewise.endpoint.analysis.hierarchy import joint_rank_result, win_ratio_result
from slopewise.endpoint.analysis.result import EndpointResult
from slopewise.endpoint.analysis.survival import rmst_result, time_to_event_result
from slopewise.endpoint.trial_record import FollowUp, TrialRecord, TrialVisits
from slopewise.errors import InputError


def record_of(
    rows: list[tuple[int, float, float]], treated: list[bool], **more: object
) -> TrialRecord:
    """Rows of (person, month, outcome) in order; planned visits are the months."""
    person, month, outcome = (np.array(column) for column in zip(*rows, strict=True))
    is_baseline = month == 0.0
    names = sorted({float(m) for m in month})
    visits = TrialVisits(
        person=person,
        month=month.astype(float),
        outcome=outcome.astype(float),
        is_baseline=is_baseline,
        is_run_in=month < 0.0,
        visit=np.array([names.index(float(m)) for m in month]),
        visit_names=tuple(f"{name:g}" for name in names),
    )
    people = tuple(f"P{number}" for number in range(len(treated)))
    base = TrialRecord(people, np.array(treated), "cells", "sham", visits=visits)
    return replace(base, **more)  # type: ignore[arg-type]


def follow_up(months: list[float], died: list[bool], known: list[bool] | None = None) -> FollowUp:
    return FollowUp(np.array(months), np.array(died), np.array(known or [True] * len(months)))


def simulated(*, run_in: bool, seed: int = 5) -> TrialRecord:
    generator = np.random.default_rng(seed)
    months = [-3.0, 0.0, 2.0, 4.0, 6.0] if run_in else [0.0, 2.0, 4.0, 6.0]
    rows = []
    for person in range(30):
        level, slope = generator.normal(38, 4), generator.normal(-1, 0.5)
        noise = dict(zip((0.0, 2.0, 4.0, 6.0), generator.normal(0, 1, 4), strict=True))
        rows += [(person, m, level + slope * m + noise.get(m, 7.0)) for m in months]
    return record_of(rows, [person % 2 == 0 for person in range(30)])


@pytest.mark.parametrize("analyse", [slope_result, mmrm_result])
def test_run_in_takes_no_part_and_is_told(
    analyse: Callable[[TrialRecord], EndpointResult],
) -> None:
    with_it, without = (analyse(simulated(run_in=run_in)) for run_in in (True, False))
    assert with_it.estimate == pytest.approx(without.estimate, rel=1e-12)
    assert [(left.what, left.count) for left in with_it.left_out] == [("rows", 30)]
    assert "run-in" in with_it.left_out[0].reason


def test_people_are_compared_at_the_last_visit_both_have() -> None:
    rows = [(0, 0.0, 40.0), (0, 3.0, 37.0), (0, 6.0, 39.5), (1, 0.0, 40.0), (1, 3.0, 39.0)]
    rows += [(2, 0.0, 40.0), (2, 3.0, 30.0), (2, 6.0, 39.0), (3, 0.0, 40.0)]
    found = win_ratio_result(record_of(rows, [False, True, True, False]))
    # 1 beats 0 at month 3 (−1 and −3), 2 loses to 0 at month 6 (−1 and −0.5), 3 has no change
    assert (found.details["wins"], found.details["losses"], found.details["ties"]) == (1, 1, 2)
    assert found.remarks == ("No survival was found: people are compared by function alone.",)


def test_survival_comes_first_and_the_unknown_are_left_out() -> None:
    rows = [(person, month, 40.0 - person * month) for person in range(4) for month in (0.0, 3.0)]
    follow = follow_up([5.0, 6.0, 4.0, 9.0], [True, False, True, False], [True, True, True, False])
    record = record_of(rows, [False, True, True, False], follow_up=follow)
    for analyse in (win_ratio_result, joint_rank_result):
        found = analyse(record)
        assert [left.which for left in found.left_out] == [("P3",)]
        assert (found.treated, found.controls) == (2, 1)
    # by survival alone 1 outlived 0, and 0 outlived 2
    by_level = win_ratio_result(record).details["by_level"]
    assert (by_level[0]["wins"], by_level[0]["losses"]) == (1, 1)


def test_adjusted_rank_difference_brings_its_own_p_value() -> None:
    record = simulated(run_in=False)
    plain = joint_rank_result(record)
    baseline = baseline_of(record)[:, None]
    adjusted = joint_rank_result(
        replace(record, covariates=baseline, covariate_names=("baseline",))
    )
    assert plain.p_value == plain.details["finkelstein_schoenfeld_p"]
    assert adjusted.p_value == adjusted.details["rank_difference_p"]
    assert adjusted.details["finkelstein_schoenfeld_p"] == plain.p_value


def test_events_are_counted_by_arm() -> None:
    follow = follow_up([3.0, 5.0, 7.0, 8.0, 9.0], [True, True, False, True, False])
    rows = [(person, 0.0, 40.0) for person in range(5)]
    record = record_of(rows, [True, False, True, False, False], follow_up=follow)
    found = time_to_event_result(record)
    counts = (found.details["events_treated"], found.details["events_controls"])
    assert counts == (1, 2)
    assert rmst_result(record).details["restriction_month"] == 7.0


def test_baseline_column_wins_over_the_visit() -> None:
    rows = [(0, 0.0, 40.0), (1, 0.0, 41.0)]
    record = record_of(rows, [True, False], baseline=np.array([39.0, np.nan]))
    found: Array = baseline_of(record)
    assert list(found) == [39.0, 41.0]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (record_of([(0, 0.0, 40.0), (0, 3.0, 39.0)], [True, False]), "nobody of arm 'sham' has"),
        (
            TrialRecord(("A",), np.array([True]), "cells", "sham", missing=(("visits", "none"),)),
            "none",
        ),
    ],
)
def test_what_is_not_there_is_said(record: TrialRecord, words: str) -> None:
    with pytest.raises(InputError, match=words):
        slope_result(record)


def test_mmrm_needs_planned_visits() -> None:
    record = simulated(run_in=False)
    assert record.visits is not None
    unplanned = replace(record, visits=replace(record.visits, visit=None))
    with pytest.raises(InputError, match="by --visit"):
        mmrm_result(unplanned)


def test_people_without_a_covariate_are_left_out() -> None:
    ages = np.linspace(40.0, 70.0, 30)[:, None].copy()
    ages[4] = np.nan
    record = replace(simulated(run_in=False), covariates=ages, covariate_names=("age",))
    found = slope_result(record)
    assert [(left.which, left.reason) for left in found.left_out] == [
        (("P4",), "a covariate is missing")
    ]
    assert found.rows == 29 * 4
