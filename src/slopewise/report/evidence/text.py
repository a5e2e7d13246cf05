"""The published record for the terminal: a sentence first, in lines of at most WIDTH letters."""

from collections.abc import Sequence
from textwrap import fill, wrap

from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.study import Study
from slopewise.report.evidence import conduct
from slopewise.report.evidence import study as one_study
from slopewise.report.evidence.record import (
    NOT_PRINTED,
    CitedTable,
    record_sentence,
    source_text,
    studies_table,
)
from slopewise.report.tables import Table
from slopewise.report.wide_text import WIDTH, item

__all__ = ["registration_text", "studies_text", "study_text"]

_GAP = "  "
_SHARES = (24, 18, 18, 18, 14)  # letters of the first five columns in a line of WIDTH


def studies_text(found: Sequence[Study], total: int) -> str:
    """The studies one a row under a counted sentence, with the identifier to ask further by."""
    sentence = fill(record_sentence(found, total), WIDTH)
    if not found:
        return sentence
    table = studies_table(found)
    rows = tuple((study.study_id, *row[1:5]) for study, row in zip(found, table.rows, strict=True))
    narrow = Table(table.caption, table.columns[:5], rows, table.note)
    return f"{sentence}\n\n{_columns(narrow)}\n\n{fill(table.note, WIDTH)}"


def study_text(study: Study, entries: Sequence[RegistryEntry] = ()) -> str:
    """One study: what was done, contradictions, every number with its source, bias and registry."""
    known = study.bibliography
    parts = [
        f"{study.label} ({study.study_id})",
        *_filled(known.title),
        fill(one_study.sentence(study), WIDTH),
        _items("Contradictions in print", one_study.printed_contradictions(study)),
        _items("Figures that a later report replaced", conduct.superseded(study)),
        _pairs("The study in words", one_study.described(study)),
        _pairs("Conclusions, as recorded", one_study.concluded(study)),
        _maybe(conduct.arms_table(study)),
        *(_cited(table) for table in one_study.tables(study)),
        "".join(_filled(conduct.bias_sentence(study))),
        _maybe(conduct.judgements_table(study)),
        _pairs("Facts that bear on bias", one_study.bias_table(study).rows),
        _maybe(conduct.registry_table(entries)),
        _items("May share patients with", [overlap.text for overlap in study.overlaps]),
        _items("Notes", one_study.noted(study)),
        _items(
            "Where to find it",
            [f"{one.kind}: {one.address or one.text}" for one in one_study.identifiers(study)],
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def registration_text(entry: RegistryEntry) -> str:
    """One registration, and the studies of this record that belong to it."""
    shown = ", ".join(entry.study_ids) or "none in this record"
    parts = (
        f"{entry.identifier}: {entry.title}",
        _maybe(conduct.registry_table((entry,))),
        fill(f"Studies: {shown}. Where to find it: {entry.address}", WIDTH),
    )
    return "\n\n".join(parts)


def _filled(text: str | None) -> list[str]:
    return [fill(text, WIDTH)] if text else []


def _maybe(table: CitedTable | None) -> str:
    return "" if table is None else _cited(table)


def _columns(table: Table) -> str:
    lines = [_line([column.heading for column in table.columns])]
    lines.append("-" * WIDTH)
    lines += [_line(row) for row in table.rows]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    """One row, its cells broken into as many lines as the longest needs."""
    broken = [wrap(cell, share) or [""] for cell, share in zip(cells, _SHARES, strict=True)]
    height = max(len(lines) for lines in broken)
    padded = [lines + [""] * (height - len(lines)) for lines in broken]
    return "\n".join(
        _GAP.join(part.ljust(share) for part, share in zip(parts, _SHARES, strict=True)).rstrip()
        for parts in zip(*padded, strict=True)
    )


def _cited(table: CitedTable) -> str:
    """Each row as an item: its name, what was found under which heading, remarks, source."""
    lines = [table.caption]
    for row in table.rows:
        headings = [column.heading for column in table.columns[1:]]
        facts = [
            cell if len(headings) == 1 else f"{heading}: {cell}"
            for heading, cell in zip(headings, row.cells[1:], strict=True)
            if cell != NOT_PRINTED
        ]
        lines.append(item(": ".join(filter(None, (row.cells[0], "; ".join(facts))))))
        lines += [item(said, 4) for said in (*row.remarks, f"Source: {source_text(row.citation)}")]
    if table.note:
        lines.append(fill(table.note, WIDTH, initial_indent="  ", subsequent_indent="  "))
    return "\n".join(lines)


def _pairs(caption: str, pairs: Sequence[Sequence[str]]) -> str:
    return _items(caption, [": ".join(pair) for pair in pairs])


def _items(caption: str, items: Sequence[str]) -> str:
    return "\n".join((caption, *(item(one) for one in items))) if items else ""
