"""The tables of a design file with the line of each key, before they are judged."""

from dataclasses import dataclass, field
from typing import Any

from slopewise.trial.design.plain import Path

__all__ = ["DesignTables", "line_of"]


@dataclass(frozen=True, slots=True)
class DesignTables:
    """What was read; `broken` says why it is not TOML, and `broken_line` where."""

    file: str
    tables: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    broken_line: int | None = None
    broken: str = ""


def line_of(place: Path, lines: dict[Path, int]) -> int | None:
    """The line of a place, or of the nearest thing around it; None where nothing is written."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return None
