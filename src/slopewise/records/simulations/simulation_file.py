"""What a simulation found as JSON, and back: every number as it was, read by the types."""

import json
import types
from dataclasses import fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from slopewise.errors import InputError
from slopewise.trial.simulating.characteristics import TrialSimulation

__all__ = ["simulation_from_text", "simulation_text"]

FORMAT = 1


def simulation_text(simulation: TrialSimulation) -> str:
    """The simulation as JSON text."""
    row = {"format": FORMAT, "simulation": _plain(simulation)}
    return json.dumps(row, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def simulation_from_text(text: str, *, file: str) -> TrialSimulation:
    """The simulation of a text; InputError where it holds none."""
    try:
        row = json.loads(text)
        if row["format"] != FORMAT:
            raise InputError(f"{file} has format {row['format']!r}, not {FORMAT}; run it again")
        made = _value(TrialSimulation, row["simulation"])
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{file} is damaged ({error}); run the simulation again") from None
    if not isinstance(made, TrialSimulation):
        raise InputError(f"{file} holds no simulation; run it again")
    return made


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _value(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (types.UnionType, Union):
        if value is None:
            return None
        hint = next(one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is not None and get_origin(hint) is not tuple:
        hint = get_args(hint)[0]  # a number with its limits
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        given = {name: _value(hints[name], one) for name, one in value.items()}
        return hint(**given)  # type: ignore[operator]
    if get_origin(hint) is tuple:
        inner = get_args(hint)
        if inner[-1] is Ellipsis:
            return tuple(_value(inner[0], one) for one in value)
        return tuple(_value(kind, one) for kind, one in zip(inner, value, strict=True))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint):
        raise TypeError(f"{value!r} is no {hint.__name__}")
    return value
