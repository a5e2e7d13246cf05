"""Registry entries kept on this machine: one JSON file each, every earlier state with its date."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from slopewise.errors import InputError
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.studies import cited_record
from slopewise.records.published.study_json import parse_json, study_row

__all__ = ["EntryKeeping", "KeptEntry", "keep_entry", "kept_entries", "renewed"]

FORMAT = 1


class EntryKeeping(StrEnum):
    """What keeping an entry did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OLDER = "older"  # than what is kept: not taken


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as last read, and its earlier states, oldest first."""

    entry: RegistryEntry
    earlier: tuple[Any, ...] = ()


def kept_entries(folder: Path) -> tuple[KeptEntry, ...]:
    """Every entry of the folder, in order of its identifier; a broken file is named and refused."""
    return tuple(_read(path) for path in sorted(folder.glob("*.json")))


def keep_entry(
    folder: Path, entry: RegistryEntry, *, known: RegistryEntry | None = None, preview: bool = False
) -> tuple[EntryKeeping, RegistryEntry | None]:
    """Keep an entry where it says something new; gives what was known before.

    `known` is the package's entry, for the first time one is kept. An entry whose register date
    lies before that of the known one changes nothing.
    """
    path = folder / f"{entry.identifier}.json"
    kept = _read(path) if path.is_file() else None
    before = known if kept is None else kept.entry
    if before is not None:
        if _state(entry) == _state(before):
            return EntryKeeping.UNCHANGED, before
        if before.status_date and (entry.status_date or "") < before.status_date:
            return EntryKeeping.OLDER, before
    if not preview:
        earlier = () if kept is None else (*kept.earlier, study_row(kept.entry))
        _write(path, KeptEntry(entry, earlier))
    return (EntryKeeping.NEW if before is None else EntryKeeping.CHANGED), before


def _state(entry: RegistryEntry) -> tuple[str, str | None]:
    """Which state of the record this is: a register dates each change of a record anew."""
    return (" ".join(entry.status.replace(",", " ").split()), entry.status_date)


def renewed(known: RegistryEntry, read: RegistryEntry) -> RegistryEntry:
    """The known entry, in its reader's words, with what the register says now."""
    return replace(
        known,
        status=read.status,
        citation=read.citation,
        status_date=read.status_date,
        snapshot_date=read.snapshot_date,
        why_stopped=read.why_stopped or known.why_stopped,
        phase=read.phase or known.phase,
        size=read.size or known.size,
        is_size_planned=known.is_size_planned if read.size is None else read.is_size_planned,
        start=read.start or known.start,
        are_results_posted=read.are_results_posted or known.are_results_posted,
        results_date=read.results_date or known.results_date,
    )


def _read(path: Path) -> KeptEntry:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from None
    row = parse_json(str(path), content)
    if not isinstance(row, Mapping) or row.get("format") != FORMAT:
        raise InputError(
            f"{path} is no kept registry entry of format {FORMAT}; restore it from a copy, or move "
            "it out of the folder"
        )
    entry = cited_record(RegistryEntry, row.get("entry"), path.name)
    return KeptEntry(entry, tuple(row.get("earlier", ())))


def _write(path: Path, kept: KeptEntry) -> None:
    row = {"format": FORMAT, "entry": study_row(kept.entry), "earlier": list(kept.earlier)}
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(
            json.dumps(row, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
        )
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise InputError(
            f"{path} cannot be written ({error.strerror}); set SLOPEWISE_DATA_FOLDER to a folder "
            "you may write to"
        ) from None
