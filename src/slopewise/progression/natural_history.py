"""Natural history as shipped: many accepted parameter sets, read from one JSON file."""

import json
import re
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

import numpy as np

from slopewise.errors import InputError
from slopewise.progression.parameters import ParameterSets

__all__ = ["NaturalHistory", "as_json", "embedded", "from_json"]

EMBEDDED_FILE = "embedded.json"


@dataclass(frozen=True)
class NaturalHistory:
    """A named course of untreated ALS-FRS-R decline with its parameter doubt."""

    name: str
    parameter_sets: ParameterSets


@cache
def embedded() -> NaturalHistory:
    """The natural history calibrated to published summaries (docs: models/calibration)."""
    text = resources.files("slopewise.progression").joinpath(EMBEDDED_FILE).read_text("utf-8")
    return from_json(text)


def from_json(text: str) -> NaturalHistory:
    """Read a natural history; InputError when a parameter is missing."""
    document = json.loads(text)
    wanted = [field.name for field in fields(ParameterSets)]
    missing = [name for name in wanted if name not in document.get("parameters", {})]
    if missing:
        raise InputError(f"natural history lacks {missing[0]}; write it anew with calibrate")
    arrays = {name: np.asarray(document["parameters"][name], dtype=float) for name in wanted}
    arrays["weight"] /= arrays["weight"].sum(axis=1, keepdims=True)  # written with five decimals
    return NaturalHistory(document["name"], ParameterSets(**arrays))


def as_json(natural_history: NaturalHistory, *, made_by: dict[str, object]) -> str:
    """Write a natural history; `made_by` says how (method, seed, steps, status)."""
    sets = natural_history.parameter_sets
    document = {
        "name": natural_history.name,
        "units": "points, points/month, months; arrays are sets by classes",
        "made_by": made_by,
        "parameters": {
            field.name: np.round(getattr(sets, field.name), 5).tolist() for field in fields(sets)
        },
    }
    text = json.dumps(document, indent=1)
    return re.sub(r"(?<=[\d\[,])\n\s+(?=[-\d\]])", " ", text) + "\n"  # a row of numbers a line
