"""What the store already says of a patient, as far as new rows can contradict it."""

import datetime
from dataclasses import dataclass

__all__ = ["NOTHING_KNOWN", "KnownPatient", "KnownRecords"]


@dataclass(frozen=True, slots=True)
class KnownPatient:
    """Clock, form, onset and death in the store; None = nothing known."""

    has_dates: bool = False
    has_months: bool = False
    scale: str | None = None
    death: datetime.date | float | None = None
    onset: datetime.date | float | None = None
    first_dose: datetime.date | float | None = None
    visits: int = 0


@dataclass(frozen=True, slots=True)
class KnownRecords:
    """The patients and products that the store knows."""

    patients: dict[str, KnownPatient]
    products: frozenset[str] = frozenset()


NOTHING_KNOWN = KnownRecords({})
