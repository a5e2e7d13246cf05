"""What is exported and imported again is the same store."""

import csv
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.record_files import bring_in, write_folder

from slopewise.errors import InputError
from slopewise.records.exporters.csv_folder import escape
from slopewise.records.queries import histories, stored_tables
from slopewise.records.reading.cells import unescape
from slopewise.records.store import open_store
from slopewise.workflow.export_records import export_records

CLINIC = {
    "patients": """patient_id,onset_date,onset_site,age_at_onset,simulated,study_arm
    DEMO-001,2022-01-31,limb,58.5,no,placebo
    DEMO-002,,other,,,""",
    "visits": """patient_id,date,month,alsfrs_total,speech,rater,scale
    DEMO-001,2024-01-05,,42,4,=1+1,
    DEMO-001,2024-02-05,,,3,"O'Neill, 'x",
    DEMO-002,,-1.3333333333333333,38,,@R2,ALSFRS
    DEMO-002,,1e-05,37,,'quoted,ALSFRS""",
    "products": "product_id,name,cell_source,viability_percent\n-ASC,+1 cells,fat,93.25",
    "doses": "patient_id,date,product_id,route,cells\nDEMO-001,2024-01-20,-ASC,it,9007199254740993",
    "events": "patient_id,date,kind,detail\nDEMO-001,2025-01-20,death,pneumonia; quick",
    "care": "patient_id,kind,start_date,end_date\nDEMO-001,other: tai chi,2024-01-01,2024-02-01",
    "breathing": "patient_id,date,measure,percent_predicted\nDEMO-001,2024-01-05,FVC,84.2",
    "symptoms": "patient_id,month,symptom,scale,value\nDEMO-002,0.1,cramps,other: diary,3",
    "adverse_events": "patient_id,date,term,grade,serious\nDEMO-001,2024-01-21,Back pain,1,no",
}


def test_export_and_import_give_the_same_store(tmp_path):
    first, second = open_store(None), open_store(None)
    report = bring_in(first, write_folder(tmp_path / "in", **CLINIC))
    assert report.errors == ()
    export_records(first, tmp_path / "out")
    again = bring_in(second, tmp_path / "out")
    assert again.errors == ()
    with first.reading() as one, second.reading() as other:
        before, after = stored_tables.load(one), stored_tables.load(other)
        for name in CLINIC:
            assert [r.values for r in before.of(name)] == [r.values for r in after.of(name)]
            assert before.of(name)
        assert histories.load(one) == histories.load(other)
    assert bring_in(first, tmp_path / "out").status == "nothing new"
    first.close()
    second.close()


def test_no_cell_begins_as_a_formula(tmp_path):
    store = open_store(None)
    bring_in(store, write_folder(tmp_path / "in", **CLINIC))
    for path in export_records(store, tmp_path / "out"):
        with path.open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        starts = [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "-"))]
        assert all(float(cell) < 0 for cell in starts)
    store.close()


def test_withdrawn_rows_are_not_exported(tmp_path):
    store = open_store(None)
    text = "patient_id,date,alsfrs_total\nDEMO-001,2024-01-05,42"
    bring_in(store, write_folder(tmp_path / "a", visits=text))
    bring_in(store, write_folder(tmp_path / "b", visits=text.replace("42", "41")))
    export_records(store, tmp_path / "out")
    written = (tmp_path / "out" / "visits.csv").read_text(encoding="utf-8")
    assert written.count("DEMO-001") == 1
    assert ",41," in written
    store.close()


def test_an_export_overwrites_nothing(tmp_path):
    store = open_store(None)
    folder = write_folder(tmp_path, visits="patient_id,date,alsfrs_total\nDEMO-001,2024-01-05,42")
    with pytest.raises(InputError, match=r"holds visits\.csv already"):
        export_records(store, folder)
    store.close()


@given(st.text(min_size=1))
def test_guard_against_formulas_comes_off_again(text):
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(("=", "+", "-", "@", "\t", "\r"))


PLAIN = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1)
VISITS = st.lists(
    st.tuples(
        st.integers(0, 9000),
        st.floats(0, 48, allow_nan=False),
        PLAIN.map(lambda text: text[:60]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda visit: visit[0],
)


@settings(max_examples=25, deadline=None)
@given(VISITS)
def test_any_visits_survive_export_and_import(tmp_path_factory, visits):
    folder = tmp_path_factory.mktemp("clinic")
    with (folder / "visits.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["patient_id", "date", "alsfrs_total", "rater"])
        for day, total, rater in visits:
            date = datetime.date(2000, 1, 1) + datetime.timedelta(days=day)
            writer.writerow(["DEMO-001", date.isoformat(), repr(total), escape(rater)])
    store = open_store(None)
    report = bring_in(store, folder)
    assert report.errors == ()
    export_records(store, folder / "out")
    assert bring_in(store, folder / "out").status == "nothing new"
    with store.reading() as session:
        stored = {
            (row.values["date"], row.values["alsfrs_total"], row.values["rater"])
            for row in stored_tables.load(session).of("visits")
        }
    store.close()
    origin = datetime.date(2000, 1, 1)
    assert stored == {(origin + datetime.timedelta(days=d), t, r) for d, t, r in visits}
