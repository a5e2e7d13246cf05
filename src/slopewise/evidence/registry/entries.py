"""The registrations: read once from `evidence/registry/*.json`, checked as they are read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from slopewise.errors import InputError
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.studies import cited_record, json_of
from slopewise.evidence.study import CitedNumber, Study

__all__ = [
    "SizeDifference",
    "entries_of",
    "link_remarks",
    "load_entries",
    "read_entry",
    "size_differences",
]

_IDENTIFIER = re.compile(r"NCT\d{8}")
_DATE = re.compile(r"(?:by )?\d{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?)?")


@dataclass(frozen=True, slots=True)
class SizeDifference:
    """A registration and a paper that count different numbers of people; neither is corrected."""

    entry: RegistryEntry
    study: Study
    registered: CitedNumber
    reported: CitedNumber


@cache
def load_entries() -> tuple[RegistryEntry, ...]:
    """Every registration of the package, in order of its identifier."""
    folder = files("slopewise.evidence") / "registry"
    found = (file for file in folder.iterdir() if file.name.endswith(".json"))
    return tuple(read_entry(file) for file in sorted(found, key=lambda file: file.name))


def read_entry(file: Traversable) -> RegistryEntry:
    """One registration from its file; InputError names the file, the key and what to do."""
    entry = cited_record(RegistryEntry, json_of(file), file.name)
    if _IDENTIFIER.fullmatch(entry.identifier) is None:
        raise InputError(
            f'{file.name}: identifier is "{entry.identifier}"; write NCT and eight digits'
        )
    if f"{entry.identifier}.json" != file.name:
        raise InputError(
            f'{file.name}: identifier is "{entry.identifier}"; give file and entry the same name'
        )
    if entry.status != "not read" and (entry.status_date is None or entry.snapshot_date is None):
        raise InputError(
            f'{file.name}: status "{entry.status}" has no date; a status holds on its date only, '
            "add status_date and snapshot_date"
        )
    _check_dates(entry, file.name)
    return entry


def _check_dates(entry: RegistryEntry, name: str) -> None:
    for key in ("status_date", "snapshot_date", "start", "results_date"):
        value = getattr(entry, key)
        if value is not None and _DATE.fullmatch(value) is None:
            raise InputError(f'{name}: {key} is "{value}"; write year-month-day or year-month')


def entries_of(study: Study, entries: Sequence[RegistryEntry]) -> tuple[RegistryEntry, ...]:
    """The registrations of a study, whichever of the two names the other."""
    known = set(study.bibliography.registry_ids)
    return tuple(
        one for one in entries if one.identifier in known or study.study_id in one.study_ids
    )


def link_remarks(studies: Sequence[Study], entries: Sequence[RegistryEntry]) -> tuple[str, ...]:
    """Links between study and registration that only one side knows, or that lead nowhere."""
    by_id = {study.study_id: study for study in studies}
    by_number = {entry.identifier: entry for entry in entries}
    said = []
    for study in studies:
        for number in study.bibliography.registry_ids:
            entry = by_number.get(number)
            if entry is None:
                said.append(f"{study.study_id} names {number}, which has no entry here")
            elif study.study_id not in entry.study_ids:
                said.append(f"{study.study_id} names {number}, whose entry does not name it back")
    for entry in entries:
        for study_id in entry.study_ids:
            if study_id not in by_id:
                said.append(f"{entry.identifier} names {study_id}, which is no study here")
            elif entry.identifier not in by_id[study_id].bibliography.registry_ids:
                said.append(f"{entry.identifier} names {study_id}, which does not name it back")
    return tuple(said)


def size_differences(
    studies: Sequence[Study], entries: Sequence[RegistryEntry]
) -> tuple[SizeDifference, ...]:
    """Where one registration and its one study count people differently.

    People enrolled are compared, or else people treated. Registrations with several studies, and
    studies with several registrations, are left out: their sums are not comparable.
    """
    found = []
    for entry in entries:
        linked = [study for study in studies if study.study_id in entry.study_ids]
        if entry.size is None or len(linked) != 1:
            continue
        people = linked[0].people
        reported = people.enrolled or people.treated
        alone = len(linked[0].bibliography.registry_ids) == 1
        if alone and reported is not None and reported.value not in {None, entry.size.value}:
            found.append(SizeDifference(entry, linked[0], entry.size, reported))
    return tuple(found)
