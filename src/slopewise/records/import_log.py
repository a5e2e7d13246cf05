"""The log of imports: what each said, kept as it was shown."""

import dataclasses
import json
from typing import Any

from sqlalchemy.orm import Session

from slopewise.records.importers.report import Finding, ImportReport, Severity
from slopewise.records.importers.rows import ImportedRows
from slopewise.records.provenance import ImportOrigin
from slopewise.records.schema.provenance import ImportRun

__all__ = ["begin", "finish", "report_from_json", "report_to_json"]


def begin(session: Session, report: ImportReport, rows: ImportedRows, origin: ImportOrigin) -> int:
    """Open an entry; its key."""
    run = ImportRun(
        source=report.source,
        importer=rows.importer,
        importer_version=rows.importer_version,
        imported_by=origin.imported_by,
        status="nothing new",
        report=report_to_json(report),
        created=origin.imported_at,
    )
    session.add(run)
    session.flush()
    return run.id


def finish(session: Session, run_id: int, report: ImportReport) -> None:
    """Fill in how it ended."""
    run = session.get_one(ImportRun, run_id)
    run.status = report.status
    run.report = report_to_json(report)
    session.flush()


def report_to_json(report: ImportReport) -> str:
    """The report as text."""
    said = _fields(report)
    said["findings"] = [
        {**_fields(finding), "severity": finding.severity.value} for finding in report.findings
    ]
    return json.dumps(said, ensure_ascii=False)


def report_from_json(text: str) -> ImportReport:
    """The report that `report_to_json` wrote."""
    said = json.loads(text)
    findings = tuple(
        Finding(**{**finding, "severity": Severity(finding["severity"])})
        for finding in said.pop("findings")
    )
    return ImportReport(findings=findings, **said)


def _fields(record: ImportReport | Finding) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
