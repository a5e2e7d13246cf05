"""A draft under construction from posted results, and how cells of such results are read."""

import math
import re
from dataclasses import dataclass, field

from slopewise.evidence.study import Citation, Study

__all__ = [
    "RESULTS",
    "ResultSheet",
    "is_control",
    "is_control_title",
    "plain_code",
    "plain_title",
    "posted_number",
    "whole_number",
]

RESULTS = "registry results"
_CONTROL = re.compile(r"placebo|sham|\bcontrol|untreated|no interv")
# what treated people get too: it names a control only where no cells are named beside it
_SHARED = re.compile(r"vehicle|standard (of )?care|usual care|best supportive care")
_NO_CELLS = re.compile(r"\b(without|no|not) ((any|stem|active) )*(cells?|mscs?)\b|\bcell free\b")
_CELLS = re.compile(
    r"\b(cells?|stem|mscs?|nscs?|mesenchym\w*|stromal|nurown|msc ntf|lenzumestrocel|neuronata\w*|"
    r"astrorx|transplant\w*|astrocytes?|progenitors?|bone marrow)\b"
)


@dataclass(slots=True)
class ResultSheet:
    """A draft under construction: its page, which groups are controls, and what found no place."""

    draft: Study
    address: str
    controls: frozenset[str]
    unmapped: list[tuple[str, str]] = field(default_factory=list)

    def cite(self, path: str, status: str = RESULTS) -> Citation:
        return Citation(self.address, path, status)


def plain_title(text: object) -> str:
    """Letters and digits of a group's title, to find it again under another heading."""
    return re.sub(r"[^a-z0-9]+", " ", str(text or "").casefold()).strip()


def is_control(title: object, sheet: ResultSheet) -> bool:
    """Whether the group is one without the studied cells."""
    return plain_title(title) in sheet.controls or is_control_title(title)


def is_control_title(title: object) -> bool:
    """Whether a group's title itself names a comparison group."""
    words = _NO_CELLS.sub("", plain_title(title))
    if _CONTROL.search(words):
        return True
    return bool(_SHARED.search(words)) and not _CELLS.search(words)


def posted_number(text: object) -> float | None:
    """Numbers in results are strings; "NA" and the like are none."""
    try:
        value = float(str(text).replace(",", "").strip())
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def whole_number(value: float | None) -> int | None:
    """A count of people; None where it is none."""
    return int(value) if value is not None and value >= 0 and value.is_integer() else None


def plain_code(code: object) -> str:
    """A code of the register in lower-case words."""
    return str(code or "").replace("_", " ").casefold().strip()
