"""What must be known of the record before its numbers are used, part by part.

Nothing here corrects anything. A remark says where to look; only a file that cannot be read, or
that breaks a rule of the schema, is an error.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.bias.judgement import Judgement
from slopewise.evidence.checks.numbers import NumberRead, numbers_of
from slopewise.evidence.registry.entries import link_remarks, size_differences
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.study import ArmRole, GroupDifference, ResponderResult, Study

__all__ = [
    "CheckPart",
    "CheckSection",
    "RecordCheck",
    "Remark",
    "check_record",
    "superseded_rows",
]


class CheckPart(StrEnum):
    """The parts of the check, in the order shown."""

    BROKEN = "broken_files"
    CONTRADICTIONS = "contradictions_in_print"
    SUPERSEDED = "superseded_figures"
    OVERLAPS = "overlaps_said_by_one_side"
    LINKS = "registry_links"
    SIZES = "registry_and_paper_sizes"
    ARMS = "arms_and_people"
    UNJUDGED = "bias_not_judged"
    SECONDARY = "secondary_sources"
    STATUS = "reading_status_not_recorded"
    CLAIMS = "claims_without_their_rows"

    @property
    def is_error(self) -> bool:
        return self is CheckPart.BROKEN

    @property
    def words(self) -> str:
        return _WORDS[self]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know: the study, registration or file it is about, and what it is."""

    about: str
    text: str
    count: int = 1  # numbers, domains or rows that the remark covers


@dataclass(frozen=True, slots=True)
class CheckSection:
    """One part of the check with what was found."""

    part: CheckPart
    remarks: tuple[Remark, ...]

    @property
    def count(self) -> int:
        return sum(remark.count for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """What was checked, and part by part what was found."""

    studies: int
    entries: int
    sections: tuple[CheckSection, ...]

    @property
    def is_broken(self) -> bool:
        return any(section.part.is_error and section.remarks for section in self.sections)


def check_record(
    studies: Sequence[Study], entries: Sequence[RegistryEntry]
) -> tuple[CheckSection, ...]:
    """The parts that follow from studies and registrations alone."""
    each: tuple[tuple[CheckPart, Callable[[Study], Iterator[Remark]]], ...] = (
        (CheckPart.SUPERSEDED, _superseded),
        (CheckPart.ARMS, _arms),
        (CheckPart.UNJUDGED, _unjudged),
        (CheckPart.SECONDARY, _secondary),
        (CheckPart.STATUS, _without_status),
    )
    found = {part: tuple(one for study in studies for one in look(study)) for part, look in each}
    found[CheckPart.OVERLAPS] = tuple(_one_sided(studies))
    found[CheckPart.LINKS] = tuple(
        Remark(text.split(" ", 1)[0], text) for text in link_remarks(studies, entries)
    )
    found[CheckPart.SIZES] = (*_sizes(studies, entries), *_sizes_within(studies))
    return tuple(CheckSection(part, found[part]) for part in CheckPart if part in found)


def superseded_rows(study: Study) -> tuple[GroupDifference | ResponderResult, ...]:
    """The figures of a study that a later report replaced; they stay, and stay marked."""
    rows: tuple[GroupDifference | ResponderResult, ...] = (
        *study.group_differences,
        *study.vital_capacity_differences,
        *study.responders,
    )
    return tuple(row for row in rows if row.superseded_by is not None)


def _superseded(study: Study) -> Iterator[Remark]:
    for row in superseded_rows(study):
        name = row.definition if isinstance(row, ResponderResult) else row.outcome
        yield Remark(study.study_id, f"{name}: replaced by {row.superseded_by}")


def _arms(study: Study) -> Iterator[Remark]:
    """Treated arms whose people do not add up to the people treated; legs are not arms."""
    treated = study.people.treated
    arms = [arm for arm in study.arms if arm.role is ArmRole.TREATED]
    counts = [arm.n.value for arm in arms if arm.n is not None and arm.n.value is not None]
    if treated is None or treated.value is None or len(counts) != len(arms) or not arms:
        return
    if sum(counts) != treated.value:
        yield Remark(
            study.study_id,
            f"the treated arms hold {sum(counts):g} people, but {treated.value:g} were treated",
        )


def _unjudged(study: Study) -> Iterator[Remark]:
    assessed = study.risk_of_bias_judgements
    if assessed is None:
        if study.is_content_read:
            yield Remark(study.study_id, "no domain of bias is judged")
        return
    names = [one.domain for one in assessed.domains if one.judgement is Judgement.NOT_JUDGED]
    if names:
        yield Remark(study.study_id, f"{assessed.tool}: {', '.join(names)}", len(names))


def _secondary(study: Study) -> Iterator[Remark]:
    yield from _counted(study, lambda number: number.citation.is_secondary, "secondary source")


def _without_status(study: Study) -> Iterator[Remark]:
    yield from _counted(study, lambda number: number.citation.status is None, "no reading status")


def _counted(study: Study, is_meant: Callable[[NumberRead], bool], why: str) -> Iterator[Remark]:
    """Numbers by the row they stand in, so that a table is one remark."""
    rows = Counter(
        number.place.split(".", 1)[0] for number in numbers_of(study) if is_meant(number)
    )
    for row, count in rows.items():
        noun = "number" if count == 1 else "numbers"
        yield Remark(study.study_id, f"{row}: {count} {noun}, {why}", count)


def _one_sided(studies: Sequence[Study]) -> Iterator[Remark]:
    named = {
        study.study_id: {other for overlap in study.overlaps for other in overlap.study_ids}
        for study in studies
    }
    for study_id, others in named.items():
        for other in sorted(others):
            if study_id not in named.get(other, {study_id}):
                yield Remark(study_id, f"names {other}, which does not name it back")


def _sizes(studies: Sequence[Study], entries: Sequence[RegistryEntry]) -> Iterator[Remark]:
    for found in size_differences(studies, entries):
        kind = "planned" if found.entry.is_size_planned else "enrolled"
        yield Remark(
            found.study.study_id,
            f"{found.entry.identifier} says {found.registered.value:g} {kind} "
            f"(as of {found.entry.snapshot_date}), the report {found.reported.value:g}",
        )


def _sizes_within(studies: Sequence[Study]) -> Iterator[Remark]:
    """People enrolled by a registry page beside people treated by the report."""
    for study in studies:
        enrolled, treated, control = (
            study.people.enrolled,
            study.people.treated,
            study.people.control,
        )
        if enrolled is None or treated is None or enrolled.value is None or treated.value is None:
            continue
        counted = treated.value + (0 if control is None else control.value or 0)
        if "registry" in (enrolled.citation.pointer or "") and counted != enrolled.value:
            yield Remark(
                study.study_id,
                f"a registry page says {enrolled.value:g} enrolled, the report counts {counted:g}",
            )


_WORDS = {
    CheckPart.BROKEN: "Files that cannot be used",
    CheckPart.CONTRADICTIONS: "Contradictions in print",
    CheckPart.SUPERSEDED: "Figures that a later report replaced",
    CheckPart.OVERLAPS: "Overlaps that only one side names",
    CheckPart.LINKS: "Links between study and registration that do not hold both ways",
    CheckPart.SIZES: "Registry and report count people differently",
    CheckPart.ARMS: "Arms that do not add up to the people treated",
    CheckPart.UNJUDGED: "Domains of bias not judged",
    CheckPart.SECONDARY: "Numbers from secondary sources",
    CheckPart.STATUS: "Numbers without a reading status",
    CheckPart.CLAIMS: "Claims that name a row which is not there",
}
