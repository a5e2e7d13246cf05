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
        found: Array = self.pairs[0]
        return found

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

    `features`: arm (1 treated, 0 control) and covariates, without the 1.
    """
    lines = np.stack([np.ones_like(scale.z), scale.z])
    code, number, patterns = _kinds(seen)
    people = seen.shape[1]
    parts, centres, before = [], [], []
    everyone = np.tile(np.vstack([lines, scale.z**2]), people)
    room = np.empty((2, min(len(seen), _TRIALS_A_PART), everyone.shape[1]))  # used again and again
    for low in range(0, len(seen), _TRIALS_A_PART):
        part = slice(low, low + _TRIALS_A_PART)
        here = seen[part].reshape(-1, everyone.shape[1])
        left, centre, square = _centred(
            scores[part].reshape(here.shape), here, everyone, room=room[:, : len(here)]
        )
        centres.append(centre)
        before.append(square)
        arm, products = features[0, part], _products(left, lines, features[1:, part], people)
        if number is None:
            made = np.stack([values.reshape(arm.shape) for values in products])
            parts.append(np.stack([made, made * arm]).transpose(0, 1, 3, 2))
        else:
            parts.append(_collapsed(products, number[code[part]], arm, len(patterns)))
    if number is None:
        visits = np.swapaxes(seen.astype(float) @ _moments_of_visits(scale.z), 0, 1)
        moments = np.moveaxis(visits, 2, 0)
        parts = [np.concatenate(parts, axis=3) * (moments[0] > 0.0)]  # who takes part
    else:
        moments = (patterns.astype(float) @ _moments_of_visits(scale.z)).T[:, :, None]
    return (
        _sums(np.concatenate(parts, axis=3), moments, features=len(features) + 1),
        np.concatenate(centres).T,
        np.concatenate(before),
    )


def _kinds(
    seen: Bool[Array, "trials people visits"],
) -> tuple[Array, Int[Array, " codes"] | None, Bool[Array, "patterns visits"]]:
    """A code for each person's visits, the pattern it stands for, and the patterns.

    No pattern where to add people up by them saves nothing.
    """
    trials, people, visits = seen.shape
    code = np.zeros((trials, people), dtype=np.uint16)
    nothing: tuple[Array, None, Array] = (code, None, np.zeros((0, visits), dtype=bool))
    if visits > _VISITS_IN_A_TABLE:
        return nothing
    bits = (2.0 ** np.arange(visits)).astype(np.float32)  # exact: whole numbers below 2^16
    counts = np.zeros(2**visits, dtype=np.intp)
    for low in range(0, trials, _TRIALS_A_PART):
        part = slice(low, low + _TRIALS_A_PART)
        code[part] = seen[part].astype(np.float32) @ bits
        counts += np.bincount(code[part].reshape(-1), minlength=2**visits)
    counts[0] = 0  # nobody takes part without a visit
    present = np.flatnonzero(counts)
    if len(present) > max(people, 1):
        return nothing
    number = np.full(2**visits, len(present))
    number[present] = np.arange(len(present))
    patterns = (present[:, None] >> np.arange(visits)) & 1
    return code, number, patterns.astype(bool)


def _moments_of_visits(z: Float[Array, " visits"]) -> Float[Array, "visits 3"]:
    return np.column_stack([np.ones_like(z), z, z * z])


def _centred(
    scores: Float[Array, "trials rows"],
    seen: Bool[Array, "trials rows"],
    everyone: Float[Array, "3 rows"],
    *,
    room: Float[Array, "2 trials rows"],
) -> tuple[Array, Float[Array, "trials 2"], Float[Array, " trials"]]:
    """Scores less the trial's line through all of them, 0 where not seen; the line; Σ y'y.

    `everyone`: 1, z, z² of every row. The first lie in `room`.
    """
    left, there = room
    there[:] = seen
    left[:] = 0.0
    np.copyto(left, scores, where=seen)
    square = np.einsum("nr,nr->n", left, left)
    s11, s12, s22 = (there @ everyone.T).T
    right = left @ everyone[:2].T
    determinant = s11 * s22 - s12 * s12
    tilted = determinant > 1e-10 * s11 * s11
    slope = (s11 * right[:, 1] - s12 * right[:, 0]) / np.where(tilted, determinant, 1.0)
    slope = np.where(tilted, slope, 0.0)
    level = (right[:, 0] - s12 * slope) / np.maximum(s11, 1.0)
    centre = np.column_stack([level, slope])
    line = centre @ everyone[:2]
    line *= there
    left -= line
    return left, centre, square


def _products(
    left: Float[Array, "trials rows"],
    lines: Float[Array, "2 visits"],
    covariates: Float[Array, "covariates trials people"],
    people: int,
) -> list[Float[Array, " everybody"]]:
    """g g', g u', u u' and y'y of everybody, one trial after the other; g: 1 and the covariates."""
    scores = left.reshape(len(left) * people, -1)
    first, second = lines @ scores.T
    x = [values.reshape(-1) for values in covariates]
    made = [np.ones(len(scores)), *x]
    made += [a * b for a, b in combinations_with_replacement(x, 2)]
    made += [first, second]
    for values in x:
        made += [values * first, values * second]
    made += [first * first, first * second, second * second]
    return [*made, np.square(scores) @ np.ones(scores.shape[1])]


def _collapsed(
    products: list[Float[Array, " everybody"]],
    kind: Int[Array, "trials people"],
    arm: Float[Array, "trials people"],
    many: int,
) -> Float[Array, "2 products groups trials"]:
    """The products added up by pattern, of everybody and of the treated.

    The last place is for those who were never seen.
    """
    trials, places = len(kind), many + 1
    index = kind + 2 * places * np.arange(trials)[:, None]
    index = (index + places * arm.astype(np.intp)).reshape(-1)
    found = np.empty((2, len(products), many, trials))
    for number, values in enumerate(products):
        weights = values if number else None  # the first is 1
        added = np.bincount(index, weights, minlength=2 * places * trials)
        control, treated = added.reshape(trials, 2, places)[:, :, :many].transpose(1, 2, 0)
        found[1, number] = treated
        np.add(control, treated, out=found[0, number])
    return found


def _sums(
    products: Float[Array, "2 products groups trials"], moments: Array, *, features: int
) -> TrialSums:
    """The record from the products in their order and (S11, S12, S22)."""
    own = [0, 0, *range(1, features - 1)]  # f without the arm: 1, 1, covariates
    many = features - 1
    place = {pair: k for k, pair in enumerate(combinations_with_replacement(range(many), 2))}
    pairs = np.stack(
        [
            products[int(1 in (j, k)), place[own[j], own[k]]]
            for j, k in combinations_with_replacement(range(features), 2)
        ]
    )
    start = len(place)
    cross = np.stack(
        [
            products[int(j == 1), start + 2 * own[j] : start + 2 * own[j] + 2]
            for j in range(features)
        ]
    )
    squares = products[0, start + 2 * many + np.array([[0, 1], [1, 2]])]
    determinant = np.maximum(moments[0] * moments[2] - moments[1] ** 2, 0.0)
    one = np.ones_like(determinant)
    return TrialSums(np.stack([one, *moments, determinant]), pairs, cross, squares, products[0, -1])
