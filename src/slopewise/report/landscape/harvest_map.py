"""What was tried: cells by route, a bubble per study, its area the people treated.

Empty fields are the picture's message too: nobody reported that combination. Counts are never
added up, because cohorts of one centre may overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from slopewise.evidence.design import Lane
from slopewise.evidence.filters import NOT_READ, cell_source_family, route_families
from slopewise.evidence.study import Study
from slopewise.report.evidence.record import heading
from slopewise.report.figures import style
from slopewise.report.figures.bubbles import LANE_KEY, Bubble, Placed, bubble_layers, packed
from slopewise.report.figures.grammar import left_pixel, rows_of
from slopewise.report.figures.key import KEY_LINE, key_layers, key_lines
from slopewise.report.figures.svg import NARROW, WIDE, Drawing, render
from slopewise.report.numbers import plural
from slopewise.report.tables import Column, Table

if TYPE_CHECKING:
    import altair as alt

__all__ = ["harvest_map"]

_TITLE = "What was tried, on how many people"
_LABEL = 178  # px of the names of the rows in a wide picture
_PAD = 12  # px above and below the bubbles of a row
_SEVERAL = "several routes"
_SHORT = {
    "intracerebral (motor cortex)": "into the brain",
    "intraventricular": "into the ventricles",
    "intramuscular": "into muscles",
}


@dataclass(frozen=True, slots=True)
class _Field:
    source: str
    route: str
    bubble: Bubble


def harvest_map(studies: Sequence[Study]) -> Drawing | None:
    """The picture of these studies; None where no content was read of any."""
    fields = tuple(
        sorted(
            (_field(study) for study in studies if study.is_content_read),
            key=lambda one: (one.source, one.route, one.bubble.people or 0.0, one.bubble.lane),
        )
    )
    if not fields:
        return None
    return Drawing(
        title=_TITLE,
        sentence=_sentence(fields),
        svg=_svg(fields, WIDE),
        narrow_svg=_svg(fields, NARROW),
        table=_table(fields),
    )


def _field(study: Study) -> _Field:
    routes = route_families(study)
    treated = study.people.treated
    route = routes[0] if len(routes) == 1 else _SEVERAL
    people = None if treated is None else treated.value
    return _Field(cell_source_family(study), route, Bubble(study.lane, people))


def _ordered(names: Sequence[str]) -> list[str]:
    """Most studies first; several and unread last."""
    last = (_SEVERAL, "other", NOT_READ)
    return sorted(
        set(names),
        key=lambda name: (last.index(name) + 1 if name in last else 0, -names.count(name), name),
    )


def _sources(fields: Sequence[_Field]) -> list[str]:
    return _ordered([one.source for one in fields])


def _routes(fields: Sequence[_Field]) -> list[str]:
    return _ordered([one.route for one in fields])


def _sentence(fields: Sequence[_Field]) -> str:
    randomised = [one for one in fields if one.bubble.lane is Lane.RANDOMISED]
    cells = {(one.source, one.route) for one in randomised}
    stated = sum(one.bubble.people is not None for one in fields)
    tried = {(one.source, one.route) for one in fields}
    return (
        f"{plural(len(fields), 'study', 'studies')} whose content was read; {stated} state how "
        f"many people were treated. Of {plural(len(tried), 'combination')} of cells and route, "
        f"{len(cells)} {'has' if len(cells) == 1 else 'have'} a randomised study. The larger the "
        "bubble, the more people; the smallest may also be a study that does not say."
    )


def _table(fields: Sequence[_Field]) -> Table:
    rows = []
    for source in _sources(fields):
        for route in _routes(fields):
            here = [one.bubble for one in fields if (one.source, one.route) == (source, route)]
            if here:
                lanes = tuple(
                    _people(here, lane) for lane in LANE_KEY if lane is not Lane.NO_RESULT
                )
                rows.append((_name(source, route), *lanes))
    columns = (
        Column("Cells and route"),
        *(
            Column(heading(key.label))
            for lane, key in LANE_KEY.items()
            if lane is not Lane.NO_RESULT
        ),
    )
    return Table(
        "People treated, one number per study",
        columns,
        tuple(rows),
        "?: a study that does not state them. Numbers are not added up: cohorts may overlap.",
    )


def _name(source: str, route: str) -> str:
    if source == route == NOT_READ:
        return "Cells and route not read"
    return heading(f"{source}, {route}")


def _people(bubbles: Sequence[Bubble], lane: Lane) -> str:
    told = ["?" if one.people is None else f"{one.people:g}" for one in bubbles if one.lane is lane]
    return ", ".join(told) or "–"


@lru_cache(maxsize=32)
def _svg(fields: tuple[_Field, ...], width: int) -> Markup:
    import altair as alt

    narrow = width < 500
    place = _stacked if narrow else _grid
    bubbles, words, lines, height = place(fields, width)
    x, y = _pixels(width, height)
    entries = tuple(key for lane, key in LANE_KEY.items() if lane is not Lane.NO_RESULT)
    above = key_lines(entries, width)
    offset = -26 if narrow else -56
    rule = alt.Chart(rows_of([{"y": line} for line in lines])).mark_rule(color=style.GRID)
    layers = [
        rule.encode(y=y),
        *words,
        *bubble_layers(bubbles, x, y, width=width),
        *key_layers(entries, width=width, top=offset - (above - 1) * KEY_LINE),
    ]
    chart = alt.layer(*layers).properties(width=width, height=height)
    return render(chart, f"{_TITLE}, by cells and route")


def _pixels(width: int, height: float) -> tuple["alt.X", "alt.Y"]:
    """Axes that read pixels."""
    import altair as alt

    across = alt.Scale(domain=[0, width], nice=False)
    down = alt.Scale(domain=[0, height], reverse=True, nice=False)
    return alt.X("x:Q", scale=across, axis=None), alt.Y("y:Q", scale=down, axis=None)


_Layout = tuple[list[Placed], list["alt.Chart"], list[float], float]


def _grid(fields: Sequence[_Field], width: int) -> _Layout:
    """A row for each source of cells, a column for each route."""
    sources, routes = _sources(fields), _routes(fields)
    column = (width - _LABEL) / len(routes)
    placed: list[Placed] = []
    names: list[tuple[str, float]] = []
    lines, top = [0.0], 0.0
    for source in sources:
        packs = []
        for number, route in enumerate(routes):
            here = [one.bubble for one in fields if (one.source, one.route) == (source, route)]
            packs.append((_LABEL + number * column, *packed(here, column - 12, width)))
        tall = max(26.0, *(height for _, _, height in packs))
        for left, bubbles, height in packs:
            down = top + _PAD + (tall - height) / 2
            placed += [Placed(one.bubble, left + one.x, down + one.y) for one in bubbles]
        names.append((heading(source), top + _PAD + tall / 2))
        top += tall + 2 * _PAD
        lines.append(top)
    words = [_word(0, y, name, height=top) for name, y in names]
    for number, route in enumerate(routes):
        told = (
            _SHORT.get(route, route).rsplit(" ", 1)
            if len(_SHORT.get(route, route)) > 11
            else [_SHORT.get(route, route)]
        )
        for up, part in enumerate(reversed(told)):
            words.append(_word(_LABEL + number * column, -12 - 16 * up, part, height=top))
    return placed, words, lines, top


def _stacked(fields: Sequence[_Field], width: int) -> _Layout:
    """A row for each source with a route, its name above the bubbles."""
    placed: list[Placed] = []
    names: list[tuple[str, float]] = []
    lines, top = [0.0], 0.0
    for source in _sources(fields):
        for route in _routes(fields):
            here = [one.bubble for one in fields if (one.source, one.route) == (source, route)]
            if not here:
                continue
            bubbles, height = packed(here, width - 4, width)
            names.append((_name(source, _SHORT.get(route, route)), top + 13))
            placed += [Placed(one.bubble, one.x + 2, top + 27 + one.y) for one in bubbles]
            top += 27 + height + _PAD
            lines.append(top)
    return placed, [_word(0, y, name, height=top) for name, y in names], lines, top


def _word(x: float, y: float, words: str, *, height: float) -> "alt.Chart":
    import altair as alt

    text: alt.Chart = alt.Chart(rows_of([{"y": y, "words": words}])).mark_text(
        align="left", baseline="middle", color=style.INK
    )
    down = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], reverse=True, nice=False), axis=None)
    return text.encode(x=left_pixel(x), y=down, text=alt.Text("words:N"))
