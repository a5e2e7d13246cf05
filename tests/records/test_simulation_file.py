"""A simulation in a file: written whole, read the same, refused when damaged."""

import json
from pathlib import Path

import pytest
from tests.simulations import a_simulation

from slopewise.errors import InputError
from slopewise.records.trials.simulation_file import read_simulation, write_simulation
from slopewise.report.trial.simulation_json import simulation_object


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    place = tmp_path / "found.json"
    write_simulation(a_simulation((0.3,)), place)
    write_simulation(a_simulation(), place)
    assert read_simulation(place) == a_simulation()
    assert [one.name for one in tmp_path.iterdir()] == ["found.json"]


def test_what_the_command_prints_as_json_is_read_too(tmp_path: Path) -> None:
    place = tmp_path / "printed.json"
    place.write_text(json.dumps(simulation_object(a_simulation())), encoding="utf-8")
    assert read_simulation(place) == a_simulation()


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", '{"schema": "another"}', "[" * 100_000])
def test_a_damaged_file_is_refused_by_its_name(tmp_path: Path, content: str) -> None:
    place = tmp_path / "damaged.json"
    place.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"damaged\.json"):
        read_simulation(place)


def test_a_file_cut_off_half_way_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "half.json"
    write_simulation(a_simulation(), place)
    text = place.read_text(encoding="utf-8")
    place.write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(InputError, match=r"half\.json cannot be read"):
        read_simulation(place)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none\\.json cannot be read"):
        read_simulation(tmp_path / "none.json")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_simulation(a_simulation(), tmp_path / "nowhere" / "found.json")
