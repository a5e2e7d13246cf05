"""The claims that are known: what each says, how it is checked, and the words it is found by.

One file a claim in `claims/known/`. A row is either a fact with its source, or names a study and
what to take from its record, so that it changes when the study does.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from slopewise.errors import InputError, NotFoundError
from slopewise.evidence.claims.claim import Verdict
from slopewise.evidence.claims.patterns import DISTANCE, Pattern
from slopewise.evidence.claims.rules import Rule
from slopewise.evidence.study import UNVERIFIED, Citation

__all__ = ["KnownClaim", "KnownStatement", "RowSource", "known_claim", "known_claims", "read_claim"]

_CLAIM_KEYS = {
    "claim_id", "claim", "order", "about_cells", "true_wording", "written_for", "not_verified",
    "statements", "patterns",
}  # fmt: skip
_STATEMENT_KEYS = {
    "statement", "decides", "rule", "options", "verdict", "because", "rows_for", "rows_against",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowSource:
    """A row of evidence to be made: from a study's record (`take`), or as it stands (`fact`)."""

    study_id: str | None = None
    take: str | None = None
    fact: str | None = None
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class KnownStatement:
    """One checkable statement. A rule computes its verdict; where none can, a reader judged it."""

    statement: str
    decides: bool
    rule: Rule | None
    options: tuple[str, ...]
    verdict: Verdict | None
    because: str | None
    rows_for: tuple[RowSource, ...]
    rows_against: tuple[RowSource, ...]


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """`about_cells` is False for what is said of the disease or of usual care.

    `true_wording` was written by hand when the verdict was `written_for`.
    """

    claim_id: str
    claim: str
    order: int
    about_cells: bool
    true_wording: str
    written_for: Verdict
    not_verified: str | None
    statements: tuple[KnownStatement, ...]
    patterns: tuple[Pattern, ...]


@cache
def known_claims() -> tuple[KnownClaim, ...]:
    """Every known claim, the weightiest first."""
    folder = files("slopewise.evidence.claims") / "known"
    entries = [entry for entry in folder.iterdir() if entry.name.endswith(".json")]
    return tuple(sorted(map(read_claim, entries), key=lambda claim: (claim.order, claim.claim_id)))


def known_claim(claim_id: str) -> KnownClaim:
    """The claim of that identifier; NotFoundError names the nearest ones."""
    from difflib import get_close_matches

    claims = {claim.claim_id: claim for claim in known_claims()}
    if claim_id in claims:
        return claims[claim_id]
    near = get_close_matches(claim_id, claims, n=3)
    advice = (
        f"did you mean {', '.join(near)}" if near else "list them with: slopewise evidence claims"
    )
    raise NotFoundError(f'no known claim "{claim_id}"; {advice}')


def read_claim(file: Traversable) -> KnownClaim:
    """One claim from its file; InputError names the file, the key and what to do."""
    try:
        row = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{file.name}: not readable as JSON in UTF-8 ({error})") from error
    _check_keys(row, _CLAIM_KEYS, file.name)
    if f"{row.get('claim_id')}.json" != file.name:
        raise InputError(f"{file.name}: give file and claim_id the same name")
    return KnownClaim(
        claim_id=row["claim_id"],
        claim=row["claim"],
        order=row["order"],
        about_cells=row.get("about_cells", True),
        true_wording=row["true_wording"],
        written_for=Verdict(row["written_for"]),
        not_verified=row.get("not_verified"),
        statements=tuple(_statement(one, file.name) for one in row["statements"]),
        patterns=tuple(map(_pattern, row["patterns"])),
    )


def _check_keys(row: dict[str, Any], known: set[str], name: str) -> None:
    unknown = sorted(set(row) - known)
    if unknown:
        raise InputError(
            f'{name}: unknown key "{unknown[0]}"; use one of {", ".join(sorted(known))}'
        )


def _statement(row: dict[str, Any], name: str) -> KnownStatement:
    _check_keys(row, _STATEMENT_KEYS, name)
    if ("rule" in row) == ("verdict" in row):
        raise InputError(
            f'{name}: "{row.get("statement")}" needs either a rule or a verdict a reader gave'
        )
    if "verdict" in row and not row.get("because"):
        raise InputError(f'{name}: "{row["statement"]}" has a verdict without "because"')
    return KnownStatement(
        statement=row["statement"],
        decides=row.get("decides", False),
        rule=Rule(row["rule"]) if "rule" in row else None,
        options=tuple(row.get("options", ())),
        verdict=Verdict(row["verdict"]) if "verdict" in row else None,
        because=row.get("because"),
        rows_for=tuple(_row(one, name) for one in row.get("rows_for", ())),
        rows_against=tuple(_row(one, name) for one in row.get("rows_against", ())),
    )


def _row(row: dict[str, Any], name: str) -> RowSource:
    cited = row.get("citation")
    citation = Citation(**cited) if cited else None
    if "take" in row:
        return RowSource(row["study"], row["take"])
    if citation is None or citation.source.strip() in {"", UNVERIFIED}:
        raise InputError(f'{name}: "{row.get("fact")}" has no source; name the page or take it out')
    return RowSource(row.get("study"), None, row["fact"], citation)


def _pattern(row: dict[str, Any]) -> Pattern:
    return Pattern(
        groups=tuple(_terms(group) for group in row["groups"]),
        within=row.get("within", DISTANCE),
        unless=_terms(row["unless"]) if "unless" in row else (),
        longest=row.get("longest"),
        is_opposite=row.get("opposite", False),
        in_order=row.get("in_order", False),
    )


def _terms(text: str) -> tuple[str, ...]:
    return tuple(term.strip() for term in text.split("|"))
