"""The filter and order of the list, and the prior of a page, as they stand in the address."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict

from slopewise.response.assessment import Prior

__all__ = [
    "COLUMNS",
    "HORIZONS",
    "ListForm",
    "ListQuery",
    "OutlookForm",
    "OutlookQuery",
    "PatientKey",
    "PriorForm",
    "PriorQuery",
]

HORIZONS = ("6", "12", "24")  # months ahead that a page offers

COLUMNS = (
    ("patient", "Patient"),
    ("answer", "Did decline slow?"),
    ("slowing", "Slowing, 90 % interval"),
    ("visit", "Last visit"),
    ("overdue", "Overdue"),
)


class ListForm(BaseModel):
    """Which patients, in which order; `find` is part of an identifier."""

    model_config = ConfigDict(extra="ignore", str_max_length=80, frozen=True)

    find: str = ""
    sort: Literal["patient", "answer", "slowing", "visit", "overdue"] = "patient"
    order: Literal["up", "down"] = "up"

    def headings(self) -> tuple[tuple[str, str, str | None], ...]:
        """Each column's heading, the address that sorts by it, and its aria-sort if it stands."""
        return tuple((words, self._address(name), self._aria(name)) for name, words in COLUMNS)

    def _address(self, name: str) -> str:
        turn = "down" if name == self.sort and self.order == "up" else "up"
        kept = {"find": self.find} if self.find else {}
        return "/patients?" + urlencode({**kept, "sort": name, "order": turn})

    def _aria(self, name: str) -> str | None:
        if name != self.sort:
            return None
        return "ascending" if self.order == "up" else "descending"


class PriorForm(BaseModel):
    """What is assumed before the scores are seen."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    prior: Prior = Prior.SCEPTICAL


class OutlookForm(BaseModel):
    """How many months ahead, and whether the survival table was asked for."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    months: Literal["6", "12", "24"] = "12"
    curve: Literal["", "yes"] = ""


ListQuery = Annotated[ListForm, Query()]
PriorQuery = Annotated[PriorForm, Query()]
OutlookQuery = Annotated[OutlookForm, Query()]
# SQLite counts its rows in 64 bits
PatientKey = Annotated[int, Path(ge=1, le=2**63 - 1)]
