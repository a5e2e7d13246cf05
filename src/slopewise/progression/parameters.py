"""Parameters of natural history: several sets of K classes, as arrays (sets, classes)."""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["ROUNDING_VARIANCE", "ParameterSets"]

ROUNDING_VARIANCE = 1.0 / 12.0  # of rounding to whole points (Sheppard's correction)


@dataclass(frozen=True)
class ParameterSets:
    """Equally weighted parameter sets, each a mixture of classes (MODEL: level, slope, wander).

    At the origin (first visit) of a patient of class k:
        (level, slope) ~ N((mean_level, mean_slope), Σ(sd_level, sd_slope, correlation))
        wander ~ N(0, wander_sd²), correlation time `wander_months` (1/κ)
        recorded score = expected function + error, error SD `residual_sd` (rounding included).

    Units: points, points/month, months. All arrays have shape (sets, classes) but
    `wander_months`, which has (sets, 1). `weight` sums to 1 over classes.
    """

    weight: Float[Array, "sets classes"]
    mean_level: Float[Array, "sets classes"]
    mean_slope: Float[Array, "sets classes"]
    sd_level: Float[Array, "sets classes"]
    sd_slope: Float[Array, "sets classes"]
    correlation: Float[Array, "sets classes"]
    residual_sd: Float[Array, "sets classes"]
    wander_sd: Float[Array, "sets classes"]
    wander_months: Float[Array, "sets 1"]

    def __post_init__(self) -> None:
        shape = self.weight.shape
        for field in fields(self):
            value = getattr(self, field.name)
            wanted = (shape[0], 1) if field.name == "wander_months" else shape
            if value.shape != wanted or not np.all(np.isfinite(value)):
                raise InputError(
                    f"parameter {field.name} has shape {value.shape} or a value that is not finite;"
                    f" give finite numbers of shape {wanted}"
                )
        if not np.allclose(self.weight.sum(axis=1), 1.0) or np.any(self.weight < 0):
            raise InputError("class weights must be non-negative and sum to 1 in every set")
        positive = (self.sd_level, self.sd_slope, self.residual_sd, self.wander_months)
        if any(np.any(a <= 0) for a in positive) or np.any(self.wander_sd < 0):
            raise InputError("standard deviations must be positive (wander_sd may be 0)")
        if np.any(np.abs(self.correlation) >= 1):
            raise InputError("correlation of level and slope must lie inside -1..1")

    def __len__(self) -> int:
        return int(self.weight.shape[0])

    @property
    def classes(self) -> int:
        """How many classes each set mixes."""
        return int(self.weight.shape[1])

    def take(self, sets: Float[Array, " chosen"] | slice) -> "ParameterSets":
        """The chosen sets only (an index array or a slice), in the given order."""
        return ParameterSets(**{f.name: getattr(self, f.name)[sets] for f in fields(self)})
