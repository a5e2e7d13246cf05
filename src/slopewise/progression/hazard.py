"""The hazard of the survival event, joined to the course of function: several sets, as arrays.

    h(t) = k t^(k−1) exp(b + α_m (m(t) − m_ref) + α_s (1 − θ g(t)) (r + w)(t))

t: months since the first visit; m: expected function (points); (r + w): natural slope with its
wander (points/month, negative = decline); θ g: slowing under exposure. One hazard for all classes:
people of a faster class die earlier because their function is lower and falls faster.
"""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["HAZARD_REFERENCE_VALUE", "HazardSets"]

HAZARD_REFERENCE_VALUE = 38.0  # points, m_ref: the mean first score of PRO-ACT sizes (SIM_UTR)


@dataclass(frozen=True)
class HazardSets:
    """One hazard for each set of ParameterSets; every array has the shape (sets, 1).

    `log_baseline` b: log of the cumulative hazard after one month at m_ref points and slope 0.
    `weibull_shape` k: 1 = constant for unchanged function, above 1 = rises with time.
    `association_value` α_m: log hazard ratio a point (negative: more function, less hazard).
    `association_slope` α_s: log hazard ratio a point/month (negative: faster decline, more hazard).
    `event`: what counts as the survival event, in words.
    """

    log_baseline: Float[Array, "sets 1"]
    weibull_shape: Float[Array, "sets 1"]
    association_value: Float[Array, "sets 1"]
    association_slope: Float[Array, "sets 1"]
    reference_value: float = HAZARD_REFERENCE_VALUE
    event: str = "death, as counted by the pooled trials (their definitions differ)"

    def __post_init__(self) -> None:
        shape = (len(self.log_baseline), 1)
        for name in self.array_names():
            value = getattr(self, name)
            if value.shape != shape or not np.all(np.isfinite(value)):
                raise InputError(
                    f"hazard {name} has shape {value.shape} or a value that is not finite;"
                    f" give finite numbers of shape {shape}"
                )
        if np.any(self.weibull_shape <= 0):
            raise InputError("the hazard's Weibull shape must be positive in every set")

    def __len__(self) -> int:
        return len(self.log_baseline)

    @classmethod
    def array_names(cls) -> tuple[str, ...]:
        """The names of the arrays, in order."""
        return tuple(f.name for f in fields(cls))[:4]

    def take(self, sets: Int[Array, " chosen"] | slice) -> "HazardSets":
        """The chosen sets only (an index array or a slice), in the given order."""
        chosen = {name: getattr(self, name)[sets] for name in self.array_names()}
        return HazardSets(**chosen, reference_value=self.reference_value, event=self.event)
