"""The mean of few studies with an assumed spread: against R, and its limits."""

import json
from pathlib import Path

import pytest

from slopewise.evidence.pooling.predictive import mean_with_assumed_spread
from slopewise.evidence.question import FEW, FURTHER_QUESTIONS, QUESTIONS, answer
from slopewise.evidence.studies import load_studies

_VALUES = json.loads(
    (Path(__file__).parents[3] / "reference/normal_hierarchy/values.json").read_text("utf-8")
)


@pytest.mark.parametrize("name", _VALUES)
def test_agrees_with_adaptive_integration_in_r(name: str) -> None:
    told = _VALUES[name]
    found = mean_with_assumed_spread(told["estimates"], told["standard_errors"])
    assert found is not None
    for mine, theirs in (
        (found.low, told["low"]),
        (found.median, told["median"]),
        (found.high, told["high"]),
    ):
        assert mine == pytest.approx(theirs, abs=2e-8)


def test_is_wider_than_the_study_alone_and_narrower_than_one_degree_of_freedom() -> None:
    alone = mean_with_assumed_spread([0.52], [0.12])
    assert alone is not None
    assert alone.low < 0.52 - 1.96 * 0.12
    assert alone.high > 0.52 + 1.96 * 0.12


def test_our_trials_have_it_beside_the_answer_and_with_borrowed_spreads() -> None:
    found = answer(QUESTIONS[0], load_studies())
    assert found.assumed is not None
    assert found.assumed.k == len(found.effects) <= FEW
    assert found.completed is not None
    assert found.completed_assumed is not None
    assert found.completed_assumed.k == found.completed.k
    # Hartung–Knapp's interval with one degree of freedom is no answer; this one is on the scale
    assert -1 < found.completed_assumed.low < 0 < found.completed_assumed.high < 1.5
    assert found.pooled is not None
    assert found.pooled.low != found.assumed.low


def test_points_of_vital_capacity_have_no_such_interval() -> None:
    assert answer(FURTHER_QUESTIONS[0], load_studies()).assumed is None


def test_nothing_and_numbers_beyond_the_machine_give_none() -> None:
    assert mean_with_assumed_spread([], []) is None
    assert mean_with_assumed_spread([1e200, 0.1], [1e-3, 1e200]) is None
