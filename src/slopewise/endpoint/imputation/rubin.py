"""Rubin's rules: one answer from the analyses of many completed data sets.

    Q̄ = mean of Q_m,   W = mean of U_m,   B = Σ (Q_m − Q̄)² / (M − 1),   T = W + (1 + 1/M) B
    λ = (1 + 1/M) B / T,   ν_M = (M − 1) / λ²,   ν_obs = (ν_0 + 1) / (ν_0 + 3) ν_0 (1 − λ)
    ν = ν_M ν_obs / (ν_M + ν_obs)
    fraction missing = (r + 2 / (ν + 3)) / (r + 1),   r = λ / (1 − λ)

Q_m, U_m: estimate and its squared standard error in completed data set m of M; ν_0: degrees of
freedom that complete data would have had. In words: W is the doubt that complete data would leave,
B the doubt about what was not seen. Where nothing was filled in the answer is that of complete
data, with ν_0 degrees of freedom.
References: Rubin 1987, doi:10.1002/9780470316696; Barnard & Rubin 1999,
doi:10.1093/biomet/86.4.948.
Status: reference (R mice).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["Pooled", "pool_imputations"]


@dataclass(frozen=True, eq=False, slots=True)
class Pooled:
    """One entry a trial."""

    estimate: Float[Array, " trials"]
    standard_error: Float[Array, " trials"]
    degrees_of_freedom: Float[Array, " trials"]
    within: Float[Array, " trials"]
    between: Float[Array, " trials"]
    fraction_missing: Float[Array, " trials"]  # of the information, between 0 and 1
    p_value: Float[Array, " trials"]  # two-sided


def pool_imputations(
    estimates: Float[Array, "trials imputations"],
    variances: Float[Array, "trials imputations"],
    *,
    complete_freedom: Float[Array, " trials"] | float,
) -> Pooled:
    """Pool each row; all variances must be above 0."""
    from scipy.special import stdtr

    found, spread = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    if found.ndim != 2 or found.shape != spread.shape or found.shape[1] < 2:
        raise InputError(
            f"estimates {found.shape} and variances {spread.shape} must both be trials ×"
            " imputations, with at least 2 imputations"
        )
    if not (spread > 0.0).all():
        raise InputError("a variance is not above 0; give the squared standard errors")
    many = found.shape[1]
    free = np.broadcast_to(np.asarray(complete_freedom, dtype=float), (len(found),))
    middle, within = found.mean(axis=1), spread.mean(axis=1)
    between = found.var(axis=1, ddof=1)
    total = within + (1.0 + 1.0 / many) * between
    share = (1.0 + 1.0 / many) * between / total
    # what rounding leaves where every data set says the same
    is_complete = between <= 1e-24 * (within + middle**2)
    share = np.where(is_complete, 0.5, share)
    by_draws = (many - 1) / share**2
    by_people = (free + 1.0) / (free + 3.0) * free * (1.0 - share)
    pooled_free = np.where(is_complete, free, by_draws * by_people / (by_draws + by_people))
    relative = share / (1.0 - share)
    missing = (relative + 2.0 / (pooled_free + 3.0)) / (relative + 1.0)
    error = np.sqrt(total)
    return Pooled(
        estimate=middle,
        standard_error=error,
        degrees_of_freedom=pooled_free,
        within=within,
        between=between,
        fraction_missing=np.where(is_complete, 0.0, missing),
        p_value=2.0 * stdtr(pooled_free, -np.abs(middle / error)),
    )
