"""Where a fit starts: moments of the patients' own lines, and the event rate."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.joint.density import Problem
from slopewise.progression.joint.layout import Layout
from slopewise.progression.joint.specification import BaselineKind

__all__ = ["limits", "spread_entries", "stabiliser", "starting_points"]


def starting_points(
    problem: Problem, count: int, generator: np.random.Generator
) -> list[Float[Array, " size"]]:
    """The moment start, and `count` − 1 more with classes split otherwise and jittered."""
    first = _moments(problem, spread=1.0)
    points = [first]
    for number in range(1, count):
        spread = (0.5, 1.6, 1.0)[(number - 1) % 3]
        jitter = 0.15 * generator.standard_normal(len(first))
        point = _moments(problem, spread=spread)
        scale = np.maximum(np.minimum(np.abs(point), 1.0), 0.1)
        points.append(point + jitter * scale)
    return points


def _moments(problem: Problem, *, spread: float) -> Float[Array, " size"]:
    layout, model = problem.layout, problem.layout.model
    j, k = len(model.markers), model.classes
    working = np.zeros(layout.size)
    lines = [_lines(problem, marker) for marker in range(j)]
    levels, slopes, errors = (np.stack(part) for part in zip(*lines, strict=True))

    def put(name: str, value: Array | float) -> None:
        place, shape = layout.blocks[name]
        working[place] = np.broadcast_to(value, shape).ravel()

    worse = np.array([1.0 if m.falling_is_worse else -1.0 for m in model.markers])
    sd_level = np.maximum(levels[:, 1], 1e-3 * errors)
    sd_slope = np.maximum(slopes[:, 1], 1e-3 * errors)
    steps = np.linspace(1.0, -1.0, k)[:, None] * spread if k > 1 else np.zeros((1, 1))
    shrink = 0.7 if k > 1 else 1.0
    put("mean_level", levels[:, 0] + 0.5 * steps * worse * sd_level)
    put("mean_slope", slopes[:, 0] + steps * worse * sd_slope)
    diagonal = np.concatenate([np.log(shrink * sd_level), np.log(shrink * sd_slope)])
    put("random_effects", _factor_entries(diagonal))
    if model.wander:
        put("wander", _factor_entries(np.log(0.4 * sd_slope)))
        put("log_wander_months", np.log(_last_month(problem) / 5.0))
    put("log_residual_sd", np.log(errors) - 0.1 * steps)
    if model.survival:
        _hazard_start(problem, put, worse, sd_level, sd_slope)
    return working


def stabiliser(problem: Problem) -> tuple[Float[Array, " size"], Float[Array, " size"]]:
    """Centre and SD of the penalty that a mixture of classes needs: (centre, sd), inf = free.

    The likelihood of a mixture with its own variances per class has no maximum: a class that closes
    in on one patient's single score makes it infinite. Log SDs are held to the moments within a
    factor e (SD 1), class means within three SDs, logits within 2.5: together worth about one
    patient (assumption; the idea is that of Chen and Tan 2009, doi:10.1016/j.jmva.2009.01.014).
    """
    layout, model = problem.layout, problem.layout.model
    centre, sd = _moments(problem, spread=1.0), np.full(layout.size, np.inf)
    if model.classes == 1:
        return centre, sd
    spread = np.exp(_diagonals(layout.take(centre[None], "random_effects")[0, 0]))
    j = len(model.markers)

    def hold(name: str, value: Array | float) -> None:
        place, shape = layout.blocks[name]
        sd[place] = np.broadcast_to(value, shape).ravel()

    hold("mean_level", 3.0 * spread[:j])
    hold("mean_slope", 3.0 * spread[j:])
    hold("weight", 2.5)
    for name in ("random_effects", "wander", "log_wander_months", "log_residual_sd"):
        hold(name, 1.0)
    return centre, sd


def limits(problem: Problem) -> tuple[Float[Array, " size"], Float[Array, " size"]]:
    """Lowest and highest working values a search may visit: far beyond any sensible answer.

    Outside them rounding, not data, decides the likelihood.
    """
    layout, model = problem.layout, problem.layout.model
    centre = _moments(problem, spread=1.0)
    low, high = np.full(layout.size, -np.inf), np.full(layout.size, np.inf)

    def within(name: str, width: float) -> None:
        place, _ = layout.blocks[name]
        low[place], high[place] = centre[place] - width, centre[place] + width

    for name in ("random_effects", "wander", "log_residual_sd"):
        within(name, 9.0)
    if model.wander:
        # under a slope link a wander that comes and goes between two nodes of the hazard is not
        # seen by it; one much shorter than visits are apart is rater's error
        months, intervals = _last_month(problem), len(problem.cohort.nodes.start)
        spacing = months / (max(intervals, 9) if model.association.has_slope else 100.0)
        place, _ = layout.blocks["log_wander_months"]
        low[place], high[place] = np.log(spacing), np.log(20.0 * months)
    within("weight", 12.0)
    if model.survival:
        within("baseline", 60.0)
        if model.baseline.kind is BaselineKind.WEIBULL:
            place, _ = layout.blocks["baseline"]
            low[place.stop - 1], high[place.stop - 1] = np.log(0.15), np.log(6.0)
        for name in ("association_value", "association_slope"):
            place, _ = layout.blocks[name]
            widest = 30.0 * np.abs(centre[place])  # ten units of hazard per SD of the marker
            low[place], high[place] = -widest, widest
    return low, high


def spread_entries(layout: Layout, above: Float[Array, " size"]) -> list[tuple[int, ...]]:
    """Log spreads of random effects and wander, the one nearest its low limit first.

    Each with the entries of its row and column of the covariance factor: a spread of nothing has
    no correlations.
    """
    found: list[tuple[int, ...]] = []
    for name in ("random_effects", "wander"):
        place, shape = layout.blocks[name]
        if not np.prod(shape):
            continue
        size = round((np.sqrt(8 * shape[1] + 1) - 1) / 2)
        rows, columns = np.tril_indices(size)
        for k in range(shape[0]):
            start = place.start + k * shape[1]
            for i in range(size):
                own = np.flatnonzero(((rows == i) | (columns == i)) & (rows != columns))
                diagonal = int(np.flatnonzero((rows == i) & (columns == i))[0])
                found.append((start + diagonal, *(start + int(j) for j in own)))
    return sorted(found, key=lambda entries: float(above[entries[0]]))


def _last_month(problem: Problem) -> float:
    return float(np.max(problem.cohort.follow_up.end_month))


def _diagonals(entries: Float[Array, " entries"]) -> Array:
    """The diagonal entries among those of a covariance factor."""
    size = round((np.sqrt(8 * len(entries) + 1) - 1) / 2)
    rows, columns = np.tril_indices(size)
    return np.asarray(entries[rows == columns])


def _hazard_start(
    problem: Problem,
    put: Callable[[str, Array | float], None],
    worse: Array,
    sd_level: Array,
    sd_slope: Array,
) -> None:
    model, follow_up = problem.layout.model, problem.cohort.follow_up
    rate = follow_up.event.sum() / max(float(follow_up.end_month.sum()), 1e-9)
    weibull = model.baseline.kind is BaselineKind.WEIBULL
    put("baseline", np.array([np.log(rate), 0.0]) if weibull else np.log(rate))
    if model.association.has_value:
        put("association_value", -0.3 * worse / np.maximum(sd_level, 1e-6))
    if model.association.has_slope:
        put("association_slope", -0.3 * worse / np.maximum(sd_slope, 1e-6))


def _factor_entries(log_diagonal: Float[Array, " size"]) -> Array:
    """Working entries of a diagonal covariance factor, rows in order."""
    rows, columns = np.tril_indices(len(log_diagonal))
    return np.where(rows == columns, log_diagonal[rows], 0.0)


def _lines(problem: Problem, marker: int) -> tuple[Array, Array, Array]:
    """(mean, SD) of the patients' levels and of their slopes, and the error SD, of one marker."""
    n, t, y, tt, ty, yy = _sums(problem, marker)
    usable = n >= 2
    spread = tt - t**2 / np.maximum(n, 1)
    usable &= spread > 1e-9
    if usable.sum() < 3:
        name = problem.layout.model.markers[marker].name
        raise InputError(
            f"{name}: fewer than three patients have two values at different months; a slope cannot"
            " be estimated"
        )
    n, t, y, tt, ty, yy = (part[usable] for part in (n, t, y, tt, ty, yy))
    slope = (ty - t * y / n) / (tt - t**2 / n)
    level = (y - slope * t) / n
    left = np.maximum(yy - level * y - slope * ty, 0.0)
    freedom = np.maximum((n - 2).sum(), 1.0)
    error = max(float(np.sqrt(left.sum() / freedom)), 1e-3 * float(np.std(y / n)) + 1e-9)
    precision = 1.0 / (np.var(slope) + error**2 / (tt - t**2 / n))
    mean = float((precision * slope).sum() / precision.sum())
    noise = float(np.median(error**2 / (tt - t**2 / n)))
    middle = slope - np.median(slope)
    robust = float((1.4826 * np.median(np.abs(middle))) ** 2)
    sd_slope = np.sqrt(max(robust - noise, 0.1 * robust, 1e-12))
    return (
        np.array([float(np.mean(level)), max(float(np.std(level)) * 0.9, 1e-6)]),
        np.array([mean, float(sd_slope)]),
        np.array(error),
    )


def _sums(problem: Problem, marker: int) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Σ1, Σt, Σy, Σt², Σty, Σy² of each patient."""
    sums = np.zeros((6, problem.cohort.patients))
    month = np.zeros(problem.cohort.patients)
    for column in problem.cohort.columns:
        month = month + column.duration
        if column.kind == "visit" and column.seen is not None and column.value is not None:
            seen, value = column.seen[marker], column.value[marker]
            powers = (np.ones_like(month), month, value, month**2, month * value, value**2)
            sums += np.where(seen, np.stack(powers), 0.0)
    return tuple(sums)  # type: ignore[return-value]
