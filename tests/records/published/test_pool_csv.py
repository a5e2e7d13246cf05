"""A plain table of study effects is read however a spreadsheet wrote it, or refused in words."""

from pathlib import Path

import pytest

from slopewise.errors import InputError, NotFoundError
from slopewise.records.published.pool_csv import EffectTable, read_effect_table

PLAIN = "study,estimate,standard_error\nA 2001,0.5,0.1\nB 2002,-0.25,0.2\n"


def read(folder: Path, content: str | bytes, moderators: tuple[str, ...] = ()) -> EffectTable:
    path = folder / "effects.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_effect_table(path, moderators)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace("A 2001", '"A 2001"').replace("0.5", '"0.5"'),
        PLAIN.replace("-0.25", "\u22120.25"),
        "# slopewise evidence pool effects.csv --method dl, so\n#\n" + PLAIN,
        PLAIN.replace("study,estimate,standard_error", "Study, Estimate ,Standard Error"),
        PLAIN + "\n\n,,\n",
    ],
    ids=[
        "plain",
        "mark",
        "windows",
        "tab",
        "semicolon",
        "decimal comma",
        "quoted",
        "minus sign",
        "comments",
        "spelling",
        "empty rows",
    ],
)
def test_every_habit_of_a_spreadsheet_gives_the_same_table(content: str, tmp_path: Path) -> None:
    table = read(tmp_path, content)
    assert table.studies == ("A 2001", "B 2002")
    assert table.estimates == (0.5, -0.25)
    assert table.standard_errors == (0.1, 0.2)


def test_columns_that_are_not_used_are_named_and_moderators_keep_their_kind(
    tmp_path: Path,
) -> None:
    content = "study,estimate,standard_error,dose,route,Note\nA,1,1,5,it,x\nB,2,1,7.5,iv,\n"
    table = read(tmp_path, content, ("dose", "route"))
    assert table.moderators == {"dose": (5.0, 7.5), "route": ("it", "iv")}
    assert table.unused == ("Note",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("study,yi,standard_error\nA,1,1\n", ("no column estimate", "study, yi", "rename yi")),
        ("name,value\nA,1\n", ("no column study", "name, value", "rename name")),
        (
            PLAIN.replace(",0.2\n", ",abc\n"),
            ("line 3, column standard_error", "'abc'", "plain number"),
        ),
        (PLAIN.replace(",0.2\n", ",0\n"), ("line 3, column standard_error", "0 is not above zero")),
        (PLAIN.replace("0.1", "-0.1"), ("line 2, column standard_error", "-0.1")),
        (PLAIN.replace("0.5", ""), ("line 2, column estimate", "empty")),
        (PLAIN.replace("0.5", "nan"), ("line 2, column estimate", "empty")),
        (PLAIN.replace("0.5", "inf"), ("line 2, column estimate", "'inf'")),
        (PLAIN.replace("0.5", "1e999"), ("line 2, column estimate", "1e999")),
        (PLAIN.replace("A 2001", ""), ("line 2, column study", "name the study")),
        (PLAIN + "C,1\n", ("line 4", "2 cells")),
        ("# why\n" + PLAIN.replace("0.5", "x"), ("line 3, column estimate", "'x'")),
        ("study,estimate,standard_error\n", ("no study",)),
        ("", ("empty",)),
        (b"PK\x03\x04rest", ("spreadsheet",)),
    ],
)
def test_a_wrong_file_is_refused_with_place_value_and_remedy(
    content: str | bytes, said: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, content)
    for part in (*said, "effects.csv"):
        assert part in str(refused.value)


def test_a_moderator_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column dose .*choose moderators"):
        read(tmp_path, PLAIN, ("dose",))
    with pytest.raises(InputError, match="line 3, column dose: the cell is empty"):
        read(tmp_path, "study,estimate,standard_error,dose\nA,1,1,5\nB,2,1,\n", ("dose",))


def test_a_study_with_several_rows_is_remarked(tmp_path: Path) -> None:
    table = read(tmp_path, PLAIN.replace("B 2002", "a 2001"))
    assert "three-level" in table.remarks[0]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="not there"):
        read_effect_table(tmp_path / "none.csv")
    with pytest.raises(InputError, match="not a file"):
        read_effect_table(tmp_path)
