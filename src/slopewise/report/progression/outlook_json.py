"""A prediction as the object that `slopewise predict --json` prints: everything, curve included."""

import math
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.forecasting.prediction import QUANTILES, Prediction
from slopewise.progression.observed.outlook import NOW, LookBack, Outlook
from slopewise.report.progression.outlook_words import (
    OUTLOOK_LIMITS,
    course_sentence,
    event_sentence,
    outlook_remarks,
    range_sentence,
)
from slopewise.version import VERSION

__all__ = ["outlook_object"]


def outlook_object(outlook: Outlook) -> dict[str, Any]:
    """Plain values; months of the record but `months_ahead`. A number that is not there is None."""
    prediction = outlook.prediction
    model = outlook.forecaster.layout.model
    return {
        "status": prediction.status,
        "version": VERSION,
        "patient_id": outlook.patient.patient_id,
        "model": {
            "source": outlook.forecaster.source,
            "embedded": outlook.is_embedded,
            "parameter_sets": len(outlook.forecaster.draws),
            "classes": model.classes,
        },
        "outcome": {"name": outlook.marker.name, "unit": outlook.marker.unit},
        "event": {"name": outlook.event.name, "words": outlook.event.words},
        "landmark_month": outlook.landmark_month,
        "first_visit_month": outlook.patient.origin_month,
        "values_used": outlook.values_used,
        "last_value": outlook.last_value,
        "summary": [
            sentence
            for sentence in (
                range_sentence(outlook),
                event_sentence(outlook),
                course_sentence(outlook),
            )
            if sentence
        ],
        **_course(outlook.prediction, model.class_names),
        "leaves": [
            {
                "threshold": one.threshold,
                "low90_months": one.low90,
                "median_months": one.median,
                "high90_months": one.high90,
            }
            for one in outlook.leaving
        ],
        "each_visit": [_look_back(one) for one in outlook.look_back],
        "event_month": outlook.happened_month,
        "simulated": outlook.patient.simulated,
        "treated": outlook.patient.is_treated,
        "mind": [*outlook_remarks(outlook), *OUTLOOK_LIMITS],
    }


def _course(prediction: Prediction, classes: tuple[str, ...]) -> dict[str, Any]:
    """Function, score and survival at the months ahead."""
    return {
        "months_ahead": [0.0 if ahead <= NOW else ahead for ahead in prediction.horizons],
        "function": _quantiles(prediction.function_quantiles[0]),
        "score": _quantiles(prediction.score_quantiles[0]),
        "slope": _quantiles(prediction.slope_quantiles[None, 0]),
        "survival": _row(prediction.survival),
        "survival_low90": _row(prediction.survival_low),
        "survival_high90": _row(prediction.survival_high),
        "class_share": dict(zip(classes, map(_finite, prediction.class_share[0]), strict=True))
        if len(classes) > 1
        else {},
    }


def _quantiles(found: Float[Array, "horizons quantiles"]) -> dict[str, list[float | None]]:
    """By percentile: "5", "25", "50", "75", "95"."""
    return {
        f"{100 * probability:g}": [_finite(value) for value in found[:, place]]
        for place, probability in enumerate(QUANTILES)
    }


def _row(found: Float[Array, "patients horizons"] | None) -> list[float | None] | None:
    return None if found is None else [_finite(value) for value in found[0]]


def _look_back(one: LookBack) -> dict[str, Any]:
    return {
        "at_month": one.landmark_month,
        "score_then": one.score_then,
        "for_month": one.month,
        "low90": one.low90,
        "median": one.median,
        "high90": one.high90,
        "outcome": one.outcome,
        "score": one.score,
        "inside": one.is_inside,
    }


def _finite(value: float | np.floating[Any]) -> float | None:
    return float(value) if math.isfinite(value) else None
