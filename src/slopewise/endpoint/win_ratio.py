"""Win ratio, net benefit and win odds of the treated over the controls, with their intervals.

    win ratio    W / L                       net benefit   (W − L) / (m n)
    win odds     (W + T/2) / (L + T/2)

W, L, T: pairs of one of m treated and one of n controls that the treated won, lost, tied. All are
U-statistics; with ŵ_i, l̂_i the shares of controls that treated person i beat and lost to, and the
same for each control, the variance of the shares p_W and p_L is, to first order,

    cov(p_W, p_L) = Σ_i (ŵ_i − p_W)(l̂_i − p_L) / m²  +  the same over the controls / n²,

and log W/L has the variance by the delta method. Win odds use the same sums with m (m − 1) and
n (n − 1) below the line (the estimate of Brunner and Munzel). In words: a win ratio of 1.3 says
that among pairs in which anybody did better it was the treated person 1.3 times as often; it says
nothing about ties, which is why net benefit (the difference of chances) and win odds stand beside
it. None of them is a slowing of decline, and all depend on how long people were followed.
References: Pocock et al. 2012, doi:10.1093/eurheartj/ehr352; Bebu & Lachin 2016,
doi:10.1093/biostatistics/kxv032; Buyse 2010, doi:10.1002/sim.3923; Brunner, Vandemeulebroecke &
Mütze 2021, doi:10.1002/sim.8967.
Status: double (pair by pair), and agreement with BuyseTest, WINS and R on simulated trials.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool
from numpy import ndarray as Array

from slopewise.endpoint.pairs.pairwise import Level, PairCounts, compare_arms
from slopewise.errors import InputError

__all__ = ["WinStatistic", "WinStatistics", "WinStatus", "win_statistics", "win_statistics_of"]

ESTIMAND = (
    "Chance that a treated person does better than a control, deciding first by survival and then"
    " by function, among all pairs and for the follow-up that was seen; death is part of the"
    " outcome (composite strategy)."
)


class WinStatus(StrEnum):
    """Whether a number may be read."""

    CONVERGED = "converged"
    BOUNDARY = "boundary"  # nobody lost, or nobody won: no finite ratio
    TOO_FEW = "too_few"  # an arm of one person: no variance


@dataclass(frozen=True, slots=True)
class WinStatistic:
    """One comparison; the standard error of a ratio is that of its logarithm."""

    status: WinStatus
    method: str
    estimate: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None  # two-sided


@dataclass(frozen=True, slots=True)
class WinStatistics:
    """The three comparisons and the exact counts, level by level of the hierarchy."""

    win_ratio: WinStatistic
    net_benefit: WinStatistic
    win_odds: WinStatistic
    wins: int
    losses: int
    ties: int
    wins_by_level: tuple[int, ...]
    losses_by_level: tuple[int, ...]
    ties_by_level: tuple[int, ...]  # still undecided after the level
    confidence: float
    estimand: str = ESTIMAND


def win_statistics(
    levels: Sequence[Level], treated: Bool[Array, " people"], *, confidence: float = 0.95
) -> WinStatistics:
    """Compare the arms by the hierarchy of levels, the first counting most."""
    return win_statistics_of(compare_arms(levels, treated), confidence=confidence)


def win_statistics_of(counts: PairCounts, *, confidence: float = 0.95) -> WinStatistics:
    """The statistics of pairs that are already counted."""
    if not 0.5 <= confidence < 1.0:
        raise InputError(f"confidence is {confidence:g}; give a share such as 0.95")
    wins, losses, ties = sum(counts.wins), sum(counts.losses), counts.ties[-1]
    plain, unbiased = _covariance(counts, less=0), _covariance(counts, less=1)
    quantile = _quantile(confidence)
    won, lost = wins / counts.pairs, losses / counts.pairs
    return WinStatistics(
        win_ratio=_ratio(won, lost, covariance=plain, quantile=quantile,
                         method="win ratio, U-statistic variance (Bebu and Lachin)"),
        net_benefit=_difference(won, lost, covariance=plain, quantile=quantile),
        win_odds=_odds(won, lost, covariance=unbiased, quantile=quantile),
        wins=wins,
        losses=losses,
        ties=ties,
        wins_by_level=counts.wins,
        losses_by_level=counts.losses,
        ties_by_level=counts.ties,
        confidence=confidence,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Covariance:
    """Variances and covariance of the shares of wins and losses; `defined` with two an arm."""

    won: float
    lost: float
    both: float
    defined: bool


def _covariance(counts: PairCounts, *, less: int) -> _Covariance:
    sides = (
        (counts.treated_wins, counts.treated_losses, len(counts.control_wins)),
        (counts.control_losses, counts.control_wins, len(counts.treated_wins)),
    )
    parts = np.zeros(3)
    if min(len(side[0]) for side in sides) < 2:
        return _Covariance(0.0, 0.0, 0.0, defined=False)
    for won, lost, others in sides:
        size = len(won)
        w, v = won / others, lost / others
        w, v = w - w.mean(), v - v.mean()
        parts += np.array([w @ w, v @ v, w @ v]) / (size * (size - less))
    won_won, lost_lost, won_lost = (float(part) for part in parts)
    return _Covariance(won_won, lost_lost, won_lost, defined=True)


def _ratio(
    won: float, lost: float, *, covariance: _Covariance, quantile: float, method: str
) -> WinStatistic:
    if not covariance.defined:
        return WinStatistic(WinStatus.TOO_FEW, method)
    if won == 0.0 or lost == 0.0:
        return WinStatistic(WinStatus.BOUNDARY, method)
    variance = (
        covariance.won / won**2 + covariance.lost / lost**2 - 2 * covariance.both / (won * lost)
    )
    return _on_log_scale(math.log(won / lost), variance, quantile=quantile, method=method)


def _odds(won: float, lost: float, *, covariance: _Covariance, quantile: float) -> WinStatistic:
    method = "win odds, variance of Brunner and Munzel"
    if not covariance.defined:
        return WinStatistic(WinStatus.TOO_FEW, method)
    share = 0.5 * (1.0 + won - lost)
    if share in (0.0, 1.0):
        return WinStatistic(WinStatus.BOUNDARY, method)
    variance = 0.25 * (covariance.won + covariance.lost - 2 * covariance.both)
    return _on_log_scale(
        math.log(share / (1.0 - share)),
        variance / (share * (1.0 - share)) ** 2,
        quantile=quantile,
        method=method,
    )


def _on_log_scale(log: float, variance: float, *, quantile: float, method: str) -> WinStatistic:
    error = math.sqrt(max(variance, 0.0))
    if error == 0.0:
        return WinStatistic(WinStatus.BOUNDARY, method, estimate=math.exp(log))
    return WinStatistic(
        WinStatus.CONVERGED,
        method,
        math.exp(log),
        error,
        math.exp(log - quantile * error),
        math.exp(log + quantile * error),
        _two_sided(log / error),
    )


def _difference(
    won: float, lost: float, *, covariance: _Covariance, quantile: float
) -> WinStatistic:
    method = "net benefit, U-statistic variance (Bebu and Lachin)"
    if not covariance.defined:
        return WinStatistic(WinStatus.TOO_FEW, method)
    error = math.sqrt(max(covariance.won + covariance.lost - 2 * covariance.both, 0.0))
    benefit = won - lost
    if error == 0.0:
        return WinStatistic(WinStatus.BOUNDARY, method, estimate=benefit)
    low, high = benefit - quantile * error, benefit + quantile * error
    return WinStatistic(
        WinStatus.CONVERGED, method, benefit, error, max(-1.0, low), min(1.0, high),
        _two_sided(benefit / error),
    )  # fmt: skip


def _quantile(confidence: float) -> float:
    from scipy.special import ndtri

    return -float(ndtri(0.5 * (1.0 - confidence)))


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2.0))
