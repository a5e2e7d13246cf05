"""A folder, a single file or a zip archive to named bytes, with limits checked before reading."""

import zipfile
from pathlib import Path, PurePosixPath

from slopewise.errors import InputError, NotFoundError
from slopewise.records.importers.text_table import LIMIT_BYTES, MEGABYTE, too_large

__all__ = ["Source", "read_sources"]

LIMIT_FILES = 200
LIMIT_TOTAL = 200 * MEGABYTE
# assumption: text tables shrink 5 to 20 times; 200 leaves room and stops a bomb.
LIMIT_RATIO = 200
TABLE_ENDINGS = (".csv", ".tsv", ".txt")

Source = dict[str, bytes]


def read_sources(path: Path) -> Source:
    """The text tables at `path` by file name, in alphabetical order.

    Raises NotFoundError for nothing there, InputError for too much or nothing to read.
    """
    if not path.exists():
        raise NotFoundError(f"{path} does not exist; give a folder, a .csv file or a .zip archive")
    try:
        if path.is_dir():
            sources = _read_folder(path)
        elif zipfile.is_zipfile(path) and path.suffix.lower() == ".zip":
            sources = _read_zip(path)
        else:
            sources = {path.name: _read_file(path)}
    except OSError as error:
        raise InputError(
            f"{error.filename or path} cannot be read ({error.strerror}); check its permissions"
        ) from error
    if not sources:
        raise InputError(f"{path} holds no .csv file; give the folder that holds visits.csv")
    return sources


def _read_file(path: Path) -> bytes:
    if not path.is_file():
        raise InputError(f"{path} is not an ordinary file; give a folder, a .csv or a .zip file")
    size = path.stat().st_size
    if size > LIMIT_BYTES:
        raise InputError(too_large(path.name, size))
    return path.read_bytes()


def _read_folder(path: Path) -> Source:
    files = sorted(
        entry
        for entry in path.iterdir()
        if entry.is_file()
        and entry.suffix.lower() in TABLE_ENDINGS
        and not entry.name.startswith((".", "~"))
    )
    if len(files) > LIMIT_FILES:
        raise InputError(f"{path} holds {len(files)} text files; at most {LIMIT_FILES} are read")
    return {entry.name: _read_file(entry) for entry in files}


def _read_zip(path: Path) -> Source:
    if path.stat().st_size > LIMIT_BYTES:
        raise InputError(too_large(path.name, path.stat().st_size))
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_entries(path.name, entries)
            return {
                PurePosixPath(entry.filename).name: _read_entry(path.name, archive, entry)
                for entry in sorted(entries, key=lambda entry: entry.filename)
                if _is_table(entry)
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(
            f"{path.name} cannot be unpacked ({error}); make the archive again, without a password"
        ) from error


def _is_table(entry: zipfile.ZipInfo) -> bool:
    inside = PurePosixPath(entry.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in inside.parts)
    return inside.suffix.lower() in TABLE_ENDINGS and not hidden


def _check_entries(name: str, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > LIMIT_FILES:
        raise InputError(f"{name} holds {len(entries)} files; at most {LIMIT_FILES} are read")
    for entry in entries:
        inside = PurePosixPath(entry.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in entry.filename:
            raise InputError(
                f"{name} holds {entry.filename!r}, which points outside the archive; it is refused"
            )
        if entry.file_size > LIMIT_BYTES:
            raise InputError(too_large(f"{name}: {entry.filename}", entry.file_size))
        if entry.file_size > LIMIT_RATIO * max(entry.compress_size, 1) + MEGABYTE:
            raise InputError(
                f"{name}: {entry.filename} unpacks to {entry.file_size / MEGABYTE:,.0f} MB from "
                f"{entry.compress_size:,} bytes; such an archive is refused"
            )
    if sum(entry.file_size for entry in entries) > LIMIT_TOTAL:
        raise InputError(f"{name} unpacks to more than {LIMIT_TOTAL / MEGABYTE:.0f} MB; split it")
    names = [PurePosixPath(entry.filename).name for entry in entries if _is_table(entry)]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise InputError(f"{name} holds {twice[0]} in two folders; keep one of them")


def _read_entry(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The entry's bytes, never more than the limit whatever its header claims."""
    with archive.open(entry) as stream:
        content = stream.read(LIMIT_BYTES + 1)
    if len(content) > LIMIT_BYTES:
        raise InputError(too_large(f"{name}: {entry.filename}", len(content)))
    return content
