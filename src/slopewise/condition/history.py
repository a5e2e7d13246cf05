"""What was observed of one patient, on the patient's own clock.

Months count from the patient's time zero: the first dose of a cell product or, where none was
given, the first visit. Earlier is negative. A missing value is None, never NaN.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

from slopewise.condition.alsfrs import (
    AlsfrsItems,
    Scale,
    check_total,
    one_scale,
    total_disagreement,
)
from slopewise.condition.breathing import check_breathing_test
from slopewise.condition.standard_care import check_care_kind, check_hours_per_day
from slopewise.condition.survival_event import SurvivalEvent, SurvivalEventKind
from slopewise.condition.symptoms import check_symptom_measurement
from slopewise.errors import InputError

__all__ = [
    "ONSET_SITES",
    "BreathingTest",
    "CareSpan",
    "PatientHistory",
    "SurvivalEvent",
    "SurvivalEventKind",
    "SymptomMeasurement",
    "Visit",
    "contradictions",
    "in_time_order",
    "scale_of_visits",
]

ONSET_SITES = ("bulbar", "limb", "respiratory", "other")


class Dated(Protocol):
    """Anything with a month on the patient's clock."""

    @property
    def month(self) -> float:
        """Months since the patient's time zero."""


Record = TypeVar("Record", bound=Dated)


@dataclass(frozen=True, slots=True)
class Visit:
    """One scored visit: a total, its scale, and the items when they were recorded."""

    month: float
    alsfrs_total: float
    scale: Scale
    items: AlsfrsItems | None = None
    rater: str | None = None
    mode: str | None = None  # in person, telephone, video, self entry

    def __post_init__(self) -> None:
        check_month("a visit", self.month)
        check_total(self.alsfrs_total, self.scale)
        if self.items is None:
            return
        if self.items.scale is not self.scale:
            raise InputError(
                f"visit at month {self.month:g} is labelled {self.scale.value} but has "
                f"{len(self.items.scores)} items, those of {self.items.scale.value}; correct one"
            )
        disagreement = total_disagreement(self.items, self.alsfrs_total)
        if disagreement is not None:
            raise InputError(f"visit at month {self.month:g}: {disagreement}")


@dataclass(frozen=True, slots=True)
class BreathingTest:
    """Vital capacity in percent of the predicted value; FVC and SVC are never mixed."""

    month: float
    measure: str  # "FVC" or "SVC"
    percent_predicted: float

    def __post_init__(self) -> None:
        check_month("a breathing test", self.month)
        check_breathing_test(self.measure, self.percent_predicted)


@dataclass(frozen=True, slots=True)
class SymptomMeasurement:
    """One value on one scale of one of the seven symptoms (condition/symptoms.py)."""

    month: float
    symptom: str
    scale: str
    value: float

    def __post_init__(self) -> None:
        check_month(f"a {self.scale} value", self.month)
        check_symptom_measurement(self.symptom, self.scale, self.value)


@dataclass(frozen=True, slots=True)
class CareSpan:
    """Standard care from a month until a month; `end_month` None = still going on."""

    kind: str  # condition/standard_care.py
    start_month: float
    end_month: float | None = None
    detail: str | None = None
    hours_per_day: float | None = None  # of NIV; None = not recorded

    def __post_init__(self) -> None:
        check_month(f"the start of {self.kind}", self.start_month)
        check_care_kind(self.kind)
        check_hours_per_day(self.hours_per_day)
        if self.end_month is not None and not self.end_month >= self.start_month:
            raise InputError(
                f"{self.kind} ends at month {self.end_month:g}, before it starts at month "
                f"{self.start_month:g}; correct one of the dates"
            )


@dataclass(frozen=True, slots=True)
class PatientHistory:
    """Everything observed of one patient apart from the cell therapy; tuples are in time order.

    Visits of both forms may stand side by side in a record; whoever computes with totals asks
    `scale_of_visits` first.
    """

    patient_id: str
    visits: tuple[Visit, ...]
    onset_month: float | None = None
    diagnosis_month: float | None = None
    onset_site: str | None = None  # bulbar, limb, respiratory, other
    age_at_onset: float | None = None
    breathing: tuple[BreathingTest, ...] = ()
    symptoms: tuple[SymptomMeasurement, ...] = ()
    care: tuple[CareSpan, ...] = ()
    survival_event: SurvivalEvent | None = None

    def __post_init__(self) -> None:
        if not self.patient_id.strip():
            raise InputError("a patient without an identifier; give a pseudonym such as DEMO-001")
        for what, month in (("onset", self.onset_month), ("diagnosis", self.diagnosis_month)):
            if month is not None:
                check_month(f"{what} (patient {self.patient_id})", month)
        if self.onset_site is not None and self.onset_site not in ONSET_SITES:
            raise InputError(
                f"onset site {self.onset_site!r} (patient {self.patient_id}) is not known; use one "
                f"of {', '.join(ONSET_SITES)}"
            )
        # assumption: nobody older than 120 years; a birth year entered as an age is caught
        if self.age_at_onset is not None and not 0 <= self.age_at_onset <= 120:
            raise InputError(
                f"age at onset {self.age_at_onset} (patient {self.patient_id}); years run 0 to 120"
            )
        series: dict[str, tuple[Dated, ...]] = {
            "visits": self.visits,
            "breathing tests": self.breathing,
            "symptom values": self.symptoms,
        }
        for what, records in series.items():
            check_time_order(what, [record.month for record in records], self.patient_id)
        check_time_order("care", [span.start_month for span in self.care], self.patient_id)


def in_time_order(records: Iterable[Record]) -> tuple[Record, ...]:
    """The records sorted by month; those of one month keep their order."""
    return tuple(sorted(records, key=lambda record: record.month))


def scale_of_visits(history: PatientHistory) -> Scale:
    """The form all visits of a history share; InputError when ALSFRS and ALSFRS-R are mixed."""
    try:
        return one_scale(visit.scale for visit in history.visits)
    except InputError as error:
        raise InputError(f"patient {history.patient_id}: {error}") from error


def contradictions(history: PatientHistory) -> tuple[str, ...]:
    """What cannot all be true in a history, as sentences: order of life, repeated visits, forms.

    None of it stops a record from being shown; it has to be put right before it is computed with.
    """
    return (
        *contradictions_with_onset(history),
        *contradictions_with_death(history),
        *repeated_visits(history),
        *mixed_forms(history),
    )


def contradictions_with_onset(history: PatientHistory) -> list[str]:
    """Diagnosis or visits before the first symptom."""
    onset = history.onset_month
    if onset is None:
        return []
    found = []
    if history.diagnosis_month is not None and history.diagnosis_month < onset:
        found.append(
            f"diagnosis at month {history.diagnosis_month:g} before onset at month {onset:g}; "
            "correct one of the dates"
        )
    found.extend(
        f"visit at month {visit.month:g} before onset at month {onset:g}; correct one of the dates"
        for visit in history.visits
        if visit.month < onset
    )
    return found


def contradictions_with_death(history: PatientHistory) -> list[str]:
    """Visits and tests after death; after tracheostomy or ventilation they are possible."""
    event = history.survival_event
    if event is None or event.kind is not SurvivalEventKind.DEATH:
        return []
    series: dict[str, tuple[Dated, ...]] = {
        "visit": history.visits,
        "breathing test": history.breathing,
        "symptom value": history.symptoms,
    }
    return [
        f"{what} at month {record.month:g} after death at month {event.month:g}; correct one of "
        "the dates"
        for what, records in series.items()
        for record in records
        if record.month > event.month
    ]


def repeated_visits(history: PatientHistory) -> list[str]:
    """Two visits at the same month on the same form."""
    seen: set[tuple[float, Scale]] = set()
    found = []
    for visit in history.visits:
        if (visit.month, visit.scale) in seen:
            found.append(f"two visits at month {visit.month:g}; keep one of them")
        seen.add((visit.month, visit.scale))
    return found


def mixed_forms(history: PatientHistory) -> list[str]:
    """Totals of ALSFRS and ALSFRS-R in one history."""
    if len({visit.scale for visit in history.visits}) < 2:
        return []
    return [
        "visits use both ALSFRS (0-40) and ALSFRS-R (0-48), which cannot be converted; keep the "
        "visits of one form"
    ]


def check_month(what: str, month: float) -> None:
    """Refuse a month that is not a number."""
    if not math.isfinite(month):
        raise InputError(f"month {month} of {what} is not a number; correct its date")


def check_time_order(what: str, months: list[float], patient_id: str) -> None:
    """Refuse records that are not in time order."""
    for earlier, later in pairwise(months):
        if later < earlier:
            raise InputError(
                f"{what} of patient {patient_id} are not in time order (month {later:g} follows "
                f"month {earlier:g}); sort them with in_time_order"
            )
