"""From a chart to SVG text that can stand inside a page."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from markupsafe import Markup

from slopewise.report.figures.grammar import rows_of
from slopewise.report.figures.style import FONT, FONT_STACK, base_config
from slopewise.report.tables import Table

if TYPE_CHECKING:
    import altair as alt

__all__ = ["NARROW", "WIDE", "Drawing", "render", "warm_up"]

WIDE = 860  # px of plotting area on a screen
_GRAMMAR = "6.1"  # of the versions that the renderer carries, the one pinned here
NARROW = 270  # px on a telephone, or on a screen at 400 % zoom


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as readers get it: the sentence, the picture in two widths, the numbers behind it.

    `svg` is for screens and paper, `narrow_svg` for telephones and strong magnification.
    """

    title: str
    sentence: str
    svg: Markup
    narrow_svg: Markup
    table: Table


def render(chart: "alt.TopLevelMixin", title: str) -> Markup:
    """The chart as one SVG element with a name, scaling to the width it is given.

    The same chart gives the same text: no identifiers, no time, no font of this machine.
    """
    import vl_convert

    specification = chart.to_dict(validate=False) | {"config": base_config()}
    drawn = vl_convert.vegalite_to_svg(specification, vl_version=_GRAMMAR, show_warnings=False)
    head, body = drawn.split(">", 1)
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', head)
    if size is None:  # the renderer always writes both
        return Markup(drawn)
    width, height = size.groups()
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(title)} '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    )
    body = re.sub(r' (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"', "", body)
    body = body.replace(f'font-family="{FONT}"', f'font-family="{FONT_STACK}"')
    return Markup(f"{opening}>{body}")


def warm_up() -> None:
    """Start the renderer, so that the first page does not wait for it."""
    import altair as alt

    nothing = alt.Chart(rows_of([{"x": 0}])).mark_point().encode(x="x:Q")
    render(nothing, "nothing")
