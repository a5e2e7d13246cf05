"""Safety by event and route: how many of how many, and up to how many it could be."""

from collections.abc import Sequence
from dataclasses import dataclass

from slopewise.evidence.safety.safety_answer import ANY_ROUTE, SafetyAnswer, SafetyEvent
from slopewise.report.evidence.record import CitedRow, CitedTable, heading, source_text
from slopewise.report.numbers import THIN_SPACE, decimal, plural
from slopewise.report.tables import Column, Table

__all__ = ["SafetySection", "safety_counts", "safety_sections", "safety_table"]

_NO_COUNT = "no count"


@dataclass(frozen=True, slots=True)
class SafetySection:
    """One event over any route: the sentence, what to mind, each report's count with its source."""

    key: str
    event: str
    sentence: str
    cautions: tuple[str, ...]
    counts: CitedTable | None
    left_out: CitedTable | None


def safety_table(answers: Sequence[SafetyAnswer]) -> Table | None:
    """Events down, routes across; None where nothing was counted."""
    routes = sorted({one.route for one in answers} - {ANY_ROUTE})
    shown = (ANY_ROUTE, *routes)
    found = {(one.event, one.route): one for one in answers}
    events = [event for event in SafetyEvent if (event, ANY_ROUTE) in found]
    if not events:
        return None
    rows = tuple(
        (heading(event.value), *(_cell(found.get((event, route))) for route in shown))
        for event in events
    )
    return Table(
        "People with an event, of those counted, by route",
        (Column("Event"), *(Column(heading(route)) for route in shown)),
        rows,
        "In brackets: the 95 % interval of the true share, or up to how much it could be where "
        "nobody had the event. –: no report by this route. Each centre's people count once.",
    )


def _cell(answer: SafetyAnswer | None) -> str:
    if answer is None:
        return "–"
    if not answer.rows:
        return _NO_COUNT
    if answer.plain is None:
        return f"{plural(len(answer.rows), 'report')}, no single rate"
    plain = answer.plain
    counted = f"{plain.events} of {plain.total}"
    if answer.is_mixed and plain.events:
        return f"{counted} (reports too different for one rate)"
    if plain.events == 0:
        return f"{counted} (up to {_share(plain.high)})"
    is_several = answer.pooled is not None and answer.pooled.low is not None and plain.k > 1
    best = answer.pooled if is_several and answer.pooled is not None else plain
    return f"{counted} ({_share(best.low)} to {_share(best.high)})"


def _share(fraction: float | None) -> str:
    return decimal(None if fraction is None else 100 * fraction, 1) + f"{THIN_SPACE}%"


def safety_sections(answers: Sequence[SafetyAnswer]) -> tuple[SafetySection, ...]:
    """Each event over any route with the reports behind it."""
    return tuple(
        SafetySection(
            key=answer.event.name.lower(),
            event=heading(answer.event.value),
            sentence=answer.sentence,
            cautions=answer.cautions,
            counts=_counts(answer),
            left_out=_left_out(answer),
        )
        for answer in answers
        if answer.route == ANY_ROUTE
    )


def _counts(answer: SafetyAnswer) -> CitedTable | None:
    if not answer.rows:
        return None
    rows = tuple(
        CitedRow(
            (row.label, heading(row.route), f"{row.events} of {row.total}", heading(row.basis)),
            row.citation,
        )
        for row in answer.rows
    )
    columns = (
        Column("Report"),
        Column("Route"),
        Column("People", is_number=True),
        Column("How it was counted"),
    )
    return CitedTable(f"Counted: {answer.event.value}", columns, rows)


def _left_out(answer: SafetyAnswer) -> CitedTable | None:
    if not answer.left_out:
        return None
    rows = tuple(
        CitedRow((row.label, heading(row.route), heading(row.reason)), row.citation)
        for row in answer.left_out
    )
    columns = (Column("Report"), Column("Route"), Column("Why it is not counted"))
    return CitedTable(f"Not counted: {answer.event.value}", columns, rows)


def safety_counts(answer: SafetyAnswer) -> tuple[tuple[str, int, int, str], ...]:
    """Study, events, people and source of each report counted, for a file."""
    return tuple(
        (row.label, row.events, row.total, source_text(row.citation)) for row in answer.rows
    )
