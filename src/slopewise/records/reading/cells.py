"""A cell's text to a value, or the reason why it is none."""

import datetime
import difflib
import math
import re
from collections.abc import Callable

from slopewise.records.file_columns import Column, Kind
from slopewise.records.importers.rows import Value
from slopewise.therapy.administration import OTHER_PREFIX

__all__ = ["FORMULA_START", "BadCell", "is_missing", "parse", "unescape"]

# Spellings of "not known" in exports of R, SAS, spreadsheets and registers.
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "missing", ".", "-", "#n/a"})
YES = frozenset({"yes", "y", "true", "1", "1.0"})
NO = frozenset({"no", "n", "false", "0", "0.0"})
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "'")
TEXT_LIMIT = 200
SHOWN_LIMIT = 60  # signs of a wrong cell that a reason or a remedy repeats
IDENTIFIER_LIMIT = 64
# controls, and marks that turn the direction of writing: an identifier would not be what it shows
STEERING_SIGN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
OTHER_TEXT = re.compile(r"other:\s*\S.*", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")


class BadCell(Exception):  # noqa: N818  # caught within the importers, never shown as it is
    """Why a cell cannot be read: a rule, a reason, a remedy."""

    def __init__(self, rule: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.rule = rule
        self.reason = reason
        self.remedy = remedy


def is_missing(text: str) -> bool:
    """Whether the cell means that nothing is known."""
    return text.strip().lower() in MISSING


def unescape(text: str) -> str:
    """Undo the export's guard against spreadsheet formulas: one leading quote before = + - @ '."""
    if len(text) > 1 and text[0] == "'" and text[1] in FORMULA_START:
        return text[1:]
    return text


def parse(column: Column, text: str, *, decimal_comma: bool) -> Value:
    """The cell's value, None when it is missing; raises BadCell.

    `decimal_comma`: the file is not comma-separated, so that 3,5 is a number.
    """
    text = text.strip()
    if column.kind is Kind.TEXT:
        return _text(column, unescape(text))
    if text.lower() in MISSING:
        return None
    value = _PARSERS[column.kind](column, text, decimal_comma)
    if isinstance(value, int | float) and not isinstance(value, bool):
        _check_range(column, float(value))
    return value


def _text(column: Column, text: str) -> Value:
    limit = IDENTIFIER_LIMIT if column.name.endswith("_id") else TEXT_LIMIT
    if len(text) > limit:
        raise BadCell(
            "too_long", f"{len(text)} signs; at most {limit} fit", f"shorten {column.name}"
        )
    if STEERING_SIGN.search(text):
        raise BadCell(
            "control_sign", "holds a line break or a control sign", "write it in one line"
        )
    if not text:
        return None
    if text.lower() in MISSING and column.required:
        return None
    return text


def _date(column: Column, text: str, _decimal_comma: bool) -> Value:  # noqa: FBT001
    match = ISO_DATE.fullmatch(text)
    if match is None:
        remedy = "write the date as YYYY-MM-DD, e.g. 2024-03-05"
        if NUMBER.fullmatch(text):
            remedy += f"; months go into the column {column.name.replace('date', 'month')}"
        raise BadCell(
            "date_format", f"{_shown(text)!r} is not a date of the form YYYY-MM-DD", remedy
        )
    try:
        return datetime.date(*(int(part) for part in match.groups()))
    except ValueError:
        raise BadCell(
            "impossible_date", f"{text} is not in the calendar", "correct the date"
        ) from None


def _number(column: Column, text: str, decimal_comma: bool) -> Value:  # noqa: FBT001
    if decimal_comma and "." not in text:
        text = text.replace(",", ".")
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise BadCell(
            "not_a_number",
            f"{_shown(text)!r} is not a number",
            f"write {column.name} as a plain number without unit, or leave the cell empty",
        )
    return float(text)


def _integer(column: Column, text: str, decimal_comma: bool) -> Value:  # noqa: FBT001
    value = _number(column, text, decimal_comma)
    assert isinstance(value, float)
    if not value.is_integer():
        raise BadCell(
            "not_whole",
            f"{_shown(text)} is not a whole number",
            f"write {column.name} as a whole number",
        )
    return int(text) if text.isdigit() else int(value)


def _yes_no(column: Column, text: str, _decimal_comma: bool) -> Value:  # noqa: FBT001
    lower = text.lower()
    if lower in YES:
        return True
    if lower in NO:
        return False
    raise BadCell("not_yes_or_no", f"{_shown(text)!r} is neither yes nor no", "write yes or no")


def _choice(column: Column, text: str, _decimal_comma: bool) -> Value:  # noqa: FBT001
    wanted = _plain(text)
    for choice in column.choices:
        if _plain(choice) == wanted:
            return choice
    for synonym, choice in column.synonyms:
        if _plain(synonym) == wanted:
            return choice
    if column.other_allowed and OTHER_TEXT.fullmatch(text) and len(text) <= IDENTIFIER_LIMIT:
        return OTHER_PREFIX + text.partition(":")[2].strip()
    own = f', or "{OTHER_PREFIX}{_shown(text)}"' if column.other_allowed else ""
    near = difflib.get_close_matches(wanted, [_plain(choice) for choice in column.choices], n=1)
    meant = next((choice for choice in column.choices if near and _plain(choice) == near[0]), None)
    hint = f"did you mean {meant}? " if meant else ""
    raise BadCell(
        "unknown_value",
        f"{_shown(text)!r} is not a known {column.name.replace('_', ' ')}",
        f"{hint}write one of: {', '.join(column.choices)}{own}",
    )


def _shown(text: str) -> str:
    """The beginning of a cell, for a sentence about it."""
    return text if len(text) <= SHOWN_LIMIT else text[:SHOWN_LIMIT] + "…"


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-]+", " ", text.strip().lower())


def _check_range(column: Column, value: float) -> None:
    low = -math.inf if column.low is None else column.low
    high = math.inf if column.high is None else column.high
    if not low <= value <= high:
        span = f"{low:g} to {high:g}" if column.high is not None else f"{low:g} or more"
        raise BadCell(
            "outside_range",
            f"{column.name} = {value:g} is outside {span}",
            f"correct {column.name} from the source document, or leave the cell empty",
        )


_PARSERS: dict[Kind, Callable[[Column, str, bool], Value]] = {
    Kind.CHOICE: _choice,
    Kind.DATE: _date,
    Kind.MONTH: _number,
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.YES_NO: _yes_no,
}
