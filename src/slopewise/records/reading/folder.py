"""A folder, a single file or a zip archive as named sources; sizes are checked before reading."""

import zipfile
from pathlib import Path, PurePosixPath
from typing import final

from slopewise.errors import InputError, NotFoundError
from slopewise.records.reading.text_table import LIMIT_BYTES, MEGABYTE, too_large

__all__ = ["Sources", "open_sources"]

LIMIT_FILES = 200
LIMIT_TOTAL = 200 * MEGABYTE
# assumption: text tables shrink 5 to 20 times; 200 leaves room and stops a bomb.
LIMIT_RATIO = 200
TABLE_ENDINGS = (".csv", ".tsv", ".txt")


@final
class Sources:
    """Text tables by file name; a table is read when it is asked for, and only then."""

    def __init__(self, path: Path, entries: dict[str, str]) -> None:
        self.path = path
        self.is_one_file = path.is_file() and path.suffix.lower() != ".zip"
        self._entries = entries  # file name: path in the folder or in the archive
        self._taken = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The files' names in alphabetical order."""
        return tuple(self._entries)

    def read(self, name: str) -> bytes:
        """The file's bytes; InputError where it is too large or cannot be read."""
        try:
            content = self._read(name)
        except OSError as error:
            raise InputError(
                f"{name} cannot be read ({error.strerror}); check its permissions"
            ) from error
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise InputError(
                f"{self.path.name} cannot be unpacked ({error}); make the archive again, without "
                "a password"
            ) from error
        self._taken += len(content)
        if self._taken > LIMIT_TOTAL:
            raise InputError(
                f"{self.path.name} holds more than {LIMIT_TOTAL / MEGABYTE:.0f} MB; split it"
            )
        return content

    def _read(self, name: str) -> bytes:
        if self.is_one_file:
            return _read_file(self.path)
        if self.path.is_dir():
            return _read_file(self.path / self._entries[name])
        with zipfile.ZipFile(self.path) as archive:
            entry = archive.getinfo(self._entries[name])
            _check_size(self.path.name, entry)
            with archive.open(entry) as stream:
                content = stream.read(LIMIT_BYTES + 1)  # whatever the entry's header claims
        if len(content) > LIMIT_BYTES:
            raise InputError(too_large(f"{self.path.name}: {name}", len(content)))
        return content


def open_sources(path: Path) -> Sources:
    """The text tables at `path`: a folder, one file, or a zip archive of a folder.

    Raises NotFoundError for nothing there, InputError for too many, none, or a hostile archive.
    """
    if not path.exists():
        raise NotFoundError(f"{path} does not exist; give a folder, a .csv file or a .zip archive")
    try:
        if path.is_dir():
            entries = _list_folder(path)
        elif path.suffix.lower() == ".zip":
            entries = _list_archive(path)
        else:
            entries = {path.name: path.name}
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); check its permissions"
        ) from error
    if not entries:
        raise InputError(f"{path} holds no .csv file; give the folder that holds visits.csv")
    if len(entries) > LIMIT_FILES:
        raise InputError(f"{path} holds {len(entries)} tables; at most {LIMIT_FILES} are read")
    return Sources(path, entries)


def _read_file(path: Path) -> bytes:
    if not path.is_file():
        raise InputError(f"{path} is not an ordinary file; give a folder, a .csv or a .zip file")
    size = path.stat().st_size
    if size > LIMIT_BYTES:
        raise InputError(too_large(path.name, size))
    return path.read_bytes()


def _list_folder(path: Path) -> dict[str, str]:
    return {
        entry.name: entry.name
        for entry in sorted(path.iterdir())
        if entry.is_file()
        and entry.suffix.lower() in TABLE_ENDINGS
        and not entry.name.startswith((".", "~"))
    }


def _list_archive(path: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except zipfile.BadZipFile as error:
        raise InputError(f"{path.name} is not a zip archive ({error}); make it again") from error
    found: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: entry.filename):
        inside = PurePosixPath(entry.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in entry.filename:
            raise InputError(
                f"{path.name} holds {entry.filename!r}, which points outside the archive; "
                "it is refused"
            )
        hidden = any(part.startswith((".", "__MACOSX")) for part in inside.parts)
        if hidden or inside.suffix.lower() not in TABLE_ENDINGS:
            continue
        if inside.name in found:
            raise InputError(f"{path.name} holds {inside.name} in two folders; keep one of them")
        found[inside.name] = entry.filename
    return found


def _check_size(name: str, entry: zipfile.ZipInfo) -> None:
    if entry.file_size > LIMIT_BYTES:
        raise InputError(too_large(f"{name}: {entry.filename}", entry.file_size))
    if entry.file_size > LIMIT_RATIO * max(entry.compress_size, 1) + MEGABYTE:
        raise InputError(
            f"{name}: {entry.filename} unpacks to {entry.file_size / MEGABYTE:,.0f} MB from "
            f"{entry.compress_size:,} bytes; such an archive is refused"
        )
