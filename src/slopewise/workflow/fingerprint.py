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

__all__ = ["engine_version", "record_hash"]

ENGINE_PACKAGES = ("condition", "therapy", "numerics", "progression", "response")


def record_hash(patient: TreatedPatient, belief: Belief = Prior.SCEPTICAL) -> str:
    """SHA-256 over everything on record about the patient, and over an evidence prior's trials."""
    text = json.dumps(dataclasses.asdict(patient), sort_keys=True, default=_value_of)
    if isinstance(belief, EvidencePrior):
        text += belief.fingerprint
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def engine_version() -> str:
    """The version with a hash over the engine's own files: it changes with every change of code."""
    source = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for package in ENGINE_PACKAGES:
        for path in sorted((source / package).rglob("*")):
            if path.suffix in {".py", ".json"}:
                digest.update(path.read_bytes())
    return f"{VERSION}+{digest.hexdigest()[:12]}"


def _value_of(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} in a patient's record has no text form")
