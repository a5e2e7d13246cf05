"""A simulation in words: answers first, nothing hidden, how to repeat it last."""

import csv
import io
import re
from dataclasses import replace

import pytest
from tests.simulations import REPLICATES, a_scenario, a_simulation, rate

from slopewise.report.simulation.answers import answers, cautions, refusals
from slopewise.report.simulation.scenario_words import of_100, scenario_label, scenario_words
from slopewise.report.simulation.tables import endpoints_table, looks_table, operating_csv
from slopewise.report.simulation.text import simulation_text
from slopewise.trial.design.effect import Scenario
from slopewise.trial.simulating.characteristics import (
    Average,
    LookCharacteristics,
    Rate,
    TrialSimulation,
)

COMMAND = "slopewise trial simulate design.toml --replicates 1000 --seed 20181"


def with_alarms(count: int) -> TrialSimulation:
    """The trial without an effect calls one so often."""
    found = a_simulation((0.3, 0.0))
    idle = replace(found.scenarios[1], success=Rate(count, REPLICATES))
    return replace(found, scenarios=(found.scenarios[0], idle))


@pytest.fixture(scope="module")
def text() -> str:
    return simulation_text(a_simulation(assurance=True), command=COMMAND)


def test_it_is_labelled_before_anything_else(text: str) -> None:
    assert text.startswith("SIMULATED: no person stands behind these numbers.")


def test_the_command_that_repeats_it_stands_at_the_end(text: str) -> None:
    *_, repeat, last = text.splitlines()
    assert repeat == f"To repeat: {COMMAND}"
    assert last == "Research use only; no advice on treatment."


def test_power_and_false_alarms_are_counts_of_100() -> None:
    found = with_alarms(24)
    told = replace(found.scenarios[0], success=Rate(620, REPLICATES))
    said = answers(replace(found, scenarios=(told, found.scenarios[1])))
    thin = "\u202f"
    assert said[0] == (
        f"With 300 people and slowing of 30{thin}% the trial finds it in 62 of 100 (±1.5)."
    )
    assert said[1] == (
        "With 300 people and without any effect it calls one in 2.4 of 100 (±0.5; planned: at"
        " most 2.5)."
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Rate(620, 1000), "62 of 100 (±1.5)"),
        (Rate(24, 1000), "2.4 of 100 (±0.5)"),
        (Rate(6234, 10_000), "62.3 of 100 (±0.5)"),
        (Rate(62_345, 100_000), "62.3 of 100 (±0.2)"),
        (Rate(0, 1000), "0 of 100 (95\u202f%: 0.0 to 0.4)"),
        (Rate(1000, 1000), "100 of 100 (95\u202f%: 99.6 to 100.0)"),
        (Rate(0, 0), "not simulated"),
    ],
)
def test_a_rate_carries_its_monte_carlo_error(found: Rate, words: str) -> None:
    assert of_100(found) == words


def test_a_type_i_error_above_its_band_is_said_aloud() -> None:
    said = " ".join(cautions(with_alarms(60)))
    assert "TYPE I ERROR TOO HIGH: the trial's own rules call" in said
    assert "6.0 of 100" in said


@pytest.mark.parametrize("count", [0, 24, 30])
def test_a_type_i_error_that_chance_explains_is_not(count: int) -> None:
    assert "TYPE I ERROR" not in " ".join(cautions(with_alarms(count)))


def test_an_endpoint_that_is_wrong_by_itself_is_named() -> None:
    found = a_simulation((0.3, 0.0))
    first, *rest = found.scenarios[1].endpoints
    idle = replace(
        found.scenarios[1], endpoints=(replace(first, alone=rate(0.09)), *rest), looks=()
    )
    said = cautions(replace(found, scenarios=(found.scenarios[0], idle)))
    assert any("TOO HIGH: “slope” by itself calls" in one for one in said)


def test_with_looks_its_own_p_value_is_said_to_leave_them_aside() -> None:
    """Reading p where a trial stopped is what raises it; the endpoint itself is not to blame."""
    found = a_simulation((0.3, 0.0))
    first, *rest = found.scenarios[1].endpoints
    look = LookCharacteristics(
        1, 0.5, Average(20.0, 1.0, REPLICATES), Average(300.0, 0.0, REPLICATES),
        rate(0.01), rate(0.0), rate(1.0), rate(0.0),
    )  # fmt: skip
    idle = replace(
        found.scenarios[1], endpoints=(replace(first, alone=rate(0.09)), *rest), looks=(look, look)
    )
    said = cautions(replace(found, scenarios=(found.scenarios[0], idle)))
    assert any("“slope” read without the bounds of the looks calls" in one for one in said)


def test_without_the_null_its_absence_is_said() -> None:
    assert any(
        "nothing is known of its false alarms" in one for one in cautions(a_simulation((0.3,)))
    )


def test_a_size_that_enrolment_does_not_reach_is_said_once() -> None:
    found = a_simulation((0.3, 0.0))
    short = tuple(
        replace(one, people=600, size=Average(405.0, 20.0, REPLICATES), looks=())
        for one in found.scenarios
    )
    said = [one for one in cautions(replace(found, scenarios=short)) if "not reached" in one]
    assert len(said) == 1
    assert "600 people are not reached: enrolment ends with 405 on average" in said[0]


def test_a_trial_that_stops_early_is_not_called_too_small() -> None:
    assert "not reached" not in " ".join(cautions(a_simulation((0.3, 0.0))))


def test_a_run_that_was_stopped_says_how_far_it_came() -> None:
    found = a_simulation((0.3, 0.0))
    half = replace(found.scenarios[1], replicates=234)
    stopped = replace(found, scenarios=(found.scenarios[0], half), finished=1234, status="stopped")
    said = re.sub(r"\n *", " ", simulation_text(stopped, command=COMMAND))
    assert "Stopped early: 1\u202f234 of 2\u202f000 replicates were finished" in said
    assert "(Without any effect: 234 of 1\u202f000)" in said
    assert "--resume" in said


def test_what_every_scenario_shares_is_said_once() -> None:
    found = a_simulation((0.3, 0.15, 0.0))
    late = [
        replace(one, scenario=replace(one.scenario, onset_delay_months=1.0))
        for one in found.scenarios
    ]
    said = answers(replace(found, scenarios=tuple(late)))
    assert said[-1] == "The effect in every scenario that has one: beginning 1 month after a dose."
    assert sum("beginning" in one for one in said) == 1


def test_drawn_slowing_has_no_one_truth_to_cover() -> None:
    told = replace(a_scenario(), slowing_drawn=Average(0.12, 0.15, REPLICATES))
    table = endpoints_table(told, "Endpoints")
    assert {row[5] for row in table.rows} == {"–"}
    found = replace(a_simulation((0.0,)), scenarios=(told,))
    assert not any("intervals" in one or "biased" in one for one in cautions(found))


def test_a_scenario_that_was_not_begun_shows_no_numbers() -> None:
    found = a_simulation((0.3, 0.0))
    empty = Average(0.0, 0.0, 0)
    nothing = Rate(0, 0)
    idle = replace(
        found.scenarios[1], replicates=0, success=nothing, endpoints=(), looks=(), size=empty,
        months=empty, events=empty, dead=(), left=(),
    )  # fmt: skip
    stopped = replace(
        found, scenarios=(found.scenarios[0], idle), finished=REPLICATES, status="stopped"
    )
    said = simulation_text(stopped, command=COMMAND)
    assert "without any effect it calls" not in said
    assert "nan" not in said.lower().replace("finan", "")


def test_before_the_first_replicate_nothing_is_claimed() -> None:
    stopped = replace(a_simulation(), scenarios=(), finished=0, status="stopped", examples=())
    assert answers(stopped) == ("No replicate was finished, so nothing can be said yet.",)


def test_an_endpoint_that_is_refused_is_marked_and_the_reason_given() -> None:
    table = endpoints_table(a_scenario(), "Endpoints")
    assert "responders †" in {row[0] for row in table.rows}
    assert refusals(a_simulation()) == (
        "“responders” is refused as primary: its rule calls 28 of 100 controls responders, so it"
        " measures chance.",
    )
    assert "28\u202f% of the controls count as responders" in table.note


def test_replicates_without_an_answer_are_counted() -> None:
    said = " ".join(cautions(a_simulation()))
    assert "“win ratio” came to no answer in 3 of 1\u202f000 replicates" in said
    table = endpoints_table(a_scenario(), "Endpoints")
    assert {row[0]: row[7] for row in table.rows}["win ratio"] == "3"


def test_bias_and_coverage_that_chance_does_not_explain_are_said_once_an_endpoint() -> None:
    said = cautions(a_simulation())
    assert len([one for one in said if "“responders” is biased" in one]) == 1
    assert any("intervals of “responders” hold the truth in only 90.3" in one for one in said)
    assert not any("“slope” is biased" in one for one in said)


def test_looks_are_told_only_where_there_are_some() -> None:
    assert looks_table(a_scenario(looks=1), "Looks") is None
    table = looks_table(a_scenario(), "Looks")
    assert table is not None
    assert [row[0] for row in table.rows] == ["1", "2"]


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (Scenario(slowing=(("high", 0.3), ("low", 0.3))), "slowing of 30\u202f%"),
        (
            Scenario(slowing=(("high", 0.3), ("low", 0.15))),
            "slowing of 30\u202f% in high and 15\u202f% in low",
        ),
        (Scenario(slowing=(("cells", -0.1),)), "decline 10\u202f% faster"),
        (
            Scenario(slowing=(("cells", 0.3),), responder_share=0.4, waning_half_life_months=3.0),
            "slowing of 30\u202f%, in 40\u202f% of people only, halving every 3 months",
        ),
        (
            Scenario(log_hazard_ratio=(("cells", -0.2),)),
            "no slowing, but a direct effect on survival, direct log hazard ratio −0.20",
        ),
    ],
)
def test_a_scenario_is_told_in_words(scenario: Scenario, words: str) -> None:
    assert scenario_words(replace(a_scenario(), scenario=scenario)) == words


def test_every_scenario_has_a_heading_of_its_own() -> None:
    found = a_simulation(sizes=(200, 300), assurance=True)
    labels = [scenario_label(one, found) for one in found.scenarios]
    assert len(set(labels)) == len(labels)
    same = replace(found, scenarios=(a_scenario(), replace(a_scenario(), name="again")))
    assert len({scenario_label(one, same) for one in same.scenarios}) == 2


def test_names_cannot_steer_the_terminal() -> None:
    found = replace(a_simulation(), design_name="evil\x1b[31m", assumptions=("\u202ebackwards",))
    said = simulation_text(found, command=COMMAND)
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_the_csv_holds_every_endpoint_of_every_scenario_unrounded() -> None:
    found = a_simulation(sizes=(200, 300))
    text = operating_csv(found)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert comments[0].startswith("# SIMULATED")
    rows = list(csv.DictReader(io.StringIO("\n".join(text.splitlines()[len(comments) :]))))
    assert len(rows) == sum(len(one.endpoints) for one in found.scenarios)
    told, endpoint = found.scenarios[0], found.scenarios[0].endpoints[0]
    assert float(rows[0]["power"]) == endpoint.power.share
    assert int(rows[0]["power_count"]) == endpoint.power.count
    assert endpoint.bias is not None
    assert float(rows[0]["bias_mean_error"]) == endpoint.bias.error
    assert float(rows[0]["months_mean"]) == told.months.mean
    assert rows[1]["truth"] == ""  # the joint rank has no such value


def test_a_spreadsheet_runs_nothing_of_the_csv() -> None:
    found = a_simulation((0.3,))
    first, *rest = found.scenarios[0].endpoints
    told = replace(found.scenarios[0], endpoints=(replace(first, name="=1+1"), *rest))
    assert ",'=1+1," in operating_csv(replace(found, scenarios=(told,)))
