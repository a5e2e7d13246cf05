"""The (restricted) likelihood of the random-slope model and its exact derivatives.

With δ = D/σ² (2×2, relative covariance of the random effects), Z, S, C, M of random_slope_sums and
H = I + ZδZ', everything follows from E = (I + Sδ)⁻¹C and W = (I + Sδ)⁻¹S per patient:

    −2 log L = Σ log|I + Sδ| + ν log r [+ log|Q'H⁻¹Q|],   r = e'H⁻¹e, least over fixed effects,
    ∂/∂δ = Σ W − Σ εε'/σ² [− Σ E_Q(Q'H⁻¹Q)⁻¹E_Q'],   σ² = r/ν,   ε = E (−change, 1),

ν = rows (ML) or rows − effects with the brackets (REML); fixed effects and σ² are profiled out.
With U = εε'/σ² [+ E_Q(Q'H⁻¹Q)⁻¹E_Q'] the second derivatives need, beside small matrices, only
Σ tr(ΔWΔ'W) and Σ tr(ΔWΔ'U): the exact Hessian costs little more than the value.
Reference: Lindstrom & Bates 1988, doi:10.1080/01621459.1988.10478693.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.numerics.random_slope_sums import PatientSums

__all__ = ["Place", "Point", "evaluate", "nowhere"]


@dataclass(frozen=True)
class Place:
    """δ by the angle of its first axis and the square roots of its eigenvalues, larger first."""

    angle: float
    first: float
    second: float

    @property
    def delta(self) -> tuple[float, float, float]:
        """(δ11, δ12, δ22)."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        p, q = self.first**2, self.second**2
        return p * c * c + q * s * s, (p - q) * c * s, p * s * s + q * c * c

    @property
    def axes(self) -> Float[Array, "3 3"]:
        """Columns u₁u₁', u₁u₂' + u₂u₁', u₂u₂' as (11, 12, 22)."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        return np.array(
            [
                [c * c, -2.0 * c * s, s * s],
                [c * s, c * c - s * s, -c * s],
                [s * s, 2 * c * s, c * c],
            ]
        )


@dataclass(frozen=True)
class Point:
    """Height (−2 log L without constants) at one place, its derivatives, and what they came from.

    Derivatives are in the entries (11, 12 = 21, 22) of δ seen in the place's own axes: `curvature`
    is the exact Hessian of the height, `expected` its expectation given σ² (never indefinite).
    """

    height: float
    gradient: Float[Array, " 3"]
    curvature: Float[Array, "3 3"]
    expected: Float[Array, "3 3"]
    change: Float[Array, " effects"]  # coefficients of e on Q
    residual_variance: float
    pull: Float[Array, " 3"]  # −∂r/∂δ
    root_inverse: Float[Array, "effects effects"]  # A with A'A = (Q'H⁻¹Q)⁻¹


def evaluate(sums: PatientSums, place: Place, *, reml: bool) -> Point:
    """Height and derivatives at one δ."""
    gain, weight, logs = _shrinkage(sums, place)
    wide = len(sums.total)
    shrunk = np.empty_like(sums.cross)
    np.multiply(gain[0], sums.cross[0], out=shrunk[0])
    shrunk[0] += gain[1] * sums.cross[1]
    np.multiply(gain[2], sums.cross[0], out=shrunk[1])
    shrunk[1] += gain[3] * sums.cross[1]
    flat = shrunk.reshape(2 * wide, -1).T
    level, slope = (sums.cross @ flat).reshape(2, wide, 2, wide)
    outer = (shrunk @ flat).reshape(2, wide, 2, wide)
    c, s = math.cos(place.angle), math.sin(place.angle)
    explained = place.first**2 * (c * level[:, 0] + s * slope[:, 0])
    explained += place.second**2 * (c * slope[:, 1] - s * level[:, 1])
    whole = sums.total - explained
    return _point(sums, whole, outer, shrunk=shrunk, weight=weight, logs=logs, reml=reml)


def _shrinkage(
    sums: PatientSums, place: Place
) -> tuple[Float[Array, "4 patients"], Float[Array, "3 patients"], float]:
    """(I + SΛ)⁻¹U' by rows, W = (I + SΛ)⁻¹S as (11, 12, 22), and Σ log|I + SΛ|.

    S is seen in the axes U, where δ is diagonal (Λ): large variances then cost no digits.
    """
    p, q = place.first**2, place.second**2
    c, s = math.cos(place.angle), math.sin(place.angle)
    cc, cs, ss = c * c, c * s, s * s
    recipe = np.array(  # times 1, S11, S12, S22, |S|
        [
            [c, 0.0, -q * s, q * c, 0.0],
            [s, q * s, -q * c, 0.0, 0.0],
            [-s, 0.0, -p * c, -p * s, 0.0],
            [c, p * c, p * s, 0.0, 0.0],
            [0.0, cc, 2.0 * cs, ss, q],
            [0.0, -cs, cc - ss, cs, 0.0],
            [0.0, ss, -2.0 * cs, cc, p],
            [1.0, p * cc + q * ss, 2.0 * (p - q) * cs, p * ss + q * cc, p * q],
        ]
    )
    made = recipe @ sums.moments
    whole = made[7]
    made[:7] /= whole
    return made[:4], made[4:7], float(np.log(whole).sum())


def _point(
    sums: PatientSums,
    whole: Float[Array, "columns columns"],
    outer: Float[Array, "2 columns 2 columns"],
    *,
    shrunk: Float[Array, "2 columns patients"],
    weight: Float[Array, "3 patients"],
    logs: float,
    reml: bool,
) -> Point:
    """The derivatives from M = [Q, e]'H⁻¹[Q, e], Σ E E' and the patients' E and W."""
    effects = sums.effects
    freedom = sums.rows - effects if reml else sums.rows
    try:
        root = np.linalg.inv(np.linalg.cholesky(whole[:effects, :effects]))
    except np.linalg.LinAlgError:
        return nowhere(effects)
    half = root @ whole[:effects, -1]
    change = root.T @ half
    variance = float(whole[-1, -1] - half @ half) / freedom
    if not variance > 0.0:
        return nowhere(effects)
    contrast = np.ones(effects + 1)
    contrast[:-1] = -change
    spread = _spread(shrunk, contrast / math.sqrt(variance), root if reml else None)
    # Σ E_k', k = (11), (12) + (21), (22): minus the derivative of M
    lost = outer.transpose(0, 2, 1, 3).reshape(4, effects + 1, effects + 1)[[0, 1, 3]]
    lost[1] += outer[1, :, 0]
    slid = lost @ contrast
    pull = slid @ contrast
    turned = slid[:, :-1] @ root.T
    expected = _paired(weight @ weight.T)
    curvature = 2.0 * _paired(weight @ spread.T) - expected
    curvature -= (2.0 / variance) * turned @ turned.T
    curvature -= pull[:, None] * (pull / (freedom * variance**2))
    height = logs + freedom * math.log(variance)
    if reml:
        inner = (root @ lost[:, :-1, :-1] @ root.T).reshape(3, -1)
        curvature -= inner @ inner.T
        height -= 2.0 * float(np.log(root.diagonal()).sum())
    return Point(
        height=height,
        gradient=(weight.sum(axis=1) - spread.sum(axis=1)) * (1.0, 2.0, 1.0),
        curvature=curvature,
        expected=expected,
        change=change,
        residual_variance=variance,
        pull=pull,
        root_inverse=root,
    )


def _spread(
    shrunk: Float[Array, "2 columns patients"],
    residual: Float[Array, " columns"],
    root: Float[Array, "effects effects"] | None,
) -> Float[Array, "3 patients"]:
    """U as (11, 12, 22): εε'/σ², and with REML's `root` also the fixed effects' part."""
    left = residual[None]
    if root is not None:
        left = np.zeros((len(residual), len(residual)))
        left[:-1, :-1], left[-1] = root, residual
    seen = left @ shrunk
    found = np.empty((3, shrunk.shape[2]))
    np.einsum("ij,ij->j", seen[0], seen[0], out=found[0])
    np.einsum("ij,ij->j", seen[0], seen[1], out=found[1])
    np.einsum("ij,ij->j", seen[1], seen[1], out=found[2])
    return found


def _paired(sums: Float[Array, "3 3"]) -> Float[Array, "3 3"]:
    """Σ tr(Δ_k W Δ_l U) for Δ = E11, E12 + E21, E22, from sums[a, b] = Σ w_a u_b."""
    s = sums.tolist()
    first = s[0][1] + s[1][0]
    last = s[1][2] + s[2][1]
    return np.array(
        [
            [s[0][0], first, s[1][1]],
            [first, s[0][2] + 2.0 * s[1][1] + s[2][0], last],
            [s[1][1], last, s[2][2]],
        ]
    )


def nowhere(effects: int) -> Point:
    """The point where the likelihood cannot be computed."""
    empty, square = np.full(3, np.nan), np.full((3, 3), np.nan)
    change, root = np.full(effects, np.nan), np.full((effects, effects), np.nan)
    return Point(math.nan, empty, square, square, change, math.nan, empty, root)
