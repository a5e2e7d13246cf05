"""ALSFRS-R (contract stub; deepened in this package)."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["AlsfrsItems", "Scale"]


class Scale(Enum):
    """Which form was used; totals of the two are never mixed."""

    ALSFRS_R = "ALSFRS-R"
    ALSFRS = "ALSFRS"


@dataclass(frozen=True, slots=True)
class AlsfrsItems:
    """Item scores 0..4; item 5 is 5a without gastrostomy or 5b with it."""

    scores: tuple[float | None, ...]
    cutting_with_gastrostomy: bool | None = None
