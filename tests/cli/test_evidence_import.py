"""`slopewise evidence add`, `added`, `accept`, `void`, `sync` and `template` at the terminal."""

import json
from pathlib import Path

import pytest
import typer
from tests.records.registry.v2_records import made_up_record
from typer.testing import CliRunner

from slopewise.cli import evidence
from slopewise.errors import InputError

TRIAL = (
    "study,design,source,scale,months,n_treated,mean_treated,sd_treated,n_control,mean_control,"
    "sd_control\nMade-up 2099,randomised,page,ALSFRS-R,6,200,-5,5,200,-5.2,5\n"
)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("SLOPEWISE_DATA_FOLDER", str(tmp_path / "data"))
    made = typer.Typer()
    evidence.register(made)
    made.callback()(lambda: None)
    return made


@pytest.fixture
def trial(tmp_path: Path) -> str:
    file = tmp_path / "trial.csv"
    file.write_text(TRIAL)
    return str(file)


def ask(app: typer.Typer, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["evidence", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_adding_prints_was_is_now_and_why(app: typer.Typer, trial: str) -> None:
    said = ask(app, "add", trial)
    first = said.index("CHANGED  Do cells slow the decline of function, in randomised trials?")
    assert first < said.index("  was      One randomised trial") < said.index("  is now   In two")
    assert "  why      Made-up 2099 enters with 0.038 (standard error 0.094), 51 %" in said
    assert "UNCHANGED" in said
    assert "lanes are never mixed" in said
    assert max(map(len, said.splitlines())) <= 100


def test_every_conclusion_is_named_in_short_or_by_itself(app: typer.Typer, trial: str) -> None:
    made = json.loads(ask(app, "add", trial, "--preview", "--json"))
    short = ask(app, "add", trial, "--preview")
    every = ask(app, "add", trial, "--preview", "--all")
    for one in made["changes"]:
        name = one["about"].partition(": ")[2] or one["about"]
        assert name in " ".join(short.split())
        assert one["about"] in " ".join(every.split())
    assert len(short.splitlines()) < 0.8 * len(every.splitlines())
    assert short.index("CHANGED  Do cells") < short.index("FOLLOWS FROM IT")
    assert short.index("FOLLOWS FROM IT") < short.index("\nUNCHANGED")


def test_a_preview_says_so_and_keeps_nothing(app: typer.Typer, trial: str) -> None:
    assert ask(app, "add", trial, "--preview").startswith("Preview of trial.csv: nothing was kept.")
    assert ask(app, "added").startswith("No study was added on this machine.")


def test_json_holds_every_conclusion_with_its_numbers(app: typer.Typer, trial: str) -> None:
    made = json.loads(ask(app, "add", trial, "--json"))
    assert made["studies"] == [
        {"id": "made_up_2099", "label": "Made-up 2099", "what": "new", "why": None}
    ]
    first = made["changes"][0]
    assert first["changed"]
    assert first["numbers_after"]["studies"] == 2
    assert any(not one["changed"] and one["why"] for one in made["changes"])


def test_an_added_study_is_listed_shown_and_voided(app: typer.Typer, trial: str) -> None:
    ask(app, "add", trial)
    assert "added: made_up_2099 (Made-up 2099)" in ask(app, "added")
    assert "Made-up 2099" in ask(app, "study", "made_up_2099")
    assert ask(app, "studies").startswith("61 records")
    said = ask(app, "void", "made_up_2099", "--reason", "it was made up")
    assert "voided: made_up_2099 (Made-up 2099); it was made up" in said
    assert "Made-up 2099 leaves" in said
    assert "it was made up" in ask(app, "added")
    assert ask(app, "studies").startswith("60 records")


def test_a_stated_slowing_is_shown_on_its_page(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    file.write_text("study,design,source,estimate,low,high\nB 2099,rct,page,0.3,0.1,0.5\n")
    ask(app, "add", str(file))
    said = ask(app, "study", "b_2099")
    assert "Slowing of decline, as reported" in said
    assert "0.3" in said


def test_a_folder_is_read_into_drafts_that_wait(app: typer.Typer, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "record.json").write_text(json.dumps(made_up_record()))
    said = " ".join(ask(app, "sync", "--from", str(folder)).split())
    assert "They take part in no answer until you accept" in said
    assert "registration new: NCT99999999" in said
    assert "draft: results_NCT99999999" in ask(app, "added")
    assert "accepted: results_NCT99999999" in ask(app, "accept", "results_NCT99999999")


def test_the_template_is_printed_or_written_and_can_be_added(
    app: typer.Typer, tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    ask(app, "template", str(file))
    assert file.read_text().startswith(ask(app, "template").splitlines()[0])
    assert "made_up_randomised_2099" in ask(app, "add", str(file), "--preview")


def test_a_file_without_a_source_is_refused(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("study,design,estimate,standard_error\nA,rct,0.1,0.1\n")
    with pytest.raises(InputError, match="a number without a source is refused"):
        ask(app, "add", str(file))


def test_a_template_that_is_filled_in_is_not_written_over(app: typer.Typer, trial: str) -> None:
    before = Path(trial).read_text()
    with pytest.raises(InputError, match="exists and may be filled in"):
        CliRunner().invoke(app, ["evidence", "template", trial], catch_exceptions=False)
    assert Path(trial).read_text() == before
