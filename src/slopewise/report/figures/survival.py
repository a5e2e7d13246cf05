"""Survival as a curve: of 100 people without event at the start, how many are still without it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from slopewise.report.figures import style
from slopewise.report.figures.grammar import left_pixel, one_row, rows_of, top_pixel
from slopewise.report.figures.key import KEY_LINE, KeyEntry, key_layers, key_lines
from slopewise.report.figures.svg import render

if TYPE_CHECKING:
    import altair as alt

__all__ = ["SurvivalPicture", "SurvivalPoint", "survival_svg"]


@dataclass(frozen=True, slots=True)
class SurvivalPoint:
    """Of 100 people, those without event by a month: the least and the most that it may be."""

    month: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SurvivalPicture:
    """The curve from its start on; `is_range`: low and high differ, because a fact is not known.

    From `known_until` months on the curve is extrapolated and drawn dashed.
    """

    points: tuple[SurvivalPoint, ...]
    known_until: float
    is_range: bool
    start_words: str


@lru_cache(maxsize=64)
def survival_svg(picture: SurvivalPicture, width: int) -> Markup:
    """The picture at a width in pixels; kept in memory, so the same picture is drawn once."""
    import altair as alt

    height = 280 if width >= 500 else 240
    entries = _key(picture)
    lines = key_lines(entries, width)
    layers = [
        *_frame(picture, width),
        *_curves(picture, width),
        *key_layers(entries, width=width, top=-66 - (lines - 1) * KEY_LINE),
    ]
    chart = alt.layer(*layers).properties(width=width, height=height)
    return render(chart, "Survival without the event over months from the first symptom")


def _x(picture: SurvivalPicture, width: int) -> "alt.X":
    import altair as alt

    axis = alt.Axis(
        title="Months from the first symptom",
        grid=False,
        format="d",
        tickMinStep=6,
        tickCount=max(3, min(12, width // 60)),
    )
    first, last = picture.points[0].month, picture.points[-1].month
    domain = alt.Scale(domain=[round(first, 3), round(last, 3)], nice=False, zero=False)
    return alt.X("month:Q", scale=domain, axis=axis)


def _y(field: str) -> "alt.Y":
    import altair as alt

    axis = alt.Axis(title=None, values=[0, 25, 50, 75, 100], ticks=False)
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=axis)


def _frame(picture: SurvivalPicture, width: int) -> list["alt.Chart"]:
    """Axes, and above them the words for the vertical axis and for where the curve starts."""
    import altair as alt

    corners = [{"month": p.month, "high": 0} for p in (picture.points[0], picture.points[-1])]
    axes = alt.Chart(rows_of(corners)).mark_point(opacity=0, size=1)
    layers = [axes.encode(x=_x(picture, width), y=_y("high"))]
    for text, top, weight in (
        ("Of 100 people, without the event", -40, "bold"),
        (f"from the {picture.start_words}, on", -20, "normal"),
    ):
        words = alt.Chart(one_row()).mark_text(
            align="left",
            baseline="middle",
            fontWeight=weight,  # type: ignore[arg-type]
            color=style.INK if weight == "bold" else style.INK_SOFT,
            text=text,
        )
        layers.append(words.encode(x=left_pixel(0), y=top_pixel(top)))
    return layers


def _curves(picture: SurvivalPicture, width: int) -> list["alt.Chart"]:
    import altair as alt

    x = _x(picture, width)
    layers = []
    if picture.is_range:
        rows = [{"month": p.month, "low": p.low, "high": p.high} for p in picture.points]
        band = alt.Chart(rows_of(rows)).mark_area(color=style.BAND_90, opacity=1)
        layers.append(band.encode(x=x, y=_y("low"), y2=alt.Y2("high")))
    for field in ("high", "low") if picture.is_range else ("high",):
        points = [(p.month, p.high if field == "high" else p.low) for p in picture.points]
        known = [{"month": m, field: v} for m, v in points if m <= picture.known_until]
        beyond = [{"month": m, field: v} for m, v in points if m > picture.known_until]
        beyond = known[-1:] + beyond if beyond else []
        for rows, dash in ((known, [1, 0]), (beyond, [6, 4])):
            if rows:
                line = alt.Chart(rows_of(rows)).mark_line(
                    color=style.ACCENT, strokeWidth=2.5, strokeDash=dash
                )
                layers.append(line.encode(x=x, y=_y(field)))
    return layers


def _key(picture: SurvivalPicture) -> tuple[KeyEntry, ...]:
    entries = [KeyEntry("line", style.ACCENT, "by the ENCALS model")]
    if picture.points[-1].month > picture.known_until:
        entries.append(KeyEntry("dash", style.ACCENT, "extrapolated"))
    if picture.is_range:
        entries.append(KeyEntry("band", style.BAND_90, "depends on what is not known"))
    return tuple(entries)
