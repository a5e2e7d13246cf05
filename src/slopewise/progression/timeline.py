"""Visits and exposure of patients as padded steps: the only place where ragged data is padded.

A step is: let time pass under constant exposure, then, where `observed`, read a score. Exposure
changes and origins are steps without a score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["Exposure", "Timeline", "no_exposure", "scores_on", "timeline"]


@dataclass(frozen=True)
class Exposure:
    """Share of full effect as a step function: `level[i]` from `start_month[i]` on; 0 before."""

    start_month: tuple[float, ...] = ()
    level: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.start_month) != len(self.level):
            raise InputError("exposure needs one level for each start month")
        if any(b <= a for a, b in pairwise(self.start_month)):
            raise InputError("exposure start months must increase")
        if any(not 0.0 <= g <= 1.0 for g in self.level):
            raise InputError("exposure is a share of the full effect and lies in 0..1")


def no_exposure() -> Exposure:
    """No dose: exposure 0 throughout."""
    return Exposure()


@dataclass(frozen=True)
class Timeline:
    """Padded steps. One row may serve all patients when they share a visit plan (plans = 1)."""

    duration: Float[Array, "plans steps"]  # months since the step before
    exposure: Float[Array, "plans steps"]  # share of full effect during the step
    observed: Bool[Array, "plans steps"]  # a score is read at the end of the step

    @property
    def steps(self) -> int:
        """Number of padded steps."""
        return int(self.duration.shape[1])


def timeline(
    visit_months: Sequence[Sequence[float]],
    exposures: Sequence[Exposure],
    origin_months: Sequence[float],
) -> Timeline:
    """Steps from each origin through each visit, cut where exposure changes; padded to the longest.

    Visit months must increase within a plan and none may come before its origin (InputError).
    """
    rows = [
        _steps(months, exposure, origin)
        for months, exposure, origin in zip(visit_months, exposures, origin_months, strict=True)
    ]
    longest = max((len(r) for r in rows), default=0)
    padded = np.zeros((len(rows), longest, 3))
    for i, row in enumerate(rows):
        padded[i, : len(row)] = np.reshape(row, (-1, 3))
    return Timeline(padded[..., 0], padded[..., 1], padded[..., 2] > 0)


def scores_on(timeline: Timeline, scores: Float[Array, "patients visits"]) -> Array:
    """Scores laid on the observed steps of a single shared plan (zeros elsewhere)."""
    laid = np.zeros((scores.shape[0], timeline.steps))
    laid[:, timeline.observed[0]] = scores
    return laid


def _steps(
    months: Sequence[float], exposure: Exposure, origin: float
) -> list[tuple[float, float, float]]:
    if len(months) and months[0] < origin:
        raise InputError(f"visit at month {months[0]:g} lies before the origin {origin:g}")
    if any(b <= a for a, b in pairwise(months)):
        raise InputError("visit months must increase; join or drop visits of the same day")
    end = months[-1] if len(months) else origin
    cuts = [m for m in exposure.start_month if origin < m < end]
    marks = sorted({*cuts, *months})
    seen = set(months)
    steps, now = [], origin
    for mark in marks:
        steps.append((mark - now, _level_at(exposure, now), float(mark in seen)))
        now = mark
    return steps


def _level_at(exposure: Exposure, month: float) -> float:
    """Exposure during the step that begins at `month`."""
    level = 0.0
    for start, value in zip(exposure.start_month, exposure.level, strict=True):
        if start > month:
            break
        level = value
    return level
