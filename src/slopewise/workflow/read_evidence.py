"""Recognise a file of new evidence by what it holds, and read it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.study import Study
from slopewise.records.importers.report import Finding, Severity

if TYPE_CHECKING:
    from slopewise.records.registry.v2 import RegistryFile

__all__ = ["EvidenceKind", "ReadEvidence", "read_content", "read_evidence_file"]

LIMIT_BYTES = 50_000_000
RECOGNISED = (
    "a study of this program (.json), a table of effects (.csv), a registry record (.json of API "
    "version 2, or the classic .csv), or citations (.ris, .nbib)"
)


class EvidenceKind:
    """What a file is."""

    STUDY = "study"
    EFFECTS = "effects"
    REGISTRY = "registry"
    CITATIONS = "citations"


@dataclass(frozen=True, slots=True)
class ReadEvidence:
    """What a file holds: its kind, studies, registry entries, findings and the next page."""

    name: str
    kind: str
    studies: tuple[Study, ...]
    entries: tuple[RegistryEntry, ...] = ()
    findings: tuple[Finding, ...] = ()
    next_page: str | None = None


def read_evidence_file(path: Path, *, read_on: date) -> ReadEvidence:
    """The evidence of a file; InputError where it cannot be read or is none."""
    try:
        size = path.stat().st_size
        if size > LIMIT_BYTES:
            raise InputError(
                f"{path.name} is {size / 1e6:,.0f} MB; at most {LIMIT_BYTES / 1e6:.0f} MB are "
                "read. Split it"
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check its name") from None
    return read_content(path.name, content, read_on=read_on)


def read_content(name: str, content: bytes, *, read_on: date) -> ReadEvidence:
    """The evidence of a file's bytes, recognised by what they are rather than by the name."""
    from slopewise.records.published.citations import is_citation_text, read_citations
    from slopewise.records.published.effects_csv import read_effects
    from slopewise.records.registry.classic import is_classic_table, read_classic

    start = content[:2_000].lstrip(b"\xef\xbb\xbf \r\n\t")
    suffix = Path(name).suffix.casefold()
    if start[:1] in {b"{", b"["} or suffix == ".json":
        return _json(name, content, read_on=read_on)
    if is_citation_text(content) or suffix in {".ris", ".nbib"}:
        cited = read_citations(name, content)
        return ReadEvidence(name, EvidenceKind.CITATIONS, cited.studies, (), cited.findings)
    if is_classic_table(content):
        return _registry(name, read_classic(name, content, read_on=read_on))
    if suffix in {".csv", ".tsv", ".txt", ""}:
        effects = read_effects(name, content)
        return ReadEvidence(name, EvidenceKind.EFFECTS, effects.studies, (), effects.findings)
    raise InputError(f"{name} is not recognised; give {RECOGNISED}")


def _json(name: str, content: bytes, *, read_on: date) -> ReadEvidence:
    from slopewise.records.published.study_json import parse_json, read_study_json
    from slopewise.records.registry.v2 import is_registry_json, read_registry

    row = parse_json(name, content)
    if is_registry_json(row):
        return _registry(name, read_registry(name, row, read_on=read_on))
    if isinstance(row, Mapping) and "format" in row and "study" in row:
        row = row["study"]  # a file out of the folder of added studies
    if isinstance(row, Mapping):
        return ReadEvidence(name, EvidenceKind.STUDY, (read_study_json(name, row),))
    if isinstance(row, list) and row and all(isinstance(one, Mapping) for one in row):
        studies = tuple(read_study_json(f"{name}[{at}]", one) for at, one in enumerate(row))
        return ReadEvidence(name, EvidenceKind.STUDY, studies)
    raise InputError(f"{name} holds no study; give {RECOGNISED}")


def _registry(name: str, read: "RegistryFile") -> ReadEvidence:
    """Registry records on ALS; posted results get an identifier of their own."""
    from slopewise.records.registry.register_cells import is_about_als

    findings = list(read.findings)
    studies, entries = [], []
    for entry, draft in zip(read.entries, read.drafts, strict=True):
        if not is_about_als(entry):
            findings = [one for one in findings if one.value != entry.identifier]
            findings.append(_left_out(name, entry))
            continue
        entries.append(entry)
        posted = replace(
            draft,
            study_id=f"results_{entry.identifier}",
            label=f"{entry.identifier} (posted results)",
        )
        studies.append(posted if draft.is_content_read else draft)
    return ReadEvidence(
        name, EvidenceKind.REGISTRY, tuple(studies), tuple(entries), tuple(findings), read.next_page
    )


def _left_out(name: str, entry: RegistryEntry) -> Finding:
    return Finding(
        file=name,
        row=None,
        column=None,
        value=entry.identifier,
        rule="not_als",
        reason=f'the condition "{entry.condition}" is not ALS: not kept',
        remedy="nothing, unless the record is wrong",
        severity=Severity.WARNING,
    )
