"""`slopewise trial boundary` at the terminal: its JSON, its words, its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from slopewise.cli.main import run

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "rpact" / "values.json"
VALUES: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))
BOUND = 1e-5  # absolute: rpact's own root search stops there


def asked(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert run(["trial", "boundary", *map(str, arguments)]) == code
    out = capsys.readouterr()
    return out.out + out.err


def told(capsys: pytest.CaptureFixture[str], plan: dict[str, Any], *more: object) -> dict[str, Any]:
    looks = ",".join(repr(float(t)) for t in plan["information"])
    options = ("--looks", looks, "--alpha", plan["alpha"], "--sides", plan["sides"])
    found: dict[str, Any] = json.loads(
        asked(capsys, *options, "--beta", plan["beta"], "--spending", plan["spending"], *more,
              "--json")
    )  # fmt: skip
    return found


@pytest.mark.parametrize("spending", sorted({plan["spending"] for plan in VALUES["bounds"]}))
@pytest.mark.parametrize("sides", [1, 2])
def test_bounds_are_those_of_rpact(
    capsys: pytest.CaptureFixture[str], spending: str, sides: int
) -> None:
    theirs = next(
        plan
        for plan in VALUES["bounds"]
        if plan["spending"] == spending and plan["sides"] == sides and len(plan["information"]) == 3
    )
    found = told(capsys, theirs)
    for key, column in (("efficacy", "z"), ("nominal_p", "nominal_p"), ("spent", "spent")):
        ours = [look[column] for look in found["efficacy"]]
        assert ours == pytest.approx(theirs[key], abs=BOUND)
    assert [look["information"] for look in found["efficacy"]] == theirs["information"]
    assert found["inflation"] == pytest.approx(theirs["inflation"], abs=BOUND)
    expected = [found["expected_information"][key] for key in ("none", "half", "planned")]
    assert expected == pytest.approx(theirs["expected"], abs=BOUND)
    ours = found["stopping"]["planned"]["efficacy"]
    assert ours == pytest.approx(theirs["stop_planned"], abs=BOUND)
    assert found["futility"] == []


def test_futility_is_that_of_rpact(capsys: pytest.CaptureFixture[str]) -> None:
    theirs = next(
        plan for plan in VALUES["futility"] if not plan["binding"] and len(plan["information"]) == 3
    )
    found = told(capsys, theirs, "--futility", theirs["futility_spending"])
    ours = [look["z"] for look in found["futility"]]
    assert ours[:-1] == pytest.approx(theirs["futility"], abs=BOUND)
    assert ours[-1] == found["efficacy"][-1]["z"]
    assert found["futility_is_binding"] is False


def test_looks_may_be_fractions(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(asked(capsys, "--looks", "1/3, 2/3, 1", "--json"))
    assert [look["information"] for look in found["efficacy"]] == [1 / 3, 2 / 3, 1.0]


def test_table_says_when_to_stop_and_what_it_costs(capsys: pytest.CaptureFixture[str]) -> None:
    said = asked(capsys, "--looks", "0.5,1", "--futility", "pocock")
    for words in ("Benefit if z ≥", "Hopeless if z <", "stops at look 1", "inflation", "not bind"):
        assert words in said
    assert all(len(line) <= 88 for line in said.splitlines())


def test_two_sides_say_harm(capsys: pytest.CaptureFixture[str]) -> None:
    assert "harm" in asked(capsys, "--looks", "0.5,1", "--sides", 2, "--alpha", 0.05)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--looks", "0.5,0.4,1"), "look 2 is at information 0.4 after 0.5"),
        (("--looks", "0.5,0.9"), "the last must be 1"),
        (("--looks", "half,1"), "'half' is no share"),
        (("--looks", "1/0,1"), "'1/0' is no share"),
        (("--looks", ""), "is no share"),
        (("--looks", "0.5,1", "--alpha", "0.7"), "alpha is 0.7"),
        (("--looks", "0.5,1", "--spending", "haybittle"), "choose one of obrien-fleming"),
        (("--looks", "0.5,1", "--spending", "kim-demets"), "kim-demets:RHO"),
        (("--looks", "0.5,1", "--futility", "classical-of"), "spend beta by"),
        (("--looks", "0.5,1", "--binding"), "without a futility spending"),
    ],
)
def test_what_cannot_be_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert words in asked(capsys, *arguments, code=1)


@pytest.mark.parametrize("arguments", [(), ("--looks", "0.5,1", "--sides", "3")])
def test_misuse_ends_with_2(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    asked(capsys, *arguments, code=2)


def test_futility_that_no_effect_meets_ends_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--looks", "0.9,1", "--futility", "hwang:50")
    said = asked(capsys, *options, code=3)
    assert "NOT found" in said


def _taken(case: dict[str, Any]) -> tuple[str, float, float]:
    """Looks, estimate and standard error of a log hazard ratio, as rpact counts them."""
    events, stage = case["events"], case["stage"]
    looks = ",".join(f"{one}/{events[-1]}" for one in events)
    error = 2.0 / events[stage - 1] ** 0.5
    return looks, case["z"][stage - 1] * error, error


@pytest.mark.parametrize("number", [4, 5, 10, 13, 19])
def test_a_look_that_was_taken_is_read_as_by_rpact(
    capsys: pytest.CaptureFixture[str], number: int
) -> None:
    case = VALUES["interim"][number]
    looks, estimate, error = _taken(case)
    found = json.loads(
        asked(capsys, "--looks", looks, "--sides", case["sides"], "--at-look", case["stage"],
              "--estimate", estimate, "--standard-error", error, "--json")
    )["interim"]  # fmt: skip
    ours = [found["repeated_interval"][end] for end in ("low", "high")]
    assert ours == pytest.approx(case["repeated"], abs=BOUND)
    if "final" in case:
        ours = [found["adjusted"][end] for end in ("low", "high")]
        assert ours == pytest.approx(case["final"]["interval"], abs=BOUND)
        assert found["adjusted"]["estimate"] == pytest.approx(case["final"]["estimate"], abs=BOUND)
        assert found["adjusted"]["p_value"] == pytest.approx(case["final"]["p"], abs=BOUND)
    assert (found["predictive_power"] is None) == (case["stage"] == 3)


def test_a_look_says_interval_first_and_what_the_plan_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    taken = ("--looks", "0.5,1", "--at-look", 1, "--standard-error", 0.1)
    said = asked(capsys, *taken, "--estimate", 0.2)
    assert "no bound is crossed; the plan says go on" in said
    assert said.index("repeated 95 % interval") < said.index("predictive power")
    assert "over the bound for benefit" in asked(capsys, *taken, "--estimate", 0.5)
    futile = asked(capsys, *taken, "--estimate", -0.2, "--futility", "hwang:-2")
    assert "below the futility bound" in futile


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--at-look", 1), "give all three or none"),
        (("--at-look", 3, "--estimate", 1, "--standard-error", 1), "look 3 is not among the 2"),
        (("--at-look", 1, "--estimate", 1, "--standard-error", 0), "give one above 0"),
    ],
)
def test_a_look_that_cannot_be_read_is_refused(
    capsys: pytest.CaptureFixture[str], more: tuple[object, ...], words: str
) -> None:
    assert words in asked(capsys, "--looks", "0.5,1", *more, code=1)
