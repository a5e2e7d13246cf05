"""What the random-slope model needs of many trials with one visit plan: sums by group of people.

Every column of the design is a person's own number f (1, arm, a baseline covariate) times a line
in time, Z d, with Z = [1, z]. With S = Z'Z and u = Z'y the likelihood of a person is a function of
S and of products of f and u, so that people seen at the same visits (one S) collapse into

    n Σ f f',   Σ f u',   Σ u u',   Σ y'y.

With more kinds of missing visits than people each person is a group of their own.
Arrays end with the axis of trials: every operation then runs along it.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

__all__ = ["LineDesign", "PlanScale", "TrialSums", "line_design", "plan_scale", "trial_sums"]

_VISITS_IN_A_TABLE = 16  # with more, people are not collapsed: 2^visits kinds are too many
_TRIALS_A_PART = 32  # whose scores stay in the processor's cache


@dataclass(frozen=True, eq=False, slots=True)
class PlanScale:
    """z = (month − middle)/spread of the planned visits, the same in every trial."""

    z: Float[Array, " visits"]
    middle: float
    spread: float


@dataclass(frozen=True, eq=False, slots=True)
class LineDesign:
    """Columns f · Z d of the fixed effects.

    `owner`: which f. `direction`: d. `pair`: place of (j, k) among the products f_j f_k with
    j ≤ k. `gather`: sums over columns (k, l) to those products.
    """

    owner: Int[Array, " effects"]
    direction: Float[Array, "effects 2"]
    pair: Int[Array, "features features"]
    gather: Float[Array, "products columns"]

    @property
    def effects(self) -> int:
        """Number of fixed effects."""
        return len(self.owner)


@dataclass(frozen=True, eq=False, slots=True)
class TrialSums:
    """Sums per group and trial; `moments` (1, S11, S12, S22, |S|) may be the same for all trials.

    `pairs`: Σ f_j f_k, j ≤ k, the first of them the number of people. `cross`: Σ f_j u.
    `squares`: Σ u u'. `own`: Σ y'y.
    """

    moments: Float[Array, "5 groups own_or_shared"]
    pairs: Float[Array, "products groups trials"]
    cross: Float[Array, "features 2 groups trials"]
    squares: Float[Array, "2 2 groups trials"]
    own: Float[Array, "groups trials"]

    @property
    def people(self) -> Float[Array, "groups trials"]:
        """How many."""
        return np.asarray(self.pairs[0])

    @property
    def rows(self) -> Float[Array, " trials"]:
        """Number of scores."""
        return np.asarray(np.einsum("pn,pn->n", self.people, self.everyones(1)))

    def everyones(self, place: int) -> Float[Array, "groups trials"]:
        """One of the moments, for every trial."""
        return np.asarray(np.broadcast_to(self.moments[place], self.own.shape))

    def take(self, chosen: Int[Array, " some"]) -> "TrialSums":
        """Those trials only."""
        shared = self.moments.shape[2] == 1
        return TrialSums(
            self.moments if shared else self.moments[..., chosen],
            self.pairs[..., chosen],
            self.cross[..., chosen],
            self.squares[..., chosen],
            self.own[..., chosen],
        )

    def per_unit(self, unit: Float[Array, " trials"]) -> "TrialSums":
        """With scores divided by each trial's unit."""
        square = unit * unit
        return TrialSums(
            self.moments, self.pairs, self.cross / unit, self.squares / square, self.own / square
        )


def plan_scale(month: Float[Array, " visits"]) -> PlanScale:
    """Mean and SD of the planned visits; a plan without two different visits has spread 0."""
    middle, spread = float(month.mean()), float(month.std())
    return PlanScale((month - middle) / (spread or 1.0), middle, spread)


def line_design(scale: PlanScale, *, by_arm: bool, covariates: int) -> LineDesign:
    """Columns 1, month (as z), arm × month, arm where it may differ, covariates; f: 1, arm, x."""
    owner = [0, 0, 1, *([1] if by_arm else []), *range(2, 2 + covariates)]
    direction = np.zeros((len(owner), 2))
    direction[:, 0] = 1.0
    direction[1] = (0.0, 1.0)
    direction[2] = (scale.middle, scale.spread)
    features = 2 + covariates
    pair = np.zeros((features, features), dtype=np.int64)
    pairs = list(combinations_with_replacement(range(features), 2))
    for number, (j, k) in enumerate(pairs):
        pair[j, k] = pair[k, j] = number
    gather = np.zeros((len(pairs), len(owner) ** 2))
    columns = np.arange(len(owner) ** 2)
    gather[pair[np.ix_(owner, owner)].reshape(-1), columns] = 1.0
    return LineDesign(np.array(owner), direction, pair, gather)


def trial_sums(
    scores: Float[Array, "trials people visits"],
    seen: Bool[Array, "trials people visits"],
    features: Float[Array, "features trials people"],
    *,
    scale: PlanScale,
) -> tuple[TrialSums, Float[Array, "2 trials"], Float[Array, " trials"]]:
    """Sums about each trial's own line through all its scores, that line, and Σ y'y before.

    `features`: arm and covariates, without the 1.
    """
    lines = np.column_stack([np.ones(len(scale.z)), scale.z])
    kind, patterns = _kinds(seen)
    trials = len(seen)
    parts, centres, before = [], [], []
    for low in range(0, trials, _TRIALS_A_PART):
        part = slice(low, low + _TRIALS_A_PART)
        here = seen[part]
        left, centre, square = _centred(scores[part], here, lines)
        centres.append(centre)
        before.append(square)
        products = _products(left, lines, features[:, part])
        if kind is None:
            parts.append(products.transpose(0, 2, 1))
        else:
            parts.append(_collapsed(products, kind[part], len(patterns)))
    if kind is None:
        visits = seen.astype(float)
        visits = np.swapaxes(visits @ _moments_of_visits(scale.z), 0, 1)  # people first
        moments = np.moveaxis(visits, 2, 0)
        taking_part = moments[0] > 0.0
        parts = [np.concatenate(parts, axis=2) * taking_part]
    else:
        moments = (patterns.astype(float) @ _moments_of_visits(scale.z)).T[:, :, None]
    return (
        _sums(np.concatenate(parts, axis=2), moments, features=len(features) + 1),
        np.concatenate(centres).T,
        np.concatenate(before),
    )


def _kinds(
    seen: Bool[Array, "trials people visits"],
) -> tuple[Int[Array, "trials people"] | None, Bool[Array, "patterns visits"]]:
    """Which pattern of visits each person has, and the patterns; None where that saves nothing."""
    visits = seen.shape[2]
    nothing: tuple[None, Array] = (None, np.zeros((0, visits), dtype=bool))
    if visits > _VISITS_IN_A_TABLE:
        return nothing
    packed = np.packbits(seen, axis=2, bitorder="little")
    code = packed[..., 0].astype(np.int64)
    if packed.shape[2] > 1:
        code += packed[..., 1].astype(np.int64) << 8
    counts = np.bincount(code.reshape(-1), minlength=2**visits)
    counts[0] = 0  # nobody takes part without a visit
    present = np.flatnonzero(counts)
    if len(present) > max(seen.shape[1], 1):
        return nothing
    number = np.full(2**visits, len(present))
    number[present] = np.arange(len(present))
    patterns = (present[:, None] >> np.arange(visits)) & 1
    return number[code], patterns.astype(bool)


def _moments_of_visits(z: Float[Array, " visits"]) -> Float[Array, "visits 3"]:
    return np.column_stack([np.ones_like(z), z, z * z])


def _centred(
    scores: Array, seen: Array, lines: Float[Array, "visits 2"]
) -> tuple[Array, Float[Array, "trials 2"], Float[Array, " trials"]]:
    """Scores less the trial's line through all of them, 0 where not seen; the line; Σ y'y."""
    left = np.where(seen, scores, 0.0)
    square = np.einsum("niv,niv->n", left, left)
    counts, total = seen.sum(axis=1).astype(float), left.sum(axis=1)
    gram = np.einsum("nv,va,vb->nab", counts, lines, lines)
    right = total @ lines
    determinant = gram[:, 0, 0] * gram[:, 1, 1] - gram[:, 0, 1] ** 2
    tilted = determinant > 1e-10 * gram[:, 0, 0] ** 2
    safe = np.where(tilted, determinant, 1.0)
    slope = np.where(
        tilted, (gram[:, 0, 0] * right[:, 1] - gram[:, 0, 1] * right[:, 0]) / safe, 0.0
    )
    level = (right[:, 0] - gram[:, 0, 1] * slope) / np.maximum(gram[:, 0, 0], 1.0)
    centre = np.column_stack([level, slope])
    left -= seen * (centre @ lines.T)[:, None, :]
    return left, centre, square


def _products(
    left: Array, lines: Float[Array, "visits 2"], features: Float[Array, "features trials people"]
) -> Float[Array, "products trials people"]:
    """f f', f u', u u' and y'y of every person, one below the other."""
    sums = left @ lines
    u = (sums[..., 0], sums[..., 1])
    f = [np.ones(left.shape[:2]), *features]
    made = [a * b for a, b in combinations_with_replacement(f, 2)]
    made += [a * b for a in f for b in u]
    made += [u[0] * u[0], u[0] * u[1], u[1] * u[1], np.einsum("niv,niv->ni", left, left)]
    return np.array(made)


def _collapsed(
    products: Float[Array, "products trials people"], kind: Int[Array, "trials people"], many: int
) -> Float[Array, "products groups trials"]:
    """The products added up by pattern; the last place is for those who were never seen."""
    trials, places = len(kind), many + 1
    index = (kind + places * np.arange(trials)[:, None]).reshape(-1)
    found = np.empty((len(products), many, trials))
    for number, values in enumerate(products):
        added = np.bincount(index, values.reshape(-1), minlength=places * trials)
        found[number] = added.reshape(trials, places)[:, :many].T
    return found


def _sums(
    products: Float[Array, "products groups trials"], moments: Array, *, features: int
) -> TrialSums:
    """The record from the products in their order and (S11, S12, S22)."""
    pairs = features * (features + 1) // 2
    groups, trials = products.shape[1:]
    cross = products[pairs : pairs + 2 * features].reshape(features, 2, groups, trials)
    squares = products[pairs + 2 * features + np.array([[0, 1], [1, 2]])]
    determinant = np.maximum(moments[0] * moments[2] - moments[1] ** 2, 0.0)
    one = np.ones_like(determinant)
    return TrialSums(
        np.stack([one, *moments, determinant]), products[:pairs], cross, squares, products[-1]
    )
