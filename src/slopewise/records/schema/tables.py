"""Which mapped class keeps which file of the folder (records/file_tables.py)."""

from slopewise.records.schema.assessment import Assessment
from slopewise.records.schema.care import CareSpan
from slopewise.records.schema.declarations import StoreTable
from slopewise.records.schema.dose import Dose
from slopewise.records.schema.event import AdverseEvent, Event
from slopewise.records.schema.measurement import Breathing, Symptom
from slopewise.records.schema.patient import Patient, PatientFacts
from slopewise.records.schema.product import CellProduct, CellProductFacts
from slopewise.records.schema.provenance import ImportRun, Provenance
from slopewise.records.schema.visit import Visit

__all__ = ["ALL_TABLES", "FILE_TABLES"]

FILE_TABLES: dict[str, type[StoreTable]] = {
    "patients": PatientFacts,
    "visits": Visit,
    "products": CellProductFacts,
    "doses": Dose,
    "events": Event,
    "care": CareSpan,
    "breathing": Breathing,
    "symptoms": Symptom,
    "adverse_events": AdverseEvent,
}
ALL_TABLES: tuple[type[StoreTable], ...] = (
    ImportRun,
    Provenance,
    Patient,
    CellProduct,
    *FILE_TABLES.values(),
    Assessment,
)
