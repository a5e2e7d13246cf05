"""Difference of mean joint ranks, adjusted for baseline, in many simulated trials at once.

Same formulas as `slopewise.endpoint.joint_rank.rank_ancova`: everybody's score (people beaten less
people lost to) is ranked within the trial, tied people share the average, and the ranks are
compared by least squares on arm and baseline.
Status: double (equal to the one-trial function, which is checked against R lm).
"""

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.ancova_trials import AncovaTrials, ancova_trials
from slopewise.endpoint.pairs.packed_order import row_order
from slopewise.endpoint.pairs.pairwise_trials import PairTrials

__all__ = ["average_ranks", "rank_difference_trials"]


def average_ranks(
    score: Int[Array, "trials people"], included: Bool[Array, "trials people"]
) -> Float[Array, "trials people"]:
    """Rank in each trial, 1 is worst; tied people share the average; 0 who takes no part."""
    people = score.shape[1]
    order = row_order(score.astype(float), included)
    equals = order.equals()
    middle = np.broadcast_to(np.arange(people) + 1.0, score.shape)
    if equals is not None:
        middle = 0.5 * (equals[0] % people + equals[1] % people) + 1.0
    rank = np.empty(score.shape)
    rank.reshape(-1)[order.place] = middle
    return np.where(included, rank, 0.0)


def rank_difference_trials(
    pairs: PairTrials,
    treated: Bool[Array, "trials people"],
    *,
    baseline: Float[Array, "trials people"]
    | Float[Array, "trials people covariates"]
    | None = None,
    confidence: float = 0.95,
) -> AncovaTrials:
    """How many places the treated stand higher in each trial, among people alike at baseline."""
    return ancova_trials(
        average_ranks(pairs.score, pairs.included),
        pairs.included,
        treated,
        baseline=baseline,
        confidence=confidence,
    )
