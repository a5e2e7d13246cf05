"""Joint rank and win ratio of many simulated trials at once.

Same rules and formulas as `slopewise.endpoint.joint_rank` and `slopewise.endpoint.win_ratio` for
survival followed by the change at the last visit both have; here for arrays with a leading axis of
trials. People are ordered by their last visit, so that whoever comes later has every visit of who
came before and each visit is one rectangle of comparisons. People with gaps between visits take a
slower road to the same answer.
Status: double (equal to the one-trial functions, which are checked pair by pair).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["JointRankTrials", "PairTrials", "WinTrials", "compare_trials"]


@dataclass(frozen=True, eq=False, slots=True)
class JointRankTrials:
    """The Finkelstein–Schoenfeld test; z is 0 and p 1 where nobody could be told apart."""

    decided: Bool[Array, " trials"]
    statistic: Float[Array, " trials"]
    variance: Float[Array, " trials"]
    z: Float[Array, " trials"]
    p_value: Float[Array, " trials"]  # two-sided


@dataclass(frozen=True, eq=False, slots=True)
class WinTrials:
    """Exact counts and the log win ratio; where not `finite` (nobody won or lost) it is 0, p 1."""

    wins: Int[Array, " trials"]
    losses: Int[Array, " trials"]
    ties: Int[Array, " trials"]
    finite: Bool[Array, " trials"]
    log_win_ratio: Float[Array, " trials"]
    log_win_ratio_error: Float[Array, " trials"]
    p_value: Float[Array, " trials"]  # of the win ratio, two-sided
    net_benefit: Float[Array, " trials"]
    net_benefit_error: Float[Array, " trials"]


@dataclass(frozen=True, eq=False, slots=True)
class PairTrials:
    """Both analyses of the same pairs."""

    joint_rank: JointRankTrials
    wins: WinTrials


def compare_trials(
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    *,
    change: Float[Array, "trials people visits"],
    observed: Bool[Array, "trials people visits"],
) -> PairTrials:
    """Analyse every trial; `treated` may also be one row that holds for all of them."""
    treated = np.broadcast_to(treated, month.shape)
    if change.shape != observed.shape or change.shape[:2] != month.shape:
        raise InputError(
            f"changes {change.shape}, visits seen {observed.shape} and months {month.shape} do not"
            " belong together; give trials × people × visits and trials × people"
        )
    if not (treated.sum(axis=1) > 1).all() or not ((~treated).sum(axis=1) > 1).all():
        raise InputError("every trial needs two people in each arm; check the allocation")
    key = _keys(month, died)
    regular = ~(observed[:, :, 1:] & ~observed[:, :, :-1]).any(axis=(1, 2))
    last = np.where(regular[:, None], observed.sum(axis=2), 0)
    order = np.argsort(last, axis=1, kind="stable")
    parts = np.empty((len(month), 5))
    counts = np.empty((len(month), 2), dtype=np.int64)
    matrix = np.zeros((month.shape[1], month.shape[1]), dtype=np.int8)
    for trial in range(len(month)):
        place = order[trial]
        if regular[trial]:
            _by_last_visit(matrix, change[trial][place], last[trial][place])
        else:
            _by_common_visit(matrix, change[trial][place], observed[trial][place])
        _by_death(matrix, key[trial][place], died[trial][place])
        parts[trial], counts[trial] = _sums(matrix, treated[trial][place])
    return _results(parts, counts, treated.sum(axis=1), people=month.shape[1])


def _keys(month: Array, died: Array) -> Int[Array, "trials people"]:
    """Rank of the month in each trial; who lives at a month comes after who dies in it."""
    order = np.argsort(month, axis=1)
    sorted_month = np.take_along_axis(month, order, axis=1)
    rank = np.zeros(month.shape, dtype=np.int32)
    np.cumsum(sorted_month[:, 1:] > sorted_month[:, :-1], axis=1, out=rank[:, 1:])
    key = np.empty(month.shape, dtype=np.int32)
    np.put_along_axis(key, order, 2 * rank, axis=1)
    return np.asarray(key + ~died, dtype=np.int32)


def _by_last_visit(matrix: Array, change: Array, last: Array) -> None:
    """Scores by the change, for people in the order of how many visits they have."""
    start = np.searchsorted(last, np.arange(1, change.shape[1] + 2))
    matrix[: start[0]] = 0
    matrix[:, : start[0]] = 0
    for visit in range(change.shape[1]):
        first, stop = start[visit], start[visit + 1]
        if first == stop:
            continue
        column = np.ascontiguousarray(change[first:, visit])
        own = column[: stop - first, None]
        block = (own > column).view(np.int8) - (own < column).view(np.int8)
        matrix[first:stop, first:] = block
        np.negative(block[:, stop - first :].T, out=matrix[stop:, first:stop])


def _by_common_visit(matrix: Array, change: Array, observed: Array) -> None:
    """The same for visits with gaps: a later visit that both have replaces an earlier one."""
    matrix[:] = 0
    for visit in range(change.shape[1]):
        here = np.flatnonzero(observed[:, visit])
        column = change[here, visit]
        own = column[:, None]
        matrix[np.ix_(here, here)] = (own > column).view(np.int8) - (own < column).view(np.int8)


def _by_death(matrix: Array, key: Array, died: Array) -> None:
    """Survival goes first: the rows and columns of those who died."""
    dead = np.flatnonzero(died)
    own = key[dead, None]
    outlived = (own > key) & died
    outlived_by = own < key
    score = outlived.view(np.int8) - outlived_by.view(np.int8)
    rows = matrix[dead]
    rows *= ~(outlived | outlived_by)
    rows += score
    matrix[dead] = rows
    matrix[:, dead] = -rows.T


def _sums(matrix: Array, treated: Array) -> tuple[Array, tuple[int, int]]:
    """What the formulas need of one trial: T, ΣU², and the three covariance sums of wins."""
    score = matrix.sum(axis=1, dtype=np.int32).astype(float)
    between = matrix[treated][:, ~treated]
    won, lost = between > 0, between < 0
    many, others = between.shape
    covariance = np.zeros(3)
    rows = (_row_sums(won) / others, _row_sums(lost) / others)
    columns = (_row_sums(won.T) / many, _row_sums(lost.T) / many)
    for w, v in (rows, columns):
        w, v = w - w.mean(), v - v.mean()  # noqa: PLW2901
        covariance += np.array([w @ w, v @ v, w @ v]) / len(w) ** 2
    counts = (int(np.count_nonzero(won)), int(np.count_nonzero(lost)))
    return np.array([score[treated].sum(), score @ score, *covariance]), counts


def _row_sums(mask: Array) -> Array:
    return np.asarray(mask.view(np.int8).sum(axis=1, dtype=np.int32))


def _results(parts: Array, counts: Array, many: Array, *, people: int) -> PairTrials:
    from scipy.special import erfc

    statistic, squares = parts[:, 0], parts[:, 1]
    variance = many * (people - many) / (people * (people - 1.0)) * squares
    decided = variance > 0.0
    z = statistic / np.sqrt(np.where(decided, variance, 1.0))
    pairs = many * (people - many)
    won, lost = counts[:, 0] / pairs, counts[:, 1] / pairs
    finite = (counts > 0).all(axis=1)
    w, v = np.where(finite, won, 1.0), np.where(finite, lost, 1.0)
    ww, vv, wv = parts[:, 2], parts[:, 3], parts[:, 4]
    error = np.sqrt(np.maximum(ww / w**2 + vv / v**2 - 2.0 * wv / (w * v), 0.0))
    log = np.log(w / v)
    finite &= error > 0.0
    return PairTrials(
        JointRankTrials(decided, statistic, variance, z, erfc(np.abs(z) / np.sqrt(2.0))),
        WinTrials(
            wins=counts[:, 0],
            losses=counts[:, 1],
            ties=pairs - counts.sum(axis=1),
            finite=finite,
            log_win_ratio=np.where(finite, log, 0.0),
            log_win_ratio_error=np.where(finite, error, 0.0),
            p_value=erfc(
                np.where(finite, np.abs(log) / np.where(error > 0.0, error, 1.0), 0.0)
                / np.sqrt(2.0)
            ),
            net_benefit=won - lost,
            net_benefit_error=np.sqrt(np.maximum(ww + vv - 2.0 * wv, 0.0)),
        ),
    )
