"""The folder of added studies: whole or not at all, never deleted, the same again no change."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from slopewise.errors import InputError, NotFoundError, RecordError
from slopewise.evidence.studies import load_studies
from slopewise.records.published.folder import (
    Keeping,
    KeptEvent,
    KeptState,
    accept,
    folder_state,
    keep,
    kept_studies,
    void,
)

NOW = datetime(2027, 1, 1, tzinfo=UTC)
STUDY = replace(load_studies()[0], study_id="new_2027", overlaps=())
ADDED = KeptEvent("2027-01-01", "added", file="new.csv")
DRAFT = KeptEvent("2027-01-01", "draft", file="new.json")


def test_the_same_study_twice_is_no_change(tmp_path: Path) -> None:
    assert keep(tmp_path, STUDY, ADDED)[1] is Keeping.NEW
    state = folder_state(tmp_path)
    assert keep(tmp_path, STUDY, ADDED)[1] is Keeping.UNCHANGED
    assert folder_state(tmp_path) == state
    (kept,) = kept_studies(tmp_path)
    assert kept.study == STUDY


def test_a_changed_study_keeps_its_earlier_version(tmp_path: Path) -> None:
    keep(tmp_path, STUDY, ADDED)
    assert keep(tmp_path, replace(STUDY, country="Norway"), ADDED)[1] is Keeping.CHANGED
    (kept,) = kept_studies(tmp_path)
    assert kept.study.country == "Norway"
    assert [one["study_id"] for one in kept.earlier] == ["new_2027"]
    assert len(kept.history) == 2


def test_a_voided_study_stays_with_its_reason(tmp_path: Path) -> None:
    keep(tmp_path, STUDY, ADDED)
    void(tmp_path, "new_2027", reason="retracted", now=NOW)
    (kept,) = kept_studies(tmp_path)
    assert (kept.state, kept.history[-1].why) == (KeptState.VOIDED, "retracted")
    with pytest.raises(RecordError, match="voided already: retracted"):
        void(tmp_path, "new_2027", reason="again", now=NOW)
    assert keep(tmp_path, STUDY, ADDED)[0].state is KeptState.ADDED


def test_a_reason_is_needed(tmp_path: Path) -> None:
    keep(tmp_path, STUDY, ADDED)
    with pytest.raises(InputError, match="say why"):
        void(tmp_path, "new_2027", reason=" ", now=NOW)


def test_an_unknown_study_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="added here: none"):
        void(tmp_path, "../../etc", reason="x", now=NOW)


def test_a_draft_waits_and_never_undoes_a_person(tmp_path: Path) -> None:
    assert keep(tmp_path, STUDY, DRAFT)[0].state is KeptState.DRAFT
    assert accept(tmp_path, "new_2027", now=NOW).state is KeptState.ADDED
    assert keep(tmp_path, STUDY, DRAFT)[0].state is KeptState.ADDED
    with pytest.raises(RecordError, match="was added by a person"):
        keep(tmp_path, replace(STUDY, country="Norway"), DRAFT)
    with pytest.raises(RecordError, match="not a draft"):
        accept(tmp_path, "new_2027", now=NOW)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not readable as JSON"),
        ("[]", "is no added study"),
        ('{"format": 1}', "new_2027.json"),
        ('{"format": 2, "study": {}}', "of format 1"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "new_2027.json").write_text(text)
    with pytest.raises(InputError, match=said):
        kept_studies(tmp_path)


def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    keep(tmp_path, STUDY, ADDED)
    path = tmp_path / "new_2027.json"
    row = json.loads(path.read_text())
    path.write_text(json.dumps(row | {"state": "perhaps"}))
    with pytest.raises(InputError, match="is damaged"):
        kept_studies(tmp_path)


def test_no_half_written_file_is_left(tmp_path: Path) -> None:
    (tmp_path / "new_2027.json").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        keep(tmp_path, STUDY, ADDED)
    assert [path.name for path in tmp_path.iterdir()] == ["new_2027.json"]
