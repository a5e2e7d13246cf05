"""Rules between rows (docs/data/rules.md): what contradicts what, and which row is kept out."""

import datetime
from collections import defaultdict

from slopewise.records.file_tables import table
from slopewise.records.importers.cells import BadCell
from slopewise.records.importers.layout_reader import row_finding
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.importers.rows import ImportedRow
from slopewise.records.row_identity import content_hash, row_key

__all__ = ["check"]


def check(
    rows: list[ImportedRow], *, damaged: list[ImportedRow], now: datetime.date
) -> tuple[list[ImportedRow], list[Finding]]:
    """The rows that may go in, and the findings about the others."""
    groups: dict[tuple[str, object, str], list[ImportedRow]] = defaultdict(list)
    for row in rows:
        layout = table(row.table)
        groups[row.table, row.values.get(layout.key[0]), row_key(layout, row.values)].append(row)
    findings: list[Finding] = []
    kept: list[ImportedRow] = []
    for group in groups.values():
        layout = table(group[0].table)
        if len({content_hash(layout, row.values) for row in group}) > 1:
            findings += [
                row_finding(r, BadCell("duplicate", "twice with other values", "keep one"))
                for r in group
            ]
            continue
        kept.append(group[0])
        findings += [
            row_finding(
                r,
                BadCell("repeated", "the same row again", "nothing to do"),
                severity=Severity.INFO,
            )
            for r in group[1:]
        ]
    return kept, findings
