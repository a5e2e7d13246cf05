"""What kind of field each key of a design needs, found from the types of its records."""

from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum, StrEnum, auto
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from slopewise.trial.design.canonical import plain_number
from slopewise.trial.design.design import Design
from slopewise.trial.design.limits import ByArm, Limits, Range
from slopewise.trial.design.plain import bare_type

__all__ = ["DESIGN", "Key", "Shape", "keys_of"]


class Shape(Enum):
    """How a value is written in a form."""

    RECORD = auto()  # a table
    RECORDS = auto()  # tables that repeat
    BY_ARM = auto()  # a number for each arm
    RANGE = auto()  # lowest and highest
    NUMBERS = auto()  # numbers with commas between them
    MATRIX = auto()  # a line of numbers for each row
    TEXTS = auto()  # one in each line
    CHOICE = auto()
    TICK = auto()
    WHOLE = auto()
    NUMBER = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: its shape, the record below it, its choices and limits."""

    name: str
    shape: Shape
    record: Any = None
    choices: tuple[str, ...] = ()
    limits: Limits | None = None
    is_needed: bool = False
    can_be_absent: bool = False
    default: str = ""  # what stands where the field is left empty


@cache
def keys_of(record: Any) -> tuple[Key, ...]:
    """The keys of a record, in its order."""
    hints = get_type_hints(record, include_extras=True)
    return tuple(
        _key(one.name, hints[one.name], one.default, one.default is MISSING)
        for one in fields(record)
    )


def _key(name: str, hint: Any, default: Any, is_needed: bool) -> Key:  # noqa: FBT001
    kind, limits = bare_type(hint)
    inner = get_args(kind)[0] if get_origin(kind) is tuple else None
    return Key(
        name,
        _shape(kind, inner),
        record=inner if is_dataclass(inner) else kind if is_dataclass(kind) else None,
        choices=tuple(one.value for one in kind) if _is_choice(kind) else (),
        limits=limits,
        is_needed=is_needed,
        can_be_absent=NoneType in get_args(hint),
        default=_said(default),
    )


def _shape(kind: Any, inner: Any) -> Shape:
    if is_dataclass(kind):
        return Shape.RECORD
    if kind in (ByArm, Range):
        return Shape.BY_ARM if kind == ByArm else Shape.RANGE
    if inner is not None:
        return _list_shape(inner)
    if _is_choice(kind):
        return Shape.CHOICE
    return {bool: Shape.TICK, int: Shape.WHOLE, float: Shape.NUMBER}.get(kind, Shape.TEXT)


def _list_shape(inner: Any) -> Shape:
    if is_dataclass(inner):
        return Shape.RECORDS
    if get_origin(inner) is tuple:
        return Shape.MATRIX
    return Shape.TEXTS if inner is str else Shape.NUMBERS


def _is_choice(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _said(default: Any) -> str:
    if isinstance(default, bool) or not isinstance(default, int | float | str):
        return ""
    return str(default) if isinstance(default, str) else plain_number(default)


DESIGN: tuple[Key, ...] = keys_of(Design)
