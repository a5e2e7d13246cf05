"""What an import has to say: findings row by row, and the report that holds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

__all__ = ["Finding", "ImportReport", "Severity", "in_reading_order"]

# warnings about something that is stored or read but takes no part in an answer, or is not read
NOT_USED = frozenset(
    {"no_total", "unknown_file", "unknown_column", "withdrawn_row", "older_version"}
)


class Severity(Enum):
    """How much a finding matters; only an error keeps a value or a row out."""

    ERROR = "error"  # the value or the row is kept out
    WARNING = "warning"  # kept, but look at it: something is not used or may be wrong
    INFO = "info"  # kept; said so that nothing happens silently


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark of an import.

    `row` is the line in the file, the header being line 1; None when the whole file is meant.
    `rule` is the rule's name in docs/data/rules.md.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    rule: str
    reason: str
    remedy: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was read, what was kept, and every finding.

    `added`, `replaced` and `unchanged` are filled by the writing step; an importer leaves them 0.
    `status` is "read", "imported", "nothing new" or "refused".
    """

    source: str
    importer: str
    findings: tuple[Finding, ...] = ()
    rows_read: int = 0
    rows_kept: int = 0
    patients: int = 0
    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    status: str = "read"

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that kept a value or a row out."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def left_out(self) -> tuple[Finding, ...]:
        """What will not be used: every error, and the warnings of rows or columns not used."""
        return tuple(
            f
            for f in self.findings
            if f.severity is Severity.ERROR
            or (f.severity is Severity.WARNING and f.rule in NOT_USED)
        )


def in_reading_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by file, then by row, whole-file findings first."""
    return tuple(sorted(findings, key=lambda f: (f.file, f.row or 0, f.column or "", f.rule)))
