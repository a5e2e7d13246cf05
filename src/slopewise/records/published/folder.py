"""The folder of studies added on this machine: one JSON file each, nothing ever deleted.

A file holds the study as it stands, its earlier versions, and what happened to it when. A study
that is voided stays in its file with the reason; a draft waits until a person accepts it.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from slopewise.errors import InputError, NotFoundError, RecordError
from slopewise.evidence.studies import study_from
from slopewise.evidence.study import Study
from slopewise.records.published.study_json import (
    check_study_id,
    parse_json,
    read_study_json,
    study_row,
)

__all__ = [
    "Keeping",
    "KeptEvent",
    "KeptState",
    "KeptStudy",
    "accept",
    "folder_state",
    "keep",
    "kept_studies",
    "void",
]

FORMAT = 1
REASON_LIMIT = 500


class KeptState(StrEnum):
    """Whether a kept study takes part in answers."""

    ADDED = "added"
    DRAFT = "draft"  # read from a registry or a citation file, not yet accepted by a person
    VOIDED = "voided"


class Keeping(StrEnum):
    """What keeping a study did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """One thing that happened to a kept study."""

    on: str  # UTC, ISO 8601
    what: str  # "added", "draft", "changed", "accepted", "voided"
    why: str | None = None
    file: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """A study of the folder, its state, its earlier versions and its history."""

    study: Study
    state: KeptState
    supersedes: bool  # stands in the place of the package's study of the same identifier
    history: tuple[KeptEvent, ...]
    earlier: tuple[Any, ...] = ()

    @property
    def study_id(self) -> str:
        return self.study.study_id


def kept_studies(folder: Path) -> tuple[KeptStudy, ...]:
    """Every study of the folder, in order of its identifier; a broken file is named and refused."""
    return tuple(_read(path) for path in _files(folder))


def folder_state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time of change and size of each file: equal states hold equal studies."""
    stats = ((path.name, path.stat()) for path in _files(folder))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def keep(
    folder: Path, study: Study, event: KeptEvent, *, supersedes: bool = False
) -> tuple[KeptStudy, Keeping]:
    """Keep a study, atomically. The same study again changes nothing.

    `event.what` is "added" or "draft". A draft never replaces what a person added or voided.
    """
    check_study_id(study.study_id, event.file or study.study_id)
    study_from(study_row(study), event.file or study.study_id)  # as it will be read again
    before = _find(folder, study.study_id)
    state = KeptState(event.what)
    if before is None:
        made = KeptStudy(study, state, supersedes, (event,))
        _write(folder, made)
        return made, Keeping.NEW
    is_same = before.study == study and before.supersedes == supersedes
    if state is KeptState.DRAFT and before.state is not KeptState.DRAFT:
        if is_same:
            return before, Keeping.UNCHANGED
        raise RecordError(
            f"{study.study_id} was {before.state} by a person and a draft with other content does "
            "not replace it; add the file itself if it shall"
        )
    if is_same and before.state is state:
        return before, Keeping.UNCHANGED
    earlier = (
        before.earlier if before.study == study else (*before.earlier, study_row(before.study))
    )
    made = KeptStudy(study, state, supersedes, (*before.history, event), earlier)
    _write(folder, made)
    return made, Keeping.CHANGED


def accept(folder: Path, study_id: str, *, now: datetime) -> KeptStudy:
    """Let a draft take part in answers."""
    before = _existing(folder, study_id)
    if before.state is not KeptState.DRAFT:
        raise RecordError(f"{study_id} is {before.state}, not a draft; nothing was changed")
    return _moved(folder, before, KeptState.ADDED, KeptEvent(_instant(now), "accepted"))


def void(folder: Path, study_id: str, *, reason: str, now: datetime) -> KeptStudy:
    """Take a study out of every answer; its file stays, with the reason."""
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise InputError(f"the reason must have 1 to {REASON_LIMIT} signs; say why it is taken out")
    before = _existing(folder, study_id)
    if before.state is KeptState.VOIDED:
        raise RecordError(f"{study_id} is voided already: {before.history[-1].why}")
    event = KeptEvent(_instant(now), "voided", reason.strip())
    return _moved(folder, before, KeptState.VOIDED, event)


def _moved(folder: Path, before: KeptStudy, state: KeptState, event: KeptEvent) -> KeptStudy:
    made = replace(before, state=state, history=(*before.history, event))
    _write(folder, made)
    return made


def _instant(now: datetime) -> str:
    return now.isoformat(timespec="seconds")


def _files(folder: Path) -> Sequence[Path]:
    try:
        return sorted(path for path in folder.glob("*.json") if path.is_file())
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be read ({error.strerror})") from None


def _find(folder: Path, study_id: str) -> KeptStudy | None:
    path = folder / f"{study_id}.json"
    return _read(path) if path.is_file() else None


def _existing(folder: Path, study_id: str) -> KeptStudy:
    known = [path.stem for path in _files(folder)]
    if study_id not in known:
        named = ", ".join(known) if known else "none"
        raise NotFoundError(f'no added study "{study_id}"; added here: {named}')
    return _read(folder / f"{study_id}.json")


def _read(path: Path) -> KeptStudy:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from None
    row = parse_json(str(path), content)
    advice = "restore it from a copy, or move it out of the folder"
    if not isinstance(row, Mapping) or row.get("format") != FORMAT:
        raise InputError(f"{path} is no added study of format {FORMAT}; {advice}")
    try:
        study = read_study_json(path.name, row.get("study"))
        made = KeptStudy(
            study=study,
            state=KeptState(row["state"]),
            supersedes=bool(row["supersedes"]),
            history=tuple(KeptEvent(**event) for event in row["history"]),
            earlier=tuple(row.get("earlier", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is damaged ({error}); {advice}") from None
    if study.study_id != path.stem:
        raise InputError(f'{path} holds the study "{study.study_id}"; {advice}')
    return made


def _write(folder: Path, kept: KeptStudy) -> None:
    """Write the file whole or not at all."""
    text = json.dumps(
        {
            "format": FORMAT,
            "state": kept.state.value,
            "supersedes": kept.supersedes,
            "history": [study_row(event) for event in kept.history],
            "study": study_row(kept.study),
            "earlier": list(kept.earlier),
        },
        indent=1,
        ensure_ascii=False,
        allow_nan=False,
    )
    path = folder / f"{kept.study_id}.json"
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise InputError(
            f"{path} cannot be written ({error.strerror}); set SLOPEWISE_DATA_FOLDER to a folder "
            "you may write to"
        ) from None
