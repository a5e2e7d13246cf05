"""`slopewise evidence proportion`: words, JSON, exit codes, and every bad cell named."""

import json
from pathlib import Path

import pytest

from slopewise.cli.main import run

SPARSE = "# made up\nstudy,events,total\nA,0,12\nB,0,43\nC,1,20\nD,0,8\nE,4,30\nF,0,26\n"


def write(folder: Path, text: str) -> str:
    path = folder / "counts.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["evidence", "proportion", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_none_of_67_is_said_in_plain_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ask(capsys, write(tmp_path, "study,events,total\nA,0,67\n"))
    assert code == 0
    assert "None of 67 people in 1 study; the true rate could still be up to 5.4 %" in out


@pytest.mark.parametrize("method", ["exact", "beta-binomial", "glmm"])
def test_json_holds_the_answer_of_the_method_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    file = write(tmp_path, SPARSE)
    code, out, _ = ask(capsys, file, "--method", method, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["method"] == method
    assert (found["k"], found["events"], found["total"]) == (6, 5, 139)
    assert found["low"] < found["estimate"] < found["high"]
    assert found["studies"][2]["study"] == "C"
    assert set(found["answers"]) == {method}
    assert found["plain"]["estimate"] == pytest.approx(5 / 139)


def test_no_answer_of_the_model_ends_with_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "study,events,total\nA,0,5\nB,5,5\nC,0,6\n")
    code, out, _ = ask(capsys, file, "--json")
    assert code == 3
    assert json.loads(out)["estimate"] is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study,events,total\nA,5,4\n", ["line 2", "column events", "5", "total of 4"]),
        ("study,events,total\nA,-1,4\n", ["line 2", "column events", "-1", "0 or more"]),
        ("study,events,total\nA,1.5,4\n", ["line 2", "column events", "1.5", "whole number"]),
        ("# note\nstudy,events,total\nA,0,0\n", ["line 3", "column total", "leave the row out"]),
        ("study,events,total\nA,,4\n", ["line 2", "column events", "empty"]),
        ("study,events,total\nA,x,4\n", ["line 2", "column events", "'x'"]),
        ("study,events,total\n,1,4\n", ["line 2", "column study", "name the study"]),
        ("study,xi,ni\nA,1,4\n", ["no column events", "rename xi to events"]),
        ("study,events,total\nA,1\n", ["line 2", "2 cells", "header 3"]),
        ("study,events,total\n", ["no study below it"]),
        ("study,events,total\nA,1,200000\n", ["column total", "200000"]),
    ],
)
def test_a_wrong_cell_is_named_with_line_column_value_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: list[str]
) -> None:
    code, out, err = ask(capsys, write(tmp_path, text))
    assert code == 1
    assert not out
    for word in words:
        assert word in err


def test_other_separators_marks_and_columns_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "\ufeffStudy;Events;Total;note\nA;1;10;x\nA;2;20;y\n")
    code, out, err = ask(capsys, file, "--json", "--method", "exact")
    assert code == 0
    assert json.loads(out)["total"] == 30
    assert "not read: note" in err
    assert "name of one study" in err


def test_without_a_file_the_safety_of_the_published_studies_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = ask(capsys)
    assert code == 0
    assert "Serious event related to the treatment\nNone of" in out
    code, out, _ = ask(capsys, "--json")
    assert {one["route"] for one in json.loads(out)} >= {"any route", "intrathecal"}


def test_a_file_that_is_not_there_and_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(capsys, str(tmp_path / "none.csv"))[0] == 1
    assert ask(capsys, str(tmp_path))[0] == 1
