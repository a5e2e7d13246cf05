"""When the studies came out: a bubble per study over the years, one row per kind of study.

A registered trial of which no result was read stands at the year of its start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from slopewise.evidence.design import Lane
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.study import Study
from slopewise.report.evidence.record import heading
from slopewise.report.figures import style
from slopewise.report.figures.bubbles import LANE_KEY, Bubble, Placed, bubble_layers, swarm
from slopewise.report.figures.grammar import left_pixel, rows_of
from slopewise.report.figures.svg import NARROW, WIDE, Drawing, render
from slopewise.report.numbers import plural
from slopewise.report.tables import Column, Table

if TYPE_CHECKING:
    import altair as alt

__all__ = ["timeline"]

_TITLE = "When the studies came out"
_TOP = 32  # px of a row's name
_PAD = 12  # px below the bubbles of a row
_SIDE = 26  # px left and right of the first and the last year


def timeline(studies: Sequence[Study], registered: Sequence[RegistryEntry] = ()) -> Drawing | None:
    """The picture of these studies and registrations; None where no year was read."""
    shown = sorted(
        (*map(_of_study, studies), *map(_of_entry, _silent(studies, registered))),
        key=lambda one: (one.year or 0, one.label),
    )
    dated = tuple((one.year, one.lane, one.people or 0.0) for one in shown if one.year is not None)
    if not dated:
        return None
    return Drawing(
        title=_TITLE,
        sentence=_sentence(shown, dated),
        svg=_svg(dated, WIDE),
        narrow_svg=_svg(dated, NARROW),
        table=_table(shown),
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """A study or a registration; `people` are treated, or planned where nobody was yet."""

    label: str
    year: int | None
    lane: Lane
    people: float | None


def _of_study(study: Study) -> _Shown:
    number = study.people.treated or study.people.enrolled
    people = None if number is None else number.value
    return _Shown(study.label, study.bibliography.year, study.lane, people)


def _of_entry(entry: RegistryEntry) -> _Shown:
    year = int(entry.start[:4]) if entry.start and entry.start[:4].isdigit() else None
    people = None if entry.size is None else entry.size.value
    return _Shown(f"{entry.identifier}: {entry.status}", year, Lane.NO_RESULT, people)


def _silent(
    studies: Sequence[Study], registered: Sequence[RegistryEntry]
) -> tuple[RegistryEntry, ...]:
    """The registrations that no study speaks for: neither a report nor a record of its own."""
    known = {study.study_id for study in studies if study.bibliography.year is not None}
    return tuple(one for one in registered if not known & set(one.study_ids))


_Dated = tuple[int, Lane, float]


def _sentence(shown: Sequence[_Shown], dated: Sequence[_Dated]) -> str:
    undated = len(shown) - len(dated)
    silent = sum(lane is Lane.NO_RESULT for _, lane, _ in dated)
    randomised = [year for year, lane, _ in dated if lane is Lane.RANDOMISED]
    told = (
        f"; the randomised ones came between {min(randomised)} and {max(randomised)}"
        if len(set(randomised)) > 1
        else ""
    )
    rest = f" {plural(undated, 'record has', 'records have')} no year read." if undated else ""
    quiet = (
        f" Of {plural(silent, 'registered trial')} no result was read; they stand at their start."
        if silent
        else ""
    )
    return (
        f"{plural(len(dated) - silent, 'study', 'studies')} from {dated[0][0]} to "
        f"{dated[-1][0]}{told}.{quiet} The larger the bubble, the more people treated or "
        f"planned.{rest}"
    )


def _table(shown: Sequence[_Shown]) -> Table:
    rows = tuple(
        (
            one.label,
            str(one.year),
            heading(one.lane.words),
            f"{one.people:g}" if one.people else "–",
        )
        for one in shown
        if one.year is not None
    )
    return Table(
        "Studies by year",
        (
            Column("Study"),
            Column("Year", is_number=True),
            Column("Kind"),
            Column("People", is_number=True),
        ),
        rows,
        "People treated, or planned where nobody was treated yet; –: not read.",
    )


@lru_cache(maxsize=32)
def _svg(dated: tuple[_Dated, ...], width: int) -> Markup:
    import altair as alt

    first, last = dated[0][0], max(dated[-1][0], dated[0][0] + 1)
    step = (width - 2 * _SIDE) / (last - first)
    placed: list[Placed] = []
    names: list[tuple[str, float]] = []
    lines, top = [0.0], 0.0
    for lane, key in LANE_KEY.items():
        here = [
            Bubble(lane, people, _SIDE + (year - first) * step)
            for year, of, people in dated
            if of is lane
        ]
        if not here:
            continue
        bubbles, height = swarm(here, width)
        names.append((heading(key.label), top + 14))
        placed += [Placed(one.bubble, one.x, top + _TOP + one.y) for one in bubbles]
        top += _TOP + height + _PAD
        lines.append(top)
    x, y = _axes(width, top, first=first, last=last)
    layers = [*_ruled(names, lines, y), *bubble_layers(placed, x, y, width=width)]
    chart = alt.layer(*layers).properties(width=width, height=top)
    return render(chart, f"{_TITLE}, by kind of study")


def _axes(width: int, height: float, *, first: int, last: int) -> tuple["alt.X", "alt.Y"]:
    """Pixels across, with the years written where they lie."""
    import altair as alt

    step = (width - 2 * _SIDE) / (last - first)
    every = 5 if width < 500 or last - first > 24 else 2
    years = [year for year in range(first, last + 1) if year % every == 0]
    axis = alt.Axis(
        title="year of publication, or of the start",
        values=[round(_SIDE + (year - first) * step, 3) for year in years],
        labelExpr=f"format(round((datum.value - {_SIDE}) / {step} + {first}), 'd')",
        grid=True,
    )
    across = alt.Scale(domain=[0, width], nice=False)
    down = alt.Scale(domain=[0, height], reverse=True, nice=False)
    return alt.X("x:Q", scale=across, axis=axis), alt.Y("y:Q", scale=down, axis=None)


def _ruled(
    names: Sequence[tuple[str, float]], lines: Sequence[float], y: "alt.Y"
) -> list["alt.Chart"]:
    import altair as alt

    rule = alt.Chart(rows_of([{"y": line} for line in lines])).mark_rule(color=style.GRID)
    words = alt.Chart(rows_of([{"y": at, "words": name} for name, at in names])).mark_text(
        align="left", baseline="middle", color=style.INK
    )
    return [
        rule.encode(y=y),
        words.encode(x=left_pixel(0), y=y, text=alt.Text("words:N")),
    ]
