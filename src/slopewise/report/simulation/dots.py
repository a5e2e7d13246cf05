"""A dot plot: one row a thing compared, dots with intervals, upright lines to read them against."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from slopewise.report.figures import style
from slopewise.report.figures.grammar import left_pixel, one_row, rows_of, top_pixel
from slopewise.report.figures.key import KEY_LINE, KeyEntry, key_layers, key_lines
from slopewise.report.figures.svg import render

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Dot", "DotKind", "DotRow", "DotsPicture", "dots_svg"]

_LABEL = 226  # px left of the plot for names
_CELL = 120  # px right of the plot for a column of words
_LETTERS = 28  # of a name left of the plot
_NARROW_LETTERS = 34
_STEP = 15  # px from one dot of a row to the next
_LEAST_ROW = 40  # px


@dataclass(frozen=True, slots=True)
class DotKind:
    """What a dot means; kinds differ in colour, in shape, and in being filled or not."""

    label: str
    color: str
    shape: str
    is_filled: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """One value with the ends of its interval; `kind` is a place in the picture's kinds."""

    kind: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DotRow:
    """A name, its remark and dots, and the words of the column right of the plot."""

    label: str
    dots: tuple[Dot, ...]
    remark: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class DotsPicture:
    """All rows on one axis; `lines` are upright with their words in the key."""

    name: str
    x_title: str
    kinds: tuple[DotKind, ...]
    rows: tuple[DotRow, ...]
    domain: tuple[float, float]
    lines: tuple[tuple[float, str], ...] = ()
    heading: str = ""  # of the cells


@dataclass(frozen=True, slots=True)
class _Place:
    """Where things stand at one width, in pixels."""

    width: int
    left: int
    right: int
    row: int
    above: int  # from the top of a row to its first dot's lane

    @property
    def is_narrow(self) -> bool:
        return self.left < _LABEL


@lru_cache(maxsize=128)
def dots_svg(picture: DotsPicture, width: int) -> Markup:
    """The picture at a width in pixels; kept in memory, so the same picture is drawn once."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    place = _place(picture, width)
    entries = _key(picture)
    head = -30 if picture.heading and not place.is_narrow else -14
    top = head - (key_lines(entries, width) - 1) * KEY_LINE
    with debug_mode(arg=False):  # checking each of the many parts takes as long as drawing them
        layers = [
            *_frame(picture, place),
            *_words(picture, place),
            *_dots(picture, place),
            *key_layers(entries, width=width, top=top),
        ]
        height = place.row * len(picture.rows)
        chart = alt.layer(*layers).properties(width=width, height=height)
    return render(chart, picture.name)


def _place(picture: DotsPicture, width: int) -> _Place:
    lanes = len(picture.kinds) * _STEP
    if width < 500:
        above = 44 if any(row.remark or row.cell for row in picture.rows) else 26
        return _Place(width, 8, width - 8, above + lanes + 12, above)
    right = width - (_CELL if picture.heading else 8)
    row = max(_LEAST_ROW, lanes + 14)
    return _Place(width, _LABEL, right, row, (row - lanes) // 2)


def _x(picture: DotsPicture, place: _Place, field: str = "value") -> "alt.X":
    import altair as alt

    scale = alt.Scale(domain=list(picture.domain), range=[place.left, place.right], nice=False)
    axis = alt.Axis(
        title=picture.x_title,
        titleAnchor="start",
        titleX=place.left,
        format="~r",
        tickCount=4 if place.is_narrow else 6,
        grid=not place.is_narrow,
        labelOverlap=True,
        labelFlush=False,
        domain=False,
    )
    return alt.X(f"{field}:Q", scale=scale, axis=axis)


def _y(picture: DotsPicture, place: _Place, field: str = "y") -> "alt.Y":
    import altair as alt

    domain = [0, place.row * len(picture.rows)]
    scale = alt.Scale(domain=domain, reverse=True, nice=False)
    return alt.Y(f"{field}:Q", scale=scale, axis=None)


def _frame(picture: DotsPicture, place: _Place) -> list["alt.Chart"]:
    """Upright lines, a hair between rows, and the heading of the cells."""
    import altair as alt

    layers = []
    for number, (value, _) in enumerate(picture.lines):
        row = alt.Chart(rows_of(_spans(value, picture, place)))
        rule = row.mark_rule(color=style.INK_SOFT, strokeWidth=1.5, strokeDash=_dash(number))
        y = _y(picture, place)
        layers.append(rule.encode(x=_x(picture, place), y=y, y2=alt.Y2("end")))
    hairs = [
        {"x": 0, "x2": place.width, "y": place.row * number}
        for number in range(1, len(picture.rows))
    ]
    if hairs:
        hair = alt.Chart(rows_of(hairs)).mark_rule(color=style.GRID, strokeWidth=1)
        x, down = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
        layers.append(hair.encode(x, down, x2="x2"))
    if picture.heading and not place.is_narrow:
        words = alt.Chart(one_row()).mark_text(
            align="right", baseline="bottom", text=picture.heading
        )
        layers.append(words.encode(x=left_pixel(place.width), y=top_pixel(-4)))
    return layers


def _spans(value: float, picture: DotsPicture, place: _Place) -> list[dict[str, float]]:
    """An upright line from top to bottom, or on a telephone only beside the dots."""
    if not place.is_narrow:
        return [{"value": value, "y": 0, "end": place.row * len(picture.rows)}]
    tops = (place.row * number for number in range(len(picture.rows)))
    return [{"value": value, "y": t + place.above - 2, "end": t + place.row - 6} for t in tops]


def _dash(number: int) -> list[int]:
    return [[6, 4], [1, 0], [2, 3]][number % 3]


def _words(picture: DotsPicture, place: _Place) -> list["alt.Chart"]:
    names: list[dict[str, Any]] = []
    under: list[dict[str, Any]] = []
    right: list[dict[str, Any]] = []
    for number, row in enumerate(picture.rows):
        top = place.row * number
        if place.is_narrow:
            names.append({"x": 0, "y": top + 15, "words": _short(row.label, _NARROW_LETTERS)})
            cell = f"{picture.heading} {row.cell}".strip() if row.cell else ""
            words = "; ".join(part for part in (row.remark, _lower(cell)) if part)
            under.append({"x": 0, "y": top + 33, "words": words})
            continue
        middle = top + place.row / 2
        shift = 9 if row.remark else 0
        names.append({"x": 0, "y": middle - shift, "words": _short(row.label, _LETTERS)})
        under.append({"x": 0, "y": middle + 9, "words": row.remark})
        right.append({"x": place.width, "y": middle, "words": row.cell})
    looks = (
        (names, {"fontWeight": "bold", "color": style.INK, "align": "left"}),
        (under, {"color": style.INK_SOFT, "align": "left"}),
        (right, {"color": style.INK, "align": "right"}),
    )
    kept = [([row for row in rows if row["words"]], look) for rows, look in looks]
    return [_texts(rows, look) for rows, look in kept if rows]


def _lower(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"


def _short(label: str, letters: int) -> str:
    return label if len(label) <= letters else f"{label[: letters - 1].rstrip()}…"


def _texts(rows: list[dict[str, Any]], look: dict[str, Any]) -> "alt.Chart":
    """Words at pixels of the chart, all of one look in one layer."""
    import altair as alt

    text: alt.Chart = alt.Chart(rows_of(rows)).mark_text(baseline="middle", **look)
    x = alt.X("x:Q", scale=None, axis=None)
    return text.encode(x, alt.Y("y:Q", scale=None, axis=None), alt.Text("words:N"))


def _dots(picture: DotsPicture, place: _Place) -> list["alt.Chart"]:
    import altair as alt

    layers = []
    low, high = picture.domain
    for lane, kind in enumerate(picture.kinds):
        rows = [
            {
                "value": min(max(dot.value, low), high),
                "low": min(max(dot.low, low), high),
                "high": min(max(dot.high, low), high),
                "y": place.row * number + place.above + (lane + 0.5) * _STEP,
            }
            for number, row in enumerate(picture.rows)
            for dot in row.dots
            if dot.kind == lane
        ]
        if not rows:
            continue
        chart = alt.Chart(rows_of(rows))
        x, y = _x(picture, place), _y(picture, place)
        ends = chart.mark_rule(color=kind.color, strokeWidth=1.75)
        layers.append(ends.encode(x=_x(picture, place, "low"), x2=alt.X2("high"), y=y))
        point = chart.mark_point(
            shape=kind.shape,
            stroke=kind.color,
            fill=kind.color if kind.is_filled else style.SURFACE,
            size=70,
            strokeWidth=2,
            opacity=1,
        )
        layers.append(point.encode(x=x, y=y))
    return layers


def _key(picture: DotsPicture) -> tuple[KeyEntry, ...]:
    entries = [
        KeyEntry("dot" if kind.is_filled else "open dot", kind.color, kind.label, kind.shape)
        for kind in picture.kinds
    ]
    for number, (_, words) in enumerate(picture.lines):
        entries.append(KeyEntry("line", style.INK_SOFT, words, dash=tuple(_dash(number))))
    return tuple(entries)
