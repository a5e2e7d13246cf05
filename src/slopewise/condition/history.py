"""What was observed of one patient, on the patient's own clock.

Months count from the patient's time zero: the first dose of a cell product or, where none was given,
the first visit. Earlier is negative. A missing value is None, never NaN.
"""

from dataclasses import dataclass
from enum import Enum

from slopewise.condition.alsfrs import AlsfrsItems, Scale

__all__ = [
    "BreathingTest",
    "CareSpan",
    "PatientHistory",
    "SurvivalEvent",
    "SurvivalEventKind",
    "SymptomMeasurement",
    "Visit",
]


@dataclass(frozen=True, slots=True)
class Visit:
    """One scored visit: a total, its scale, and the items when they were recorded."""

    month: float
    alsfrs_total: float
    scale: Scale
    items: AlsfrsItems | None = None
    rater: str | None = None
    mode: str | None = None  # in person, telephone, video, self entry


@dataclass(frozen=True, slots=True)
class BreathingTest:
    """Vital capacity in percent of the predicted value; FVC and SVC are never mixed."""

    month: float
    measure: str  # "FVC" or "SVC"
    percent_predicted: float


@dataclass(frozen=True, slots=True)
class SymptomMeasurement:
    """One value on one scale of one of the seven symptoms (condition/symptoms.py)."""

    month: float
    symptom: str
    scale: str
    value: float


@dataclass(frozen=True, slots=True)
class CareSpan:
    """Standard care from a month until a month; `end_month` None = still going on."""

    kind: str  # condition/standard_care.py
    start_month: float
    end_month: float | None = None
    detail: str | None = None


class SurvivalEventKind(Enum):
    """The events that end tracheostomy-free survival."""

    DEATH = "death"
    TRACHEOSTOMY = "tracheostomy"
    PERMANENT_ASSISTED_VENTILATION = "permanent_assisted_ventilation"


@dataclass(frozen=True, slots=True)
class SurvivalEvent:
    """When and how survival free of tracheostomy and permanent ventilation ended."""

    month: float
    kind: SurvivalEventKind


@dataclass(frozen=True, slots=True)
class PatientHistory:
    """Everything observed of one patient apart from the cell therapy; tuples are in time order."""

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
