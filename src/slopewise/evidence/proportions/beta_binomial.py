"""The beta-binomial model: each study has its own proportion, drawn from a beta distribution.

Two parameters: the mean proportion p and the correlation r between two people of one study (0:
all studies have one proportion). With Pr(x of n) written as a product,

    C(n, x) Π_{j<x} (p(1−r) + jr) Π_{j<n−x} ((1−p)(1−r) + jr) / Π_{j<n} (1−r + jr),

nothing is lost near r = 0, where the gamma functions of the usual form cancel. Williams 1975,
doi:10.2307/2529820. Intervals of p by profile likelihood on the logit scale.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.evidence.proportions.exact import add_up, status_without_model
from slopewise.evidence.proportions.pooled_proportion import (
    CountedStudy,
    CountMethod,
    CountStatus,
    PooledProportion,
)
from slopewise.numerics.logistic import expit

__all__ = ["pool_beta_binomial"]

# places where the correlation is looked for before the exact root: a likelihood may have two tops
_CORRELATIONS = 1.0 / (1.0 + np.exp(-np.linspace(-11.0, 9.0, 41)))
_PLACES = np.concatenate([[0.0], _CORRELATIONS])
_LOGIT_END = 30.0  # a proportion of 1 in 10^13: beyond every count of people
_NEAR_ONE = 1.0 - 1e-4
_HALF_CHI2 = 1.9207294103470607  # half the 95 % point of chi-squared with one degree


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many studies have more than j events, non-events, people: the likelihood needs no more.

    `combinations` is the sum of log C(n, x).
    """

    events: Float[Array, " j"]
    others: Float[Array, " j"]
    people: Float[Array, " j"]
    combinations: float


def pool_beta_binomial(counted: Sequence[CountedStudy]) -> PooledProportion:
    """Maximum likelihood with the profile interval; exact bounds where no model can be fitted."""
    plain = replace(add_up(counted), method=CountMethod.BETA_BINOMIAL)
    if status_without_model(counted) is not None:
        return plain
    counts = _count(counted)
    correlation = _best_correlation(lambda r: _at_best_logit(counts, r))
    if correlation > _NEAR_ONE:
        return replace(
            plain,
            status=CountStatus.NO_MAXIMUM,
            estimate=None,
            low=None,
            high=None,
            upper_one_sided=None,
        )
    logit = _best_logit(counts, correlation)
    height = _log_likelihood(counts, logit, correlation)
    low, high = _profile_interval(counts, logit, height)
    prediction = _beta_interval(expit(logit), correlation)
    return replace(
        plain,
        status=CountStatus.CONVERGED if correlation > 0 else CountStatus.BOUNDARY,
        estimate=expit(logit),
        low=expit(low),
        high=expit(high),
        upper_one_sided=None,
        logit=logit,
        standard_error=_standard_error(counts, logit, correlation),
        prediction_low=None if prediction is None else prediction[0],
        prediction_high=None if prediction is None else prediction[1],
        overdispersion=correlation,
        log_likelihood=height,
    )


def _count(counted: Sequence[CountedStudy]) -> _Counts:
    from scipy.special import gammaln

    x = np.array([study.events for study in counted])
    n = np.array([study.total for study in counted])

    def more_than(values: Array) -> Array:
        found = np.bincount(values, minlength=n.max() + 1).astype(float)
        return np.asarray(len(counted) - np.cumsum(found)[:-1])

    combinations = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return _Counts(more_than(x), more_than(n - x), more_than(n), float(combinations.sum()))


def _terms(counts: _Counts, logit: float, r: float) -> tuple[Array, Array, Array, Array]:
    p, q = expit(logit), expit(-logit)
    j = np.arange(len(counts.people))
    return j, p * (1 - r) + j * r, q * (1 - r) + j * r, 1 - r + j * r


def _log_likelihood(counts: _Counts, logit: float, r: float) -> float:
    _, happened, not_happened, people = _terms(counts, logit, r)
    return counts.combinations + float(
        _sum(counts.events, np.log(happened))
        + _sum(counts.others, np.log(not_happened))
        - _sum(counts.people, np.log(people))
    )


def _slopes(counts: _Counts, logit: float, r: float) -> tuple[float, float]:
    """Derivatives of the log-likelihood by the logit and by r."""
    p, q = expit(logit), expit(-logit)
    j, happened, not_happened, people = _terms(counts, logit, r)
    by_logit = (
        p
        * q
        * (1 - r)
        * (_sum(counts.events, (1 / happened)) - _sum(counts.others, (1 / not_happened)))
    )
    by_r = (
        _sum(counts.events, ((j - p) / happened))
        + _sum(counts.others, ((j - q) / not_happened))
        - _sum(counts.people, ((j - 1) / people))
    )
    return float(by_logit), float(by_r)


def _standard_error(counts: _Counts, logit: float, r: float) -> float | None:
    """Of the logit, from the observed information; r is held where it lies on the boundary."""
    p, q = expit(logit), expit(-logit)
    j, happened, not_happened, people = _terms(counts, logit, r)
    pull = _sum(counts.events, (1 / happened)) - _sum(counts.others, (1 / not_happened))
    bend = _sum(counts.events, happened**-2.0) + _sum(counts.others, not_happened**-2.0)
    logit_logit = p * q * (q - p) * (1 - r) * pull - (p * q * (1 - r)) ** 2 * bend
    if r == 0.0:
        return float((-logit_logit) ** -0.5) if logit_logit < 0 else None
    # d/dr of (1−r)/D is (−D − (1−r)(j − p))/D² = −j/D² for D = p(1−r) + jr
    logit_r = (
        -p
        * q
        * (_sum(counts.events, (j / happened**2)) - _sum(counts.others, (j / not_happened**2)))
    )
    r_r = (
        _sum(counts.people, ((j - 1) / people) ** 2)
        - _sum(counts.events, ((j - p) / happened) ** 2)
        - _sum(counts.others, ((j - q) / not_happened) ** 2)
    )
    determinant = logit_logit * r_r - logit_r**2
    variance = -r_r / determinant if determinant > 0 else -1.0
    return float(variance**0.5) if variance > 0 else None


def _best_logit(counts: _Counts, r: float) -> float:
    from scipy.optimize import brentq

    return float(
        brentq(lambda u: _slopes(counts, u, r)[0], -_LOGIT_END, _LOGIT_END, xtol=1e-13, rtol=1e-14)
    )


def _at_best_logit(counts: _Counts, r: float) -> tuple[float, float]:
    """Height of the profile over the logit at r, and its slope."""
    logit = _best_logit(counts, r)
    return _log_likelihood(counts, logit, r), _slopes(counts, logit, r)[1]


def _at_logit(counts: _Counts, logit: float, r: float) -> tuple[float, float]:
    return _log_likelihood(counts, logit, r), _slopes(counts, logit, r)[1]


def _best_correlation(
    profile: Callable[[float], tuple[float, float]], places: Array = _PLACES
) -> float:
    """The highest top of a profile over r, 0 included; near 1 where it rises to the end."""
    from scipy.optimize import brentq

    heights, slopes = np.array([profile(float(r)) for r in places]).T
    top = int(np.argmax(heights))
    if top == len(places) - 1:
        return 1.0
    if top == 0 and slopes[0] <= 0:
        return 0.0
    left, right = (top, top + 1) if slopes[top] > 0 else (top - 1, top)
    if slopes[left] <= 0 or slopes[right] >= 0:
        return float(places[top])
    return float(
        brentq(lambda r: profile(r)[1], places[left], places[right], xtol=1e-16, rtol=1e-14)
    )


def _profile_interval(counts: _Counts, logit: float, height: float) -> tuple[float, float]:
    """Where the profile over r falls half a chi-squared below its top."""
    from scipy.optimize import brentq

    def lacks(u: float) -> float:
        r = _best_correlation(lambda r: _at_logit(counts, u, r), _PLACES[::3])
        return _log_likelihood(counts, u, min(r, float(_CORRELATIONS[-1]))) - height + _HALF_CHI2

    def end(direction: float) -> float:
        reach = 0.5
        while lacks(logit + direction * reach) > 0 and reach < _LOGIT_END:
            reach *= 2.0
        if reach >= _LOGIT_END:
            return direction * math.inf
        return float(brentq(lacks, logit, logit + direction * reach, xtol=1e-10))

    return end(-1.0), end(1.0)


def _beta_interval(p: float, r: float) -> tuple[float, float] | None:
    """The middle 95 % of the studies' proportions, as if p and r were known."""
    from scipy.special import betaincinv

    if r == 0.0:
        return None
    sum_of_shapes = (1.0 - r) / r
    a, b = p * sum_of_shapes, (1.0 - p) * sum_of_shapes
    return float(betaincinv(a, b, 0.025)), float(betaincinv(a, b, 0.975))


def _sum(shares: Array, terms: Array) -> float:
    """Their products added up, in this thread alone: the arrays may be long and calls many."""
    return float(np.einsum("j,j->", shares, terms))
