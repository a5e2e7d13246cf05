"""Single simulated trials as small panels: function by arm, survival beside, the verdict above."""

import textwrap
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from slopewise.report.figures import style
from slopewise.report.figures.grammar import left_pixel, one_row, rows_of, top_pixel
from slopewise.report.figures.key import KEY_LINE, key_layers, key_lines
from slopewise.report.figures.svg import render
from slopewise.report.simulation.series import key_entry, look_of

__all__ = ["TrialPanel", "TrialsPicture", "trials_svg"]

_GAP = 44  # px between panels
_HEIGHT = 120  # px of a panel
_LETTER = 6.8  # px, of the words above a panel, set one size smaller than labels


@dataclass(frozen=True, slots=True)
class TrialPanel:
    """One trial; a line is (arm, (month, value) …), values being points and shares of 100."""

    title: str
    words: str
    scores: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
    alive: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]


@dataclass(frozen=True, slots=True)
class TrialsPicture:
    """All panels on the same axes, so that they can be compared."""

    name: str
    arms: tuple[str, ...]
    panels: tuple[TrialPanel, ...]

    @property
    def last_month(self) -> float:
        """The end of the axis of months."""
        return max((m for one in self.panels for _, line in one.scores for m, _ in line), default=1)

    @property
    def score_domain(self) -> tuple[float, float]:
        """Even ends of the axis of points that hold every mean."""
        found = [v for one in self.panels for _, line in one.scores for _, v in line] or [0.0, 48.0]
        return 4.0 * (min(found) // 4.0), -4.0 * (-max(found) // 4.0)

    @property
    def alive_domain(self) -> tuple[float, float]:
        """Even ends of the axis of people of 100."""
        found = [v for one in self.panels for _, line in one.alive for _, v in line] or [0.0]
        return max(0.0, 20.0 * (min(found) // 20.0)), 100.0


@lru_cache(maxsize=32)
def trials_svg(picture: TrialsPicture, width: int) -> Markup:
    """The panels at a width in pixels, two trials to a row where there is room."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    columns = 2 if width >= 500 else 1
    room = (width - _GAP * columns) // columns
    with debug_mode(arg=False):  # checking each of the many parts takes as long as drawing them
        told = [_lines_of(panel, room) for panel in picture.panels]
        most = max((len(lines) for lines in told), default=1)
        trials = [
            _trial(panel, picture, room=room, words=[*lines, *[" "] * (most - len(lines))])
            for panel, lines in zip(picture.panels, told, strict=True)
        ]
        grid = alt.concat(*trials, columns=columns, spacing={"row": 26, "column": _GAP})
        chart = alt.vconcat(_key(picture, width), grid, spacing=14)
    return render(chart, picture.name)


def _lines_of(panel: TrialPanel, room: int) -> list[str]:
    return textwrap.wrap(panel.words, int((room + _GAP) / _LETTER))


def _key(picture: TrialsPicture, width: int) -> Any:
    import altair as alt

    entries = tuple(key_entry(look_of(n), arm) for n, arm in enumerate(picture.arms))
    height = key_lines(entries, width) * KEY_LINE
    layers = key_layers(entries, width=width, top=KEY_LINE / 2)
    return alt.layer(*layers).properties(width=width, height=height)


def _trial(panel: TrialPanel, picture: TrialsPicture, *, room: int, words: list[str]) -> Any:
    import altair as alt

    score_width = round((room - _GAP) * 0.58)
    title = alt.TitleParams(
        text=panel.title,
        subtitle=words,
        anchor="start",
        fontSize=style.LABEL_SIZE,
        color=style.INK,
        subtitleFontSize=style.LABEL_SIZE - 1,
        subtitleColor=style.INK_SOFT,
        offset=8,
    )
    scores = _panel(
        panel.scores, picture, y=picture.score_domain, heading="Mean score", width=score_width
    )
    alive = _panel(
        panel.alive,
        picture,
        y=picture.alive_domain,
        heading="Without event",
        width=room - _GAP - score_width,
    )
    return alt.hconcat(scores, alive, spacing=12).properties(title=title)


def _panel(
    lines: tuple[tuple[str, tuple[tuple[float, float], ...]], ...],
    picture: TrialsPicture,
    *,
    y: tuple[float, float],
    heading: str,
    width: int,
) -> Any:
    import altair as alt

    months = alt.X(
        "month:Q",
        scale=alt.Scale(domain=[0, round(picture.last_month, 3)], nice=False),
        axis=alt.Axis(title=None, grid=False, tickCount=3, format="d", labelFlush=True),
    )
    middle = round((y[0] + y[1]) / 2, 1)
    values = alt.Y(
        "value:Q",
        scale=alt.Scale(domain=list(y), nice=False, zero=False),
        axis=alt.Axis(title=None, values=[y[0], middle, y[1]], ticks=False, format="~r"),
    )
    words = alt.Chart(one_row()).mark_text(
        align="left",
        baseline="bottom",
        color=style.INK_SOFT,
        fontSize=style.LABEL_SIZE - 1,
        text=heading,
    )
    layers = [words.encode(x=left_pixel(0), y=top_pixel(-6))]
    for arm, points in lines:
        look = look_of(picture.arms.index(arm))
        chart = alt.Chart(rows_of([{"month": m, "value": v} for m, v in points]))
        stroke = chart.mark_line(color=look.color, strokeWidth=2, strokeDash=list(look.dash))
        point = chart.mark_point(
            color=look.color,
            shape=look.shape,
            filled=True,
            size=26,
            opacity=1,
        )
        layers += [stroke.encode(x=months, y=values), point.encode(x=months, y=values)]
    return alt.layer(*layers).properties(width=width, height=_HEIGHT)
