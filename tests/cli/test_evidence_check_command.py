"""`slopewise evidence check`, and `--json` of the list and of one study."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from slopewise.cli import evidence
from slopewise.errors import InputError

PAGE = {"source": "https://example.org/paper", "pointer": "abstract", "status": "read"}


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    evidence.register(made)
    made.callback()(lambda: None)
    return made


def ask(app: typer.Typer, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["evidence", *arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


def study_file(folder: Path, **parts: Any) -> Path:
    row: dict[str, Any] = {
        "study_id": "example_2030",
        "label": "Example 2030",
        "bibliography": {"citation": PAGE},
        "design": {"design_class": "case_series"},
        "evidence_level_read": "abstract",
    }
    file = folder / "example_2030.json"
    file.write_text(json.dumps(row | parts), encoding="utf-8")
    return file


def test_the_record_passes_with_remarks(app: typer.Typer) -> None:
    shown = ask(app, "check")
    assert shown.startswith("60 studies and 35 registrations read: every file can be used")
    assert "Contradictions in print" in shown
    assert "and 37 more: --all" in shown
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert "more: --all" not in ask(app, "check", "--all")


def test_the_check_is_given_as_json(app: typer.Typer) -> None:
    found = json.loads(ask(app, "check", "--json"))
    assert (found["studies"], found["registrations"], found["is_broken"]) == (60, 35, False)
    parts = {one["part"]: one for one in found["sections"]}
    assert parts["superseded_figures"]["count"] == 3
    assert parts["broken_files"] == {
        "part": "broken_files",
        "title": "Files that cannot be used",
        "is_error": True,
        "remarks": [],
        "count": 0,
    }


def test_a_file_of_ones_own_is_checked(app: typer.Typer, tmp_path: Path) -> None:
    shown = ask(app, "check", str(study_file(tmp_path)))
    assert shown.startswith("1 study read: every file can be used, every number has a source.")
    assert "example_2030: no domain of bias is judged" in shown
    assert "oh_2018" not in shown


def test_a_broken_file_ends_with_1_and_names_file_key_and_remedy(
    app: typer.Typer, tmp_path: Path
) -> None:
    study_file(tmp_path, follow_up={"value": 6, "unit": "months"})
    (tmp_path / "other.json").write_text("{", encoding="utf-8")
    shown = " ".join(ask(app, "check", str(tmp_path), code=1).split())
    assert shown.startswith("2 files cannot be used; 0 studies could be read.")
    assert "example_2030.json: follow_up.value = 6 has no source; put" in shown
    assert "other.json: not readable as JSON" in shown
    found = json.loads(ask(app, "check", str(tmp_path), "--json", code=1))
    assert found["is_broken"]


def test_an_overlap_with_nobody_breaks_a_file(app: typer.Typer, tmp_path: Path) -> None:
    file = study_file(tmp_path, overlaps=[{"text": "same", "study_ids": ["nobody_1999"]}])
    shown = " ".join(ask(app, "check", str(file), code=1).split())
    assert 'overlaps names "nobody_1999", which is no study here' in shown


def test_a_registration_of_ones_own_is_checked_too(app: typer.Typer, tmp_path: Path) -> None:
    row = {"identifier": "NCT00000001", "title": "Made up", "kind": "trial", "status": "completed"}
    (tmp_path / "NCT00000001.json").write_text(json.dumps(row | {"citation": PAGE}))
    shown = " ".join(ask(app, "check", str(tmp_path), code=1).split())
    assert 'NCT00000001.json: status "completed" has no date' in shown


@pytest.mark.parametrize("name", ["nowhere.json", ""])
def test_a_place_without_files_is_refused(app: typer.Typer, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"does not exist|holds no \.json file"):
        ask(app, "check", str(tmp_path / name))


def test_the_list_is_given_as_json(app: typer.Typer) -> None:
    found = json.loads(ask(app, "studies", "--kind", "randomised", "--json"))
    assert (found["found"], found["total"]) == (7, 60)
    rows = {one["study_id"]: one for one in found["studies"]}
    assert rows["oh_2018"]["overall_bias"] == "high"
    assert (rows["oh_2018"]["treated"], rows["oh_2018"]["control"]) == (33, 31)


def test_a_study_is_given_as_json_with_the_keys_of_its_file(app: typer.Typer) -> None:
    found = json.loads(ask(app, "study", "cudkowicz_2022", "--json"))
    assert found["people"]["treated"]["value"] == 95
    assert found["overall_bias"]["judgement"] == "not judged"
    assert [one["identifier"] for one in found["registrations"]] == ["NCT03280056"]
    assert found["registrations"][0]["size"]["value"] == 263
    assert len(found["superseded"]) == 3


def test_a_study_shows_arms_bias_registrations_and_replaced_figures(app: typer.Typer) -> None:
    shown = " ".join(ask(app, "study", "cudkowicz_2022").split())
    assert "Placebo: Role: control; Received: placebo" in shown
    assert "by RoB 2, for function (ALSFRS-R or its analogue): not judged overall" in " ".join(
        shown.split()
    )
    assert "Measurement of the outcome: Judgement: low" in shown
    assert "completed (last changed 2021-10-06; as of the snapshot of 2022-10-18" in shown
    assert "People: 263 enrolled" in shown
    assert "replaced by the corrected model (erratum Aug 2022)" in shown
    later = " ".join(ask(app, "study", "gotkine_2023").split())
    assert "serious risk of bias overall at least (confounding, measurement of outcomes)" in later


def test_a_withdrawn_trial_is_said_to_be_withdrawn_and_why(app: typer.Typer) -> None:
    from slopewise.evidence.registry.entries import load_entries
    from slopewise.report.evidence.conduct import registry_table

    withdrawn = [one for one in load_entries() if one.is_withdrawn]
    table = registry_table(withdrawn)
    assert table is not None
    assert [row.cells[3].split(" (")[0] for row in table.rows] == [
        "withdrawn: breathing would make the operation dangerous",
        "withdrawn: lack of money",
    ]
    assert [row.cells[4] for row in table.rows] == ["0 enrolled", "0 enrolled"]


def test_a_registration_is_shown_by_its_number_with_its_studies(app: typer.Typer) -> None:
    shown = " ".join(ask(app, "study", "nct03280056").split())
    assert shown.startswith("NCT03280056: NurOwn three times against placebo, phase 3")
    assert "Studies: cudkowicz_2022. Where to find it: https://clinicaltrials.gov/study/" in shown
    found = json.loads(ask(app, "study", "NCT02116634", "--json"))
    assert (found["status"], found["size"]["value"]) == ("withdrawn", 0)
