"""Add new evidence: what each conclusion was, is now, and why; keep it, list it, take it out."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from slopewise.errors import InputError
from slopewise.evidence.change import Change, changes
from slopewise.evidence.conclusions import conclusions
from slopewise.evidence.study import Study
from slopewise.records.importers.report import Finding
from slopewise.records.published.folder import KeptEvent, KeptStudy
from slopewise.workflow.admit_evidence import admit
from slopewise.workflow.keep_evidence import (
    EntryOutcome,
    StudyOutcome,
    keep_entries,
    keep_studies,
)
from slopewise.workflow.published_record import (
    added_folder,
    load_packaged,
    published_studies,
    record_with,
)
from slopewise.workflow.read_evidence import EvidenceKind, read_evidence_file

__all__ = [
    "AddedEvidence",
    "accept_evidence",
    "add_evidence",
    "list_added",
    "moved_conclusions",
    "void_evidence",
]


@dataclass(frozen=True, slots=True)
class AddedEvidence:
    """The answer to adding, accepting or voiding: outcomes, findings, and every conclusion."""

    source: str
    outcomes: tuple[StudyOutcome, ...]
    changes: tuple[Change, ...]
    entries: tuple[EntryOutcome, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_preview: bool = False
    are_drafts: bool = False


def add_evidence(
    path: Path, *, now: datetime, preview: bool = False, replaces: bool = False
) -> AddedEvidence:
    """Add a file, and say what it changes. All of a file of studies or effects is added, or none.

    Raises InputError for a file that cannot be read, and for a study that is in the record.
    """
    read = read_evidence_file(path, read_on=now.date())
    record = published_studies()
    packaged = frozenset(study.study_id for study in load_packaged())
    admissions = admit(read.studies, record, packaged, replaces=replaces)
    refused = [one for one in admissions if one.what == "refused"]
    if refused and read.kind in {EvidenceKind.STUDY, EvidenceKind.EFFECTS}:
        reasons = "; ".join(f"{one.study.label}: {one.why}" for one in refused)
        raise InputError(f"{read.name} was not added: {reasons}")
    admitted = [one.study for one in admissions if one.what == "admitted"]
    moved = moved_conclusions(record, record_with(record, admitted), moved=admitted)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    event = KeptEvent(now.isoformat(timespec="seconds"), "added", None, read.name, sha256)
    return AddedEvidence(
        source=read.name,
        outcomes=keep_studies(admissions, event, preview=preview),
        changes=moved,
        entries=keep_entries(read, preview=preview),
        findings=read.findings,
        is_preview=preview,
    )


def moved_conclusions(
    before: Sequence[Study], after: Sequence[Study], *, moved: Sequence[Study]
) -> tuple[Change, ...]:
    """Every conclusion of the record before and after."""
    return changes(conclusions(before), conclusions(after), moved=moved)


def list_added() -> tuple[KeptStudy, ...]:
    """Every study kept on this machine, drafts and voided ones too."""
    from slopewise.records.published.folder import kept_studies

    return kept_studies(added_folder())


def accept_evidence(study_id: str, *, now: datetime) -> AddedEvidence:
    """Let a draft take part in answers, and say what that changes."""
    from slopewise.records.published.folder import accept

    return _moved(study_id, lambda folder: accept(folder, study_id, now=now), "accepted")


def void_evidence(study_id: str, *, reason: str, now: datetime) -> AddedEvidence:
    """Take an added study out of every answer, and say what that changes; its file stays."""
    from slopewise.records.published.folder import void

    return _moved(study_id, lambda folder: void(folder, study_id, reason=reason, now=now), "voided")


def _moved(study_id: str, act: Callable[[Path], KeptStudy], what: str) -> AddedEvidence:
    before = published_studies()
    kept = act(added_folder())
    after = published_studies()
    moved = [] if before == after else [kept.study]
    outcome = StudyOutcome(study_id, kept.study.label, what, kept.history[-1].why)
    return AddedEvidence(
        source=study_id,
        outcomes=(outcome,),
        changes=moved_conclusions(before, after, moved=moved),
    )
