"""Withdrawing a stored row: it stays, marked with the time and the reason."""

import datetime

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from slopewise.errors import InputError, RecordError
from slopewise.records.importing import REPLACED
from slopewise.records.queries.stored_tables import source_of, table_class

__all__ = ["void"]

REASON_LIMIT = 500


def void(session: Session, *, table: str, key: int, reason: str, now: datetime.datetime) -> None:
    """Withdraw the row of that table; raises where there is none, or it is withdrawn already."""
    reason = " ".join(reason.split())
    if not reason:
        raise InputError("a row is withdrawn only with a reason; say why")
    if len(reason) > REASON_LIMIT:
        raise InputError(f"the reason has {len(reason)} signs; at most {REASON_LIMIT} fit")
    if reason.startswith(REPLACED):
        raise InputError(f'a reason that begins with "{REPLACED}" is kept for imports; say it else')
    mapped = table_class(table)
    statement = (
        update(mapped)
        .where(mapped.id == key, mapped.voided.is_(None))
        .values(voided=now, void_reason=reason)
    )
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    if result.rowcount == 0:
        source = source_of(session, table, key)  # NotFoundError where there is none
        raise RecordError(f"this row was withdrawn before ({source.void_reason})")
