"""A table as a record: the page, the printed report and the terminal all show the same one."""

from dataclasses import dataclass

from slopewise.errors import InputError

__all__ = ["Column", "Table"]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and whether its cells are numbers (set to the right)."""

    heading: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of finished text under headings; the first cell of a row names the row.

    `note` is printed under the table: units, sources, what an empty cell means.
    Raises InputError when a row is not as long as the headings.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise InputError(
                    f"row {number} of table {self.caption!r} has {len(row)} cells for "
                    f"{len(self.columns)} columns"
                )
