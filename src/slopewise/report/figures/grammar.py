"""The few words of the chart grammar that have no types of their own, given types."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

__all__ = ["bottom_pixel", "left_pixel", "one_row", "right_pixel", "rows_of", "top_pixel"]


def rows_of(rows: Sequence[dict[str, Any]]) -> "alt.Data":
    """Rows of a figure, numbers cut to three places: the same picture is the same text."""
    import altair as alt

    kept = [{k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    return alt.Data(values=kept)  # type: ignore[no-untyped-call]


def one_row() -> "alt.Data":
    """Data for a mark that stands at pixels rather than at values."""
    return rows_of([{}])


def left_pixel(pixel: float) -> "alt.XValue":
    """A place across the plot in pixels; negative is left of it."""
    import altair as alt

    return alt.XValue(pixel)  # type: ignore[no-untyped-call]


def right_pixel(pixel: float) -> "alt.X2Value":
    """The other end of a mark that began at `left_pixel`."""
    import altair as alt

    return alt.X2Value(pixel)  # type: ignore[no-untyped-call]


def top_pixel(pixel: float) -> "alt.YValue":
    """A place down the plot in pixels; negative is above it."""
    import altair as alt

    return alt.YValue(pixel)  # type: ignore[no-untyped-call]


def bottom_pixel(pixel: float) -> "alt.Y2Value":
    """The other end of a mark that began at `top_pixel`."""
    import altair as alt

    return alt.Y2Value(pixel)  # type: ignore[no-untyped-call]
