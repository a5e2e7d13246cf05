"""Saved designs: no name leads out of the folder, and a file is written whole or not at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from slopewise.errors import InputError, NotFoundError, RecordError
from slopewise.records.designs.saved import (
    check_name,
    name_from_words,
    read_saved,
    saved_designs,
    write_saved,
)
from slopewise.records.simulations.kept_runs import begin_run, kept_run, kept_runs, run_folder

OUTSIDE = (
    *("", ".", "..", "../x", "..\\x", "/etc/passwd", "a/b", "a\\b", "x.toml", ".x", "-x", "x-"),
    *("A", "é", "a b", "a\n", "a\0", "x" * 65, "new", "size", "~", "$HOME", "con:"),
)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_could_lead_elsewhere_is_no_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "designs"
    folder.mkdir()
    (tmp_path / "x.toml").write_text("outside", "utf-8")
    with pytest.raises(NotFoundError):
        check_name(name)
    with pytest.raises(NotFoundError):
        read_saved(folder, name)
    with pytest.raises(NotFoundError):
        write_saved(folder, name, "inside", is_new=True)
    with pytest.raises(NotFoundError):
        run_folder(folder, name, "0" * 12)
    assert (tmp_path / "x.toml").read_text("utf-8") == "outside"
    assert not list(folder.iterdir())


@pytest.mark.parametrize("words", OUTSIDE)
def test_any_words_make_a_name_that_is_one(words: str) -> None:
    assert check_name(name_from_words(words))


def test_a_design_is_saved_listed_and_read_again(tmp_path: Path) -> None:
    write_saved(tmp_path / "designs", "one", "a = 1\r\n", is_new=True)
    write_saved(tmp_path / "designs", "two", "b = 1\n", is_new=True)
    (tmp_path / "designs" / "Not One.toml").write_text("", "utf-8")
    assert read_saved(tmp_path / "designs", "one") == "a = 1\n"
    assert {one.name for one in saved_designs(tmp_path / "designs")} == {"one", "two"}
    assert saved_designs(tmp_path / "nowhere") == ()


def test_a_new_design_never_takes_the_place_of_another(tmp_path: Path) -> None:
    write_saved(tmp_path, "one", "a = 1\n", is_new=True)
    with pytest.raises(RecordError, match="saved already"):
        write_saved(tmp_path, "one", "a = 2\n", is_new=True)
    assert read_saved(tmp_path, "one") == "a = 1\n"
    write_saved(tmp_path, "one", "a = 2\n", is_new=False)
    assert read_saved(tmp_path, "one") == "a = 2\n"
    assert [path.name for path in tmp_path.iterdir()] == ["one.toml"]


def test_a_file_that_cannot_be_written_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "designs").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(InputError, match="SLOPEWISE_DATA_FOLDER"):
        write_saved(tmp_path / "designs", "one", "a = 1\n", is_new=True)


def test_a_run_that_is_there_goes_on_as_it_was(tmp_path: Path) -> None:
    place = run_folder(tmp_path, "one", "0" * 12)
    begun = datetime(2027, 1, 1, tzinfo=UTC)
    begin_run(place, "a = 1\n", {"replicates": 10}, now=begun)
    begin_run(place, "a = 2\n", {"replicates": 20}, now=datetime(2027, 1, 2, tzinfo=UTC))
    found = kept_run(tmp_path, "one", "0" * 12)
    assert (found.design_text, found.began_at, found.result) == ("a = 1\n", begun, None)
    assert kept_runs(tmp_path) == kept_runs(tmp_path, "one") == (found,)
    with pytest.raises(NotFoundError):
        kept_run(tmp_path, "one", "1" * 12)
    with pytest.raises(NotFoundError):
        kept_runs(tmp_path, "../one")


def test_a_damaged_run_is_named_and_does_not_hide_the_others(tmp_path: Path) -> None:
    for run in ("0" * 12, "1" * 12):
        begin_run(run_folder(tmp_path, "one", run), "", {}, now=datetime(2027, 1, 1, tzinfo=UTC))
    (tmp_path / "one" / ("0" * 12) / "settings.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match=r"settings\.json is damaged"):
        kept_run(tmp_path, "one", "0" * 12)
    assert [one.run for one in kept_runs(tmp_path)] == ["1" * 12]
