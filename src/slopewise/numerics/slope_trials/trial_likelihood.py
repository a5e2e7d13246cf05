"""The likelihood of the random-slope model and its exact derivatives in many trials at once.

The algebra of `slopewise.numerics.random_slope_likelihood`, with sums over groups of people in
place of sums over people: E = (I + Sδ)⁻¹[S d f, u] is linear in a person's f and u, so that sums of
its products follow from the groups' Σ f f', Σ f u' and Σ u u'.
Reference: Lindstrom & Bates 1988, doi:10.1080/01621459.1988.10478693.
Status: double (the fit of a single trial).
"""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.numerics.slope_trials.trial_sums import LineDesign, TrialSums

__all__ = ["TrialPoints", "evaluate", "group_residuals", "inverse_root"]

_PAIRED = np.array([[0, 1, 2], [1, 3, 4], [2, 4, 5]])  # place of (a, b) among w_a w_b, a ≤ b
_TWICE = np.array([[1.0], [2.0], [1.0]])  # entry 12 stands for 21 too


@dataclass(frozen=True, eq=False, slots=True)
class TrialPoints:
    """As `random_slope_likelihood.Point`, with the trials along the last axis.

    `lost`: −∂(X'H⁻¹X)/∂δ in the entries (11, 12 = 21, 22), in the axes of the place.
    """

    height: Float[Array, " trials"]
    gradient: Float[Array, "3 trials"]
    curvature: Float[Array, "3 3 trials"]
    expected: Float[Array, "3 3 trials"]
    change: Float[Array, "effects trials"]
    residual_variance: Float[Array, " trials"]
    pull: Float[Array, "3 trials"]
    root_inverse: Float[Array, "effects effects trials"]
    lost: Float[Array, "3 effects effects trials"]

    def take(self, chosen: Int[Array, " some"]) -> "TrialPoints":
        """Those trials only."""
        return TrialPoints(*[getattr(self, part.name)[..., chosen] for part in fields(self)])

    def put(self, chosen: Int[Array, " some"], other: "TrialPoints") -> None:
        """Overwrite those trials."""
        for part in fields(self):
            getattr(self, part.name)[..., chosen] = getattr(other, part.name)


def evaluate(
    sums: TrialSums, design: LineDesign, place: Float[Array, "3 trials"], *, reml: bool
) -> TrialPoints:
    """Height and derivatives at one δ a trial; nan where there is no likelihood.

    `place`: angle of the first axis of δ, and the square roots of its eigenvalues.
    """
    angle, first, second = place
    c, s = np.cos(angle), np.sin(angle)
    gain, weight, whole = _shrinkage(sums.moments, (c, s), first * first, second * second)
    level, pace = design.direction.T[:, :, None]
    turned = np.stack([level * c + pace * s, pace * c - level * s])
    seen_u = np.einsum("abpn,bcpn->acpn", gain, sums.squares)
    seen_f = np.einsum("abpn,jbpn->japn", gain, sums.cross)
    added = seen_u.sum(axis=2)
    explained = first**2 * (c * added[0, 0] + s * added[0, 1])
    explained += second**2 * (c * added[1, 1] - s * added[1, 0])
    products = _products(weight)
    kinds = _by_column(design, turned, np.concatenate([weight, products]), sums.pairs)
    root = inverse_root(kinds[0])
    right = np.einsum("akn,kan->kn", turned, seen_f.sum(axis=2)[design.owner])
    half = np.einsum("kln,ln->kn", root, right)
    change = np.einsum("kln,kn->ln", root, half)
    rows = sums.rows
    freedom = rows - design.effects if reml else rows
    variance = (sums.own.sum(axis=0) - explained - np.einsum("kn,kn->n", half, half)) / freedom
    variance = np.where(variance > 0.0, variance, np.nan)
    both = np.einsum("acpn,bcpn->abpn", seen_u, gain)
    felt, outer = _residuals(
        sums.pairs, design, weight, _lines(design, turned, change), seen=(seen_f, both)
    )
    height = np.einsum("pn,pn->n", sums.people, np.log(whole)) + freedom * np.log(variance)
    spread = outer / variance
    if reml:
        height -= 2.0 * np.log(np.einsum("kkn->kn", root)).sum(axis=0)
        spread += _effects_part(sums.pairs, design, turned, weight, root)
    pull = outer.sum(axis=1) * _TWICE
    expected = _traces(np.einsum("pn,xpn->xn", sums.people, products)[_PAIRED])
    curvature = 2.0 * _traces(np.einsum("xpn,ypn->xyn", weight, spread)) - expected
    slid = _slid(design, turned, np.einsum("xpn,jbpn->jxbn", weight, felt))
    back = np.einsum("kln,xln->xkn", root, slid)
    curvature -= (2.0 / variance) * np.einsum("xkn,ykn->xyn", back, back)
    curvature -= pull[:, None] * (pull / (freedom * variance**2))
    if reml:
        inner = np.einsum("ian,xabn->xibn", root, kinds[1:])
        inner = np.einsum("xibn,jbn->xijn", inner, root)
        curvature -= np.einsum("xijn,yijn->xyn", inner, inner)
    slope = (np.einsum("pn,xpn->xn", sums.people, weight) - spread.sum(axis=1)) * _TWICE
    return TrialPoints(height, slope, curvature, expected, change, variance, pull, root, kinds[1:])


def group_residuals(
    sums: TrialSums, design: LineDesign, change: Float[Array, "effects trials"]
) -> tuple[
    Float[Array, "3 groups trials"],
    Float[Array, "groups trials"],
]:
    """Σ (Z'e)(Z'e)' as (11, 12, 22) and Σ e'e by group, e what the fixed effects leave."""
    turned = np.broadcast_to(design.direction.T[:, :, None], (2, *change.shape))
    lines = _lines(design, turned, change)
    felt, outer = _residuals(
        sums.pairs, design, sums.moments[1:4], lines, seen=(sums.cross, sums.squares)
    )
    return outer, sums.own - np.einsum("jan,japn->pn", lines, sums.cross + felt)


def inverse_root(matrix: Float[Array, "effects effects trials"]) -> Array:
    """L⁻¹ with LL' = matrix; nan where that is not positive definite."""
    size = len(matrix)
    lower, found = np.zeros_like(matrix), np.zeros_like(matrix)
    for j in range(size):
        left = matrix[j, j].copy()
        for k in range(j):
            left -= lower[j, k] * lower[j, k]
        np.sqrt(left, out=left)  # nan where negative; 1/0 is no number that is accepted either
        np.divide(1.0, left, out=found[j, j])
        for i in range(j + 1, size):
            left = matrix[i, j].copy()
            for k in range(j):
                left -= lower[i, k] * lower[j, k]
            np.multiply(left, found[j, j], out=lower[i, j])
    for i in range(1, size):
        for j in range(i):
            inner = lower[i, j] * found[j, j]
            for k in range(j + 1, i):
                inner += lower[i, k] * found[k, j]
            np.multiply(inner, -found[i, i], out=found[i, j])
    return found


def _shrinkage(
    moments: Float[Array, "5 groups own_or_shared"],
    axes: tuple[Array, Array],
    p: Float[Array, " trials"],
    q: Float[Array, " trials"],
) -> tuple[
    Float[Array, "2 2 groups trials"],
    Float[Array, "3 groups trials"],
    Float[Array, "groups trials"],
]:
    """(I + SΛ)⁻¹U', W = (I + SΛ)⁻¹S as (11, 12, 22) in the axes U, and |I + SΛ|."""
    c, s = axes
    cc, cs, ss, none = c * c, c * s, s * s, np.zeros_like(c)
    one = none + 1.0
    recipe = np.array(  # times 1, S11, S12, S22, |S|
        [
            [c, none, -q * s, q * c, none],
            [s, q * s, -q * c, none, none],
            [-s, none, -p * c, -p * s, none],
            [c, p * c, p * s, none, none],
            [none, cc, 2.0 * cs, ss, q],
            [none, -cs, cc - ss, cs, none],
            [none, ss, -2.0 * cs, cc, p],
            [one, p * cc + q * ss, 2.0 * (p - q) * cs, p * ss + q * cc, p * q],
        ]
    )
    if moments.shape[2] == 1:
        made = moments[:, :, 0].T @ recipe
    else:
        made = np.einsum("kpn,xkn->xpn", moments, recipe)
    whole = made[7]
    made[:7] /= whole
    return made[:4].reshape(2, 2, *whole.shape), made[4:7], whole


def _products(weight: Float[Array, "3 groups trials"]) -> Float[Array, "6 groups trials"]:
    """w_a w_b, a ≤ b."""
    found = np.empty((6, *weight.shape[1:]))
    np.multiply(weight[0], weight, out=found[:3])
    np.multiply(weight[1], weight[1:], out=found[3:5])
    np.multiply(weight[2], weight[2], out=found[5])
    return found


def _by_column(
    design: LineDesign,
    turned: Float[Array, "2 effects trials"],
    weights: Float[Array, "9 groups trials"],
    pairs: Float[Array, "products groups trials"],
) -> Float[Array, "4 effects effects trials"]:
    """X'H⁻¹X, and minus its derivatives, from Σ f f' w and Σ f f' w w'."""
    t = np.einsum("xpn,qpn->xqn", weights, pairs)
    parts = np.array(
        [
            [t[0], t[1], t[2]],
            [t[3], t[4], t[6]],
            [2.0 * t[4], t[5] + t[6], 2.0 * t[7]],
            [t[6], t[7], t[8]],
        ]
    )
    parts = parts[:, :, design.pair[np.ix_(design.owner, design.owner)]]
    return np.asarray(np.einsum("zxkln,xkln->zkln", parts, _direction_products(turned)))


def _direction_products(
    turned: Float[Array, "2 effects trials"],
) -> Float[Array, "3 effects effects trials"]:
    """d_k d_l' as 11, 12 + 21, 22."""
    first, second = turned
    crossed = first[:, None] * second
    return np.stack(
        [first[:, None] * first, crossed + np.swapaxes(crossed, 0, 1), second[:, None] * second]
    )


def _lines(
    design: LineDesign,
    turned: Float[Array, "2 effects trials"],
    change: Float[Array, "effects trials"],
) -> Float[Array, "features 2 trials"]:
    """What one unit of each f adds to a person's line."""
    found = np.zeros((len(design.pair), 2, change.shape[1]))
    for column, owner in enumerate(design.owner.tolist()):
        found[owner] += turned[:, column] * change[column]
    return found


def _residuals(
    pairs: Float[Array, "products groups trials"],
    design: LineDesign,
    weight: Float[Array, "3 groups own_or_shared"],
    lines: Float[Array, "features 2 trials"],
    *,
    seen: tuple[Array, Array],
) -> tuple[Float[Array, "features 2 groups trials"], Float[Array, "3 groups trials"]]:
    """Σ f ε and Σ εε' from ε = G u − W θ; `seen`: Σ f Gu and Σ Gu(Gu)'."""
    seen_f, seen_u = seen
    first, second = lines[:, 0, None], lines[:, 1, None]
    moved = np.stack(
        [weight[0] * first + weight[1] * second, weight[1] * first + weight[2] * second], axis=1
    )
    felt = seen_f - np.einsum("jkpn,kapn->japn", pairs[design.pair], moved)
    outer = np.stack([seen_u[0, 0], seen_u[0, 1], seen_u[1, 1]])
    for j in range(len(lines)):
        outer[0] -= moved[j, 0] * (seen_f[j, 0] + felt[j, 0])
        outer[1] -= moved[j, 0] * seen_f[j, 1] + felt[j, 0] * moved[j, 1]
        outer[2] -= moved[j, 1] * (seen_f[j, 1] + felt[j, 1])
    return felt, outer


def _effects_part(
    pairs: Float[Array, "products groups trials"],
    design: LineDesign,
    turned: Float[Array, "2 effects trials"],
    weight: Float[Array, "3 groups trials"],
    root: Float[Array, "effects effects trials"],
) -> Float[Array, "3 groups trials"]:
    """REML's Σ E_X (X'H⁻¹X)⁻¹ E_X'."""
    covariance = np.einsum("ikn,iln->kln", root, root)
    sizes = _direction_products(turned) * covariance
    sizes[1] *= 0.5
    trials = root.shape[2]
    sizes = design.gather @ sizes.reshape(3, -1, trials)
    b11, b12, b22 = np.einsum("xqn,qpn->xpn", sizes, pairs)
    w11, w12, w22 = weight
    r11, r12 = w11 * b11 + w12 * b12, w11 * b12 + w12 * b22
    r21, r22 = w12 * b11 + w22 * b12, w12 * b12 + w22 * b22
    return np.stack([r11 * w11 + r12 * w12, r11 * w12 + r12 * w22, r21 * w12 + r22 * w22])


def _slid(
    design: LineDesign,
    turned: Float[Array, "2 effects trials"],
    felt: Float[Array, "features 3 2 trials"],
) -> Float[Array, "3 effects trials"]:
    """Σ E_X ε' by column as 11, 12 + 21, 22, from Σ w f ε."""
    first, second = turned
    own = felt[design.owner]
    return np.stack(
        [
            first * own[:, 0, 0] + second * own[:, 1, 0],
            first * (own[:, 0, 1] + own[:, 1, 0]) + second * (own[:, 1, 1] + own[:, 2, 0]),
            first * own[:, 1, 1] + second * own[:, 2, 1],
        ]
    )


def _traces(s: Float[Array, "3 3 trials"]) -> Float[Array, "3 3 trials"]:
    """Σ tr(Δ_k W Δ_l U) for Δ = E11, E12 + E21, E22, from s[a, b] = Σ w_a u_b."""
    first, last = s[0, 1] + s[1, 0], s[1, 2] + s[2, 1]
    middle = s[0, 2] + 2.0 * s[1, 1] + s[2, 0]
    return np.array([[s[0, 0], first, s[1, 1]], [first, middle, last], [s[1, 1], last, s[2, 2]]])
