"""Whether a study is in the record already: the same publication, or the same registered trial."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.study import Bibliography, Study

__all__ = ["Likeness", "Twin", "normal_doi", "normal_pmid", "normal_title", "twins"]

# assumption: shorter titles ("Editorial", "Stem cells in ALS") do not tell publications apart
TITLE_SIGNS = 20


class Likeness(StrEnum):
    """What two studies have in common."""

    DOI = "DOI"
    PMID = "PubMed number"
    TITLE = "title"
    REGISTRY = "registry number"


@dataclass(frozen=True, slots=True)
class Twin:
    """A study of the record that has something in common with a new one."""

    study: Study
    likeness: Likeness
    value: str


def twins(new: Study, studies: Sequence[Study]) -> tuple[Twin, ...]:
    """The studies, other than that of its own identifier, that share a name with the new one."""
    mine = list(_names(new.bibliography))
    found = {}
    for other in studies:
        if other.study_id == new.study_id:
            continue
        theirs = set(_names(other.bibliography))
        shared = next((name for name in mine if name in theirs), None)
        if shared is not None:
            found[other.study_id] = Twin(other, *shared)
    return tuple(found.values())


def _names(known: Bibliography) -> Iterable[tuple[Likeness, str]]:
    """The names of a publication, the surest first."""
    if doi := normal_doi(known.doi):
        yield Likeness.DOI, doi
    if pmid := normal_pmid(known.pmid):
        yield Likeness.PMID, pmid
    title = normal_title(known.title)
    if title is not None and len(title) >= TITLE_SIGNS:
        yield Likeness.TITLE, title
    for number in known.registry_ids:
        yield Likeness.REGISTRY, number.strip().upper()


def normal_doi(text: str | None) -> str | None:
    """The DOI in lower case without address, prefix or closing punctuation; None where none is."""
    match = re.search(r"10\.\d{4,9}/[^\s\"<>]+", text or "")
    return match[0].rstrip(".,;)]").casefold() if match else None


def normal_pmid(text: str | None) -> str | None:
    """The PubMed number's digits; None where there is none."""
    match = re.fullmatch(r"(?:PMID:?\s*)?0*(\d{1,9})", (text or "").strip(), re.IGNORECASE)
    return match[1] if match else None


def normal_title(text: str | None) -> str | None:
    """The title's letters and digits, without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text or "").casefold()
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.sub(r"[\W_]+", " ", letters).strip()
    return words or None
