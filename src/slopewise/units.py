"""Units of time: the program counts in months of 30.4375 days."""

from datetime import date, timedelta

__all__ = ["DAYS_PER_MONTH", "date_after", "months_between"]

DAYS_PER_MONTH = 30.4375  # 365.25 / 12


def months_between(start: date, end: date) -> float:
    """Months from start to end; negative when end comes first."""
    return (end - start).days / DAYS_PER_MONTH


def date_after(start: date, months: float) -> date:
    """The date nearest to `months` after start."""
    return start + timedelta(days=round(months * DAYS_PER_MONTH))
