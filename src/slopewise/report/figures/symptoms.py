"""Symptoms over time: one small panel for each scale that was used, all on the same months."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from slopewise.report.figures import style
from slopewise.report.figures.grammar import rows_of
from slopewise.report.figures.svg import render

if TYPE_CHECKING:
    import altair as alt

__all__ = ["SymptomPanel", "SymptomPicture", "symptom_svg"]

_PANEL_HEIGHT = 110  # px
_GAP = 56  # px between panels


@dataclass(frozen=True, slots=True)
class SymptomPanel:
    """One scale of one symptom; `direction` says in words which way is better.

    `low` and `high` bound the axis in the scale's own unit; `cut_off` is None where none is known.
    """

    title: str
    scale: str
    direction: str
    low: float
    high: float
    values: tuple[tuple[float, float], ...]  # (month, value)
    cut_off: float | None = None
    cut_off_words: str = ""


@dataclass(frozen=True, slots=True)
class SymptomPicture:
    """All panels, and the months they share."""

    panels: tuple[SymptomPanel, ...]
    first_month: float
    last_month: float


@lru_cache(maxsize=256)
def symptom_svg(picture: SymptomPicture, width: int) -> Markup:
    """The panels at a width in pixels, three to a row where there is room."""
    import altair as alt

    columns = 3 if width >= 500 else 1
    panel_width = (width - _GAP * (columns - 1)) // columns
    charts = [_panel(panel, picture, width=panel_width) for panel in picture.panels]
    chart = alt.concat(*charts, columns=columns, spacing=_GAP - 26)
    return render(chart, "Symptoms over months from the first dose")


def _panel(
    panel: SymptomPanel, picture: SymptomPicture, *, width: int
) -> "alt.LayerChart | alt.FacetChart":
    import altair as alt

    domain = [round(picture.first_month, 3), round(max(picture.last_month, 1.0), 3)]
    x = alt.X(
        "month:Q",
        scale=alt.Scale(domain=domain, nice=False, zero=False),
        axis=alt.Axis(title=None, grid=False, tickCount=4, tickMinStep=1, format="d"),
    )
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[panel.low, panel.high], nice=False, zero=False),
        axis=alt.Axis(title=None, tickCount=3, ticks=False, format="~r"),
    )
    rows = [{"month": round(m, 3), "value": round(v, 3)} for m, v in panel.values]
    chart = alt.Chart(rows_of(rows))
    layers: list[alt.Chart] = []
    if panel.cut_off is not None:
        layers += _cut_off(panel, y)
    line = chart.mark_line(color=style.INK, strokeWidth=1.5)
    point = chart.mark_point(color=style.INK, filled=True, size=45, opacity=1)
    layers += [line.encode(x=x, y=y), point.encode(x=x, y=y)]
    title = alt.TitleParams(
        text=panel.title,
        subtitle=[panel.scale, panel.direction, panel.cut_off_words or " "],
        anchor="start",
        fontSize=style.LABEL_SIZE,
        color=style.INK,
        subtitleFontSize=style.LABEL_SIZE - 1,
        subtitleColor=style.INK_SOFT,
        frame="group",
        offset=10,
    )
    return alt.layer(*layers).properties(width=width, height=_PANEL_HEIGHT, title=title)


def _cut_off(panel: SymptomPanel, y: "alt.Y") -> list["alt.Chart"]:
    import altair as alt

    chart = alt.Chart(rows_of([{"value": panel.cut_off}]))
    rule = chart.mark_rule(color=style.DOSE, strokeWidth=1.5, strokeDash=[5, 3])
    return [rule.encode(y=y)]
