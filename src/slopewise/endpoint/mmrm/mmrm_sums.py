"""What the model needs of the data: sums over the patients who were seen at the same visits.

Let M_p be any weights between visits (T × T, zero where a visit of pattern p is missing). Values,
derivatives and corrections of the likelihood need only

    Σ_i X_i' M X_i,   Σ_i X_i' M r_i,   Σ_i (r_i r_i' + X_i Φ X_i')   with   r_i = e_i − X_i b

over the patients i of each pattern. `RowSums` holds products of every two visits' columns, for any
design; `VisitSums` is for designs in which every covariate has an effect at each visit of its own:
X_i = I ⊗ z_i', and a trial shrinks to sums of z z', z e', e e'. Both have a leading axis of trials.
e is what least squares left of the outcome, so that digits are kept.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.endpoint.mmrm.mmrm_covariance import pairs_of

__all__ = ["RowSums", "Sums", "VisitSums", "row_sums", "visit_sums"]


class Sums(Protocol):
    """Weights come as (trials, sets, pairs, patterns)."""

    @property
    def seen(self) -> Bool[Array, "patterns visits"]: ...
    @property
    def many(self) -> Float[Array, "trials patterns"]: ...
    @property
    def effects(self) -> int: ...

    def normal(self, weights: Array) -> Float[Array, "trials sets effects effects"]:
        """Σ X'MX."""

    def both(self, weights: Array, change: Array) -> tuple[Array, Array]:
        """Σ X'MX, and Σ X'M(e − X change) as (trials, sets, effects)."""

    def scatter(self, change: Array) -> Float[Array, "trials patterns visits visits"]:
        """Σ rr' of each pattern."""

    def leverage(self, phi: Array) -> Float[Array, "trials patterns visits visits"]:
        """Σ XΦX' of each pattern."""

    def take(self, trials: Array) -> "Sums":
        """Some of the trials."""


@dataclass(frozen=True, eq=False, slots=True)
class RowSums:
    """One trial, any design: (x_a y_b' + y_a x_b')-type products of the columns [Q, e]."""

    seen: Bool[Array, "patterns visits"]
    many: Float[Array, "trials patterns"]
    products: Float[Array, "pairs patterns columns columns"]

    @property
    def effects(self) -> int:
        """Columns of the design."""
        return int(self.products.shape[-1]) - 1

    def normal(self, weights: Array) -> Array:
        """Σ X'MX."""
        wide = self.effects
        return self._sum(weights)[..., :wide, :wide]

    def both(self, weights: Array, change: Array) -> tuple[Array, Array]:
        """Σ X'MX and Σ X'M(e − X change)."""
        wide, total = self.effects, self._sum(weights)
        normal = np.ascontiguousarray(total[..., :wide, :wide])
        return normal, total[..., :wide, wide] - normal @ change[0]

    def scatter(self, change: Array) -> Array:
        """Σ rr' of each pattern."""
        line = np.append(-change[0], 1.0)
        return self._spread(np.outer(line, line))

    def leverage(self, phi: Array) -> Array:
        """Σ XΦX' of each pattern."""
        wide = self.effects
        inner = np.zeros((wide + 1, wide + 1))
        inner[:wide, :wide] = phi[0]
        return self._spread(inner)

    def take(self, trials: Array) -> "RowSums":
        """There is only one."""
        return self

    def _sum(self, weights: Array) -> Array:
        columns = self.effects + 1
        flat = weights.reshape(*weights.shape[:2], -1)
        table = self.products.reshape(-1, columns * columns)
        return np.asarray((flat @ table).reshape(*weights.shape[:2], columns, columns))

    def _spread(self, inner: Array) -> Array:
        _, _, number = pairs_of(self.seen.shape[1])
        pairs, patterns = self.products.shape[:2]
        found = (self.products.reshape(pairs * patterns, -1) @ inner.reshape(-1)).reshape(pairs, -1)
        # products hold both orders of two visits, their sum is twice the symmetric entry
        entry = found * np.where(self._apart, 0.5, 1.0)[:, None]
        return np.asarray(np.moveaxis(entry[number], -1, 0)[None])

    @property
    def _apart(self) -> Array:
        first, second, _ = pairs_of(self.seen.shape[1])
        return np.asarray(first != second)


@dataclass(frozen=True, eq=False, slots=True)
class VisitSums:
    """Many trials; effects are numbered visit by visit, covariates within."""

    seen: Bool[Array, "patterns visits"]
    many: Float[Array, "trials patterns"]
    zz: Float[Array, "trials patterns covariates covariates"]
    ze: Float[Array, "trials patterns covariates visits"]
    ee: Float[Array, "trials patterns visits visits"]

    @property
    def effects(self) -> int:
        """Visits × covariates."""
        return int(self.ze.shape[2] * self.ze.shape[3])

    def normal(self, weights: Array) -> Array:
        """Σ X'MX."""
        trials, sets, pairs, patterns = weights.shape
        width, visits = self.ze.shape[2:]
        _, _, number = pairs_of(visits)
        table = self.zz.reshape(trials, patterns, width * width)
        found = (weights.reshape(trials, sets * pairs, patterns) @ table).reshape(
            trials, sets, pairs, width, width
        )
        made = np.empty((trials, sets, visits, width, visits, width))
        for j in range(visits):
            for other in range(visits):
                made[:, :, j, :, other, :] = found[:, :, number[j, other]]
        return made.reshape(trials, sets, visits * width, visits * width)

    def both(self, weights: Array, change: Array) -> tuple[Array, Array]:
        """Σ X'MX and Σ X'M(e − X change)."""
        trials, sets, _, patterns = weights.shape
        width, visits = self.ze.shape[2:]
        _, _, number = pairs_of(visits)
        lines = change.reshape(trials, 1, visits, width)
        left = self.ze - self.zz @ np.swapaxes(lines, 2, 3)
        left = left * self.seen[:, None, :]
        full = weights[:, :, number].reshape(trials, sets * visits, visits * patterns)
        right = np.transpose(left, (0, 3, 1, 2)).reshape(trials, visits * patterns, width)
        return self.normal(weights), (full @ right).reshape(trials, sets, visits * width)

    def scatter(self, change: Array) -> Array:
        """Σ rr' of each pattern."""
        trials = len(change)
        width, visits = self.ze.shape[2:]
        lines = change.reshape(trials, 1, visits, width)
        cross = lines @ self.ze
        made = self.ee - cross - np.swapaxes(cross, 2, 3)
        made = made + lines @ self.zz @ np.swapaxes(lines, 2, 3)
        return np.asarray(made * self._both)

    def leverage(self, phi: Array) -> Array:
        """Σ XΦX' of each pattern."""
        trials, patterns = self.many.shape
        width, visits = self.ze.shape[2:]
        blocks = phi.reshape(trials, visits, width, visits, width).transpose(0, 2, 4, 1, 3)
        table = self.zz.reshape(trials, patterns, width * width)
        made = table @ blocks.reshape(trials, width * width, visits * visits)
        return np.asarray(made.reshape(trials, patterns, visits, visits) * self._both)

    def take(self, trials: Array) -> "VisitSums":
        """Some of the trials."""
        return VisitSums(
            self.seen, self.many[trials], self.zz[trials], self.ze[trials], self.ee[trials]
        )

    @property
    def _both(self) -> Array:
        return np.asarray(self.seen[:, :, None] & self.seen[:, None, :])


def row_sums(
    seen: Bool[Array, "patients visits"], columns: Float[Array, "patients visits columns"]
) -> RowSums:
    """One trial: the columns [Q, e], zero where a visit is missing."""
    _, visits, wide = columns.shape
    code = seen @ (1 << np.arange(visits, dtype=np.int64))
    _, place, pattern = np.unique(code, return_index=True, return_inverse=True)
    pattern = pattern.reshape(-1)
    first, second, _ = pairs_of(visits)
    products = np.empty((len(first), len(place), wide, wide))
    for p in range(len(place)):
        there = np.flatnonzero(seen[place[p]])
        own = columns[pattern == p][:, there].reshape(-1, len(there) * wide)
        gram = (own.T @ own).reshape(len(there), wide, len(there), wide).transpose(0, 2, 1, 3)
        whole = np.zeros((visits, visits, wide, wide))
        whole[there[:, None], there] = gram
        made = whole[first, second]
        products[:, p] = np.where(
            (first != second)[:, None, None], made + np.swapaxes(made, 1, 2), made
        )
    many = np.bincount(pattern, minlength=len(place)).astype(float)
    return RowSums(seen[place], many[None], products)


def visit_sums(
    seen: Bool[Array, "trials patients visits"],
    covariates: Float[Array, "trials patients covariates"],
    left: Float[Array, "trials patients visits"],
) -> VisitSums:
    """Many trials: what least squares left at each visit, zero where missing."""
    trials, _, visits = seen.shape
    code = seen @ (1 << np.arange(visits, dtype=np.int64))
    kinds, first = np.unique(code, return_index=True)
    masks = seen.reshape(-1, visits)[first]
    masks, kinds = masks[kinds > 0], kinds[kinds > 0]
    width = covariates.shape[2]
    both = np.concatenate([covariates, left], axis=2)
    sums = np.empty((trials, len(kinds), width + visits, width + visits))
    many = np.empty((trials, len(kinds)))
    for p, kind in enumerate(kinds):
        own = code == kind
        many[:, p] = own.sum(axis=1)
        chosen = both * own[:, :, None]
        np.matmul(np.swapaxes(chosen, 1, 2), both, out=sums[:, p])
    return VisitSums(
        masks,
        many,
        np.ascontiguousarray(sums[:, :, :width, :width]),
        np.ascontiguousarray(sums[:, :, :width, width:]),
        np.ascontiguousarray(sums[:, :, width:, width:]),
    )
