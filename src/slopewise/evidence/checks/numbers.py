"""Every number of a study with the citation nearest to it, and what that citation admits."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import cast

from slopewise.evidence.study import Citation, Study

__all__ = ["NumberRead", "numbers_of"]


@dataclass(frozen=True, slots=True)
class NumberRead:
    """One number, its place in the file and the citation that covers it."""

    place: str
    value: float
    citation: Citation


def numbers_of(study: Study) -> tuple[NumberRead, ...]:
    """Every number of the study in the order of its file.

    The year of a bibliography is a fact of the reference list and is left out; so are the arms,
    which repeat numbers of people and doses.
    """
    left_out = {"arms", "bibliography"}
    parts = [field.name for field in fields(Study) if field.name not in left_out]
    return tuple(
        number for name in parts for number in _walk(getattr(study, name), name, nearest=None)
    )


def _walk(value: object, place: str, *, nearest: Citation | None) -> Iterator[NumberRead]:
    if isinstance(value, tuple):
        for at, part in enumerate(value):
            yield from _walk(part, f"{place}[{at}]", nearest=nearest)
    elif is_dataclass(value) and not isinstance(value, type):
        own = cast(Citation | None, getattr(value, "citation", None)) or nearest
        for field in fields(value):
            if field.name != "citation":
                yield from _walk(getattr(value, field.name), f"{place}.{field.name}", nearest=own)
    elif isinstance(value, int | float) and not isinstance(value, bool) and nearest is not None:
        yield NumberRead(place, value, nearest)
