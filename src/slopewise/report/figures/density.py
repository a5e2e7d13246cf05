"""Slowing θ as a curve: what is believed after the patient's scores, beside what was before."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from slopewise.report.figures import style
from slopewise.report.figures.grammar import rows_of, top_pixel
from slopewise.report.figures.key import KEY_LINE, KeyEntry, key_layers, key_lines
from slopewise.report.figures.svg import render
from slopewise.response.assessment import SlowingDensity

if TYPE_CHECKING:
    import altair as alt

__all__ = ["DensityPicture", "density_svg"]


@dataclass(frozen=True, slots=True)
class DensityPicture:
    """The densities over θ; `threshold` is the slowing whose upper part is shaded."""

    density: SlowingDensity
    prior_name: str
    threshold: float = 0.25


@lru_cache(maxsize=256)
def density_svg(picture: DensityPicture, width: int) -> Markup:
    """The curves at a width in pixels; kept in memory, so the same picture is drawn once."""
    import altair as alt

    height = 190
    entries = (
        KeyEntry("line", style.ACCENT, "with this patient's scores"),
        KeyEntry("dash", style.INK_SOFT, f"before them ({picture.prior_name})"),
        KeyEntry("band", style.BAND_50, "a quarter slower or more"),
    )
    lines = key_lines(entries, width)
    layers = [
        *_curves(picture, width),
        *_marks(picture, width),
        *key_layers(entries, width=width, top=-40 - (lines - 1) * KEY_LINE),
    ]
    chart = alt.layer(*layers).properties(width=width, height=height)
    return render(chart, "How likely each amount of slowing is")


def _x(picture: DensityPicture, width: int) -> "alt.X":
    import altair as alt

    theta = picture.density.theta
    words = ["slowing θ", "(0 = no effect, 0.25 = a quarter slower, 1 = stopped)"]
    title = (
        " ".join(words)
        if width >= 500
        else ["slowing θ (0 = no effect,", "0.25 = a quarter slower, 1 = stopped)"]
    )
    ticks = [-1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2] if width >= 500 else [-1, 0, 1, 2]
    shown = [t for t in ticks if theta[0] <= t <= theta[-1]]
    axis = alt.Axis(title=title, values=shown, format="~r", grid=False)
    return alt.X("theta:Q", scale=alt.Scale(domain=[theta[0], theta[-1]], nice=False), axis=axis)


def _y(picture: DensityPicture) -> "alt.Y":
    import altair as alt

    top = 1.05 * max(*picture.density.posterior, *picture.density.prior)
    scale = alt.Scale(domain=[0, round(top, 6)], nice=False)
    return alt.Y("density:Q", scale=scale, axis=None)


def _curves(picture: DensityPicture, width: int) -> list["alt.Chart"]:
    import altair as alt

    density = picture.density
    after = [
        {"theta": round(t, 4), "density": round(d, 5)}
        for t, d in zip(density.theta, density.posterior, strict=True)
    ]
    before = [
        {"theta": round(t, 4), "density": round(d, 5)}
        for t, d in zip(density.theta, density.prior, strict=True)
    ]
    above = [point for point in after if point["theta"] >= picture.threshold]
    x, y = _x(picture, width), _y(picture)
    layers = []
    if above:
        shade = alt.Chart(rows_of(above)).mark_area(color=style.BAND_50, opacity=1)
        layers.append(shade.encode(x=x, y=y))
    prior_line = alt.Chart(rows_of(before)).mark_line(
        color=style.INK_SOFT, strokeWidth=1.5, strokeDash=[6, 4]
    )
    posterior_line = alt.Chart(rows_of(after)).mark_line(color=style.ACCENT, strokeWidth=2.5)
    return [*layers, prior_line.encode(x=x, y=y), posterior_line.encode(x=x, y=y)]


def _marks(picture: DensityPicture, width: int) -> list["alt.Chart"]:
    """Upright lines at no effect and at the threshold, with their words above the plot."""
    import altair as alt

    x = _x(picture, width)
    rows = [
        {"theta": 0.0, "words": "no effect", "align": "right"},
        {"theta": picture.threshold, "words": "a quarter slower", "align": "left"},
    ]
    layers = []
    for row in rows:
        chart = alt.Chart(rows_of([row]))
        rule = chart.mark_rule(color=style.INK_SOFT, strokeWidth=1)
        words = chart.mark_text(
            align=row["align"],  # type: ignore[arg-type]
            baseline="bottom",
            dx=-5 if row["align"] == "right" else 5,
        )
        layers.append(rule.encode(x=x))
        layers.append(words.encode(x=x, y=top_pixel(-4), text=alt.Text("words:N")))
    return layers
