"""What the commands write: the answer to standard output, everything else to the error stream."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slopewise.errors import InputError
from slopewise.report.terminal_text import escaped, without_controls

if TYPE_CHECKING:
    from slopewise.response.assessment import LeftOutRow

__all__ = ["answer", "answer_json", "check_place", "tell", "tell_left_out", "write_document"]

SHOWN_LEFT_OUT = 20


def answer(text: str) -> None:
    """Write the answer to standard output, ending in a line break and without control signs.

    Where the reader has gone (`| head`) the rest is of no use to anybody, so the command ends.
    """
    text = without_controls(text)
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def answer_json(value: Any) -> None:
    """Write the answer as JSON; a number that is not finite would be an error, never `NaN`."""
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(value, indent=2, ensure_ascii=not is_unicode, allow_nan=False)
    answer(escaped(text))


def tell(text: str) -> None:
    """Write a message for the person at the terminal to the error stream."""
    text = without_controls(text)
    sys.stderr.write(text if text.endswith("\n") else text + "\n")
    sys.stderr.flush()


def tell_left_out(left_out: "Sequence[LeftOutRow]") -> None:
    """Say on the error stream what of the files took no part in the answer, and why."""
    for row in left_out[:SHOWN_LEFT_OUT]:
        place = ", ".join(
            [
                row.file,
                *([f"line {row.row}"] if row.row else []),
                *([f"column {row.column}"] if row.column else []),
                *([f"value {row.value!r}"] if row.value else []),
            ]
        )
        tell(f"Left out: {place}: {row.reason}")
    more = len(left_out) - SHOWN_LEFT_OUT
    if more > 0:
        tell(f"... and {more} more; `--json` lists them all where the command has it.")


def check_place(path: Path) -> None:
    """Refuse a place for a document before long work begins; raises InputError."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; name the file that the report shall be written to")
    if not path.parent.is_dir():
        raise InputError(
            f"the folder {path.parent} does not exist; make it, or name a file in another one"
        )


def write_document(path: Path, text: str) -> None:
    """Write a document whole or not at all; it may hold patients' data, so only the owner reads it.

    Raises InputError when the place cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.touch(mode=0o600)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise InputError(
            f"the report cannot be written to {path} ({error.strerror}); "
            "name a file in a folder that exists and that you may write to"
        ) from None
