"""A node of the hazard: months survived, or the event, weigh the state through η = h'x − offset.

    term(η) = exp(d η − c exp(η)),   d = 1 where follow-up ends here with the event

Given η ~ N(a, s), the term's normaliser, mean and variance are exact by Gauss-Hermite on η, and the
state's normal is replaced by the normal with those moments (moment matching; Minka 2001,
doi:10.5555/2074022.2074067). A site exp(ν η − τ η²/2) stands for the term where sites.py refines.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array

__all__ = [
    "Moments",
    "Passing",
    "hazard_moments",
    "pass_node",
    "pass_node_adjoint",
    "site_moments",
]

_POINTS, _SHARES = np.polynomial.hermite_e.hermegauss(5)
_SHARES = _SHARES / _SHARES.sum()
_POWERS = _POINTS ** np.arange(4)[:, None]
_LEAST_VARIANCE = 1e-12  # of η: below it the hazard does not vary between people


@dataclass(frozen=True)
class Moments:
    """What a term does to η ~ N(a, s), and the derivatives of that.

    The mean moves by s `shift`, the variance falls by s² `shrink`. `by` holds (d log_z, d shift,
    d shrink) by a, by s, and by the term's own parameters.
    """

    log_z: Array
    shift: Array
    shrink: Array
    by: tuple[tuple[Array, Array, Array], ...]


@dataclass(frozen=True)
class Passing:
    """What passing a node leaves for the way back."""

    moments: Moments
    gain: Array  # P h
    mean: Array  # of η before
    variance: Array


def pass_node(
    x: Array,
    P: Array,
    *,
    loading: Array,
    offset: Array,
    moments_of: Callable[[Array, Array], Moments],
) -> tuple[Array, Array, Passing]:
    """State after the term at η = h'x − offset.

    `loading` h has the state's shape (state, components, patients or 1).
    """
    gain = np.einsum("ij...,j...->i...", P, np.broadcast_to(loading, x.shape))
    mean = (loading * x).sum(0) - offset
    variance = (loading * gain).sum(0)
    variance = np.where(variance >= -1e-9, np.maximum(variance, _LEAST_VARIANCE), np.nan)
    moments = moments_of(mean, variance)
    after = P - gain[:, None] * (gain * moments.shrink)[None]
    return x + gain * moments.shift, after, Passing(moments, gain, mean, variance)


def pass_node_adjoint(
    before: tuple[Array, Array], bars: tuple[Array, Array], passing: Passing, *, loading: Array
) -> tuple[tuple[Array, Array], tuple[Array, Array], list[Array]]:
    """Adjoint of `pass_node`: bars of the state before, of (h, mean), and of the term's own."""
    (x, P), (x_bar, P_bar) = before, bars
    g, moments = passing.gain, passing.moments
    P_g = np.einsum("ij...,j...->i...", P_bar, g)
    shift_bar = (g * x_bar).sum(0)
    shrink_bar = -(g * P_g).sum(0)
    gain_bar = x_bar * moments.shift - 2.0 * moments.shrink * P_g
    mean_bar, variance_bar, *own = (
        by_z + shift_bar * by_shift + shrink_bar * by_shrink
        for by_z, by_shift, by_shrink in moments.by
    )
    through_gain = np.einsum("ij...,j...->i...", P, gain_bar)
    loading_bar = through_gain + 2.0 * variance_bar * g + mean_bar * x
    half = 0.5 * gain_bar + 0.5 * variance_bar * loading
    P_back = P_bar + half[:, None] * loading[None] + loading[:, None] * half[None]
    return (x_bar + mean_bar * loading, P_back), (loading_bar, mean_bar), own


def site_moments(mean: Array, variance: Array, *, pull: Array, precision: Array) -> Moments:
    """Moments under the normal site exp(ν η − τ η²/2); its own parameters are ν and τ."""
    whole = 1.0 / (1.0 + precision * variance)
    after = (mean + variance * pull) * whole  # mean after
    shift = (pull - precision * mean) * whole
    shrink = precision * whole
    log_z = 0.5 * np.log(whole) + 0.5 * (pull * (mean + after) - precision * mean * after)
    zero = np.zeros_like(shift)
    return Moments(
        log_z=log_z,
        shift=shift,
        shrink=shrink,
        by=(
            (shift, -shrink, zero),
            (0.5 * (shift * shift - shrink), -shrink * shift, -shrink * shrink),
            (after, whole + zero, zero),
            (-0.5 * (variance * whole + after * after), -after * whole, whole * whole),
        ),
    )


def hazard_moments(
    mean: Array, variance: Array, *, log_weight: Array, ended: Array, derivatives: bool = True
) -> Moments:
    """Moments under exp(d η − exp(log c + η)); its own parameter is log c (may be −inf).

    Sums over the quadrature's points are products with the powers of the points: X_i = <x^i> and
    L_i = <x^i l>, l = d − c exp(η), under the weights of the tilted normal.
    """
    root = np.sqrt(variance)
    shape = np.broadcast_shapes(mean.shape, log_weight.shape)
    ended = np.broadcast_to(ended, shape)
    lived = -_exponentials(log_weight + mean, root).reshape(len(_POINTS), -1)
    by_event = (ended * mean).ravel() + (ended * root).ravel() * _POINTS[:, None]
    log_share = lived + by_event
    lived = lived + ended.ravel()
    top = log_share.max(0)
    share = _SHARES[:, None] * np.exp(log_share - top)
    zeroth, x1, x2 = (_POWERS[:3] @ share).reshape(3, *shape)
    x1, x2 = x1 / zeroth, x2 / zeroth
    log_z = top.reshape(shape) + np.log(zeroth)
    shift = x1 / root
    shrink = (1.0 - x2 + x1 * x1) / variance
    if not derivatives:
        return Moments(log_z, shift, shrink, ())
    l0, l1, l2, l3 = (_POWERS @ (share * lived)).reshape(4, *shape) / zeroth
    by_mean, by_spread = l1 - x1 * l0, l2 - x1 * l1  # d<x>/da, d<x>/d√s
    twice = 2.0 * x1
    d_shift = by_mean / root
    d_shrink = (twice * by_mean - l2 + x2 * l0) / variance
    half = 0.5 / variance
    second = half * ((twice * by_spread - l3 + x2 * l1) / root - 2.0 * shrink)
    return Moments(
        log_z=log_z,
        shift=shift,
        shrink=shrink,
        by=(
            (l0, d_shift, d_shrink),
            (l1 * (0.5 / root), (by_spread - shift) * half, second),
            (l0 - ended, d_shift, d_shrink),
        ),
    )


def _exponentials(middle: Array, root: Array) -> Array:
    """exp(middle + root x) at every point; points are symmetric about 0."""
    centre = np.exp(np.minimum(middle, 300.0))
    out = [np.exp(np.minimum(root * point, 300.0)) for point in _POINTS if point > 0]
    middle_point = [np.ones_like(root)] if len(_POINTS) % 2 else []
    return np.asarray(centre * np.stack([*(1.0 / e for e in out[::-1]), *middle_point, *out]))
