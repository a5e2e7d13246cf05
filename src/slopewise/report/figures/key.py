"""The key of a figure: what each mark means, in as many lines above the plot as it needs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slopewise.report.figures.grammar import (
    bottom_pixel,
    left_pixel,
    one_row,
    right_pixel,
    rows_of,
    top_pixel,
)
from slopewise.report.figures.style import SURFACE, text_width

if TYPE_CHECKING:
    import altair as alt

__all__ = ["KEY_LINE", "KeyEntry", "key_layers", "key_lines"]

KEY_LINE = 24  # px from one line of the key to the next
_SWATCH = 24  # px


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One mark and its meaning; `mark` is line, dash, point, open point, band, dose or event.

    `shape` is put in the middle of a line of a series, drawn in dashes and gaps of `dash` pixels;
    "dot" and "open dot" are the shape on its own.
    """

    mark: str
    color: str
    label: str
    shape: str = ""
    dash: tuple[int, ...] = ()


def key_lines(entries: tuple[KeyEntry, ...], width: int) -> int:
    """How many lines the key takes at this width."""
    return 1 + max(line for line, _ in _places(entries, width))


def key_layers(entries: tuple[KeyEntry, ...], *, width: int, top: float) -> list["alt.Chart"]:
    """Layers that draw the key; `top` is the y of its first line in pixels of the plot."""
    import altair as alt

    layers = []
    labels = []
    for entry, (line, left) in zip(entries, _places(entries, width), strict=True):
        y = top + line * KEY_LINE
        one = alt.Chart(one_row())
        if entry.mark not in {"dot", "open dot"}:
            layers.append(_swatch(one, entry, left=left, y=y))
        if entry.shape:
            point = one.mark_point(
                stroke=entry.color,
                fill=SURFACE if entry.mark == "open dot" else entry.color,
                shape=entry.shape,
                size=60,
                opacity=1,
            )
            layers.append(point.encode(left_pixel(left + _SWATCH / 2), top_pixel(y)))
        labels.append({"x": left + _SWATCH + 7, "y": y, "words": entry.label})
    words = alt.Chart(rows_of(labels)).mark_text(align="left", baseline="middle")
    pixels = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
    return [*layers, words.encode(*pixels, alt.Text("words:N"))]


def _swatch(one: "alt.Chart", entry: KeyEntry, *, left: float, y: float) -> "alt.Chart":
    dash = list(entry.dash) or [1, 0]
    middle = {"x": left_pixel(left + _SWATCH / 2), "y": top_pixel(y)}
    across = {"x": left_pixel(left), "x2": right_pixel(left + _SWATCH), "y": top_pixel(y)}
    marks: dict[str, tuple[Any, dict[str, Any]]] = {
        "line": (one.mark_rule(color=entry.color, strokeWidth=2, strokeDash=dash), across),
        "dash": (one.mark_rule(color=entry.color, strokeWidth=2, strokeDash=[6, 4]), across),
        "point": (one.mark_point(color=entry.color, filled=True, size=60, opacity=1), middle),
        "open point": (
            one.mark_point(color=entry.color, shape="diamond", size=70, strokeWidth=2, opacity=1),
            middle,
        ),
        "band": (one.mark_rect(color=entry.color), across),
        "dose": (
            one.mark_point(
                color=entry.color, filled=True, shape="triangle-down", size=80, opacity=1
            ),
            middle,
        ),
        "event": (
            one.mark_point(color=entry.color, shape="cross", filled=True, size=90, opacity=1),
            middle,
        ),
    }
    mark, encoding = marks[entry.mark]
    if entry.mark == "band":
        encoding = {**across, "y": top_pixel(y - 7), "y2": bottom_pixel(y + 7)}
    return mark.encode(**encoding)  # type: ignore[no-any-return]


def _places(entries: tuple[KeyEntry, ...], width: int) -> list[tuple[int, float]]:
    """Line and left edge of each entry, filled like words."""
    places = []
    line, left = 0, 0.0
    for entry in entries:
        needed = _SWATCH + 7 + text_width(entry.label)
        if left > 0 and left + needed > width:
            line, left = line + 1, 0.0
        places.append((line, left))
        left += needed + 20
    return places
