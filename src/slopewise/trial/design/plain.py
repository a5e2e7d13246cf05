"""Designs to and from plain values (dictionaries, lists, numbers, text), with every error found.

The same checks serve a TOML file, a web form and JSON. A key that is unknown, of the wrong type or
out of its limits becomes a `Problem`; reading goes on with a stand-in, so that all are told.
"""

import difflib
import math
import types
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from slopewise.trial.design.limits import ByArm, Limits, Range

__all__ = ["Path", "Problem", "as_plain", "bare_type", "from_plain"]

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a design, and what to do; `path` is table, index, key."""

    path: Path
    message: str
    value: object = None


def as_plain(value: Any) -> Any:
    """A record as dictionaries and lists; what is absent is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _field_plain(value, f) for f in fields(value) if _is_given(value, f)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [as_plain(one) for one in value]
    return value


def _is_given(record: Any, field: Field[Any]) -> bool:
    value = getattr(record, field.name)
    return value is not None and value not in ((), "")


def _field_plain(record: Any, field: Field[Any]) -> Any:
    value = getattr(record, field.name)
    hint = bare_type(get_type_hints(type(record), include_extras=True)[field.name])[0]
    return dict(value) if hint == ByArm else as_plain(value)


def from_plain(kind: type[Any], table: Any, path: Path = ()) -> tuple[Any, tuple[Problem, ...]]:
    """A record of this kind and everything that is wrong with the values it was made of."""
    problems: list[Problem] = []
    return _record(kind, table, path, problems), tuple(problems)


def _record(kind: type[Any], table: Any, path: Path, problems: list[Problem]) -> Any:
    if not isinstance(table, dict):
        problems.append(Problem(path, f"is {_called(table)}; write it as a table [{path[-1]}]"))
        table, problems = {}, []
    hints = get_type_hints(kind, include_extras=True)
    for key in table:
        if key not in hints:
            problems.append(Problem((*path, key), _unknown(key, list(hints)), table[key]))
    values = {}
    for field in fields(kind):
        hint, place = hints[field.name], (*path, field.name)
        if field.name in table:
            values[field.name] = _value(hint, table[field.name], place, problems)
        elif field.default is MISSING:
            what = "table" if _has_records(hint) else "key"
            problems.append(Problem(place, f"is missing; add the {what} {field.name!r}"))
            values[field.name] = _stand_in(hint)
    return kind(**values)


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    if near:
        return f"is not known; did you mean {near[0]!r}?"
    return f"is not known; known here: {', '.join(known)}"


def bare_type(hint: Any) -> tuple[Any, Limits | None]:
    """A type without "or None" and without its limits, and the limits."""
    if get_origin(hint) in (types.UnionType, Union):
        hint = next(one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is Annotated:
        kind, limits, *_ = get_args(hint)
        return kind, limits
    return hint, None


def _has_records(hint: Any) -> bool:
    kind = bare_type(hint)[0]
    return is_dataclass(kind) or (get_origin(kind) is tuple and is_dataclass(get_args(kind)[0]))


def _value(hint: Any, value: Any, path: Path, problems: list[Problem]) -> Any:
    """The value as its type wants it; a stand-in and a problem where it cannot be."""
    kind, limits = bare_type(hint)
    if is_dataclass(kind):
        return _record(kind, value, path, problems)  # type: ignore[arg-type]
    if get_origin(kind) is tuple:
        if kind in (ByArm, Range):
            return (_by_arm if kind == ByArm else _range)(value, path, problems)
        return _list(get_args(kind)[0], value, path, problems)
    said = _wrong(kind, limits, value)
    if said:
        problems.append(Problem(path, said, value))
        return _stand_in(hint)
    return kind(value) if kind is float or issubclass(kind, StrEnum) else value


def _list(hint: Any, value: Any, path: Path, problems: list[Problem]) -> Any:
    if not isinstance(value, list):
        what = f"tables [[{path[-1]}]]" if is_dataclass(hint) else "a list in square brackets"
        problems.append(Problem(path, f"is {_called(value)}; write {what}", value))
        return ()
    return tuple(_value(hint, one, (*path, i), problems) for i, one in enumerate(value))


def _by_arm(value: Any, path: Path, problems: list[Problem]) -> ByArm:
    if not isinstance(value, dict):
        problems.append(
            Problem(path, f"is {_called(value)}; write one number for an arm: {{ name = 0.3 }}")
        )
        return ()
    given = []
    limits = {"by_arm": Limits(0, 5, "a month"), "slowing": Limits(-1, 1)}
    for arm, number in value.items():
        said = _wrong(float, limits.get(str(path[-1]), Limits(-5, 5)), number)
        if said:
            problems.append(Problem((*path, arm), said, number))
        else:
            given.append((arm, float(number)))
    return tuple(given)


def _range(value: Any, path: Path, problems: list[Problem]) -> Any:
    two = isinstance(value, list) and len(value) == 2
    if not two or any(_wrong(float, None, one) for one in value):
        problems.append(
            Problem(path, "is not a range; write the lowest and the highest, such as [24, 48]")
        )
        return None
    if value[0] > value[1]:
        problems.append(
            Problem(path, f"starts at {value[0]:g} above its end {value[1]:g}; swap them", value)
        )
        return None
    return (float(value[0]), float(value[1]))


def _wrong(kind: Any, limits: Limits | None, value: Any) -> str:
    """What is wrong with a single value; empty when nothing is."""
    if issubclass(kind, StrEnum):
        known = [one.value for one in kind]
        if isinstance(value, str) and value in known:
            return ""
        return f"{_unknown(str(value), known)} (one of {', '.join(known)})"
    if kind is str:
        if isinstance(value, str) and value.strip():
            return ""
        return "is empty; write a text" if value == "" else f"is {_called(value)}; write a text"
    if kind is bool:
        return "" if isinstance(value, bool) else f"is {_called(value)}; write true or false"
    return _wrong_number(kind, limits, value)


def _wrong_number(kind: Any, limits: Limits | None, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"is {_called(value)}; write a {'whole ' if kind is int else ''}number"
    if kind is int and not isinstance(value, int):
        return "is not whole; write a whole number"
    if not math.isfinite(value):
        return "is not a finite number; write one"
    if limits is not None and value not in limits:
        return f"is outside its limits; give a number {limits}"
    return ""


def _called(value: object) -> str:
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number"}
    names |= {list: "a list", dict: "a table"}
    return names.get(type(value), f"a {type(value).__name__}")


def _stand_in(hint: Any) -> Any:
    """Any value of the type, so that reading can go on; the design is refused all the same."""
    kind, limits = bare_type(hint)
    if is_dataclass(kind):
        return _record(kind, {}, (), [])  # type: ignore[arg-type]
    if get_origin(kind) is tuple or (hint is not kind and limits is None):
        return () if get_origin(kind) is tuple and kind != Range else None
    if issubclass(kind, StrEnum):
        return next(iter(kind))
    return kind(limits.low if limits else 0) if kind in (int, float) else kind()
