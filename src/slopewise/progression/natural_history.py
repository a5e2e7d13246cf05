"""Natural history as shipped: many accepted parameter sets, read from one JSON file."""

import json
import re
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from slopewise.errors import InputError
from slopewise.progression.hazard import HazardSets
from slopewise.progression.parameters import ParameterSets

__all__ = ["NaturalHistory", "as_json", "embedded", "from_json"]

EMBEDDED_FILE = "embedded.json"


@dataclass(frozen=True)
class NaturalHistory:
    """A named course of untreated ALS-FRS-R decline with its parameter doubt.

    `hazard` holds the survival event's hazard for each of the sets, None where it was not fitted.
    """

    name: str
    parameter_sets: ParameterSets
    hazard: HazardSets | None = None

    def __post_init__(self) -> None:
        if self.hazard is not None and len(self.hazard) != len(self.parameter_sets):
            raise InputError(
                f"{len(self.hazard)} hazards for {len(self.parameter_sets)} parameter sets; give"
                " one for each"
            )


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
    return NaturalHistory(document["name"], ParameterSets(**arrays), _hazard_from(document))


def _hazard_from(document: dict[str, Any]) -> HazardSets | None:
    """The hazard, where the natural history holds one."""
    if "hazard" not in document:
        return None
    hazard = document["hazard"]
    missing = [name for name in HazardSets.array_names() if name not in hazard]
    if missing:
        raise InputError(f"the hazard lacks {missing[0]}; write it anew with calibrate")
    arrays = {name: np.asarray(hazard[name], dtype=float) for name in HazardSets.array_names()}
    return HazardSets(
        **arrays, reference_value=float(hazard["reference_value"]), event=str(hazard["event"])
    )


def _hazard_written(hazard: HazardSets, made_by: dict[str, object]) -> dict[str, object]:
    arrays = {name: np.round(getattr(hazard, name), 5).tolist() for name in hazard.array_names()}
    return {
        "units": "log(1/month), -, 1/point, months/point; arrays are sets by one",
        "reference_value": hazard.reference_value,
        "event": hazard.event,
        "made_by": made_by,
        **arrays,
    }


def as_json(
    natural_history: NaturalHistory,
    *,
    made_by: dict[str, object],
    hazard_made_by: dict[str, object] | None = None,
) -> str:
    """Write a natural history; `made_by` says how (method, seed, steps, status)."""
    sets = natural_history.parameter_sets
    document: dict[str, object] = {
        "name": natural_history.name,
        "units": "points, points/month, months; arrays are sets by classes",
        "made_by": made_by,
        "parameters": {
            field.name: np.round(getattr(sets, field.name), 5).tolist() for field in fields(sets)
        },
    }
    if natural_history.hazard is not None:
        document["hazard"] = _hazard_written(natural_history.hazard, hazard_made_by or {})
    text = json.dumps(document, indent=1)
    return re.sub(r"(?<=[\d\[,])\n\s+(?=[-\d\]])", " ", text) + "\n"  # a row of numbers a line
