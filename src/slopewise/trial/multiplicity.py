"""Several questions, one chance of a false alarm: procedures that keep it, on many trials at once.

    bonferroni      reject i if  p_i ≤ w_i α
    holm            step down: p_(i) / w_(i) in rising order, p_(i) ≤ w_(i) α / Σ_{k ≥ i} w_(k)
    hochberg        step up: the largest i with p_(i) ≤ α / (m − i + 1) and all smaller p
    fixed sequence  in the order given, each at α, until the first that fails
    graphical       reject j with p_j ≤ w_j α, pass its weight on along the arrows g_jk:
                    w_l ← w_l + w_j g_jl,   g_lk ← (g_lk + g_lj g_jk) / (1 − g_lj g_jl)

p: one-sided or two-sided, as α; w: weights that add up to at most 1. Adjusted p: the least α at
which a hypothesis is rejected. In words: all keep the chance of any false alarm at α; Hochberg's
only for test statistics that do not pull against each other (independent or positively dependent).
References: Holm 1979, Scand J Statist 6:65–70; Hochberg 1988, doi:10.1093/biomet/75.4.800; Bretz
et al. 2009, doi:10.1002/sim.3495 (graphs, algorithms 1 and 2).
Status: reference (R's p.adjust), published, double (closed testing over every intersection).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["Tested", "bonferroni", "fixed_sequence", "graphical", "hochberg", "holm"]

PValues = Float[Array, "... hypotheses"]
_SPENT = 1e-12  # a loop of arrows that has nothing left to pass on


@dataclass(frozen=True)
class Tested:
    """Which hypotheses are rejected, and the least alpha at which each would be."""

    rejected: Bool[Array, "... hypotheses"]
    adjusted_p: Float[Array, "... hypotheses"]


def bonferroni(
    p_values: PValues, alpha: float, *, weights: Sequence[float] | None = None
) -> Tested:
    """Each at its own share of alpha."""
    p = _checked(p_values, alpha)
    return _at(_over(p, _weights(weights, p)), alpha)


def holm(p_values: PValues, alpha: float, *, weights: Sequence[float] | None = None) -> Tested:
    """Step down: what a rejected one held goes to the rest in proportion to their weights."""
    p = _checked(p_values, alpha)
    w = _weights(weights, p)
    order = np.argsort(_over(p, w), axis=-1, kind="stable")
    weight = np.take_along_axis(np.broadcast_to(w, p.shape), order, axis=-1)
    rest = np.cumsum(weight[..., ::-1], axis=-1)[..., ::-1]
    ratio = np.divide(rest, weight, out=np.full_like(weight, np.inf), where=weight > 0)
    with np.errstate(invalid="ignore"):
        scaled = np.take_along_axis(p, order, axis=-1) * ratio
    stepped = np.maximum.accumulate(np.where(weight > 0, scaled, np.inf), axis=-1)
    return _at(_back(stepped, order), alpha)


def hochberg(p_values: PValues, alpha: float) -> Tested:
    """Step up from the largest p."""
    p = _checked(p_values, alpha)
    order = np.argsort(-p, axis=-1, kind="stable")
    scaled = np.take_along_axis(p, order, axis=-1) * np.arange(1, p.shape[-1] + 1)
    return _at(_back(np.minimum.accumulate(scaled, axis=-1), order), alpha)


def fixed_sequence(p_values: PValues, alpha: float) -> Tested:
    """In the order given, each at the whole alpha, until one fails."""
    p = _checked(p_values, alpha)
    return _at(np.maximum.accumulate(p, axis=-1), alpha)


def graphical(
    p_values: PValues,
    alpha: float,
    *,
    weights: Sequence[float],
    transitions: Sequence[Sequence[float]],
) -> Tested:
    """Pass the alpha of each rejected hypothesis on along a graph (algorithm 2)."""
    p = _checked(p_values, alpha)
    m = p.shape[-1]
    w0 = _weights(weights, p)
    g0 = np.asarray(transitions, dtype=float)
    off_range = g0.shape != (m, m) or bool(np.any(np.diag(g0) != 0) or np.any(g0 < 0))
    if off_range or np.any(g0.sum(axis=1) > 1 + 1e-9):
        raise InputError(
            f"transitions need {m} rows of {m} numbers from 0, with 0 at their own place and a sum "
            "of at most 1"
        )
    flat = p.reshape(-1, m)
    trials = np.arange(len(flat))
    w, g = np.tile(w0, (len(flat), 1)), np.tile(g0, (len(flat), 1, 1))
    left = np.ones(flat.shape, dtype=bool)
    adjusted = np.full(flat.shape, np.inf)
    reached = np.zeros(len(flat))
    for _ in range(m):
        scaled = np.where(left, _over(flat, w), np.inf)
        # where none has weight, any that is left: it stays at infinity
        j = np.where(np.isfinite(scaled).any(axis=1), scaled.argmin(axis=1), left.argmax(axis=1))
        reached = np.maximum(reached, scaled[trials, j])
        adjusted[trials, j] = reached
        left[trials, j] = False
        w, g = _passed_on(w, g, j)
    return _at(adjusted.reshape(p.shape), alpha)


def _passed_on(w: Array, g: Array, j: Array) -> tuple[Array, Array]:
    """The graph of each trial without its hypothesis j."""
    trials = np.arange(len(w))
    out, into = g[trials, j], g[trials, :, j]  # j's arrows to others; others' arrows to j
    w = w + w[trials, j][:, None] * out
    loop = 1.0 - into * out
    through = g + into[:, :, None] * out[:, None, :]
    has = (loop > _SPENT)[:, :, None]
    g = np.divide(through, loop[:, :, None], out=np.zeros_like(g), where=has)
    own = np.arange(w.shape[1])
    g[:, own, own] = 0.0
    w[trials, j] = 0.0
    g[trials, j], g[trials, :, j] = 0.0, 0.0
    return w, g


def _checked(p_values: PValues, alpha: float) -> PValues:
    p = np.asarray(p_values, dtype=float)
    if p.ndim == 0 or not np.all((p >= 0) & (p <= 1)):
        raise InputError("p values are numbers from 0 to 1; give 1 where there is no answer")
    if not 0 < alpha < 1:
        raise InputError(f"alpha {alpha:g}; give one between 0 and 1")
    return p


def _weights(weights: Sequence[float] | None, p: PValues) -> Float[Array, " hypotheses"]:
    m = p.shape[-1]
    w = np.full(m, 1.0 / m) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != (m,) or np.any(w < 0) or w.sum() > 1 + 1e-9:
        raise InputError(
            f"weights {w.tolist()} for {m} hypotheses; give one from 0 for each, together at most 1"
        )
    return w


def _over(p: Array, w: Array) -> Array:
    """p / w, infinite where there is no weight."""
    w = np.broadcast_to(w, p.shape)
    return np.asarray(np.divide(p, w, out=np.full(p.shape, np.inf), where=w > 0))


def _back(sorted_values: Array, order: Array) -> Array:
    values = np.empty_like(sorted_values)
    np.put_along_axis(values, order, sorted_values, axis=-1)
    return values


def _at(adjusted: Array, alpha: float) -> Tested:
    return Tested(adjusted <= alpha * (1 + 1e-12), np.minimum(adjusted, 1.0))
