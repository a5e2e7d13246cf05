"""The store keeps its data, belongs to its owner, and changes as a whole or not at all."""

import sqlite3
import stat
import threading
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.record_files import NOW, bring_in, found, write_folder

from slopewise.errors import InputError, NotFoundError, RecordError
from slopewise.records.queries import histories, import_runs, known_records, products, stored_tables
from slopewise.records.store import open_store
from slopewise.workflow.import_records import import_records
from slopewise.workflow.void_record import void_record

VISITS = """patient_id,date,alsfrs_total
DEMO-001,2024-01-05,42
DEMO-001,2024-02-05,41"""
DATA_TABLES = ("patient", "patient_facts", "visit", "dose", "cell_product", "provenance", "event")


@pytest.fixture
def store():
    store = open_store(None)
    yield store
    store.close()


def contents(store) -> dict[str, list]:
    """Every row of the tables that hold data."""
    with store.reading() as session:
        return {t: session.execute(text(f"SELECT * FROM {t}")).all() for t in DATA_TABLES}


def totals(store) -> list[float]:
    with store.reading() as session:
        return [v.alsfrs_total for v in histories.load(session)[0].history.visits]


def test_file_is_private_and_keeps_its_data_when_opened_again(tmp_path):
    path = tmp_path / "clinic" / "slopewise.db"
    first = open_store(path)
    bring_in(first, write_folder(tmp_path / "files", visits=VISITS))
    first.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = open_store(path)
    assert totals(second) == [42, 41]
    second.close()


def test_foreign_keys_and_write_ahead_log_are_on(tmp_path):
    store = open_store(tmp_path / "slopewise.db")
    with store.reading() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    store.close()


def test_a_file_that_is_no_store_is_refused(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague, " * 100)
    with pytest.raises(InputError, match="not a slopewise store"):
        open_store(path)
    with pytest.raises(InputError, match="is a folder"):
        open_store(tmp_path)


def test_a_file_of_something_else_keeps_its_mode_and_its_bytes(tmp_path):
    table = tmp_path / "visits.csv"
    table.write_text(VISITS)
    other = tmp_path / "bookmarks.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE bookmark (address TEXT)")
        connection.commit()
    for path in (table, other):
        path.chmod(0o664)
        before = path.read_bytes()
        with pytest.raises(InputError, match="not a slopewise store"):
            open_store(path)
        assert path.read_bytes() == before
        assert stat.S_IMODE(path.stat().st_mode) == 0o664


def test_an_empty_file_becomes_a_store_of_its_owner(tmp_path):
    path = tmp_path / "slopewise.db"
    path.touch(mode=0o644)
    open_store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_store_of_a_newer_version_is_refused_and_left_alone(tmp_path):
    store = open_store(tmp_path / "slopewise.db")
    with store.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(RecordError, match="another version of slopewise"):
        open_store(tmp_path / "slopewise.db")


def test_errors_of_the_database_name_no_patient(store, tmp_path):
    bring_in(store, write_folder(tmp_path, visits=VISITS))
    with pytest.raises(IntegrityError) as error, store.transaction() as session:
        session.execute(
            text("INSERT INTO patient (patient_id, created) VALUES (:name, :now)"),
            {"name": "DEMO-001", "now": "2025-01-01 00:00:00"},
        )
    assert "DEMO-001" not in str(error.value)


def test_transaction_that_fails_changes_nothing(store, tmp_path):
    bring_in(store, write_folder(tmp_path, visits=VISITS))
    before = contents(store)

    def change_and_fail() -> None:
        with store.transaction() as session:
            session.execute(text("UPDATE visit SET alsfrs_total = 1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert contents(store) == before


def test_what_is_changed_while_reading_is_thrown_away(store, tmp_path):
    bring_in(store, write_folder(tmp_path, visits=VISITS))
    before = contents(store)
    with store.reading() as session:
        session.execute(text("UPDATE visit SET alsfrs_total = 1"))
    assert contents(store) == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE visit SET alsfrs_total = 49",
        "UPDATE visit SET speech = 5",
        "UPDATE visit SET month = 3",
        "UPDATE visit SET date = NULL",
        "UPDATE visit SET cutting_5a = 3, cutting_5b = 3",
        "UPDATE visit SET voided = '2025-01-01 00:00:00'",
        "UPDATE visit SET row_key = 'same'",
        "UPDATE visit SET patient_key = 99",
        "UPDATE visit SET provenance_id = 99",
    ],
)
def test_the_database_itself_refuses_what_cannot_be(store, tmp_path, change):
    bring_in(store, write_folder(tmp_path, visits=VISITS))
    with pytest.raises(IntegrityError), store.transaction() as session:
        session.execute(text(change))


def test_same_file_twice_changes_nothing(store, tmp_path):
    folder = write_folder(
        tmp_path,
        visits=VISITS,
        patients="patient_id,sex\nDEMO-001,female",
        doses="patient_id,date,product_id,cells\nDEMO-001,2024-01-20,ASC-1,1000",
        events="patient_id,date,kind\nDEMO-001,2025-01-20,death",
    )
    first = bring_in(store, folder)
    before = contents(store)
    second = bring_in(store, folder)
    assert contents(store) == before
    assert (first.status, first.added) == ("imported", 5)
    assert (second.status, second.added, second.replaced, second.unchanged) == (
        "nothing new",
        0,
        0,
        5,
    )


def test_same_rows_in_another_order_and_spelling_change_nothing(store, tmp_path):
    bring_in(store, write_folder(tmp_path / "a", visits=VISITS))
    before = contents(store)
    other = """Patient ID;alsfrs_total;date;scale
    DEMO-001;41,0;2024-02-05;alsfrs-r
    DEMO-001;42;2024-01-05;"""
    assert bring_in(store, write_folder(tmp_path / "b", visits=other)).unchanged == 2
    assert contents(store) == before


def test_corrected_row_replaces_the_earlier_one_which_stays_marked(store, tmp_path):
    bring_in(store, write_folder(tmp_path / "a", visits=VISITS))
    report = bring_in(store, write_folder(tmp_path / "b", visits=VISITS.replace(",41", ",40")))
    assert (report.added, report.replaced, report.unchanged) == (0, 1, 1)
    assert totals(store) == [42, 40]
    with store.reading() as session:
        records = stored_tables.records_of_patient(session, "DEMO-001")["visits"]
    withdrawn = [r for r in records if r.voided is not None]
    assert [(r.row.values["alsfrs_total"], r.voided) for r in withdrawn] == [(41, NOW)]
    assert withdrawn[0].void_reason.startswith("replaced by import of visits.csv")


def test_a_superseded_file_does_not_turn_the_correction_back(store, tmp_path):
    old = write_folder(tmp_path / "a", visits=VISITS)
    bring_in(store, old)
    bring_in(store, write_folder(tmp_path / "b", visits=VISITS.replace(",41", ",40")))
    report = bring_in(store, old)
    assert totals(store) == [42, 40]
    assert [f.row for f in found(report, "older_version")] == [3]


def test_corrected_date_of_death_is_one_death(store, tmp_path):
    death = "patient_id,date,kind\nDEMO-001,2025-01-20,death"
    bring_in(store, write_folder(tmp_path / "a", visits=VISITS, events=death))
    later = death.replace("01-20", "02-28")
    report = bring_in(store, write_folder(tmp_path / "b", visits=VISITS, events=later))
    assert report.replaced == 1


def test_withdrawn_row_leaves_the_history_and_does_not_come_back(store, tmp_path):
    folder = write_folder(tmp_path, visits=VISITS)
    bring_in(store, folder)
    with store.reading() as session:
        key = stored_tables.records_of_patient(session, "DEMO-001")["visits"][1].key
    void_record(store, table="visits", key=key, reason="scored by mistake", now=NOW)
    assert totals(store) == [42]
    report = bring_in(store, folder)
    assert totals(store) == [42]
    assert "scored by mistake" in found(report, "withdrawn_row")[0].reason


def test_withdrawing_needs_a_reason_and_a_row_in_force(store, tmp_path):
    bring_in(store, write_folder(tmp_path, visits=VISITS))
    with pytest.raises(InputError, match="only with a reason"):
        void_record(store, table="visits", key=1, reason="  ", now=NOW)
    with pytest.raises(NotFoundError):
        void_record(store, table="visits", key=99, reason="why", now=NOW)
    with pytest.raises(InputError, match="no table"):
        void_record(store, table="sqlite_master", key=1, reason="why", now=NOW)
    void_record(store, table="visits", key=1, reason="why", now=NOW)
    with pytest.raises(RecordError, match=r"withdrawn before \(why\)"):
        void_record(store, table="visits", key=1, reason="again", now=NOW)


def test_strict_refuses_everything_and_says_so(store, tmp_path):
    folder = write_folder(tmp_path, visits=f"{VISITS}\nDEMO-001,2024-03-05,77")
    before = contents(store)
    report = bring_in(store, folder, strict=True)
    assert (report.status, report.rows_kept) == ("refused", 0)
    assert contents(store) == before
    assert bring_in(store, folder).added == 2


def test_strict_takes_a_file_without_errors(store, tmp_path):
    assert bring_in(store, write_folder(tmp_path, visits=VISITS), strict=True).added == 2


def test_report_of_the_last_import_is_kept_as_it_was_shown(store, tmp_path):
    first = bring_in(store, write_folder(tmp_path / "a", visits=VISITS))
    second = bring_in(store, write_folder(tmp_path / "b", visits=f"{VISITS}\nDEMO-001,2024-3-5,4"))
    with store.reading() as session:
        assert import_runs.last(session).report == second
        assert [run.report for run in import_runs.recent(session)] == [second, first]
        assert import_runs.load(session, 1).imported_at == NOW
        with pytest.raises(NotFoundError):
            import_runs.load(session, 99)


def test_every_row_knows_its_file_line_and_importer(store, tmp_path):
    folder = write_folder(tmp_path, visits=VISITS)
    import_records(store, folder, now=NOW, imported_by="nurse-3")
    with store.reading() as session:
        record = stored_tables.records_of_patient(session, "DEMO-001")["visits"][1]
        source = stored_tables.source_of(session, "visits", record.key)
    assert (source.file_name, source.line, source.importer) == ("visits.csv", 3, "csv")
    assert (source.imported_by, source.imported_at) == ("nurse-3", NOW)
    # sha256sum (GNU coreutils) of the file
    assert source.file_sha256 == (
        "b17c3c1b0fced89bd7c5297b24cf4cdbb362390684c9d0f782e4160117243dac"
    )


def test_new_rows_are_judged_against_the_store(store, tmp_path):
    bring_in(
        store,
        write_folder(
            tmp_path / "a",
            visits=VISITS,
            events="patient_id,date,kind\nDEMO-001,2024-06-01,death",
            products="product_id\nASC-1",
        ),
    )
    report = bring_in(
        store,
        write_folder(
            tmp_path / "b",
            visits="""patient_id,date,month,alsfrs_total,scale
            DEMO-001,2024-07-05,,40,
            DEMO-001,,3,40,
            DEMO-001,2024-03-05,,38,ALSFRS
            DEMO-001,2024-04-05,,40,""",
            products="product_id\nASC-2",
            doses="patient_id,date,product_id,cells\nDEMO-001,2024-02-01,ASC-1,1000",
        ),
    )
    found_rules = {(f.rule, f.row) for f in report.errors}
    assert found_rules == {("after_death", 2), ("mixed_clocks", 3), ("mixed_scales", 4)}
    assert totals(store) == [42, 41, 40]


def test_products_are_listed_with_how_often_they_were_given(store, tmp_path):
    folder = write_folder(
        tmp_path,
        visits=VISITS,
        products="product_id,cell_source,viability_percent\nASC-1,AD-MSC,93\nASC-2,,",
        doses="""patient_id,date,product_id,cells
        DEMO-001,2024-01-20,ASC-1,1000
        DEMO-001,2024-02-20,ASC-1,1000""",
    )
    bring_in(store, folder)
    with store.reading() as session:
        listed = products.load(session)
    assert [(g.product.product_id, g.doses, g.patients) for g in listed] == [
        ("ASC-1", 2, 1),
        ("ASC-2", 0, 0),
    ]
    assert listed[0].product.cell_source == "adipose"
    assert listed[1].product.cell_source == "not documented"


def test_nothing_is_known_of_an_empty_store(store):
    with store.reading() as session:
        assert known_records.load(session).patients == {}
        assert histories.load(session) == []
        with pytest.raises(NotFoundError):
            histories.load(session, "DEMO-001")


def test_two_writers_wait_for_each_other(tmp_path):
    store = open_store(tmp_path / "slopewise.db")
    folders = [
        write_folder(tmp_path / str(n), visits=VISITS.replace("DEMO-001", f"DEMO-{n}"))
        for n in range(4)
    ]
    threads = [threading.Thread(target=bring_in, args=(store, folder)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as session:
        assert len(histories.load(session)) == 4
    store.close()


def test_log_of_very_many_findings_says_how_many_it_left_out(store, tmp_path):
    rows = "\n".join(["DEMO-001,2024-01-05,99"] * 5010)
    report = bring_in(store, write_folder(tmp_path, visits=f"{VISITS}\n{rows}"))
    assert len(report.errors) == 5010
    with store.reading() as session:
        kept = import_runs.last(session).report.findings
    assert len(kept) == 5001
    assert kept[-1].reason.startswith("10 more findings")
