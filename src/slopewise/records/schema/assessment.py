"""Stored verdicts."""

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from slopewise.records.schema.declarations import StoreTable, void_has_reason

__all__ = ["Assessment"]

_IN_FORCE = text("voided IS NULL")


class Assessment(StoreTable):
    """One patient's assessment, with everything that decides whether it still holds."""

    __tablename__ = "assessment"
    __table_args__ = (
        void_has_reason(),
        Index(
            "uq_assessment_current",
            "patient_key",
            "prior",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
    )

    patient_key: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    prior: Mapped[str] = mapped_column(String(20))
    input_hash: Mapped[str] = mapped_column(String(64))
    natural_history: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(50))
    result: Mapped[str] = mapped_column(Text)  # the PatientAssessment as JSON
