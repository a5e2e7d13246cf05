"""Where each parameter sits in the working vector, on which every search and sampler runs.

Working scale: means and coefficients as they are; logs of standard deviations, months and shape;
covariance factors by rows with log diagonal and off-diagonal over diagonal; class weights as
logits against the first class.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.joint.specification import BaselineKind, ProgressionModel

__all__ = ["Layout", "covariance_factor", "covariance_factor_adjoint", "layout_of"]


@dataclass(frozen=True)
class Layout:
    """Slices of the working vector by block name, and the shapes the blocks stand for."""

    model: ProgressionModel
    cuts: tuple[float, ...]  # of the baseline hazard, months
    blocks: dict[str, tuple[slice, tuple[int, ...]]]
    size: int

    def take(self, working: Float[Array, "draws size"], name: str) -> Array:
        """One block of every draw, shape (draws, *block); empty where the model lacks it."""
        place, shape = self.blocks[name]
        return working[:, place].reshape(len(working), *shape)

    def put(self, into: Float[Array, "patients size"], name: str, value: Array) -> None:
        """Write a block's adjoint (patients, *block) into rows of scores."""
        place, shape = self.blocks[name]
        into[:, place] = value.reshape(len(into), int(np.prod(shape)))

    def index(self, name: str, *within: int) -> int:
        """Position of one entry of a block."""
        place, shape = self.blocks[name]
        return int(place.start + (np.ravel_multi_index(within, shape) if within else 0))


def layout_of(model: ProgressionModel, cuts: tuple[float, ...]) -> Layout:
    """The working vector of a model."""
    k, j = model.classes, len(model.markers)
    factor = j * (2 * j + 1)
    shapes: dict[str, tuple[int, ...]] = {
        "weight": (k - 1, 1 + len(model.class_covariates)),
        "mean_level": (k, j),
        "mean_slope": (k, j),
        "level_covariates": (len(model.level_covariates), j),
        "slope_covariates": (len(model.slope_covariates), j),
        "random_effects": (k, factor),
        "wander": (k, j * (j + 1) // 2) if model.wander else (0,),
        "log_wander_months": (1,) if model.wander else (0,),
        "log_residual_sd": (k, j),
    }
    if model.survival:
        extra = {BaselineKind.PIECEWISE: 1, BaselineKind.SPLINE: 4}
        weibull = model.baseline.kind is BaselineKind.WEIBULL
        shapes |= {
            "baseline": (2 if weibull else len(cuts) + extra[model.baseline.kind],),
            "association_value": (j if model.association.has_value else 0,),
            "association_slope": (j if model.association.has_slope else 0,),
            "hazard_covariates": (len(model.hazard_covariates),),
            "direct_log_hazard_ratio": (1 if model.direct_effect else 0,),
        }
    shapes["slowing"] = (1 if model.slowing else 0,)
    blocks, start = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        blocks[name] = (slice(start, start + size), shape)
        start += size
    return Layout(model, cuts, blocks, start)


def covariance_factor(entries: Float[Array, "... entries"], size: int) -> Float[Array, "..."]:
    """Lower factor L (covariance L L') from its working entries, rows in order.

    The diagonal is exp(entry); an off-diagonal is its entry times the diagonal of its row.
    """
    factor = np.zeros((*entries.shape[:-1], size, size))
    rows, columns = np.tril_indices(size)
    diagonal = rows == columns
    ends = np.flatnonzero(diagonal)
    scale = np.exp(entries[..., ends])
    factor[..., rows, columns] = np.where(diagonal, 1.0, entries) * scale[..., rows]
    return factor


def covariance_factor_adjoint(
    covariance_bar: Float[Array, "... size size"], entries: Float[Array, " entries"], size: int
) -> Float[Array, "... entries"]:
    """Adjoint of the entries given that of L L' (symmetric)."""
    factor = covariance_factor(entries, size)
    factor_bar = 2.0 * covariance_bar @ factor
    rows, columns = np.tril_indices(size)
    diagonal = rows == columns
    ends = np.flatnonzero(diagonal)
    scale = np.exp(entries[ends])
    bar = factor_bar[..., rows, columns] * np.where(diagonal, 0.0, scale[rows])
    through_scale = factor_bar[..., rows, columns] * factor[rows, columns]
    totals = np.stack([through_scale[..., rows == row].sum(-1) for row in range(size)], axis=-1)
    bar[..., ends] = totals
    return np.asarray(bar)
