"""The file that reproduces a figure holds its numbers to the last digit, and the command."""

import csv
from dataclasses import replace
from datetime import date

from tests.evidence_answers import effect, made_answer

from slopewise.report.synthesis.download import counts_csv, effects_csv, table_csv
from slopewise.report.tables import Column, Table

DAY = date(2027, 3, 1)


def read(text: str) -> tuple[list[str], list[dict[str, str]]]:
    lines = text.splitlines()
    said = [line for line in lines if line.startswith("#")]
    return said, list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_the_rows_are_those_that_were_pooled_with_every_digit() -> None:
    made = made_answer()
    third = 1 / 3
    odd = replace(made, effects=(effect("ash_2015", third, 0.12), made.effects[1]))
    said, rows = read(effects_csv(odd, file_name="forest.csv", written=DAY))
    assert [row["study"] for row in rows] == ["ash_2015", "elm_2019"]
    assert float(rows[0]["estimate"]) == third
    assert rows[0]["source"].startswith("https://example.org/paper")
    assert "# To compute it again: slopewise evidence pool forest.csv --method reml " in (
        "\n".join(said)
    )
    assert any("2027-03-01" in line for line in said)
    assert any("Not counted: Oak 2021" in line for line in said)
    assert any("Without a number: Yew 2012" in line for line in said)


def test_a_normal_interval_is_said_in_the_command() -> None:
    made = made_answer()
    assert made.pooled is not None
    plain = replace(made, pooled=replace(made.pooled, hartung_knapp=False))
    assert "--no-hartung-knapp" in effects_csv(plain, file_name="f.csv", written=DAY)


def test_without_a_number_there_is_no_command() -> None:
    said, rows = read(
        effects_csv(replace(made_answer(), effects=()), file_name="f.csv", written=DAY)
    )
    assert not rows
    assert "nothing to compute" in "\n".join(said)
    assert "slopewise evidence pool" not in "\n".join(said)


def test_words_cannot_become_formulas_or_lines() -> None:
    made = made_answer()
    evil = replace(made.effects[0], label='=HYPERLINK("x")')
    text = effects_csv(
        replace(made, effects=(evil,), sentence="one\ntwo"), file_name="f.csv", written=DAY
    )
    _, rows = read(text)
    assert rows[0]["label"].startswith("'=")
    assert "# Answer: one two\n" in text


def test_counts_and_tables_keep_their_columns() -> None:
    said, rows = read(
        counts_csv([("oh_2018", 0, 32, "page")], about=["Deaths"], file_name="d.csv", written=DAY)
    )
    assert rows == [{"study": "oh_2018", "events": "0", "total": "32", "source": "page"}]
    assert said[-1] == "# To compute it again: slopewise evidence proportion d.csv"
    table = Table("People", (Column("Study"), Column("n")), (("a", "3"),), "note")
    said, rows = read(table_csv(table, written=DAY))
    assert rows == [{"Study": "a", "n": "3"}]
    assert said[:2] == ["# People", "# note"]
