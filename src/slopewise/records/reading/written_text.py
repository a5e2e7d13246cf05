"""A person's own text, from a file or standard input: decoded, and its tags taken off."""

from pathlib import Path
from typing import BinaryIO

from slopewise.errors import InputError, TooLargeError
from slopewise.evidence.claims.sentences import text_of_html

__all__ = ["LIMIT_BYTES", "read_text"]

LIMIT_BYTES = 1_000_000  # assumption: a book of 500 pages; longer texts are checked in parts
_BINARY = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff")
_HTML_SUFFIXES = {".html", ".htm", ".xhtml"}


def read_text(place: Path, standard_input: BinaryIO | None = None) -> tuple[str, str]:
    """Name and text of a file, or of standard input where the place is "-".

    Raises InputError where it cannot be read, is empty or is no text, TooLargeError beyond
    LIMIT_BYTES.
    """
    if str(place) == "-" and standard_input is not None:
        name, content = "standard input", standard_input.read(LIMIT_BYTES + 1)
    else:
        name, content = place.name, _content(place)
    if len(content) > LIMIT_BYTES:
        raise TooLargeError(
            f"{name} has more than {LIMIT_BYTES / 1e6:.0f} MB; split the text and check its parts"
        )
    text = _decoded(name, content)
    if place.suffix.lower() in _HTML_SUFFIXES or _is_page(text):
        text = text_of_html(text)
    if not text.strip():
        raise InputError(f"{name} holds no text; name a file with sentences to check")
    return name, text


def _content(place: Path) -> bytes:
    if place.is_dir():
        raise InputError(f"{place} is a folder; name a text file in it")
    try:
        with place.open("rb") as file:
            return file.read(LIMIT_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"{place} does not exist; name a text file, or - to read input") from None
    except OSError as error:
        raise InputError(f"{place} cannot be read ({error.strerror}); check its rights") from None


def _decoded(name: str, content: bytes) -> str:
    advice = "save it as plain text in UTF-8 (or as .html)"
    if content.startswith(_BINARY):
        raise InputError(f"{name} is a document or an archive, not a text; {advice}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise InputError(f"{name} is not readable as text; {advice}") from None
    if b"\x00" in content:
        raise InputError(f"{name} holds bytes that are no text; {advice}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name} is not in UTF-8 (first seen in line {line}); {advice}") from None


def _is_page(text: str) -> bool:
    start = text.lstrip()[:200].lower()
    return start.startswith(("<!doctype html", "<html"))
