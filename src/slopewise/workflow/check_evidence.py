"""Check the published record, or files of studies that somebody wrote."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from slopewise.errors import InputError
from slopewise.evidence.checks.record_check import (
    CheckPart,
    CheckSection,
    RecordCheck,
    Remark,
    check_record,
)
from slopewise.evidence.registry.entries import load_entries, read_entry
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.studies import read_study, unknown_overlaps
from slopewise.evidence.study import Study

__all__ = ["check_evidence"]


def check_evidence(place: Path | None = None) -> RecordCheck:
    """Check the whole record; or one file, or each file of a folder, against the schema.

    A file named NCT and eight digits is read as a registration. Raises InputError where the
    place does not exist or holds no such file; what is wrong inside a file is in the answer.
    """
    if place is None:
        return _check_package()
    own = _files_at(place)
    studies, entries, broken = _read(own)
    from slopewise.evidence.studies import load_studies

    known = {study.study_id for study in (*load_studies(), *studies)}
    broken = (*broken, *_overlaps_with_nobody(studies, known))
    every = _together(load_studies(), studies)
    mine = {study.study_id for study in studies} | {entry.identifier for entry in entries}
    numbers = {entry.identifier: entry for entry in (*load_entries(), *entries)}
    found = _sections(every, tuple(numbers.values()), broken)
    about = mine | {remark.about for remark in broken}
    kept = tuple(
        CheckSection(one.part, tuple(said for said in one.remarks if said.about in about))
        for one in found
    )
    return RecordCheck(len(studies), len(entries), kept)


def _check_package() -> RecordCheck:
    root = files("slopewise.evidence")
    packaged = (*(root / "studies").iterdir(), *(root / "registry").iterdir())
    studies, entries, broken = _read(one for one in packaged if one.name.endswith(".json"))
    known = {study.study_id for study in studies}
    broken = (*broken, *_overlaps_with_nobody(studies, known))
    if not broken:
        from slopewise.workflow.published_record import published_entries, published_studies

        # with those added on this machine
        studies, entries = published_studies(), published_entries()
    sections = _sections(studies, entries, broken)
    if not broken:
        from slopewise.evidence.checks.claim_rows import claims_without_rows
        from slopewise.evidence.claims.known import known_claims

        sections = (*sections, claims_without_rows(known_claims(), studies))
    return RecordCheck(len(studies), len(entries), sections)


def _files_at(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise InputError(f"{place} does not exist; name a study file (.json) or a folder of them")
    found = sorted(file for file in place.glob("*.json") if file.is_file())
    if not found:
        raise InputError(f"the folder {place} holds no .json file; name one with study files")
    return found


def _read(
    sources: Iterable[Traversable],
) -> tuple[tuple[Study, ...], tuple[RegistryEntry, ...], tuple[Remark, ...]]:
    """Every file that can be read, and for each other one what is wrong with it."""
    studies: list[Study] = []
    entries: list[RegistryEntry] = []
    broken: list[Remark] = []
    for file in sorted(sources, key=lambda file: file.name):
        try:
            if file.name.startswith("NCT"):
                entries.append(read_entry(file))
            else:
                studies.append(read_study(file))
        except InputError as error:
            broken.append(Remark(file.name, str(error)))
    return tuple(studies), tuple(entries), tuple(broken)


def _overlaps_with_nobody(studies: Sequence[Study], known: set[str]) -> Iterator[Remark]:
    for study in studies:
        for said in unknown_overlaps(study, known):
            yield Remark(f"{study.study_id}.json", said)


def _together(known: Sequence[Study], own: Sequence[Study]) -> tuple[Study, ...]:
    """The record with the own files in the place of those of the same name."""
    by_id = {study.study_id: study for study in (*known, *own)}
    return tuple(by_id[study_id] for study_id in sorted(by_id))


def _sections(
    studies: Sequence[Study], entries: Sequence[RegistryEntry], broken: tuple[Remark, ...]
) -> tuple[CheckSection, ...]:
    from slopewise.report.evidence.study import printed_contradictions

    printed = tuple(
        Remark(study.study_id, said) for study in studies for said in printed_contradictions(study)
    )
    made = (
        CheckSection(CheckPart.BROKEN, broken),
        CheckSection(CheckPart.CONTRADICTIONS, printed),
        *check_record(studies, entries),
    )
    return tuple(sorted(made, key=lambda one: list(CheckPart).index(one.part)))
