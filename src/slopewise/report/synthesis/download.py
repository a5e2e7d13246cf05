"""One file that reproduces a figure: the numbers in it, where they are from, and the command."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from slopewise.evidence.question import QuestionAnswer
from slopewise.evidence.study_effect import StudyEffect
from slopewise.report.evidence.record import source_text
from slopewise.report.tables import Table
from slopewise.version import VERSION

__all__ = ["counts_csv", "effects_csv", "table_csv"]

_COLUMNS = (
    "study",
    "estimate",
    "standard_error",
    "low",
    "high",
    "label",
    "year",
    "people_treated",
    "people_control",
    "measure",
    "method",
    "assumptions",
    "source",
)
_ALL_ARMS = {None, "all"}
_FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would run


def effects_csv(answer: QuestionAnswer, *, file_name: str, written: date) -> str:
    """The studies that were pooled, in the layout of `slopewise evidence pool`."""
    pooled = answer.pooled
    method = "reml" if pooled is None else pooled.method.value
    knapp = pooled is None or pooled.hartung_knapp
    interval = "--hartung-knapp --floor" if knapp else "--no-hartung-knapp"  # as the answer has it
    command = f"slopewise evidence pool {file_name} --method {method} {interval}"
    about = [
        answer.question.words,
        f"Answer: {answer.sentence}",
        *(f"Not counted: {left.effect.label}: {left.reason}" for left in answer.left_out),
        *(
            f"Without a number: {row.label}: {row.reason} (reported: {row.direction})"
            for row in answer.unconverted
        ),
    ]
    rows = [_effect_row(effect) for effect in answer.effects]
    if not rows:
        about.append("No study of this kind has a usable number, so there is nothing to compute.")
    return _file((_COLUMNS, rows), about=about, command=command if rows else None, written=written)


def counts_csv(
    counts: Iterable[tuple[str, int, int, str]],
    *,
    about: Sequence[str],
    file_name: str,
    written: date,
) -> str:
    """Events and people of each study with its source, for `slopewise evidence proportion`."""
    rows = [
        (_text(study), str(events), str(total), _text(source))
        for study, events, total, source in counts
    ]
    columns = ("study", "events", "total", "source")
    command = f"slopewise evidence proportion {file_name}"
    return _file((columns, rows), about=about, command=command, written=written)


def table_csv(table: Table, *, written: date) -> str:
    """The numbers behind a figure that needs no computing."""
    columns = [column.heading for column in table.columns]
    rows = [[_text(cell) for cell in row] for row in table.rows]
    about = [table.caption, *([table.note] if table.note else [])]
    return _file((columns, rows), about=about, command=None, written=written)


def _effect_row(effect: StudyEffect) -> tuple[str, ...]:
    return (
        effect.study_id if effect.arm in _ALL_ARMS else f"{effect.study_id} {effect.arm}",
        repr(effect.estimate),
        repr(effect.standard_error),
        "" if effect.own_low is None else repr(effect.own_low),
        "" if effect.own_high is None else repr(effect.own_high),
        _text(effect.label),
        "" if effect.year is None else str(effect.year),
        "" if effect.n_treated is None else str(effect.n_treated),
        "" if effect.n_control is None else str(effect.n_control),
        effect.measure.value,
        _text(effect.method),
        _text("; ".join(effect.assumptions)),
        _text(" | ".join(source_text(citation) for citation in effect.citations)),
    )


def _text(words: str) -> str:
    """Words that a spreadsheet does not take for a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words


def _file(
    body: tuple[Sequence[str], Iterable[Sequence[str]]],
    *,
    about: Sequence[str],
    command: str | None,
    written: date,
) -> str:
    columns, rows = body
    stream = io.StringIO()
    told = [*about, f"Written by slopewise {VERSION} on {written.isoformat()}. Research use only."]
    if command:
        told.append(f"To compute it again: {command}")
    for line in told:
        stream.write(f"# {' '.join(line.split())}\n")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()
