"""Where rows come from: one import, and the files that it read."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from slopewise.records.schema.declarations import StoreTable, Utc, void_has_reason

__all__ = ["ImportRun", "Provenance"]


class ImportRun(StoreTable):
    """One import as it happened, also one that was refused or brought nothing new."""

    __tablename__ = "import_run"
    __table_args__ = (
        void_has_reason(),
        CheckConstraint("status IN ('imported', 'nothing new', 'refused')", name="status"),
    )

    source: Mapped[str] = mapped_column(String(300))
    importer: Mapped[str] = mapped_column(String(50))
    importer_version: Mapped[str] = mapped_column(String(50))
    imported_by: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20))
    report: Mapped[str] = mapped_column(Text)  # the ImportReport as JSON


class Provenance(StoreTable):
    """One file of one import: its name, its bytes' SHA-256, who read it, when, with what."""

    __tablename__ = "provenance"
    __table_args__ = (void_has_reason(),)

    import_run_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(300))
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    importer: Mapped[str] = mapped_column(String(50))
    importer_version: Mapped[str] = mapped_column(String(50))
    imported_at: Mapped[datetime.datetime] = mapped_column(Utc)
    imported_by: Mapped[str] = mapped_column(String(100))
