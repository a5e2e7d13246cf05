"""How the visits of one patient vary together: seven shapes of one covariance matrix.

    un     every variance and covariance of its own        T(T+1)/2 parameters
    toep   one variance, one covariance for each lag        T
    cs     one variance, one covariance                     2
    ar1    variance · ρ^lag                                 2
    toeph, csh, ar1h   the same correlations, a variance for each visit

T: visits; lag: how many visits lie between two. The parameters are those of SAS PROC MIXED: entries
where Σ is linear in them (un, toep, cs), variances and correlations elsewhere. The full
Kenward–Roger correction depends on that choice; nothing else does.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

__all__ = ["Covariance", "Shape", "pairs_of", "shape_of"]


class Covariance(StrEnum):
    """Names as in PROC MIXED, nlme and mmrm."""

    UNSTRUCTURED = "un"
    TOEPLITZ = "toep"
    AUTOREGRESSIVE = "ar1"
    COMPOUND_SYMMETRY = "cs"
    HETEROGENEOUS_TOEPLITZ = "toeph"
    HETEROGENEOUS_AUTOREGRESSIVE = "ar1h"
    HETEROGENEOUS_COMPOUND_SYMMETRY = "csh"


@cache
def pairs_of(visits: int) -> tuple[Int[Array, " pairs"], Int[Array, " pairs"], Array]:
    """Rows and columns of the upper triangle, and the number of each entry's pair."""
    first, second = np.triu_indices(visits)
    number = np.zeros((visits, visits), dtype=np.int64)
    number[first, second] = number[second, first] = np.arange(len(first))
    for shared in (first, second, number):
        shared.setflags(write=False)
    return first, second, number


@dataclass(frozen=True, eq=False, slots=True)
class Shape:
    """σ_s = Σ_h linear_sh θ_h, or Π_i v_i^{power_si} · r_s(φ) with θ = (v, φ)."""

    covariance: Covariance
    visits: int
    linear: Float[Array, "pairs parameters"] | None
    power: Float[Array, "pairs variances"]
    lag: Int[Array, " pairs"]

    @property
    def parameters(self) -> int:
        """How many."""
        if self.linear is not None:
            return int(self.linear.shape[1])
        return int(self.power.shape[1]) + self._correlations

    @property
    def _correlations(self) -> int:
        toeplitz = self.covariance is Covariance.HETEROGENEOUS_TOEPLITZ
        return min(self.visits - 1, self.visits - 1 if toeplitz else 1)

    @property
    def in_squared_units(self) -> Array:
        """Which parameters are variances or covariances."""
        number = self.parameters if self.linear is not None else self.power.shape[1]
        return np.arange(self.parameters) < number

    def entries(self, theta: Float[Array, "trials parameters"]) -> Float[Array, "trials pairs"]:
        """Σ, upper triangle."""
        if self.linear is not None:
            return np.asarray(theta @ self.linear.T)
        spread, correlation, _, _ = self._parts(theta)
        return np.asarray(spread * correlation)

    def jacobian(self, theta: Array) -> Float[Array, "trials pairs parameters"]:
        """∂σ_s/∂θ_h."""
        if self.linear is not None:
            return np.broadcast_to(self.linear, (len(theta), *self.linear.shape))
        spread, correlation, slope, _ = self._parts(theta)
        variances = theta[:, : self.power.shape[1]]
        by_variance = (spread * correlation)[:, :, None] * self.power / variances[:, None, :]
        return np.concatenate([by_variance, spread[:, :, None] * slope], axis=2)

    def second(self, theta: Array) -> Float[Array, "trials pairs parameters parameters"] | None:
        """∂²σ_s/∂θ_h∂θ_k; none where Σ is linear."""
        if self.linear is not None:
            return None
        spread, correlation, slope, bend = self._parts(theta)
        m = self.power.shape[1]
        relative = self.power / theta[:, None, :m]
        made = np.empty((*spread.shape, self.parameters, self.parameters))
        both = relative[..., :, None] * relative[..., None, :]
        index = np.arange(m)
        both[..., index, index] -= relative / theta[:, None, :m]
        made[..., :m, :m] = (spread * correlation)[..., None, None] * both
        cross = spread[..., None, None] * relative[..., :, None] * slope[..., None, :]
        made[..., :m, m:], made[..., m:, :m] = cross, np.swapaxes(cross, -1, -2)
        made[..., m:, m:] = spread[..., None, None] * bend
        return made

    def start(self, entries: Float[Array, "trials pairs"]) -> Float[Array, "trials parameters"]:
        """Parameters whose Σ lies near the given one."""
        if self.linear is not None:
            return np.asarray(entries @ np.linalg.pinv(self.linear).T)
        diagonal = entries[:, self.lag == 0]
        variances = diagonal if self.power.shape[1] > 1 else diagonal.mean(axis=1, keepdims=True)
        first, second, _ = pairs_of(self.visits)
        found = entries / np.sqrt(diagonal[:, first] * diagonal[:, second])
        if self.covariance is Covariance.HETEROGENEOUS_TOEPLITZ:
            lags = [found[:, self.lag == k].mean(axis=1) for k in range(1, self.visits)]
        elif self.visits > 1:
            compound = self.covariance is Covariance.HETEROGENEOUS_COMPOUND_SYMMETRY
            lags = [found[:, self.lag > 0 if compound else self.lag == 1].mean(axis=1)]
        else:
            lags = []
        return np.column_stack([variances, *lags])

    def _parts(self, theta: Array) -> tuple[Array, Array, Array, Array]:
        """Π v^power, r, ∂r, ∂²r."""
        m = self.power.shape[1]
        variances, phi = theta[:, :m], theta[:, m:]
        # v > 0 is asked for by the search; its sign alone must not stop a batch
        spread = np.exp(np.log(np.abs(variances) + 1e-300) @ self.power.T)
        size = (len(theta), len(self.lag))
        number = phi.shape[1]
        r, slope, bend = np.ones(size), np.zeros((*size, number)), np.zeros((*size, number, number))
        apart = self.lag > 0
        if not number:
            return spread, r, slope, bend
        if self.covariance is Covariance.HETEROGENEOUS_TOEPLITZ:
            r[:, apart] = phi[:, self.lag[apart] - 1]
            slope[:, np.flatnonzero(apart), self.lag[apart] - 1] = 1.0
        elif self.covariance is Covariance.HETEROGENEOUS_COMPOUND_SYMMETRY:
            r[:, apart] = phi
            slope[:, apart, 0] = 1.0
        else:
            k = self.lag[apart]
            r[:, apart] = phi**k
            slope[:, apart, 0] = k * phi ** (k - 1)
            bend[:, apart, 0, 0] = k * (k - 1) * phi ** np.maximum(k - 2, 0)
        return spread, r, slope, bend


def shape_of(covariance: Covariance, visits: int) -> Shape:
    """The shape over so many visits."""
    first, second, _ = pairs_of(visits)
    lag = second - first
    linear = None
    if covariance is Covariance.UNSTRUCTURED:
        linear = np.eye(len(first))
    elif covariance is Covariance.TOEPLITZ:
        linear = (lag[:, None] == np.arange(visits)).astype(float)
    elif covariance is Covariance.COMPOUND_SYMMETRY:
        linear = np.column_stack([lag == 0, lag > 0]).astype(float)[:, : min(visits, 2)]
    power = np.ones((len(first), 1))
    if covariance.value.endswith("h"):
        power = 0.5 * (np.eye(visits)[first] + np.eye(visits)[second])
    return Shape(covariance, visits, linear, power, lag)
