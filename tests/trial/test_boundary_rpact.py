"""Bounds, their cost and interim inference against rpact (reference/rpact)."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from slopewise.trial.boundary import Boundary, BoundaryStatus, boundary
from slopewise.trial.interim import adjusted_result, conditional_power, repeated_interval
from slopewise.trial.spending import spending_from_text

FOLDER = Path(__file__).resolve().parents[2] / "reference" / "rpact"
# rpact's own root search stops at its tolerance of 1e-10 on probabilities; where a look spends next
# to nothing that moves its z by more, so nominal p-values are compared there instead
BOUND = 1e-6
INTERVAL = 1e-5  # rpact's intervals stop at 1e-6 on the drift


@cache
def values() -> dict[str, Any]:
    return json.loads((FOLDER / "values.json").read_text(encoding="utf-8"))


def plan_of(case: dict[str, Any]) -> Boundary:
    futility = case.get("futility_spending")
    return boundary(
        case["information"],
        spending_from_text(case["spending"]),
        alpha=case["alpha"],
        sides=case["sides"],
        beta=case["beta"],
        futility=spending_from_text(futility) if futility else None,
        binding=case.get("binding", False),
    )


def close_z(ours: float, theirs: float) -> bool:
    tail = 0.5 * math.erfc(theirs / math.sqrt(2.0))
    return abs(ours - theirs) < BOUND or (
        tail < 1e-6 and abs(0.5 * math.erfc(ours / math.sqrt(2.0)) - tail) < 1e-9
    )


def test_the_full_grid_is_there() -> None:
    assert len(values()["bounds"]) == 3 * 8 * 8
    assert len(values()["futility"]) >= 200
    assert values()["version"] == "3.3.4"


@pytest.mark.parametrize("number", range(192))
def test_bounds(number: int) -> None:
    case = values()["bounds"][number]
    plan = plan_of(case)
    assert plan.status is BoundaryStatus.CONVERGED
    for ours, theirs in zip(plan.efficacy, case["efficacy"], strict=True):
        assert close_z(ours, theirs)
    assert plan.spent == pytest.approx(case["spent"], abs=1e-7)
    assert plan.nominal_p == pytest.approx(case["nominal_p"], abs=1e-7)
    assert plan.inflation == pytest.approx(case["inflation"], abs=1e-5)
    assert plan.drift == pytest.approx(case["drift"], abs=1e-5)
    expected = plan.expected_information
    found = (expected.none, expected.half, expected.planned)
    assert found == pytest.approx(case["expected"], abs=1e-5)


def test_bounds_with_futility() -> None:
    worst = 0.0
    for case in values()["futility"]:
        plan = plan_of(case)
        assert plan.status is BoundaryStatus.CONVERGED, case
        assert plan.futility is not None
        assert all(map(close_z, plan.efficacy, case["efficacy"])), case
        for ours, theirs in zip(plan.futility.z, case["futility"], strict=False):
            worst = max(worst, abs(ours - theirs) if theirs > -5.9 else 0.0)
        assert plan.inflation == pytest.approx(case["inflation"], abs=1e-5), case
    assert worst < 1e-5


def interim_cases() -> list[dict[str, Any]]:
    return values()["interim"]


def interim_plan(case: dict[str, Any]) -> Boundary:
    sides = case["sides"]
    return boundary(
        [events / 200 for events in case["events"]],
        spending_from_text("obrien-fleming"),
        alpha=0.025 * sides,
        sides=sides,
    )


def standing(case: dict[str, Any]) -> tuple[float, float]:
    """z and the standard error of the log hazard ratio, 2 / √events."""
    look = case["stage"] - 1
    return case["z"][look], 2.0 / math.sqrt(case["events"][look])


def test_repeated_intervals() -> None:
    for case in interim_cases():
        z, error = standing(case)
        found = repeated_interval(
            interim_plan(case), case["stage"], z * error, standard_error=error
        )
        low, high = case["repeated"]
        assert found.low == pytest.approx(low, abs=INTERVAL)
        if case["sides"] == 2:  # rpact gives the upper end for two sides only
            assert found.high == pytest.approx(high, abs=INTERVAL)


def test_stage_wise_adjusted_results() -> None:
    stopped = [case for case in interim_cases() if "final" in case]
    assert len(stopped) >= 10
    for case in stopped:
        z, error = standing(case)
        found = adjusted_result(interim_plan(case), case["stage"], z * error, standard_error=error)
        final = case["final"]
        assert found.p_value == pytest.approx(final["p"], abs=1e-6), case
        assert (found.low, found.high) == pytest.approx(tuple(final["interval"]), abs=INTERVAL)
        assert found.estimate == pytest.approx(final["estimate"], abs=INTERVAL)


def test_conditional_power_to_the_last_look() -> None:
    """rpact gives, per later stage, the chance of having crossed by then."""
    for case in interim_cases():
        if "conditional_power" not in case or case["z"][1] > 3.5:
            continue
        z, _ = standing(case)
        theirs = case["conditional_power"]
        drift = math.log(theirs["hazard_ratio"]) * math.sqrt(200) / 2.0
        ours = conditional_power(interim_plan(case), case["stage"], z, drift=drift)
        assert ours == pytest.approx(theirs["power"][-1], abs=1e-5), case
