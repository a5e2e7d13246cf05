"""Doses to share of full effect: 0 before a dose's onset delay, then halving, added and capped."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from slopewise.errors import InputError
from slopewise.progression.timeline import Exposure

__all__ = ["EFFECT_LASTS", "SENSITIVITY", "EffectShape", "exposure"]

_STEP_MONTHS = 1.0  # a waning effect is held constant at its mean over steps of a month


@dataclass(frozen=True, slots=True)
class EffectShape:
    """How the effect of one dose comes and goes (months).

    assumption: defaults, no delay and an effect that lasts; the sensitivity table runs others,
    because published effects were transient.
    """

    onset_delay: float = 0.0
    waning_half_life: float | None = None  # None = the effect lasts

    def __post_init__(self) -> None:
        if self.onset_delay < 0:
            raise InputError(f"onset delay {self.onset_delay:g} months; give 0 or more")
        if self.waning_half_life is not None and self.waning_half_life <= 0:
            raise InputError(f"waning half-life {self.waning_half_life:g}; give more than 0 months")


EFFECT_LASTS = EffectShape()

# shown beside every verdict; assumption: these four span what has been claimed
SENSITIVITY: tuple[tuple[str, EffectShape], ...] = (
    ("effect lasts", EFFECT_LASTS),
    ("effect starts after 1 month", EffectShape(onset_delay=1.0)),
    ("effect halves every 6 months", EffectShape(waning_half_life=6.0)),
    ("effect halves every 3 months", EffectShape(waning_half_life=3.0)),
)


def exposure(
    dose_months: Sequence[float], shape: EffectShape = EFFECT_LASTS, *, until_month: float
) -> Exposure:
    """Share of full effect as a step function from the first dose to `until_month`."""
    starts = sorted({float(month) + shape.onset_delay for month in dose_months})
    if not starts:
        return Exposure()
    if shape.waning_half_life is None:
        return Exposure((starts[0],), (1.0,))
    grid = np.arange(starts[0], max(until_month, starts[0]) + _STEP_MONTHS, _STEP_MONTHS)
    edges = sorted({*grid.tolist(), *(s for s in starts if s <= until_month)})
    levels = []
    for left, right in zip(edges, [*edges[1:], edges[-1] + _STEP_MONTHS], strict=True):
        inside = left + (right - left) * (np.arange(4) + 0.5) / 4
        since = inside[None, :] - np.asarray(starts)[:, None]
        share = np.where(since >= 0, 0.5 ** (np.maximum(since, 0.0) / shape.waning_half_life), 0.0)
        levels.append(float(np.minimum(share.sum(axis=0), 1.0).mean()))
    return Exposure(tuple(edges), tuple(levels))
