"""The demonstration clinic: simulated, varied, and loaded once."""

import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from slopewise.records.importers import csv_folder
from slopewise.records.queries import histories
from slopewise.records.store import Store
from slopewise.units import months_between
from slopewise.workflow.open_demonstration import demonstration_folder, open_demonstration

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "demonstration.py"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_demonstration(tmp_path / "demonstration.sqlite")


def test_every_patient_is_marked_as_simulated(store: Store) -> None:
    with store.reading() as session:
        treated = histories.load(session)
    assert len(treated) == 24
    assert all(patient.simulated for patient in treated)
    assert {patient.history.patient_id[:5] for patient in treated} == {"DEMO-"}


def test_the_clinic_shows_what_the_program_must_handle(store: Store) -> None:
    with store.reading() as session:
        treated = histories.load(session)
    sources = {dose.product.cell_source for patient in treated for dose in patient.doses}
    assert {"adipose", "bone marrow", "Wharton's jelly", "not documented"} <= sources
    assert {dose.route for patient in treated for dose in patient.doses} >= {
        "intrathecal",
        "intravenous",
        "intramuscular",
    }
    doses = Counter(min(len(patient.doses), 2) for patient in treated)
    assert set(doses) == {0, 1, 2}
    symptoms = {m.symptom for patient in treated for m in patient.history.symptoms}
    assert len(symptoms) == 7
    assert any(patient.history.survival_event for patient in treated)
    assert any(patient.selected_post_hoc for patient in treated)


def test_items_sum_to_the_total(store: Store) -> None:
    with store.reading() as session:
        visits = [v for patient in histories.load(session) for v in patient.history.visits]
    with_items = [visit for visit in visits if visit.items is not None]
    assert len(with_items) > 300
    for visit in with_items:
        assert visit.items is not None
        assert sum(score or 0 for score in visit.items.scores) == visit.alsfrs_total


def test_opening_again_keeps_what_is_there(store: Store) -> None:
    assert store.path is not None
    before = store.path.stat().st_size
    again = open_demonstration(store.path)
    with again.reading() as session:
        assert len(histories.load(session)) == 24
    assert store.path.stat().st_size == before


def test_the_files_have_no_error_and_lie_in_the_past() -> None:
    from datetime import date

    rows, report = csv_folder.read(demonstration_folder(), now=date(2026, 11, 22))
    assert report.errors == ()
    days = [row.values["date"] for row in rows if isinstance(row.values.get("date"), date)]
    assert months_between(max(days), date(2026, 11, 22)) > 0


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    spec = importlib.util.spec_from_file_location(
        "demonstration", ROOT / "scripts/demonstration.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["demonstration"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["demonstration"]


def test_the_script_makes_the_committed_files(script: ModuleType, tmp_path: Path) -> None:
    script.main(tmp_path)
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    committed = {
        path.name: path.read_text(encoding="utf-8") for path in demonstration_folder().glob("*.csv")
    }
    assert made == committed
