"""All scores of the predictions made at one landmark, gathered in one record.

The predictions are scored against what happened to the same patients. Where the model was fitted to
those patients too, the scores flatter it: predict each from a model fitted without them.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.checks.brier import BrierScores, brier_scores
from slopewise.progression.checks.calibration_curve import CalibrationCurve, calibration_curve
from slopewise.progression.checks.coverage import (
    FunctionPredictions,
    FunctionScores,
    function_scores,
)
from slopewise.progression.checks.discrimination import area_under_curve, concordance
from slopewise.progression.checks.follow_up import (
    FollowUp,
    checked_horizons,
    checked_predictions,
)
from slopewise.progression.checks.score_estimate import ScoreEstimate

__all__ = ["PredictionScores", "SurvivalPredictions", "prediction_scores", "scores_as_rows"]

_METHOD = (
    "inverse probability of censoring weights from Kaplan-Meier, events before censorings on one"
    " month; standard errors from the patients' influence, through the weights too; intervals on"
    " the log (Brier), log odds (AUC, C) or plain scale"
)


@dataclass(frozen=True)
class SurvivalPredictions:
    """Chances told at a landmark: `survival[i, j]` of being event-free at `horizon_month[j]`.

    Horizons count from the landmark. `reference_survival` is what a rival or naive forecaster told
    the same patients; None compares with Kaplan–Meier in these patients.
    """

    horizon_month: Float[Array, " horizons"]
    survival: Float[Array, "patients horizons"]
    reference_survival: Float[Array, "patients horizons"] | None = None


@dataclass(frozen=True)
class PredictionScores:
    """Every score of one landmark's predictions, and how it was made.

    `status`: "ok" (every horizon scored), "partly" (some scores are not given: their own status
    says why), "no_event" (nobody had the event by the last horizon: calibration and Brier only),
    "beyond_follow_up" (no horizon could be scored).
    """

    landmark_month: float
    patients: int
    events: int  # by the last horizon
    left_out: int  # not at risk at the landmark
    brier: BrierScores
    area_under_curve: tuple[ScoreEstimate, ...]  # one a horizon
    concordance: ScoreEstimate  # events by the last horizon, risk at the last horizon
    calibration: tuple[CalibrationCurve, ...]  # one a horizon
    function: FunctionScores | None
    confidence: float
    method: str
    status: str


def prediction_scores(
    follow_up: FollowUp,
    predictions: SurvivalPredictions,
    *,
    function: FunctionPredictions | None = None,
    groups: int = 10,
    confidence: float = 0.95,
) -> PredictionScores:
    """Score the predictions of survival, and of function where given, at one landmark."""
    horizons = checked_horizons(predictions.horizon_month)
    survival = checked_predictions(predictions.survival, follow_up, horizons.size)
    brier = brier_scores(
        follow_up,
        survival,
        horizon_month=horizons,
        reference_survival=predictions.reference_survival,
        confidence=confidence,
    )
    columns = list(zip(horizons.tolist(), survival.T, strict=True))
    areas = tuple(
        area_under_curve(follow_up, -told, horizon_month=t, confidence=confidence)
        for t, told in columns
    )
    last, told_last = columns[-1]
    return PredictionScores(
        landmark_month=follow_up.landmark_month,
        patients=follow_up.patients,
        events=int(np.sum(follow_up.event & (follow_up.month <= last))),
        left_out=follow_up.left_out,
        brier=brier,
        area_under_curve=areas,
        concordance=concordance(follow_up, -told_last, horizon_month=last, confidence=confidence),
        calibration=tuple(
            calibration_curve(
                follow_up, told, horizon_month=t, groups=groups, confidence=confidence
            )
            for t, told in columns
        ),
        function=None if function is None else function_scores(function, confidence=confidence),
        confidence=confidence,
        method=_METHOD,
        status=_status(brier, areas),
    )


def scores_as_rows(
    scores: PredictionScores,
) -> list[tuple[str, float | None, ScoreEstimate]]:
    """The scores as rows of a table: name, horizon (None: over all of them), estimate."""
    horizons = scores.brier.horizon_month
    by_horizon = {
        "Brier score": scores.brier.brier,
        "Brier score of the reference": scores.brier.reference,
        "index of prediction accuracy": scores.brier.accuracy,
        "AUC": scores.area_under_curve,
        "observed / expected events": tuple(c.observed_to_expected for c in scores.calibration),
        "calibration level": tuple(c.level for c in scores.calibration),
        "calibration slope": tuple(c.slope for c in scores.calibration),
    }
    rows: list[tuple[str, float | None, ScoreEstimate]] = [
        (name, t, score)
        for name, found in by_horizon.items()
        for t, score in zip(horizons, found, strict=True)
    ]
    rows.append(("integrated Brier score", None, scores.brier.integrated))
    rows.append(("integrated prediction accuracy", None, scores.brier.integrated_accuracy))
    rows.append(("C index", None, scores.concordance))
    function = scores.function
    if function is not None:
        rows.append(("CRPS, points", None, function.crps))
        rows.append(("mean squared error, points²", None, function.mean_squared_error))
        rows.append(("mean absolute error, points", None, function.mean_absolute_error))
        rows.append(("mean error, points", None, function.mean_error))
        rows.append(("squared-error skill", None, function.squared_error_skill))
        rows.append(("CRPS skill", None, function.crps_skill))
    return rows


def _status(brier: BrierScores, areas: tuple[ScoreEstimate, ...]) -> str:
    found = [score.status for score in (*brier.brier, *brier.accuracy, *areas)]
    if all(status in {"ok", "at_limit"} for status in found):
        return "ok"
    if all(score.status == "beyond_follow_up" for score in brier.brier):
        return "beyond_follow_up"
    usable = [area.status for area in areas if area.status != "beyond_follow_up"]
    return "no_event" if all(status == "no_event" for status in usable) else "partly"
