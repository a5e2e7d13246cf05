"""Patients and a quick natural history for tests of the verdict."""

from collections.abc import Sequence

from slopewise.condition.alsfrs import Scale
from slopewise.condition.history import PatientHistory, Visit
from slopewise.progression.natural_history import NaturalHistory, embedded
from slopewise.response.patient import TreatedPatient
from slopewise.therapy.administration import CellProduct, Dose

__all__ = ["quick_history", "treated", "visits"]


def quick_history() -> NaturalHistory:
    """Every eighth embedded parameter set: fast, and close to the whole."""
    whole = embedded()
    return NaturalHistory(whole.name, whole.parameter_sets.take(slice(None, None, 8)))


def visits(months: Sequence[float], totals: Sequence[float]) -> tuple[Visit, ...]:
    """Visits known by their total only."""
    return tuple(
        Visit(float(m), float(t), Scale.ALSFRS_R) for m, t in zip(months, totals, strict=True)
    )


def treated(
    months: Sequence[float],
    totals: Sequence[float],
    *,
    doses: Sequence[float] = (0.0,),
    onset_month: float | None = None,
) -> TreatedPatient:
    """A patient with a dose of a test product at each of `doses`."""
    history = PatientHistory("DEMO-001", visits(months, totals), onset_month=onset_month)
    product = CellProduct("P1", cell_source="bone marrow")
    given = tuple(Dose(m, product, "intrathecal", dose_number=i + 1) for i, m in enumerate(doses))
    return TreatedPatient(history, given)
