"""How many of each arm every person did better and worse than, in many trials at once.

The rules are those of `slopewise.endpoint.pairs.pairwise` for survival followed by the change at
the last visit both have. Pairs are counted and not looked at one by one, except few:

    survival            people sorted by month, running counts of the dead and of everybody
    both censored       at each visit: those whose last visit it is against those who have it, by
                        sorting the changes and running counts
    a dead person and one censored before (or dead in the same month), and everybody against those
    with gaps between their visits: pair by pair

Four counts of up to 15 bits share one whole number (wins and losses, over treated and over
controls), so that one running sum does the work of four.
Status: double (equal to the one-trial functions, which are checked pair by pair).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.pairs.packed_order import RowOrder, row_order
from slopewise.errors import InputError

__all__ = ["TrialOutcomes", "WinCounts", "count_wins"]

_LANE = 16  # bits a count
_PAIR = np.int64((1 << 2 * _LANE) - 1)  # two counts: over treated, over controls
_ONE = np.int64((1 << _LANE) - 1)
_MOST_PEOPLE = (1 << (_LANE - 1)) - 1
_CHUNK = 16_384  # people of all trials worked on at once: what the processor keeps at hand
_CELLS = 200_000  # pairs compared one by one at once
_NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False, slots=True)
class TrialOutcomes:
    """What was seen of everybody in every trial; `included` are those who take part."""

    month: Float[Array, "trials people"]
    died: Bool[Array, "trials people"]
    treated: Bool[Array, "trials people"]
    change: Float[Array, "trials people visits"]
    observed: Bool[Array, "trials people visits"]
    included: Bool[Array, "trials people"]

    def of(self, some: slice) -> "TrialOutcomes":
        """Some of the trials."""
        return TrialOutcomes(
            self.month[some], self.died[some], self.treated[some],
            self.change[some], self.observed[some], self.included[some],
        )  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class WinCounts:
    """Of every person: people of each arm they did better and worse than; 0 who takes no part."""

    over_treated: Int[Array, "trials people"]
    over_controls: Int[Array, "trials people"]
    under_treated: Int[Array, "trials people"]
    under_controls: Int[Array, "trials people"]


def count_wins(outcomes: TrialOutcomes, *, margin: float) -> WinCounts:
    """Count; a difference in change up to `margin` is a tie."""
    trials, people = outcomes.month.shape
    if people > _MOST_PEOPLE:
        raise InputError(
            f"the pairs of a trial of {people} people are too many to be simulated by a joint rank"
            f" or a win ratio (at most {_MOST_PEOPLE} people); give fewer people, or leave these"
            " endpoints out"
        )
    packed = np.empty((trials, people), dtype=np.int64)
    size = max(1, _CHUNK // max(1, people))
    for start in range(0, trials, size):
        some = slice(start, start + size)
        packed[some] = _count(outcomes.of(some), margin)
    return WinCounts(*((packed >> (_LANE * lane)) & _ONE for lane in range(4)))


def _count(some: TrialOutcomes, margin: float) -> Int[Array, "trials people"]:
    part = some.included
    arm = np.where(part, np.where(some.treated, np.int64(1), np.int64(1) << _LANE), 0)
    line = _line(some.month, some.died & part, arm)
    found = _by_survival(line, arm)
    last, gaps = _last_visits(some.observed, part)
    alive = np.where(some.died | gaps, np.int8(0), last)
    for visit in range(1, some.change.shape[2] + 1):
        change = some.change[:, :, visit - 1]
        _by_visit(found, change, alive, visit=visit, arm=arm, margin=margin)
    _against_the_dead(found, some.change, line, last=np.where(gaps, np.int8(0), last), arm=arm,
                      margin=margin)  # fmt: skip
    if gaps.any():
        data = _Dense(some.change, some.observed, line.key(), some.died & part, arm, margin)
        size = max(1, _CELLS // max(1, int(gaps.sum(axis=1).max()) * gaps.shape[1]))
        for start in range(0, len(gaps), size):
            few = slice(start, start + size)
            _pair_by_pair(found[few], data.of(few), rows=gaps[few], columns=(last > 0)[few])
    return found


def _last_visits(observed: Array, part: Array) -> tuple[Array, Array]:
    """Number of the last visit (0: none), and who has a gap before it."""
    last, many = np.zeros(part.shape, dtype=np.int8), np.zeros(part.shape, dtype=np.int8)
    for visit in range(observed.shape[2]):
        here = observed[:, :, visit] & part
        np.putmask(last, here, np.int8(visit + 1))
        many += here
    return last, many < last


# --- by running counts -----------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Line:
    """People in the order of their months; `place` counts through all trials."""

    place: Int[Array, "trials people"]
    dead: Bool[Array, "trials people"]
    arm: Int[Array, "trials people"]  # 0 who takes no part: they stand last
    first: Int[Array, "trials people"] | None  # of the same month; None: no dead shares a month
    last: Int[Array, "trials people"] | None

    def key(self) -> Int[Array, "trials people"]:
        """Rank of everybody's month, the living after the dead in it."""
        people = self.place.shape[1]
        key = np.empty(self.place.shape, dtype=np.int32)
        rank = np.arange(people) if self.first is None else self.first % people
        key.reshape(-1)[self.place] = 2 * rank + ~self.dead
        return key


def _line(month: Array, died: Array, arm: Array) -> _Line:
    order = row_order(month, arm > 0)
    dead, here = died.reshape(-1)[order.place], arm.reshape(-1)[order.place]
    if order.alike is not None and (order.alike & (dead[:, 1:] | dead[:, :-1])).any():
        equals = order.equals()
        if equals is not None:
            return _Line(order.place, dead, here, *equals)
    return _Line(order.place, dead, here, None, None)  # the living of one month are not compared


def _by_survival(line: _Line, arm: Array) -> Array:
    """Wins and losses by survival."""
    lanes = np.where(line.dead, line.arm, 0) | (line.arm << 2 * _LANE)
    so_far = np.cumsum(lanes, axis=1)
    total, before = so_far[:, -1:], so_far - lanes
    if line.first is None or line.last is None:
        wins, losses = before & _PAIR, np.where(line.dead, (total - so_far) >> 2 * _LANE, 0)
    else:
        before, so_far = before.reshape(-1)[line.first], so_far.reshape(-1)[line.last]
        here = so_far - before
        dead_here, all_here = here & _PAIR, here >> 2 * _LANE
        wins = (before & _PAIR) + np.where(line.dead, 0, dead_here)
        later = ((total - so_far) >> 2 * _LANE) + all_here - dead_here
        losses = np.where(line.dead, later, 0)
    wins |= losses << 2 * _LANE
    np.putmask(wins, line.arm == 0, 0)  # would seem to outlive everybody
    found = np.empty(arm.shape, dtype=np.int64)
    found.reshape(-1)[line.place] = wins
    return found


def _by_visit(
    found: Array, change: Array, last: Array, *, visit: int, arm: Array, margin: float
) -> None:
    """Add what the living win and lose at one visit: whose last it is, against all who have it."""
    member, ends = last >= visit, last == visit
    if not ends.any():
        return
    # low: all who have it; high: whose last it is
    lane = arm * (member + (ends.astype(np.int64) << 2 * _LANE))
    if margin == 0.0:
        order = row_order(change, member)
        here = lane.reshape(-1)[order.place]
        meets = _Meets(here)
        wins, losses = _below_above(here, here, order)
        both = meets.of(wins)
        both |= meets.of(losses) << 2 * _LANE
        each = np.empty(change.shape, dtype=np.int64)
        each.reshape(-1)[order.place] = both
        found += each
        return
    people = change.shape[1]
    order = row_order(np.hstack([change, change - margin]), np.hstack([member, member]))
    here = np.hstack([lane, lane]).reshape(-1)[order.place]
    meets = _Meets(here)
    shifted = order.place % (2 * people) >= people
    wins, losses = _below_above(np.where(shifted, 0, here), np.where(shifted, here, 0), order)
    each = np.empty((len(change), 2 * people), dtype=np.int64)
    each.reshape(-1)[order.place] = np.where(shifted, meets.of(wins), meets.of(losses) << 2 * _LANE)
    found += each[:, :people] + each[:, people:]


def _below_above(lower: Array, upper: Array, order: RowOrder) -> tuple[Array, Array]:
    """Running counts of `lower` before each place, and of `upper` after it; equals are neither."""
    to_here = np.cumsum(upper, axis=1)
    total = to_here[:, -1:].copy()
    below = (to_here if upper is lower else np.cumsum(lower, axis=1)) - lower
    if order.alike is not None:  # running counts never fall, so equals take the first and the last
        np.putmask(below[:, 1:], order.alike, 0)
        np.maximum.accumulate(below, axis=1, out=below)
        np.putmask(to_here[:, :-1], order.alike, np.iinfo(np.int64).max)
        to_here = np.minimum.accumulate(to_here[:, ::-1], axis=1)[:, ::-1]
    return below, total - to_here


class _Meets:
    """Whose last visit it is meets all who have it; the others meet only those."""

    def __init__(self, lane: Array) -> None:
        self._shift = ((lane >> 2 * _LANE) == 0) * np.int64(2 * _LANE)
        self._kept = (lane > 0) * _PAIR

    def of(self, counts: Array) -> Array:
        """The counts over those each meets; 0 who does not have the visit."""
        counts = counts >> self._shift
        counts &= self._kept
        return counts


# --- pairs in which somebody died and survival does not tell ---------------------------------


def _against_the_dead(
    found: Array, change: Array, line: _Line, *, last: Array, arm: Array, margin: float
) -> None:
    """Compare the dead with those censored before, and with those who died in the same month."""
    seen = last.reshape(-1)[line.place] > 0
    dead = np.flatnonzero(line.dead & seen)
    if not len(dead):
        return
    early = ~line.dead & seen & (line.arm > 0)
    so_far = np.zeros(line.place.size + 1, dtype=np.int64)
    np.cumsum(early.reshape(-1), out=so_far[1:])
    place = line.place.reshape(-1)
    until = dead if line.first is None else line.first.reshape(-1)[dead]
    people = place[dead], place[early.reshape(-1)]
    pairs = _Pairs(so_far[dead - dead % change.shape[1]], so_far[until])
    data = change, last, arm, margin
    _add_stretches(found, people, pairs, data, both_sides=True)
    if line.first is not None:  # those of one month are one stretch of the dead
        same = line.first.reshape(-1)[dead]
        pairs = _Pairs(np.searchsorted(same, same), np.searchsorted(same, same, side="right"))
        _add_stretches(found, (people[0], people[0]), pairs, data, both_sides=False)


class _Pairs:
    """All pairs of a row and a column from the row's start to before its stop."""

    def __init__(self, start: Array, stop: Array) -> None:
        many = stop - start
        begins = np.cumsum(many) - many
        self.row = np.repeat(np.arange(len(many)), many)
        self.column = np.arange(len(self.row)) - np.repeat(begins - start, many)
        self.filled = np.flatnonzero(many)
        self.begins = begins[self.filled]


def _add_stretches(
    found: Array,
    people: tuple[Array, Array],
    pairs: _Pairs,
    data: tuple[Array, Array, Array, float],
    *,
    both_sides: bool,
) -> None:
    """Add wins and losses at the last visit both have, of people without gaps."""
    if not len(pairs.row):
        return
    change, last, arm, margin = data
    row, column, visits = pairs.row, pairs.column, change.shape[2]
    last_of = [last.reshape(-1)[side].astype(np.int64) for side in people]
    visit = np.minimum(last_of[0][row], last_of[1][column])
    values = change.reshape(-1)
    here = values[(people[0] * visits - 1)[row] + visit]
    there = values[(people[1] * visits - 1)[column] + visit]
    won = (here - margin > there).astype(np.int64)
    lost = (here < there - margin).astype(np.int64)
    flat, arms = found.reshape(-1), arm.reshape(-1)
    each = arms[people[1]][column] * (won + (lost << 2 * _LANE))
    flat[people[0][pairs.filled]] += np.add.reduceat(each, pairs.begins)
    if both_sides:
        against, size = arms[people[0]][row], len(people[1])
        for counted, shift in ((lost, 0), (won, 2 * _LANE)):
            # two counts a number add up without rounding in 64-bit floating point
            sums = np.bincount(column, against * counted, minlength=size).astype(np.int64)
            flat[people[1]] += sums << shift


# --- pair by pair ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Dense:
    """What pairs are compared by."""

    change: Float[Array, "trials people visits"]
    observed: Bool[Array, "trials people visits"]
    key: Int[Array, "trials people"]
    died: Bool[Array, "trials people"]
    arm: Int[Array, "trials people"]
    margin: float

    def of(self, few: slice) -> "_Dense":
        """Some of the trials."""
        return _Dense(
            self.change[few], self.observed[few], self.key[few], self.died[few], self.arm[few],
            self.margin,
        )  # fmt: skip


def _pair_by_pair(found: Array, data: _Dense, *, rows: Array, columns: Array) -> None:
    """Add wins and losses of `rows` against `columns`, and of columns that are not rows."""
    row, row_counts = _listed(rows)
    column, column_counts = _listed(columns)
    trial = np.arange(len(found))[:, None]
    better, worse = _scores(data, (trial, row), (trial, column))
    open_ = row_counts[:, :, None] & column_counts[:, None, :] & ~_decided(
        data, (trial, row), (trial, column)
    )  # fmt: skip
    win, loss = (better & open_).astype(np.float32), (worse & open_).astype(np.float32)
    for people, counts, won, lost, against in (
        (row, row_counts, win, loss, (trial, column)),
        (column, column_counts & ~rows[trial, column], _turned(loss), _turned(win), (trial, row)),
    ):
        arms = _arms(data.arm[against])
        sums = np.concatenate([won @ arms, lost @ arms], axis=2).astype(np.int64)
        sums <<= _LANE * np.arange(4)
        each = sums.sum(axis=2)
        where = np.broadcast_to(trial, people.shape)[counts], people[counts]
        found[where] += each[counts]


def _turned(pairs: Array) -> Array:
    return np.swapaxes(pairs, 1, 2)


def _arms(arm: Array) -> Float[Array, "trials people 2"]:
    """Which arm, as one column each: treated, controls."""
    return np.stack([arm == 1, arm > 1], axis=2).astype(np.float32)


def _listed(mask: Array) -> tuple[Int[Array, "trials most"], Bool[Array, "trials most"]]:
    """The people of each trial where the mask holds, and which entries of the list count."""
    many = mask.sum(axis=1)
    trial, person = np.nonzero(mask)
    slot = np.arange(len(trial)) - np.repeat(np.cumsum(many) - many, many)
    most = int(many.max(initial=0))
    people, counts = np.zeros((len(mask), most), dtype=np.int64), np.arange(most) < many[:, None]
    people[trial, slot] = person
    return people, counts


def _decided(data: _Dense, row: tuple[Array, Array], column: tuple[Array, Array]) -> Array:
    """Whether survival tells the two apart: one died and the other was followed beyond it."""
    until = np.where(data.died, data.key, _NEVER).astype(np.int32)
    one = data.key[row][:, :, None] > until[column][:, None, :]
    other = data.key[column][:, None, :] > until[row][:, :, None]
    return np.asarray(one | other)


def _scores(
    data: _Dense, row: tuple[Array, Array], column: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Whether the row did better, and worse, at the last visit both have."""
    shape = (*row[1].shape, column[1].shape[1])
    better, worse = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for visit in range(data.change.shape[2]):
        change, observed = data.change[:, :, visit], data.observed[:, :, visit]
        seen = observed[row][:, :, None] & observed[column][:, None, :]
        one, other = change[row], change[column]
        not_seen = ~seen  # a later visit that both have replaces an earlier one
        better &= not_seen
        worse &= not_seen
        better |= ((one - data.margin)[:, :, None] > other[:, None, :]) & seen
        worse |= (one[:, :, None] < (other - data.margin)[:, None, :]) & seen
    return better, worse
