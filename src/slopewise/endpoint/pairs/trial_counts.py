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
            f"a trial of {people} people is too large to be counted in a batch (at most"
            f" {_MOST_PEOPLE}); analyse it by compare_arms"
        )
    packed = np.empty((trials, people), dtype=np.int64)
    size = max(1, _CHUNK // max(1, people))
    for start in range(0, trials, size):
        some = slice(start, start + size)
        packed[some] = _count(outcomes.of(some), margin)
    return WinCounts(*((packed >> (_LANE * lane)) & _ONE for lane in range(4)))


def _count(some: TrialOutcomes, margin: float) -> Int[Array, "trials people"]:
    part = some.included
    died = some.died & part
    arm = np.where(part, np.where(some.treated, np.int64(1), np.int64(1) << _LANE), 0)
    found, key = _by_survival(some.month, died, part, arm)
    observed = some.observed & part[..., None]
    last = observed.shape[2] - np.argmax(observed[..., ::-1], axis=2)
    last[~observed.any(axis=2)] = 0
    gaps = observed.sum(axis=2) < last
    regular = part & ~gaps & (last > 0)
    change = np.ascontiguousarray(np.moveaxis(np.where(observed, some.change, 0.0), 2, 0))
    alive = np.where(regular & ~died, last, 0)
    for visit in range(1, len(change) + 1):
        _by_visit(found, change[visit - 1], alive, visit=visit, arm=arm, margin=margin)
    data = _Dense(change, np.moveaxis(observed, 2, 0), key, died, arm, margin)
    dead = regular & died
    latest = np.where(dead, key, -1).max(axis=1, initial=-1)
    early = regular & ~died & (key < latest[:, None])
    _pair_by_pair(found, data, rows=dead, columns=early | _together(key, dead))
    _pair_by_pair(found, data, rows=gaps, columns=part & (last > 0))
    return found


# --- by running counts -----------------------------------------------------------------------


def _by_survival(month: Array, died: Array, part: Array, arm: Array) -> tuple[Array, Array]:
    """Wins and losses by survival; and the rank of the month, the living after the dead in it."""
    order = row_order(month, part)
    dead = died.reshape(-1)[order.place]
    everybody = arm.reshape(-1)[order.place]
    lanes = np.where(dead, everybody, 0) | (everybody << 2 * _LANE)
    so_far = np.cumsum(lanes, axis=1)
    total, before = so_far[:, -1:], so_far - lanes
    rank = np.broadcast_to(np.arange(month.shape[1]), month.shape)
    if order.first is None or order.last is None:
        wins, losses = before & _PAIR, np.where(dead, (total - so_far) >> 2 * _LANE, 0)
    else:
        before, so_far = before.reshape(-1)[order.first], so_far.reshape(-1)[order.last]
        here = so_far - before
        dead_here, all_here = here & _PAIR, here >> 2 * _LANE
        wins = (before & _PAIR) + np.where(dead, 0, dead_here)
        later = ((total - so_far) >> 2 * _LANE) + all_here - dead_here
        losses = np.where(dead, later, 0)
        rank = order.first % month.shape[1]
    wins[everybody == 0] = 0  # who takes no part stands last and would seem to outlive everybody
    found, key = np.empty(month.shape, dtype=np.int64), np.empty(month.shape, dtype=np.int32)
    found.reshape(-1)[order.place] = wins | (losses << 2 * _LANE)
    key.reshape(-1)[order.place] = 2 * rank + ~dead
    return found, key


def _by_visit(
    found: Array, change: Array, last: Array, *, visit: int, arm: Array, margin: float
) -> None:
    """Add what the living win and lose at one visit: whose last it is, against all who have it."""
    member, ends = last >= visit, last == visit
    if not ends.any():
        return
    lane = np.where(member, arm, 0)
    lane += np.where(ends, arm << 2 * _LANE, 0)  # low: all who have it; high: whose last it is
    if margin == 0.0:
        order = row_order(change, member)
        here = lane.reshape(-1)[order.place]
        wins, losses = _below_above(here, here, order)
        both = _opponents(wins, here) | (_opponents(losses, here) << 2 * _LANE)
        found.reshape(-1)[order.place] += both
        return
    people = change.shape[1]
    order = row_order(np.hstack([change, change - margin]), np.hstack([member, member]))
    here = np.hstack([lane, lane]).reshape(-1)[order.place]
    shifted = order.place % (2 * people) >= people
    wins, losses = _below_above(np.where(shifted, 0, here), np.where(shifted, here, 0), order)
    each = np.empty((len(change), 2 * people), dtype=np.int64)
    each.reshape(-1)[order.place] = np.where(
        shifted, _opponents(wins, here), _opponents(losses, here) << 2 * _LANE
    )
    found += each[:, :people] + each[:, people:]


def _below_above(lower: Array, upper: Array, order: RowOrder) -> tuple[Array, Array]:
    """Running counts of `lower` before each place, and of `upper` after it; equals are neither."""
    below = np.cumsum(lower, axis=1)
    to_here = below if upper is lower else np.cumsum(upper, axis=1)
    total = to_here[:, -1:]
    below = below - lower
    if order.first is None or order.last is None:
        return below, total - to_here
    return below.reshape(-1)[order.first], total - to_here.reshape(-1)[order.last]


def _opponents(counts: Array, lane: Array) -> Array:
    """Whose last visit it is meets all who have it; the others meet only those."""
    high = lane >> 2 * _LANE
    return np.where(high > 0, counts & _PAIR, np.where(lane > 0, counts >> 2 * _LANE, 0))


# --- pair by pair ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Dense:
    """What pairs are compared by; visits lead."""

    change: Float[Array, "visits trials people"]
    observed: Bool[Array, "visits trials people"]
    key: Int[Array, "trials people"]
    died: Bool[Array, "trials people"]
    arm: Int[Array, "trials people"]
    margin: float


def _together(key: Array, dead: Array) -> Bool[Array, "trials people"]:
    """Who died in the same month as another."""
    trial, person = np.nonzero(dead)
    months = trial * np.int64(2 * key.shape[1] + 2) + key[trial, person]
    _, group, many = np.unique(months, return_inverse=True, return_counts=True)
    found = np.zeros(dead.shape, dtype=bool)
    found[trial, person] = many[group] > 1
    return found


def _pair_by_pair(found: Array, data: _Dense, *, rows: Array, columns: Array) -> None:
    """Add wins and losses of `rows` against `columns`, and of columns that are not rows."""
    row, row_counts = _listed(rows)
    column, column_counts = _listed(columns)
    if not row.shape[1] or not column.shape[1]:
        return
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
    for change, observed in zip(data.change, data.observed, strict=True):
        seen = observed[row][:, :, None] & observed[column][:, None, :]
        one, other = change[row], change[column]
        not_seen = ~seen  # a later visit that both have replaces an earlier one
        better &= not_seen
        worse &= not_seen
        better |= ((one - data.margin)[:, :, None] > other[:, None, :]) & seen
        worse |= (one[:, :, None] < (other - data.margin)[:, None, :]) & seen
    return better, worse
