"""A picture of several lines with their Monte Carlo error: power, and the bounds of looks."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from slopewise.report.figures import style
from slopewise.report.figures.grammar import left_pixel, one_row, rows_of, top_pixel
from slopewise.report.figures.key import KEY_LINE, KeyEntry, key_layers, key_lines
from slopewise.report.figures.svg import render
from slopewise.report.simulation.series import key_entry, look_of

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Line", "LinePoint", "LinesPicture", "lines_svg"]

_MOST_TICKS = 9  # values of the axis that can be written side by side


@dataclass(frozen=True, slots=True)
class LinePoint:
    """One point with the ends of its error; `words` are written above it, `said` in the table."""

    x: float
    y: float
    low: float
    high: float
    words: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One series; `is_strong` is drawn thicker."""

    label: str
    points: tuple[LinePoint, ...]
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class LinesPicture:
    """All lines on one pair of axes; `level` is a dashed line across with its words in the key."""

    name: str
    x_title: str
    y_title: str
    lines: tuple[Line, ...]
    y_domain: tuple[float, float]
    y_values: tuple[float, ...]
    level: tuple[float, str] | None = None
    band_words: str = ""


@lru_cache(maxsize=128)
def lines_svg(picture: LinesPicture, width: int) -> Markup:
    """The picture at a width in pixels; kept in memory, so the same picture is drawn once."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    height = 320 if width >= 500 else 260
    entries = _key(picture)
    top = -66 - (key_lines(entries, width) - 1) * KEY_LINE
    with debug_mode(arg=False):  # checking each of the many parts takes as long as drawing them
        layers = [
            *_frame(picture, width),
            *_level(picture),
            *(
                one
                for n, line in enumerate(picture.lines)
                for one in _band(picture, line, n, width=width)
            ),
            *(
                one
                for n, line in enumerate(picture.lines)
                for one in _line(picture, line, n, width=width)
            ),
            *key_layers(entries, width=width, top=top),
        ]
        chart = alt.layer(*layers).properties(width=width, height=height)
    return render(chart, picture.name)


def _all_x(picture: LinesPicture) -> list[float]:
    return sorted({round(p.x, 6) for line in picture.lines for p in line.points}) or [0.0]


def _x(picture: LinesPicture, width: int) -> "alt.X":
    import altair as alt

    found = _all_x(picture)
    span = found[-1] - found[0] or abs(found[0]) or 1.0
    domain = [round(found[0] - 0.04 * span, 6), round(found[-1] + 0.04 * span, 6)]
    room = _MOST_TICKS if width >= 500 else _MOST_TICKS // 2 + 1
    ticks = {"values": found} if len(found) <= room else {"tickCount": room}
    axis = alt.Axis(
        title=picture.x_title,
        grid=False,
        format="~r",
        labelOverlap=True,
        **ticks,
    )
    return alt.X("x:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=axis)


def _y(picture: LinesPicture, field: str = "y") -> "alt.Y":
    import altair as alt

    axis = alt.Axis(title=None, values=list(picture.y_values), ticks=False, format="~r")
    scale = alt.Scale(domain=list(picture.y_domain), nice=False, zero=False)
    return alt.Y(f"{field}:Q", scale=scale, axis=axis)


def _frame(picture: LinesPicture, width: int) -> list["alt.Chart"]:
    """Axes, and above them the words for the vertical axis."""
    import altair as alt

    corners = [{"x": x, "y": picture.y_domain[0]} for x in _all_x(picture)]
    axes = alt.Chart(rows_of(corners)).mark_point(opacity=0, size=1)
    words = alt.Chart(one_row()).mark_text(
        align="left",
        baseline="middle",
        fontWeight="bold",
        color=style.INK,
        text=picture.y_title,
    )
    return [
        axes.encode(x=_x(picture, width), y=_y(picture)),
        words.encode(x=left_pixel(0), y=top_pixel(-34)),
    ]


def _level(picture: LinesPicture) -> list["alt.Chart"]:
    import altair as alt

    if picture.level is None:
        return []
    row = alt.Chart(rows_of([{"y": picture.level[0]}]))
    rule = row.mark_rule(color=style.INK_SOFT, strokeWidth=1.5, strokeDash=[6, 4])
    return [rule.encode(y=_y(picture))]


def _rows(line: Line) -> list[dict[str, float | str]]:
    return [
        {"x": p.x, "y": p.y, "low": p.low, "high": p.high, "words": p.words} for p in line.points
    ]


def _band(picture: LinesPicture, line: Line, number: int, *, width: int) -> list["alt.Chart"]:
    import altair as alt

    if not picture.band_words or len(line.points) < 2:
        return []
    look = look_of(number)
    band = alt.Chart(rows_of(_rows(line))).mark_area(color=look.color, opacity=0.14)
    return [band.encode(x=_x(picture, width), y=_y(picture, "low"), y2="high")]


def _line(picture: LinesPicture, line: Line, number: int, *, width: int) -> list["alt.Chart"]:
    import altair as alt

    look, x = look_of(number), _x(picture, width)
    chart = alt.Chart(rows_of(_rows(line)))
    stroke = chart.mark_line(
        color=look.color,
        strokeWidth=3 if line.is_strong else 2,
        strokeDash=list(look.dash),
    )
    point = chart.mark_point(
        color=look.color,
        shape=look.shape,
        filled=True,
        size=80 if line.is_strong else 64,
        opacity=1,
    )
    layers = [stroke.encode(x=x, y=_y(picture)), point.encode(x=x, y=_y(picture))]
    if any(p.words for p in line.points):
        words = chart.mark_text(baseline="bottom", dy=-9, color=style.INK)
        layers.append(words.encode(x=x, y=_y(picture), text=alt.Text("words:N")))
    if len(line.points) == 1:  # a band needs two
        ends = chart.mark_rule(color=look.color, strokeWidth=1.5)
        layers.insert(0, ends.encode(x=x, y=_y(picture, "low"), y2=alt.Y2("high")))
    return layers


def _key(picture: LinesPicture) -> tuple[KeyEntry, ...]:
    entries = [key_entry(look_of(n), line.label) for n, line in enumerate(picture.lines)]
    if picture.level is not None:
        entries.append(KeyEntry("dash", style.INK_SOFT, picture.level[1]))
    if picture.band_words:
        entries.append(KeyEntry("band", style.BAND_90, picture.band_words))
    return tuple(entries)
