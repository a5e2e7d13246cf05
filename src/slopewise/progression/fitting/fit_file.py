"""A fit, or the place an interrupted fit reached, as JSON text and back; no file is touched here.

The text holds the model, the estimates with their information, and what is needed to predict: no
patient's data. `made_by` travels with it: event definition, columns, version, seed, fingerprint.
"""

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.fitting.fit import ProgressionFit
from slopewise.progression.joint.estimates import Estimate
from slopewise.progression.joint.layout import layout_of
from slopewise.progression.joint.specification import (
    Association,
    Baseline,
    BaselineKind,
    Marker,
    ProgressionModel,
)

__all__ = [
    "Checkpoint",
    "FitFile",
    "checkpoint_from_text",
    "checkpoint_text",
    "fit_from_text",
    "fit_text",
    "model_document",
]

_FIT = "slopewise progression fit"
_CHECKPOINT = "slopewise progression checkpoint"
_LAYOUT_VERSION = 1
_ARRAYS = ("working", "information", "reference")


@dataclass(frozen=True)
class FitFile:
    """A fit read back, and how it was made."""

    fit: ProgressionFit
    made_by: Mapping[str, Any]


@dataclass(frozen=True)
class Checkpoint:
    """Where an interrupted fit was; `fingerprint` of its model and data.

    `working` and `height` are the highest place of all starts, `latest` the place in the start that
    was climbed, `starts_done` how many starts were finished before it.
    """

    fingerprint: str
    working: Float[Array, " size"]
    height: float
    steps: int
    latest: Float[Array, " size"]
    starts_done: int = 0


def fit_text(fit: ProgressionFit, *, made_by: Mapping[str, Any]) -> str:
    """The fit as JSON."""
    document: dict[str, Any] = {"kind": _FIT, "layout_version": _LAYOUT_VERSION}
    document["made_by"] = dict(made_by)
    document["model"] = model_document(fit.layout.model)
    document["cuts"] = list(fit.layout.cuts)
    for field in dataclasses.fields(fit):
        if field.name != "layout":
            document[field.name] = _plain(getattr(fit, field.name))
    return json.dumps(document, allow_nan=False) + "\n"


def fit_from_text(text: str, *, source: str) -> FitFile:
    """Read a fit; `source` names the file in messages. Raises InputError for anything else."""
    document = _document(text, _FIT, source=source, made_with="fit progression --output")
    try:
        layout = layout_of(_model(document["model"]), tuple(document["cuts"]))
        found: dict[str, Any] = {"layout": layout}
        for field in dataclasses.fields(ProgressionFit):
            if field.name in _ARRAYS:
                value = document[field.name]
                found[field.name] = None if value is None else np.asarray(value, dtype=float)
            elif field.name != "layout":
                found[field.name] = document[field.name]
        found["starts"] = tuple(found["starts"])
        found["decrement"] = math.inf if found["decrement"] is None else found["decrement"]
        found["parameters"] = {
            name: Estimate(**estimate) for name, estimate in document["parameters"].items()
        }
        fit = ProgressionFit(**found)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{source} is damaged ({type(error).__name__}: {error}); make the fit again"
        ) from None
    if fit.working.shape != (layout.size,):
        raise InputError(
            f"{source} holds {fit.working.size} parameters, its model {layout.size}; make the fit"
            " again"
        )
    return FitFile(fit, document["made_by"])


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The checkpoint as JSON."""
    document = {
        "kind": _CHECKPOINT,
        "layout_version": _LAYOUT_VERSION,
        "fingerprint": checkpoint.fingerprint,
        "working": checkpoint.working.tolist(),
        "height": checkpoint.height,
        "steps": checkpoint.steps,
        "latest": checkpoint.latest.tolist(),
        "starts_done": checkpoint.starts_done,
    }
    return json.dumps(document, allow_nan=False) + "\n"


def checkpoint_from_text(text: str, *, fingerprint: str, source: str) -> Checkpoint:
    """Read a checkpoint; InputError where it belongs to another model, other data or prior."""
    document = _document(text, _CHECKPOINT, source=source, made_with="fit progression --checkpoint")
    try:
        found = Checkpoint(
            fingerprint=document["fingerprint"],
            working=np.asarray(document["working"], dtype=float),
            height=float(document["height"]),
            steps=int(document["steps"]),
            latest=np.asarray(document["latest"], dtype=float),
            starts_done=int(document["starts_done"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{source} is damaged ({error}); remove it to start again") from None
    if found.fingerprint != fingerprint:
        raise InputError(
            f"{source} is the checkpoint of another fit (other data, model or prior); name another"
            " file, or remove it to start again"
        )
    return found


def model_document(model: ProgressionModel) -> dict[str, Any]:
    """The model as plain values."""
    document = dataclasses.asdict(model)
    document["association"] = model.association.value
    kind, pieces = model.baseline.kind, model.baseline.pieces
    document["baseline"] = kind.value if kind is BaselineKind.WEIBULL else f"{kind.value}:{pieces}"
    return document


def _model(document: Mapping[str, Any]) -> ProgressionModel:
    found = dict(document)
    found["markers"] = tuple(Marker(**marker) for marker in document["markers"])
    found["association"] = Association(document["association"])
    found["baseline"] = Baseline.from_text(document["baseline"])
    for name, value in found.items():
        if isinstance(value, list):
            found[name] = tuple(value)
    return ProgressionModel(**found)


def _document(text: str, kind: str, *, source: str, made_with: str) -> dict[str, Any]:
    """The JSON object of this kind and version, else InputError."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{source} is not JSON ({error.msg} in line {error.lineno}); give a file made by "
            f"`slopewise {made_with} {source}`"
        ) from None
    if not isinstance(document, dict) or document.get("kind") != kind:
        raise InputError(
            f"{source} is not a {kind.removeprefix('slopewise ')}; give a file made by "
            f"`slopewise {made_with} {source}`"
        )
    if document.get("layout_version") != _LAYOUT_VERSION:
        raise InputError(
            f"{source} was written by another version of slopewise (file layout "
            f"{document.get('layout_version')}, this one reads {_LAYOUT_VERSION}); make it again"
        )
    return document


def _plain(value: Any) -> Any:
    """Plain values of a field; a number that is not finite becomes None."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Estimate):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value
