"""How the answer moved, row by row."""

import re
from dataclasses import replace

from tests.evidence_answers import made_answer

from slopewise.report.numbers import THIN_SPACE
from slopewise.report.synthesis.cumulative import cumulative, leave_one_out


def test_each_row_is_the_answer_up_to_that_study() -> None:
    picture = cumulative(made_answer())
    assert picture is not None
    told = re.findall(r"<text[^>]*>([^<]*)</text>", str(picture.svg))
    assert "Ash 2015" in told
    assert "+ Elm 2019" in told
    assert f"−12{THIN_SPACE}% to 57{THIN_SPACE}%" in told
    assert [row[0] for row in picture.table.rows] == ["Ash 2015", "+ Elm 2019"]
    assert [row[-1] for row in picture.table.rows] == ["1", "2"]


def test_leaving_one_out_shows_the_rest() -> None:
    picture = leave_one_out(made_answer())
    assert picture is not None
    assert picture.table.rows[0][:3] == (
        "− Ash 2015",
        "2015",
        f"−32{THIN_SPACE}% to 46{THIN_SPACE}%",
    )


def test_one_study_moves_nothing() -> None:
    made = made_answer()
    alone = replace(made, effects=made.effects[:1], cumulative=made.cumulative[:1])
    assert cumulative(alone) is None
