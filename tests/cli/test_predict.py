"""`slopewise predict` at the terminal: range first, survival only when it is asked for."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.folders import folder_of
from tests.study_files import clinic_folder, study_folder

from slopewise.cli import main

PATIENT = "DEMO-004"


def command(folder: Path, *more: str, patient: str = PATIENT) -> list[str]:
    return ["predict", str(folder), "--patient", patient, "--horizon", "12", *more]


def as_object(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> Any:
    assert main.run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def as_text(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    assert main.run(arguments) == 0
    return " ".join(capsys.readouterr().out.split())


def refusal(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    assert main.run(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    return " ".join(said.err.split())


@pytest.fixture
def demonstration(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "demonstration", PATIENT, "DEMO-005")


def test_range_and_words_come_without_survival(
    demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = as_text(capsys, command(demonstration))
    assert text.index("9 of 10 people with such scores") < text.index("Middle")
    assert "That it has not happened by then is" in text
    assert "run the command again with --curve" in text
    for hidden in ("Of 100", "out of 100"):
        assert hidden not in text
    for words in ("Research use only", "no medical advice", "simulated", "groups of people"):
        assert words in text


def test_the_curve_is_shown_when_asked_for(
    demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = as_text(capsys, command(demonstration, "--curve"))
    assert text.index("9 of 10 people") < text.index("Of 100")
    assert "again with --curve" not in text


def test_json_holds_everything_and_its_parts_agree(
    demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = as_object(capsys, command(demonstration, "--leaves", "20,47"))
    assert found["months_ahead"] == [float(month) for month in range(13)]
    survival = found["survival"]
    assert survival[0] == pytest.approx(1.0, abs=1e-3)
    assert all(later <= earlier for earlier, later in pairwise(survival))
    for step in range(13):
        assert found["survival_low90"][step] <= survival[step] <= found["survival_high90"][step]
        function = [found["function"][q][step] for q in ("5", "25", "50", "75", "95")]
        assert function == sorted(function)
        assert found["score"]["5"][step] <= found["function"]["5"][step]
        assert found["score"]["95"][step] >= found["function"]["95"][step] - 1e-9
    assert sum(found["class_share"].values()) == pytest.approx(1.0)
    assert found["model"]["embedded"] is True
    assert found["simulated"] is True


def test_a_score_window_is_left_where_the_quantiles_cross_it(
    demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The month for half is where the middle of expected function falls through the score."""
    threshold = 15.0
    found = as_object(capsys, command(demonstration, "--leaves", "15,47.5"))
    crossing, over = found["leaves"]
    months = found["months_ahead"]
    for quantile, key in (("5", "low90_months"), ("50", "median_months"), ("95", "high90_months")):
        falling = found["function"][quantile]
        assert falling[0] > threshold
        if falling[-1] > threshold:
            assert crossing[key] is None
        else:
            month = np.interp(-threshold, [-value for value in falling], months)
            assert crossing[key] == pytest.approx(month, abs=0.15)
    assert crossing["low90_months"] is not None
    assert over == {"threshold": 47.5, "low90_months": 0, "median_months": 0, "high90_months": 0}


def test_a_prediction_from_an_earlier_month_knows_nothing_of_later_ones(
    demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = as_object(capsys, command(demonstration, "--at", "0", "--each-visit"))
    path = demonstration / "visits.csv"
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split(",")
        is_late = cells[0] == PATIENT and cells[1] > "2025-01"
        kept.append(",".join([*cells[:3], *[""] * 13, "3", *cells[17:]]) if is_late else line)
    assert sum(line.count(",,,,,,,,,,,,,3,") for line in kept) > 2
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    after = as_object(capsys, command(demonstration, "--at", "0", "--each-visit"))
    assert before["landmark_month"] == 0
    for key in ("function", "score", "survival", "values_used"):
        assert before[key] == after[key]
    for one, other in zip(before["each_visit"], after["each_visit"], strict=True):
        if one["at_month"] < 0:
            assert (one["low90"], one["high90"]) == (other["low90"], other["high90"])
    assert [one["score"] for one in before["each_visit"]] != [
        one["score"] for one in after["each_visit"]
    ]


def test_every_earlier_prediction_stands_beside_what_happened(
    demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = as_object(capsys, command(demonstration, "--each-visit"))
    looked = found["each_visit"]
    judged = [one for one in looked if one["outcome"] == "score"]
    assert len(judged) > 3
    for one in judged:
        assert one["inside"] == (one["low90"] <= one["score"] <= one["high90"])
        assert abs(one["for_month"] - one["at_month"] - 12) <= 3
    assert looked[-1]["outcome"] == "not known yet"
    text = as_text(capsys, command(demonstration, "--each-visit"))
    inside = sum(one["inside"] for one in judged)
    assert f"{inside} of {len(judged)} earlier predictions held the later score" in text


def test_somebody_who_died_is_predicted_from_the_last_visit_before(
    demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = as_object(capsys, command(demonstration, "--each-visit", patient="DEMO-005"))
    assert found["event_month"] > found["landmark_month"]
    assert found["each_visit"][-1]["outcome"] == "event"
    said = refusal(capsys, command(demonstration, "--at", "60", patient="DEMO-005"))
    assert "the event had happened at month" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--patient", "DEMO-099"), "no patient DEMO-099"),
        (("--horizon", "0"), "more than 0 and at most 240"),
        (("--horizon", "nan"), "more than 0 and at most 240"),
        (("--at", "-90"), "no value of alsfrs_total by month -90"),
        (("--leaves", "many"), "--leaves 24,36"),
        (("--event", "gastrostomy"), "--event gastrostomy --output FIT.json"),
        (("--model", "none.json"), "none.json cannot be read"),
    ],
)
def test_what_cannot_be_predicted_is_said_with_a_remedy(
    options: tuple[str, ...],
    words: str,
    demonstration: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert words in refusal(capsys, command(demonstration, *options))


def test_own_tables_are_predicted_with_the_model_fitted_to_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, model = study_folder(tmp_path / "study"), tmp_path / "fit.json"
    options = ("--no-wander", "--slope-covariates", "age", "--output", str(model))
    assert main.run(["fit", "progression", str(folder), *options]) == 0
    assert "P000" not in model.read_text(encoding="utf-8")  # no patient's data in a model
    capsys.readouterr()
    found = as_object(capsys, command(folder, "--model", str(model), patient="P003"))
    assert found["model"]["embedded"] is False
    assert found["event"]["words"] == "death = yes in people.csv"
    assert found["class_share"] == {}
    middle = found["function"]["50"]
    assert -2.5 < (middle[-1] - middle[0]) / 12 < 0.5  # slope −1 ± 0.6 of those who made the data
    embedded = as_object(capsys, command(folder, patient="P003"))
    assert embedded["model"]["embedded"] is True
    assert embedded["values_used"] == found["values_used"]


def test_time_to_gastrostomy_comes_from_a_model_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic, model = clinic_folder(tmp_path), tmp_path / "tube.json"
    options = ("--no-wander", "--event", "gastrostomy", "--output", str(model))
    assert main.run(["fit", "progression", str(clinic), *options]) == 0
    capsys.readouterr()
    arguments = command(clinic, "--model", str(model), patient="P004")
    found = as_object(capsys, [*arguments, "--event", "gastrostomy"])
    assert found["event"]["words"].startswith("the first gastrostomy")
    text = as_text(capsys, arguments)
    assert "Time to NIV: not modelled by this model" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ('{"status": "converged"}', "is not a progression fit"),
        ('{"kind": "slopewise progression fit", "layout_version": 0}', "another version"),
        ('{"kind": "slopewise progression fit", "layout_version": 1}', "is damaged"),
    ],
)
def test_a_file_that_is_no_fit_is_refused(
    text: str, words: str, demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = demonstration.parent / "fit.json"
    path.write_text(text, encoding="utf-8")
    assert words in refusal(capsys, command(demonstration, "--model", str(path)))


def test_misuse_ends_with_2(demonstration: Path) -> None:
    assert main.run(["predict", str(demonstration)]) == 2


@pytest.mark.parametrize("given", ["nan", "inf", "99", "0"])
def test_a_score_that_nobody_can_fall_below_is_refused(
    given: str, demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(capsys, command(demonstration, "--leaves", f"24,{given}"))
    assert "above 0 and at most 48" in said


def test_an_outcome_that_the_model_does_not_hold_is_refused(
    demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(capsys, command(demonstration, "--outcome", "svc"))
    assert "svc is not modelled by" in said
    assert "fit progression FOLDER --outcome svc --output FIT.json" in said
    assert main.run(command(demonstration, "--outcome", "alsfrs_total")) == 0


def test_a_start_after_the_last_visit_says_what_it_takes_for_granted(
    demonstration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = as_text(capsys, command(demonstration, "--at", "50"))
    assert "months after the last score" in late
    assert "takes for granted that the event had not happened by then" in late
    assert "takes for granted" not in as_text(capsys, command(demonstration))


@pytest.mark.parametrize("damage", [{}, "x", {"event": {"x": 1}}, {"event": None}])
def test_a_fit_without_its_own_story_is_refused(
    damage: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, path = study_folder(tmp_path / "study"), tmp_path / "FIT.json"
    assert main.run(["fit", "progression", str(folder), "--no-wander", "--output", str(path)]) == 0
    capsys.readouterr()
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "made_by": damage}))
    said = refusal(capsys, command(folder, "--model", str(path), patient="P000"))
    assert "FIT.json is damaged" in said
    path.write_text(json.dumps({**document, "status": "step_limit"}))
    said = refusal(capsys, command(folder, "--model", str(path), patient="P000"))
    assert "FIT.json" in said
    assert "fit again" in said
