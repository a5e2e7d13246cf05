"""How the lines of a comparison are told apart: each has its own colour, dash and shape."""

from dataclasses import dataclass

from slopewise.report.figures import style
from slopewise.report.figures.key import KeyEntry

__all__ = ["SeriesLook", "key_entry", "look_of"]

_COLORS = (style.ACCENT, style.DOSE, style.VIOLET, style.INK, style.CARE)
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
_DASHES = ((1, 0), (7, 4), (2, 3), (9, 3, 2, 3))


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
