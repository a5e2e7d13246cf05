"""The likelihood of scores: an exact Kalman filter of level, slope and wander, written once.

    dm = (1 − θ g) (r + w) dt,   dr = 0,   dw = −κ w dt + τ √(2κ) dB,   y = m + e,  e ~ N(0, σ²)

Every array has the axes (patients, theta, sets, classes); an axis of length 1 is shared, so gains
are computed once for patients on one visit plan, and before the first dose once for all θ.
Status: reference (nlme on public data) and double (dense multivariate normal density).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from array_api_compat import array_namespace
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.parameters import ParameterSets
from slopewise.progression.timeline import Timeline

__all__ = [
    "Belief",
    "advance",
    "integrated_wander",
    "log_density",
    "mixture_log_density",
    "observe",
    "origin_belief",
]

_SMALL = 1e-3  # κΔ below which the integrated wander's variance is taken from its series


@dataclass(frozen=True)
class Belief:
    """Mean and covariance of (level m, slope r, wander w) given the scores so far."""

    m: Array
    r: Array
    w: Array
    mm: Array
    mr: Array
    mw: Array
    rr: Array
    rw: Array
    ww: Array


def log_density(
    scores: Float[Array, "patients steps"],
    timeline: Timeline,
    parameters: ParameterSets,
    *,
    theta: Float[Array, " theta"],
    belief: Belief | None = None,
) -> tuple[Float[Array, "patients theta sets classes"], Belief]:
    """log p(scores | θ, set, class) and the belief after the last step.

    `belief` continues from an earlier part of the same patients' timelines. θ = slowing: under
    exposure g the expected function declines at (1 − θ g) times its natural slope.
    """
    xp = array_namespace(scores)
    now = origin_belief(parameters) if belief is None else belief
    variance = (parameters.residual_sd**2)[None, None]
    total = xp.zeros((scores.shape[0], 1, *parameters.weight.shape))
    for step in range(timeline.steps):
        duration = timeline.duration[:, step]
        exposure = timeline.exposure[:, step]
        if np.any(duration):
            slowed = 1.0 - theta[None, :, None, None] * exposure[:, None, None, None]
            if not np.any(exposure):
                slowed = slowed[:, :1]
            now = advance(now, parameters, duration=duration[:, None, None, None], slowed=slowed)
        seen = timeline.observed[:, step]
        if np.any(seen):
            now, gained = observe(
                now, scores[:, step][:, None, None, None], variance=variance, seen=seen
            )
            total = total + gained
    return total, now


def mixture_log_density(
    log_density: Float[Array, "patients theta sets classes"], parameters: ParameterSets
) -> Float[Array, "patients theta"]:
    """log p(scores | θ): classes mixed by weight, parameter sets equally."""
    xp = array_namespace(log_density)
    with np.errstate(divide="ignore"):
        weighted = log_density + xp.log(parameters.weight) - np.log(len(parameters))
    top = xp.max(weighted, axis=(2, 3), keepdims=True)
    mixed: Array = top[:, :, 0, 0] + xp.log(xp.sum(xp.exp(weighted - top), axis=(2, 3)))
    return mixed


def origin_belief(parameters: ParameterSets) -> Belief:
    """What is believed of a patient before any score."""
    p = parameters

    def lifted(a: Array) -> Array:
        return a[None, None]

    zero = np.zeros_like(p.weight)
    return Belief(
        m=lifted(p.mean_level),
        r=lifted(p.mean_slope),
        w=lifted(zero),
        mm=lifted(p.sd_level**2),
        mr=lifted(p.correlation * p.sd_level * p.sd_slope),
        mw=lifted(zero),
        rr=lifted(p.sd_slope**2),
        rw=lifted(zero),
        ww=lifted(p.wander_sd**2),
    )


def advance(belief: Belief, parameters: ParameterSets, *, duration: Any, slowed: Any) -> Belief:
    """Let `duration` months pass while decline runs at `slowed` = 1 − θ g times its rate."""
    b = belief
    xp = array_namespace(b.m)
    x = duration / parameters.wander_months
    lost = -xp.expm1(-x)  # 1 − φ
    kept = 1.0 - lost  # φ = exp(−κΔ)
    reach = parameters.wander_months * lost  # ∫ exp(−κ s) ds
    power = parameters.wander_sd**2
    noise_mm = power * parameters.wander_months**2 * integrated_wander(x) * slowed**2
    noise_mw = power * parameters.wander_months * lost**2 * slowed
    noise_ww = power * lost * (1.0 + kept)
    a, c = slowed * duration, slowed * reach
    mr = b.mr + a * b.rr + c * b.rw
    mw = b.mw + a * b.rw + c * b.ww
    return Belief(
        m=b.m + a * b.r + c * b.w,
        r=b.r,
        w=kept * b.w,
        mm=b.mm + a * (b.mr + mr) + c * (b.mw + mw) + noise_mm,
        mr=mr,
        mw=kept * mw + noise_mw,
        rr=b.rr,
        rw=kept * b.rw,
        ww=kept**2 * b.ww + noise_ww,
    )


def integrated_wander(x: Any) -> Array:
    """Var ∫w over x = κΔ given its start, in units of (τ/κ)²: 2x − 2E − E², E = 1 − exp(−x).

    By its series where x is small and the difference would cancel.
    """
    xp = array_namespace(x)
    lost = -xp.expm1(-x)
    series = x * x * x * (2.0 / 3.0 - x * (0.5 - x * (7.0 / 30.0)))
    found: Array = xp.where(x < _SMALL, series, 2.0 * (x - lost) - lost * lost)
    return found


def observe(belief: Belief, score: Any, *, variance: Any, seen: Any) -> tuple[Belief, Array]:
    """Read a score where `seen` (per plan); returns the new belief and the log density gained."""
    b = belief
    xp = array_namespace(b.m)
    surprise = score - b.m
    expected = b.mm + variance
    gained = -0.5 * (xp.log(2.0 * np.pi * expected) + surprise**2 / expected)
    k_m, k_r, k_w = b.mm / expected, b.mr / expected, b.mw / expected
    after = Belief(
        m=b.m + k_m * surprise,
        r=b.r + k_r * surprise,
        w=b.w + k_w * surprise,
        mm=b.mm - k_m * b.mm,
        mr=b.mr - k_m * b.mr,
        mw=b.mw - k_m * b.mw,
        rr=b.rr - k_r * b.mr,
        rw=b.rw - k_r * b.mw,
        ww=b.ww - k_w * b.mw,
    )
    if np.all(seen):
        return after, gained
    mask = seen[:, None, None, None]
    chosen = {name: xp.where(mask, getattr(after, name), getattr(b, name)) for name in _NAMES}
    return replace(b, **chosen), xp.where(mask, gained, 0.0)


_NAMES = ("m", "r", "w", "mm", "mr", "mw", "rr", "rw", "ww")
