"""The posterior of a trial's scores at planned visits, drawn visit by visit.

    y_j = x'γ_j + Σ_{l<j} φ_jl y_l + σ_j e_j,    e_j ~ N(0, 1),    j = 1 … T
    σ_j² | data = RSS_j / χ²(n_j − p_j),    (γ_j, φ_j) | σ_j ~ N(least squares, σ_j² (Z'Z)⁻¹)

x: 1, arm, baseline and covariates; y_l: earlier visits; Z: x and the earlier visits of the n_j
people still in the trial at visit j, p_j columns. Together the regressions are a normal
distribution with a mean for every arm at every visit and one covariance without a pattern: the
repeated-measures model (MMRM) written one visit after the other. Where people leave and do not come
back, the draws are exact and independent, no chain is needed; the prior is flat in the
coefficients and the logarithm of each σ_j.
References: Rubin 1987, section 5.3, doi:10.1002/9780470316696; Little & Rubin 2002, chapter 7,
doi:10.1002/9781119013563.
Status: double (sequential regressions by a dense second derivation).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

__all__ = [
    "VisitRegressions",
    "cholesky",
    "draw_regressions",
    "is_regular",
    "solve_lower",
    "solve_transposed",
]

_SINGULAR = 1e-10  # share of a column's sum of squares that the columns before it must leave


@dataclass(frozen=True, eq=False, slots=True)
class VisitRegressions:
    """One draw of all parameters for every trial and imputation."""

    on_covariates: Float[Array, "trials imputations visits covariates"]  # γ
    on_visits: Float[Array, "trials imputations visits visits"]  # φ, below the diagonal
    residual_sd: Float[Array, "trials imputations visits"]  # σ

    def arm_difference(self) -> Float[Array, "trials imputations visits"]:
        """Mean of the treated less the controls at each visit, at the same covariates."""
        found = np.zeros_like(self.residual_sd)
        for j in range(self.residual_sd.shape[-1]):
            past = (self.on_visits[:, :, j, :j] * found[:, :, :j]).sum(axis=2)
            found[:, :, j] = self.on_covariates[:, :, j, 1] + past
        return found


def draw_regressions(
    products: Float[Array, "visits trials chains columns columns"],
    people: Float[Array, "visits trials"],
    *,
    covariates: int,
    imputations: int,
    generator: np.random.Generator,
) -> VisitRegressions:
    """Draw from Z'Z of the people still there at each visit (chains: 1 for all, or one each).

    `products[j]`: sums of products of (covariates, visits) over people seen at visit j or later.
    """
    visits, trials, chains = products.shape[:3]
    gamma = np.zeros((trials, imputations, visits, covariates))
    phi = np.zeros((trials, imputations, visits, visits))
    sd = np.empty((trials, imputations, visits))
    for j in range(visits):
        width = covariates + j
        # columns first, trials × chains last: the loops below run along long rows
        block = products[j][:, :, : width + 1, : width + 1].reshape(-1, width + 1, width + 1)
        root = cholesky(np.moveaxis(block, 0, 2).copy())
        root = root.reshape(width + 1, width + 1, trials, chains)
        chance = generator.chisquare(
            np.maximum(people[j] - width, 1.0)[:, None], (trials, imputations)
        )
        sd[:, :, j] = root[width, width] / np.sqrt(chance)
        noise = generator.standard_normal((width, trials, imputations))
        line = solve_transposed(root[:width, :width], root[width, :width] + sd[:, :, j] * noise)
        gamma[:, :, j] = np.moveaxis(line[:covariates], 0, 2)
        phi[:, :, j, :j] = np.moveaxis(line[covariates:], 0, 2)
    return VisitRegressions(gamma, phi, sd)


def is_regular(
    products: Float[Array, "visits trials columns columns"],
    people: Float[Array, "visits trials"],
    *,
    covariates: int,
) -> Bool[Array, " trials"]:
    """Whether each visit has more people than columns, and no column repeats others."""
    visits, trials = people.shape
    good = np.ones(trials, dtype=bool)
    for j in range(visits):
        width = covariates + j + 1
        good &= people[j] >= width + 1
        block = np.moveaxis(products[j][:, :width, :width], 0, 2)
        scale = np.sqrt(np.maximum(np.einsum("kkn->kn", block), 1e-300))
        root = cholesky(block / (scale[:, None] * scale))
        good &= (np.einsum("kkn->kn", root) ** 2 > _SINGULAR).all(axis=0)
    return good


def cholesky(matrix: Float[Array, "columns columns many"]) -> Float[Array, "columns columns many"]:
    """Lower roots of many small matrices; `matrix` is used up, a pivot of 0 becomes tiny."""
    left = matrix
    root = np.zeros_like(left)
    least = 1e-24 * np.einsum("kkn...->kn...", left)
    for k in range(len(left)):
        is_there = left[k, k] > least[k]
        pivot = np.sqrt(np.where(is_there, left[k, k], np.maximum(least[k], 1e-200)))
        root[k, k] = pivot
        below = left[k + 1 :, k] / np.where(is_there, pivot, np.inf)
        root[k + 1 :, k] = below
        left[k + 1 :, k + 1 :] -= below[:, None] * below
    return root


def solve_lower(root: Array, right: Array) -> Array:
    """R b = right, for lower roots: from the first row on."""
    found = right.copy()
    for k in range(len(root)):
        found[k] /= root[k, k]
        found[k + 1 :] -= root[k + 1 :, k] * found[k]
    return found


def solve_transposed(root: Array, right: Array) -> Array:
    """R'b = right, for lower roots: from the last row back."""
    found = right.copy()
    for k in range(len(root) - 1, -1, -1):
        found[k] /= root[k, k]
        found[:k] -= root[k, :k] * found[k]
    return found
