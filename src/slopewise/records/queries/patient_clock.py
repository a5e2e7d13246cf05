"""A patient's own clock: month 0 is the first dose or, without one, the first record."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slopewise.units import months_between

__all__ = ["PatientClock", "Row", "clock_of", "on_clock"]

Row = Any  # a SQLAlchemy row: its columns are named in the query that made it


@dataclass(frozen=True, slots=True)
class PatientClock:
    """A patient's time zero, as a date or as months; the other is None."""

    date: datetime.date | None
    month: float | None

    def month_of(self, date: datetime.date | None, month: float | None) -> float | None:
        """Months since time zero; None where the row is on the other clock or has no time."""
        if date is not None and self.date is not None:
            return months_between(self.date, date)
        if month is not None and self.month is not None:
            return month - self.month
        return None


def clock_of(rows: Sequence[Row]) -> PatientClock:
    """Time zero: the earliest of the rows, on the clock that most of them use."""
    dates = [row.date for row in rows if row.date is not None]
    months = [row.month for row in rows if row.month is not None]
    if dates and len(dates) >= len(months):
        return PatientClock(min(dates), None)
    return PatientClock(None, min(months) if months else 0.0)


def on_clock(clock: PatientClock, rows: list[Row]) -> list[tuple[float, Row]]:
    """Rows with their months, in time order; rows of the other clock are not among them."""
    timed = [(clock.month_of(row.date, row.month), row) for row in rows]
    return sorted(
        ((month, row) for month, row in timed if month is not None), key=lambda pair: pair[0]
    )
