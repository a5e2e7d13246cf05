"""Withdraw a stored row with a reason; nothing is deleted."""

import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slopewise.records.store import Store

__all__ = ["void_record"]


def void_record(
    store: "Store", *, table: str, key: int, reason: str, now: datetime.datetime
) -> None:
    """Withdraw row `key` of `table` (a name of docs/data/csv.md: visits, doses, …).

    `now` is an instant with its time zone. Raises InputError without a reason, NotFoundError where
    there is no such row, RecordError where it was withdrawn before.
    """
    from slopewise.records import voiding

    with store.transaction() as session:
        voiding.void(session, table=table, key=key, reason=reason, now=now)
