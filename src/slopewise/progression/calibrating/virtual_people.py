"""The virtual people that published summaries are measured on: fixed draws, exact monthly paths."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.calibrating.targets import MONTHS, VirtualCohort
from slopewise.progression.parameters import ParameterSets
from slopewise.progression.wander_step import wander_step

__all__ = ["CLASSES", "PEOPLE_PER_CLASS", "CohortNoise", "thinned", "virtual_cohort"]

CLASSES = 3
PEOPLE_PER_CLASS = 1500


@dataclass(frozen=True)
class CohortNoise:
    """Standard normal draws of the virtual people, the same at every step of the chain."""

    start: Float[Array, "people 3"]
    path: Float[Array, "months people 2"]
    error: Float[Array, "people months"]

    @staticmethod
    def draw(generator: np.random.Generator) -> "CohortNoise":
        half = CLASSES * PEOPLE_PER_CLASS // 2
        months = len(MONTHS)

        def mirrored(*shape: int, axis: int = 0) -> Array:
            drawn = generator.standard_normal(shape)
            return np.concatenate([drawn, -drawn], axis=axis)

        # antithetic pairs: means of the virtual people carry no sampling error
        order = np.arange(2 * half).reshape(2, half).T.ravel()
        return CohortNoise(
            mirrored(half, 3)[order],
            mirrored(months - 1, half, 2, axis=1)[:, order],
            mirrored(half, months)[order],
        )


def virtual_cohort(parameters: ParameterSets, noise: CohortNoise) -> VirtualCohort:
    """The virtual people of one parameter set (the first), equally many in each class."""
    stratum = np.repeat(np.arange(CLASSES), PEOPLE_PER_CLASS)

    def of(name: str) -> Array:
        return np.asarray(getattr(parameters, name)[0])[stratum]

    z = noise.start
    rho, tau, memory = of("correlation"), of("wander_sd"), float(parameters.wander_months[0, 0])
    m = of("mean_level") + of("sd_level") * z[:, 0]
    r = of("mean_slope") + of("sd_slope") * (rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1])
    w = tau * z[:, 2]
    step = wander_step(np.array(memory), 1.0)
    function = [m]
    for first, second in noise.path.transpose(0, 2, 1):
        m = m + r + step.carried * w + tau * (step.shared * first + step.own * second)
        w = step.kept * w + tau * step.fresh * first
        function.append(m)
    return VirtualCohort(
        np.stack(function, axis=1),
        of("residual_sd"),
        of("weight") / PEOPLE_PER_CLASS,
        stratum,
        noise.error,
    )


def thinned(cohort: VirtualCohort, people_per_class: int) -> VirtualCohort:
    """The first people of every class (an even number keeps the antithetic pairs whole)."""
    chosen = (np.arange(CLASSES)[:, None] * PEOPLE_PER_CLASS + np.arange(people_per_class)).ravel()
    return VirtualCohort(
        cohort.function[chosen],
        cohort.residual_sd[chosen],
        cohort.weight[chosen] * (PEOPLE_PER_CLASS / people_per_class),
        cohort.stratum[chosen],
        cohort.error[chosen],
    )
