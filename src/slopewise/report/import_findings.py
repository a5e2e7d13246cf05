"""What an import found, for readers: a sentence, then rows that say what to do.

Takes anything with the shape of an ImportReport: report and records are siblings and do not import
one another.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from slopewise.report.numbers import plural, whole
from slopewise.report.tables import Column, Table

__all__ = [
    "MOST_SHOWN",
    "FindingGroup",
    "SaidFinding",
    "SaidReport",
    "import_sentence",
    "shown_findings",
]

MOST_SHOWN = 500  # rows of one table; the counts by rule above it stay complete
_LONGEST_VALUE = 120


class SaidSeverity(Protocol):
    """How much a finding matters."""

    @property
    def value(self) -> str:
        """error, warning or info."""


class SaidFinding(Protocol):
    """One remark of an import."""

    @property
    def file(self) -> str:
        """The file's name."""

    @property
    def row(self) -> int | None:
        """Line of the file, the header being 1."""

    @property
    def column(self) -> str | None:
        """The column, None for the whole row."""

    @property
    def value(self) -> str | None:
        """What stood there."""

    @property
    def reason(self) -> str:
        """What is wrong."""

    @property
    def remedy(self) -> str:
        """What to do."""

    @property
    def rule(self) -> str:
        """The rule's name."""

    @property
    def severity(self) -> SaidSeverity:
        """How much it matters."""


class SaidReport(Protocol):
    """What was read, kept and found."""

    @property
    def findings(self) -> Sequence[SaidFinding]:
        """Every finding."""

    @property
    def rows_read(self) -> int:
        """Rows in the files."""

    @property
    def rows_kept(self) -> int:
        """Rows that are used."""

    @property
    def patients(self) -> int:
        """Patients among the rows kept."""

    @property
    def added(self) -> int:
        """Rows that were new to the store."""

    @property
    def replaced(self) -> int:
        """Rows that corrected earlier ones."""

    @property
    def unchanged(self) -> int:
        """Rows that the store held already."""

    @property
    def status(self) -> str:
        """read, imported, nothing new or refused."""


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one weight: a heading, how often each rule, and the rows."""

    severity: str
    heading: str
    counts: tuple[tuple[str, int], ...]
    table: Table


_GROUPS = (
    ("error", "Left out"),
    ("warning", "Kept, but look at it"),
    ("info", "For information"),
)
_COLUMNS = (
    Column("File"),
    Column("Row", is_number=True),
    Column("Column"),
    Column("Value"),
    Column("What is wrong"),
    Column("What to do"),
)


def import_sentence(report: SaidReport, *, is_preview: bool) -> str:
    """ "Kept 403 of 406 rows, left out 3 (24 patients)." and what became of them."""
    left_out = report.rows_read - report.rows_kept
    if report.status == "refused":
        wrong = sum(1 for finding in report.findings if finding.severity.value == "error")
        return (
            f"Nothing is kept: {plural(wrong, 'error')} in {plural(report.rows_read, 'row')}, and "
            "the strict check refuses files with any error."
        )
    verb = "Would keep" if is_preview else "Kept"
    told = (
        f"{verb} {whole(report.rows_kept)} of {plural(report.rows_read, 'row')} of "
        f"{plural(report.patients, 'patient')}, "
        f"{'leave' if is_preview else 'left'} out {whole(left_out)}."
    )
    if report.status == "nothing new":
        holds = "holds" if is_preview else "held"
        change = "would change" if is_preview else "has changed"
        return f"{told} The store {holds} all of them already; nothing {change}."
    return (
        f"{told} New: {whole(report.added)}; corrected: {whole(report.replaced)}; "
        f"known already: {whole(report.unchanged)}."
    )


def shown_findings(report: SaidReport) -> tuple[FindingGroup, ...]:
    """The findings by weight, those that cost rows first."""
    groups = []
    for severity, heading in _GROUPS:
        found = [f for f in report.findings if f.severity.value == severity]
        if found:
            groups.append(_group(severity, heading, found))
    return tuple(groups)


def _group(severity: str, heading: str, found: list[SaidFinding]) -> FindingGroup:
    rows = tuple(
        (
            finding.file,
            "–" if finding.row is None else str(finding.row),
            finding.column or "–",
            _cut(finding.value),
            finding.reason,
            finding.remedy,
        )
        for finding in found[:MOST_SHOWN]
    )
    rest = len(found) - len(rows)
    note = "Rows count from 1, the heading line being row 1."
    if rest > 0:
        note += f" The first {MOST_SHOWN} are listed, {whole(rest)} more are counted above."
    counted = Counter(finding.rule.replace("_", " ") for finding in found)
    counts = tuple(counted.most_common())
    table = Table("Row by row", _COLUMNS, rows, note)
    return FindingGroup(severity, f"{heading}: {plural(len(found), 'finding')}", counts, table)


def _cut(value: str | None) -> str:
    if value is None:
        return "–"
    return value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"
