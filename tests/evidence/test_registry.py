"""Registrations: dated, cited, linked with their studies both ways, and refused when not."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from slopewise.errors import InputError
from slopewise.evidence.registry.entries import (
    entries_of,
    link_remarks,
    load_entries,
    read_entry,
    size_differences,
)
from slopewise.evidence.studies import load_studies, load_study

SHARED = Path(__file__).resolve().parents[3] / "shared"
SNAPSHOT = SHARED / "facts" / "evidence" / "registry"
CLASSIC = SHARED / "data" / "ctgov" / "ctgov_classic_als_msc.csv"


def entry(number: str) -> Any:
    return next(one for one in load_entries() if one.identifier == number)


def minimal(**parts: Any) -> dict[str, Any]:
    row = {
        "identifier": "NCT00000001",
        "title": "A made-up trial",
        "kind": "trial",
        "status": "completed",
        "status_date": "2020-01",
        "snapshot_date": "2020-02-01",
        "citation": {"source": "https://example.org/NCT00000001"},
    }
    return row | parts


def read(folder: Path, row: object, name: str = "NCT00000001.json") -> Any:
    file = folder / name
    file.write_text(json.dumps(row), encoding="utf-8")
    return read_entry(file)


def test_links_hold_both_ways() -> None:
    assert link_remarks(load_studies(), load_entries()) == ()


def test_every_number_named_in_a_study_has_an_entry() -> None:
    named = {number for study in load_studies() for number in study.bibliography.registry_ids}
    assert named <= {one.identifier for one in load_entries()}


def test_a_status_is_never_without_its_date() -> None:
    for one in load_entries():
        assert (one.status == "not read") is (one.status_date is None), one.identifier


def test_withdrawn_trials_and_expanded_access_are_marked() -> None:
    # README of the snapshot: two withdrawn, three expanded access (one of them PLS)
    withdrawn = {one.identifier for one in load_entries() if one.is_withdrawn}
    expanded = {one.identifier for one in load_entries() if one.is_expanded_access}
    assert withdrawn == {"NCT01759784", "NCT02116634"}
    assert expanded == {"NCT04514952", "NCT04681118", "NCT04825613"}
    assert all(entry(number).size.value == 0 for number in withdrawn)
    assert entry("NCT04825613").condition == "PLS"


def test_registry_and_paper_sizes_that_differ_are_found() -> None:
    found = {
        (one.study.study_id, one.registered.value, one.reported.value)
        for one in size_differences(load_studies(), load_entries())
    }
    assert {("aguera_2025", 52, 40), ("cudkowicz_2022", 263, 196)} <= found
    assert {name for name, *_ in found} == {
        "aguera_2025",
        "cudkowicz_2022",
        "mayo_phase2_2024",
        "siwek_barczewska_interim",
    }


def test_the_entries_of_a_study_are_found() -> None:
    found = entries_of(load_study("petrou_2016"), load_entries())
    assert [one.identifier for one in found] == ["NCT01051882", "NCT01777646"]


@pytest.mark.skipif(not SNAPSHOT.exists(), reason="the snapshot is not on this machine")
def test_the_entries_say_what_the_snapshot_says() -> None:
    files = sorted(SNAPSHOT.glob("NCT????????.json"))
    assert len(files) == 27
    for file in files:
        raw, made = json.loads(file.read_text(encoding="utf-8")), entry(file.stem)
        assert made.status == raw["OverallStatus"][0].lower()
        assert made.sponsor == raw["LeadSponsorName"][0]
        count = raw["EnrollmentCount"]
        assert (made.size is None) is (count == [])
        if made.size is not None:
            assert made.size.value == int(count[0])
            assert made.is_size_planned is (raw["EnrollmentType"] == ["Anticipated"])
        assert made.title.casefold() != raw["BriefTitle"][0].casefold()


@pytest.mark.skipif(not CLASSIC.exists(), reason="the list is not on this machine")
def test_every_trial_of_the_classic_list_has_an_entry() -> None:
    with CLASSIC.open(encoding="utf-8") as file:
        numbers = {row["NCT Number"] for row in csv.DictReader(file)}
    assert len(numbers) == 24
    assert numbers <= {one.identifier for one in load_entries()}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"identifier": "NCT1"}, 'identifier is "NCT1"; write NCT and eight digits'),
        ({"identifier": "NCT00000002"}, "give file and entry the same name"),
        ({"status_date": None}, "status_date is None"),
        ({"status_date": "May 2020"}, 'status_date is "May 2020"; write year-month-day'),
        ({"kind": "registry"}, "kind is 'registry'; expected one of trial, expanded access"),
        ({"enrolment": 3}, "enrolment is not a known key"),
        ({"size": 3}, "size is 3; expected an object"),
        ({"citation": {"source": " "}, "size": {"value": 3}}, "size.value = 3 has no source"),
    ],
)
def test_a_wrong_entry_is_refused_with_file_and_key(
    tmp_path: Path, parts: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=rf"NCT00000001\.json: .*{message}"):
        read(tmp_path, minimal(**parts))


def test_a_status_without_a_date_is_refused(tmp_path: Path) -> None:
    row = minimal()
    del row["status_date"]
    with pytest.raises(InputError, match=r"status \"completed\" has no date"):
        read(tmp_path, row)


def test_a_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "NCT00000001.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not readable as JSON"):
        read_entry(tmp_path / "NCT00000001.json")
