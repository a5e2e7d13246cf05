"""`slopewise assess` on folders and stores."""

import csv
import json
import statistics
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cli.folders import DEMONSTRATION, folder_of

from slopewise.cli import main

PATIENT_KEYS = [
    "patient_id",
    "verdict",
    "sentence",
    "slowing",
    "probability_any_slowing",
    "probability_quarter_slower",
    "no_effect_tail",
    "smallest_slowing_shown",
    "visits_before",
    "visits_after",
    "months_after",
    "flags",
    "naive",
]


@pytest.fixture(autouse=True)
def own_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLOPEWISE_DATA_FOLDER", str(tmp_path / "data"))


def answer_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main.run(["assess", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_json_has_the_documented_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, "DEMO-006", "DEMO-014")
    found = answer_of(capsys, str(folder))
    assert list(found) == ["slopewise", "natural_history", "prior", "patients", "left_out"]
    assert list(found["natural_history"]) == ["name", "parameter_sets"]
    assert found["prior"] == "sceptical"
    assert [list(patient) for patient in found["patients"]] == [PATIENT_KEYS, PATIENT_KEYS]
    assert list(found["patients"][0]["slowing"]) == ["median", "low90", "high90"]
    assert list(found["patients"][0]["naive"]) == ["slope_before", "slope_after"]


def test_numbers_that_cannot_be_given_are_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (untreated,) = answer_of(capsys, str(folder_of(tmp_path, "DEMO-014")))["patients"]
    assert untreated["verdict"] == "cannot_tell"
    assert untreated["no_effect_tail"] is None
    assert untreated["slowing"] == {"median": None, "low90": None, "high90": None}


def test_simulated_patients_are_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, "DEMO-006")
    (patient,) = answer_of(capsys, str(folder))["patients"]
    assert "simulated" in patient["flags"]
    assert main.run(["assess", str(folder)]) == 0
    assert "imulated" in capsys.readouterr().out


def test_naive_slopes_are_least_squares_over_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (DEMONSTRATION / "visits.csv").open(encoding="utf-8", newline="") as file:
        visits = [row for row in csv.DictReader(file) if row["patient_id"] == "DEMO-003"]
    with (DEMONSTRATION / "doses.csv").open(encoding="utf-8", newline="") as file:
        doses = [row["date"] for row in csv.DictReader(file) if row["patient_id"] == "DEMO-003"]
    first_dose = date.fromisoformat(min(doses))
    days = [(date.fromisoformat(row["date"]) - first_dose).days for row in visits]
    before = [day for day in days if day <= 0]
    expected = statistics.linear_regression(
        [day / (365.25 / 12) for day in before],
        [float(row["alsfrs_total"]) for row in visits[: len(before)]],
    )
    (patient,) = answer_of(capsys, str(folder_of(tmp_path, "DEMO-003")))["patients"]
    assert patient["visits_before"] == len(before)
    assert patient["visits_after"] == len(days) - len(before)
    assert patient["naive"]["slope_before"] == pytest.approx(expected.slope, rel=1e-9)


def test_folder_and_store_give_the_same_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(tmp_path / "clinic", "DEMO-006", "DEMO-020")
    from_folder = answer_of(capsys, str(folder))
    assert main.run(["import", str(folder)]) == 0
    capsys.readouterr()
    first = answer_of(capsys)
    again = answer_of(capsys)  # stored answers now
    assert first == from_folder
    assert again == first


def test_the_evidence_prior_is_said_with_its_trials(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(tmp_path / "clinic", "DEMO-006")
    evidence = answer_of(capsys, str(folder), "--prior", "evidence")
    assert evidence["prior"] == "evidence"
    assert evidence["evidence_prior"]["trials"] == ["Oh 2018"]
    sceptical = answer_of(capsys, str(folder))
    assert "evidence_prior" not in sceptical
    assert evidence["patients"][0]["verdict"] == sceptical["patients"][0]["verdict"]


def test_the_prior_is_said_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, "DEMO-006")
    sceptical = answer_of(capsys, str(folder))
    flat = answer_of(capsys, str(folder), "--prior", "flat")
    assert flat["prior"] == "flat"

    def width(found: Any) -> float:
        slowing = found["patients"][0]["slowing"]
        return float(slowing["high90"] - slowing["low90"])

    assert width(flat) > width(sceptical)  # few visits: without a sceptical prior less is known
    assert flat["patients"][0]["verdict"] == sceptical["patients"][0]["verdict"]


def test_one_patient_is_told_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, "DEMO-006", "DEMO-020")
    assert main.run(["assess", str(folder), "--patient", "DEMO-006"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("DEMO-006: ")
    assert "DEMO-020" not in said
    assert "What would change the answer" in said


def test_an_unknown_patient_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, "DEMO-006")
    assert main.run(["assess", str(folder), "--patient", "DEMO-999"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "no patient DEMO-999" in said.err


def test_bad_rows_are_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(tmp_path, "DEMO-020")
    visits = folder / "visits.csv"
    lines = visits.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    cells = lines[3].split(",")
    cells[header.index("alsfrs_total")] = "61"
    lines[3] = ",".join(cells)
    visits.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main.run(["assess", str(folder), "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    (left_out,) = [row for row in found["left_out"] if row["column"] == "alsfrs_total"]
    assert (left_out["file"], left_out["row"], left_out["value"]) == ("visits.csv", 4, "61")
    assert list(left_out) == ["file", "row", "column", "value", "reason"]
    assert "visits.csv, line 4, column alsfrs_total, value '61'" in said.err
    (patient,) = found["patients"]
    assert patient["visits_before"] + patient["visits_after"] == len(lines) - 2


def test_the_report_is_a_document_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(tmp_path / "clinic", "DEMO-006")
    report = tmp_path / "report.html"
    assert main.run(["assess", str(folder), "--report", str(report)]) == 0
    assert str(report) in capsys.readouterr().err
    text = report.read_text(encoding="utf-8")
    assert "DEMO-006" in text
    assert "<script" not in text
    assert report.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic", "report.html"]


def test_a_report_that_cannot_be_written_is_said_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        pytest.fail("assessed before the place of the report was looked at")

    monkeypatch.setattr("slopewise.workflow.assess_patients.assess_folder", fail)
    place = tmp_path / "no" / "report.html"
    assert main.run(["assess", str(tmp_path), "--report", str(place)]) == 1
    assert "does not exist" in capsys.readouterr().err
