"""Where in a TOML file each key stands: Python's own reader does not say."""

import re
from collections.abc import Iterator

__all__ = ["lines_of"]

Place = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]#]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")
# a text, a comment, or a bracket
_TOKEN = re.compile(
    r'"{3}.*?(?:"{3}|$)|\'{3}.*?(?:\'{3}|$)|"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*|[\[\]{}]', re.DOTALL
)


def lines_of(text: str) -> dict[Place, int]:
    """The line (from 1) of every table and key; tables that repeat are counted from 0."""
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in _statements(text):
        header = _HEADER.match(line)
        if header:
            table = _opened(_parts(header[2]), counts, repeats=header[1] == "[[")
            found.setdefault(table[:-1] if table and isinstance(table[-1], int) else table, number)
            found[table] = number
            continue
        key = _KEY.match(line)
        if key:
            found.setdefault((*table, *_parts(key[1])), number)
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines that begin a statement; those inside an open bracket or long text are passed over."""
    depth, until, quoted = 0, "", False
    for number, line in enumerate(text.splitlines(), start=1):
        if quoted:
            quoted = until not in line
            continue
        if depth == 0:
            yield number, line
        if depth == 0 and _HEADER.match(line):
            continue
        for token in _TOKEN.findall(line):
            if token[:3] in ('"""', "'''") and (len(token) < 6 or token[-3:] != token[:3]):
                quoted, until = True, token[:3]
            elif token in "[{":
                depth += 1
            elif token in "]}":
                depth = max(depth - 1, 0)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _PART.findall(dotted))


def _opened(parts: tuple[str, ...], counts: dict[Place, int], *, repeats: bool) -> Place:
    """The place of a header: a name that repeats stands for its latest table."""
    place: Place = ()
    for i, part in enumerate(parts):
        place = (*place, part)
        if repeats and i == len(parts) - 1:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place
