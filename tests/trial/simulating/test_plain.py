"""What a simulation found goes to plain values and JSON and comes back the same."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulations import a_simulation

from slopewise.errors import InputError
from slopewise.trial.design.effect import Scenario
from slopewise.trial.simulating.characteristics import (
    Average,
    EndpointCharacteristics,
    ExampleTrial,
    LookCharacteristics,
    Rate,
    ScenarioCharacteristics,
    TrialSimulation,
)
from slopewise.trial.simulating.plain import SCHEMA, simulation_from_plain, simulation_plain

NUMBER = st.floats(-1e9, 1e9)
SHARE = st.floats(0, 1)
COUNT = st.integers(0, 10**6)
NAME = st.text(max_size=8)
MAYBE = st.none() | NUMBER
AVERAGE = st.builds(Average, NUMBER, st.floats(0, 1e9), COUNT)


def some(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=2).map(tuple)


def by_arm(values: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.dictionaries(NAME, values, max_size=2).map(lambda found: tuple(found.items()))


RATE = st.tuples(COUNT, COUNT).map(lambda two: Rate(min(two), max(two)))
SCENARIO = st.builds(
    Scenario,
    name=NAME,
    slowing=by_arm(NUMBER),
    slowing_spread=SHARE,
    responder_share=SHARE,
    onset_delay_months=st.floats(0, 120),
    waning_half_life_months=st.none() | st.floats(0.1, 120),
    log_hazard_ratio=by_arm(NUMBER),
)
ENDPOINT = st.builds(
    EndpointCharacteristics,
    **dict.fromkeys(("name", "role", "analysis", "treatment", "control", "scale"), NAME),
    is_log=st.booleans(),
    better=NAME,
    alpha=SHARE,
    power=RATE,
    alone=RATE,
    unread=COUNT,
    **dict.fromkeys(("estimate", "standard_error", "bias", "slowing"), st.none() | AVERAGE),
    truth=MAYBE,
    coverage=st.none() | RATE,
    slowing_truth=MAYBE,
    controls_responding=st.none() | AVERAGE,
    refused=NAME,
)
LOOK = st.builds(
    LookCharacteristics,
    look=COUNT,
    information=SHARE,
    **dict.fromkeys(("month", "people"), AVERAGE),
    **dict.fromkeys(("efficacy", "futility", "reached", "enlarged"), RATE),
)
TOLD = st.builds(
    ScenarioCharacteristics,
    name=NAME,
    scenario=SCENARIO,
    people=COUNT,
    has_effect=st.booleans(),
    alpha=SHARE,
    replicates=COUNT,
    success=RATE,
    endpoints=some(ENDPOINT),
    looks=some(LOOK),
    **dict.fromkeys(("size", "months", "events"), AVERAGE),
    **dict.fromkeys(("dead", "left"), some(st.tuples(NAME, AVERAGE))),
    slowing_drawn=st.none() | AVERAGE,
)
EXAMPLE = st.builds(
    ExampleTrial,
    number=COUNT,
    stopped=NAME,
    people=COUNT,
    months=NUMBER,
    visit_months=some(NUMBER),
    scores=some(st.tuples(NAME, some(MAYBE), some(COUNT))),
    alive=some(st.tuples(NAME, some(NUMBER))),
    answers=some(st.tuples(NAME, MAYBE, MAYBE, MAYBE, MAYBE)),
    won=some(NAME),
)
SIMULATION = st.builds(
    TrialSimulation,
    **dict.fromkeys(("design_name", "design_hash", "natural_history", "status", "version"), NAME),
    **dict.fromkeys(("seed", "replicates", "finished"), COUNT),
    scenarios=some(TOLD),
    examples=some(EXAMPLE),
    assumptions=some(NAME),
    admitted_share=SHARE,
)


@given(SIMULATION)
def test_writing_and_reading_gives_the_same_simulation(simulation: TrialSimulation) -> None:
    text = json.dumps(simulation_plain(simulation), allow_nan=False)
    assert simulation_from_plain(json.loads(text)) == simulation


def test_a_rate_is_written_with_its_error_and_interval() -> None:
    plain = simulation_plain(a_simulation())
    power = plain["scenarios"][0]["endpoints"][0]["power"]
    assert set(power) == {"value", "error", "low", "high", "count", "of"}
    share = power["count"] / power["of"]
    assert power["value"] == share
    assert power["error"] == pytest.approx((share * (1 - share) / power["of"]) ** 0.5, rel=1e-12)
    assert plain["schema"] == SCHEMA


def test_places_of_tuples_have_names() -> None:
    plain = simulation_plain(a_simulation())
    told, example = plain["scenarios"][0], plain["examples"][0]
    assert told["dead"][0]["arm"] == "cells"
    assert told["scenario"]["slowing"] == {"cells": 0.3}
    shares = list(a_simulation().examples[0].alive[0][1])
    assert example["alive"][0] == {"arm": "cells", "share": shares}
    assert example["scores"][1]["arm"] == "sham"
    assert example["scores"][1]["seen"][0] == 150
    assert example["answers"][0] == {
        "endpoint": "slope", "estimate": 0.28, "low": 0.08, "high": 0.48, "p_value": 0.004,
    }  # fmt: skip


def test_derived_numbers_are_not_believed() -> None:
    plain = simulation_plain(a_simulation())
    plain["scenarios"][0]["success"]["value"] = 0.999
    assert simulation_from_plain(plain) == a_simulation()


def damaged(*path: str | int, value: object) -> dict[str, Any]:
    plain = copy.deepcopy(simulation_plain(a_simulation()))
    place: Any = plain
    for step in path[:-1]:
        place = place[step]
    if value is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return plain


@pytest.mark.parametrize(
    ("plain", "told"),
    [
        ([], "not a table"),
        (damaged("schema", value="slopewise-simulation/99"), "schema is"),
        (damaged("seed", value=KeyError), "seed is missing"),
        (damaged("seed", value="20181"), "seed is '20181' and not a whole number"),
        (damaged("seed", value=1.5), "not a whole number"),
        (damaged("finished", value=True), "finished is True"),
        (damaged("scenarios", value={}), "scenarios is a table and not a list"),
        (damaged("scenarios", 0, "success", "count", value=1001), "counts 1001 of 1000"),
        (damaged("scenarios", 0, "months", "mean", value=float("nan")), "not a finite number"),
        (damaged("scenarios", 0, "months", "spread", value=-1.0), "spread -1"),
        (damaged("scenarios", 0, "scenario", "responder_share", value=2.0), "from 0 to 1"),
        (damaged("scenarios", 0, "scenario", "slowing", value=[]), "number for each arm"),
        (damaged("examples", 0, "scores", 0, "seen", value=KeyError), "arm, mean, seen"),
        (damaged("design_name", value=3), "design_name is 3 and not a text"),
        (damaged("scenarios", 0, "has_effect", value="yes"), "not a true or false"),
    ],
)
def test_a_damaged_place_is_named(plain: object, told: str) -> None:
    with pytest.raises(InputError, match="slopewise trial simulate --json") as caught:
        simulation_from_plain(plain)
    assert told in str(caught.value)


def test_a_number_that_is_not_finite_is_not_written() -> None:
    found = a_simulation()
    broken = TrialSimulation(
        **{name: getattr(found, name) for name in TrialSimulation.__slots__}
        | {"admitted_share": float("nan")}
    )
    with pytest.raises(InputError, match="admitted_share"):
        simulation_plain(broken)
