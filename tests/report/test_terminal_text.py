"""No file may steer the terminal that its contents are shown on."""

import json

import pytest

from slopewise.cli.output import answer, answer_json, tell
from slopewise.report.assessment_text import lay_out
from slopewise.report.tables import Column, Table

ESCAPE = "\x1b[2J"
NASTY = f"A{ESCAPE}\u009b31m\u202eB"
STEERING = ("\x1b", "\u009b", "\u202e", "\r")


def test_a_table_holds_no_control_sign_and_one_line_a_row() -> None:
    laid = lay_out(Table("Rows", (Column("Value"),), ((NASTY,), ("two\r\nlines",), ("plain",))))
    assert not [sign for sign in STEERING if sign in laid]
    assert len(laid.splitlines()) == 5
    assert "plain" in laid


def test_columns_stay_aligned_beside_a_replaced_sign() -> None:
    columns = (Column("First"), Column("Second"))
    laid = lay_out(Table("Rows", columns, (("a\x1bbcdefg", "x"), ("abcdefgh", "y"))))
    assert len({len(line) for line in laid.splitlines()[2:]}) == 1


def test_an_answer_and_a_message_hold_no_control_sign(capsys: pytest.CaptureFixture[str]) -> None:
    answer(f"one {NASTY}\ntwo\tcolumns")
    tell(f"no column {NASTY}")
    said = capsys.readouterr()
    assert not [sign for sign in STEERING if sign in said.out + said.err]
    assert said.out.endswith("\ntwo\tcolumns\n")


def test_json_says_the_same_without_control_signs(capsys: pytest.CaptureFixture[str]) -> None:
    answer_json({"patient_id": NASTY, "sentence": "−16\u202f% θ"})
    told = capsys.readouterr().out
    assert not [sign for sign in STEERING if sign in told]
    assert json.loads(told) == {"patient_id": NASTY, "sentence": "−16\u202f% θ"}
