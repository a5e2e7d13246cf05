"""The record that gathers all scores of one landmark."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from tests.progression.checks_examples import HORIZONS, simulated

from slopewise.errors import InputError
from slopewise.progression.checks.brier import brier_scores
from slopewise.progression.checks.coverage import FunctionPredictions
from slopewise.progression.checks.discrimination import area_under_curve, concordance
from slopewise.progression.checks.follow_up import FollowUp, since_landmark
from slopewise.progression.checks.normal_mixture import NormalMixture
from slopewise.progression.checks.report import (
    SurvivalPredictions,
    prediction_scores,
    scores_as_rows,
)


def function_predictions() -> FunctionPredictions:
    generator = np.random.default_rng(12)
    mean = generator.uniform(20.0, 40.0, (60, 1))
    return FunctionPredictions(
        np.round(mean[:, 0] + 2.0 * generator.standard_normal(60)),
        NormalMixture(np.ones((60, 1)), mean, np.full((60, 1), 2.0)),
        naive_mean=np.full(60, 30.0),
    )


def numbers_in(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for v in value.values() for n in numbers_in(v)]
    if isinstance(value, list | tuple):
        return [n for v in value for n in numbers_in(v)]
    return [value] if isinstance(value, float) else []


def test_the_record_holds_what_the_functions_give() -> None:
    follow_up, survival = simulated(150, np.random.default_rng(11))
    found = prediction_scores(follow_up, SurvivalPredictions(HORIZONS, survival))
    assert (found.status, found.patients) == ("ok", 150)
    assert found.events == int(np.sum(follow_up.event & (follow_up.month <= 18.0)))
    assert found.brier == brier_scores(follow_up, survival, horizon_month=HORIZONS)
    assert found.area_under_curve[2] == area_under_curve(
        follow_up, -survival[:, 2], horizon_month=18.0
    )
    assert found.concordance == concordance(follow_up, -survival[:, 2], horizon_month=18.0)
    assert [c.horizon_month for c in found.calibration] == HORIZONS.tolist()


def test_the_rows_name_every_score_at_every_horizon() -> None:
    follow_up, survival = simulated(150, np.random.default_rng(11))
    found = prediction_scores(
        follow_up, SurvivalPredictions(HORIZONS, survival), function=function_predictions()
    )
    rows = scores_as_rows(found)
    assert len(rows) == 7 * 3 + 3 + 6
    assert len({(name, horizon) for name, horizon, _ in rows}) == len(rows)
    assert {score.status for _, _, score in rows} == {"ok"}


def test_a_landmark_is_scored_on_those_still_at_risk() -> None:
    everyone, survival = simulated(200, np.random.default_rng(13))
    follow_up, kept = since_landmark(everyone.month, everyone.event, landmark_month=6.0)
    horizons = HORIZONS[1:] - 6.0
    prediction = SurvivalPredictions(horizons, survival[kept, 1:] / survival[kept, :1])
    found = prediction_scores(follow_up, prediction)
    assert (found.landmark_month, found.left_out) == (6.0, int(np.sum(everyone.month <= 6.0)))
    assert found.patients + found.left_out == 200
    with pytest.raises(InputError, match="need one row each"):
        prediction_scores(follow_up, SurvivalPredictions(horizons, survival[:, 1:]))


@pytest.mark.parametrize(
    ("month", "event", "status"),
    [
        ([20.0, 21.0, 22.0, 23.0], [False] * 4, "no_event"),
        ([1.0, 2.0, 3.0, 4.0], [False] * 4, "beyond_follow_up"),
        ([1.0, 8.0, 9.0, 10.0], [True, False, False, False], "partly"),
        ([1.0, 2.0, 3.0, 4.0], [True] * 4, "partly"),
        ([2.0], [True], "partly"),
    ],
)
def test_scores_that_cannot_be_given_are_never_a_nan(
    month: list[float], event: list[bool], status: str
) -> None:
    follow_up = FollowUp(np.array(month), np.array(event))
    survival = np.linspace(0.9, 0.2, 3 * len(month)).reshape(3, -1).T
    with np.errstate(all="raise"):
        found = prediction_scores(follow_up, SurvivalPredictions(HORIZONS, survival))
    assert found.status == status
    assert all(np.isfinite(n) for n in numbers_in(asdict(found)))
