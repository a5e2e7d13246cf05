"""Stored rows become patients on one clock: month 0 is the first dose or the first visit."""

import pytest
from tests.record_files import bring_in, write_folder

from slopewise.condition.alsfrs import Scale
from slopewise.condition.history import SurvivalEventKind
from slopewise.records.queries import histories
from slopewise.records.store import open_store


def patients(folder, **tables: str):
    store = open_store(None)
    bring_in(store, write_folder(folder, **tables))
    with store.reading() as session:
        found = histories.load(session)
    store.close()
    return found


def test_month_zero_is_the_first_dose_on_a_clock_of_dates(tmp_path):
    patient = patients(
        tmp_path,
        visits="""patient_id,date,alsfrs_total
        DEMO-001,2024-03-01,40
        DEMO-001,2024-01-01,42""",
        doses="""patient_id,date,product_id,route,cells
        DEMO-001,2024-03-01,ASC-1,iv,1000
        DEMO-001,2024-01-31,ASC-1,intrathecal,1000""",
        patients="patient_id,onset_date,diagnosis_date\nDEMO-001,2023-01-31,2023-07-31",
    )[0]
    # by hand: 30 days before, 30 days after, 365 and 184 days before; 30.4375 days a month
    assert [v.month for v in patient.history.visits] == pytest.approx([-30 / 30.4375, 30 / 30.4375])
    assert [d.month for d in patient.doses] == pytest.approx([0, 30 / 30.4375])
    assert [(d.dose_number, d.route) for d in patient.doses] == [
        (1, "intrathecal"),
        (2, "intravenous"),
    ]
    assert patient.history.onset_month == pytest.approx(-365 / 30.4375)
    assert patient.history.diagnosis_month == pytest.approx(-184 / 30.4375)


def test_month_zero_is_the_first_visit_without_a_dose(tmp_path):
    patient = patients(
        tmp_path,
        visits="patient_id,month,alsfrs_total\nDEMO-001,5,40\nDEMO-001,2,42",
        patients="patient_id,onset_month\nDEMO-001,-10",
    )[0]
    assert [v.month for v in patient.history.visits] == [0, 3]
    assert patient.history.onset_month == -12


def test_every_kind_of_record_arrives(tmp_path):
    patient = patients(
        tmp_path,
        patients="""patient_id,onset_site,age_at_onset,selected_post_hoc,simulated
        DEMO-001,Spinal,58,yes,1""",
        visits="patient_id,month,alsfrs_total,rater,mode\nDEMO-001,0,40,R1,telephone",
        products="product_id,cell_source,donor,lot\nASC-1,fat,Autologous,A-17",
        doses="patient_id,month,product_id,route,cells_per_kg\nDEMO-001,1,ASC-1,other: nasal,1e6",
        events="""patient_id,month,kind
        DEMO-001,9,tracheostomy
        DEMO-001,8,hospitalisation
        DEMO-001,12,death""",
        care="""patient_id,kind,start_month,end_month,hours_per_day
        DEMO-001,NIV,4,,8
        DEMO-001,riluzole,-3,5,""",
        breathing="patient_id,month,measure,percent_predicted\nDEMO-001,1,svc,84",
        symptoms="patient_id,month,symptom,scale,value\nDEMO-001,1,cramps,cramps_per_day,3",
    )[0]
    history = patient.history
    assert (history.onset_site, history.age_at_onset) == ("limb", 58)
    assert (patient.selected_post_hoc, patient.simulated) == (True, True)
    assert (history.visits[0].rater, history.visits[0].mode) == ("R1", "telephone")
    assert history.survival_event.month == 8
    assert history.survival_event.kind is SurvivalEventKind.TRACHEOSTOMY
    assert [(s.kind, s.start_month, s.end_month, s.hours_per_day) for s in history.care] == [
        ("riluzole", -4, 4, None),
        ("niv", 3, None, 8),
    ]
    assert [(b.month, b.measure, b.percent_predicted) for b in history.breathing] == [
        (0, "SVC", 84)
    ]
    assert [(s.symptom, s.value) for s in history.symptoms] == [("cramps", 3)]
    dose = patient.doses[0]
    assert (dose.route, dose.cells, dose.cells_per_kg) == ("other: nasal", None, 1_000_000)
    assert (dose.product.cell_source, dose.product.donor, dose.product.lot) == (
        "adipose",
        "autologous",
        "A-17",
    )
    assert dose.product.passage == "not documented"


def test_items_make_the_total_and_a_visit_without_one_is_not_in_the_history(tmp_path):
    items = (
        "speech,salivation,swallowing,handwriting,cutting_5b,dressing_hygiene,turning_in_bed,"
        "walking,climbing_stairs,dyspnea,orthopnea,respiratory_insufficiency"
    )
    patient = patients(
        tmp_path,
        visits=f"""patient_id,month,{items}
        DEMO-001,0,4,4,4,3,2,3,4,3,2,4,4,4
        DEMO-001,1,4,4,4,3,,3,4,3,2,4,4,4""",
    )[0]
    assert [v.alsfrs_total for v in patient.history.visits] == [41]
    assert patient.history.visits[0].items.cutting_with_gastrostomy is True
    assert patient.history.visits[0].items.scores[4] == 2


def test_the_original_form_keeps_its_ten_items(tmp_path):
    patient = patients(
        tmp_path,
        visits="""patient_id,month,scale,speech,salivation,swallowing,handwriting,cutting_5a,dressing_hygiene,turning_in_bed,walking,climbing_stairs,respiratory
        DEMO-001,0,ALSFRS,4,4,4,4,4,4,4,4,4,3""",
    )[0]
    visit = patient.history.visits[0]
    assert (visit.scale, visit.alsfrs_total, len(visit.items.scores)) == (Scale.ALSFRS, 39, 10)
    assert visit.items.cutting_with_gastrostomy is False


def test_patients_come_in_the_order_of_their_names_and_one_can_be_asked_for(tmp_path):
    store = open_store(None)
    text = "patient_id,month,alsfrs_total\nDEMO-002,0,40\nDEMO-001,0,41\nDEMO-003,0,42"
    bring_in(store, write_folder(tmp_path, visits=text))
    with store.reading() as session:
        everyone = histories.load(session)
        assert [p.history.patient_id for p in everyone] == ["DEMO-001", "DEMO-002", "DEMO-003"]
        assert histories.load(session, "DEMO-002") == [everyone[1]]
    store.close()
