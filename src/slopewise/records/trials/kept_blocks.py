"""Finished blocks of a simulation kept on this machine, so that a stopped run goes on later.

    folder/KEY/about.json          what was run, for a person to read
    folder/KEY/block-000012.npz    the table of one block, with the key and the block's number in it
    folder/KEY/lock                the process that writes here now

The key names everything the tables follow from; another key has another folder. A file is written
beside its place and then moved there, so it is whole or it is not there. A file that is damaged, or
was made for another run, is told and computed again. One process writes at a time; any may read.
"""

import json
import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, final

import numpy as np
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["KeptBlocks"]

FORMAT = 1
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
BLOCK_FILE = re.compile(r"block-(\d{6,})\.npz")
MARK = "kept_block"  # the member of a file that says what it belongs to
_NUMBERS = "biuf"
# what reading a file of this form with one byte changed was seen to raise
_DAMAGE = (
    *(OSError, ValueError, EOFError, KeyError, RuntimeError, MemoryError),
    *(zipfile.BadZipFile, zlib.error),
)


@final
class KeptBlocks:
    """The blocks kept for one key. Use it as a context, or `close` it, to let others write.

    `remarks` tells what was found damaged, and is computed again.
    """

    def __init__(self, folder: Path, key: str, about: Mapping[str, str]) -> None:
        if not KEY.fullmatch(key):
            raise InputError(f"{key!r} cannot name a folder; use letters, digits, '-', '_' and '.'")
        self.place = folder / key
        self.remarks: tuple[str, ...] = ()
        self._key = key
        self._about = dict(about)
        self._lock: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._hold()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def finished(self) -> dict[int, Path]:
        """The files of the blocks that are whole and belong here, by number; each is read once."""
        remarks = []
        found = {}
        for path in sorted(self.place.glob("block-*")):
            named = BLOCK_FILE.fullmatch(path.name)
            try:
                if named is None:
                    raise ValueError("its name is not that of a block")
                _read(path, self._key, int(named[1]))
            except _DAMAGE as error:
                remarks.append(f"{path} is left out ({_words(error)}); its block is computed again")
            else:
                found[int(named[1])] = path
        self.remarks = tuple(remarks)
        return dict(sorted(found.items()))

    def keep(self, block: int, table: Mapping[str, Array]) -> None:
        """Keep the table of a block, in place of what was kept of it before."""
        self._hold()
        path = self._path(block)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                _write(file, table, {"format": FORMAT, "key": self._key, "block": block})
            part.replace(path)
        except OSError as error:
            raise _unwritable(path, error) from None
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def read(self, block: int) -> dict[str, Array]:
        """The table of a kept block."""
        path = self._path(block)
        try:
            return _read(path, self._key, block)
        except _DAMAGE as error:
            raise InputError(
                f"{path} cannot be used ({_words(error)}); delete it, and its block is computed "
                "again"
            ) from None

    def forget(self) -> None:
        """Delete what is kept for this key; files that are not of this program stay."""
        if not self.place.is_dir():
            return
        self._hold()
        own = [p for p in self.place.glob("block-*.npz") if BLOCK_FILE.fullmatch(p.name)]
        try:
            for path in [*own, self.place / "about.json", self.place / "lock"]:
                path.unlink(missing_ok=True)
            with suppress(OSError):  # somebody else's file lies there
                self.place.rmdir()
        except OSError as error:
            raise _unwritable(self.place, error) from None
        finally:
            self.close()

    def close(self) -> None:
        """Let another process write here."""
        if self._lock is not None:
            with suppress(OSError):
                self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def _path(self, block: int) -> Path:
        return self.place / f"block-{block:06d}.npz"

    def _hold(self) -> None:
        """Become the one process that writes here."""
        if self._lock is not None:
            return
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self.place / "lock")
            for left in self.place.glob(".*.part"):  # of a process that was killed
                left.unlink(missing_ok=True)
            self._tell_about()
        except OSError as error:
            self.close()
            raise _unwritable(self.place, error) from None

    def _tell_about(self) -> None:
        """Say beside the blocks what was run, once."""
        path = self.place / "about.json"
        told = {"kind": "blocks of a simulated trial", "format": FORMAT, "key": self._key}
        with suppress(OSError, ValueError):
            known = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(known, dict) and told.items() <= known.items():
                return
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        text = json.dumps({**told, "about": self._about}, indent=1, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(path)


def _locked(path: Path) -> BinaryIO:
    """The lock file, held by this process until it is closed or the process ends, however."""
    import fcntl

    while True:
        file = path.open("a+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read(32).decode("ascii", errors="replace").strip()
            file.close()
            raise InputError(
                f"process {who or 'unknown'} is running this very simulation now and keeps its "
                f"blocks in {path.parent}; wait for it or end it, then give the command again"
            ) from None
        with suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                break
        file.close()  # it was deleted by the process that held it before
    file.truncate(0)
    file.write(f"{os.getpid()}\n".encode("ascii"))
    file.flush()
    return file


def _write(file: BinaryIO, table: Mapping[str, Array], mark: Mapping[str, object]) -> None:
    """A NumPy archive; the same table gives the same bytes."""
    text = json.dumps(mark).encode("utf-8")
    columns = {**table, MARK: np.frombuffer(text, dtype=np.uint8)}
    with zipfile.ZipFile(file, "w") as archive:
        for name, column in columns.items():
            if column.dtype.kind not in _NUMBERS or (name == MARK and name in table):
                raise InputError(f"column {name!r} cannot be kept; give it numbers, another name")
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(column), allow_pickle=False)


def _read(path: Path, key: str, block: int) -> dict[str, Array]:
    with path.open("rb") as file:
        archive = np.load(file, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile) or MARK not in archive:
            raise ValueError("it is not a kept block")
        with archive:
            table = {name: archive[name] for name in archive.files}
    mark = json.loads(table.pop(MARK).tobytes())
    if not isinstance(mark, dict) or mark.get("format") != FORMAT:
        raise ValueError("another version of slopewise made it")
    if mark.get("key") != key or mark.get("block") != block:
        raise ValueError(f"it belongs to block {mark.get('block')} of the run {mark.get('key')}")
    return table


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if isinstance(error, ValueError) and str(error).startswith(("it ", "its ", "another ")):
        return str(error)
    return "it is damaged"


def _unwritable(path: Path, error: OSError) -> InputError:
    why = error.strerror or type(error).__name__
    return InputError(
        f"{path} cannot be written ({why}); make room, or choose a folder you may write to"
    )
