"""Single simulated trials as small panels: function by arm, survival beside, the verdict above.

All panels are drawn in the pixels of one chart: a chart a panel takes fifty times as long to make.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from slopewise.report.figures import style
from slopewise.report.figures.grammar import rows_of
from slopewise.report.figures.key import KEY_LINE, key_layers, key_lines
from slopewise.report.figures.svg import render
from slopewise.report.simulation.lines import SeriesLook, key_entry, look_of

if TYPE_CHECKING:
    import altair as alt

__all__ = ["TrialPanel", "TrialsPicture", "trials_svg"]

_GAP = 40  # px between trials side by side
_AXIS = 28  # px left of a panel for the numbers of its axis
_HEIGHT = 112  # px of a panel
_BELOW = 56  # px from the bottom of a panel to the next trial
_LINE = 18  # px of a line of words
_LETTER = 7.2  # px

_Curve = tuple[str, tuple[tuple[float, float], ...]]  # arm, (month, value) …
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrialPanel:
    """One trial; scores in points, alive of 100."""

    title: str
    words: str
    scores: tuple[_Curve, ...]
    alive: tuple[_Curve, ...]


@dataclass(frozen=True, slots=True)
class TrialsPicture:
    """All panels on the same axes, so that they can be compared."""

    name: str
    arms: tuple[str, ...]
    panels: tuple[TrialPanel, ...]

    @property
    def months(self) -> tuple[float, float]:
        """The ends of the axis of months; a run-in lies before 0."""
        found = [m for one in self.panels for _, line in one.scores for m, _ in line]
        first = min(0.0, *found) if found else 0.0
        return first, max(first + 1.0, *found) if found else 1.0

    @property
    def score_domain(self) -> tuple[float, float]:
        """Even ends of the axis of points that hold every mean."""
        found = [v for one in self.panels for _, line in one.scores for _, v in line] or [0.0, 48.0]
        low, high = 4.0 * (min(found) // 4.0), -4.0 * (-max(found) // 4.0)
        return low, max(high, low + 4.0)

    @property
    def alive_domain(self) -> tuple[float, float]:
        """Even ends of the axis of people of 100."""
        found = [v for one in self.panels for _, line in one.alive for _, v in line] or [0.0]
        return min(80.0, max(0.0, 20.0 * (min(found) // 20.0))), 100.0


@dataclass(frozen=True, slots=True)
class _Frame:
    """One pair of axes in pixels."""

    left: float
    top: float
    width: float
    months: tuple[float, float]
    domain: tuple[float, float]
    heading: str

    def x(self, month: float) -> float:
        first, last = self.months
        return round(self.left + self.width * (month - first) / (last - first), 1)

    def y(self, value: float) -> float:
        low, high = self.domain
        return round(self.top + _HEIGHT * (high - value) / (high - low), 1)


@lru_cache(maxsize=32)
def trials_svg(picture: TrialsPicture, width: int) -> Markup:
    """The panels at a width in pixels, two trials to a row where there is room."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    columns = 2 if width >= 500 else 1
    room = (width - _GAP * (columns - 1)) / columns
    told = [textwrap.wrap(panel.words, int(room / _LETTER)) for panel in picture.panels]
    head = (2 + max((len(lines) for lines in told), default=1)) * _LINE + 8
    tall = head + _HEIGHT + _BELOW
    corners: list[tuple[float, float]] = [
        ((number % columns) * (room + _GAP), (number // columns) * tall)
        for number in range(len(picture.panels))
    ]
    frames = [_frames(picture, left=left, top=top + head, room=room) for left, top in corners]
    entries = tuple(key_entry(look_of(n), arm) for n, arm in enumerate(picture.arms))
    with debug_mode(arg=False):  # checking each of the many parts takes as long as drawing them
        layers = [
            *_words(picture, told, corners),
            *_axes([frame for pair in frames for frame in pair]),
            *_curves(picture, frames),
            *key_layers(entries, width=width, top=-18 - (key_lines(entries, width) - 1) * KEY_LINE),
        ]
        height = tall * -(-len(picture.panels) // columns) - _BELOW + 24
        chart = alt.layer(*layers).properties(width=width, height=height)
    return render(chart, picture.name)


def _frames(
    picture: TrialsPicture, *, left: float, top: float, room: float
) -> tuple[_Frame, _Frame]:
    """Function at the left, survival at the right."""
    inner = room - 2 * _AXIS - 14
    wide = round(inner * 0.56)
    months = picture.months
    scores = _Frame(left + _AXIS, top, wide, months, picture.score_domain, "Mean score")
    start = left + 2 * _AXIS + wide + 14
    alive = _Frame(start, top, inner - wide, months, picture.alive_domain, "Without event")
    return scores, alive


def _in_pixels(field: str, channel: str) -> Any:
    """A field that holds pixels of the chart."""
    import altair as alt

    kind = {"x": alt.X, "y": alt.Y}[channel]
    return kind(f"{field}:Q", scale=None, axis=None)


def _texts(rows: list[_Row], look: dict[str, Any]) -> "alt.Chart":
    import altair as alt

    mark: alt.Chart = alt.Chart(rows_of(rows)).mark_text(baseline="middle", **look)
    return mark.encode(_in_pixels("x", "x"), _in_pixels("y", "y"), alt.Text("words:N"))


def _words(
    picture: TrialsPicture, told: list[list[str]], corners: list[tuple[float, float]]
) -> list["alt.Chart"]:
    titles, lines = [], []
    for panel, words, (left, top) in zip(picture.panels, told, corners, strict=True):
        titles.append({"x": left, "y": top + _LINE / 2, "words": panel.title})
        for number, line in enumerate(words, start=1):
            lines.append({"x": left, "y": top + (number + 0.5) * _LINE, "words": line})
    return [
        _texts(titles, {"align": "left", "fontWeight": "bold", "color": style.INK}),
        _texts(lines, {"align": "left", "color": style.INK_SOFT}),
    ]


def _axes(frames: list[_Frame]) -> list["alt.Chart"]:
    import altair as alt

    rules, left_of, below, headings = [], [], [], []
    for frame in frames:
        right, bottom = frame.left + frame.width, frame.top + _HEIGHT
        low, high = frame.domain
        for value in (low, (low + high) / 2, high):
            y = frame.y(value)
            rules.append({"x": frame.left, "x2": right, "y": y, "y2": y})
            left_of.append({"x": frame.left - 5, "y": y, "words": f"{value:g}"})
        below += [
            {"x": frame.x(month), "y": bottom + 13, "words": f"{month:g}"}
            for month in (0.0, frame.months[1] / 2, frame.months[1])
        ]
        headings.append({"x": frame.left, "y": frame.top - 13, "words": frame.heading})
    small = {"color": style.INK_SOFT, "fontSize": style.LABEL_SIZE - 1}
    rule = alt.Chart(rows_of(rules)).mark_rule(color=style.GRID, strokeWidth=1)
    return [
        rule.encode(_in_pixels("x", "x"), _in_pixels("y", "y"), x2="x2", y2="y2"),
        _texts(left_of, {"align": "right", **small}),
        _texts(below, {"align": "center", **small}),
        _texts(headings, {"align": "left", "color": style.INK_SOFT}),
    ]


def _curves(picture: TrialsPicture, frames: list[tuple[_Frame, _Frame]]) -> Iterator["alt.Chart"]:
    """Two layers an arm: its lines in all panels, and their points."""
    import altair as alt

    for number, arm in enumerate(picture.arms):
        look = look_of(number)
        rows: list[_Row] = []
        for place, (panel, pair) in enumerate(zip(picture.panels, frames, strict=True)):
            for frame, curves in zip(pair, (panel.scores, panel.alive), strict=True):
                rows += [
                    {"x": frame.x(month), "y": frame.y(value), "which": f"{place} {frame.heading}"}
                    for name, line in curves
                    if name == arm
                    for month, value in line
                ]
        if rows:
            chart = alt.Chart(rows_of(rows))
            x, y = _in_pixels("x", "x"), _in_pixels("y", "y")
            yield _stroke(chart, look).encode(x, y, detail="which:N")
            point = chart.mark_point(
                color=look.color, shape=look.shape, filled=True, size=26, opacity=1
            )
            yield point.encode(x, y)


def _stroke(chart: "alt.Chart", look: SeriesLook) -> "alt.Chart":
    line: alt.Chart = chart.mark_line(color=look.color, strokeWidth=2, strokeDash=list(look.dash))
    return line
