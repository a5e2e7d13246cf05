"""A folder of files, or the store, to the patients that a progression model takes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.workflow.study import StudyRead, StudyRequest

if TYPE_CHECKING:
    from slopewise.records.store import Store

__all__ = ["read_folder", "read_store"]


def read_folder(path: Path, request: StudyRequest) -> StudyRead:
    """A folder that `assess` takes, or any two tables of visits and patients.

    Raises InputError where a file cannot be read, naming file, line, column, value and remedy.
    """
    from slopewise.progression.observed.patients import LeftOut
    from slopewise.records.store import open_store
    from slopewise.workflow.import_records import import_records

    if _is_plain(path, request):
        return _read_plain(path, request)
    store = open_store(None)
    try:
        report = import_records(store, path, now=datetime.now(UTC))
        found = read_store(store, request)
    finally:
        store.close()
    rows = tuple(
        LeftOut("rows", f"{f.reason}; {f.remedy}", 1, (_place(f.file, f.row, f.column, f.value),))
        for f in report.left_out
    )
    return StudyRead(
        found.patients, found.markers, found.event, (*rows, *found.left_out), found.remarks
    )


def read_store(
    store: "Store", request: StudyRequest, *, patient_id: str | None = None
) -> StudyRead:
    """The patients of a store, or the one of that name."""
    from slopewise.progression.observed.patients import check_markers
    from slopewise.records.observed.from_record import (
        EVENTS,
        Entry,
        marker_of_record,
        observed_patients,
    )
    from slopewise.records.queries import baseline_facts, histories

    event = request.event or "survival"
    if event not in EVENTS:
        raise InputError(f"event {event!r} is not known; use one of {', '.join(EVENTS)}")
    names = request.outcomes or ("alsfrs_total",)
    markers = request.markers or tuple(marker_of_record(name) for name in names)
    check_markers(markers)
    _check_outcomes(request)
    with store.reading() as session:
        treated = histories.load(session, patient_id)
        facts = baseline_facts.load(session)
    if not treated:
        raise InputError("there is no patient in the files; give a folder that holds visits.csv")
    patients, left_out = observed_patients(
        treated,
        markers,
        event=EVENTS[event],
        facts=facts,
        entry=Entry(request.entry),
        until_treatment=request.until_treatment,
    )
    return StudyRead(tuple(patients), markers, EVENTS[event], tuple(left_out))


def _read_plain(path: Path, request: StudyRequest) -> StudyRead:
    from slopewise.progression.observed.patients import check_markers
    from slopewise.records.observed.plain_columns import PlainColumns
    from slopewise.records.observed.plain_tables import marker_of_column, read_plain

    if request.event not in {None, "survival", "none"}:
        raise InputError(
            f"--event {request.event} is for patient records; for tables of your own name the "
            "event by --event-column"
        )
    columns = (request.columns or PlainColumns()).or_else(request.usual_columns)
    names = request.outcomes
    markers = request.markers or tuple(
        marker_of_column(
            name,
            unit=request.units[place] if place < len(request.units) else None,
            limits=request.limits[place] if place < len(request.limits) else None,
            rising_is_worse=request.rising_is_worse,
        )
        for place, name in enumerate(names)
    )
    check_markers(markers)
    found = read_plain(
        path,
        columns.with_outcomes(names),
        markers=markers,
        covariates=request.covariates,
        with_event=request.event != "none",
    )
    return StudyRead(
        found.patients, found.markers, found.event, found.left_out, found.remarks, found.columns
    )


def _check_outcomes(request: StudyRequest) -> None:
    """Refuse an outcome that a given model does not hold; a record's outcomes have fixed names."""
    held = [marker.name for marker in request.markers]
    for name in request.outcomes:
        if held and name not in held:
            raise InputError(
                f"{name} is not modelled by this model (its outcome is: {', '.join(held)}); fit "
                f"one with `slopewise fit progression FOLDER --outcome {name} --output FIT.json` "
                "and give it by --model"
            )


def _is_plain(path: Path, request: StudyRequest) -> bool:
    """Whether the files are plain tables: columns were named, or no layout of ours is there."""
    from slopewise.records.importers.proact import looks_like_proact
    from slopewise.records.observed.plain_columns import is_record

    if request.columns is not None and request.columns.is_told:
        return True
    return not (looks_like_proact(path) or is_record(path))


def _place(file: str, row: int | None, column: str | None, value: str | None) -> str:
    parts = [file, *([f"line {row}"] if row else []), *([f"column {column}"] if column else [])]
    return ", ".join([*parts, *([f"value {value!r}"] if value else [])])
