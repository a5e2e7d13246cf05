"""PRO-ACT's tables, made up here in their published layout (docs/data/proact.md)."""

import pytest
from tests.record_files import NOW, TODAY, bring_in, found, write_folder

from slopewise.errors import InputError
from slopewise.records.importers import proact
from slopewise.records.queries import histories
from slopewise.records.store import open_store

ITEMS = (
    "Q1_Speech,Q2_Salivation,Q3_Swallowing,Q4_Handwriting,Q5a_Cutting_without_Gastrostomy,"
    "Q5b_Cutting_with_Gastrostomy,Q6_Dressing_and_Hygiene,Q7_Turning_in_Bed,Q8_Walking,"
    "Q9_Climbing_Stairs,Q10_Respiratory,ALSFRS_Delta,ALSFRS_Total,ALSFRS_R_Total,R_1_Dyspnea,"
    "R_2_Orthopnea,R_3_Respiratory_Insufficiency,Mode_of_Administration,ALSFRS_Responded_By"
)
HISTORY = (
    "subject_id,Site_of_Onset___Bulbar,Site_of_Onset___Limb,Subject_ALS_History_Delta,"
    "Site_of_Onset,Onset_Delta,Diagnosis_Delta"
)
FVC = (
    "subject_id,Subject_Liters_Trial_1,Subject_Liters_Trial_2,pct_of_Normal_Trial_1,"
    "pct_of_Normal_Trial_2,Subject_Normal,Forced_Vital_Capacity_Delta,"
    "Forced_Vital_Capacity_Units"
)
SVC = (
    "subject_id,Subject_Liters_Trial_1,Subject_Liters__Trial_2_,pct_of_Normal_Trial_1,"
    "Slow_vital_Capacity_Delta,Slow_Vital_Capacity_Units"
)
EVENTS = (
    "subject_id,Lowest_Level_Term,Preferred_Term,Severity,Outcome,Start_Date_Delta,End_Date_Delta"
)
ALSFRS = f"""subject_id,{ITEMS}
101,4,4,4,3,3,,3,4,3,2,,0,,42,4,4,4,In person,Patient
101,4,4,4,3,,2,3,4,3,2,4,91,,41,4,4,4,,
102,4,4,4,3,3,,3,4,3,2,4,0,34,,,,,,
102,4,4,4,3,3,,3,4,3,2,3,60,33,,,,,,
103,4,4,4,3,3,3,3,4,3,2,,0,,42,4,4,4,,
101,4,4,4,3,3,,3,4,3,2,3,182,33,,,,,,
101,4,4,4,3,2.5,,3,4,3,2,,365,,41.5,4,4,4,,"""
TABLES = {
    "PROACT_ALSFRS": ALSFRS,
    "PROACT_ALSHISTORY": f"""{HISTORY}
        101,,,0,Onset: Limb,-730.5,-365.25
        101,,,0,,-730.5,
        102,1,,0,,-300,-100
        102,1,,0,,-400,-100
        103,1,1,0,,,""",
    "PROACT_DEMOGRAPHICS": "subject_id,Demographics_Delta,Age,Sex\n101,0,60,Male\n102,0,55,Female",
    "PROACT_RILUZOLE": """subject_id,Subject_used_Riluzole,Riluzole_use_Delta
        101,Yes,-30
        102,No,
        103,Yes,""",
    "PROACT_FVC": f"""{FVC}
        101,3,3.1,80,84,4,0,liters
        102,2,3,,,4,0,liters""",
    "PROACT_SVC": f"""{SVC}
        101,3,,90,91,liters""",
    "PROACT_DEATHDATA": "subject_id,Subject_Died,Death_Days\n101,Yes,400\n102,No,",
    "PROACT_ADVERSEEVENTS": f"""{EVENTS}
        101,Fall,Fall,MILD,Recovered/Resolved,30,31""",
    "PROACT_TREATMENT": "subject_id,Study_Arm,Treatment_Group_Delta\n101,Placebo,0\n102,Active,0",
    "PROACT_LABS": "subject_id,Test_Name\n101,Sodium",
}


@pytest.fixture
def tables(tmp_path):
    return write_folder(tmp_path / "proact", **TABLES)


@pytest.fixture
def patients(tables):
    store = open_store(None)
    report = bring_in(store, tables)
    assert report.importer == "proact"
    with store.reading() as session:
        found_patients = {p.history.patient_id: p for p in histories.load(session)}
    store.close()
    return found_patients


def test_days_become_months_and_the_revised_form_is_kept_apart(patients):
    history = patients["101"].history
    # 0, 91 and 365 days; the row of day 182 has no revised item: an ALSFRS, never mixed in
    assert [v.month for v in history.visits] == pytest.approx([0, 91 / 30.4375, 365 / 30.4375])
    assert [v.alsfrs_total for v in history.visits] == [42, 41, 41.5]
    assert [v.items.cutting_with_gastrostomy for v in history.visits] == [False, True, False]
    assert history.visits[0].rater == "Patient"
    original = patients["102"].history
    assert [(v.scale.value, v.alsfrs_total) for v in original.visits] == [
        ("ALSFRS", 34),
        ("ALSFRS", 33),
    ]


def test_facts_of_a_patient_come_from_three_tables(patients):
    history = patients["101"].history
    assert history.onset_month == pytest.approx(-24)
    assert history.diagnosis_month == pytest.approx(-12)
    assert history.onset_site == "limb"
    assert history.age_at_onset == pytest.approx(58)  # 60 years less 730.5 days
    assert patients["103"].history.onset_site == "other"  # limb and bulbar both ticked


def test_care_breathing_and_death_arrive(patients):
    history = patients["101"].history
    assert [(c.kind, c.start_month) for c in history.care] == [
        ("riluzole", pytest.approx(-30 / 30.4375))
    ]
    assert [(b.measure, b.percent_predicted) for b in history.breathing] == [
        ("FVC", 84),  # the best of the trials
        ("SVC", 90),
    ]
    assert patients["102"].history.breathing[0].percent_predicted == 75  # 3 of 4 litres
    assert history.survival_event.month == pytest.approx(400 / 30.4375)
    assert patients["102"].history.survival_event is None


def test_faults_are_found_at_the_line_and_column_of_the_table(tables):
    rows, report = proact.read(tables, now=TODAY)
    errors = {(f.file, f.row, f.rule, f.column) for f in report.errors}
    assert errors == {
        ("PROACT_ALSFRS.csv", 6, "two_cutting_items", "Q5b_Cutting_with_Gastrostomy"),
        ("PROACT_ALSFRS.csv", 7, "mixed_scales", "scale"),
        ("PROACT_ALSHISTORY.csv", 4, "contradicting_rows", "onset_month"),
        ("PROACT_RILUZOLE.csv", 4, "no_time", "start_date"),
    }
    assert {row.values.get("study_arm") for row in rows.of("patients")} == {
        "placebo",
        "active",
        None,
    }
    assert rows.of("adverse_events")[0].values["severity"] == "MILD"
    assert "PROACT_LABS.csv" in found(report, "unknown_file")[0].reason


def test_names_of_the_2016_release_are_known(tmp_path):
    names = {"PROACT_ALSFRS": "alsfrs", "PROACT_ALSHISTORY": "AlsHistory"}
    folder = write_folder(
        tmp_path, **{new: TABLES[old] for old, new in names.items()}, DeathData="subject_id\n101"
    )
    rows, _ = proact.read(folder, now=TODAY)
    assert len(rows.of("visits")) == 5
    assert rows.of("patients")


def test_the_layout_is_recognised_without_being_named(tables, tmp_path):
    assert proact.looks_like_proact(tables)
    clinic = write_folder(tmp_path / "c", visits="patient_id,month,alsfrs_total\nDEMO-001,0,40")
    assert not proact.looks_like_proact(clinic)


def test_tables_without_alsfrs_are_refused(tmp_path):
    with pytest.raises(InputError, match="holds no PROACT_ALSFRS"):
        proact.read(write_folder(tmp_path, PROACT_FVC="subject_id\n1"), now=TODAY)
    with pytest.raises(InputError, match="no column subject_id"):
        proact.read(write_folder(tmp_path, PROACT_ALSFRS="patient\n1"), now=TODAY)


def test_same_tables_twice_change_nothing(tables):
    store = open_store(None)
    first = bring_in(store, tables)
    second = bring_in(store, tables)
    assert first.added > 10
    assert (second.status, second.unchanged) == ("nothing new", first.added)
    assert NOW.tzinfo is not None
    store.close()


def test_a_day_after_death_is_told_as_the_table_has_it(tmp_path):
    visits = "\n".join(f"1,{day},40" for day in (0, 30, 60, 900))
    tables = {
        "PROACT_ALSFRS": f"subject_id,ALSFRS_Delta,ALSFRS_Total\n{visits}",
        "PROACT_DEATHDATA": "subject_id,Subject_Died,Death_Days\n1,Yes,400",
    }
    _, report = proact.read(write_folder(tmp_path, **tables), now=TODAY)
    (late,) = found(report, "after_death")
    assert (late.row, late.column, late.value) == (5, "ALSFRS_Delta", "900")
    # 900 / 30.4375 and 400 / 30.4375
    assert late.reason == "month 29.57 lies after the patient's death (month 13.14)"
