"""Stored rows to treated patients, each on one clock: month 0 is the first dose or first visit."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from slopewise.condition import alsfrs
from slopewise.condition.alsfrs import Scale
from slopewise.condition.history import (
    BreathingTest,
    CareSpan,
    PatientHistory,
    SurvivalEvent,
    SurvivalEventKind,
    SymptomMeasurement,
    Visit,
)
from slopewise.errors import NotFoundError
from slopewise.records.queries import products
from slopewise.records.queries.patient_clock import PatientClock, Row, clock_of, on_clock
from slopewise.records.schema import care, dose, event, measurement, patient, visit
from slopewise.records.visit_items import items_of_visit
from slopewise.response.patient import TreatedPatient
from slopewise.therapy.administration import NOT_DOCUMENTED, CellProduct, Dose

__all__ = ["load"]

SURVIVAL_KINDS = {kind.value: kind for kind in SurvivalEventKind}


def load(session: Session, patient_id: str | None = None) -> list[TreatedPatient]:
    """All patients, or the one of that name, in the order of their names.

    A visit without a total (an item is missing and no total was written) is stored but not here.
    Raises NotFoundError for a name that the store does not know.
    """
    query = select(patient.Patient.id, patient.Patient.patient_id).where(
        patient.Patient.voided.is_(None)
    )
    if patient_id is not None:
        query = query.where(patient.Patient.patient_id == patient_id)
    patients = session.execute(query.order_by(patient.Patient.patient_id)).all()
    if patient_id is not None and not patients:
        raise NotFoundError(f"no patient {patient_id} in the store; see the list of patients")
    one = patients[0].id if patient_id is not None else None
    facts = {row.patient_key: row for row in session.execute(_facts(one))}
    visits = _grouped(session, _visits(one))
    doses = _grouped(session, _doses(one))
    events = _grouped(session, _events(one))
    spans = _grouped(session, _care(one))
    breathing = _grouped(session, _breathing(one))
    symptoms = _grouped(session, _symptoms(one))
    given = products.by_key(session)
    return [
        _patient(
            row.patient_id,
            facts=facts.get(row.id),
            visits=visits[row.id],
            doses=doses[row.id],
            events=events[row.id],
            spans=spans[row.id],
            breathing=breathing[row.id],
            symptoms=symptoms[row.id],
            products=given,
        )
        for row in patients
    ]


def _patient(
    patient_id: str,
    *,
    facts: Row | None,
    visits: list[Row],
    doses: list[Row],
    events: list[Row],
    spans: list[Row],
    breathing: list[Row],
    symptoms: list[Row],
    products: dict[int, CellProduct],
) -> TreatedPatient:
    clock = clock_of(doses or visits or breathing or symptoms)
    history = PatientHistory(
        patient_id=patient_id,
        visits=_visit_records(clock, visits),
        onset_month=facts and clock.month_of(facts.onset_date, facts.onset_month),
        diagnosis_month=facts and clock.month_of(facts.diagnosis_date, facts.diagnosis_month),
        onset_site=facts and facts.onset_site,
        age_at_onset=facts and facts.age_at_onset,
        breathing=tuple(
            BreathingTest(month, row.measure, row.percent_predicted)
            for month, row in on_clock(clock, breathing)
        ),
        symptoms=tuple(
            SymptomMeasurement(month, row.symptom, row.scale, row.value)
            for month, row in on_clock(clock, symptoms)
        ),
        care=_care_records(clock, spans),
        survival_event=_survival_event(clock, events),
    )
    return TreatedPatient(
        history=history,
        doses=tuple(
            Dose(
                month=month,
                product=products[row.product_key],
                route=row.route or NOT_DOCUMENTED,
                cells=row.cells,
                cells_per_kg=row.cells_per_kg,
                dose_number=number,
            )
            for number, (month, row) in enumerate(on_clock(clock, doses), start=1)
        ),
        selected_post_hoc=bool(facts and facts.selected_post_hoc),
        simulated=bool(facts and facts.simulated),
    )


def _visit_records(clock: PatientClock, rows: list[Row]) -> tuple[Visit, ...]:
    found = []
    for month, row in on_clock(clock, rows):
        items = items_of_visit(row._mapping, Scale(row.scale))
        total = row.alsfrs_total
        if total is None and items is not None:
            total = alsfrs.total(items)
        if total is not None:
            found.append(
                Visit(
                    month=month,
                    alsfrs_total=float(total),
                    scale=Scale(row.scale),
                    items=items,
                    rater=row.rater,
                    mode=row.mode,
                )
            )
    return tuple(found)


def _care_records(clock: PatientClock, rows: list[Row]) -> tuple[CareSpan, ...]:
    spans = []
    for row in rows:
        start = clock.month_of(row.start_date, row.start_month)
        if start is not None:
            end = clock.month_of(row.end_date, row.end_month)
            spans.append(CareSpan(row.kind, start, end, row.detail, row.hours_per_day))
    return tuple(sorted(spans, key=lambda span: (span.start_month, span.kind)))


def _survival_event(clock: PatientClock, rows: list[Row]) -> SurvivalEvent | None:
    """The first event that ends tracheostomy-free survival."""
    ending = [(m, row) for m, row in on_clock(clock, rows) if row.kind in SURVIVAL_KINDS]
    if not ending:
        return None
    month, row = ending[0]
    return SurvivalEvent(month, SURVIVAL_KINDS[row.kind])


def _grouped(session: Session, query: Select[*tuple[Any, ...]]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in session.execute(query):
        groups[row.patient_key].append(row)
    return groups


def _of(mapped: Any, one: int | None) -> ColumnElement[bool]:
    """Rows in force, of one patient or of all."""
    in_force: ColumnElement[bool] = mapped.voided.is_(None)
    return in_force if one is None else in_force & (mapped.patient_key == one)


def _facts(one: int | None) -> Select[*tuple[Any, ...]]:
    t = patient.PatientFacts
    return select(
        t.patient_key,
        t.onset_date,
        t.onset_month,
        t.diagnosis_date,
        t.diagnosis_month,
        t.onset_site,
        t.age_at_onset,
        t.selected_post_hoc,
        t.simulated,
    ).where(_of(t, one))


def _visits(one: int | None) -> Select[*tuple[Any, ...]]:
    t = visit.Visit
    return select(
        t.patient_key,
        t.date,
        t.month,
        t.speech,
        t.salivation,
        t.swallowing,
        t.handwriting,
        t.cutting_5a,
        t.cutting_5b,
        t.cutting_food,
        t.dressing_hygiene,
        t.turning_in_bed,
        t.walking,
        t.climbing_stairs,
        t.dyspnea,
        t.orthopnea,
        t.respiratory_insufficiency,
        t.respiratory,
        t.alsfrs_total,
        t.scale,
        t.rater,
        t.mode,
    ).where(_of(t, one))


def _doses(one: int | None) -> Select[*tuple[Any, ...]]:
    t = dose.Dose
    return select(
        t.patient_key, t.date, t.month, t.product_key, t.route, t.cells, t.cells_per_kg
    ).where(_of(t, one))


def _events(one: int | None) -> Select[*tuple[Any, ...]]:
    t = event.Event
    return select(t.patient_key, t.date, t.month, t.kind).where(_of(t, one))


def _care(one: int | None) -> Select[*tuple[Any, ...]]:
    t = care.CareSpan
    return select(
        t.patient_key,
        t.kind,
        t.start_date,
        t.start_month,
        t.end_date,
        t.end_month,
        t.detail,
        t.hours_per_day,
    ).where(_of(t, one))


def _breathing(one: int | None) -> Select[*tuple[Any, ...]]:
    t = measurement.Breathing
    return select(t.patient_key, t.date, t.month, t.measure, t.percent_predicted).where(_of(t, one))


def _symptoms(one: int | None) -> Select[*tuple[Any, ...]]:
    t = measurement.Symptom
    return select(t.patient_key, t.date, t.month, t.symptom, t.scale, t.value).where(_of(t, one))
