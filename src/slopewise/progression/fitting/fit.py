"""The fit: maximum marginal likelihood with exact gradients, several starts, observed information.

Status of the result, in words before any number: converged; boundary (a variance vanished, a class
emptied, a correlation ran to ±1); step_limit; non_finite.
Status of evidence: reference (nlme, lme4, JM), double (adaptive quadrature).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import ConvergenceError, InputError
from slopewise.numerics.ascent import Ascent, Gradients, Scored, ascend, observed_information
from slopewise.progression.fitting.boundary import boundary_reached, climb_at_boundary, holding
from slopewise.progression.fitting.start import (
    limits,
    stabiliser,
    starting_points,
)
from slopewise.progression.joint.baseline import quantile_cuts
from slopewise.progression.joint.cohort import FollowUp, Measurements, gather
from slopewise.progression.joint.density import Problem, Sites
from slopewise.progression.joint.estimates import Estimate, estimates, reorder_classes
from slopewise.progression.joint.layout import Layout, layout_of
from slopewise.progression.joint.scores import log_density_scores, scores_of_draws
from slopewise.progression.joint.sites import refined_scores, refined_scores_of_draws
from slopewise.progression.joint.specification import BaselineKind, ProgressionModel
from slopewise.progression.timeline import Exposure

__all__ = ["Prior", "ProgressionFit", "fit_progression", "penalty", "prepare"]

_TOLERANCE = 1e-6  # Newton decrement at which a fit has converged: 0.0014 standard errors
_CHUNK = 4000  # vectors × classes × patients in one pass: what stays in the processor's cache
_REFINING_STEPS = 8
_MOVED = 0.005  # Newton decrement worth 0.1 standard errors

_WORDS = {
    "converged": "The fit converged: the log-likelihood is at a maximum in every direction.",
    "boundary": "The fit ended at a boundary: {why}. Estimates stand; standard errors of what"
    " vanished do not.",
    "step_limit": "The fit did NOT converge: it stopped before the gradient vanished. Do not use"
    " these numbers.",
    "non_finite": "The fit FAILED: the log-likelihood was not finite. Look for impossible values.",
}


@dataclass(frozen=True)
class Prior:
    """A normal prior on the working scale: embedded knowledge, or any other."""

    mean: Float[Array, " size"]
    precision: Float[Array, "size size"]
    source: str


@dataclass(frozen=True)
class ProgressionFit:
    """A fitted progression model with everything needed to say how it was made and to predict."""

    status: str
    message: str
    layout: Layout
    working: Float[Array, " size"]
    information: Float[Array, "size size"] | None
    log_likelihood: float
    log_prior: float
    parameters: Mapping[str, Estimate]
    reference: Float[Array, " markers"]
    covariate_means: Mapping[str, float]
    last_month: float
    patients: int
    values: int
    events: int
    starts: tuple[float, ...]  # height each start reached
    evaluations: int
    decrement: float
    seconds: float
    prior: str | None = None

    @property
    def covariance(self) -> Float[Array, "size size"] | None:
        """Covariance on the working scale: inverse of the observed information.

        Directions about which the data say nothing (`undetermined`) have variance 0 here.
        """
        return None if self.information is None else _inverse_where_known(self.information)[0]

    @property
    def undetermined(self) -> tuple[int, ...]:
        """Working entries about which the data say nothing: vanished, held, or not told apart."""
        return () if self.information is None else _inverse_where_known(self.information)[1]


def _inverse_where_known(information: Array) -> tuple[Array, tuple[int, ...]]:
    """Inverse on the directions with information, and the entries that lie in the others."""
    scale = np.sqrt(np.maximum(np.diag(information), 0.0))
    known = scale > 1e-12 * max(float(scale.max(initial=0.0)), 1e-300)
    scale = np.where(known, scale, 1.0)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    usable = values > 1e-7
    inverse = (vectors[:, usable] / values[usable]) @ vectors[:, usable].T / np.outer(scale, scale)
    flat = (vectors[:, ~usable] ** 2).sum(axis=1) > 0.05
    return np.asarray(inverse), tuple(np.flatnonzero(flat | ~known).tolist())


def prepare(
    model: ProgressionModel,
    measurements: Measurements,
    follow_up: FollowUp,
    *,
    covariates: Mapping[str, Array] | None = None,
    exposures: list[Exposure] | None = None,
    onset: Float[Array, " patients"] | None = None,
) -> Problem:
    """Lay data out for a model: cuts at event quantiles, covariates centred, columns padded.

    `onset`: months from onset to each patient's origin; NaN where no anchor at onset is wanted.
    """
    wanted = _covariates_of(model, dict(covariates or {}))
    cuts: tuple[float, ...] = ()
    if model.survival:
        events = follow_up.end_month[follow_up.event]
        if len(events) == 0:
            raise InputError("nobody had the survival event; fit with survival left out")
        cuts = quantile_cuts(model.baseline, events)
    cohort = gather(
        measurements,
        follow_up,
        covariates=wanted,
        exposures=exposures,
        cuts=(*cuts, *_common_changes(exposures or [])),
        intervals=_intervals(model, float(np.max(follow_up.end_month))),
        survival=model.survival,
        onset=onset,
    )
    layout = layout_of(model, cuts)
    return Problem.of(
        layout,
        cohort,
        reference=_reference(model, measurements),
        last=float(np.max(follow_up.end_month)),
        means={name: float(np.mean(cohort.covariates[name])) for name in wanted},
    )


def _covariates_of(model: ProgressionModel, covariates: dict[str, Array]) -> dict[str, Array]:
    """The covariates that the model uses, complete and varying."""
    wanted = {
        *model.level_covariates,
        *model.slope_covariates,
        *model.hazard_covariates,
        *model.class_covariates,
    }
    for name in wanted:
        if name not in covariates:
            known = ", ".join(sorted(covariates)) or "none"
            raise InputError(f"covariate {name!r} is not in the data; known are: {known}")
        if not np.all(np.isfinite(covariates[name])):
            raise InputError(f"covariate {name!r} has missing values; leave those patients out")
        if np.ptp(covariates[name]) == 0.0:
            raise InputError(f"covariate {name!r} is the same for everybody; leave it out")
    return {name: np.asarray(covariates[name], dtype=float) for name in sorted(wanted)}


def _common_changes(exposures: list[Exposure]) -> tuple[float, ...]:
    """Months at which exposure changes, where the patients share them: ends of intervals."""
    months = sorted({month for exposure in exposures for month in exposure.start_month})
    return tuple(months) if len(months) <= 6 else ()


def _intervals(model: ProgressionModel, last: float) -> int:
    """Fineness of the hazard's grid: nodes must be denser than what could happen between them."""
    if model.survival and model.baseline.kind is BaselineKind.SPLINE:
        return 10
    if not (model.wander and model.association.has_slope):
        return 6
    return int(np.clip(np.ceil(last), 9, 24))  # at most a month apart up to two years


def _reference(model: ProgressionModel, measurements: Measurements) -> Array:
    """m_ref per marker: given, or the mean of the first values."""
    found = []
    for j, marker in enumerate(model.markers):
        rows = measurements.marker == j
        if not np.any(rows):
            raise InputError(f"marker {marker.name} has no values; leave it out or add its column")
        if marker.reference_value is not None:
            found.append(marker.reference_value)
            continue
        order = np.lexsort((measurements.month[rows], measurements.patient[rows]))
        _, first = np.unique(measurements.patient[rows][order], return_index=True)
        found.append(round(float(np.mean(measurements.value[rows][order][first])), 1))
    return np.array(found)


def fit_progression(
    problem: Problem,
    *,
    prior: Prior | None = None,
    starts: int | None = None,
    generator: np.random.Generator | None = None,
    resume_from: Array | None = None,
    watch: Callable[[Array, float], None] | None = None,
    throw: bool = False,
) -> ProgressionFit:
    """Fit to a prepared cohort. With several classes, from several starts (default 4).

    `resume_from` is a working vector of an interrupted fit, climbed from directly; `watch` gets the
    place and height after every step. With `throw`, raises ConvergenceError unless it converged.
    """
    began = time.perf_counter()
    scored = _scored(problem, prior)
    tried, best = _climb(problem, scored, starts, generator, resume_from=resume_from, watch=watch)
    top = _ordered_top(problem, scored, best.place, prior=prior, watch=watch)
    frozen: tuple[int, ...] = ()
    if top.status == "step_limit":
        top, frozen = climb_at_boundary(problem, scored, top)
    if top.status == "converged":
        top = _refined(problem, top, prior, frozen=frozen)
    with np.errstate(all="ignore"):
        fit = _described(problem, top, prior)
    fit = replace(
        fit,
        starts=tried,
        evaluations=fit.evaluations + best.evaluations,
        seconds=time.perf_counter() - began,
    )
    if throw and fit.status not in ("converged", "boundary"):
        raise ConvergenceError(fit.message)
    return fit


def _scored(problem: Problem, prior: Prior | None, *, refined: bool = False) -> Scored:
    """Height, gradient and outer product of scores: log-likelihood plus prior or penalty."""
    centre, precision = penalty(problem, prior)
    low, high = limits(problem)
    sites: Sites | None = None  # where the last refined call left off

    def scored(working: Array) -> tuple[float, Array, Array]:
        nonlocal sites
        if not np.all((working >= low) & (working <= high)):
            return -np.inf, np.zeros_like(working), np.eye(len(working))
        with np.errstate(all="ignore"):
            if refined:
                found, scores, sites = refined_scores(problem, working, start=sites)
            else:
                found, scores = log_density_scores(problem, working)
        pull = precision @ (centre - working)
        height = float(found.sum()) + 0.5 * float((working - centre) @ pull)
        return height, scores.sum(0) + pull, scores.T @ scores + precision

    return scored


def _ordered_top(
    problem: Problem,
    scored: Scored,
    place: Array,
    *,
    prior: Prior | None,
    watch: Callable[[Array, float], None] | None,
) -> Ascent:
    """The top from a rough place, classes named in order; under a prior its names are kept."""
    gradients = _gradients(problem, prior)
    if prior is not None:
        return ascend(scored, place, watch=watch, gradients=gradients)
    top = ascend(scored, reorder_classes(problem.layout, place), watch=watch, gradients=gradients)
    ordered = reorder_classes(problem.layout, top.place)
    if np.allclose(ordered, top.place):
        return top
    return ascend(scored, ordered, watch=watch, gradients=gradients)


def _gradients(
    problem: Problem, prior: Prior | None, *, refined_at: Array | None = None
) -> Gradients:
    """Gradients of the log-likelihood with prior or penalty at several working vectors at once.

    With `refined_at`, of the refined density, from the sites of that place.
    """
    centre, precision = penalty(problem, prior)
    each = problem.layout.model.classes * problem.cohort.patients
    chunk = max(1, _CHUNK // each)
    sites = None if refined_at is None else refined_scores(problem, refined_at)[2]

    def scores(some: Array) -> Array:
        if refined_at is None:
            return scores_of_draws(problem, some)[1]
        return refined_scores_of_draws(problem, some, start=sites)[1]

    def gradients(places: Array) -> Array:
        found = [
            scores(places[start : start + chunk]).sum(axis=1)
            for start in range(0, len(places), chunk)
        ]
        return np.asarray(np.concatenate(found) + (centre - places) @ precision)

    return gradients


def _refined(
    problem: Problem, top: Ascent, prior: Prior | None, *, frozen: tuple[int, ...]
) -> Ascent:
    """From the top of the moment-matched density to that of the refined one.

    Newton steps with the curvature at hand; curvature is taken anew from the refined gradient where
    the top moved by a tenth of a standard error or so, and always under a slope link, whose
    standard errors one pass can understate by a third.
    """
    scored = holding(_scored(problem, prior, refined=True), frozen, top.place)
    assert top.information is not None
    inverse, _ = _inverse_where_known(top.information)
    place, count, moved = top.place, top.evaluations, 0.0
    height, gradient, _ = scored(place)
    decrement = np.inf
    for _ in range(_REFINING_STEPS):
        direction = inverse @ gradient
        decrement = 0.5 * float(gradient @ direction)
        moved = max(moved, decrement)
        if decrement < _TOLERANCE:
            break
        further = scored(place + direction)
        count += 1
        if not further[0] > height:
            break
        place, (height, gradient, _) = place + direction, further
    there = moved < _MOVED and decrement < _TOLERANCE
    found = replace(top, place=place, height=height, decrement=decrement, evaluations=count)
    if there and (frozen or not problem.layout.model.association.has_slope):
        return found
    gradients = None if frozen else _gradients(problem, prior, refined_at=place)
    if there and gradients is not None:
        return replace(found, information=observed_information(gradients, place))
    again = ascend(scored, place, tolerance=_TOLERANCE, gradients=gradients)
    if again.status == "step_limit":
        again, _ = climb_at_boundary(problem, scored, again)
    return again


def penalty(problem: Problem, prior: Prior | None) -> tuple[Array, Array]:
    """Centre and precision of what is added to the log-likelihood: the prior, else the penalty."""
    if prior is not None:
        return prior.mean, prior.precision
    centre, sd = stabiliser(problem)
    return centre, np.diag(1.0 / sd**2)


def _climb(
    problem: Problem,
    scored: Scored,
    starts: int | None,
    generator: np.random.Generator | None,
    *,
    resume_from: Array | None,
    watch: Callable[[Array, float], None] | None,
) -> tuple[tuple[float, ...], Ascent]:
    """Rough climbs from every start; the heights reached and the highest."""
    if resume_from is not None:
        if resume_from.shape != (problem.layout.size,):
            raise InputError(
                f"the checkpoint has {resume_from.size} parameters, this model"
                f" {problem.layout.size}; start without it"
            )
        points = [resume_from]
    else:
        count = starts or (4 if problem.layout.model.classes > 1 else 1)
        points = starting_points(problem, count, generator or np.random.default_rng(1))
    rough = 0.05 if len(points) > 1 else 1e-3
    climbed = [
        ascend(scored, point, tolerance=rough, finish=False, watch=watch) for point in points
    ]
    best = max(climbed, key=lambda ascent: ascent.height)
    evaluations = sum(ascent.evaluations for ascent in climbed)
    return tuple(float(a.height) for a in climbed), replace(best, evaluations=evaluations)


def _described(problem: Problem, top: Ascent, prior: Prior | None) -> ProgressionFit:
    layout = problem.layout
    found = refined_scores(problem, top.place)[0]
    why = boundary_reached(problem, top) if top.status == "converged" else ""
    status = "boundary" if top.status == "converged" and why else top.status
    fit = ProgressionFit(
        status=status,
        message=_WORDS[status].format(why=why),
        layout=layout,
        working=top.place,
        information=top.information,
        log_likelihood=float(found.sum()),
        log_prior=top.height - float(found.sum()),
        parameters={},
        reference=problem.reference,
        covariate_means={
            name: float(np.mean(values)) for name, values in problem.cohort.covariates.items()
        },
        last_month=float(np.max(problem.cohort.follow_up.end_month)),
        patients=problem.cohort.patients,
        values=sum(int(c.seen.sum()) for c in problem.cohort.columns if c.seen is not None),
        events=int(problem.cohort.follow_up.event.sum()) if layout.model.survival else 0,
        starts=(),
        evaluations=top.evaluations,
        decrement=top.decrement,
        seconds=0.0,
        prior=None if prior is None else prior.source,
    )
    named = estimates(layout, top.place, fit.covariance, undetermined=fit.undetermined)
    return replace(fit, parameters=named)
