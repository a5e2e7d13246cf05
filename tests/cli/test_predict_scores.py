"""`slopewise predict --scores`: predictions for everybody against what then happened."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.folders import DEMONSTRATION
from tests.progression.joint_people import Truth, simulated
from tests.study_files import write_csv

from slopewise.cli import main

LANDMARK, HORIZON = 4, 6
TRUTH = Truth(mean_level=33.0, log_baseline=-4.9)  # so that no score lies beyond 48 points


def drawn(folder: Path, patients: int, *, seed: int) -> Path:
    """People of a known truth, as two plain tables."""
    measurements, follow_up = simulated(TRUTH, patients, seed=seed, step=0.05)
    scores = zip(
        (f"P{one:03}" for one in measurements.patient),
        measurements.month,
        np.round(measurements.value, 3),
        strict=True,
    )
    write_csv(folder / "scores.csv", ("patient", "month", "alsfrsr"), list(scores))
    people = [
        (f"P{one:03}", round(float(end), 4), int(event))
        for one, (end, event) in enumerate(zip(follow_up.end_month, follow_up.event, strict=True))
    ]
    write_csv(folder / "people.csv", ("patient", "months", "death"), people)
    return folder


def scored(folder: Path, *more: str) -> list[str]:
    asked = ("--at", str(LANDMARK), "--horizon", str(HORIZON))
    return ["predict", str(folder), "--scores", *asked, *more]


def as_object(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> Any:
    assert main.run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def as_text(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    assert main.run(arguments) == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model, and the folder of the people that it was fitted to."""
    folder = drawn(tmp_path_factory.mktemp("first"), 150, seed=11)
    model = folder.parent / f"{folder.name}.json"
    options = ("--no-wander", "--output", str(model))
    assert main.run(["fit", "progression", str(folder), *options]) == 0
    return model, folder


def test_a_model_of_other_people_of_the_same_truth_scores_well(
    fitted: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = drawn(tmp_path / "second", 250, seed=12)
    found = as_object(capsys, scored(folder, "--model", str(fitted[0])))
    by_name = {(one["name"], one["months_ahead"]): one for one in found["scores"]}
    brier = by_name["Brier score", HORIZON]
    reference = by_name["Brier score of the reference", HORIZON]
    assert brier["estimate"] < reference["estimate"]
    assert brier["low95"] < brier["estimate"] < brier["high95"]
    assert by_name["AUC", HORIZON]["low95"] > 0.5
    held = {one["expected"]: one["share"] for one in found["coverage"]}
    assert 0.8 <= held[0.9] <= 0.97
    assert by_name["CRPS skill", None]["low95"] > 0  # better than the last score carried on
    assert found["model"]["fitted_to_these"] is None
    assert any("If any of these people" in one for one in found["mind"])


def test_people_and_events_are_those_of_the_files(
    fitted: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = drawn(tmp_path / "second", 80, seed=12)
    measurements, follow_up = simulated(TRUTH, 80, seed=12, step=0.05)
    there = follow_up.end_month > LANDMARK
    by_then = follow_up.event & (follow_up.end_month <= LANDMARK + HORIZON)
    later = (measurements.month > LANDMARK) & (measurements.month <= LANDMARK + HORIZON)
    found = as_object(capsys, scored(folder, "--model", str(fitted[0])))
    assert found["people"] == there.sum()
    assert found["events"] == (there & by_then).sum()
    assert found["values_scored"] == (later & there[measurements.patient]).sum()
    gone = next(one for one in found["left_out"] if "event had happened" in one["reason"])
    assert gone["count"] == (~there).sum()
    groups = found["calibration"][-1]["groups"]
    assert sum(group["events"] for group in groups) == found["events"]


def test_what_came_after_the_landmark_does_not_reach_the_prediction(
    fitted: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = drawn(tmp_path / "second", 60, seed=13)
    before = as_object(capsys, scored(folder, "--model", str(fitted[0])))
    rows = [line.split(",") for line in (folder / "scores.csv").read_text().splitlines()[1:]]
    changed = [(p, m, v if float(m) <= LANDMARK else float(v) / 2) for p, m, v in rows]
    write_csv(folder / "scores.csv", ("patient", "month", "alsfrsr"), changed)
    after = as_object(capsys, scored(folder, "--model", str(fitted[0])))
    assert after["calibration"] == before["calibration"]
    assert after["coverage"] != before["coverage"]


def test_scores_of_the_people_behind_the_model_are_called_optimistic(
    fitted: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    text = as_text(capsys, scored(fitted[1], "--model", str(fitted[0])))
    assert "OPTIMISTIC: the model was fitted to these very people" in text
    assert text.index("95 % interval") < text.index("Estimate")


def test_a_horizon_that_nobody_outlives_cannot_be_told(
    fitted: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["predict", str(fitted[1]), "--scores", "--at", "4", "--horizon", "8"]
    text = as_text(capsys, [*asked, "--model", str(fitted[0])])
    assert "cannot tell how good the chances were (nobody is followed beyond this month" in text


def test_few_events_give_no_verdict(
    fitted: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = drawn(tmp_path / "few", 15, seed=14)
    found = as_object(capsys, scored(folder, "--model", str(fitted[0])))
    assert 0 < found["events"] < 10
    assert f"cannot tell how good the chances were ({found['events']} event" in found["summary"][1]


def test_simulated_people_are_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["predict", str(DEMONSTRATION), "--scores", "--at", "0", "--horizon", "6"]
    text = as_text(capsys, asked)
    assert "simulated" in text
    assert "Research use only" in text


@pytest.mark.parametrize(
    ("options", "words", "code"),
    [
        (("--scores", "--at", "0", "--patient", "DEMO-001"), "leave out --patient", 2),
        (("--scores",), "for example --at 6", 2),
        ((), "give --scores", 2),
        (("--scores", "--at", "900"), "nobody can be predicted at month 900", 1),
        (("--scores", "--at", "nan"), "write for example --at 6", 1),
    ],
)
def test_what_cannot_be_scored_is_said_with_a_remedy(
    options: tuple[str, ...], words: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["predict", str(DEMONSTRATION), "--horizon", "6", *options]
    assert main.run(arguments) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert words in " ".join(said.err.replace("│", " ").split())
