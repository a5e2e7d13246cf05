"""The natural history as a record: its sets, its hazards, and the file they are shipped in."""

import json
from importlib import resources

import numpy as np
import pytest

from slopewise.errors import InputError
from slopewise.progression.hazard import HazardSets
from slopewise.progression.natural_history import NaturalHistory, as_json, embedded, from_json

SHIPPED = json.loads(
    resources.files("slopewise.progression").joinpath("embedded.json").read_text("utf-8")
)


def hazards(sets: int) -> HazardSets:
    one = np.ones((sets, 1))
    return HazardSets(-8.0 * one, 1.7 * one, -0.1 * one, -0.5 * one, event="death")


def test_every_embedded_set_has_its_own_hazard() -> None:
    history = embedded()
    assert history.hazard is not None
    assert len(history.hazard) == len(history.parameter_sets)
    assert len(np.unique(history.hazard.log_baseline)) > 100


def test_less_function_and_faster_decline_never_lower_the_embedded_hazard() -> None:
    hazard = embedded().hazard
    assert hazard is not None
    assert np.all(hazard.association_value <= 0)
    assert np.all(hazard.association_slope <= 0)


def test_hazards_survive_being_written_and_read() -> None:
    history = NaturalHistory("test", embedded().parameter_sets.take(slice(0, 3)), hazards(3))
    again = from_json(as_json(history, made_by={}, hazard_made_by={"seed": 1})).hazard
    assert again is not None
    assert again.event == "death"
    assert again.reference_value == 38.0
    for name in HazardSets.array_names():
        assert getattr(again, name) == pytest.approx(getattr(history.hazard, name), abs=1e-5)


def test_a_history_without_hazard_is_still_read() -> None:
    text = json.dumps({"name": "x", "parameters": SHIPPED["parameters"]})
    assert from_json(text).hazard is None


def test_a_hazard_that_lacks_an_array_is_refused() -> None:
    broken = {name: value for name, value in SHIPPED["hazard"].items() if name != "weibull_shape"}
    with pytest.raises(InputError, match="weibull_shape"):
        from_json(json.dumps({**SHIPPED, "hazard": broken}))


def test_as_many_hazards_as_sets_are_needed() -> None:
    with pytest.raises(InputError, match="2 hazards for 3 parameter sets"):
        NaturalHistory("x", embedded().parameter_sets.take(slice(0, 3)), hazards(2))


@pytest.mark.parametrize(("name", "value"), [("log_baseline", np.nan), ("weibull_shape", -1.0)])
def test_impossible_hazards_are_refused(name: str, value: float) -> None:
    arrays = {n: getattr(hazards(2), n) for n in HazardSets.array_names()}
    arrays[name] = np.full((2, 1), value)
    with pytest.raises(InputError, match="hazard"):
        HazardSets(**arrays)


def test_chosen_hazards_keep_event_and_reference() -> None:
    chosen = hazards(4).take(np.array([2, 0]))
    assert len(chosen) == 2
    assert chosen.event == "death"


def test_the_shipped_file_says_how_its_hazards_were_made() -> None:
    made = SHIPPED["hazard"]["made_by"]
    assert made["status"] == "converged"
    assert made["effective_candidates"] > 10
    for target in made["targets"]:
        assert target["low90"] <= target["achieved"] <= target["high90"]
