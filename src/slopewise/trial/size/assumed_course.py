"""The course a trial's people are assumed to take without treatment, as sizes need it.

    y_0 ~ N(m_0, s_0²),   y_j | y_0 … y_{j−1} ~ N(a_j + b_j' y_{<j}, s_j²)   from those seen at j
    m_j = a_j + b_j' m_{<j},   Σ_{j,<j} = b_j' Σ_{<j,<j},   Σ_jj = s_j² + b_j' Σ_{<j,<j} b_j

y: scores at the planned visits (points). This is the maximum of the likelihood when people are seen
until a last visit and not after: their later course is taken to be that of people with the same
scores until then (missing at random), so that means do not look better because the frailest died.
The straight-line summary (levels, slopes, scatter) is that of the random-slope model by REML.
In words: what the natural history says of the people this design lets in, and of how long each of
them would be seen.
Reference: Anderson 1957, doi:10.1080/01621459.1957.10501379 (monotone missing data).
Status: double (expectation-maximisation on a small table).
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.numerics.random_slope import fit_random_slope
from slopewise.trial.size.slope_size import SlopeCourse

__all__ = ["AssumedCourse", "SeenPeople", "assumed_course", "hazard_ratio_of"]

_LEAST_SEEN = 30  # people beyond the number of visits; assumption: enough for a covariance


@dataclass(frozen=True, eq=False, slots=True)
class SeenPeople:
    """People of one arm as the trial would see them; month 0 is the first visit.

    `observed`: the visit took place (alive, still in the trial). `end_month`: of the survival
    event, of leaving, or of the end of follow-up, and whether it was the event. `function`: mean
    expected function at the visits, of everybody, as if nobody died; `survival`: share expected to
    be free of the event at the visits, leaving aside.
    """

    months: tuple[float, ...]
    scores: Float[Array, "people visits"]
    observed: Bool[Array, "people visits"]
    end_month: Float[Array, " people"]
    event: Bool[Array, " people"]
    function: Float[Array, " visits"]
    survival: Float[Array, " visits"]

    def __post_init__(self) -> None:
        shape = (len(self.end_month), len(self.months))
        if self.scores.shape != shape or self.observed.shape != shape:
            raise InputError(
                f"scores of shape {self.scores.shape} for {shape[0]} people and {shape[1]} visits;"
                " give one row a person and one column a visit"
            )


@dataclass(frozen=True, eq=False, slots=True)
class AssumedCourse:
    """Means, spread and losses of the people of one arm.

    `line`: the straight-line summary; `means`, `covariance`: of the scores at the visits;
    `last_visit`: share of people by last visit; `event_share`: people whose event is seen;
    `function`, `survival`: as in `SeenPeople`; `people`: virtual people behind it.
    """

    months: tuple[float, ...]
    line: SlopeCourse
    means: Float[Array, " visits"]
    covariance: Float[Array, "visits visits"]
    last_visit: Float[Array, " visits"]
    event_share: float
    function: Float[Array, " visits"]
    survival: Float[Array, " visits"]
    people: int

    @property
    def hazard(self) -> float:
        """The constant hazard a month that leaves as many alive at the last visit."""
        return -math.log(max(float(self.survival[-1]), 1e-12)) / self.months[-1]

    @property
    def change_sd(self) -> float:
        """Standard deviation of the change from the first to the last visit, points."""
        first, last, both = self.covariance[0, 0], self.covariance[-1, -1], self.covariance[0, -1]
        return float(np.sqrt(first + last - 2.0 * both))


def assumed_course(seen: SeenPeople) -> AssumedCourse:
    """Summarise; a visit after a missed one is left out."""
    until = np.cumprod(seen.observed, axis=1).astype(bool)
    count = until.sum(axis=0)
    if count[-1] < len(seen.months) + _LEAST_SEEN or len(seen.months) < 2:
        raise InputError(
            f"{count[-1]} of {len(until)} people are seen at the last visit, month"
            f" {seen.months[-1]:g}; make more virtual people, or end the visits earlier"
        )
    means, covariance = _moments(seen.scores, until)
    last = np.append(count[:-1] - count[1:], count[-1]) / count[0]
    return AssumedCourse(
        seen.months,
        _line(seen, until),
        means,
        covariance,
        last,
        float(seen.event.mean()),
        seen.function,
        seen.survival,
        len(until),
    )


def hazard_ratio_of(control: AssumedCourse, treated: AssumedCourse) -> float | None:
    """Logarithm of the hazard ratio between visits, its mean weighted by expected events.

    Slowing lowers the hazard more the longer it lasts: this is what a log-rank test sees of it.
    None where nobody has the event.
    """
    alive = np.stack([control.survival, treated.survival])
    died = -np.diff(alive, axis=1)
    seen = np.stack([_still_seen(control), _still_seen(treated)])
    weight = (died * seen).sum(axis=0)
    if np.any(alive <= 0) or not np.any(weight > 0):
        return None
    hazard = -np.diff(np.log(alive), axis=1)
    use = (hazard > 0).all(axis=0)
    if not use.any():
        return None
    logs = np.log(hazard[1, use] / hazard[0, use])
    return float(weight[use] @ logs / weight[use].sum())


def _still_seen(course: AssumedCourse) -> Float[Array, " intervals"]:
    """Of those alive, the share still in the trial at the beginning of each interval."""
    still = 1.0 - np.cumsum(course.last_visit)[:-1] + course.last_visit[:-1]
    return np.asarray(still / course.survival[:-1])


def _moments(scores: Array, until: Array) -> tuple[Array, Array]:
    """Maximum likelihood mean and covariance, visit by visit."""
    visits = scores.shape[1]
    means, covariance = np.zeros(visits), np.zeros((visits, visits))
    for j in range(visits):
        there = until[:, j]
        y, before = scores[there, j], scores[there, :j]
        columns = np.column_stack([np.ones(len(y)), before])
        fit, *_ = np.linalg.lstsq(columns, y, rcond=None)
        left = y - columns @ fit
        means[j] = fit[0] + fit[1:] @ means[:j]
        across = covariance[:j, :j] @ fit[1:]
        covariance[j, :j] = covariance[:j, j] = across
        covariance[j, j] = left @ left / len(y) + fit[1:] @ across
    return means, covariance


def _line(seen: SeenPeople, until: Array) -> SlopeCourse:
    person, visit = np.nonzero(until)
    month = np.asarray(seen.months)[visit]
    design = np.column_stack([np.ones_like(month), month])
    fit = fit_random_slope(person, month, seen.scores[until], design=design)
    if fit.status not in ("converged", "boundary"):
        raise InputError(
            f"no straight-line summary of these virtual people was found ({fit.status}); look for"
            " scores without any scatter"
        )
    sd = fit.variances
    return SlopeCourse(
        float(fit.fixed_effects[0]),
        float(fit.fixed_effects[1]),
        sd.intercept_sd**2,
        sd.slope_sd**2,
        sd.correlation * sd.intercept_sd * sd.slope_sd,
        sd.residual_sd**2,
    )
