"""The course expected without treatment effect: bands of a scored visit, given the run-in."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.forecast import course_moments
from slopewise.progression.timeline import no_exposure, timeline
from slopewise.response.assessment import ExpectedCourse
from slopewise.response.run_in import RunIn, thinned

__all__ = ["expected_course"]

_SHORTEST_MONTHS = 6.0  # the course is drawn at least this far
_BISECTIONS = 24  # of a range of some 60 points: to a thousandth of a point
_SETS = 32  # bands move by less than 0.1 point with all sets


def expected_course(known: RunIn, *, until_month: float) -> ExpectedCourse:
    """Median, 50 % and 90 % bands monthly from the last visit before the dose, within 0..48."""
    known = thinned(known, _SETS)
    last = max(until_month, known.month + 1.0, _SHORTEST_MONTHS)
    months = np.arange(known.month, last + 1.0, 1.0)
    steps = timeline([months.tolist()], [no_exposure()], [known.month])
    mean, variance = course_moments(known.belief, steps, known.parameters)
    quantiles = _mixture_quantiles(
        known.weight[0],
        mean.reshape(-1, len(months)),
        np.sqrt(np.broadcast_to(variance, mean.shape).reshape(-1, len(months))),
    )
    low90, low50, median, high50, high90 = np.clip(quantiles, 0.0, 48.0)

    def numbers(values: Array) -> tuple[float, ...]:
        return tuple(values.tolist())

    return ExpectedCourse(
        month=numbers(months),
        median=numbers(median),
        low50=numbers(low50),
        high50=numbers(high50),
        low90=numbers(low90),
        high90=numbers(high90),
    )


def _mixture_quantiles(
    weight: Float[Array, " part"], mean: Array, sd: Array
) -> Float[Array, "5 visits"]:
    from scipy.special import ndtr

    carrying = weight > 1e-6
    weight, mean, sd = weight[carrying], mean[carrying], sd[carrying]
    wanted = np.array([0.05, 0.25, 0.5, 0.75, 0.95])[:, None]
    low = np.broadcast_to((mean - 5 * sd).min(axis=0), (5, mean.shape[1]))
    high = np.broadcast_to((mean + 5 * sd).max(axis=0), (5, mean.shape[1]))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        below = np.einsum("k,qkv->qv", weight, ndtr((middle[:, None] - mean) / sd)) / weight.sum()
        low, high = np.where(below < wanted, middle, low), np.where(below < wanted, high, middle)
    return np.asarray(0.5 * (low + high))
