"""The command line as a whole: help, exit codes, and no stack trace for anything given wrong."""

import json
from pathlib import Path

import pytest
from tests.cli.folders import folder_of

from slopewise.cli import main
from slopewise.errors import ConvergenceError
from slopewise.version import VERSION


@pytest.fixture(autouse=True)
def own_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLOPEWISE_DATA_FOLDER", str(tmp_path / "data"))


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == 0
    assert capsys.readouterr().out == f"slopewise {VERSION}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["assess", "--prior", "hopeful"],
        ["assess", "--nonsense"],
        ["assess", "folder", "--demo"],
        ["stage"],
        ["serve", "--port", "70000"],
        ["calibrate", "--steps", "0"],
    ],
)
def test_misuse_ends_with_2_and_says_why(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Error:" in said.err


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


HEADER = b"patient_id,month,alsfrs_total\n"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (HEADER, "no rows"),
        (bytes(range(256)) * 50, "not a text file"),
        ("patient_id,month\nÄ,1\n".encode("utf-16"), "UTF-16"),
        (b"name;age\nx;3\n", "patient_id"),
    ],
    ids=["empty", "header only", "binary", "UTF-16", "another table"],
)
@pytest.mark.parametrize("command", ["assess", "stage", "import"])
def test_unreadable_visits_end_with_1_and_a_sentence(
    command: str, content: bytes, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "clinic" / "visits.csv", content).parent
    assert main.run([command, str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("slopewise: ")
    assert word in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", ["assess", "stage", "import"])
def test_a_path_that_is_not_there_is_named(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run([command, str(tmp_path / "nowhere")]) == 1
    assert "nowhere does not exist" in capsys.readouterr().err


def test_an_empty_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["assess", str(tmp_path)]) == 1
    assert "visits.csv" in capsys.readouterr().err


def test_assess_without_a_store_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["assess"]) == 1
    assert "slopewise import FOLDER" in capsys.readouterr().err


def test_a_file_that_is_no_store_is_refused_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "notes.txt", b"remember the milk\n" * 100)
    assert main.run(["assess", "--store", str(file)]) == 1
    assert "not a slopewise store" in capsys.readouterr().err
    assert file.read_bytes() == b"remember the milk\n" * 100


def test_a_wrong_setting_is_named_with_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLOPEWISE_PORT", "abc")
    assert main.run(["assess"]) == 1
    assert "SLOPEWISE_PORT = 'abc'" in capsys.readouterr().err


def test_an_address_others_could_reach_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLOPEWISE_HOST", "0.0.0.0")
    assert main.run(["serve"]) == 1
    assert "no log-in" in capsys.readouterr().err


def test_an_unforeseen_failure_gives_a_reference_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("slopewise.workflow.stage_visits.stage_visits", fail)
    assert main.run(["stage", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "reference: ZeroDivisionError at test_main.py:" in said
    assert "Traceback" not in said
    assert main.run(["--debug", "stage", str(tmp_path)]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_method_that_did_not_converge_ends_with_3(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise ConvergenceError("the search did not settle; give more steps")

    monkeypatch.setattr("slopewise.workflow.calibrate.calibrate_natural_history", fail)
    assert main.run(["calibrate"]) == 3
    assert capsys.readouterr().err == "slopewise: the search did not settle; give more steps\n"


def test_export_gives_back_what_was_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(tmp_path / "clinic", "DEMO-006")
    assert main.run(["import", str(folder)]) == 0
    assert main.run(["export", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    assert main.run(["import", str(tmp_path / "out")]) == 0
    assert "nothing has changed" in capsys.readouterr().out
    answers = []
    for source in ("clinic", "out"):
        assert main.run(["stage", str(tmp_path / source), "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]


def test_export_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path / "clinic", "DEMO-006")
    before = (folder / "visits.csv").read_bytes()
    assert main.run(["import", str(folder)]) == 0
    assert main.run(["export", str(folder)]) == 1
    assert (folder / "visits.csv").read_bytes() == before
    assert "already" in capsys.readouterr().err
