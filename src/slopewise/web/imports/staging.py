"""Uploaded files that wait for a yes or a no, in a private folder that is gone afterwards."""

import re
import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile

from slopewise.errors import InputError, NotFoundError
from slopewise.workflow.import_records import FileFormat

if TYPE_CHECKING:
    from slopewise.records.importers.report import ImportReport

__all__ = ["ImportChoices", "StagedUpload", "StagedUploads", "save_files"]

_ENDINGS = (".csv", ".tsv", ".txt", ".zip")
_CHUNK = 1 << 20  # bytes
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """How the files are to be read."""

    file_format: FileFormat
    strict: bool


@dataclass(frozen=True)
class StagedUpload:
    """Files on disk, how they are to be read, and what reading them found."""

    folder: "tempfile.TemporaryDirectory[str]"
    path: Path
    choices: ImportChoices
    report: "ImportReport"


class StagedUploads:
    """The uploads that wait, by a token nobody can guess; the oldest go when there are too many."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, StagedUpload] = OrderedDict()

    def keep(self, upload: StagedUpload) -> str:
        """Keep the upload until it is taken; returns its token."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._waiting[token] = upload
            while len(self._waiting) > self._most:
                _, oldest = self._waiting.popitem(last=False)
                oldest.folder.cleanup()
        return token

    def look(self, token: str) -> StagedUpload:
        """The upload that waits under this token; NotFoundError where none does."""
        with self._lock:
            found = self._waiting.get(token)
        if found is None:
            raise _gone()
        return found

    def take(self, token: str) -> StagedUpload:
        """The upload, which waits no longer: only one request gets it."""
        with self._lock:
            found = self._waiting.pop(token, None)
        if found is None:
            raise _gone()
        return found

    def forget_all(self) -> None:
        """Delete every upload that waits: at the end of the application."""
        with self._lock:
            waiting = list(self._waiting.values())
            self._waiting.clear()
        for upload in waiting:
            upload.folder.cleanup()


async def save_files(files: Sequence[UploadFile], folder: Path, *, most: int) -> Path:
    """Write the uploaded files into `folder`; returns what is to be imported.

    Raises InputError for no file, too many, an unknown kind, two of one name, or an archive that
    came with other files.
    """
    named = [(safe_name(file.filename or ""), file) for file in files if file.filename]
    if not named:
        raise InputError("no file was chosen; choose visits.csv, a whole folder's files or a .zip")
    if len(named) > most:
        raise InputError(f"{len(named)} files were chosen; at most {most} are taken at once")
    names = [name for name, _ in named]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"two of the files are called {repeated[0]}; choose each file once")
    if len(named) > 1 and any(name.endswith(".zip") for name in names):
        raise InputError("a .zip was chosen with other files; choose the archive alone")
    for name, file in named:
        with (folder / name).open("xb") as target:
            while chunk := await file.read(_CHUNK):
                target.write(chunk)
    return folder / names[0] if len(named) == 1 else folder


def safe_name(filename: str) -> str:
    """The file's own name without folders; only letters, digits, dot, dash and underscore.

    Raises InputError for a kind of file that is not read.
    """
    name = re.split(r"[\\/]", filename)[-1].strip()
    if not name.lower().endswith(_ENDINGS):
        raise InputError(
            f"{name[:_LONGEST_NAME]!r} is not a kind of file that is read; choose .csv files or "
            "one .zip of them"
        )
    cleaned = re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".")
    return cleaned[-_LONGEST_NAME:]


def _gone() -> NotFoundError:
    return NotFoundError(
        "this upload is no longer here: it was imported, cancelled or replaced by newer ones, or "
        "slopewise was started again; upload the files once more"
    )
