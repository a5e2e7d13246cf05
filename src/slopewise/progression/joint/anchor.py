"""A soft anchor at onset: 48 ± 1.5 points there, read as a score before the origin.

    m(−t) = m(0) − r t − ∫ w,   so 48 ~ N(m − r t − M(1 − φ) w, 1.5² + T M² v(x)),  x = t / M

given the state at the origin; φ = exp(−x), v the integrated wander's variance (likelihood.py). The
wander is stationary and runs backward as it runs forward. It helps where scores before treatment
are few; it assumes that decline since onset went at the personal slope. First marker only.
"""

from functools import partial

import numpy as np
from numpy import ndarray as Array

from slopewise.progression.joint.node import Passing, pass_node, pass_node_adjoint, site_moments
from slopewise.progression.likelihood import integrated_wander

__all__ = ["ANCHOR_SCORE", "ANCHOR_SD", "pass_anchor", "pass_anchor_adjoint"]

ANCHOR_SCORE = 48.0  # full function before the first symptom
ANCHOR_SD = 1.5  # assumption (MODEL): how softly

_State = tuple[Array, Array]


def _reading(
    shape: tuple[int, ...], onset: Array, wander: _State | None, markers: int
) -> tuple[Array, Array]:
    """Loading of the state and variance of the anchor, by component and patient."""
    t = np.nan_to_num(onset)
    loading = np.zeros(shape)
    loading[0] = 1.0
    loading[markers] = -t
    variance = np.full(shape[1:], ANCHOR_SD**2)
    if wander is not None:
        spread, months = wander
        x = t / months
        loading[2 * markers] = months * np.expm1(-x)
        variance = variance + spread[0, 0] * months**2 * integrated_wander(x)
    return loading, variance


def pass_anchor(
    x: Array, P: Array, *, onset: Array, wander: _State | None, markers: int
) -> tuple[Array, Array, Array, Passing]:
    """State after the anchor, the log density gained, and what the way back needs."""
    loading, variance = _reading(x.shape, onset, wander, markers)
    known = np.isfinite(onset)
    precision = np.where(known, 1.0 / variance, 0.0)
    term = partial(site_moments, pull=np.zeros_like(precision), precision=precision)
    offset = np.full((1, 1), ANCHOR_SCORE)
    x, P, passing = pass_node(x, P, loading=loading, offset=offset, moments_of=term)
    constant = np.where(known, -0.5 * np.log(2.0 * np.pi * variance), 0.0)
    return x, P, constant + passing.moments.log_z, passing


def pass_anchor_adjoint(
    before: _State,
    bars: _State,
    passing: Passing,
    *,
    onset: Array,
    wander: _State | None,
    markers: int,
) -> tuple[_State, dict[str, Array]]:
    """Bars before the anchor, and of the wander's variance and log months."""
    loading, variance = _reading(before[0].shape, onset, wander, markers)
    state_bars, (loading_bar, _), own = pass_node_adjoint(before, bars, passing, loading=loading)
    if wander is None:
        return state_bars, {}
    known = np.isfinite(onset)
    variance_bar = np.where(known, -own[1] / variance**2 - 0.5 / variance, 0.0)
    spread, months = wander
    x = np.nan_to_num(onset) / months
    lost = -np.expm1(-x)
    path = integrated_wander(x)
    by_reach = np.where(known, loading_bar[2 * markers], 0.0)
    log_months = by_reach * (x * months * np.exp(-x) - months * lost)
    log_months = log_months + variance_bar * spread[0, 0] * 2.0 * months**2 * (path - x * lost**2)
    return state_bars, {"wander": variance_bar * months**2 * path, "log_wander_months": log_months}
