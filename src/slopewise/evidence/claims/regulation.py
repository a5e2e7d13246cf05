"""Where a cell therapy for ALS is approved, region by region, as of the pages that were read."""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from slopewise.errors import InputError
from slopewise.evidence.study import Citation

__all__ = ["RegulatoryEvent", "RegulatoryStatus", "Standing", "regulation"]

RE_CHECK = "Status changes: check with the regulator before use."


class Standing(StrEnum):
    """Whether any cell therapy for ALS may be sold in a region as an approved treatment."""

    APPROVED = "approved"
    CONDITIONAL = "approved under conditions, under review"
    NOT_APPROVED = "not approved"
    NOT_VERIFIED = "not verified"


@dataclass(frozen=True, slots=True)
class RegulatoryEvent:
    """Something that happened on a date (as precise as the source is), and where it was read."""

    date: str
    event: str
    citation: Citation
    product: str | None = None

    @property
    def words(self) -> str:
        product = f" ({self.product})" if self.product else ""
        return f"{self.date}{product}: {self.event}"


@dataclass(frozen=True, slots=True)
class RegulatoryStatus:
    """One region: the standing, a sentence, the events in order."""

    region: str
    standing: Standing
    sentence: str
    latest_read: str  # date of the newest page read about the region
    events: tuple[RegulatoryEvent, ...]
    not_verified: str | None = None
    re_check: str = RE_CHECK


@cache
def regulation() -> tuple[RegulatoryStatus, ...]:
    """Every region, as the file lists them."""
    file = files("slopewise.evidence.claims") / "regulation.json"
    rows = json.loads(file.read_text(encoding="utf-8"))["regions"]
    return tuple(map(_status, rows))


def _status(row: dict[str, Any]) -> RegulatoryStatus:
    events = tuple(
        RegulatoryEvent(
            date=one["date"],
            event=one["event"],
            citation=Citation(**one["citation"]),
            product=one.get("product"),
        )
        for one in row["events"]
    )
    for event in events:
        if not event.citation.source.strip():
            raise InputError(
                f'regulation.json: "{event.event}" has no source; name the page or take it out'
            )
    return RegulatoryStatus(
        region=row["region"],
        standing=Standing(row["standing"]),
        sentence=row["sentence"],
        latest_read=row["latest_read"],
        events=events,
        not_verified=row.get("not_verified"),
    )
