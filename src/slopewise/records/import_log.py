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

KEPT_FINDINGS = 5000  # assumption: nobody reads further; the file itself can be imported again


def begin(
    session: Session, report: ImportReport, *, rows: ImportedRows, origin: ImportOrigin
) -> int:
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
    """The report as text; of very many findings the first are kept, and how many there were."""
    said = _fields(report)
    kept = report.findings[:KEPT_FINDINGS]
    if len(report.findings) > len(kept):
        kept = (*kept, _more(report, len(report.findings) - len(kept)))
    said["findings"] = [
        {**_fields(finding), "severity": finding.severity.value} for finding in kept
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


def _more(report: ImportReport, count: int) -> Finding:
    return Finding(
        file=report.source,
        row=None,
        column=None,
        value=None,
        rule="more_findings",
        reason=f"{count:,} more findings were shown at the import and are not kept here",
        remedy="import the file again to see them",
        severity=Severity.INFO,
    )


def _fields(record: ImportReport | Finding) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
