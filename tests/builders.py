"""Small makers of records for tests; every part of the program adds its own below."""

import math

from slopewise.condition.alsfrs import AlsfrsItems, Scale
from slopewise.condition.history import (
    BreathingTest,
    CareSpan,
    PatientHistory,
    SymptomMeasurement,
    Visit,
)
from slopewise.response.assessment import (
    ExpectedCourse,
    ExposureSensitivity,
    Flag,
    NaiveSlopes,
    PatientAssessment,
    Prior,
    Slowing,
    SlowingDensity,
    Verdict,
    VisitsNeeded,
)
from slopewise.response.patient import TreatedPatient
from slopewise.therapy.administration import CellProduct, Dose

__all__ = ["an_assessed_patient", "an_assessment", "an_unassessed_patient"]


def items_of_total(total: int) -> AlsfrsItems:
    """Twelve items with this sum: as even as it can be."""
    low, more = divmod(total, 12)
    return AlsfrsItems(tuple(float(low + (place < more)) for place in range(12)), False)


def an_assessed_patient(patient_id: str = "DEMO-001") -> TreatedPatient:
    """A patient with every kind of record: items and totals, doses, care, symptoms, breathing."""
    months = (-9.0, -6.0, -3.0, -1.0, 1.0, 2.0, 4.0, 6.0, 9.0, 12.0)
    totals = (42, 40, 37, 35, 34, 34, 33, 32, 31, 30)
    visits = tuple(
        Visit(m, total, Scale.ALSFRS_R, items_of_total(total) if m > -6 else None, "rater A")
        for m, total in zip(months, totals, strict=True)
    )
    product = CellProduct("MSC-7", name="Adipose MSC", cell_source="adipose", donor="autologous")
    unknown = CellProduct("MSC-8")
    doses = (
        Dose(0.0, product, "intrathecal", cells=80_000_000),
        Dose(3.0, product, "intrathecal", cells_per_kg=1_000_000, dose_number=2),
        Dose(6.0, unknown, "not documented", dose_number=3),
    )
    history = PatientHistory(
        patient_id,
        visits,
        onset_month=-20.0,
        onset_site="limb",
        breathing=(BreathingTest(-1.0, "SVC", 84.0), BreathingTest(6.0, "SVC", 78.0)),
        symptoms=(
            SymptomMeasurement(-1.0, "cramps", "cramps_per_day", 5.0),
            SymptomMeasurement(-1.0, "pseudobulbar_affect", "cns_ls", 14.0),
            SymptomMeasurement(6.0, "cramps", "cramps_per_day", 3.0),
            SymptomMeasurement(6.0, "pseudobulbar_affect", "cns_ls", 12.0),
        ),
        care=(
            CareSpan("riluzole", -18.0, None, "50 mg twice a day"),
            CareSpan("physiotherapy", -4.0, 8.0),
            CareSpan("niv", 5.0, None, hours_per_day=6.0),
        ),
    )
    return TreatedPatient(history, doses, simulated=True)


def an_unassessed_patient(patient_id: str = "DEMO-009") -> TreatedPatient:
    """A patient with two totals and no dose."""
    visits = (Visit(0.0, 44, Scale.ALSFRS_R), Visit(3.0, 42, Scale.ALSFRS_R))
    return TreatedPatient(PatientHistory(patient_id, visits), simulated=True)


def an_assessment(
    patient_id: str = "DEMO-001",
    *,
    verdict: Verdict = Verdict.SLOWER,
    prior: Prior = Prior.SCEPTICAL,
) -> PatientAssessment:
    """A whole assessment written by hand: round numbers, not an answer of the engine."""
    theta = tuple(-1 + step * 0.025 for step in range(121))
    months = tuple(float(month) for month in range(13))
    middle = tuple(35 - 0.95 * month for month in months)
    slowing = Slowing(median=0.41, low90=0.08, high90=0.73)
    return PatientAssessment(
        patient_id=patient_id,
        verdict=verdict,
        sentence="Decline was slower than expected from the course before the first dose.",
        status="assessed",
        prior=prior,
        visits_before=4,
        visits_after=6,
        months_after=12.0,
        flags=(Flag("new_support", "Non-invasive ventilation started at month 5.0."),),
        naive=NaiveSlopes(-0.88, -0.36),
        what_would_change_it=("Untreated people followed in the same way.",),
        slowing=slowing,
        probability_any_slowing=0.97,
        probability_quarter_slower=0.78,
        no_effect_tail=0.03,
        faster_tail=0.96,
        smallest_slowing_shown=0.45,
        visits_needed=(VisitsNeeded(0.25, None, 36), VisitsNeeded(0.5, 4, 36)),
        density=SlowingDensity(theta, bell(theta, 0.41, 0.2), bell(theta, 0.0, 0.4), theta),
        expected_course=ExpectedCourse(
            months,
            middle,
            tuple(m - 1.2 - 0.15 * k for k, m in enumerate(middle)),
            tuple(m + 1.2 + 0.15 * k for k, m in enumerate(middle)),
            tuple(m - 3.0 - 0.4 * k for k, m in enumerate(middle)),
            tuple(m + 3.0 + 0.4 * k for k, m in enumerate(middle)),
        ),
        sensitivity=(
            ExposureSensitivity("begins after 1 month", 1.0, None, slowing, 0.03),
            ExposureSensitivity("halves every 3 months", 0.0, 3.0, Slowing(0.5, -0.1, 0.9), 0.08),
        ),
        simulated=True,
    )


def bell(grid: tuple[float, ...], middle: float, width: float) -> tuple[float, ...]:
    """A normal density on a grid."""
    scale = width * math.sqrt(2 * math.pi)
    return tuple(math.exp(-0.5 * ((x - middle) / width) ** 2) / scale for x in grid)
