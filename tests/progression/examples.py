"""Small parameter sets for tests of the engine; values near the published strata."""

import numpy as np

from slopewise.progression.parameters import ParameterSets

__all__ = ["IRREGULAR_MONTHS", "three_classes"]

IRREGULAR_MONTHS = [-6.0, -4.2, -2.0, 0.0, 1.1, 3.0, 4.0, 7.5, 9.0]


def three_classes(*, sets: int = 1, wander: float = 1.0) -> ParameterSets:
    """A mixture of three classes, repeated with small changes for each further set."""
    change = 1.0 + 0.05 * np.arange(sets)[:, None]

    def rows(*values: float) -> np.ndarray:
        return np.array([values]) * change

    return ParameterSets(
        weight=np.tile([[0.4, 0.35, 0.25]], (sets, 1)),
        mean_level=rows(42.0, 37.0, 33.0),
        mean_slope=rows(-0.74, -1.1, -1.5),
        sd_level=rows(3.7, 4.4, 5.6),
        sd_slope=rows(0.5, 0.6, 0.8),
        correlation=rows(0.1, -0.04, -0.2),
        residual_sd=rows(1.6, 1.8, 2.2),
        wander_sd=rows(0.3, 0.4, 0.6) * wander,
        wander_months=np.full((sets, 1), 5.0),
    )
