"""What a register says of a trial, whatever its file format, to an entry and a draft study."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from slopewise.errors import InputError
from slopewise.evidence.design import DesignClass
from slopewise.evidence.registry.entry import EntryKind, RegistryEntry
from slopewise.evidence.study import (
    Bibliography,
    Citation,
    CitedNumber,
    Design,
    People,
    RiskOfBias,
    Study,
    Treatment,
)

__all__ = ["RegisterCells", "draft_of", "is_about_als", "registry_entry"]

REGISTERED = "registry record"
_ALS_NAMES = ("amyotrophic", "motor neuron disease", "motor neurone disease", "lou gehrig")
_IDENTIFIER = re.compile(r"NCT\d{8}")
_ISO = re.compile(r"\d{4}(-\d{2}){0,2}")
_ROUTES = (
    ("intrathecal", ("intrathecal", "lumbar puncture")),
    ("intraspinal", ("intraspinal", "intramedullary")),
    ("intravenous", ("intravenous",)),
    ("intramuscular", ("intramuscular",)),
    ("intracerebroventricular", ("intracerebroventricular",)),
)
_SOURCES = (
    ("bone marrow", ("bone marrow", "bone-marrow")),
    ("adipose", ("adipose",)),
    ("Wharton's jelly", ("wharton",)),
    ("umbilical cord", ("umbilical",)),
)


@dataclass(frozen=True, slots=True)
class RegisterCells:
    """The cells of a registration; dates and counts as the register writes them."""

    title: str | None = None
    status: str | None = None
    status_date: str | None = None
    why_stopped: str | None = None
    phase: str | None = None
    study_type: str | None = None
    design: tuple[str, ...] = ()
    enrolment: object = None
    is_planned: bool | None = None
    start: str | None = None
    results_date: str | None = None
    sponsor: str | None = None
    conditions: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    has_results: bool = False
    words: str = ""  # titles, arms and interventions: where route and source are looked for


def registry_entry(identifier: object, read_on: date, cells: RegisterCells) -> RegistryEntry:
    """The entry; InputError where the identifier or the status cannot be used."""
    if not isinstance(identifier, str) or _IDENTIFIER.fullmatch(identifier) is None:
        raise InputError(f'"{identifier}" is no registry number such as NCT00000000')
    if not cells.status:
        raise InputError(f"{identifier} has no status; save the record again")
    page = Citation(f"https://clinicaltrials.gov/study/{identifier}", REGISTERED, "read")
    words = cells.words.casefold()
    is_access = "expanded access" in (cells.study_type or "").casefold()
    return RegistryEntry(
        identifier=identifier,
        title=cells.title or identifier,
        kind=EntryKind.EXPANDED_ACCESS if is_access else EntryKind.TRIAL,
        status=cells.status,
        citation=page,
        phase=cells.phase or None,
        status_date=_iso(cells.status_date) or read_on.isoformat(),
        why_stopped=cells.why_stopped or None,
        design="; ".join(cells.design) or None,
        condition=", ".join(cells.conditions) or None,
        cells=", ".join(cells.interventions) or None,
        cell_source=_only(_SOURCES, words),
        donor=_donor(words),
        routes=tuple(route for route, names in _ROUTES if any(one in words for one in names)),
        size=_size(identifier, cells, page),
        is_size_planned=cells.is_planned,
        start=_iso(cells.start),
        countries=cells.countries,
        sponsor=cells.sponsor or None,
        are_results_posted=cells.has_results,
        results_date=_iso(cells.results_date),
        snapshot_date=read_on.isoformat(),
    )


def _size(identifier: str, cells: RegisterCells, page: Citation) -> CitedNumber | None:
    if cells.enrolment is None or not str(cells.enrolment).strip():
        return None
    text = str(cells.enrolment).strip().replace(",", "")
    if not text.isdigit():
        raise InputError(f'{identifier}: enrolment "{cells.enrolment}" is no count of people')
    return CitedNumber(page, "people", float(text))


def _iso(text: str | None) -> str | None:
    """The date as year-month[-day]: "October 10, 2017" and "May 2015" are read too."""
    plain = (text or "").strip()
    if _ISO.fullmatch(plain):
        return plain
    for form, written in (("%B %d, %Y", "%Y-%m-%d"), ("%B %Y", "%Y-%m")):
        try:
            return datetime.strptime(plain, form).strftime(written)  # noqa: DTZ007 (a date only)
        except ValueError:
            continue
    return None


def _only(known: Sequence[tuple[str, Sequence[str]]], text: str) -> str | None:
    """The one value whose words are there; None where none or several are."""
    found = [value for value, names in known if any(name in text for name in names)]
    return found[0] if len(found) == 1 else None


def _donor(text: str) -> str | None:
    is_own, is_other = "autologous" in text, "allogen" in text
    if is_own == is_other:
        return None
    return "autologous" if is_own else "allogeneic"


def is_about_als(entry: RegistryEntry) -> bool:
    """Whether a condition or the title names ALS."""
    text = f"{entry.condition or ''} {entry.title}".casefold()
    return any(name in text for name in _ALS_NAMES) or re.search(r"\bals\b", text) is not None


def draft_of(entry: RegistryEntry) -> Study:
    """The registration as a study without results."""
    said = f"status in the register: {entry.status}, {entry.status_date}"
    masking = [part for part in (entry.design or "").split("; ") if part.startswith("masking ")]
    return Study(
        study_id=f"reg_{entry.identifier}",
        label=entry.identifier,
        bibliography=Bibliography(
            entry.citation, title=entry.title, registry_ids=(entry.identifier,)
        ),
        design=Design(
            DesignClass.REGISTRY_ONLY,
            text="; ".join(filter(None, (entry.design, entry.status))) or None,
            phase=entry.phase,
            blinding=masking[0].removeprefix("masking ") if masking else None,
        ),
        evidence_level_read=REGISTERED,
        treatment=Treatment(
            cell_type=entry.cells,
            cell_source=entry.cell_source,
            donor=entry.donor,
            routes=entry.routes,
        ),
        people=People(enrolled=entry.size),
        country=", ".join(entry.countries) or None,
        risk_of_bias=RiskOfBias(randomised=_randomised(entry.design), sponsor=entry.sponsor),
        notes=(said, "route, source and donor were looked for in the register's words"),
    )


def _randomised(design: str | None) -> bool | None:
    parts = (design or "").casefold().split("; ")
    if "randomized" in parts:
        return True
    return False if {"non randomized", "non-randomized", "n/a"} & set(parts) else None
