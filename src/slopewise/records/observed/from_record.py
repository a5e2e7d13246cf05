"""Patients of the store as the progression model sees them: values, follow-up, event, covariates.

The origin is the first visit with a value of the outcome. Follow-up ends with the event or at the
last contact on record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from slopewise.condition.alsfrs import Scale, delta_frs, subscore
from slopewise.condition.alsfrs_form import Domain
from slopewise.condition.breathing import VitalCapacity
from slopewise.condition.history import PatientHistory, SurvivalEventKind
from slopewise.condition.symptom_scales import Direction, scale_named
from slopewise.errors import InputError
from slopewise.progression.joint.specification import ALSFRS_R, Marker
from slopewise.progression.observed.patients import (
    EventDefinition,
    LeftOut,
    ObservedPatient,
    ObservedValue,
)
from slopewise.progression.timeline import Exposure
from slopewise.response.exposure import exposure
from slopewise.response.patient import TreatedPatient

__all__ = ["EVENTS", "Entry", "marker_of_record", "observed_patients"]

EVENTS: dict[str, EventDefinition] = {
    "survival": EventDefinition(
        "survival",
        "death, tracheostomy or permanent assisted ventilation, whichever was recorded first",
    ),
    "death": EventDefinition(
        "death", "death; follow-up ends without event at a tracheostomy or permanent ventilation"
    ),
    "gastrostomy": EventDefinition(
        "gastrostomy", "the first gastrostomy; follow-up ends without event at death or its like"
    ),
    "niv": EventDefinition(
        "niv",
        "the first non-invasive ventilation; follow-up ends without event at death or its like",
    ),
    "none": EventDefinition("none", "no event: the outcome alone is modelled"),
}
_DOMAINS = {domain.value.replace(" ", "_"): domain for domain in Domain}
_CAPACITIES = {capacity.value.lower(): capacity for capacity in VitalCapacity}
# assumption: a breathing test up to three months from the first visit describes the patient then
_BASELINE_MONTHS = 3.0


class Entry(StrEnum):
    """From when a patient could have been seen to have the event."""

    FIRST_VISIT = "first-visit"
    FIRST_DOSE = "first-dose"  # in the data because alive at the first dose


def marker_of_record(name: str) -> Marker:
    """The marker behind an outcome column of the record; InputError for an unknown one."""
    if name == ALSFRS_R.name:
        return ALSFRS_R
    if name in _DOMAINS:
        return Marker(name, "points", 0.0, 12.0)
    if name in _CAPACITIES:
        return Marker(name, "% of predicted", 0.0, 200.0)
    scale = scale_named(name)
    if scale is None:
        known = ", ".join((ALSFRS_R.name, *_DOMAINS, *_CAPACITIES))
        raise InputError(
            f"outcome {name!r} is not known in a patient record; use {known}, or the name of a"
            " symptom scale. For a column of your own tables add --patient-column and --time-column"
        )
    return Marker(
        name,
        scale.unit.partition(",")[0],
        scale.low,
        scale.high,
        falling_is_worse=scale.direction is Direction.HIGHER_IS_BETTER,
    )


@dataclass(frozen=True, slots=True)
class _Series:
    """Values of one patient on the clock of the record, and visits that cannot be used."""

    values: tuple[ObservedValue, ...]
    left_out: tuple[LeftOut, ...] = ()


def observed_patients(
    treated: Sequence[TreatedPatient],
    markers: Sequence[Marker],
    *,
    event: EventDefinition,
    facts: Mapping[str, Mapping[str, float]],
    entry: Entry = Entry.FIRST_VISIT,
    until_treatment: bool = False,
) -> tuple[list[ObservedPatient], list[LeftOut]]:
    """Everyone with a value of a marker. `until_treatment`: follow-up ends at the first dose."""
    found: list[ObservedPatient] = []
    left_out: list[LeftOut] = []
    for patient in treated:
        name = patient.history.patient_id
        series = _series(patient.history, markers)
        left_out += series.left_out
        if not series.values:
            outcomes = " or ".join(marker.name for marker in markers)
            left_out.append(LeftOut("patients", f"no value of {outcomes}", 1, (name,)))
            continue
        observed = _observed(patient, series.values, event, facts.get(name, {}))
        if entry is Entry.FIRST_DOSE and patient.doses:
            first = patient.doses[0].month - observed.origin_month
            observed = replace(observed, entry_month=max(first, 0.0))
        if until_treatment and patient.doses:
            observed = _cut(observed, patient.doses[0].month - observed.origin_month)
        found.append(observed)
    return found, left_out


def _observed(
    patient: TreatedPatient,
    values: tuple[ObservedValue, ...],
    event: EventDefinition,
    facts: Mapping[str, float],
) -> ObservedPatient:
    history = patient.history
    origin = min(value.month for value in values)
    end, happened = _follow_up(history, event)
    end = max(end, origin)
    given = [dose.month - origin for dose in patient.doses]
    return ObservedPatient(
        patient_id=history.patient_id,
        values=tuple(replace(value, month=value.month - origin) for value in values),
        end_month=end - origin,
        event=happened,
        covariates={**_covariates(history, origin), **facts},
        exposure=exposure(given, until_month=end - origin) if given else Exposure(),
        origin_month=origin,
        simulated=patient.simulated,
    )


def _cut(observed: ObservedPatient, month: float) -> ObservedPatient:
    """The patient's course until a month, which ends follow-up without event."""
    if month >= observed.end_month:
        return replace(observed, exposure=Exposure())
    kept = tuple(value for value in observed.values if value.month <= month)
    return replace(
        observed,
        values=kept,
        end_month=max(month, 0.0),
        event=False,
        entry_month=0.0,
        exposure=Exposure(),
    )


def _series(history: PatientHistory, markers: Sequence[Marker]) -> _Series:
    values: list[ObservedValue] = []
    left_out: list[LeftOut] = []
    for marker in markers:
        if marker.name == ALSFRS_R.name or marker.name in _DOMAINS:
            other = sum(visit.scale is not Scale.ALSFRS_R for visit in history.visits)
            if other:
                why = "visits on the original ALSFRS, which cannot be converted to the ALSFRS-R"
                left_out.append(LeftOut("values", why, other, (history.patient_id,)))
        values += [
            ObservedValue(marker.name, month, value) for month, value in _values(history, marker)
        ]
    return _Series(tuple(values), tuple(left_out))


def _values(history: PatientHistory, marker: Marker) -> list[tuple[float, float]]:
    """(month, value) of one marker on the clock of the record."""
    visits = [visit for visit in history.visits if visit.scale is Scale.ALSFRS_R]
    if marker.name == ALSFRS_R.name:
        return [(visit.month, visit.alsfrs_total) for visit in visits]
    if marker.name in _DOMAINS:
        domain = _DOMAINS[marker.name]
        scored = [(v.month, subscore(v.items, domain)) for v in visits if v.items is not None]
        return [(month, value) for month, value in scored if value is not None]
    if marker.name in _CAPACITIES:
        measure = _CAPACITIES[marker.name].value
        tests = [test for test in history.breathing if test.measure == measure]
        return [(test.month, test.percent_predicted) for test in tests]
    return [(one.month, one.value) for one in history.symptoms if one.scale == marker.name]


def _follow_up(history: PatientHistory, event: EventDefinition) -> tuple[float, bool]:
    """The month on which follow-up ended, and whether with the event."""
    contacts = [
        *(visit.month for visit in history.visits),
        *(test.month for test in history.breathing),
        *(one.month for one in history.symptoms),
        *(span.start_month for span in history.care),
    ]
    ending = history.survival_event
    last = max(contacts) if ending is None else ending.month
    if event.name in {"gastrostomy", "niv"}:
        starts = [span.start_month for span in history.care if span.kind == event.name]
        first = min(starts, default=None)
        return (last, False) if first is None else (first, True)
    if ending is None or event.name == "none":
        return max([last, *contacts]), False
    is_event = event.name == "survival" or ending.kind is SurvivalEventKind.DEATH
    return last, is_event


def _covariates(history: PatientHistory, origin: float) -> dict[str, float]:
    """What is known of the patient at the origin; a missing fact has no entry."""
    found: dict[str, float | None] = {
        "age_at_onset": history.age_at_onset,
        "bulbar_onset": None
        if history.onset_site is None
        else float(history.onset_site == "bulbar"),
        "fvc_at_baseline": _baseline_capacity(history, VitalCapacity.FVC, origin),
        "svc_at_baseline": _baseline_capacity(history, VitalCapacity.SVC, origin),
    }
    onset = history.onset_month
    if onset is not None and onset < origin:
        found["months_since_onset"] = origin - onset
        found["delta_frs"] = _delta_frs(history, origin - onset)
    if onset is not None and history.diagnosis_month is not None:
        found["diagnostic_delay"] = history.diagnosis_month - onset
    return {name: float(value) for name, value in found.items() if value is not None}


def _delta_frs(history: PatientHistory, months_since_onset: float) -> float | None:
    totals = [visit.alsfrs_total for visit in history.visits if visit.scale is Scale.ALSFRS_R]
    if not totals:
        return None
    return delta_frs(totals[0], scale=Scale.ALSFRS_R, months_since_onset=months_since_onset)


def _baseline_capacity(
    history: PatientHistory, measure: VitalCapacity, origin: float
) -> float | None:
    near = [
        (abs(test.month - origin), test.percent_predicted)
        for test in history.breathing
        if test.measure == measure.value and abs(test.month - origin) <= _BASELINE_MONTHS
    ]
    return min(near)[1] if near else None
