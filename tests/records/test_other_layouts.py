"""Tables of other programs are known by their columns, and their faults are found all the same."""

import pytest
from tests.record_files import TODAY, found
from tests.shared_data import example_table

from slopewise.errors import InputError
from slopewise.records.file_tables import TABLES
from slopewise.records.importers import csv_folder
from slopewise.records.importers.known_layouts import KNOWN_COLUMNS


def read(path, text: str):
    path.write_text(text, encoding="utf-8")
    return csv_folder.read(path, now=TODAY)


def test_known_columns_are_columns_of_ours():
    columns = {layout.name: set(layout.column_names) for layout in TABLES}
    assert all(known.column in columns[known.table] for known in KNOWN_COLUMNS.values())


def test_neals_names_are_understood(tmp_path):
    items = "alsfrs1,alsfrs2,alsfrs3,alsfrs4,alsfrs5a,alsfrs5b,alsfrs6,alsfrs7,alsfrs8,alsfrs9"
    rows, report = read(
        tmp_path / "neals.csv",
        f"SubjectUID,alsfrsdt,{items},alsfrsr1,alsfrsr2,alsfrsr3,alsfrst\n"
        "N1,60.875,4,4,4,4,,3,4,4,4,4,4,4,3,46\n",
    )
    values = rows.of("visits")[0].values
    assert (values["month"], values["cutting_5b"], values["alsfrs_total"]) == (2, 3, 46)
    assert values["respiratory_insufficiency"] == 3
    assert "alsfrs5b = cutting_5b" in found(report, "known_layout")[0].reason
    assert report.errors == ()


def test_findings_name_the_column_as_the_file_does(tmp_path):
    _, report = read(tmp_path / "other.csv", "subject_id;visit_date;alsfrs_tot\nT1;2024-01-05;77\n")
    assert [(f.row, f.column, f.value) for f in report.errors] == [(2, "alsfrs_tot", "77")]


def test_a_table_that_is_not_known_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no column patient_id"):
        read(tmp_path / "other.csv", "subject_id,score\nT1,40\n")


def test_the_deliberately_dirty_table_gives_every_planted_fault():
    path = example_table("qualitycontrol_als_dirty/als_data_dirty.csv")
    rows, report = csv_folder.read(path, now=TODAY)
    faults = {(f.row, f.rule, f.column) for f in report.findings if f.rule != "known_layout"}
    # planted by the table's authors; lines counted by hand in the file
    assert faults == {
        (3, "unknown_value", "onset"),  # bulba
        (4, "future_date", "death_date"),  # 9999-12-30
        (7, "outside_range", "x2r"),  # a score of 5
        (7, "no_visits", "subjid"),
        (9, "onset_after_baseline_age", "age_at_onset"),  # 62 after 50
        (12, "no_total", "alsfrs_total"),  # p8 missing
        (13, "no_total", "alsfrs_total"),
        (14, "no_total", "alsfrs_total"),
        (16, "outside_range", "age_at_onset"),  # 376
        (25, "after_death", "death_date"),  # visit of 2006, death in 2002
        (29, "outside_range", "age_at_onset"),  # -23
        (31, "contradicting_rows", None),  # id 30 twice: ages and deaths differ
        (32, "contradicting_rows", None),
    }
    assert report.rows_read == 31
    assert len(rows.of("visits")) == 30
    assert len(rows.of("patients")) == 29


def test_visits_of_a_register_are_read_with_their_gaps():
    path = example_table("wknnmi_als/patient_data.csv")
    rows, report = csv_folder.read(path, now=TODAY)
    # 93 rows, 12 patients, 62 with all items, one repeated visit: counted with awk
    assert report.rows_read == 93
    assert report.patients == 12
    assert len(rows.of("visits")) == 93 - len(found(report, "repeated_row"))
    assert len(found(report, "no_total")) == 93 - 62
    assert {row.values.get("onset_site") for row in rows.of("patients")} <= {"limb", "bulbar", None}
