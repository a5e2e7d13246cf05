"""A study as JSON text and back: the keys of a file are the fields of `evidence.study`."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from slopewise.errors import InputError, TooLargeError
from slopewise.evidence.studies import study_from
from slopewise.evidence.study import Study

__all__ = ["LIMIT_BYTES", "check_study_id", "parse_json", "read_study_json", "study_row"]

# assumption: the largest results record of a registry known here has 0.5 MB
LIMIT_BYTES = 50_000_000
LIMIT_DEPTH = 100
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACKET = re.compile(r"[\[\]{}]")


def parse_json(name: str, content: bytes) -> object:
    """The JSON of a file; InputError names the file, the line and what is wrong.

    Refused besides what is no JSON: more than LIMIT_BYTES, nesting beyond LIMIT_DEPTH, numbers that
    are none (NaN, Infinity), and a key that stands twice in one object.
    """
    if len(content) > LIMIT_BYTES:
        raise TooLargeError(
            f"{name} is {len(content) / 1e6:,.0f} MB; at most {LIMIT_BYTES / 1e6:.0f} MB are read. "
            "Save fewer studies to a file"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name} is not written in UTF-8 (first seen in line {line}); save it as UTF-8"
        ) from None
    if not text.strip():
        raise InputError(f"{name} is empty; save it again")
    _check_depth(name, text)
    try:
        return json.loads(text, parse_constant=_no_number, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{name}, line {error.lineno}, sign {error.colno}: not readable as JSON ({error.msg}); "
            "correct it there"
        ) from None
    except _Refused as error:
        raise InputError(f"{name}: {error}") from None
    except ValueError as error:  # a whole number of thousands of digits
        raise InputError(f"{name}: a number cannot be read ({error}); correct it") from None


class _Refused(Exception):  # noqa: N818  # turned into an InputError with the file's name
    """Why something that JSON readers accept is refused here."""


def _no_number(text: str) -> object:
    message = f"{text} is no number in JSON; leave the key out where nothing was read"
    raise _Refused(message)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        message = f'the key "{twice}" stands twice in one object; keep one'
        raise _Refused(message)
    return made


def _check_depth(name: str, text: str) -> None:
    """Refuse deep nesting before the parser, which would run out of stack."""
    depth = 0
    for sign in _BRACKET.findall(_QUOTED.sub("", text)):
        depth += 1 if sign in "[{" else -1
        if depth > LIMIT_DEPTH:
            raise InputError(
                f"{name} is nested more than {LIMIT_DEPTH} deep; this is no record of a study"
            )


def read_study_json(name: str, row: object) -> Study:
    """A study from parsed JSON of our own keys; the file's name is free."""
    study = study_from(row, name)
    check_study_id(study.study_id, name)
    return study


def check_study_id(study_id: str, name: str) -> None:
    """Refuse an identifier that could not be a file's name or part of an address."""
    is_plain = study_id.isascii() and study_id.replace("_", "").replace("-", "").isalnum()
    if not is_plain or len(study_id) > 64:
        raise InputError(
            f'{name}: study_id "{study_id[:80]}" is not usable; write it with letters, digits and '
            "underscores, at most 64, such as smith_2027"
        )


def study_row(record: object) -> Any:
    """A record of `evidence` as plain JSON values; what is None or an empty list is left out."""
    if isinstance(record, Enum):
        return record.value
    if is_dataclass(record) and not isinstance(record, type):
        pairs = ((field.name, getattr(record, field.name)) for field in fields(record))
        return {
            name: study_row(value) for name, value in pairs if value is not None and value != ()
        }
    if isinstance(record, Mapping):
        return {str(key): study_row(value) for key, value in record.items()}
    if isinstance(record, Sequence) and not isinstance(record, str):
        return [study_row(part) for part in record]
    return record
