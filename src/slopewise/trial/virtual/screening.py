"""Who is randomised: candidates are drawn and followed through the run-in until there are enough.

    candidates → rules at the first visit → run-in (or open period) → alive and within its rule

Rejection is exact: whoever is let in has the distribution of people who meet the rules. The rules
on score, vital capacity, months since onset, age and risk profile look at the first visit; the rule
on decline looks at the least-squares slope of the scores of the run-in, month 0 included.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.trial.design.people import Entry
from slopewise.trial.design.treatment import OpenPeriod
from slopewise.trial.virtual.course import Followed, Treatment, follow, recorded
from slopewise.trial.virtual.facts import is_admitted
from slopewise.trial.virtual.people import People, World, draw_people, yearly_decline
from slopewise.trial.virtual.schedule import Schedule

__all__ = ["Door", "Entered", "enter", "least_squares_slope"]

_MOST_ROUNDS = 200
_RAREST = 2e-3  # share let in below which a design is refused


@dataclass(frozen=True, eq=False, slots=True)
class Door:
    """What candidates pass: the rules, the open period, and how many are expected to pass."""

    entry: Entry
    schedule: Schedule
    bulbar_share: float | None = None  # None: onset has no part in the trial
    is_varied: bool = False  # people respond differently to treatment
    open_period: OpenPeriod | None = None
    open_slowing: tuple[float, float, float] = (0.0, 0.0, 1.0)  # mean, spread, responder share
    open_log_hazard_ratio: float = 0.0
    admitted: float = 1.0

    @property
    def is_open(self) -> bool:
        """Whether everybody passes: no rule, and nothing happens before randomisation."""
        rules = any(getattr(self.entry, name) is not None for name in Entry.__slots__)
        return not rules and self.schedule.randomised_edge == 0


@dataclass(frozen=True, eq=False, slots=True)
class Entered:
    """People at randomisation and their scores until then, month 0 included; how many tried."""

    people: People
    scores: Float[Array, "trials people visits"]
    tried: int
    passed: int


def enter(
    door: Door, world: World, people: int, *, with_scores: bool = True,
    generator: np.random.Generator,
) -> Entered:  # fmt: skip
    """So many people for every trial; InputError when the rules let in hardly anybody."""
    if door.is_open:
        drawn, scores = _first_visit(
            door, world, people, with_scores=with_scores, generator=generator
        )
        return Entered(drawn, scores, people * world.trials, people * world.trials)
    filled = np.zeros(world.trials, dtype=np.int64)
    entered: Entered | None = None
    for _ in range(_MOST_ROUNDS):
        short = np.flatnonzero(filled < people)
        if not len(short):
            assert entered is not None
            return entered
        wanted = int((people - filled[short]).max())
        new, good = _round(door, world.take(short), wanted, generator)
        entered = _placed(entered, new, good, filled=filled, short=short, people=people)
    raise InputError(
        f"the entry rules ({_rules(door)}) let in {int(filled.sum())} of the"
        f" {people * world.trials} virtual people wanted; widen [entry]"
    )


def _rules(door: Door) -> str:
    """The rules that are set, as the design file names them."""
    named = ((name, getattr(door.entry, name)) for name in Entry.__slots__)
    said = [f"{name} {limits[0]:g} to {limits[1]:g}" for name, limits in named if limits]
    if door.open_period is not None and door.open_period.only_responders:
        said.append("only_responders")
    return ", ".join(said) or "alive at randomisation"


def _placed(
    entered: Entered | None, new: Entered, good: Bool[Array, "short people"], *,
    filled: Array, short: Array, people: int,
) -> Entered:  # fmt: skip
    """Put those who passed into the places that are free; the first come first."""
    place = filled[short, None] + np.cumsum(good, axis=1) - 1
    row, column = np.nonzero(good & (place < people))
    to = (short[row], place[row, column])
    names = People.__slots__
    if entered is None:
        trials = len(filled)
        empty = {name: _blank(getattr(new.people, name), trials, people) for name in names}
        scores = np.zeros((trials, people, new.scores.shape[2]))
        entered = Entered(People(**empty), scores, 0, 0)
    for name in names:
        into, source = getattr(entered.people, name), getattr(new.people, name)
        if source.shape[1] == 1:
            into[short] = source
        else:
            into[to] = source[row, column]
    entered.scores[to] = new.scores[row, column]
    filled[short] = np.minimum(filled[short] + good.sum(axis=1), people)
    return Entered(
        entered.people, entered.scores, entered.tried + new.tried, entered.passed + int(good.sum())
    )


def _blank(like: Array, trials: int, people: int) -> Array:
    return np.zeros((trials, 1 if like.shape[1] == 1 else people), dtype=like.dtype)


def _round(
    door: Door, world: World, wanted: int, generator: np.random.Generator
) -> tuple[Entered, Bool[Array, "trials people"]]:
    """One round of candidates: somewhat more than are expected to fill the places."""
    share = max(door.admitted, _RAREST)
    pool = int(wanted / share + 3.0 * np.sqrt(wanted) / share) + 4
    drawn, first = _first_visit(door, world, pool, generator=generator)
    score = first if first.shape[2] else _scores_now(drawn, generator)
    passed = is_admitted(
        door.entry, drawn, score=score[:, :, 0], yearly_decline=yearly_decline(world, drawn),
        generator=generator,
    )  # fmt: skip
    tried = pool * world.trials
    if door.schedule.randomised_edge == 0:
        return Entered(drawn, first, tried, 0), passed
    place, there = _forward(passed)
    people = drawn.take(place)
    scores = np.take_along_axis(first, place[:, :, None], axis=1)
    people, scores = _through_run_in(door, world, (people, scores), generator)
    there &= np.isinf(people.event_month)
    there &= _within_run_in(door, scores)
    return Entered(people, scores, tried, 0), there


def _first_visit(
    door: Door, world: World, people: int, *, with_scores: bool = True,
    generator: np.random.Generator,
) -> tuple[People, Float[Array, "trials people visits"]]:  # fmt: skip
    """Candidates, and the score of the first visit where one is made on that day."""
    drawn = draw_people(
        world, people, generator=generator,
        bulbar_share=door.bulbar_share, is_varied=door.is_varied,
    )  # fmt: skip
    if not with_scores or door.schedule.visit_edge[0] != 0:
        return drawn, np.zeros((world.trials, people, 0))
    return drawn, _scores_now(drawn, generator)


def _scores_now(people: People, generator: np.random.Generator) -> Float[Array, "trials people 1"]:
    """Scores on the day of the first visit."""
    here = Followed(people, [people.level], [people.slope + people.wander])
    return recorded(here, timing_variance=(0.0,), generator=generator)


def _forward(passed: Bool[Array, "trials people"]) -> tuple[Array, Bool[Array, "trials people"]]:
    """Places of those who passed, moved to the front, and which of the places are taken."""
    counts = passed.sum(axis=1)
    width = max(int(counts.max(initial=0)), 1)
    row, column = np.nonzero(passed)
    place = np.zeros((len(passed), width), dtype=np.int64)
    place[row, (np.cumsum(passed, axis=1) - 1)[row, column]] = column
    return place, np.arange(width) < counts[:, None]


def _through_run_in(
    door: Door, world: World, entered: tuple[People, Array], generator: np.random.Generator
) -> tuple[People, Float[Array, "trials people visits"]]:
    """Follow to randomisation; the open period treats everybody."""
    people, first = entered
    schedule = door.schedule
    treatment = None
    if door.open_period is not None:
        mean, spread, share = door.open_slowing
        spread = spread if mean else 0.0  # no effect in anybody
        slowing = (mean + spread * people.gain) * (people.responds < share)
        ratio = np.full(slowing.shape, door.open_log_hazard_ratio)
        treatment = Treatment(
            slowing, ratio if door.open_log_hazard_ratio else None, schedule.open_exposure[None]
        )  # fmt: skip
    visits = range(first.shape[2], schedule.baseline + 1)
    followed = follow(
        world, people, schedule, steps=range(schedule.randomised_edge), treatment=treatment,
        visits=visits, generator=generator,
    )  # fmt: skip
    timing = [0.0 if v == schedule.baseline else schedule.timing_variance for v in visits]
    later = recorded(followed, timing_variance=timing, generator=generator)
    return followed.people, np.concatenate([first, later], axis=2)


def _within_run_in(door: Door, scores: Array) -> Bool[Array, "trials people"]:
    """The rules that need the scores of the run-in."""
    good = np.ones(scores.shape[:2], dtype=bool)
    months = door.schedule.visit_month[: scores.shape[2]]
    limits = door.entry.run_in_decline_per_month
    if limits is not None:
        decline = -least_squares_slope(scores, months)
        good &= (decline >= limits[0]) & (decline <= limits[1])
    period = door.open_period
    if period is not None and period.only_responders:
        before = months <= -period.months
        slope = least_squares_slope(scores[:, :, ~before], months[~before])
        earlier = least_squares_slope(scores[:, :, before], months[before])
        wanted = 1.0 - (period.minimum_slowing or 0.0)
        good &= (earlier < 0.0) & (slope >= wanted * earlier)
    return good


def least_squares_slope(
    scores: Float[Array, "trials people visits"], months: Float[Array, " visits"]
) -> Float[Array, "trials people"]:
    """Change a month along the straight line of least squares; all visits were made."""
    centred = months - months.mean()
    return np.asarray(scores @ centred / (centred @ centred))
