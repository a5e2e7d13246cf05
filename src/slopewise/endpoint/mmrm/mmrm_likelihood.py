"""The (restricted) likelihood of the repeated-measures model and its exact derivatives.

    −2 log L = Σ_p n_p log|Σ_p| + Σ_i r_i'Σ_i⁻¹r_i [+ log|X'WX|]       (brackets: REML)

p: which visits were seen; Σ_p the covariance of those; W = Σ⁻¹. Derivatives are taken in the
entries of Σ and carried to the parameters of its shape by the chain rule. With E_s the matrix of
entry s, P_s = −X'W E_s W X, u_s = −X'W E_s W r, Φ = (X'WX)⁻¹, C = W (rr' [+ XΦX']) W:

    ∂/∂s   = Σ_p tr E_s(nW − C)
    ∂²/∂s∂t = Σ_p tr E_s W E_t (2C − nW) − 2 u_s'Φu_t [− tr ΦP_sΦP_t]

The exact Hessian costs little more than the value, and is what degrees of freedom need.
Reference: Lindstrom & Bates 1988, doi:10.1080/01621459.1988.10478693.
"""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.endpoint.mmrm.mmrm_covariance import Shape, pairs_of
from slopewise.endpoint.mmrm.mmrm_sums import Sums

__all__ = ["Point", "contract", "evaluate", "expected_information", "inverse", "is_positive"]


@dataclass(frozen=True, eq=False, slots=True)
class Point:
    """Everything at one θ of each trial; `height` is −2 log L without constants."""

    theta: Float[Array, "trials parameters"]
    height: Float[Array, " trials"]
    gradient: Float[Array, "trials parameters"]  # of the height
    curvature: Float[Array, "trials parameters parameters"]  # exact Hessian of the height
    scoring: Float[Array, "trials parameters parameters"]  # never indefinite
    change: Float[Array, "trials effects"]
    phi: Float[Array, "trials effects effects"]
    weights: Float[Array, "trials patterns visits visits"]
    pulls: Float[Array, "trials pairs effects effects"]  # P_s

    def put(self, places: Array, other: "Point") -> None:
        """Overwrite some trials by those of another point."""
        for name in fields(self):
            getattr(self, name.name)[places] = getattr(other, name.name)

    def take(self, places: Array) -> "Point":
        """Some of the trials."""
        return Point(*(getattr(self, name.name)[places] for name in fields(self)))


def is_positive(entries: Float[Array, "trials pairs"], visits: int) -> Bool[Array, " trials"]:
    """Whether Σ is positive definite, and not only by rounding."""
    _, _, number = pairs_of(visits)
    left = entries[:, number].copy()
    start = left[:, np.arange(visits), np.arange(visits)].copy()
    good = (start > 1e-200).all(axis=1)
    for k in range(visits):
        pivot = left[:, k, k]
        good &= pivot > 1e-11 * start[:, k]
        safe = np.where(good, pivot, 1.0)
        column = left[:, k + 1 :, k]
        left[:, k + 1 :, k + 1 :] -= column[:, :, None] * column[:, None, :] / safe[:, None, None]
    return np.asarray(good)


def evaluate(sums: Sums, shape: Shape, theta: Array, *, reml: bool) -> Point:
    """Height and derivatives; every Σ must be positive definite."""
    first, second, _ = pairs_of(shape.visits)
    weights, logs = _weights(sums, shape, theta)
    packed = np.moveaxis(weights[..., first, second], 1, 2)[:, None]  # trials, 1, pairs, patterns
    normal, right = (
        found[:, 0] for found in sums.both(packed, np.zeros((len(theta), sums.effects)))
    )
    phi = inverse(normal)
    change = np.asarray(phi @ right[:, :, None])[..., 0]
    scatter = sums.scatter(change)
    height = (sums.many * logs).sum(axis=1) + (weights * scatter).sum(axis=(1, 2, 3))
    slopes = _slopes(weights, first, second)
    pulls, turns = sums.both(slopes, change)
    whole = scatter
    if reml:
        height = height + np.linalg.slogdet(normal)[1]
        whole = scatter + sums.leverage(phi)
    core = weights @ whole @ weights
    counted = sums.many[..., None, None] * weights
    twice = np.where(first == second, 1.0, 2.0)
    by_entry = twice * (counted - core).sum(axis=1)[:, first, second]
    second_by_entry = contract(weights, 2.0 * core - counted)
    second_by_entry -= 2.0 * (turns @ phi) @ np.swapaxes(turns, 1, 2)
    if reml:
        second_by_entry -= _traces(phi, pulls)
    jacobian = shape.jacobian(theta)
    turned = np.swapaxes(jacobian, 1, 2)
    curvature = turned @ second_by_entry @ jacobian
    bend = shape.second(theta)
    if bend is not None:
        curvature = curvature + np.einsum("ns,nshk->nhk", by_entry, bend)
    return Point(
        theta=theta,
        height=height,
        gradient=np.asarray(by_entry[:, None, :] @ jacobian)[:, 0],
        curvature=curvature,
        scoring=turned @ contract(weights, counted) @ jacobian,
        change=change,
        phi=phi,
        weights=weights,
        pulls=pulls,
    )


def expected_information(sums: Sums, shape: Shape, point: Point, *, reml: bool) -> Array:
    """Of θ, expected at the estimates (as pbkrtest uses it); the observed one is curvature/2."""
    jacobian = shape.jacobian(point.theta)
    weights = point.weights
    found = contract(weights, sums.many[..., None, None] * weights)
    if reml:
        found = found - 2.0 * contract(weights, weights @ sums.leverage(point.phi) @ weights)
        found = found + _traces(point.phi, point.pulls)
    return np.asarray(0.5 * np.swapaxes(jacobian, 1, 2) @ found @ jacobian)


def contract(one: Array, other: Array) -> Float[Array, "trials pairs pairs"]:
    """Σ_p tr(E_s U_p E_t V_p) for symmetric U, V."""
    trials, patterns, visits, _ = one.shape
    first, second, _ = pairs_of(visits)
    flat = np.swapaxes(one.reshape(trials, patterns, -1), 1, 2)
    four = (flat @ other.reshape(trials, patterns, -1)).reshape(trials, visits**4)
    a, b, c, d = first[:, None], second[:, None], first[None], second[None]

    half = np.where(first == second, 0.5, 1.0)
    orders = ((b, c, d, a), (a, c, d, b), (b, d, c, a), (a, d, c, b))
    found = sum(four[:, ((i * visits + j) * visits + k) * visits + m] for i, j, k, m in orders)
    return np.asarray(found * (half[:, None] * half))


def inverse(matrices: Float[Array, "*several size size"]) -> Float[Array, "*several size size"]:
    """Of each matrix; not a number where it has none, which no search accepts."""
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        flat = matrices.reshape(-1, *matrices.shape[-2:])
        sign, size = np.linalg.slogdet(flat)
        good = (sign != 0.0) & np.isfinite(size)
        made = np.linalg.inv(np.where(good[:, None, None], flat, np.eye(flat.shape[-1])))
        return np.where(good[:, None, None], made, np.nan).reshape(matrices.shape)


def _weights(sums: Sums, shape: Shape, theta: Array) -> tuple[Array, Array]:
    """Σ_p⁻¹ with zeros at missing visits, and log|Σ_p|."""
    _, _, number = pairs_of(shape.visits)
    sigma = shape.entries(theta)[:, None, number]
    both = sums.seen[:, :, None] & sums.seen[:, None, :]
    filled = np.where(both, sigma, np.eye(shape.visits))
    return inverse(filled) * both, np.linalg.slogdet(filled)[1]


def _slopes(weights: Array, first: Array, second: Array) -> Float[Array, "trials pairs pairs p"]:
    """−W E_s W for every entry s, upper triangles."""
    moved = np.moveaxis(weights, 1, 3)  # trials, visits, visits, patterns
    a, b, j, k = first[:, None], second[:, None], first[None], second[None]
    made = moved[:, a, j] * moved[:, b, k]
    made += moved[:, b, j] * moved[:, a, k]
    made *= np.where(first == second, -0.5, -1.0)[:, None, None]
    return np.asarray(made)


def _traces(phi: Array, pulls: Array) -> Float[Array, "trials pairs pairs"]:
    """tr ΦP_sΦP_t."""
    trials, pairs, effects, _ = pulls.shape
    half = (pulls.reshape(trials, pairs * effects, effects) @ phi).reshape(pulls.shape)
    flat = half.reshape(trials, pairs, -1)
    other = np.swapaxes(half, 2, 3).reshape(trials, pairs, -1)
    return np.asarray(flat @ np.swapaxes(other, 1, 2))
