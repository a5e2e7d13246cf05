"""Keep what was admitted in the folder of this machine, and say of each what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slopewise.errors import RecordError
from slopewise.workflow.admit_evidence import Admission
from slopewise.workflow.published_record import added_folder
from slopewise.workflow.read_evidence import ReadEvidence

if TYPE_CHECKING:
    from slopewise.records.published.folder import KeptEvent, KeptStudy

__all__ = ["EntryOutcome", "StudyOutcome", "keep_entries", "keep_studies"]


@dataclass(frozen=True, slots=True)
class StudyOutcome:
    """What became of a study: "new", "changed", "unchanged", "known" or "refused"; and why."""

    study_id: str
    label: str
    what: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class EntryOutcome:
    """What became of a registry entry, its status before and now, each with its date."""

    identifier: str
    what: str
    was: str | None
    now: str


def keep_studies(
    admissions: Sequence[Admission], event: "KeptEvent", *, preview: bool
) -> tuple[StudyOutcome, ...]:
    """Keep what was admitted; a preview says what would be done and keeps nothing."""
    from slopewise.records.published.folder import keep, kept_studies

    folder = added_folder()
    state = {one.study_id: one for one in kept_studies(folder)}
    made = []
    for one in admissions:
        what, why = one.what, one.why
        if what == "admitted" and preview:
            what = _foreseen(one, state.get(one.study.study_id), event.what)
        elif what == "admitted":
            try:
                what = keep(folder, one.study, event, supersedes=one.supersedes)[1].value
            except RecordError as error:
                what, why = "refused", str(error)
        made.append(StudyOutcome(one.study.study_id, one.study.label, what, why))
    return tuple(made)


def _foreseen(one: Admission, kept: "KeptStudy | None", state: str) -> str:
    if kept is None:
        return "new"
    is_same = kept.study == one.study and kept.state.value == state
    return "unchanged" if is_same and kept.supersedes == one.supersedes else "changed"


def keep_entries(read: ReadEvidence, *, preview: bool) -> tuple[EntryOutcome, ...]:
    """Keep what registry entries say anew, beside what they said before."""
    from slopewise.evidence.registry.entries import load_entries
    from slopewise.records.registry.kept_entries import keep_entry

    folder = added_folder().parent / "registry"
    packaged = {entry.identifier: entry for entry in load_entries()}
    made = []
    for entry in read.entries:
        known = packaged.get(entry.identifier)
        what, before = keep_entry(folder, entry, known=known, preview=preview)
        was = None if before is None else f"{before.status} ({before.status_date or 'no date'})"
        now = f"{entry.status} ({entry.status_date})"
        made.append(EntryOutcome(entry.identifier, what.value, was, now))
    return tuple(made)
