"""Designs saved on this machine: one TOML file each in a folder, written whole or not at all.

A name is made of a-z, 0-9 and hyphens, and nothing else is ever put into a path.
"""

import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from slopewise.errors import InputError, NotFoundError, RecordError, TooLargeError
from slopewise.records.designs.reading import LIMIT_BYTES

__all__ = [
    "SavedDesign",
    "check_name",
    "name_from_words",
    "read_saved",
    "saved_designs",
    "saved_path",
    "write_saved",
    "write_whole",
]

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
LONGEST_NAME = 64
RESERVED = frozenset({"new", "size"})  # pages that stand beside the designs


@dataclass(frozen=True, slots=True)
class SavedDesign:
    """A design file of the folder."""

    name: str
    changed_at: datetime


def check_name(name: str) -> str:
    """The name itself; NotFoundError where it is no name a design can have."""
    if not NAME.fullmatch(name) or name in RESERVED:
        raise NotFoundError(
            f"there is no design {name[:LONGEST_NAME]!r}; names have the letters a-z, digits and "
            "hyphens: choose one of the list"
        )
    return name


def name_from_words(words: str) -> str:
    """A name for a file from what a trial is called: `Cells, 2 arms` gives `cells-2-arms`."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].strip("-")
    if not name or name in RESERVED:
        name = f"design-{name}".strip("-")
    return name


def saved_designs(folder: Path) -> tuple[SavedDesign, ...]:
    """Every design of the folder, the newest first; files with other names are passed over."""
    found = [
        SavedDesign(path.stem, datetime.fromtimestamp(path.stat().st_mtime, UTC))
        for path in folder.glob("*.toml")
        if path.is_file() and NAME.fullmatch(path.stem) and path.stem not in RESERVED
    ]
    return tuple(sorted(found, key=lambda one: (-one.changed_at.timestamp(), one.name)))


def saved_path(folder: Path, name: str) -> Path:
    """Where a design lies; NotFoundError where there is none of this name."""
    path = folder / f"{check_name(name)}.toml"
    if not path.is_file():
        raise NotFoundError(f"there is no design {name!r} here; choose one of the list")
    return path


def read_saved(folder: Path, name: str) -> str:
    """The text of a design as it was saved."""
    path = saved_path(folder, name)
    try:
        if path.stat().st_size > LIMIT_BYTES:
            raise TooLargeError(f"{path} is larger than 1 MB; a design is a few pages of text")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text in UTF-8; save it as plain text") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from None


def write_saved(folder: Path, name: str, text: str, *, is_new: bool) -> None:
    """Write a design; RecordError where a new one would take the place of another."""
    path = folder / f"{check_name(name)}.toml"
    if is_new and path.exists():
        raise RecordError(
            f"a design called {name!r} is saved already and was left as it is; give this trial "
            "another name"
        )
    write_whole(path, text.replace("\r\n", "\n"))


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all; InputError where it cannot be written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise InputError(
            f"{path} cannot be written ({error.strerror}); set SLOPEWISE_DATA_FOLDER to a folder "
            "you may write to"
        ) from None
