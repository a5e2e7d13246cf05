"""`slopewise trial size`: what it prints, what JSON holds, and what it refuses."""

import json
import math
from pathlib import Path

import pytest

from slopewise.cli.main import run
from slopewise.trial.size import design_size, virtual_arms
from slopewise.workflow.trial_design import new_design


@pytest.fixture
def design(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = virtual_arms.virtual_arm
    monkeypatch.setattr(design_size, "virtual_arm", lambda plan, arm: made(plan, arm, worlds=8))
    monkeypatch.setattr(design_size, "_PAIRED", 200)
    place = tmp_path / "trial.toml"
    place.write_text(new_design("two-arm"), encoding="utf-8")
    return place


def test_text_says_what_is_assumed_and_what_is_not_known(
    design: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trial", "size", str(design)]) == 0
    out = capsys.readouterr().out
    for said in (
        "points a month (SD between people",
        "alive and without the event at month 12",
        "simulated people of the natural history",
        "People in all",
        "no closed form",
        "slopewise trial simulate",
        "Research use only",
    ):
        assert said in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 120


def test_json_holds_everything_and_no_nan(design: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trial", "size", str(design), "--power", "0.8", "--json"]) == 0
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    slope = found["endpoints"][0]
    assert slope["status"] == "found"
    assert slope["power"] == 0.8
    assert sum(slope["people_by_arm"].values()) == slope["people"]
    course = found["untreated"]["control"]
    assert math.isclose(sum(course["share_by_last_visit"]), 1.0)
    assert len(course["expected_mean_score"]) == len(course["visit_months"]) == 13


@pytest.mark.parametrize("power", ["0.01", "1", "7"])
def test_impossible_power_is_refused(
    design: Path, capsys: pytest.CaptureFixture[str], power: str
) -> None:
    assert run(["trial", "size", str(design), "--power", power]) == 1
    assert "--power" in capsys.readouterr().err


def test_a_negative_seed_is_refused(design: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trial", "size", str(design), "--seed", "-3"]) == 2
    assert "--seed" in capsys.readouterr().err


def test_a_design_with_errors_is_refused_with_its_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "trial.toml"
    place.write_text(new_design("two-arm").replace("size = 300", "size = 3"), encoding="utf-8")
    assert run(["trial", "size", str(place)]) == 1
    assert "line" in capsys.readouterr().err
