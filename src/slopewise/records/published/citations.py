"""Citation files to bibliography drafts: RIS of reference managers, and PubMed's own (.nbib).

A draft holds what names a publication and nothing about its results: its design stays "not
retrieved" until a person has read it. Names of authors beyond the first are not kept.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slopewise.errors import InputError
from slopewise.evidence.design import DesignClass
from slopewise.evidence.study import Bibliography, Citation, Design, Study
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.published.duplicates import normal_doi, normal_pmid

__all__ = ["CitationsFile", "is_citation_text", "read_citations"]

LIMIT_BYTES = 20_000_000
LIMIT_RECORDS = 20_000
TITLE_LIMIT = 600
LEVEL = "citation only"

_RIS_LINE = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*))?")
_MEDLINE_LINE = re.compile(r"([A-Z]{2,4}) *- (.*)")
_REGISTRY = re.compile(r"\bNCT\d{8}\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d|21\d\d)\b")
# what is read of each format; everything else of a record is left where it is and counted
_RIS_READ = {"TY", "ER", "TI", "T1", "AU", "A1", "PY", "Y1", "DA", "JO", "JF", "T2", "DO"}
_RIS_READ |= {"AN", "C2", "ID", "UR", "AB", "N2", "VL", "IS", "SP", "EP"}
_MEDLINE_READ = {"PMID", "TI", "FAU", "AU", "DP", "TA", "JT", "LID", "AID", "PMC", "SI", "AB"}
_MEDLINE_READ |= {"OWN", "STAT", "SO", "VI", "IP", "PG", "BTI"}

Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class CitationsFile:
    """The drafts of a file, and what was noticed."""

    studies: tuple[Study, ...]
    findings: tuple[Finding, ...] = ()


def is_citation_text(content: bytes) -> bool:
    """Whether the file begins like RIS or PubMed's format."""
    start = content[:2_000].decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    return start.startswith("TY  -") or bool(re.match(r"PMID *- ", start))


def read_citations(name: str, content: bytes) -> CitationsFile:
    """Every citation of a RIS or .nbib file as a draft; InputError for a file that is neither."""
    if len(content) > LIMIT_BYTES:
        raise InputError(
            f"{name} is {len(content) / 1e6:,.0f} MB; at most {LIMIT_BYTES / 1e6:.0f} MB are read. "
            "Export fewer citations at once"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name} is not written in UTF-8 (first seen in line {line}); export it as UTF-8"
        ) from None
    lines = text.splitlines()
    is_ris = any(line.startswith("TY  -") for line in lines)
    records = list(_ris(name, lines) if is_ris else _medline(name, lines))
    if not records:
        raise InputError(
            f'{name} holds no citation: a RIS record begins with "TY  - ", a PubMed record with '
            '"PMID- "; export it again in one of these formats'
        )
    if len(records) > LIMIT_RECORDS:
        raise InputError(f"{name} holds {len(records):,} citations; at most {LIMIT_RECORDS:,} fit")
    make = _from_ris if is_ris else _from_medline
    read = _RIS_READ if is_ris else _MEDLINE_READ
    studies: dict[str, Study] = {}
    findings: list[Finding] = []
    for line, fields in records:
        known = make(fields, name)
        if known.title is None and known.doi is None and known.pmid is None:
            findings.append(
                _finding(name, line, "no title, DOI or PubMed number: left out", "add one")
            )
            continue
        study = _draft(known)
        if study.study_id in studies:
            findings.append(_finding(name, line, "the same citation stands above", "nothing"))
        studies[study.study_id] = study
        unread = sorted(set(fields) - read)
        if unread:
            said = f"not kept of this citation: {', '.join(unread)}"
            findings.append(_finding(name, line, said, "nothing", Severity.INFO))
    return CitationsFile(tuple(studies.values()), tuple(findings))


def _finding(
    name: str, line: int, reason: str, remedy: str, severity: Severity = Severity.WARNING
) -> Finding:
    return Finding(name, line, None, None, "citation", reason, remedy, severity)


def _ris(name: str, lines: Sequence[str]) -> Iterator[tuple[int, Fields]]:
    """Each record with the line it begins on; a line without a tag continues the one before."""
    fields: Fields = {}
    start, tag = 0, ""
    for number, line in enumerate(lines, start=1):
        match = _RIS_LINE.fullmatch(line.rstrip())
        if match is None:
            if tag and line.strip():
                fields[tag][-1] = f"{fields[tag][-1]} {line.strip()}".strip()
            continue
        tag = match[1]
        if tag == "TY":
            if fields:
                raise InputError(
                    f"{name}, line {number}: a record begins before that of line {start} ended; "
                    'end it with "ER  - "'
                )
            fields, start = {}, number
        if tag == "ER":
            if fields:
                yield start, fields
            fields, tag = {}, ""
        else:
            fields.setdefault(tag, []).append((match[2] or "").strip())
    if fields:
        raise InputError(
            f"{name}: the record of line {start} does not end; the file may be cut. Export it again"
        )


def _medline(name: str, lines: Sequence[str]) -> Iterator[tuple[int, Fields]]:
    fields: Fields = {}
    start, tag = 0, ""
    for number, line in enumerate(lines, start=1):
        match = _MEDLINE_LINE.match(line)
        if match is not None:
            if match[1] == "PMID" and fields:
                yield start, fields
                fields = {}
            if not fields:
                start = number
            tag = match[1]
            fields.setdefault(tag, []).append(match[2].strip())
        elif line.startswith(" ") and tag:
            fields[tag][-1] = f"{fields[tag][-1]} {line.strip()}"
        elif line.strip():
            raise InputError(
                f'{name}, line {number}: "{line.strip()[:40]}" is no line of a PubMed record; '
                'export it again with "Save, Format: PubMed"'
            )
    if fields:
        yield start, fields


def _from_ris(fields: Fields, name: str) -> Bibliography:
    journal = _first(fields, "JO", "JF", "T2")
    places = " ".join(part for tag in ("DO", "UR", "ID", "AN") for part in fields.get(tag, ()))
    pubmed = re.search(r"pubmed[^\s]*?/(\d{1,9})", places)
    pmid = pubmed[1] if pubmed else None
    if pmid is None and re.search("pubmed|medline", " ".join(fields.get("DB", ())), re.IGNORECASE):
        pmid = _first(fields, "AN")
    return _bibliography(
        name,
        title=_first(fields, "TI", "T1"),
        author=_first(fields, "AU", "A1"),
        date=_first(fields, "PY", "Y1", "DA"),
        journal=journal,
        doi=places,
        pmid=pmid,
        pmcid=_first(fields, "C2"),
        text=" ".join(fields.get("AB", []) + fields.get("N2", [])),
    )


def _from_medline(fields: Fields, name: str) -> Bibliography:
    doi = next(
        (part for tag in ("LID", "AID") for part in fields.get(tag, ()) if "[doi]" in part), None
    )
    return _bibliography(
        name,
        title=_first(fields, "TI", "BTI"),
        author=_first(fields, "FAU", "AU"),
        date=_first(fields, "DP"),
        journal=_first(fields, "TA", "JT"),
        doi=doi,
        pmid=_first(fields, "PMID"),
        pmcid=_first(fields, "PMC"),
        text=" ".join(fields.get("SI", []) + fields.get("AB", [])),
    )


def _first(fields: Fields, *tags: str) -> str | None:
    return next((value for tag in tags for value in fields.get(tag, ()) if value), None)


def _bibliography(
    name: str,
    *,
    title: str | None,
    author: str | None,
    date: str | None,
    journal: str | None,
    doi: str | None,
    pmid: str | None,
    pmcid: str | None,
    text: str,
) -> Bibliography:
    clean_doi, clean_pmid = normal_doi(doi), normal_pmid(pmid)
    year = _YEAR.search(date or "")
    registered = dict.fromkeys(found.upper() for found in _REGISTRY.findall(text))
    source = f"citation file {name}"
    if clean_pmid:
        source = f"https://pubmed.ncbi.nlm.nih.gov/{clean_pmid}/"
    if clean_doi:
        source = f"https://doi.org/{clean_doi}"
    return Bibliography(
        citation=Citation(source, f"citation file {name}", LEVEL),
        title=None if title is None else title.strip().rstrip(".")[:TITLE_LIMIT],
        first_author=None if author is None else author.split(",")[0].strip() or None,
        year=int(year[1]) if year else None,
        journal=journal,
        doi=clean_doi,
        pmid=clean_pmid,
        pmcid=pmcid if pmcid and re.fullmatch(r"PMC\d+", pmcid) else None,
        registry_ids=tuple(registered),
    )


def _draft(known: Bibliography) -> Study:
    """A study of which nothing but its citation is known."""
    name = known.doi or known.pmid or known.title or ""
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    author = re.sub(r"[^a-z]+", "_", (known.first_author or "").casefold()).strip("_")[:30]
    shown = f"{known.first_author or 'Citation'} {known.year or 'without year'}"
    return Study(
        study_id=f"cited_{author or 'unknown'}_{known.year or 0}_{digest}",
        label=f"{shown} ({name[:60]})",
        bibliography=known,
        design=Design(DesignClass.NOT_RETRIEVED),
        evidence_level_read=LEVEL,
    )
