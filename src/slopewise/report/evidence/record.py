"""The published record as sentences and tables, for the page and for the terminal.

Nothing is rounded: a number is written with the digits it was stored with.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from slopewise.evidence.design import DesignClass, Lane
from slopewise.evidence.filters import NOT_READ
from slopewise.evidence.study import Citation, CitedNumber, Study
from slopewise.report.numbers import MINUS, THIN_SPACE, plural
from slopewise.report.tables import Column, Table

__all__ = [
    "NOT_PRINTED",
    "CitedRow",
    "CitedTable",
    "SourceWords",
    "added_sentence",
    "cells_words",
    "heading",
    "lanes_table",
    "number_text",
    "people_text",
    "plain_words",
    "printed",
    "record_sentence",
    "source_text",
    "source_words",
    "status_words",
    "studies_table",
    "study_row",
]

NOT_PRINTED = "–"
_MILLION = 1_000_000
_TYPED_MINUS = re.compile(r"(?<![\w.-])-(?=\d)")
_LANE_PHRASES = (
    (Lane.RANDOMISED, "randomised"),
    (Lane.EXTERNAL_CONTROL, "with an external or non-randomised control"),
    (Lane.SINGLE_ARM, "without a control group"),
)
_STUDY_COLUMNS = (
    Column("Study"),
    Column("Design"),
    Column("Cells and donor"),
    Column("Route"),
    Column("People treated / control"),
    Column("What was read"),
)


@dataclass(frozen=True, slots=True)
class SourceWords:
    """A citation ready to be shown: links as (address, site), or text without one; the place."""

    links: tuple[tuple[str, str], ...]
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class CitedRow:
    """Finished cells, where they were read, and what to know before using them."""

    cells: tuple[str, ...]
    citation: Citation
    remarks: tuple[str, ...] = ()

    @property
    def source(self) -> SourceWords:
        return source_words(self.citation)


@dataclass(frozen=True, slots=True)
class CitedTable:
    """A table every row of which ends in its source."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[CitedRow, ...]
    note: str = ""

    def plain(self) -> Table:
        """The same table with the source as text in the last column."""
        rows = tuple(
            (*row.cells[:-1], _with_remarks(row), source_text(row.citation)) for row in self.rows
        )
        return Table(self.caption, (*self.columns, Column("Source")), rows, self.note)


def record_sentence(studies: Sequence[Study], total: int | None = None) -> str:
    """What the record holds, counted: a person's first question."""
    lanes = Counter(study.lane for study in studies)
    designs = Counter(study.design.design_class for study in studies)
    read = sum(study.is_content_read for study in studies)
    opening = (
        plural(len(studies), "record")
        if total is None or total == len(studies)
        else f"{len(studies)} of {total} records match"
    )
    if not studies:
        return f"{opening}: take a filter away to see more."
    parts = [f"{read} with content read"]
    kinds = [f"{lanes[lane]} {words}" for lane, words in _LANE_PHRASES if lanes[lane]]
    if kinds:
        parts[0] += f" ({', '.join(kinds)})"
    for design, words in (
        (DesignClass.REGISTRY_ONLY, "registered only"),
        (DesignClass.NOT_RETRIEVED, "not retrieved"),
    ):
        if designs[design]:
            parts.append(f"{designs[design]} {words}")
    return f"{opening}: {'; '.join(parts)}."


def added_sentence(studies: Sequence[Study]) -> str:
    """Which studies of the record were added on this machine; empty where none was."""
    if not studies:
        return ""
    labels = ", ".join(study.label for study in studies)
    them = "it" if len(studies) == 1 else "them"
    return (
        f"Added on this machine, and not part of slopewise's own record: {labels}. "
        f"The answers here count with {them}."
    )


def lanes_table(studies: Sequence[Study]) -> Table:
    """How many studies each kind of design has, and what such a design can carry."""
    counted = Counter(study.lane for study in studies)
    rows = tuple((lane.words.capitalize(), str(counted[lane]), lane.meaning) for lane in Lane)
    return Table(
        "Kinds of evidence, never mixed with one another",
        (Column("Kind"), Column("Studies", is_number=True), Column("What it can carry")),
        rows,
    )


def studies_table(studies: Sequence[Study]) -> Table:
    """The studies, one a row, in the order given."""
    return Table(
        "Published studies of cell therapy in ALS",
        _STUDY_COLUMNS,
        tuple(study_row(study) for study in studies),
        f"People as reported; cohorts of one centre may overlap. {NOT_PRINTED}: not read.",
    )


def study_row(study: Study) -> tuple[str, ...]:
    """The cells of one study: label, design, cells, route, people, what was read."""
    treatment = study.treatment
    cells = ", ".join(part for part in (treatment.cell_source, treatment.donor) if part)
    return (
        study.label,
        study.design.design_class.words,
        cells or NOT_PRINTED,
        ", ".join(treatment.routes).replace("+", " + ") or NOT_PRINTED,
        people_text(study),
        "nothing" if study.evidence_level_read == "none" else study.evidence_level_read,
    )


def people_text(study: Study) -> str:
    """People treated and in the control group; people planned where only a registration exists."""
    treated, control, enrolled = study.people.treated, study.people.control, study.people.enrolled
    if treated is None and control is None:
        return NOT_PRINTED if enrolled is None else f"{number_text(enrolled)} enrolled or planned"
    return f"{number_text(treated)} / {number_text(control)}" if control else number_text(treated)


def number_text(number: CitedNumber | None) -> str:
    """A cited number without its unit: value and SD, or the words of print."""
    if number is None or (number.value is None and number.text is None):
        return NOT_PRINTED
    if number.value is None:
        return plain_words(number.text or "")
    spread = "" if number.sd is None else f" (SD {printed(number.sd)})"
    return f"{printed(number.value)}{spread}"


def printed(value: float | None) -> str:
    """A number with the digits it was stored with: "−3.1", "24 million", "420 000"."""
    if value is None:
        return NOT_PRINTED
    if abs(value) >= _MILLION and value == round(value):
        return f"{_grouped(value / _MILLION)} million"
    return _grouped(value)


def _grouped(value: float) -> str:
    text = f"{round(value):,}" if value == round(value) else f"{value:,}"
    return text.replace(",", THIN_SPACE).replace("-", MINUS)


def plain_words(text: str) -> str:
    """A recorded text with typed signs as proper ones: ">=25%" becomes "≥25%"."""
    for typed, proper in ((">=", "≥"), ("<=", "≤"), ("+/-", "±")):
        text = text.replace(typed, proper)
    return _TYPED_MINUS.sub(MINUS, text)


def heading(text: str) -> str:
    """A recorded text as the name of a row: proper signs, a capital first."""
    text = plain_words(text)
    return text[:1].upper() + text[1:]


def status_words(citation: Citation) -> str:
    """How far the source was read; nothing recorded is said, not hidden."""
    return citation.status or "reading status not recorded"


def source_words(citation: Citation) -> SourceWords:
    """The source as links and text; every address is one of a web page."""
    links = tuple(
        (link, (urlsplit(link).hostname or link).removeprefix("www.")) for link in citation.links
    )
    pointer = plain_words(citation.pointer or "")
    place = " · ".join(part for part in (pointer, status_words(citation)) if part)
    return SourceWords(links, citation.source, place)


def source_text(citation: Citation) -> str:
    """Source, place and status on one line."""
    parts = (citation.source, plain_words(citation.pointer or ""), status_words(citation))
    return "; ".join(part for part in parts if part)


def _with_remarks(row: CitedRow) -> str:
    return " ".join((row.cells[-1], *(f"[{remark}]" for remark in row.remarks)))


_DONORS = {"autologous": "own (autologous)", "allogeneic": "donated (allogeneic)"}


def cells_words(study: Study) -> str:
    """The cells as a phrase: "own (autologous) mesenchymal stromal cells (MSC); source: …"."""
    treatment = study.treatment
    kind = treatment.cell_type or "cells of a kind that was not read"
    if kind == "MSC" or kind.startswith("MSC ("):
        more = kind.removeprefix("MSC").strip(" ()")
        kind = f"mesenchymal stromal cells (MSC{'; ' if more else ''}{more})"
    donor = f"{_DONORS.get(treatment.donor, treatment.donor)} " if treatment.donor else ""
    source = treatment.cell_source
    origin = f"; source: {source}" if source and source not in {"other", NOT_READ} else ""
    return f"{donor}{kind}{origin}"
