"""Options of the commands that read a study: what is the outcome, the event, and which column."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.errors import InputError

if TYPE_CHECKING:
    from slopewise.workflow.study import StudyRequest

__all__ = [
    "Columns",
    "EntryColumn",
    "EntryFrom",
    "EntryName",
    "EventColumn",
    "EventKind",
    "EventName",
    "FollowUpColumn",
    "MarkerRange",
    "MarkerUnit",
    "Outcome",
    "PatientColumn",
    "RisingIsWorse",
    "StudyFolder",
    "SubjectsFile",
    "TimeColumn",
    "TimeUnit",
    "TreatedColumn",
    "UntilTreatment",
    "VisitsFile",
    "names_of",
    "study_request",
]


class EventKind(Enum):
    """Events of a patient record; the definition goes into the answer."""

    SURVIVAL = "survival"
    DEATH = "death"
    GASTROSTOMY = "gastrostomy"
    NIV = "niv"
    NONE = "none"


class EntryName(Enum):
    """From when a patient could have been seen to have the event."""

    FIRST_VISIT = "first-visit"
    FIRST_DOSE = "first-dose"


class UnitOfTime(Enum):
    """Unit of the time columns of own tables."""

    MONTHS = "months"
    YEARS = "years"
    DAYS = "days"


_TABLES = "Your own tables"
_RECORD = "Patient records"

StudyFolder = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER",
        help="Folder that `assess` takes, or two tables of your own: visits and patients.",
    ),
]
Outcome = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="COLUMN,...",
        help="What declines: alsfrs_total (usual), bulbar, fine_motor, gross_motor, respiratory, "
        "fvc, svc, a symptom scale, or a column of your tables. Several: they are correlated.",
    ),
]
EventName = Annotated[
    EventKind | None,
    typer.Option("--event", help="Event of a patient record; usual: survival. none: no event."),
]
EntryFrom = Annotated[
    EntryName,
    typer.Option(
        "--entry", help="first-dose: people are in the records because alive at the first dose."
    ),
]
UntilTreatment = Annotated[
    bool, typer.Option("--until-treatment", help="Stop following at the first dose.")
]
VisitsFile = Annotated[
    str | None, typer.Option("--visits-file", metavar="NAME", help="Own tables: one row a visit.")
]
SubjectsFile = Annotated[
    str | None,
    typer.Option("--subjects-file", metavar="NAME", help="Own tables: one row a patient."),
]
PatientColumn = Annotated[
    str | None, typer.Option("--patient-column", metavar="COLUMN", help="Own tables: the patient.")
]
TimeColumn = Annotated[
    str | None, typer.Option("--time-column", metavar="COLUMN", help="Own tables: visit's time.")
]
TimeUnit = Annotated[
    UnitOfTime | None,
    typer.Option("--time-unit", help="Own tables: unit of time; else by the column's name."),
]
FollowUpColumn = Annotated[
    str | None,
    typer.Option("--follow-up-column", metavar="COLUMN", help="Own tables: end of follow-up."),
]
EventColumn = Annotated[
    str | None,
    typer.Option(
        "--event-column", metavar="COLUMN[=VALUE]", help="Own tables: whether the event ended it."
    ),
]
EntryColumn = Annotated[
    str | None,
    typer.Option("--entry-column", metavar="COLUMN", help="Own tables: late entry, time of it."),
]
TreatedColumn = Annotated[
    str | None,
    typer.Option(
        "--treated-column", metavar="COLUMN[=VALUE]", help="Own tables: treated from month 0."
    ),
]
MarkerRange = Annotated[
    list[str] | None,
    typer.Option(
        "--marker-range", metavar="LOW,HIGH", help="Own tables: range; again for each outcome."
    ),
]
MarkerUnit = Annotated[
    list[str] | None,
    typer.Option("--marker-unit", metavar="TEXT", help="Own tables: unit; again for each outcome."),
]
RisingIsWorse = Annotated[
    bool, typer.Option("--rising-is-worse", help="Own tables: the outcome rises as people worsen.")
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """The options above that name files, columns and ranges, as they were given."""

    outcome: str | None = None
    event: EventKind | None = None
    entry: EntryName = EntryName.FIRST_VISIT
    until_treatment: bool = False
    visits_file: str | None = None
    subjects_file: str | None = None
    patient_column: str | None = None
    time_column: str | None = None
    time_unit: UnitOfTime | None = None
    follow_up_column: str | None = None
    event_column: str | None = None
    entry_column: str | None = None
    treated_column: str | None = None
    marker_range: list[str] | None = None
    marker_unit: list[str] | None = None
    rising_is_worse: bool = False


def names_of(text: str | None) -> tuple[str, ...]:
    """Names separated by commas."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def study_request(columns: Columns, *, covariates: tuple[str, ...] = ()) -> "StudyRequest":
    """What the workflow takes. Raises InputError for a range that is none."""
    from slopewise.records.observed.plain_columns import PlainColumns
    from slopewise.workflow.study import StudyRequest

    return StudyRequest(
        outcomes=names_of(columns.outcome),
        event=columns.event.value if columns.event else None,
        columns=PlainColumns(
            visits_file=columns.visits_file,
            subjects_file=columns.subjects_file,
            patient=columns.patient_column,
            time=columns.time_column,
            follow_up=columns.follow_up_column,
            event=columns.event_column,
            entry=columns.entry_column,
            treated=columns.treated_column,
            time_unit=columns.time_unit.value if columns.time_unit else None,
        ),
        limits=tuple(_limits(text) for text in columns.marker_range or ()),
        units=tuple(columns.marker_unit or ()),
        rising_is_worse=columns.rising_is_worse,
        covariates=covariates,
        entry=columns.entry.value,
        until_treatment=columns.until_treatment,
    )


def _limits(text: str) -> tuple[float, float]:
    low, comma, high = text.partition(",")
    try:
        if not comma:
            raise ValueError
        return float(low), float(high)
    except ValueError:
        raise InputError(
            f"--marker-range {text!r} is not LOW,HIGH; write for example --marker-range 0,48"
        ) from None
