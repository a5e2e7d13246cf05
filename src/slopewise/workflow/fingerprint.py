"""What decides whether a stored answer still holds, as hashes."""

import dataclasses
import hashlib
import json
from enum import Enum
from functools import cache
from pathlib import Path

from slopewise.response.assessment import Belief, EvidencePrior, Prior
from slopewise.response.patient import TreatedPatient
from slopewise.version import VERSION

__all__ = ["engine_version", "record_hash", "simulation_version"]

ENGINE_PACKAGES = ("condition", "therapy", "numerics", "progression", "response")
SIMULATION_PACKAGES = (*ENGINE_PACKAGES, "endpoint", "trial")


def record_hash(patient: TreatedPatient, belief: Belief = Prior.SCEPTICAL) -> str:
    """SHA-256 over everything on record about the patient, and over an evidence prior's trials."""
    text = json.dumps(dataclasses.asdict(patient), sort_keys=True, default=_value_of)
    if isinstance(belief, EvidencePrior):
        text += belief.fingerprint
    return hashlib.sha256(text.encode()).hexdigest()


def engine_version() -> str:
    """The version with a hash over the engine's own files: it changes with every change of code."""
    return _version_of(ENGINE_PACKAGES)


def simulation_version() -> str:
    """The same over everything that a simulated trial follows from."""
    return _version_of(SIMULATION_PACKAGES)


@cache
def _version_of(packages: tuple[str, ...]) -> str:
    source = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted((source / package).rglob("*")):
            if path.suffix in {".py", ".json"}:
                digest.update(path.read_bytes())
    return f"{VERSION}+{digest.hexdigest()[:12]}"


def _value_of(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} in a patient's record has no text form")
