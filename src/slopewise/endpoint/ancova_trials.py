"""Analysis of covariance at one visit, in many simulated trials at once.

    y_i = α + δ·treated_i + x_i'β + e_i,   least squares,
    δ̂ / SE ~ t with (people − 2 − covariates) degrees of freedom

y: the outcome at the visit (points, or ranks); x: covariates such as the outcome at baseline; δ:
the difference of the arms' means among people with the same x. In words: by how many points the
treated are better at that visit. Among completers only, with the last visit carried forward or with
nought put in for the dead it answers another question than it seems to; that is what it is here to
show. Nothing is put in for a missing outcome: who has none takes no part.
References: Vickers & Altman 2001, doi:10.1136/bmj.323.7321.1123; on carrying forward, Molenberghs
et al. 2004, doi:10.1093/biostatistics/kxh001.
Status: double (equal to the one-trial least squares of `slopewise.endpoint.joint_rank`, which is
checked against R lm).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["AncovaTrials", "CarriedForward", "ancova_trials", "carried_forward"]

_FLAT = 1e-10  # least eigenvalue of the correlations below which columns follow from one another
_EXACT = 1e-20  # share of the squares left below which the fit is exact and has no error


@dataclass(frozen=True, eq=False, slots=True)
class AncovaTrials:
    """Difference of the arms, one a trial; where not `finite` the numbers are 0 and p 1.

    Not finite: an arm is empty, too few people for the columns, a covariate that follows from the
    others, or an outcome that the columns explain without error.
    """

    finite: Bool[Array, " trials"]
    estimate: Float[Array, " trials"]  # treated less controls
    standard_error: Float[Array, " trials"]
    degrees_of_freedom: Float[Array, " trials"]
    p_value: Float[Array, " trials"]  # two-sided
    low: Float[Array, " trials"]
    high: Float[Array, " trials"]


@dataclass(frozen=True, eq=False, slots=True)
class CarriedForward:
    """The outcome at each visit or, where there is none, at the last visit before with one."""

    outcome: Float[Array, "trials people visits"]  # 0 where not known
    known: Bool[Array, "trials people visits"]  # false before the first visit with an outcome


def ancova_trials(
    outcome: Float[Array, "trials people"],
    observed: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    *,
    baseline: Float[Array, "trials people"]
    | Float[Array, "trials people covariates"]
    | None = None,
    included: Bool[Array, "trials people"] | None = None,
    confidence: float = 0.95,
) -> AncovaTrials:
    """Compare the arms in every trial; `treated` may be one row that holds for all of them.

    `baseline`: one covariate or several, known of everybody who takes part. Where `included` is
    false a person takes no part, such as one of a third arm.
    """
    outcome = np.asarray(outcome, dtype=float)
    part = np.broadcast_to(np.asarray(observed, dtype=bool), outcome.shape)
    if included is not None:
        part = part & included
    if not 0.5 <= confidence < 1.0:
        raise InputError(f"confidence is {confidence:g}; give a share such as 0.95")
    if not (np.isfinite(outcome) | ~part).all():
        raise InputError("an outcome is missing without saying so; mark it as not observed")
    many = part.sum(axis=1)
    arm = np.broadcast_to(treated, outcome.shape).astype(float)
    columns = np.stack([arm, *_covariates(baseline, part)])
    design = _centred(columns, part, many)
    scale = np.sqrt((design**2).sum(axis=2))
    size = np.sqrt((np.where(part, columns, 0.0) ** 2).sum(axis=2))
    varies = (scale > 1e-9 * size).all(axis=0)
    design /= np.where(scale > 0.0, scale, 1.0)[..., None]
    gram = np.einsum("itp,jtp->tij", design, design)
    free = many - len(columns) - 1
    full = varies & (free >= 1)
    full[full] = np.linalg.eigvalsh(gram[full])[:, 0] > _FLAT
    inverse = np.linalg.inv(np.where(full[:, None, None], gram, np.eye(len(columns))))
    middle = _centred(outcome[None], part, many)[0]
    effects = np.einsum("tij,jtp,tp->ti", inverse, design, middle, optimize=True)
    left = middle - np.einsum("itp,ti->tp", design, effects)
    squares = (left**2).sum(axis=1)
    whole = (np.where(part, outcome, 0.0) ** 2).sum(axis=1)
    finite = full & (squares > _EXACT * np.maximum(1.0, whole))
    unit = np.where(finite, scale[0], 1.0)
    error = np.sqrt(squares / np.maximum(free, 1) * inverse[:, 0, 0]) / unit
    return _result(finite, effects[:, 0] / unit, error, free, confidence)


def carried_forward(
    outcome: Float[Array, "trials people visits"], observed: Bool[Array, "trials people visits"]
) -> CarriedForward:
    """Put the last outcome before in the place of a missing one (done often, seldom right)."""
    seen = np.asarray(observed, dtype=bool)
    if np.shape(outcome) != seen.shape:
        raise InputError(
            f"outcomes {np.shape(outcome)} and visits seen {seen.shape} do not belong together;"
            " give trials × people × visits in both"
        )
    filled, known = np.where(seen, outcome, 0.0), seen.copy()
    for visit in range(1, seen.shape[-1]):
        filled[..., visit] = np.where(seen[..., visit], filled[..., visit], filled[..., visit - 1])
        known[..., visit] |= known[..., visit - 1]
    return CarriedForward(filled, known)


def _covariates(baseline: Array | None, part: Array) -> list[Array]:
    if baseline is None:
        return []
    given = np.asarray(baseline, dtype=float)
    given = given[..., None] if given.ndim == part.ndim else given
    if given.shape[:2] != part.shape:
        raise InputError(
            f"baseline {given.shape} and outcomes {part.shape} do not belong together; give trials"
            " × people (× covariates)"
        )
    if not np.isfinite(given[part]).all():
        raise InputError(
            "a baseline covariate is missing; give everybody's, or leave out by `included`"
        )
    return list(np.moveaxis(given, 2, 0))


def _centred(columns: Array, part: Array, many: Array) -> Array:
    """Less the mean of those who take part; 0 for the others."""
    kept = np.where(part, columns, 0.0)
    mean = kept.sum(axis=2) / np.maximum(many, 1)
    return np.where(part, kept - mean[..., None], 0.0)


def _result(
    finite: Array, estimate: Array, error: Array, free: Array, confidence: float
) -> AncovaTrials:
    from scipy.special import stdtr, stdtrit

    freedom = np.where(finite, free, 0).astype(float)
    estimate, error = np.where(finite, estimate, 0.0), np.where(finite, error, 0.0)
    safe = np.where(finite, freedom, 1.0)
    t = np.where(finite, estimate / np.where(finite, error, 1.0), 0.0)
    sizes, which = np.unique(safe, return_inverse=True)  # a quantile is dear, and few differ
    reach = -stdtrit(sizes, 0.5 * (1.0 - confidence))[which.reshape(-1)] * error
    p_value = np.where(finite, 2.0 * stdtr(safe, -np.abs(t)), 1.0)
    return AncovaTrials(
        finite, estimate, error, freedom, p_value, estimate - reach, estimate + reach
    )  # fmt: skip
