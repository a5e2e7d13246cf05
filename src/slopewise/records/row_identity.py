"""Which row a row is, and whether two rows say the same."""

import datetime
import hashlib
from collections.abc import Mapping

from slopewise.records.file_columns import TableLayout
from slopewise.records.importers.rows import Value

__all__ = ["content_hash", "row_key", "written"]

ONCE_ONLY = frozenset({"death"})  # events that a patient has once: the date is not part of the key
MONTH_DECIMALS = 4  # 0.0001 month = 4 minutes: below any clock of a visit


def row_key(layout: TableLayout, values: Mapping[str, Value]) -> str:
    """The row's natural key within its patient (or product): the same key = the same row."""
    if layout.name == "events" and values.get("kind") in ONCE_ONLY:
        return str(values["kind"])
    parts = []
    for name in layout.key[1:]:  # the first names the owner, which is a column of its own
        value = values.get(name)
        if isinstance(value, float):
            value = round(value, MONTH_DECIMALS)
        text = written(value)
        parts.append(text.lower() if name == "term" else text)
    return "|".join(parts)


def content_hash(values: Mapping[str, Value]) -> str:
    """SHA-256 of everything the row says, however it was spelled in the file."""
    said = sorted(item for item in values.items() if item[1] is not None)
    return hashlib.sha256(repr(said).encode()).hexdigest()


def written(value: Value) -> str:
    """The value as slopewise writes it in a file; reading it back gives the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)
