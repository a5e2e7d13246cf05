"""Stored answers: kept while they hold, made again when something changed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.folders import folder_of

from slopewise.errors import InputError
from slopewise.progression import natural_history
from slopewise.records.store import Store, open_store
from slopewise.response.assessment import Prior
from slopewise.workflow import assess_patients, stored_answers
from slopewise.workflow.assess_patients import assess_store
from slopewise.workflow.import_records import import_records

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "clinic", "DEMO-006", "DEMO-020")


@pytest.fixture
def store(folder: Path) -> Store:
    opened = open_store(None)
    import_records(opened, folder, now=NOW)
    return opened


def test_a_second_run_uses_the_stored_answers(store: Store) -> None:
    first = assess_store(store).run
    second = assess_store(store).run
    assert (first.reused, second.reused) == (0, 2)
    assert second.patients == first.patients


def test_each_prior_has_answers_of_its_own(store: Store) -> None:
    assess_store(store)
    assert assess_store(store, prior=Prior.FLAT).run.reused == 0
    assert assess_store(store, prior=Prior.SCEPTICAL).run.reused == 2


def test_a_new_visit_makes_that_patient_s_answer_anew(store: Store, folder: Path) -> None:
    before = assess_store(store).run
    visits = folder / "visits.csv"
    header = visits.read_text(encoding="utf-8").splitlines()[0].split(",")
    new = {"patient_id": "DEMO-020", "month": "13", "alsfrs_total": "14", "scale": "ALSFRS-R"}
    line = ",".join(new.get(name, "") for name in header)
    visits.write_text(visits.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    import_records(store, folder, now=NOW)
    after = assess_store(store).run
    assert after.reused == 1
    assert after.patients[0] == before.patients[0]
    assert after.patients[1].visits_after == before.patients[1].visits_after + 1


def test_another_engine_makes_all_answers_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assess_store(store)
    monkeypatch.setattr(stored_answers, "engine_version", lambda: "another")
    assert assess_store(store).run.reused == 0


def test_another_natural_history_makes_all_answers_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assess_store(store)
    renamed = natural_history.NaturalHistory("another", natural_history.embedded().parameter_sets)
    monkeypatch.setattr(natural_history, "embedded", lambda: renamed)
    found = assess_store(store).run
    assert (found.reused, found.natural_history) == (0, "another")


def test_answers_come_with_their_records_in_the_same_order(store: Store) -> None:
    found = assess_store(store)
    assert [patient.history.patient_id for patient in found.treated] == [
        answer.patient_id for answer in found.run.patients
    ]


def test_progress_counts_the_patients_that_are_computed(store: Store) -> None:
    assess_store(store, patient_id="DEMO-006")
    told: list[tuple[int, int]] = []
    assess_store(store, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (1, 1)


def test_an_empty_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="import files first"):
        assess_store(open_store(tmp_path / "new.sqlite"))


def test_a_folder_leaves_no_store_behind(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    assess_patients.assess_folder(folder, patient_id="DEMO-006")
    assert sorted(path.name for path in folder.iterdir()) == before
