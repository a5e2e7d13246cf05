"""The answer of any endpoint to one trial, in one form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from jaxtyping import Bool
from numpy import ndarray as Array

from slopewise.endpoint.trial_record import TrialRecord
from slopewise.errors import InputError

__all__ = ["EndpointName", "EndpointResult", "WhoLeft", "check_both_arms", "who_left"]

_FAILED = frozenset({"step_limit", "non_finite"})


class EndpointName(StrEnum):
    """The analyses by the names that a command calls them."""

    SLOPE = "slope"
    MMRM = "mmrm"
    JOINT_RANK = "joint-rank"
    WIN_RATIO = "win-ratio"
    TIME_TO_EVENT = "time-to-event"
    RMST = "rmst"
    MILESTONE = "milestone"
    RESPONDER = "responder"
    JOINT_MODEL = "joint-model"


@dataclass(frozen=True, slots=True)
class WhoLeft:
    """People, or rows, that took no part."""

    what: str  # patients, rows
    reason: str
    count: int
    which: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointResult:
    """Estimate, interval and p-value on the scale that `scale` names; None where none can be given.

    `is_ratio`: no difference is 1 and the standard error is that of the logarithm; else 0.
    `better`: which direction is good for the treated. `details`: the method's own numbers, by name.
    `primary_refused`: why no trial may stand or fall with this analysis; empty where it may.
    """

    endpoint: EndpointName
    status: str
    method: str
    estimand: str
    scale: str
    better: str  # higher, lower
    is_ratio: bool = False
    estimate: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    confidence: float = 0.95
    treated: int = 0
    controls: int = 0
    rows: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    left_out: tuple[WhoLeft, ...] = ()
    remarks: tuple[str, ...] = ()
    primary_refused: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether the method came to an end; an answer may still be "cannot tell"."""
        return self.status not in _FAILED

    @property
    def no_difference(self) -> float:
        """The value at which the arms do not differ."""
        return 1.0 if self.is_ratio else 0.0


def who_left(record: TrialRecord, out: Bool[Array, " people"], reason: str) -> tuple[WhoLeft, ...]:
    """One entry for those marked; none where nobody is."""
    names = tuple(record.person[place] for place in np.flatnonzero(out))
    return (WhoLeft("patients", reason, len(names), names),) if names else ()


def check_both_arms(
    record: TrialRecord, kept: Bool[Array, " people"], what: str
) -> Bool[Array, " people"]:
    """Who takes part, if each arm has somebody; InputError says which arm has nobody."""
    for arm, name in ((record.treated, record.treated_arm), (~record.treated, record.control_arm)):
        if not (kept & arm).any():
            raise InputError(f"nobody of arm {name!r} has {what}; both arms are needed")
    return kept
