"""Embedded knowledge as a prior: the spread of the embedded sets, on the working scale."""

import numpy as np
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.fitting.fit import Prior
from slopewise.progression.fitting.start import stabiliser
from slopewise.progression.forecasting.forecaster import embedded_forecaster
from slopewise.progression.joint.density import Problem
from slopewise.progression.joint.specification import BaselineKind

__all__ = ["EMBEDDED_PRIOR", "embedded_prior"]

EMBEDDED_PRIOR = "embedded natural history, variance × 4"  # what a fit says of its prior

_WIDENING = 4.0  # assumption: of the sets' variance, since another clinic is another population


def embedded_prior(problem: Problem) -> Prior:
    """A normal prior for a three-class ALSFRS-R model from the embedded parameter sets.

    Each block the embedded history has (class shares, levels, slopes, spreads, wander, error, and
    the hazard's shape and associations) is centred on the sets, with their covariance times 4;
    blocks it lacks (covariates, slowing, another baseline) are left free. Raises InputError for
    another marker or number of classes.
    """
    forecaster = embedded_forecaster()
    model, known = problem.layout.model, forecaster.layout
    names = [marker.name for marker in model.markers]
    if names != [known.model.markers[0].name] or model.classes != known.model.classes:
        raise InputError(
            f"the embedded prior is for one marker, {known.model.markers[0].name}, in"
            f" {known.model.classes} classes; fit such a model or use --prior none"
        )
    centre, sd = stabiliser(problem)
    free = np.diag(1.0 / sd**2)
    ours: list[int] = []
    theirs: list[int] = []
    for name, (place, shape) in problem.layout.blocks.items():
        known_place, known_shape = known.blocks[name]
        if name == "baseline" and model.baseline.kind is not BaselineKind.WEIBULL:
            continue
        if shape == known_shape and np.prod(shape):
            ours.extend(range(place.start, place.stop))
            theirs.extend(range(known_place.start, known_place.stop))
    shift = _reference_shift(problem, forecaster.draws, known.blocks, forecaster.reference)
    draws: Array = np.asarray(forecaster.draws + shift)[:, theirs]
    covariance = _WIDENING * np.cov(draws.T) + 1e-6 * np.eye(len(ours))
    centre = np.array(centre)
    centre[ours] = draws.mean(axis=0)
    precision = free.copy()
    precision[np.ix_(ours, ours)] = np.linalg.inv(covariance)
    return Prior(centre, precision, EMBEDDED_PRIOR)


def _reference_shift(
    problem: Problem,
    draws: Array,
    blocks: dict[str, tuple[slice, tuple[int, ...]]],
    reference: Array,
) -> Array:
    """Move the embedded log baseline to this problem's reference value."""
    shift = np.zeros_like(draws)
    value = draws[:, blocks["association_value"][0]]
    start = blocks["baseline"][0].start
    shift[:, start] = (value @ (problem.reference - reference)).ravel()
    return shift
