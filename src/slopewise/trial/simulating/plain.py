"""What a simulation found as plain values, and back again without loss.

Written: every field by its name; a `Rate` as {value, error, low, high, count, of}, an `Average` as
{mean, spread, error, of}. Read: the same, derived numbers (value, error, low, high) being computed
anew and not believed. Numbers are not rounded, so reading gives an equal record.
Status: property (round trip).
"""

import math
import types
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, NoReturn, Union, get_args, get_origin, get_type_hints

from slopewise.errors import InputError
from slopewise.trial.design.limits import ByArm, Limits
from slopewise.trial.simulating.characteristics import Average, Rate, TrialSimulation

__all__ = ["SCHEMA", "simulation_from_plain", "simulation_plain"]

SCHEMA = "slopewise-simulation/1"
# what the places of a tuple are called, by the field that holds it
_PLACES = {
    "dead": ("arm", "share"),
    "left": ("arm", "share"),
    "scores": ("arm", "mean", "seen"),
    "alive": ("arm", "share"),
    "answers": ("endpoint", "estimate", "low", "high", "p_value"),
}
_REMEDY = "give a file that `slopewise trial simulate --json` wrote, unchanged"


def simulation_plain(simulation: TrialSimulation) -> dict[str, Any]:
    """Dictionaries, lists, numbers and texts under the schema's name."""
    return {"schema": SCHEMA, **_plain(simulation, "simulation")}


def simulation_from_plain(value: object) -> TrialSimulation:
    """The record; InputError names the first place that is damaged."""
    if not isinstance(value, dict):
        _refuse("simulation", f"is {_called(value)} and not a table")
    schema = value.get("schema")
    if schema != SCHEMA:
        _refuse("schema", f"is {schema!r} and not {SCHEMA!r}")
    found = _record(TrialSimulation, value, "simulation")
    assert isinstance(found, TrialSimulation)
    return found


def _plain(value: Any, path: str) -> Any:
    if isinstance(value, Rate):
        low, high = value.interval
        made = {"value": value.share, "error": value.error, "low": low, "high": high}
        return {**made, "count": value.count, "of": value.of}
    if isinstance(value, Average):
        made = {"mean": value.mean, "spread": value.spread, "error": value.error}
        return {k: _plain(v, f"{path}.{k}") for k, v in made.items()} | {"of": value.of}
    if is_dataclass(value) and not isinstance(value, type):
        hints = get_type_hints(type(value))
        return {
            f.name: _field(getattr(value, f.name), hints[f.name], f"{path}.{f.name}")
            for f in fields(value)
        }
    if isinstance(value, tuple):
        return [_plain(one, f"{path}[{i}]") for i, one in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(
            f"{path} of the simulation is {value}; a number that cannot be given must be absent"
        )
    return value


def _field(value: Any, hint: Any, path: str) -> Any:
    name = path.rpartition(".")[2]
    if hint == ByArm:
        return {arm: _plain(number, f"{path}.{arm}") for arm, number in value}
    if name in _PLACES:
        return [
            {key: _plain(part, f"{path}[{i}].{key}") for key, part in _named(name, one)}
            for i, one in enumerate(value)
        ]
    return _plain(value, path)


def _named(name: str, parts: tuple[Any, ...]) -> list[tuple[str, Any]]:
    return list(zip(_PLACES[name], parts, strict=True))


def _record(kind: type[Any], value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        _refuse(path, f"is {_called(value)} and not a table")
    hints = get_type_hints(kind, include_extras=True)
    given = {}
    for field in fields(kind):
        if field.name not in value:
            _refuse(f"{path}.{field.name}", "is missing")
        given[field.name] = _value(hints[field.name], value[field.name], f"{path}.{field.name}")
    return _possible(kind(**given), path)


def _possible(record: Any, path: str) -> Any:
    """The record, unless it says what cannot be."""
    if isinstance(record, Rate) and not 0 <= record.count <= record.of:
        _refuse(path, f"counts {record.count} of {record.of}")
    if isinstance(record, Average) and (record.of < 0 or record.spread < 0.0):
        _refuse(path, f"has spread {record.spread:g} of {record.of}")
    return record


def _value(hint: Any, value: Any, path: str) -> Any:
    if get_origin(hint) in (types.UnionType, Union):
        if value is None:
            return None
        hint = next(one for one in get_args(hint) if one is not type(None))
    limits = None
    if get_origin(hint) is Annotated:
        hint, limits, *_ = get_args(hint)
    if hint == ByArm:
        return _by_arm(value, path)
    if is_dataclass(hint):
        return _record(hint, value, path)  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), value, path)
    return _single(hint, value, path, limits=limits)


def _by_arm(value: Any, path: str) -> ByArm:
    if not isinstance(value, dict):
        _refuse(path, f"is {_called(value)} and not a number for each arm")
    return tuple((arm, _single(float, one, f"{path}.{arm}")) for arm, one in value.items())


def _tuple(kinds: tuple[Any, ...], value: Any, path: str) -> tuple[Any, ...]:
    if kinds[-1] is not Ellipsis:  # one of a field whose places have names
        names = _PLACES[path.rpartition(".")[2].partition("[")[0]]
        if not isinstance(value, dict) or not set(names) <= set(value):
            _refuse(path, f"has not all of {', '.join(names)}")
        parts = zip(kinds, names, strict=True)
        return tuple(_value(kind, value[name], f"{path}.{name}") for kind, name in parts)
    if not isinstance(value, list):
        _refuse(path, f"is {_called(value)} and not a list")
    return tuple(_value(kinds[0], one, f"{path}[{i}]") for i, one in enumerate(value))


def _single(kind: Any, value: Any, path: str, *, limits: Limits | None = None) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is float:
        if not is_number or not math.isfinite(value):
            _refuse(path, f"is {_shown(value)} and not a finite number")
        value = float(value)
    elif kind is int:
        if not is_number or value != int(value):
            _refuse(path, f"is {_shown(value)} and not a whole number")
        value = int(value)
    elif not isinstance(value, kind):
        _refuse(path, f"is {_shown(value)} and not a {'text' if kind is str else 'true or false'}")
    if limits is not None and value not in limits:
        _refuse(path, f"is {value:g}, and may be {limits}")
    return value


def _called(value: object) -> str:
    names = {list: "a list", dict: "a table", str: "a text", type(None): "nothing"}
    return names.get(type(value), "a number")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _refuse(path: str, what: str) -> NoReturn:
    raise InputError(f"{path.removeprefix('simulation.')} {what}; {_REMEDY}")
