"""Simulated follow-up with a prediction of known worth, for the tests of scores."""

import numpy as np

from slopewise.progression.checks.follow_up import FollowUp

__all__ = ["HORIZONS", "RATE", "simulated"]

HORIZONS = np.array([6.0, 12.0, 18.0])  # months
RATE = 0.05  # events a month at a marker of 0


def simulated(
    patients: int, generator: np.random.Generator, *, censored: bool = True
) -> tuple[FollowUp, np.ndarray]:
    """Exponential months of the event with hazard RATE exp(marker), and the chances it implies."""
    marker = 0.8 * generator.standard_normal(patients)
    dies = generator.exponential(1.0 / (RATE * np.exp(marker)))
    lost = np.minimum(
        generator.exponential(30.0, patients), generator.uniform(15.0, 40.0, patients)
    )
    lost = lost if censored else np.full(patients, np.inf)
    survival = np.exp(-RATE * HORIZONS * np.exp(marker)[:, None])
    return FollowUp(np.minimum(dies, lost), dies <= lost), survival
