"""The patient: who it is, which never changes, and what was said, which may be corrected."""

import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from slopewise.records.schema.declarations import (
    OfPatient,
    Sourced,
    StoreTable,
    current_row,
    outside_never,
    void_has_reason,
)

__all__ = ["Patient", "PatientFacts"]


class Patient(Sourced, StoreTable):
    """A pseudonym; every clinical row points here."""

    __tablename__ = "patient"
    __table_args__ = (void_has_reason(),)

    patient_id: Mapped[str] = mapped_column(String(64), unique=True)


class PatientFacts(OfPatient, StoreTable):
    """What patients.csv says of the patient; a correction voids the earlier row."""

    __tablename__ = "patient_facts"
    __table_args__ = (
        void_has_reason(),
        CheckConstraint(
            "onset_date IS NULL OR onset_month IS NULL", name="onset_date_or_onset_month"
        ),
        CheckConstraint(
            "diagnosis_date IS NULL OR diagnosis_month IS NULL",
            name="diagnosis_date_or_diagnosis_month",
        ),
        outside_never("age_at_onset", 0, 120),
        outside_never("age_at_baseline", 0, 120),
        current_row("patient_facts", "patient_key"),
    )

    onset_date: Mapped[datetime.date | None]
    onset_month: Mapped[float | None]
    diagnosis_date: Mapped[datetime.date | None]
    diagnosis_month: Mapped[float | None]
    onset_site: Mapped[str | None] = mapped_column(String(20))
    age_at_onset: Mapped[float | None]
    age_at_baseline: Mapped[float | None]
    sex: Mapped[str | None] = mapped_column(String(20))
    selected_post_hoc: Mapped[bool | None]
    simulated: Mapped[bool | None]
    study_arm: Mapped[str | None] = mapped_column(String(100))
