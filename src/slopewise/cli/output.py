"""What the commands write: the answer to standard output, everything else to the error stream."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from slopewise.errors import InputError

__all__ = ["answer", "answer_json", "tell", "write_document"]


def answer(text: str) -> None:
    """Write the answer to standard output, ending in a line break.

    Where the reader has gone (`| head`) the rest is of no use to anybody, so the command ends.
    """
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def answer_json(value: Any) -> None:
    """Write the answer as JSON; a number that is not finite would be an error, never `NaN`."""
    answer(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def tell(text: str) -> None:
    """Write a message for the person at the terminal to the error stream."""
    sys.stderr.write(text if text.endswith("\n") else text + "\n")
    sys.stderr.flush()


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
