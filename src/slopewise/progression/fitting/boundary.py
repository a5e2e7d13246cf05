"""Fits that end at a boundary: what ran there, and the climb of everything else."""

from dataclasses import replace

import numpy as np
from numpy import ndarray as Array

from slopewise.numerics.ascent import Ascent, Scored, ascend
from slopewise.progression.fitting.start import limits, spread_entries
from slopewise.progression.joint.density import Problem
from slopewise.progression.joint.estimates import estimates

__all__ = ["boundary_reached", "climb_at_boundary", "holding"]

_AT_END = {
    "random_effects": "a spread between people vanished, or a correlation ran to ±1",
    "wander": "the wander vanished",
    "log_wander_months": "wander_months ran to the end of what visits and follow-up can tell",
    "log_residual_sd": "the error between readings vanished",
    "weight": "a class emptied",
}
_CRAWL = 5e-3  # decrement that a variance on its way to 0 may keep: 0.1 standard errors
_WITHOUT_END = 6.0  # log hazard ratio a standard deviation: 400 times the rate
_VANISHED = 2.2  # log units above the low limit: a thousandth of the spread at the start


def climb_at_boundary(
    problem: Problem, scored: Scored, top: Ascent
) -> tuple[Ascent, tuple[int, ...]]:
    """Where the climb ends at a boundary: hold there what ran to it, and climb with the rest.

    First what is at the end of its range; then, since a variance that runs to 0 crawls along its
    logarithm, the smallest spreads (with their correlations) are set to nothing one after another,
    as long as the top is not lower for it.
    """
    low, high = limits(problem)
    frozen: tuple[int, ...] = tuple(np.flatnonzero(_at_end(top.place, low, high)).tolist())
    if frozen:
        top = _settled(ascend(holding(scored, frozen, top.place), top.place))
        if top.status == "converged":
            return top, frozen
    places = spread_entries(problem.layout, top.place - low)
    held: Array = top.place.copy()
    for entries in places[:2]:
        held = held.copy()
        held[list(entries)] = [low[entries[0]] + 1.0, *(0.0 for _ in entries[1:])]
        trial_frozen = (*frozen, *entries)
        trial = _settled(ascend(holding(scored, trial_frozen, held), held))
        if trial.height < top.height - 0.05:
            break
        top, held, frozen = trial, trial.place, trial_frozen
        if trial.status == "converged":
            break
    return top, frozen


def _settled(top: Ascent) -> Ascent:
    """At a boundary what is left of the crawl may stay."""
    return replace(top, status="converged") if top.decrement < _CRAWL else top


def holding(scored: Scored, frozen: tuple[int, ...], place: Array) -> Scored:
    """The same height with some entries held where they are at `place`."""
    if not frozen:
        return scored
    index = list(frozen)

    def held(working: Array) -> tuple[float, Array, Array]:
        moved = working.copy()
        moved[index] = place[index]
        height, gradient, outer = scored(moved)
        gradient, outer = gradient.copy(), outer.copy()
        gradient[index] = 0.0
        outer[index], outer[:, index] = 0.0, 0.0
        return height, gradient, outer

    return held


def _at_end(place: Array, low: Array, high: Array) -> Array:
    """Which entries have run to an end of their range."""
    with np.errstate(invalid="ignore"):
        margin = np.where(np.isfinite(high - low), np.minimum(0.05, 0.003 * (high - low)), 0.0)
    return np.asarray((place < low + margin) | (place > high - margin))


def _runaway(problem: Problem, top: Ascent) -> str:
    """Effects on the hazard without end: something separates those with the event from the rest."""
    layout, model = problem.layout, problem.layout.model
    if not model.survival:
        return ""
    effects = layout.take(top.place[None], "hazard_covariates")[0]
    spread = problem.covariates(model.hazard_covariates).std(axis=0)
    for name, effect, sd in zip(model.hazard_covariates, effects, spread, strict=True):
        if abs(effect) * sd > _WITHOUT_END:
            return f"hazard:{name} ran to {effect:.3g}: it separates those with the event"
    direct = layout.take(top.place[None], "direct_log_hazard_ratio")[0]
    if np.any(np.abs(direct) > _WITHOUT_END):
        return "the direct effect ran away: events are on one side of treatment only"
    return ""


def boundary_reached(problem: Problem, top: Ascent) -> str:
    """What ran to the end of its range; empty when nothing did."""
    low, high = limits(problem)
    at_end = _at_end(top.place, low, high)
    for name, (place, _) in problem.layout.blocks.items():
        if np.any(at_end[place]):
            return _AT_END.get(name, f"{name} ran to the end of its range")
    for diagonal, *_ in spread_entries(problem.layout, top.place - low):
        if top.place[diagonal] < low[diagonal] + _VANISHED:
            wanders = diagonal >= problem.layout.blocks["wander"][0].start
            return _AT_END["wander" if wanders else "random_effects"]
    runaway = _runaway(problem, top)
    if runaway:
        return runaway
    named = estimates(problem.layout, top.place, None)
    for name, e in named.items():
        if "correlation" in name and abs(e.estimate) > 0.999:
            return f"{name} ran to {e.estimate:.4f}"
        if name.startswith("class_weight") and e.estimate < 1e-3:
            return f"{name} emptied"
    return ""
