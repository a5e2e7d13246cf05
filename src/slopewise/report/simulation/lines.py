"""A picture of several lines with their Monte Carlo error: power, and the bounds of looks.

Lines are told apart by colour, dash and shape together.
"""

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

__all__ = ["Line", "LinePoint", "LinesPicture", "SeriesLook", "key_entry", "lines_svg", "look_of"]

# the grammar's own format of an axis rounds to the step between ticks: 15 would read "20"
_PLAIN = "format(datum.value, '~r')"
_SWATCH = 31  # px of the key's mark and the gap after it
_LETTER = 7.0  # px
_MOST_TICKS = 9  # values of the axis that can be written side by side
_COLORS = (style.ACCENT, style.DOSE, style.VIOLET, style.INK, style.CARE)
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
_DASHES = ((1, 0), (7, 4), (2, 3), (9, 3, 2, 3))


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


@dataclass(frozen=True, slots=True)
class SeriesLook:
    """Colour, shape of its points, and dash of its line."""

    color: str
    shape: str
    dash: tuple[int, ...]


def look_of(number: int) -> SeriesLook:
    """The look of the series at this place; 60 of them differ."""
    return SeriesLook(
        _COLORS[number % len(_COLORS)],
        _SHAPES[number % len(_SHAPES)],
        _DASHES[number % len(_DASHES)],
    )


def key_entry(look: SeriesLook, label: str) -> KeyEntry:
    """The line with its point in the key."""
    return KeyEntry("line", look.color, label, look.shape, look.dash)


@lru_cache(maxsize=128)
def lines_svg(picture: LinesPicture, width: int) -> Markup:
    """The picture at a width in pixels; kept in memory, so the same picture is drawn once."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    height = 320 if width >= 500 else 260
    entries = _key(picture, width)
    top = -66 - (key_lines(entries, width) - 1) * KEY_LINE
    with debug_mode(arg=False):  # checking each of the many parts takes as long as drawing them
        layers = [
            *_frame(picture, width),
            *_level(picture),
            *_drawn(picture, width),
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
        labelExpr=_PLAIN,
        labelOverlap=True,
        **ticks,
    )
    return alt.X("x:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=axis)


def _y(picture: LinesPicture, field: str = "y") -> "alt.Y":
    import altair as alt

    axis = alt.Axis(title=None, values=list(picture.y_values), ticks=False, labelExpr=_PLAIN)
    scale = alt.Scale(domain=list(picture.y_domain), nice=False, zero=False)
    return alt.Y(f"{field}:Q", scale=scale, axis=axis)


def _frame(picture: LinesPicture, width: int) -> list["alt.Chart"]:
    """Axes, and above them the words for the vertical axis."""
    import altair as alt

    corners = [{"x": x, "y": picture.y_domain[0]} for x in _all_x(picture)]
    axes = alt.Chart(rows_of(corners)).mark_point(opacity=0, size=1, color=style.GRID)
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


def _rows(line: Line) -> list[dict[str, Any]]:
    return [
        {"x": p.x, "y": p.y, "low": p.low, "high": p.high, "words": p.words, "line": line.label}
        for p in line.points
    ]


def _encoding(picture: LinesPicture) -> dict[str, Any]:
    """Which look belongs to which line; one layer draws them all."""
    import altair as alt

    labels = [line.label for line in picture.lines]
    looks = [look_of(number) for number in range(len(labels))]
    ranges: dict[str, list[Any]] = {
        "color": [look.color for look in looks],
        "strokeDash": [list(look.dash) for look in looks],
        "shape": [look.shape for look in looks],
        "strokeWidth": [3 if line.is_strong else 2 for line in picture.lines],
    }
    channels = {
        "color": alt.Color,
        "strokeDash": alt.StrokeDash,
        "shape": alt.Shape,
        "strokeWidth": alt.StrokeWidth,
    }
    return {
        name: channel("line:N", scale=alt.Scale(domain=labels, range=ranges[name]), legend=None)
        for name, channel in channels.items()
    }


def _drawn(picture: LinesPicture, width: int) -> list["alt.Chart"]:
    """Bands below, lines over them, points on top, and words above points."""
    import altair as alt

    x, y, looks = _x(picture, width), _y(picture), _encoding(picture)
    chart = alt.Chart(rows_of([row for line in picture.lines for row in _rows(line)]))
    layers = []
    if picture.band_words:
        band = chart.mark_area(opacity=0.14)
        low = _y(picture, "low")
        layers.append(band.encode(x=x, y=low, y2=alt.Y2("high"), color=looks["color"]))
    stroke = {name: looks[name] for name in ("color", "strokeDash", "strokeWidth")}
    layers.append(chart.mark_line().encode(x=x, y=y, **stroke))
    point = chart.mark_point(filled=True, size=64, opacity=1)
    layers.append(point.encode(x=x, y=y, color=looks["color"], shape=looks["shape"]))
    worded = [row for line in picture.lines for row in _rows(line) if row["words"]]
    if worded:
        words = alt.Chart(rows_of(worded)).mark_text(baseline="bottom", dy=-9, color=style.INK)
        layers.append(words.encode(x=x, y=y, text=alt.Text("words:N")))
    return layers


def _key(picture: LinesPicture, width: int) -> tuple[KeyEntry, ...]:
    room = int((width - _SWATCH) / _LETTER)
    entries = [
        key_entry(
            look_of(n), line.label if len(line.label) <= room else f"{line.label[: room - 1]}…"
        )
        for n, line in enumerate(picture.lines)
    ]
    if picture.level is not None:
        entries.append(KeyEntry("dash", style.INK_SOFT, picture.level[1]))
    if picture.band_words:
        entries.append(KeyEntry("band", style.BAND_90, picture.band_words))
    return tuple(entries)
