"""Reading a folder or a local server into drafts, which change nothing until accepted."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.local_server import Answer, serving
from tests.records.registry.v2_records import made_up_record

from slopewise.errors import InputError
from slopewise.evidence.studies import load_studies
from slopewise.records.published.folder import KeptState
from slopewise.records.published.server import FetchLimits
from slopewise.workflow import sync_evidence as synchronising
from slopewise.workflow.add_evidence import AddedEvidence, accept_evidence, list_added
from slopewise.workflow.published_record import published_entries, published_studies
from slopewise.workflow.sync_evidence import sync_evidence

NOW = datetime(2027, 1, 1, tzinfo=UTC)
LIMITS = FetchLimits(quiet_seconds=2.0, page_seconds=5.0, page_bytes=100_000, pages=4)

Sync = Callable[[object], AddedEvidence]


@pytest.fixture
def sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sync:
    monkeypatch.setenv("SLOPEWISE_DATA_FOLDER", str(tmp_path / "data"))
    return lambda source: sync_evidence(str(source), now=NOW, limits=LIMITS)


def page(*records: object, token: str | None = None) -> Answer:
    row = {"studies": list(records)} | ({} if token is None else {"nextPageToken": token})
    return Answer(json.dumps(row).encode())


def test_pages_are_followed_to_the_last(sync: Sync) -> None:
    pages = {
        "/studies?query.cond=ALS": page(made_up_record("NCT99999991"), token="b"),
        "/studies?query.cond=ALS&pageToken=b": page(made_up_record("NCT99999992"), token="c"),
        "/studies?query.cond=ALS&pageToken=c": page(made_up_record("NCT99999993")),
    }
    with serving(pages) as address:
        made = sync(f"{address}/studies?query.cond=ALS")
    assert [(one.identifier, one.what) for one in made.entries] == [
        ("NCT99999991", "new"),
        ("NCT99999992", "new"),
        ("NCT99999993", "new"),
    ]
    assert {one.state for one in list_added()} == {KeptState.DRAFT}


def test_drafts_show_what_they_would_change_and_change_nothing(sync: Sync) -> None:
    with serving({"/study": Answer(json.dumps(made_up_record()).encode())}) as address:
        made = sync(f"{address}/study")
    change = next(one for one in made.changes if one.key == "question.slowing_randomised")
    assert made.are_drafts
    assert change.is_changed
    assert published_studies() == load_studies()
    accepted = accept_evidence("results_NCT99999999", now=NOW)
    assert len(published_studies()) == len(load_studies()) + 1
    assert {one.key: one.now for one in accepted.changes} == {
        one.key: one.now for one in made.changes
    }


def test_the_same_again_is_no_change(sync: Sync) -> None:
    with serving({"/study": Answer(json.dumps(made_up_record()).encode())}) as address:
        sync(f"{address}/study")
        again = sync(f"{address}/study")
    assert [one.what for one in again.outcomes] == ["unchanged"]
    assert [one.what for one in again.entries] == ["unchanged"]


def test_a_status_moves_with_its_date_and_never_back(sync: Sync, tmp_path: Path) -> None:
    def told(status: str, updated: str) -> tuple[str, str | None, str]:
        file = tmp_path / "in" / "record.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(made_up_record(status=status, updated=updated)))
        (entry,) = sync(tmp_path / "in").entries
        return entry.what, entry.was, entry.now

    assert told("RECRUITING", "2030-01-01")[0] == "new"
    assert told("COMPLETED", "2031-01-01") == (
        "changed",
        "recruiting (2030-01-01)",
        "completed (2031-01-01)",
    )
    assert told("RECRUITING", "2030-01-01")[0] == "older"
    kept = next(one for one in published_entries() if one.identifier == "NCT99999999")
    assert kept.status == "completed"


def test_a_registration_of_the_package_keeps_its_words_under_a_newer_status(
    sync: Sync, tmp_path: Path
) -> None:
    known = next(one for one in published_entries() if one.identifier == "NCT03268603")
    file = tmp_path / "in" / "record.json"
    file.parent.mkdir()
    record = made_up_record("NCT03268603", updated="2035-01-01")
    del record["resultsSection"]
    file.write_text(json.dumps(record))
    (entry,) = sync(tmp_path / "in").entries
    assert entry.was == f"{known.status} ({known.status_date})"
    now = next(one for one in published_entries() if one.identifier == "NCT03268603")
    assert (now.status, now.status_date) == ("completed", "2035-01-01")
    assert (now.title, now.study_ids, now.cells) == (known.title, known.study_ids, known.cells)
    assert now.are_results_posted == known.are_results_posted


def test_a_folder_is_read_file_by_file(sync: Sync, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("study,design,source,estimate\nA,rct,page,0.1\n")
    (folder / "b.csv").write_text("study,design,source,estimate\nB,rct,,0.1\n")
    (folder / "c.ris").write_text("TY  - JOUR\nTI  - A made-up title of cells\nER  - \n")
    (folder / "d.pdf").write_bytes(b"%PDF")
    (folder / ".hidden.csv").write_text("x")
    (folder / "e.csv").write_text(
        "study,design,source,estimate,overlaps\nE,rct,page,0.1,no_such_study\n"
    )
    made = sync(folder)
    assert [(one.label.split(" ")[0], one.what) for one in made.outcomes] == [
        ("A", "new"),
        ("Citation", "new"),
        ("E", "refused"),
    ]
    said = " ".join(f"{one.file} {one.reason}" for one in made.findings)
    assert "a number without a source is refused" in said
    assert "d.pdf no kind of file that is read" in said


def test_a_record_on_another_disease_is_left_out_and_said(sync: Sync) -> None:
    record = made_up_record()
    record["protocolSection"]["conditionsModule"]["conditions"] = ["Asthma"]
    record["protocolSection"]["identificationModule"]["briefTitle"] = "Cells"
    with serving({"/study": Answer(json.dumps(record).encode())}) as address:
        made = sync(f"{address}/study")
    assert not made.outcomes
    assert not made.entries
    assert any("is not ALS" in one.reason for one in made.findings)


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ({"/s": page(token="a"), "/s?pageToken=a": page(token="a")}, "the same page again"),
        ({"/s": page(made_up_record(), token="a"), "/s?pageToken=a": Answer(b"", 500)}, "500"),
        ({"/s": Answer(b"<html>no</html>")}, "has no column study"),
        ({"/s": Answer(b"{" * 500)}, "nested more than"),
        ({"/s": Answer(b'{"studies": [' + b" " * 200_000 + b"]}")}, "more than"),
    ],
)
def test_a_server_that_fails_leaves_nothing_behind(
    sync: Sync, pages: dict[str, Answer], said: str
) -> None:
    with serving(pages) as address, pytest.raises(InputError, match=said):
        sync(f"{address}/s")
    assert not list_added()


def test_pages_without_end_are_given_up(sync: Sync) -> None:
    pages = {"/s": page(token="0")} | {
        f"/s?pageToken={at}": page(token=str(at + 1)) for at in range(9)
    }
    with serving(pages) as address, pytest.raises(InputError, match="more than 4 pages"):
        sync(f"{address}/s")


def test_a_folder_that_is_not_there_is_refused(sync: Sync, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        sync(tmp_path / "none")


def test_no_address_is_asked_when_a_folder_is_given(
    sync: Sync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the network was used")

    monkeypatch.setattr(synchronising, "fetch", refuse)
    (tmp_path / "in").mkdir()
    assert not sync(tmp_path / "in").outcomes
