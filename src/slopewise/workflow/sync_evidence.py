"""Read a folder, or a server the user names, into drafts; show what they would change."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from slopewise.errors import InputError
from slopewise.evidence.study import Study
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.published.folder import KeptEvent
from slopewise.records.published.server import FetchLimits, fetch, is_address, with_page_token
from slopewise.workflow.add_evidence import AddedEvidence, moved_conclusions
from slopewise.workflow.admit_evidence import Admission, admit
from slopewise.workflow.keep_evidence import (
    EntryOutcome,
    StudyOutcome,
    keep_entries,
    keep_studies,
)
from slopewise.workflow.published_record import load_packaged, published_studies, record_with
from slopewise.workflow.read_evidence import ReadEvidence, read_content, read_evidence_file

__all__ = ["sync_evidence"]

LIMIT_FILES = 2_000
SUFFIXES = {".json", ".csv", ".tsv", ".ris", ".nbib", ".txt"}


def sync_evidence(
    source: str, *, now: datetime, limits: FetchLimits | None = None
) -> AddedEvidence:
    """Keep the studies of a folder or server as drafts, and registry entries with their dates.

    One file that cannot be read does not stop the others: it is a finding. A server's page that
    cannot be read stops the reading, with nothing kept of any page.
    """
    findings: list[Finding] = []
    if is_address(source):
        reads = list(_pages(source, read_on=now.date(), limits=limits or FetchLimits()))
    else:
        reads = list(_files(Path(source), findings, read_on=now.date()))
    record = published_studies()
    packaged = frozenset(study.study_id for study in load_packaged())
    outcomes: list[StudyOutcome] = []
    entries: list[EntryOutcome] = []
    drafts: list[Study] = []
    for read in reads:
        seen = [*record, *drafts]
        admissions = [
            _checked(one, record) for one in admit(read.studies, seen, packaged, replaces=False)
        ]
        event = KeptEvent(now.isoformat(timespec="seconds"), "draft", None, read.name)
        kept = keep_studies(admissions, event, preview=False)
        outcomes += kept
        drafts += [
            one.study
            for one, done in zip(admissions, kept, strict=True)
            if one.what == "admitted" and done.what != "refused"
        ]
        entries += keep_entries(read, preview=False)
        findings += read.findings
    return AddedEvidence(
        source=source,
        outcomes=tuple(outcomes),
        changes=moved_conclusions(record, record_with(record, drafts), moved=drafts),
        entries=tuple(entries),
        findings=tuple(findings),
        are_drafts=True,
    )


def _checked(one: Admission, record: tuple[Study, ...]) -> Admission:
    """Refuse a draft that names an overlap with nobody, instead of stopping at it."""
    if one.what != "admitted":
        return one
    try:
        record_with(record, [one.study])
    except InputError as error:
        return Admission(one.study, "refused", str(error))
    return one


def _files(folder: Path, findings: list[Finding], *, read_on: date) -> Iterator[ReadEvidence]:
    if not folder.is_dir():
        raise InputError(
            f"{folder} is no folder; give a folder, or an address that begins with https://"
        )
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    if len(paths) > LIMIT_FILES:
        raise InputError(f"{folder} holds {len(paths):,} files; at most {LIMIT_FILES:,} are read")
    for path in paths:
        if path.name.startswith("."):
            continue
        if path.suffix.casefold() not in SUFFIXES:
            findings.append(_finding(path.name, "no kind of file that is read", Severity.INFO))
            continue
        try:
            yield read_evidence_file(path, read_on=read_on)
        except InputError as error:
            findings.append(_finding(path.name, str(error), Severity.ERROR))


def _finding(name: str, reason: str, severity: Severity) -> Finding:
    return Finding(
        file=name,
        row=None,
        column=None,
        value=None,
        rule="evidence_file",
        reason=reason,
        remedy="nothing",
        severity=severity,
    )


def _pages(address: str, *, read_on: date, limits: FetchLimits) -> Iterator[ReadEvidence]:
    """The page at the address and those that follow it."""
    tokens: set[str] = set()
    place = address
    while True:
        page = fetch(place, limits=limits)
        read = read_content(page.name, page.content, read_on=read_on)
        yield read
        token = read.next_page
        if not token:
            return
        if token in tokens:
            raise InputError(f"{page.name} gives the same page again; ask for another page size")
        tokens.add(token)
        if len(tokens) >= limits.pages:
            raise InputError(f"{page.name} has more than {limits.pages} pages; narrow the search")
        place = with_page_token(address, token)
