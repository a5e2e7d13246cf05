"""A forest plot: one row per study with its interval, the pooled effect as a diamond below.

Rows that do not enter the answer are hollow and carry the words that say why. Each mark has its
words beside it, so no key is needed. Ends outside the axis are arrows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from slopewise.report.figures import style
from slopewise.report.figures.grammar import left_pixel, one_row, right_pixel, rows_of, top_pixel
from slopewise.report.figures.svg import render

if TYPE_CHECKING:
    import altair as alt

__all__ = ["ForestMark", "ForestPicture", "forest_svg"]

_DIAMOND = 9  # px from its middle to its upper corner
_WORDS = 118  # px that the words of the threshold take
_STEP = 0.25  # the axis ends at a multiple of this
# assumption: an axis much longer than this hides the studies that say something; ends outside it
# become arrows, and every end stands in figures beside its row
_LIMITS = (-1.5, 1.75)


@dataclass(frozen=True, slots=True)
class ForestMark:
    """One row: `kind` is counted, hollow, pooled, running or prediction.

    `cells` stand right of the plot under the picture's headings, `remark` under the label.
    `weight` (0 to 1) is the area of the square.
    """

    kind: str
    label: str
    low: float
    high: float
    estimate: float | None = None
    weight: float | None = None
    cells: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ForestPicture:
    """All rows, and what the axis is; `threshold` is a further upright line with its words."""

    name: str
    axis_title: tuple[str, str]
    headings: tuple[str, ...]
    marks: tuple[ForestMark, ...]
    is_percent: bool
    threshold: tuple[float, str] | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where things stand at one width, in pixels."""

    width: int
    left: int  # of the plot
    right: int
    row: int  # height of one row
    mark: int  # y of the mark in its row
    columns: tuple[int, ...]  # right ends of the cells; none where they stand under the label


def _place(width: int, headings: int) -> _Place:
    if width < 500:
        return _Place(width, 8, width - 8, 68, 54, ())
    last = width - 110 * headings
    return _Place(
        width, 236, last, 46, 23, tuple(width - 95 * n for n in reversed(range(headings)))
    )


@lru_cache(maxsize=256)
def forest_svg(picture: ForestPicture, width: int) -> Markup:
    """The picture at a width in pixels; kept in memory, so the same picture is drawn once."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    place = _place(width, len(picture.headings))
    with debug_mode(arg=False):  # checking each of the many parts takes as long as drawing them
        layers = [
            *_frame(picture, place),
            *_words(picture, place),
            *_intervals(picture, place),
            *_squares(picture, place),
            *_diamonds(picture, place),
        ]
        height = place.row * len(picture.marks)
        chart = alt.layer(*layers).properties(width=width, height=height)
    return render(chart, picture.name)


def _domain(picture: ForestPicture) -> tuple[float, float]:
    """The ends of the axis: every estimate, no effect and the threshold inside."""
    inside = [0.0, *(m.estimate for m in picture.marks if m.estimate is not None)]
    inside += [picture.threshold[0] + _STEP] if picture.threshold else []
    low = min(*inside, max(_LIMITS[0], min(m.low for m in picture.marks)))
    high = max(*inside, min(_LIMITS[1], max(m.high for m in picture.marks)))
    return (low // _STEP) * _STEP, -((-high) // _STEP) * _STEP


def _x(picture: ForestPicture, place: _Place, field: str = "value") -> "alt.X":
    import altair as alt

    low, high = _domain(picture)
    narrow = place.width < 500
    scale = alt.Scale(domain=[low, high], range=[place.left, place.right], nice=False)
    axis = alt.Axis(
        title=list(picture.axis_title) if not narrow else _broken(picture.axis_title),
        format=".0%" if picture.is_percent else "~r",
        tickCount=4 if narrow else 5,
        grid=not narrow,
        labelOverlap=True,
        labelFlush=False,
        domain=False,
    )
    return alt.X(f"{field}:Q", scale=scale, axis=axis)


def _broken(title: tuple[str, str]) -> list[str]:
    """The title in lines that fit a telephone."""
    name, reading = title
    first, comma, rest = reading.partition(", 100")
    return [name, first + (comma and ","), *([f"100{rest}"] if comma else [])]


def _y(picture: ForestPicture, place: _Place, field: str = "y") -> "alt.Y":
    import altair as alt

    domain = [0, place.row * len(picture.marks)]
    scale = alt.Scale(domain=domain, reverse=True, nice=False)
    return alt.Y(f"{field}:Q", scale=scale, axis=None)


def _frame(picture: ForestPicture, place: _Place) -> list["alt.Chart"]:
    """The lines of no effect and of the threshold with their words, and the columns' headings."""
    import altair as alt

    lines = [(0.0, "no effect" if picture.is_percent else "none", "right", [1, 0])]
    if picture.threshold:
        lines.append((*picture.threshold, "left", [5, 4]))
    layers = []
    for value, words, align, dash in lines:
        one = alt.Chart(rows_of([{"value": value}]))
        spans = _spans(value, picture, place)
        rule = alt.Chart(spans).mark_rule(color=style.INK_SOFT, strokeWidth=1.5, strokeDash=dash)
        text = one.mark_text(align=align, baseline="bottom", dx=-4 if align == "right" else 4)  # type: ignore[arg-type]
        x = _x(picture, place)
        layers.append(rule.encode(x=x, y=_y(picture, place), y2=alt.Y2("end")))
        place_of: alt.X | alt.XValue = x
        if align == "left" and not place.columns:  # the words stay inside a telephone's picture
            place_of = left_pixel(min(_pixel(value, picture, place), place.width - _WORDS))
        layers.append(text.encode(x=place_of, y=top_pixel(-5), text=alt.TextValue(words)))
    first = next((n for n, mark in enumerate(picture.marks) if mark.kind == "hollow"), 0)
    if first:
        line = alt.Chart(one_row()).mark_rule(color=style.CARE, strokeWidth=1)
        across = right_pixel(place.width)
        layers.append(line.encode(x=left_pixel(0), x2=across, y=top_pixel(place.row * first)))
    for heading, right in zip(picture.headings, place.columns, strict=False):
        words_mark = alt.Chart(one_row()).mark_text(align="right", baseline="bottom", text=heading)
        layers.append(words_mark.encode(x=left_pixel(right), y=top_pixel(-5)))
    return layers


def _pixel(value: float, picture: ForestPicture, place: _Place) -> float:
    low, high = _domain(picture)
    return round(place.left + (value - low) / (high - low) * (place.right - place.left), 1)


def _spans(value: float, picture: ForestPicture, place: _Place) -> "alt.Data":
    """An upright line: from top to bottom, or on a telephone only beside the marks."""
    rows = len(picture.marks)
    if place.columns:
        return rows_of([{"value": value, "y": 0, "end": place.row * rows}])
    tops = (place.row * number for number in range(rows))
    return rows_of([{"value": value, "y": top + 42, "end": top + place.row - 2} for top in tops])


def _words(picture: ForestPicture, place: _Place) -> list["alt.Chart"]:
    """Labels, remarks and cells: in columns where there is room, in lines where there is not."""
    texts: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for number, mark in enumerate(picture.marks):
        top = place.row * number
        strong = mark.kind in {"pooled", "prediction"}
        bold = {"fontWeight": "bold" if strong else "normal", "color": style.INK, "align": "left"}
        soft = {"fontWeight": "normal", "color": style.INK_SOFT, "align": "left"}
        if place.columns:
            middle = top + place.mark
            shift = 9 if mark.remark else 0
            texts.append((bold, {"px": 0, "y": middle - shift, "words": mark.label}))
            if mark.remark:
                texts.append((soft, {"px": 0, "y": middle + 9, "words": mark.remark}))
            right = {**bold, "align": "right", "fontWeight": "normal"}
            for cell, column in zip(mark.cells, place.columns, strict=False):
                texts.append((right, {"px": column, "y": middle, "words": cell}))
        else:
            texts.append((bold, {"px": 0, "y": top + 14, "words": mark.label}))
            under = mark.remark or _line(picture, mark)
            texts.append((soft, {"px": 0, "y": top + 32, "words": under}))
    return [_text(look, row, picture, place) for look, row in texts]


def _line(picture: ForestPicture, mark: ForestMark) -> str:
    """The cells as one line under the label of a narrow picture: the first, and the weight."""
    if len(mark.cells) < 2 or mark.cells[1] in {"", "–"}:
        return mark.cells[0] if mark.cells else ""
    return f"{mark.cells[0]}; {picture.headings[1].lower()} {mark.cells[1]}"


def _text(
    look: dict[str, Any], row: dict[str, Any], picture: ForestPicture, place: _Place
) -> "alt.Chart":
    import altair as alt

    text: alt.Chart = alt.Chart(rows_of([row])).mark_text(baseline="middle", **look)
    y = _y(picture, place)
    return text.encode(x=left_pixel(row["px"]), y=y, text=alt.Text("words:N"))


def _intervals(picture: ForestPicture, place: _Place) -> list["alt.Chart"]:
    """The lines from end to end; an end outside the axis is an arrow."""
    import altair as alt

    low, high = _domain(picture)
    layers = []
    for number, mark in enumerate(picture.marks):
        y = float(place.row * number + place.mark)
        color = style.ACCENT if mark.kind in {"pooled", "prediction"} else style.INK
        row = {"value": max(mark.low, low), "end": min(mark.high, high), "y": y}
        if mark.kind != "pooled":
            line = alt.Chart(rows_of([row])).mark_rule(
                color=color,
                strokeWidth=3 if mark.kind == "prediction" else 1.75,
                strokeDash=[3, 3] if mark.kind in {"prediction", "hollow"} else [1, 0],
            )
            layers.append(line.encode(x=_x(picture, place), x2=alt.X2("end"), y=_y(picture, place)))
        ends = ((mark.low, low, "triangle-left"), (mark.high, high, "triangle-right"))
        for end, limit, arrow in ends:
            beyond = end < low if arrow == "triangle-left" else end > high
            if beyond or mark.kind == "prediction":
                shape = arrow if beyond else "stroke"
                point = alt.Chart(rows_of([{"value": limit if beyond else end, "y": y}]))
                drawn = point.mark_point(
                    shape=shape,
                    color=color,
                    filled=beyond,
                    size=60 if beyond else 160,
                    angle=0 if beyond else 90,
                    strokeWidth=2.5,
                    opacity=1,
                )
                layers.append(drawn.encode(x=_x(picture, place), y=_y(picture, place)))
    return layers


def _squares(picture: ForestPicture, place: _Place) -> list["alt.Chart"]:
    import altair as alt

    largest = max((m.weight or 0.0 for m in picture.marks), default=0.0) or 1.0
    layers = []
    for number, mark in enumerate(picture.marks):
        if mark.estimate is None or mark.kind not in {"counted", "hollow", "running"}:
            continue
        row = {"value": mark.estimate, "y": float(place.row * number + place.mark)}
        share = (mark.weight or 0.0) / largest
        size = 50 if mark.kind != "counted" else round(36 + 220 * share)
        square = alt.Chart(rows_of([row])).mark_point(
            shape="circle" if mark.kind == "running" else "square",
            fill=style.SURFACE if mark.kind == "hollow" else style.INK,
            stroke=style.INK,
            strokeWidth=2 if mark.kind == "hollow" else 1,
            size=size,
            opacity=1,
        )
        layers.append(square.encode(x=_x(picture, place), y=_y(picture, place)))
    return layers


def _diamonds(picture: ForestPicture, place: _Place) -> list["alt.Chart"]:
    """A diamond from end to end of each pooled interval, highest at the estimate."""
    import altair as alt

    low, high = _domain(picture)
    layers = []
    for number, mark in enumerate(picture.marks):
        if mark.kind != "pooled" or mark.estimate is None:
            continue
        middle = float(place.row * number + place.mark)
        corners = (
            (max(mark.low, low), 0),
            (mark.estimate, _DIAMOND),
            (min(mark.high, high), 0),
        )
        rows: Sequence[dict[str, Any]] = [
            {"value": value, "y": middle - half, "below": middle + half} for value, half in corners
        ]
        area = alt.Chart(rows_of(rows)).mark_area(
            color=style.ACCENT, opacity=1, line={"color": style.ACCENT}
        )
        layers.append(area.encode(x=_x(picture, place), y=_y(picture, place), y2=alt.Y2("below")))
    return layers
