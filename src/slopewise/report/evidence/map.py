"""Which cells were given by which route, to how many people, in what kind of study: one picture.

One mark per study that states how many people were treated; its place along the row is that
number. Counts are never added up, because cohorts of one centre may overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log10
from typing import TYPE_CHECKING

from markupsafe import Markup

from slopewise.evidence.design import Lane
from slopewise.evidence.filters import NOT_READ, cell_source_family, route_families
from slopewise.evidence.study import Study
from slopewise.report.evidence.record import heading
from slopewise.report.figures import style
from slopewise.report.figures.grammar import left_pixel, rows_of
from slopewise.report.figures.key import KEY_LINE, KeyEntry, key_layers, key_lines
from slopewise.report.figures.svg import NARROW, WIDE, Drawing, render
from slopewise.report.numbers import plural
from slopewise.report.tables import Column, Table

if TYPE_CHECKING:
    import altair as alt

__all__ = ["evidence_map"]

_ROW_HEIGHT = 46  # px
_MARK_SIZE = 80  # px²
_APART = 11  # px between marks that would cover one another
_FIRST = 0.9  # people; the left end of the axis, just below one
_TICKS = (1, 2, 5, 10, 20, 50, 100, 200)
_LANES = {  # mark, colour, words: told apart by shape first
    Lane.RANDOMISED: ("diamond", style.ACCENT, "randomised"),
    Lane.EXTERNAL_CONTROL: ("triangle-down", style.DOSE, "external or non-randomised control"),
    Lane.SINGLE_ARM: ("circle", style.CARE, "no control group"),
}
_KEY_MARKS = {"diamond": "open point", "triangle-down": "dose", "circle": "point"}


@dataclass(frozen=True, slots=True)
class _Mark:
    row: str
    people: float
    lane: Lane


def evidence_map(studies: Sequence[Study]) -> Drawing | None:
    """The picture of these studies; None where none states how many people were treated."""
    marks = tuple(
        sorted(
            (
                _Mark(_row_name(study), study.people.treated.value, study.lane)
                for study in studies
                if study.people.treated is not None and study.people.treated.value
                if study.lane in _LANES
            ),
            key=lambda mark: (mark.row, mark.people, mark.lane),
        )
    )
    if not marks:
        return None
    return Drawing(
        title="Cells, routes and people treated",
        sentence=_sentence(studies, marks),
        svg=_svg(marks, WIDE),
        narrow_svg=_svg(marks, NARROW),
        table=_table(marks),
    )


def _row_name(study: Study) -> str:
    routes = route_families(study)
    return f"{cell_source_family(study)}, {routes[0] if len(routes) == 1 else 'several routes'}"


def _sentence(studies: Sequence[Study], marks: Sequence[_Mark]) -> str:
    randomised = [mark.people for mark in marks if mark.lane is Lane.RANDOMISED]
    largest = f", the largest with {max(randomised):g} people treated" if randomised else ""
    sources = {mark.row.split(", ")[0] for mark in marks}
    with_trial = {mark.row.split(", ")[0] for mark in marks if mark.lane is Lane.RANDOMISED}
    without = sorted(sources - with_trial - {"other", NOT_READ})
    gap = f" No randomised study among: {', '.join(without)}." if without and randomised else ""
    return (
        f"Of {plural(len(studies), 'record')}, {len(marks)} state how many people were treated; "
        f"{len(randomised)} of those {'is' if len(randomised) == 1 else 'are'} "
        f"randomised{largest}.{gap}"
    )


def _table(marks: Sequence[_Mark]) -> Table:
    columns = (
        Column("Cells and route"),
        *(Column(heading(words)) for _, _, words in _LANES.values()),
    )
    rows = tuple(
        (
            heading(name),
            *(
                ", ".join(f"{m.people:g}" for m in marks if m.row == name and m.lane is lane) or "–"
                for lane in _LANES
            ),
        )
        for name in _row_names(marks)
    )
    return Table(
        "People treated, one number per study",
        columns,
        rows,
        "Numbers are not added up: cohorts of one centre may overlap.",
    )


def _row_names(marks: Sequence[_Mark]) -> list[str]:
    """Rows with most studies first."""
    names = {mark.row for mark in marks}
    return sorted(names, key=lambda name: (-sum(mark.row == name for mark in marks), name))


@lru_cache(maxsize=64)
def _svg(marks: tuple[_Mark, ...], width: int) -> Markup:
    import altair as alt

    names = _row_names(marks)
    height = _ROW_HEIGHT * len(names)
    entries = tuple(
        KeyEntry(_KEY_MARKS[shape], colour, words) for shape, colour, words in _LANES.values()
    )
    lines = key_lines(entries, width)
    layers = [
        *_rows(names),
        *_marks_drawn(marks, names, width),
        *key_layers(entries, width=width, top=-24 - (lines - 1) * KEY_LINE),
    ]
    chart = alt.layer(*layers).properties(width=width, height=height)
    return render(chart, "Cells, routes and people treated, by kind of study")


def _last(marks: Sequence[_Mark]) -> float:
    """The right end of the axis: room for the largest study, and never less than 200 people."""
    return 1.1 * max(_TICKS[-1], *(mark.people for mark in marks))


def _x(last: float) -> "alt.X":
    import altair as alt

    scale = alt.Scale(type="log", domain=[_FIRST, last], nice=False)
    axis = alt.Axis(title="people treated in the study", values=list(_TICKS), format="d", grid=True)
    return alt.X("people:Q", scale=scale, axis=axis)


def _y(count: int) -> "alt.Y":
    import altair as alt

    domain = [0, _ROW_HEIGHT * count]
    return alt.Y("y:Q", scale=alt.Scale(domain=domain, reverse=True, nice=False), axis=None)


def _rows(names: Sequence[str]) -> list["alt.Chart"]:
    """A line under each row and its name above the marks."""
    import altair as alt

    lines = [{"y": _ROW_HEIGHT * (at + 1)} for at in range(len(names))]
    words = [{"y": _ROW_HEIGHT * at + 12, "words": heading(name)} for at, name in enumerate(names)]
    rule = alt.Chart(rows_of(lines)).mark_rule(color=style.GRID, strokeWidth=1)
    text = alt.Chart(rows_of(words)).mark_text(align="left", baseline="middle")
    y = _y(len(names))
    return [rule.encode(y=y), text.encode(x=left_pixel(0), y=y, text=alt.Text("words:N"))]


def _marks_drawn(marks: Sequence[_Mark], names: Sequence[str], width: int) -> list["alt.Chart"]:
    import altair as alt

    placed = _placed(marks, names, width)
    layers = []
    for lane, (shape, colour, _) in _LANES.items():
        rows = [row for row, of in placed if of is lane]
        if rows:
            point = alt.Chart(rows_of(rows)).mark_point(
                shape=shape,
                color=colour,
                size=_MARK_SIZE,
                filled=lane is not Lane.RANDOMISED,
                strokeWidth=2,
                opacity=1,
            )
            layers.append(point.encode(x=_x(_last(marks)), y=_y(len(names))))
    return layers


def _placed(
    marks: Sequence[_Mark], names: Sequence[str], width: int
) -> list[tuple[dict[str, float], Lane]]:
    """Each mark on its row, moved aside along the row where it would cover the one before."""
    span = log10(_last(marks) / _FIRST)
    placed = []
    for at, name in enumerate(names):
        taken: list[float] = []
        for mark in (one for one in marks if one.row == name):
            pixel = log10(mark.people / _FIRST) / span * width
            level = sum(abs(pixel - other) < _APART for other in taken)
            taken.append(pixel)
            y = _ROW_HEIGHT * at + 31 + (-1) ** level * ((level + 1) // 2) * 7
            placed.append(({"people": mark.people, "y": float(y)}, mark.lane))
    return placed
