"""Proportions of several studies by any method, each watched by plain adding up.

A model of few events can go wrong without a word (a standard error of 0.0001 where three people of
a hundred had the event). Two things no model can beat: the standard error of a logit is not
smaller than that of all people counted as one study, and a sparse pool says about what the exact
sum says. A breach of the first makes the answer unreliable, of the second raises an alarm.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from slopewise.errors import InputError
from slopewise.evidence.proportions.beta_binomial import pool_beta_binomial
from slopewise.evidence.proportions.binomial_normal import pool_binomial_normal
from slopewise.evidence.proportions.exact import add_up
from slopewise.evidence.proportions.pooled_proportion import (
    CountedStudy,
    CountMethod,
    CountStatus,
    PooledProportion,
)

__all__ = ["pool_proportions", "watched"]

SPARSE = 10  # assumption: fewer events (or people without one) than this call for care
_LEAST_SHARE = 0.5  # assumption: of the counted standard error that a model may not fall below

_POOLED = {
    CountMethod.EXACT: add_up,
    CountMethod.BETA_BINOMIAL: pool_beta_binomial,
    CountMethod.GLMM: pool_binomial_normal,
}


def pool_proportions(
    counted: Sequence[CountedStudy], method: CountMethod = CountMethod.GLMM
) -> PooledProportion:
    """One answer by one method, with an alarm where it cannot be right."""
    if not counted:
        raise InputError("no study to count; give at least one row of study, events and total")
    return _pooled(tuple(counted), method)


@lru_cache(maxsize=512)
def _pooled(counted: tuple[CountedStudy, ...], method: CountMethod) -> PooledProportion:
    """Kept in memory: where one study is left out, most counts are those of the whole record."""
    return watched(_POOLED[method](counted))


def watched(pooled: PooledProportion) -> PooledProportion:
    """The answer with the alarm it deserves, its numbers taken away where they are unreliable."""
    error, whole = pooled.standard_error, add_up(tuple(_counted(pooled)))
    if error is None or pooled.estimate is None or whole.low is None or whole.high is None:
        return pooled
    p = pooled.estimate
    counted_error = 1.0 / math.sqrt(pooled.total * p * (1.0 - p)) if 0 < p < 1 else math.inf
    if error < _LEAST_SHARE * counted_error:
        return replace(
            _without_numbers(pooled),
            status=CountStatus.UNRELIABLE,
            alarm=f"its standard error ({error:.2g}, logit) is below what {pooled.total} people "
            f"allow ({counted_error:.2g}); read the plain sum instead",
        )
    apart = (
        pooled.low is None
        or pooled.high is None
        or (pooled.low > whole.high or pooled.high < whole.low)
    )
    sparse = min(pooled.events, pooled.total - pooled.events) < SPARSE
    if sparse and (apart or not whole.low <= p <= whole.high):
        return replace(
            pooled,
            alarm=f"few events, and the model's estimate ({100 * p:.2g} %) lies outside the exact "
            f"interval of the plain sum ({100 * whole.low:.2g} % to {100 * whole.high:.2g} %): "
            "the model leans on its assumption here; read the plain sum beside it",
        )
    return pooled


def _counted(pooled: PooledProportion) -> Sequence[CountedStudy]:
    return [CountedStudy(one.study, one.events, one.total) for one in pooled.studies]


def _without_numbers(pooled: PooledProportion) -> PooledProportion:
    return replace(
        pooled,
        estimate=None,
        low=None,
        high=None,
        logit=None,
        standard_error=None,
        prediction_low=None,
        prediction_high=None,
    )
