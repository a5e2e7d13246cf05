"""Kenward and Roger's standard error and degrees of freedom of one effect of a random-slope fit.

    Φ = (X'V⁻¹X)⁻¹,  P_a = −X'V⁻¹V_aV⁻¹X,  Q_ab = X'V⁻¹V_aV⁻¹V_bV⁻¹X,  V = Σ_a ϕ_a V_a
    W⁻¹_ab = ½ [tr(V⁻¹V_aV⁻¹V_b) − tr(2ΦQ_ab − ΦP_aΦP_b)]
    Φ_A = Φ + 2 Φ [Σ_ab W_ab (Q_ab − P_aΦP_b)] Φ
    df = 2 / Σ_ab W_ab p_a p_b,   p_a = l'ΦP_aΦl / l'Φl

ϕ: the variances D11, D12, D22 and σ², in which V is linear; l: the effect. In words: the plain
standard error takes the variances as known; Φ_A adds the doubt about them, and df says how far the
tails of t must reach. For one effect the general formula reduces to this df and no further factor.
It matters with few people; with a hundred it changes the third digit.
Reference: Kenward & Roger 1997, doi:10.2307/2533558; Halekoh & Højsgaard 2014,
doi:10.18637/jss.v059.i09.
Status: reference (pbkrtest).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped
from numpy import ndarray as Array

from slopewise.numerics.random_slope import VarianceComponents

__all__ = ["SmallSample", "kenward_roger"]


@dataclass(frozen=True, eq=False, slots=True)
class SmallSample:
    """Adjusted covariance of the fixed effects, and degrees of freedom of the asked effect."""

    covariance: Float[Array, "effects effects"]
    degrees_of_freedom: float | None


def kenward_roger(
    variances: VarianceComponents,
    person: Shaped[Array, " rows"],
    month: Float[Array, " rows"],
    *,
    design: Float[Array, "rows effects"],
    effect: int,
) -> SmallSample | None:
    """From the fitted variances and the same rows; None where those cannot be told apart."""
    scale = float(np.abs(month).max()) or 1.0  # so that all four variances are of one size
    many = design.shape[1]
    whole = np.zeros((many, many))
    first, second = np.zeros((4, many, many)), np.zeros((4, 4, many, many))
    traces = np.zeros((4, 4))
    for chosen in _by_visits(person):
        x, t = design[chosen], month[chosen] / scale
        parts = _parts(t)
        weights = np.array([*_in_scale(variances, scale), variances.residual_sd**2])
        inverse = np.linalg.inv(np.einsum("a,agij->gij", weights, parts))
        left = inverse @ x  # V⁻¹X
        turned = inverse @ parts  # V⁻¹V_a
        moved = parts @ left  # V_aV⁻¹X
        whole += np.einsum("gip,giq->pq", x, left)
        first -= np.einsum("gip,agiq->apq", left, moved)
        second += np.einsum("agip,gij,bgjq->abpq", moved, inverse, moved, optimize=True)
        traces += np.einsum("agij,bgji->ab", turned, turned, optimize=True)
    covariance = np.linalg.inv(whole)
    spread = covariance @ first  # ΦP_a
    both = np.einsum("apq,bqp->ab", spread, spread)
    information = 0.5 * (traces - 2.0 * np.einsum("pq,abqp->ab", covariance, second) + both)
    size = np.sqrt(np.abs(information.diagonal()))
    if np.linalg.cond(information / np.outer(size, size)) > 1e12:
        return None
    doubt = np.linalg.inv(information)
    inner = second - np.einsum("apq,qr,brs->abps", first, covariance, first, optimize=True)
    added = covariance @ np.einsum("ab,abpq->pq", doubt, inner) @ covariance
    share = np.array([spread[a] @ covariance for a in range(4)])[:, effect, effect]
    share = share / covariance[effect, effect]
    below = float(share @ doubt @ share)
    return SmallSample(covariance + (added + added.T), 2.0 / below if below > 0.0 else None)


def _by_visits(person: Array) -> list[Array]:
    """Rows of people with equally many visits, as arrays of people × visits."""
    _, who, many = np.unique(person, return_inverse=True, return_counts=True)
    order = np.argsort(who.reshape(-1), kind="stable")
    starts = np.cumsum(many) - many
    return [order[starts[many == count][:, None] + np.arange(count)] for count in np.unique(many)]


def _parts(t: Float[Array, "people visits"]) -> Float[Array, "4 people visits visits"]:
    """∂V/∂D11, ∂V/∂D12, ∂V/∂D22 and ∂V/∂σ²."""
    one = np.ones_like(t)
    cross = one[:, :, None] * t[:, None, :]
    return np.array([
        one[:, :, None] * one[:, None, :],
        cross + cross.transpose(0, 2, 1),
        t[:, :, None] * t[:, None, :],
        np.broadcast_to(np.eye(t.shape[1]), (len(t), t.shape[1], t.shape[1])),
    ])  # fmt: skip


def _in_scale(variances: VarianceComponents, scale: float) -> tuple[float, float, float]:
    d = variances.covariance
    return float(d[0, 0]), float(d[0, 1]) * scale, float(d[1, 1]) * scale**2
