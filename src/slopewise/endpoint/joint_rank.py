"""Joint rank of survival and function (CAFS): one number a person, one test between arms.

    U_i = Σ_j score(i, j),   score = +1 if i did better than j, −1 if worse, 0 if nobody can tell
    T = Σ_{treated} U_i,   V = m (N − m) / (N (N − 1)) · Σ_i U_i²,   Z = T / √V

N: people; m: treated. The scores follow `slopewise.endpoint.pairs.pairwise`: survival first, then
the change at the last visit both have. V is the variance of T over all ways the arms could have
been dealt out. Higher is better; ranks of U are averaged where tied. With baseline covariates,
ranks are compared by analysis of covariance instead. In words: everybody is placed in one order,
deaths at the bottom by when they died, the others by how much function they kept; the mean rank
difference says how many places the treated stand higher. It tests, and does not say by how much
decline was slowed.
Public code has n·n − 1 for n (n − 1) in V, an ordering where ranks are meant, and a one-sided p
called two-sided; none of that here.
References: Finkelstein & Schoenfeld 1999, doi:10.1002/(SICI)1097-0258(19990615)18:11<1341::AID-
SIM129>3.0.CO;2-7; Berry et al. 2013, doi:10.3109/21678421.2012.762930.
Status: double (pair by pair; all re-allocations of a small trial), reference (R lm for the ANCOVA).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.endpoint.pairs.pairwise import Level, compare_everybody
from slopewise.errors import InputError
from slopewise.numerics.t_interval import t_interval

__all__ = ["JointRank", "JointRankStatus", "RankDifference", "joint_rank", "rank_ancova"]

ESTIMAND = (
    "Difference between arms in the place of each person in one order of survival and function,"
    " for the follow-up that was seen; death is part of the outcome (composite strategy)."
)


class JointRankStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    NO_DIFFERENCES = "no_differences"  # nobody could be told from anybody


@dataclass(frozen=True, slots=True)
class RankDifference:
    """Mean rank of the treated less that of the controls, in places of the common order."""

    status: JointRankStatus
    method: str
    estimate: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None  # two-sided
    degrees_of_freedom: float | None = None


@dataclass(frozen=True, eq=False, slots=True)
class JointRank:
    """Each person's score and rank, the test, and the rank difference."""

    status: JointRankStatus
    method: str
    score: Float[Array, " people"]
    rank: Float[Array, " people"]  # 1 is worst; tied people share the average
    statistic: float  # T
    variance: float  # of T when the arms do not differ
    z: float | None
    p_value: float | None  # two-sided
    rank_difference: RankDifference
    estimand: str = ESTIMAND


def joint_rank(
    levels: Sequence[Level],
    treated: Bool[Array, " people"],
    *,
    baseline: Float[Array, "people covariates"] | None = None,
    confidence: float = 0.95,
) -> JointRank:
    """Score everybody against everybody, test the arms, and compare their mean ranks.

    `baseline` columns (such as the total at baseline) adjust the rank difference, not the test.
    """
    treated = np.asarray(treated, dtype=bool)
    many, size = int(treated.sum()), len(treated)
    if not 0 < many < size:
        raise InputError(
            f"{many} of {size} people are treated: both arms need people; check the arm column"
        )
    counts = compare_everybody(levels)
    if len(counts.treated_wins) != size:
        raise InputError(
            f"the levels hold {len(counts.treated_wins)} people and the arms {size}; give one row a"
            " person in both"
        )
    score = (counts.treated_wins - counts.treated_losses).astype(float)
    statistic = float(score[treated].sum())
    variance = many * (size - many) / (size * (size - 1)) * float(score @ score)
    rank = _average_ranks(score)
    z = statistic / math.sqrt(variance) if variance > 0.0 else None
    return JointRank(
        status=JointRankStatus.NO_DIFFERENCES if z is None else JointRankStatus.CONVERGED,
        method="joint rank of survival and function (CAFS), Finkelstein–Schoenfeld test",
        score=score,
        rank=rank,
        statistic=statistic,
        variance=variance,
        z=z,
        p_value=None if z is None else math.erfc(abs(z) / math.sqrt(2.0)),
        rank_difference=rank_ancova(rank, treated, baseline=baseline, confidence=confidence),
    )


def rank_ancova(
    rank: Float[Array, " people"],
    treated: Bool[Array, " people"],
    *,
    baseline: Float[Array, "people covariates"] | None = None,
    confidence: float = 0.95,
) -> RankDifference:
    """Least squares of the ranks on arm and baseline, with the t distribution."""
    method = "mean rank difference, least squares" + (
        "" if baseline is None else " adjusted for baseline"
    )
    columns = [np.ones(len(rank)), np.asarray(treated, dtype=float)]
    if baseline is not None:
        covariates = np.asarray(baseline, dtype=float).reshape(len(rank), -1)
        if not np.isfinite(covariates).all():
            raise InputError(
                "a baseline covariate is missing; give everybody's, or analyse without it"
            )
        columns.extend(covariates.T)
    design = np.column_stack(columns)
    free = len(rank) - design.shape[1]
    if free < 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError(
            f"{design.shape[1]} columns (arm, baseline) cannot be told apart with {len(rank)}"
            " people; leave covariates out"
        )
    triangle = np.asarray(np.linalg.qr(design)[1])
    effects, *_ = np.linalg.lstsq(design, rank, rcond=None)
    left = rank - design @ effects
    if float(left @ left) <= 1e-20 * max(1.0, float(rank @ rank)):
        return RankDifference(JointRankStatus.NO_DIFFERENCES, method)
    unit = np.linalg.solve(triangle.T, np.eye(design.shape[1])[1])  # of the arm's column
    error = math.sqrt(float(left @ left) / free * float(unit @ unit))
    return _with_t(float(effects[1]), error, free=free, confidence=confidence, method=method)


def _with_t(
    estimate: float, error: float, *, free: int, confidence: float, method: str
) -> RankDifference:
    low, high, p_value = t_interval(estimate, error, free=free, confidence=confidence)
    return RankDifference(
        JointRankStatus.CONVERGED,
        method,
        estimate,
        error,
        low,
        high,
        p_value,
        float(free),
    )


def _average_ranks(score: Float[Array, " people"]) -> Float[Array, " people"]:
    _, place, many = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(many)
    return np.asarray((last - 0.5 * (many - 1))[place.reshape(-1)])
