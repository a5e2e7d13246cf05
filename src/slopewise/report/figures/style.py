"""One look for every figure: type, and a small palette that colour-blind readers can tell apart.

Every hex value here is restyled by name in report/static/slopewise.css for the dark scheme, so a
new colour is added in both places. Nothing is told by colour alone: marks differ in shape, dash or
label too.
"""

from typing import Any

__all__ = [
    "ACCENT",
    "BAND_50",
    "BAND_90",
    "CARE",
    "DOSE",
    "EXPECTED",
    "FONT",
    "FONT_STACK",
    "GRID",
    "INK",
    "INK_SOFT",
    "LABEL_SIZE",
    "SURFACE",
    "VIOLET",
    "base_config",
    "text_width",
]

INK = "#17242b"  # what was observed
INK_SOFT = "#4a5962"  # axes and labels
GRID = "#e3e8ea"
SURFACE = "#ffffff"  # inside of open marks
ACCENT = "#0f5c6e"  # the posterior
EXPECTED = "#2b7a93"  # the middle of what was expected
BAND_50 = "#a9ccd6"
BAND_90 = "#d6e7ec"
DOSE = "#a4490c"
CARE = "#7b8c96"
VIOLET = "#6a4a94"  # a further line where several are compared

FONT = "Liberation Sans"  # carried by the renderer, so text is measured alike on every machine
FONT_STACK = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, "
    "sans-serif"
)
LABEL_SIZE = 13  # px


def base_config() -> dict[str, Any]:
    """Settings of the chart grammar that every figure shares."""
    axis = {
        "labelColor": INK_SOFT,
        "labelFontSize": LABEL_SIZE,
        "titleColor": INK_SOFT,
        "titleFontSize": LABEL_SIZE,
        "titleFontWeight": "normal",
        "domainColor": CARE,
        "tickColor": CARE,
        "gridColor": GRID,
        "labelPadding": 6,
        "titlePadding": 10,
    }
    return {
        "font": FONT,
        "background": None,
        "aria": False,
        "axis": axis,
        "view": {"stroke": None},
        "text": {"color": INK_SOFT, "fontSize": LABEL_SIZE},
    }


def text_width(text: str) -> float:
    """About how many pixels a label of LABEL_SIZE takes."""
    return 7.4 * len(text)  # the widest of the fonts in FONT_STACK
