"""The classic table of ClinicalTrials.gov (27 columns, download before 2023) to entries and drafts.

It never holds results: where they are posted, the entry says so.
"""

from collections.abc import Mapping
from datetime import date

from slopewise.errors import InputError
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.study import Study
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.reading.text_table import TextTable, header_name, read_table
from slopewise.records.registry.register_cells import RegisterCells, draft_of, registry_entry
from slopewise.records.registry.v2 import RegistryFile

__all__ = ["CLASSIC_COLUMNS", "is_classic_table", "read_classic"]

CLASSIC_COLUMNS = (
    *("Rank", "NCT Number", "Title", "Acronym", "Status", "Study Results", "Conditions"),
    *("Interventions", "Outcome Measures", "Sponsor/Collaborators", "Gender", "Age", "Phases"),
    *("Enrollment", "Funded Bys", "Study Type", "Study Designs", "Other IDs", "Start Date"),
    *("Primary Completion Date", "Completion Date", "First Posted", "Results First Posted"),
    *("Last Update Posted", "Locations", "Study Documents", "URL"),
)
_NEEDED = ("nct_number", "title", "status")


def is_classic_table(content: bytes) -> bool:
    """Whether the first line is a header of the register's table."""
    first = content[:4_000].decode("utf-8", "replace").lstrip("\ufeff").splitlines()[:1]
    return bool(first) and "NCT Number" in first[0]


def read_classic(name: str, content: bytes, *, read_on: date) -> RegistryFile:
    """Every row as an entry and a draft without results; a wrong row is a finding."""
    table = read_table(name, content)
    missing = [column for column in _NEEDED if column not in table.header]
    if missing:
        raise InputError(f"{name} has no column {missing[0]}; download the table again")
    entries: list[RegistryEntry] = []
    drafts: list[Study] = []
    findings = [*table.findings, *_unknown(table)]
    for line in table.lines:
        cells = dict(zip(table.header, line.cells, strict=True))
        try:
            entry = _entry(cells, read_on)
        except InputError as error:
            findings.append(
                Finding(
                    file=name,
                    row=line.line,
                    column=None,
                    value=None,
                    rule="registry_record",
                    reason=str(error),
                    remedy="correct the row or leave it out",
                    severity=Severity.ERROR,
                )
            )
            continue
        entries.append(entry)
        drafts.append(draft_of(entry))
    return RegistryFile(tuple(entries), tuple(drafts), tuple(findings))


def _unknown(table: TextTable) -> list[Finding]:
    known = {header_name(column) for column in CLASSIC_COLUMNS}
    return [
        Finding(
            file=table.name,
            row=1,
            column=column,
            value=None,
            rule="unknown_column",
            reason="the column is not one of the register's table and is not read",
            remedy="nothing",
            severity=Severity.WARNING,
        )
        for column in table.header
        if column and column not in known
    ]


def _entry(cells: Mapping[str, str], read_on: date) -> RegistryEntry:
    def cell(name: str) -> str:
        return cells.get(name, "").strip()

    def listed(name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in cell(name).split("|") if part.strip())

    interventions = tuple(part.partition(": ")[2] or part for part in listed("interventions"))
    return registry_entry(
        cell("nct_number"),
        read_on,
        RegisterCells(
            title=cell("title"),
            status=cell("status").casefold(),
            status_date=cell("last_update_posted"),
            phase="/".join(part.removeprefix("Phase ") for part in listed("phases")),
            study_type=cell("study_type"),
            design=_design(listed("study_designs")),
            enrolment=cell("enrollment"),
            start=cell("start_date"),
            results_date=cell("results_first_posted"),
            sponsor=next(iter(listed("sponsor/collaborators")), None),
            conditions=listed("conditions"),
            interventions=interventions,
            countries=tuple(
                dict.fromkeys(place.rpartition(", ")[2] for place in listed("locations"))
            ),
            has_results=cell("study_results").casefold() == "has results",
            words=f"{cell('title')} {cell('interventions')}",
        ),
    )


def _design(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Allocation, model and masking: "Allocation: Randomized" becomes "randomized"."""
    made = []
    for part in parts:
        kind, _, value = part.partition(": ")
        if kind in {"Allocation", "Intervention Model"}:
            made.append(value.casefold())
        elif kind == "Masking":
            made.append(f"masking {value.partition(' (')[0].casefold()}")
    return tuple(made)
