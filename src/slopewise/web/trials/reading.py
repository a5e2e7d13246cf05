"""From the fields of the design's form to the tables of its file; the types say how each is read.

Nothing is judged here: what cannot be read stays text, and the design's own check says what is
wrong with it in the words it has for a file.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from slopewise.errors import InputError
from slopewise.web.trials.labels import SECTIONS
from slopewise.web.trials.shapes import DESIGN, Key, Shape, keys_of

__all__ = ["MOST_ROWS", "added", "removed", "tables_of_form"]

MOST_ROWS = 60
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_GAPS = re.compile(r"[,;\s]+")
_MINUS = "\u2212"
# where the names of a table are used: table, and key; "*" for the keys of a number for each arm
_USED: dict[str, tuple[tuple[str, str], ...]] = {
    "arms": (
        ("estimands", "treatment"),
        ("estimands", "control"),
        ("open_period", "arm"),
        ("scenario", "slowing"),
        ("scenario", "log_hazard_ratio"),
        ("dropout", "by_arm"),
    ),
    "estimands": (("endpoints", "estimand"),),
    "endpoints": (("multiplicity", "order"),),
    "randomisation.factors": (("randomisation", "strata"),),
}


def tables_of_form(sent: Mapping[str, str], rows: Iterable[str]) -> dict[str, Any]:
    """The tables of a design file; `rows` names the tables that repeat or may be left out."""
    there = frozenset(rows)
    tables: dict[str, Any] = {}
    for key in DESIGN:
        if key.shape is Shape.RECORDS:
            tables[key.name] = _rows(key, key.name, sent, there)
        elif not SECTIONS[key.name].is_optional or key.name in there:
            table = _table(key.record, key.name, sent, there)
            if table or SECTIONS[key.name].is_optional:
                tables[key.name] = table
    _follow_new_names(tables, sent)
    return {name: table for name, table in tables.items() if table != []}


def added(tables: dict[str, Any], name: str) -> str:
    """Add an empty table; returns the place of the new one."""
    key = _repeats(name)
    if key is None:
        tables.setdefault(name, {})
        return name
    rows = _list(tables, name)
    if len(rows) >= MOST_ROWS:
        raise InputError(f"there are {len(rows)} rows already; no more than {MOST_ROWS} are taken")
    rows.append({})
    return f"{name}.{len(rows) - 1}"


def removed(tables: dict[str, Any], name: str) -> str:
    """Take a table away; returns the place around it."""
    group, _, number = name.rpartition(".")
    if _repeats(group) is None:
        tables.pop(name, None)
        return name
    rows = _list(tables, group)
    if number.isdecimal() and int(number) < len(rows):
        rows.pop(int(number))
    return group


def _repeats(name: str) -> Key | None:
    """The key of tables that repeat; None for a table that may be left out."""
    first, _, second = name.partition(".")
    for key in DESIGN:
        if key.name != first:
            continue
        if not second:
            return key if key.shape is Shape.RECORDS else None
        if key.shape is Shape.RECORD:
            for below in keys_of(key.record):
                if below.name == second and below.shape is Shape.RECORDS:
                    return below
    if first in SECTIONS and SECTIONS[first].is_optional and not second:
        return None
    return None


def _list(tables: dict[str, Any], name: str) -> list[Any]:
    first, _, second = name.partition(".")
    rows = (
        tables.setdefault(first, {}).setdefault(second, [])
        if second
        else (tables.setdefault(first, []))
    )
    return rows if isinstance(rows, list) else []


def _table(record: Any, name: str, sent: Mapping[str, str], there: frozenset[str]) -> Any:
    table: dict[str, Any] = {}
    for key in keys_of(record):
        place = f"{name}.{key.name}"
        if key.shape is Shape.RECORDS:
            rows = _rows(key, place, sent, there)
            if rows:
                table[key.name] = rows
            continue
        value = _value(key, place, sent)
        if value is not None:
            table[key.name] = value
    return table


def _rows(key: Key, name: str, sent: Mapping[str, str], there: frozenset[str]) -> list[Any]:
    numbers = sorted(
        int(number)
        for place in there
        if place.rpartition(".")[0] == name and (number := place.rpartition(".")[2]).isdecimal()
    )
    if len(numbers) > MOST_ROWS:
        raise InputError(f"{len(numbers)} rows were sent; no more than {MOST_ROWS} are taken")
    return [_table(key.record, f"{name}.{number}", sent, there) for number in numbers]


def _value(key: Key, place: str, sent: Mapping[str, str]) -> Any:
    """The value of a field; None where it was left empty."""
    if key.shape is Shape.RANGE:
        two = [_typed(sent, f"{place}.{end}") for end in ("low", "high")]
        return [_number(one) for one in two] if any(two) else None
    if key.shape is Shape.BY_ARM:
        return _by_arm(place, sent) or None
    typed = _typed(sent, place)
    if not typed:
        # a name that is emptied is an error to be told, not a key that was left out
        return "" if key.is_needed and key.shape is Shape.TEXT and place in sent else None
    return _read(key.shape, typed)


def _typed(sent: Mapping[str, str], place: str) -> str:
    return sent.get(place, "").strip()


def _by_arm(place: str, sent: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for i in range(MOST_ROWS):
        arm, typed = sent.get(f"{place}.{i}.arm", ""), _typed(sent, f"{place}.{i}")
        if arm and typed:
            given[arm] = _number(typed)
    return given


def _read(shape: Shape, typed: str) -> Any:
    """What was typed as its shape wants it."""
    if shape is Shape.TICK:
        return True if typed == "yes" else None
    if shape in (Shape.TEXTS, Shape.MATRIX):
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        return lines if shape is Shape.TEXTS else [_numbers(line) for line in lines]
    if shape is Shape.NUMBERS:
        return _numbers(typed)
    if shape is Shape.WHOLE:
        typed = re.sub(r"(?<=\d)[ \u202f\u00a0](?=\d)", "", typed)  # 100 000 000
    return _number(typed) if shape in (Shape.WHOLE, Shape.NUMBER) else typed


def _numbers(typed: str) -> list[Any]:
    return [_number(one) for one in _GAPS.split(typed.strip()) if one]


def _number(typed: str) -> Any:
    """A number, whole where it is written so; the text itself where it is none."""
    text = typed.replace(_MINUS, "-")
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return typed
    return value if "_" not in text else typed


def _follow_new_names(tables: dict[str, Any], sent: Mapping[str, str]) -> None:
    """Where a row got a new name, use it wherever the old one stands."""
    for group, places in _USED.items():
        rows = _list(tables, group) if _repeats(group) else []
        names = {row.get("name") for row in rows if isinstance(row, dict)}
        new = {
            was: row["name"]
            for i, row in enumerate(rows)
            if (was := sent.get(f"{group}.{i}.was", "")) and row.get("name")
            if was not in names
        }
        if new:
            for table, key in places:
                _rename(tables.get(table), key, new)


def _rename(table: Any, key: str, new: Mapping[str, str]) -> None:
    for row in table if isinstance(table, list) else [table]:
        value = row.get(key) if isinstance(row, dict) else None
        if isinstance(value, str):
            row[key] = new.get(value, value)
        elif isinstance(value, list):
            row[key] = [new.get(one, one) for one in value]
        elif isinstance(value, dict):
            row[key] = {new.get(arm, arm): number for arm, number in value.items()}
