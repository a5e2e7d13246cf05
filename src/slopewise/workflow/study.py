"""What is asked of a study's files, and what was read of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slopewise.progression.joint.specification import Marker
    from slopewise.progression.observed.patients import EventDefinition, LeftOut, ObservedPatient
    from slopewise.records.observed.plain_columns import PlainColumns

__all__ = ["StudyRead", "StudyRequest"]


@dataclass(frozen=True)
class StudyRequest:
    """What of the files is the outcome and the event; the ranges and units go by outcome.

    `event`: a name of the record (survival, death, gastrostomy, niv, none); None = survival.
    """

    outcomes: tuple[str, ...] = ()
    event: str | None = None
    columns: "PlainColumns | None" = None
    limits: tuple[tuple[float, float], ...] = ()
    units: tuple[str, ...] = ()
    rising_is_worse: bool = False
    covariates: tuple[str, ...] = ()
    entry: str = "first-visit"
    until_treatment: bool = False
    markers: "tuple[Marker, ...]" = ()  # where a model says which, instead of the outcomes
    usual_columns: "PlainColumns | None" = None  # for what is not told of plain tables


@dataclass(frozen=True)
class StudyRead:
    """The patients, what is modelled of them, and everything that a reader should know of it."""

    patients: "tuple[ObservedPatient, ...]"
    markers: "tuple[Marker, ...]"
    event: "EventDefinition"
    left_out: "tuple[LeftOut, ...]"
    remarks: tuple[str, ...] = ()
    columns: "PlainColumns | None" = None  # None: a record in slopewise's own layout
