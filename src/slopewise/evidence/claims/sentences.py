"""Text cut into sentences, with the place of each: headings and items of a list count as one.

The rules are those a reader uses: a full stop ends a sentence unless it belongs to an abbreviation,
an initial or a number; a line on its own is a heading; a bullet begins something new; a paragraph
whose lines were broken to fit a page is one paragraph.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

__all__ = ["Sentence", "split_sentences", "text_of_html"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BULLET = re.compile(r"^\s*(?:[-*•–—·▪‣◦+]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)")
_ABBREVIATIONS = _set(
    "e.g i.e etc vs v dr mr mrs ms prof st no nos fig figs al approx ca cf inc ltd co corp jr sr "
    "ph.d m.d b.sc m.sc u.s u.k e.u u.s.a dept est resp incl vol pp p ref refs eq sec jan feb mar "
    "apr jun jul aug sep sept oct nov dec min max mg ml wk yr mo"
)
_NEVER_LAST = _set("e.g i.e vs dr mr mrs ms prof st fig figs cf approx ca")
_CLOSING = "\"'”’»)]"
LOOKED_AT = 80  # letters on each side of a stop
WRAPPED_LINE = 60  # assumption: a shorter line that ends without a stop is a heading or an item


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, its number from 1, and where it stands in the text."""

    number: int
    text: str
    start: int
    end: int


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences in order; `text[start:end]` is what stood there, line breaks included."""
    found: list[Sentence] = []
    for start, end in _blocks(text):
        for first, last in _within(text, start, end):
            words = " ".join(text[first:last].split())
            words = _BULLET.sub("", words)
            if any(letter.isalnum() for letter in words):
                found.append(Sentence(len(found) + 1, words, first, last))
    return tuple(found)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs, headings and items: the runs of lines that belong together."""
    start: int | None = None
    end = 0
    for line in re.finditer(r"[^\n\r\u2028\u2029]+", text):
        if not line.group().strip():
            continue
        if start is not None and not _continues(text, start, end, line):
            yield start, end
            start = None
        if start is None:
            start = line.start()
        end = line.end()
    if start is not None:
        yield start, end


def _continues(text: str, start: int, end: int, line: re.Match[str]) -> bool:
    """Whether a line goes on with the paragraph before it."""
    between = text[end : line.start()]
    if len(re.findall(r"\r\n|\n|\r|\u2028|\u2029", between)) > 1 or _BULLET.match(line.group()):
        return False
    last_break = max(text.rfind("\n", start, end), text.rfind("\r", start, end), start - 1)
    last_line = text[last_break + 1 : end].rstrip()
    if last_line.rstrip(_CLOSING).endswith((".", "!", "?", ":", "…")):
        return False
    follows = line.group().strip()
    # a wrapped line is long, or the next one goes on in the middle of a sentence
    return len(last_line) >= WRAPPED_LINE or follows[:1].islower()


def _within(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences of one block as spans without the space around them."""
    first = start
    for stop in _END.finditer(text, start, end):
        if _ends(text, first, stop, end):
            yield _trimmed(text, first, stop.end())
            first = stop.end()
    if text[first:end].strip():
        yield _trimmed(text, first, end)


def _ends(text: str, first: int, stop: re.Match[str], end: int) -> bool:
    near = min(end, stop.end() + LOOKED_AT)
    follows = text[stop.end() : near].lstrip().lstrip("\"'“‘«([")
    if not follows:
        return True
    if not stop.group().startswith(".") or stop.group().startswith("..") or "…" in stop.group():
        return not follows[:1].islower()
    words = text[max(first, stop.start() - LOOKED_AT) : stop.start()].split()
    before = words[-1].lstrip("\"'“‘«([").lower() if words else ""
    if before in _NEVER_LAST:
        return False
    if re.fullmatch(r"\d{1,2}|[a-z]", before):
        # "1." alone numbers an item, "A." after a name or alone is an initial; "vitamin C." ends
        return len(words) > 1 and (before.isdigit() or words[-2].islower())
    if before in _ABBREVIATIONS:
        return follows[:1].isupper() and before in {"etc", "al", "inc", "ltd", "u.s", "u.k", "e.u"}
    return not follows[:1].islower()


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return first, last


class _Reader(HTMLParser):
    """Keeps what is read on a page; blocks end a line."""

    _UNREAD = frozenset({"script", "style", "template", "noscript", "svg"})
    _BLOCKS = _set(
        "p div br li ul ol h1 h2 h3 h4 h5 h6 tr td th table section article header footer main "
        "aside nav title blockquote dt dd figcaption option button form hr pre"
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in self._UNREAD:
            self._unread += 1
        if tag in self._BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._UNREAD:
            self._unread = max(0, self._unread - 1)
        if tag in self._BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.parts.append(re.sub(r"\s+", " ", data))


def text_of_html(page: str) -> str:
    """What a reader sees of a page: no tags, scripts or styles, one block a paragraph."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return re.sub(r"(?:[ \t]*\n){2,}[ \t]*", "\n\n", "".join(reader.parts)).strip()
