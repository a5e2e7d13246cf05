"""Every treated person against every control: who did better, decided by the first level that can.

    survival    both died: the longer survival is better; one died: the survivor is better if
                followed at least to that death; otherwise go on
    later levels  the larger number is better, by more than `margin`; a missing one decides nothing

This is the hierarchy of the combined assessment of function and survival (CAFS) and, for the first
level, Gehan's rule. months: since baseline; change: points since baseline, at one common visit
(`ScoreLevel`) or at the last visit both people have (`VisitsLevel`). Two people who died in the
same month tie and go on to the next level. In words: death outweighs function, and function is only
compared between people who can be compared.

Survival followed by one number is counted in O(n log n) with a wavelet matrix, exactly and in
little memory; every other hierarchy pair by pair in blocks of at most some MB.
References: Finkelstein & Schoenfeld 1999, doi:10.1002/(SICI)1097-0258(19990615)18:11<1341::AID-
SIM129>3.0.CO;2-7; Berry et al. 2013, doi:10.3109/21678421.2012.762930 (CAFS); Gehan 1965,
doi:10.1093/biomet/52.1-2.203; Claude & Navarro 2012, doi:10.1007/978-3-642-34109-0_18 (wavelet
matrix).
Status: double (pair by pair, written separately).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.pairs.dominance import DominanceCounter
from slopewise.errors import InputError

__all__ = [
    "Level",
    "PairCounts",
    "ScoreLevel",
    "SurvivalLevel",
    "VisitsLevel",
    "compare_arms",
    "compare_everybody",
]

_BLOCK_CELLS = 1_000_000  # pairs held at once: about 10 MB with everything beside them
_DENSE_PAIRS = 20_000  # below this counting pair by pair is as fast


@dataclass(frozen=True, eq=False, slots=True)
class SurvivalLevel:
    """Month of death, or of the last time the person was known to live."""

    month: Float[Array, " people"]
    died: Bool[Array, " people"]


@dataclass(frozen=True, eq=False, slots=True)
class ScoreLevel:
    """One number a person, larger is better; a difference up to `margin` is a tie."""

    value: Float[Array, " people"]
    observed: Bool[Array, " people"] | None = None  # all, when None
    margin: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class VisitsLevel:
    """Change from baseline at planned visits, compared at the last visit both people have."""

    change: Float[Array, "people visits"]
    observed: Bool[Array, "people visits"]
    margin: float = 0.0


Level = SurvivalLevel | ScoreLevel | VisitsLevel


@dataclass(frozen=True, eq=False, slots=True)
class PairCounts:
    """Exact counts of pairs; wins are those of the first (treated) side.

    `ties` counts, level by level, the pairs still undecided after it; the last is the ties.
    """

    wins: tuple[int, ...]
    losses: tuple[int, ...]
    ties: tuple[int, ...]
    treated_wins: Int[Array, " treated"]
    treated_losses: Int[Array, " treated"]
    control_wins: Int[Array, " controls"]  # treated people this control did better than
    control_losses: Int[Array, " controls"]

    @property
    def pairs(self) -> int:
        """All pairs there are."""
        return len(self.treated_wins) * len(self.control_wins)


def compare_arms(levels: Sequence[Level], treated: Bool[Array, " people"]) -> PairCounts:
    """Count every treated–control pair by the hierarchy; the first level is looked at first."""
    treated = _checked(levels, treated)
    side = (np.flatnonzero(treated), np.flatnonzero(~treated))
    if not len(side[0]) or not len(side[1]):
        raise InputError(
            f"{len(side[0])} treated and {len(side[1])} controls: both arms need people; check the"
            " arm column"
        )
    return _count(levels, *side)


def compare_everybody(levels: Sequence[Level]) -> PairCounts:
    """Count everybody against everybody, oneself included as a tie; both sides are the same."""
    size = _people(levels[0]) if levels else 0
    _checked(levels, np.ones(size, dtype=bool))
    everybody = np.arange(size)
    return _count(levels, everybody, everybody)


def _people(level: Level) -> int:
    return len(level.value if isinstance(level, ScoreLevel) else level.month) if not isinstance(
        level, VisitsLevel
    ) else len(level.change)  # fmt: skip


def _checked(levels: Sequence[Level], treated: Bool[Array, " people"]) -> Bool[Array, " people"]:
    if not levels:
        raise InputError("no level to compare by was given; give survival, a score, or both")
    for number, level in enumerate(levels, start=1):
        if _people(level) != len(treated):
            raise InputError(
                f"level {number} has {_people(level)} people and the arms {len(treated)}; give one"
                " row a person in both"
            )
        numbers, seen = _numbers(level)
        if not np.isfinite(numbers[seen]).all():
            raise InputError(
                f"level {number} holds a number that is missing or infinite without saying so; mark"
                " it as not observed"
            )
        if not isinstance(level, SurvivalLevel) and not 0.0 <= level.margin < np.inf:
            raise InputError(f"the margin of level {number} is {level.margin}; give 0 or more")
    return np.asarray(treated, dtype=bool)


def _numbers(level: Level) -> tuple[Array, Array]:
    if isinstance(level, SurvivalLevel):
        return level.month, np.ones(len(level.month), dtype=bool)
    if isinstance(level, ScoreLevel):
        return level.value, _observed(level)
    return level.change, np.asarray(level.observed, dtype=bool)


def _observed(level: ScoreLevel) -> Bool[Array, " people"]:
    if level.observed is None:
        return np.ones(len(level.value), dtype=bool)
    return np.asarray(level.observed, dtype=bool)


def _count(levels: Sequence[Level], first: Array, second: Array) -> PairCounts:
    if (
        len(levels) == 2
        and isinstance(levels[0], SurvivalLevel)
        and isinstance(levels[1], ScoreLevel)
        and len(first) * len(second) > _DENSE_PAIRS
    ):
        return _count_sorted(levels[0], levels[1], (first, second))
    return _count_in_blocks(levels, first, second)


# --- survival, then one number: O(n log n) ---------------------------------------------------


def _count_sorted(
    survival: SurvivalLevel, score: ScoreLevel, sides: tuple[Array, Array]
) -> PairCounts:
    key = _order(survival)
    died, seen = np.asarray(survival.died, dtype=bool), _observed(score)
    here = [_Side(key[i], died[i], score.value[i], seen[i]) for i in sides]
    by_death = [_outlived(here[0], here[1]), _outlived(here[1], here[0])]  # who outlives how many
    outlived = [_outlived_by(here[0], here[1]), _outlived_by(here[1], here[0])]
    by_score = [_scored(here[0], here[1], score.margin), _scored(here[1], here[0], score.margin)]
    wins = (int(by_death[0].sum()), int(by_score[0][0].sum()))
    losses = (int(by_death[1].sum()), int(by_score[1][0].sum()))
    open_pairs = len(sides[0]) * len(sides[1]) - wins[0] - losses[0]
    return PairCounts(
        wins,
        losses,
        (open_pairs, open_pairs - wins[1] - losses[1]),
        by_death[0] + by_score[0][0],
        outlived[0] + by_score[0][1],
        by_death[1] + by_score[1][0],
        outlived[1] + by_score[1][1],
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Side:
    """One side of the comparison: rank of (month, alive), and the number."""

    key: Int[Array, " people"]
    died: Bool[Array, " people"]
    value: Float[Array, " people"]
    seen: Bool[Array, " people"]


def _order(survival: SurvivalLevel) -> Int[Array, " people"]:
    """Dense rank of the month; who lives at a month comes after who dies in it."""
    month, died = np.asarray(survival.month, dtype=float), np.asarray(survival.died, dtype=bool)
    rank = np.unique(month, return_inverse=True)[1].reshape(-1)
    return np.asarray(2 * rank + ~died, dtype=np.int64)


def _outlived(one: _Side, other: _Side) -> Int[Array, " people"]:
    """How many of the other side each person outlived."""
    deaths = np.sort(other.key[other.died])
    return np.searchsorted(deaths, one.key, side="left")


def _outlived_by(one: _Side, other: _Side) -> Int[Array, " people"]:
    """How many of the other side outlived each person."""
    later = len(other.key) - np.searchsorted(np.sort(other.key), one.key, side="right")
    return np.where(one.died, later, 0)


def _scored(one: _Side, other: _Side, margin: float) -> tuple[Array, Array]:
    """By the number, among pairs survival left open: how many each person beat, and lost to.

    Open to somebody with key k: the censored with a smaller key; those with the same key; and, for
    the censored, everybody with a larger one.
    """
    wins, losses = np.zeros(len(one.key), dtype=np.int64), np.zeros(len(one.key), dtype=np.int64)
    own = np.flatnonzero(one.seen)
    key, value, died = one.key[own], one.value[own], one.died[own]
    for keep, earlier in ((other.seen & ~other.died, True), (other.seen, False)):
        kept = np.flatnonzero(keep)
        kept = kept[np.argsort(other.key[kept], kind="stable")]
        keys, values = other.key[kept], other.value[kept]
        left = np.searchsorted(keys, key, side="left")
        if earlier:
            start, stop = np.zeros(len(key), dtype=np.int64), left
        else:
            right = np.searchsorted(keys, key, side="right")
            start, stop = left, np.where(died, right, len(keys))
        counter = DominanceCounter(values)
        wins[own] += counter.below(value - margin, start, stop)
        losses[own] += counter.above(value, start, stop, lowered_by=margin)
    return wins, losses


# --- any hierarchy: pair by pair, in blocks --------------------------------------------------


def _count_in_blocks(levels: Sequence[Level], first: Array, second: Array) -> PairCounts:
    depth = len(levels)
    wins, losses = [0] * depth, [0] * depth
    rows = max(1, _BLOCK_CELLS // max(1, len(second)))
    treated_wins, treated_losses = [], []
    control_wins = np.zeros(len(second), dtype=np.int64)
    control_losses = np.zeros(len(second), dtype=np.int64)
    orders = [_order(level) if isinstance(level, SurvivalLevel) else None for level in levels]
    for start in range(0, len(first), rows):
        some = first[start : start + rows]
        score = np.zeros((len(some), len(second)), dtype=np.int8)
        for number, level in enumerate(levels):
            found = _compare(level, (some, second), orders[number])
            found[score != 0] = 0
            wins[number] += int(np.count_nonzero(found > 0))
            losses[number] += int(np.count_nonzero(found < 0))
            score += found
        won, lost = score > 0, score < 0
        treated_wins.append(np.count_nonzero(won, axis=1))
        treated_losses.append(np.count_nonzero(lost, axis=1))
        control_wins += np.count_nonzero(lost, axis=0)
        control_losses += np.count_nonzero(won, axis=0)
    open_pairs = len(first) * len(second)
    ties = []
    for won_here, lost_here in zip(wins, losses, strict=True):
        open_pairs -= won_here + lost_here
        ties.append(open_pairs)
    return PairCounts(
        tuple(wins),
        tuple(losses),
        tuple(ties),
        np.concatenate(treated_wins),
        np.concatenate(treated_losses),
        control_wins,
        control_losses,
    )


def _compare(level: Level, sides: tuple[Array, Array], order: Array | None) -> Int[Array, "a b"]:
    """+1 where the row did better, −1 where the column did, 0 where this level cannot tell."""
    row, column = sides
    if isinstance(level, SurvivalLevel):
        if order is None:  # never: the order is made with the levels
            order = _order(level)
        died = np.asarray(level.died, dtype=bool)
        apart = order[row][:, None] > order[column][None, :]
        behind = order[row][:, None] < order[column][None, :]
        apart &= died[column][None, :]
        behind &= died[row][:, None]
        return _sign(apart, behind)
    if isinstance(level, ScoreLevel):
        return _compare_numbers(level.value, _observed(level), sides, margin=level.margin)
    result = np.zeros((len(row), len(column)), dtype=np.int8)
    observed = np.asarray(level.observed, dtype=bool)
    for visit in range(observed.shape[1]):  # a later visit that both have replaces an earlier one
        rows, columns = observed[row, visit], observed[column, visit]
        if not rows.any() or not columns.any():
            continue
        inside = np.ix_(np.flatnonzero(rows), np.flatnonzero(columns))
        both = (row[rows], column[columns])
        result[inside] = _compare_numbers(
            level.change[:, visit], observed[:, visit], both, margin=level.margin
        )
    return result


def _compare_numbers(
    value: Array, observed: Array, sides: tuple[Array, Array], *, margin: float
) -> Int[Array, "a b"]:
    known = np.where(observed, value, 0.0)
    above, below = known[sides[0]], known[sides[1]]
    better = (above - margin)[:, None] > below[None, :]
    worse = above[:, None] < (below - margin)[None, :]
    both = observed[sides[0]][:, None] & observed[sides[1]][None, :]
    if not both.all():
        better &= both
        worse &= both
    return _sign(better, worse)


def _sign(better: Array, worse: Array) -> Int[Array, "a b"]:
    return np.asarray(better.view(np.int8) - worse.view(np.int8))
