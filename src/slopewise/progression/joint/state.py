"""The filter of levels, slopes and wanders with its adjoint: each step forward, and back.

State x = (m, r, w) of J markers each, covariance P, axes (state, …, components, patients):

    dm = (1 − θ g)(r + w) dt,  dr = 0,  dw = −κ w dt + √(2κ) dB·T^½,  Var w = T

A step back carries ∂ log density / ∂(state, parameters) to the step before; the chain of them gives
exact gradients and, with them, the smoother. Months survived are read in node.py. The transition is
that of likelihood.py for J = 1 (tests/double).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.likelihood import integrated_wander

__all__ = [
    "Gain",
    "Transition",
    "WanderStep",
    "advance",
    "advance_adjoint",
    "read",
    "read_adjoint",
    "transition",
]


@dataclass(frozen=True)
class WanderStep:
    """The wander's part of a step: m += c w, w ← φ w, noise in units of its variance T."""

    c: Array
    kept: Array  # φ
    noise_mm: Array
    noise_mw: Array
    noise_ww: Array
    months: Array  # 1/κ
    fraction: Array  # x = κ Δ
    path: Array  # integrated wander, units of (τ/κ)²
    variance: Float[Array, "markers markers components 1"]  # T


@dataclass(frozen=True)
class Transition:
    """What `duration` months do: m += a r, and the wander's part where the model has one."""

    a: Array
    wander: WanderStep | None = None


def transition(
    duration: Float[Array, " patients"],
    slowed: Array,
    wander: tuple[Array, Array] | None,
) -> Transition:
    """Coefficients of a step; `wander` is (T, months) or None, `slowed` is 1 − θ g."""
    a = slowed * duration
    if wander is None:
        return Transition(a)
    variance, months = wander
    x = duration / months
    lost = -np.expm1(-x)
    kept = 1.0 - lost
    path = integrated_wander(x)
    reach = slowed * months
    return Transition(
        a,
        WanderStep(
            c=reach * lost,
            kept=kept,
            noise_mm=reach * reach * path,
            noise_mw=reach * lost * lost,
            noise_ww=lost * (1.0 + kept),
            months=months,
            fraction=x,
            path=path,
            variance=variance,
        ),
    )


def _parts(states: int, step: Transition) -> tuple[slice, slice, slice]:
    """Where levels, slopes and wanders lie in the state."""
    j = states // (2 if step.wander is None else 3)
    return slice(0, j), slice(j, 2 * j), slice(2 * j, 3 * j)


def advance(x: Array, P: Array, step: Transition) -> tuple[Array, Array]:
    """Let the step's months pass: x ← F x, P ← F P F' + Q."""
    m, r, w = _parts(len(x), step)
    x, P = x.copy(), P.copy()
    x[m] += step.a * x[r]
    P[m] += step.a * P[r]
    ou = step.wander
    if ou is None:
        P[:, m] += step.a * P[:, r]
        return x, P
    x[m] += ou.c * x[w]
    x[w] *= ou.kept
    P[m] += ou.c * P[w]
    P[w] *= ou.kept
    P[:, m] += step.a * P[:, r] + ou.c * P[:, w]
    P[:, w] *= ou.kept
    P[m, m] += ou.noise_mm * ou.variance
    mixed = ou.noise_mw * ou.variance
    P[m, w] += mixed
    P[w, m] += mixed
    P[w, w] += ou.noise_ww * ou.variance
    return x, P


def advance_adjoint(
    before: tuple[Array, Array], bars: tuple[Array, Array], step: Transition, *, full: bool = True
) -> tuple[Array, Array, dict[str, Array]]:
    """Adjoint of `advance`: bars before the step and, if `full`, of a, c, kept, noises and T."""
    x_bar, P_bar = bars
    m, r, w = _parts(len(x_bar), step)
    ou = step.wander
    x_back, P_back = x_bar.copy(), P_bar.copy()
    x_back[r] += step.a * x_bar[m]
    P_back[r] += step.a * P_bar[m]
    if ou is None:
        P_back[:, r] += step.a * P_back[:, m]
        return x_back, P_back, _slope_bar(before, bars, step) if full else {}
    x_back[w] = ou.kept * x_bar[w] + ou.c * x_bar[m]
    P_back[w] = ou.kept * P_bar[w] + ou.c * P_bar[m]
    P_back[:, r] += step.a * P_back[:, m]
    P_back[:, w] = ou.kept * P_back[:, w] + ou.c * P_back[:, m]
    if not full:
        return x_back, P_back, {}
    return x_back, P_back, _slope_bar(before, bars, step) | _wander_bars(before, bars, step, ou)


def _slope_bar(
    before: tuple[Array, Array], bars: tuple[Array, Array], step: Transition
) -> dict[str, Array]:
    (x, P), (x_bar, P_bar) = before, bars
    m, r, w = _parts(len(x), step)
    moved_r = P[:, r].copy()  # columns r of F P: what a multiplies
    moved_r[m] += step.a * P[r, r]
    if step.wander is not None:
        moved_r[m] += step.wander.c * P[w, r]
        moved_r[w] *= step.wander.kept
    return {"a": (x_bar[m] * x[r]).sum(0) + 2.0 * _cross(P_bar[m], moved_r)}


def _wander_bars(
    before: tuple[Array, Array], bars: tuple[Array, Array], step: Transition, ou: WanderStep
) -> dict[str, Array]:
    (x, P), (x_bar, P_bar) = before, bars
    m, r, w = _parts(len(x), step)
    moved_w = P[:, w].copy()  # columns w of F P: what c and kept multiply
    moved_w[m] += step.a * P[r, w] + ou.c * P[w, w]
    moved_w[w] *= ou.kept
    crossed = P_bar[m, w] + np.swapaxes(P_bar[m, w], 0, 1)
    return {
        "c": (x_bar[m] * x[w]).sum(0) + 2.0 * _cross(P_bar[m], moved_w),
        "kept": (x_bar[w] * x[w]).sum(0) + 2.0 * _cross(P_bar[w], moved_w),
        "noise_mm": (P_bar[m, m] * ou.variance).sum((0, 1)),
        "noise_mw": 2.0 * (P_bar[m, w] * ou.variance).sum((0, 1)),
        "noise_ww": (P_bar[w, w] * ou.variance).sum((0, 1)),
        "variance": ou.noise_mm * P_bar[m, m] + ou.noise_mw * crossed + ou.noise_ww * P_bar[w, w],
    }


def _cross(rows: Array, columns: Array) -> Array:
    """Σ_i Σ_k rows[i, k] columns[k, i]."""
    return np.asarray(sum((rows[i] * columns[:, i]).sum(0) for i in range(len(rows))))


@dataclass(frozen=True)
class Gain:
    """What a reading leaves for the way back."""

    gain: Array  # P h
    variance: Array  # of what was read
    surprise: Array
    seen: Array
    marker: int


def read(
    x: Array, P: Array, *, marker: int, value: Array, seen: Array, variance: Array
) -> tuple[Array, Array, Array, Gain]:
    """Read one marker's value where `seen`; returns state, log density gained, and the gain."""
    spread = P[marker, marker]
    expected = np.where(spread >= -1e-9 * variance, spread + variance, np.nan)  # else cancelled
    surprise = np.where(seen, value - x[marker], 0.0)
    gain = P[:, marker] * np.where(seen, 1.0, 0.0)
    scaled = gain / expected
    after = P - gain[:, None] * scaled[None]
    gained = np.where(seen, -0.5 * (np.log(2.0 * np.pi * expected) + surprise**2 / expected), 0.0)
    return x + scaled * surprise, after, gained, Gain(gain, expected, surprise, seen, marker)


def read_adjoint(bars: tuple[Array, Array], gain: Gain) -> tuple[Array, Array, Array]:
    """Adjoint of `read`: bars before it, and the bar of the rater's error variance."""
    x_bar, P_bar = bars
    s, e = gain.variance, gain.surprise
    k = gain.gain / s
    seen, marker = np.where(gain.seen, 1.0, 0.0), gain.marker
    P_k = np.einsum("ij...,j...->i...", P_bar, k)
    through_mean = (k * x_bar).sum(0)
    gain_bar = (x_bar * (e / s) - 2.0 * P_k) * seen  # of P h, with s held
    s_bar = (k * P_k).sum(0) - through_mean * e / s - 0.5 * seen * (1.0 / s - (e / s) ** 2)
    e_bar = through_mean - e / s
    x_back = x_bar.copy()
    x_back[marker] -= e_bar * seen
    P_back = P_bar.copy()
    P_back[:, marker] += 0.5 * gain_bar
    P_back[marker] += 0.5 * gain_bar
    P_back[marker, marker] += s_bar
    return x_back, P_back, s_bar
