"""Wide lines for texts with sources, whose addresses must not be broken."""

from textwrap import fill

__all__ = ["WIDTH", "item"]

WIDTH = 100


def item(text: str, indent: int = 2) -> str:
    """The text set in by so many signs, its further lines by two more."""
    first = " " * indent
    return fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
