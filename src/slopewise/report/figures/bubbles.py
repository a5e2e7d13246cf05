"""Studies as bubbles: the area is the number of people, the shape the kind of study.

No two bubbles cover one another: each is moved to the next free line of its row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from slopewise.evidence.design import Lane
from slopewise.report.figures import style
from slopewise.report.figures.grammar import rows_of
from slopewise.report.figures.key import KeyEntry

if TYPE_CHECKING:
    import altair as alt

__all__ = ["LANE_KEY", "Bubble", "Placed", "bubble_layers", "packed", "radius", "swarm"]

_GAP = 4.0  # px between two bubbles
_LEAST = 3.0  # px, the radius of the smallest bubble and of one whose people are not stated
_WIDE_RADIUS, _NARROW_RADIUS = 2.0, 1.5  # px for one person; area grows with people
_LANES = {  # mark, colour: told apart by shape first
    Lane.RANDOMISED: ("diamond", style.ACCENT),
    Lane.EXTERNAL_CONTROL: ("triangle-down", style.DOSE),
    Lane.SINGLE_ARM: ("circle", style.CARE),
    Lane.NO_RESULT: ("cross", style.INK_SOFT),
}
LANE_KEY = {
    Lane.RANDOMISED: KeyEntry("open point", style.ACCENT, "randomised"),
    Lane.EXTERNAL_CONTROL: KeyEntry("dose", style.DOSE, "comparison group chosen"),
    Lane.SINGLE_ARM: KeyEntry("point", style.CARE, "no comparison group"),
    Lane.NO_RESULT: KeyEntry("event", style.INK_SOFT, "registered, no result read"),
}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One study: its kind, its people (None: not stated), and where it belongs along the row."""

    lane: Lane
    people: float | None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A bubble with its middle in pixels."""

    bubble: Bubble
    x: float
    y: float


def radius(people: float | None, width: int) -> float:
    """Half the width of a bubble, px."""
    one = _WIDE_RADIUS if width >= 500 else _NARROW_RADIUS
    return max(_LEAST, one * sqrt(people or 0.0))


def packed(bubbles: Sequence[Bubble], span: float, width: int) -> tuple[list[Placed], float]:
    """The largest first, in lines of `span` pixels like words; and the height they take."""
    placed: list[Placed] = []
    left, top, line = 0.0, 0.0, 0.0
    for bubble in sorted(bubbles, key=lambda one: (-(one.people or 0.0), one.lane)):
        half = radius(bubble.people, width)
        if left > 0 and left + 2 * half > span:
            left, top, line = 0.0, top + line + _GAP, 0.0
        line = max(line, 2 * half)
        placed.append(Placed(bubble, left + half, top + line / 2))
        left += 2 * half + _GAP
    return placed, top + line


def swarm(bubbles: Sequence[Bubble], width: int) -> tuple[list[Placed], float]:
    """Each at its own place along the row, on the first line where it covers no other."""
    tallest = max((2 * radius(one.people, width) for one in bubbles), default=0.0)
    step = tallest + _GAP if tallest < 20 else tallest / 2 + _GAP
    placed: list[Placed] = []
    for bubble in sorted(bubbles, key=lambda one: (-(one.people or 0.0), one.at, one.lane)):
        half = radius(bubble.people, width)
        line = 0
        while any(_covers(one, bubble.at, half + line * step, half, width) for one in placed):
            line += 1
        placed.append(Placed(bubble, bubble.at, half + line * step))
    return placed, max((one.y + radius(one.bubble.people, width) for one in placed), default=0.0)


def _covers(other: Placed, x: float, y: float, half: float, width: int) -> bool:
    apart = half + radius(other.bubble.people, width) + _GAP / 2
    return (other.x - x) ** 2 + (other.y - y) ** 2 < apart**2


def bubble_layers(
    placed: Iterable[Placed], x: "alt.X", y: "alt.Y", *, width: int
) -> list["alt.Chart"]:
    """The marks, one layer a kind of study; `x` and `y` read the fields x and y in pixels."""
    import altair as alt

    every = tuple(placed)
    layers = []
    for lane, (shape, color) in _LANES.items():
        rows = [
            {"x": one.x, "y": one.y, "area": 3.1416 * radius(one.bubble.people, width) ** 2}
            for one in every
            if one.bubble.lane is lane
        ]
        if rows:
            mark = alt.Chart(rows_of(rows)).mark_point(
                shape=shape,
                color=color,
                filled=lane is not Lane.RANDOMISED,
                strokeWidth=2,
                opacity=1,
            )
            size = alt.Size("area:Q", scale=None, legend=None)
            layers.append(mark.encode(x=x, y=y, size=size))
    return layers
