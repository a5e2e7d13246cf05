"""Visit tables of other programs, known by their column names (docs/data/csv.md, last section)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from slopewise.records.file_tables import table
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.importers.translated import TranslatedTable
from slopewise.records.reading.cells import is_missing
from slopewise.records.reading.text_table import TextLine, TextTable
from slopewise.units import DAYS_PER_MONTH

__all__ = ["KNOWN_COLUMNS", "days_to_months", "in_own_columns"]

ITEMS = (
    "speech",
    "salivation",
    "swallowing",
    "handwriting",
    "cutting_food",
    "dressing_hygiene",
    "turning_in_bed",
    "walking",
    "climbing_stairs",
    "dyspnea",
    "orthopnea",
    "respiratory_insufficiency",
)
ONSET_SITE_CODES = {"0": "limb", "1": "bulbar"}  # help page of the R package wkNNMI 1.0.0


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """What a foreign column is here, and how its cell is rewritten."""

    table: str
    column: str
    rewrite: Callable[[str], str] = str


def days_to_months(text: str) -> str:
    """Days to months; anything that is no number is left for the reader to refuse."""
    try:
        return repr(float(text.strip().replace(",", ".")) / DAYS_PER_MONTH)
    except ValueError:
        return text


def _onset_site(text: str) -> str:
    return ONSET_SITE_CODES.get(text.strip(), text)


def _known_columns() -> Iterator[tuple[str, KnownColumn]]:
    for name in ("subid", "subjid", "subject_id", "subjectuid", "participant_id", "neurostamp"):
        yield name, KnownColumn("visits", "patient_id")
    yield "visit_time", KnownColumn("visits", "month")
    for name in ("visdy", "alsfrsdt"):
        yield name, KnownColumn("visits", "month", days_to_months)
    for name in ("visit_date", "baseline_date"):
        yield name, KnownColumn("visits", "date")
    for name in ("alsfrs_tot", "alsfrst"):
        yield name, KnownColumn("visits", "alsfrs_total")
    for number, item in enumerate(ITEMS, start=1):
        yield f"alsfrs_{number}", KnownColumn("visits", item)
        if number <= 9:
            yield f"alsfrs{number}", KnownColumn("visits", item)
            yield f"p{number}", KnownColumn("visits", item)
        else:
            yield f"x{number - 9}r", KnownColumn("visits", item)
            yield f"alsfrsr{number - 9}", KnownColumn("visits", item)
    yield "alsfrs5a", KnownColumn("visits", "cutting_5a")
    yield "alsfrs5b", KnownColumn("visits", "cutting_5b")
    for name in ("age_at_onset", "onset_age"):
        yield name, KnownColumn("patients", "age_at_onset")
    yield "age_at_baseline", KnownColumn("patients", "age_at_baseline")
    for name in ("onset", "onset_site"):
        yield name, KnownColumn("patients", "onset_site", _onset_site)
    for name in ("onset_date", "diagnosis_date"):
        yield name, KnownColumn("patients", name)
    yield "death_date", KnownColumn("events", "date")


KNOWN_COLUMNS: dict[str, KnownColumn] = dict(_known_columns())


def in_own_columns(foreign: TextTable) -> tuple[list[TranslatedTable], list[Finding]]:
    """The visits, patients and deaths that the table holds; nothing where it is not known.

    Known means: a patient column, a time column, and items or a total.
    """
    found = {name: KNOWN_COLUMNS[name] for name in foreign.header if name in KNOWN_COLUMNS}
    visits = {known.column for known in found.values() if known.table == "visits"}
    is_known = (
        "patient_id" in visits
        and bool(visits & {"date", "month"})
        and bool(visits & {"alsfrs_total", *ITEMS, "cutting_5a"})
    )
    if not is_known:
        return [], []
    owner = next(name for name, known in found.items() if known.column == "patient_id")
    tables = [_visits(foreign, found)]
    for name in ("patients", "events"):
        columns = {c: known for c, known in found.items() if known.table == name}
        if columns:
            tables.append(_facts(foreign, name, columns, owner=owner))
    return tables, [_understood(foreign, found)]


def _visits(foreign: TextTable, found: dict[str, KnownColumn]) -> TranslatedTable:
    """The visits; their columns in the order of the file."""
    columns = {name: known for name, known in found.items() if known.table == "visits"}
    places = [(foreign.header.index(name), known.rewrite) for name, known in columns.items()]
    lines = [
        TextLine(line.line, [rewrite(line.cells[place]) for place, rewrite in places])
        for line in foreign.lines
    ]
    return TranslatedTable(
        table("visits"),
        replace(foreign, header=tuple(known.column for known in columns.values()), lines=lines),
        written_as={known.column: name for name, known in columns.items()},
    )


def _facts(
    foreign: TextTable, name: str, columns: dict[str, KnownColumn], *, owner: str
) -> TranslatedTable:
    """A patients or events table out of the columns that repeat on every visit's row."""
    owner_place = foreign.header.index(owner)
    places = [(foreign.header.index(c), known.rewrite) for c, known in columns.items()]
    constant = ["death"] if name == "events" else []
    seen: dict[tuple[str, ...], TextLine] = {}
    for line in foreign.lines:
        told = [rewrite(line.cells[place]).strip() for place, rewrite in places]
        if not all(is_missing(text) for text in told):
            cells = [line.cells[owner_place], *constant, *told]
            seen.setdefault(tuple(cells), TextLine(line.line, cells))
    header = ("patient_id", *(["kind"] if constant else []), *(k.column for k in columns.values()))
    return TranslatedTable(
        table(name),
        replace(foreign, header=header, lines=list(seen.values()), findings=()),
        written_as={known.column: c for c, known in columns.items()},
        is_derived=True,
    )


def _understood(foreign: TextTable, found: dict[str, KnownColumn]) -> Finding:
    unread = [name for name in foreign.header if name and name not in found]
    pairs = ", ".join(f"{name} = {known.column}" for name, known in found.items())
    also = f"; not read: {', '.join(unread)}" if unread else ""
    return Finding(
        file=foreign.name,
        row=1,
        column=None,
        value=None,
        rule="known_layout",
        reason=f"columns of another program were understood as: {pairs}{also}",
        remedy="check that this is right; otherwise rename the columns as in docs/data/csv.md",
        severity=Severity.INFO,
    )
