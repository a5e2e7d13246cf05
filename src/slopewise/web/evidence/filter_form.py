"""The filter of the list of studies, as it stands in the address."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from slopewise.evidence.filters import StudyFilter

__all__ = ["SORTS", "Choice", "EvidenceForm", "EvidenceQuery"]

SORTS = (
    ("study", "Study"),
    ("design", "Design"),
    ("cells", "Cells and donor"),
    ("route", "Route"),
    ("people", "People treated / control"),
    ("year", "Year"),
)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select: what is sent, what is read, whether it stands."""

    value: str
    words: str
    is_chosen: bool


class EvidenceForm(BaseModel):
    """Filter and order; an empty field leaves its side open."""

    model_config = ConfigDict(extra="ignore", str_max_length=_LONGEST, frozen=True)

    cells: str = ""
    donor: str = ""
    route: str = ""
    design: str = ""
    scale: str = ""
    numbers: Literal["", "yes", "no"] = ""
    text: str = ""
    sort: Literal["study", "design", "cells", "route", "people", "year"] = "design"

    def wanted(self) -> StudyFilter:
        """The filter the form stands for."""
        return StudyFilter(
            cell_source=self.cells or None,
            donor=self.donor or None,
            route=self.route or None,
            design_class=self.design or None,
            scale=self.scale or None,
            has_numbers={"yes": True, "no": False}.get(self.numbers),
            text=self.text or None,
        )

    def sort_links(self) -> tuple[tuple[str, str, bool], ...]:
        """Per order: its heading, the address that keeps the filter, whether it stands."""
        kept = {key: value for key, value in self.model_dump().items() if value and key != "sort"}
        return tuple(
            (heading, "/evidence/studies?" + urlencode({**kept, "sort": key}), key == self.sort)
            for key, heading in SORTS
        )


EvidenceQuery = Annotated[EvidenceForm, Query()]
