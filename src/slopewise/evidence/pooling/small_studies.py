"""Do small studies show larger effects than large ones? A sign, not a proof, of missing studies.

Egger's regression puts the standard error into a meta-regression as moderator; its intercept is
the effect of a study without sampling error. The rank test is Kendall's τ between the standardised
effects and their variances. Trim and fill (L₀) mirrors the most extreme effects of one side and
pools again: what the answer would be if just those were missing.
Sources: Egger et al. 1997, doi:10.1136/bmj.315.7109.629; Begg & Mazumdar 1994,
doi:10.2307/2533446; Duval & Tweedie 2000, doi:10.1111/j.0006-341x.2000.00455.x; Sterne et al. 2011
(ten studies at least), doi:10.1136/bmj.d4002.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slopewise.evidence.pooling.meta_regression import regress_on_moderators
from slopewise.evidence.pooling.pool import check_effects, pool
from slopewise.evidence.pooling.pooled_effect import Method, PooledEffect

__all__ = ["FEWEST_STUDIES", "SmallStudyCheck", "check_small_studies"]

Array = npt.NDArray[np.float64]

FEWEST_STUDIES = 10  # Sterne et al. 2011, recommendation 1; Cochrane Handbook 13.3.5.4
TRIMMINGS = 100  # of the search for how many are missing; it moves by whole studies
EXACT_BELOW = 50  # studies; beyond that the normal approximation is good to three digits


@dataclass(frozen=True, slots=True)
class SmallStudyCheck:
    """The tests, or the reason why they were not made.

    `slope` is the change of the effect for one unit of standard error; `limit` the effect expected
    of an infinitely large study, with its 95 % interval. `filled` pools again with the `missing`
    studies added on the `missing_side` (left: smaller effects); None where that did not settle.
    """

    k: int
    reason: str | None = None
    slope: float | None = None
    statistic: float | None = None
    p_value: float | None = None
    limit: float | None = None
    limit_low: float | None = None
    limit_high: float | None = None
    rank_correlation: float | None = None
    rank_p_value: float | None = None
    missing: int | None = None
    missing_side: str | None = None
    filled: PooledEffect | None = None


def check_small_studies(
    estimates: Sequence[float] | Array,
    standard_errors: Sequence[float] | Array,
    *,
    method: Method = Method.REML,
    hartung_knapp: bool = True,
    floor: bool = False,
    force: bool = False,
) -> SmallStudyCheck:
    """All three; refused below ten studies unless forced, and then still marked."""
    y, errors = check_effects(estimates, standard_errors)
    reason = _refusal(errors)
    if reason and (not force or len(y) < 3 or np.ptp(errors) == 0.0):
        return SmallStudyCheck(len(y), reason)
    fit = regress_on_moderators(
        y,
        errors,
        {"standard_error": errors.tolist()},
        method=method,
        hartung_knapp=hartung_knapp,
        floor=floor,
        force=True,
    )
    if not fit.coefficients:
        return SmallStudyCheck(len(y), fit.reason)
    limit, slope = fit.coefficients
    rank, rank_p = _rank_test(y, errors**2)
    side = "right" if slope.estimate < 0.0 else "left"
    missing = _count_missing(-y if side == "right" else y, errors, method)
    filled = None
    if missing is not None:
        effects = _mirrored(y, errors, missing, method=method, side=side)
        filled = pool(*effects, method=method, hartung_knapp=hartung_knapp, floor=floor)
    return SmallStudyCheck(
        k=len(y),
        reason=reason,
        slope=slope.estimate,
        statistic=slope.estimate / slope.standard_error if slope.standard_error else None,
        p_value=slope.p_value,
        limit=limit.estimate,
        limit_low=limit.low,
        limit_high=limit.high,
        rank_correlation=rank,
        rank_p_value=rank_p,
        missing=missing,
        missing_side=side,
        filled=filled,
    )


def _refusal(errors: Array) -> str | None:
    if len(errors) < FEWEST_STUDIES:
        return (
            f"{len(errors)} {'study is' if len(errors) == 1 else 'studies are'} too few: below "
            f"{FEWEST_STUDIES} these tests cannot tell chance from missing studies (Sterne 2011)."
        )
    if np.ptp(errors) == 0.0:
        return "all studies have the same standard error: small and large ones cannot be told apart"
    return None


def _centre(y: Array, errors: Array, method: Method) -> float:
    """The pooled effect alone."""
    return pool(y, errors, method=method, hartung_knapp=False).estimate or 0.0


def _count_missing(y: Array, errors: Array, method: Method) -> int | None:
    """How many small effects are missing beside the large ones of y, by L₀; None if not settled.

    L₀ = (4 T − k(k + 1)) / (2k − 1), T the sum of the ranks of |y − centre| above the centre, the
    centre being that of the studies without the L₀ largest.
    """
    order = np.argsort(y, kind="stable")
    y, errors, k = y[order], errors[order], len(y)
    missing = 0
    for _ in range(TRIMMINGS):
        apart = y - _centre(y[: k - missing], errors[: k - missing], method)
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(apart), kind="stable")] = np.arange(1.0, k + 1.0)
        before = missing
        score = 4.0 * float(ranks[apart > 0.0].sum()) - k * (k + 1)
        missing = min(max(0, round(score / (2 * k - 1))), k - 1)
        if missing == before:
            return missing
    return None


def _mirrored(
    y: Array, errors: Array, missing: int, *, method: Method, side: str
) -> tuple[Array, Array]:
    """All studies, and the mirror images of the most extreme ones about the trimmed centre."""
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    kept, gone = order[: len(y) - missing], order[len(y) - missing :]
    centre = _centre(y[kept], errors[kept], method)
    return np.append(y, 2.0 * centre - y[gone]), np.append(errors, errors[gone])


def _rank_test(y: Array, v: Array) -> tuple[float | None, float | None]:
    """Kendall's τ_b of standardised effects and variances; exact without ties."""
    weights = 1.0 / v
    centre = (weights @ y) / weights.sum()
    standardised = (y - centre) / np.sqrt(v - 1.0 / weights.sum())
    upper = np.triu_indices(len(y), 1)
    first = np.sign(standardised[:, None] - standardised)[upper]
    second = np.sign(v[:, None] - v)[upper]
    score = float((first * second).sum())
    pairs = float(np.sqrt((first**2).sum() * (second**2).sum()))
    if pairs == 0.0:
        return None, None
    if len(y) < EXACT_BELOW and bool(first.all()) and bool(second.all()):
        return score / pairs, _exact_tail(len(y), abs(score))
    return score / pairs, _normal_tail(score, standardised, v)


def _exact_tail(n: int, score: float) -> float:
    """The chance of a score at least this far from zero over all n! orders."""
    counts = np.ones(1)
    for size in range(2, n + 1):
        counts = np.convolve(counts, np.full(size, 1.0 / size))
    scores = np.arange(len(counts)) * 2.0 - n * (n - 1) / 2.0
    return min(1.0, float(counts[np.abs(scores) >= score - 0.5].sum()))


def _normal_tail(score: float, x: Array, y: Array) -> float:
    """The normal approximation with the variance that ties leave (Kendall 1970, section 4.3)."""
    from scipy.special import ndtr

    n = len(x)
    ties = [np.unique(values, return_counts=True)[1].astype(float) for values in (x, y)]
    free = n * (n - 1) * (2 * n + 5)
    first, second = (float((t * (t - 1) * (2 * t + 5)).sum()) for t in ties)
    pairs = [float((t * (t - 1)).sum()) for t in ties]
    threes = [float((t * (t - 1) * (t - 2)).sum()) for t in ties]
    variance = (free - first - second) / 18.0
    variance += pairs[0] * pairs[1] / (2.0 * n * (n - 1))
    variance += threes[0] * threes[1] / (9.0 * n * (n - 1) * (n - 2))
    return 2.0 * float(ndtr(-abs(score) / np.sqrt(variance)))
