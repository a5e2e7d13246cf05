"""Finding the words of a known claim in a sentence.

A pattern is a list of groups; each group lists words or phrases of which one must stand there, and
all groups must be met within a number of words. A star ends a stem: `stabili*` is any of stabilise,
stabilizes, stabilisation. Hyphens count as spaces, so `side-effects` and `side effects` are one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

__all__ = ["Hit", "Pattern", "Vocabulary", "find", "words_of"]

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?|[.,;:!?()—–]")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "\u00a0": " "})
DISTANCE = 10  # words; assumption: what stands further apart belongs to different statements
MOST_HITS_A_GROUP = 6


@dataclass(frozen=True, slots=True)
class Pattern:
    """The words that make a claim, or its opposite.

    `unless` names words that show the sentence to be about something else; `longest` limits a
    pattern to short fragments, such as items of a list.
    """

    groups: tuple[tuple[str, ...], ...]
    within: int = DISTANCE
    unless: tuple[str, ...] = ()
    longest: int | None = None
    is_opposite: bool = False
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a pattern was met: the number of each word that took part."""

    tokens: frozenset[int]
    first: int
    last: int
    is_opposite: bool


def words_of(sentence: str) -> tuple[str, ...]:
    """Words and marks in lower case; the possessive 's is dropped."""
    found = _TOKEN.findall(sentence.translate(_QUOTES).lower())
    return tuple(word.removesuffix("'s") for word in found)


class Vocabulary:
    """Every word and phrase of all patterns, looked up at once for a sentence."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        terms = {
            term
            for pattern in patterns
            for group in (*pattern.groups, pattern.unless)
            for term in group
        }
        self._by_stem: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for term in sorted(terms):
            parts = tuple(term.split())
            self._by_stem.setdefault(parts[0].rstrip("*")[:3], []).append((term, parts))
        self._starting: dict[str, list[tuple[str, tuple[str, ...]]]] = {}

    def places(self, words: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
        """For each term that stands in the sentence, its first and last word there."""
        found: dict[str, list[tuple[int, int]]] = {}
        for at, word in enumerate(words):
            for term, parts in self._terms_starting(word):
                end = at + len(parts)
                rest = words[at + 1 : end]
                if end <= len(words) and all(map(_fits, parts[1:], rest)):
                    found.setdefault(term, []).append((at, end - 1))
        return found

    def _terms_starting(self, word: str) -> list[tuple[str, tuple[str, ...]]]:
        if word not in self._starting:
            near = [
                entry
                for length in range(1, min(3, len(word)) + 1)
                for entry in self._by_stem.get(word[:length], ())
            ]
            self._starting[word] = [entry for entry in near if _fits(entry[1][0], word)]
        return self._starting[word]


def _fits(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part


def find(
    pattern: Pattern, places: Mapping[str, Sequence[tuple[int, int]]], words: Sequence[str]
) -> Hit | None:
    """The closest place where every group is met; None where one is missing or too far away."""
    if pattern.longest is not None and len(words) > pattern.longest:
        return None
    if any(term in places for term in pattern.unless):
        return None
    options = [
        sorted(place for term in group for place in places.get(term, ()))[:MOST_HITS_A_GROUP]
        for group in pattern.groups
    ]
    if not all(options):
        return None
    chosen = [spans for spans in product(*options) if _is_met(pattern, spans)]
    if not chosen:
        return None
    spans = min(chosen, key=lambda met: (_width(met), met))
    tokens = frozenset(at for first, last in spans for at in range(first, last + 1))
    return Hit(tokens, min(tokens), max(tokens), pattern.is_opposite)


def _is_met(pattern: Pattern, spans: Sequence[tuple[int, int]]) -> bool:
    ordered = sorted(spans)
    apart = all(one[1] < other[0] for one, other in pairwise(ordered))
    in_order = not pattern.in_order or ordered == list(spans)
    return apart and in_order and _width(spans) <= pattern.within


def _width(spans: Sequence[tuple[int, int]]) -> int:
    return max(last for _, last in spans) - min(first for first, _ in spans)
