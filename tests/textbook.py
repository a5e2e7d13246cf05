"""The textbook mixed model by the joint engine: one class, no wander, no survival."""

import numpy as np

from slopewise.progression.fitting.fit import ProgressionFit, fit_progression, prepare
from slopewise.progression.joint.cohort import FollowUp, Measurements
from slopewise.progression.joint.specification import Association, Marker, ProgressionModel

__all__ = ["TEXTBOOK_PARAMETERS", "fit_textbook"]

TEXTBOOK_PARAMETERS = (
    "mean_level", "mean_slope", "sd_level", "sd_slope", "correlation", "residual_sd"
)  # fmt: skip


def fit_textbook(months: list[list[float]], scores: list[list[float]]) -> ProgressionFit:
    """Random intercept and slope by maximum likelihood."""
    patient = np.repeat(np.arange(len(months)), [len(row) for row in months])
    month, value = np.concatenate(months), np.concatenate(scores)
    model = ProgressionModel(
        markers=(Marker("y", "points"),),
        wander=False,
        survival=False,
        association=Association.NONE,
    )
    end = np.array([max(row) for row in months])
    none = np.zeros(len(months))
    measurements = Measurements(patient, month, np.zeros(len(month), dtype=int), value)
    return fit_progression(prepare(model, measurements, FollowUp(none, end, none > 0)))
