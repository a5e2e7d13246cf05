"""How a column of slopewise's own files is described.

One description serves reading, checking, storing, exporting and the documentation.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Column", "Kind", "TableLayout", "TimePair"]


class Kind(Enum):
    """What a cell of the column holds, in the words of the documentation."""

    TEXT = "text"
    CHOICE = "one of a list"
    DATE = "date, YYYY-MM-DD"
    MONTH = "months, a number"
    NUMBER = "number"
    INTEGER = "whole number"
    YES_NO = "yes or no"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it means, what it may hold.

    `row_stays`: a wrong value is kept out alone; otherwise the whole row is.
    `low`, `high`: outside is an error. `unusual_low`, `unusual_high`: outside is a warning.
    `synonyms`: other spellings of a choice, lower case. `default`: what an empty cell means.
    `other_allowed`: "other: …" with text of one's own is a value too.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    example: str = ""
    required: bool = False
    row_stays: bool = False
    low: float | None = None
    high: float | None = None
    unusual_low: float | None = None
    unusual_high: float | None = None
    choices: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, str], ...] = ()
    default: str | None = None
    other_allowed: bool = False


@dataclass(frozen=True, slots=True)
class TimePair:
    """Two columns for one moment: a date or months, never both."""

    date: str
    month: str
    required: bool


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One file of the folder; `key` names the columns that say which row is meant.

    A later row with the same key and other values is a correction of the earlier one.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    times: tuple[TimePair, ...] = ()

    @property
    def file(self) -> str:
        """The file's name in the folder."""
        return f"{self.name}.csv"

    @property
    def column_names(self) -> tuple[str, ...]:
        """All column names in the order of the file."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
