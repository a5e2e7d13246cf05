"""The forest plot shows the numbers it was given, and says what it leaves out."""

import re
from dataclasses import replace

from tests.evidence_answers import effect, made_answer, pooled

from slopewise.evidence.pooling.pooled_effect import PoolStatus
from slopewise.report.numbers import THIN_SPACE
from slopewise.report.synthesis.forest import forest


def words(svg: object) -> list[str]:
    """Every text of a drawing."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", str(svg))


def narrow_space(text: str) -> str:
    return text.replace(" %", f"{THIN_SPACE}%")


def test_every_row_stands_in_both_pictures_with_its_interval_and_weight() -> None:
    # 0.31 ± 1.96 × 0.12 and 0.07 ± 1.96 × 0.2, by hand
    picture = forest(made_answer())
    assert picture is not None
    wide, narrow = words(picture.svg), words(picture.narrow_svg)
    for told in ("Ash 2015", "Elm 2019", "Oak 2021", "All together"):
        assert told in wide
        assert told in narrow
    for told in ("7 % to 55 %", "−32 % to 46 %", "−12 % to 57 %", "−44 % to 88 %", "75 %", "25 %"):
        assert narrow_space(told) in wide
    assert narrow_space("7 % to 55 %; weight 75 %") in narrow
    assert "20 / 19" in wide


def test_a_borrowed_spread_is_hollow_and_says_that_it_does_not_count() -> None:
    picture = forest(made_answer())
    assert picture is not None
    assert "not counted: spread borrowed" in words(picture.svg)
    hollow = re.findall(r'fill="#ffffff" stroke="#17242b"', str(picture.svg))
    assert len(hollow) == 1
    row = next(row for row in picture.table.rows if row[0] == "Oak 2021")
    assert row[3] == "0"
    assert "Its spread is that of another trial" in row[-1]


def test_the_lines_of_no_effect_and_of_a_quarter_are_named() -> None:
    picture = forest(made_answer())
    assert picture is not None
    assert {"no effect", "a quarter slower"} <= set(words(picture.svg))
    assert {"no effect", "a quarter slower"} <= set(words(picture.narrow_svg))


def test_a_larger_weight_is_a_larger_square() -> None:
    made = made_answer()
    equal = replace(made, pooled=replace(pooled(0.22, -0.12, 0.57, weights=(0.5, 0.5))))
    first, second = forest(made), forest(equal)
    assert first is not None
    assert second is not None
    assert first.svg != second.svg
    assert squares(first.svg)[0] > squares(first.svg)[1]
    assert squares(second.svg)[0] == squares(second.svg)[1]


def squares(svg: object) -> list[float]:
    """The half widths of the filled squares, in order."""
    pattern = r'd="M-([\d.]+),-[\d.]+h[^"]*"[^>]*fill="#17242b"'
    return [float(found) for found in re.findall(pattern, str(svg))]


def test_one_study_is_not_called_together() -> None:
    single = replace(pooled(0.31, 0.07, 0.55, weights=(1,)), status=PoolStatus.SINGLE_STUDY)
    alone = replace(made_answer(), effects=(effect("ash_2015", 0.31, 0.12),), pooled=single)
    picture = forest(alone)
    assert picture is not None
    assert "All together" not in words(picture.svg)
    assert "Only one study has a number" in picture.sentence


def test_nothing_to_draw_is_no_picture() -> None:
    assert forest(replace(made_answer(), effects=(), left_out=(), pooled=None)) is None


def test_the_same_answer_gives_the_same_drawing() -> None:
    assert forest(made_answer()) == forest(made_answer())
