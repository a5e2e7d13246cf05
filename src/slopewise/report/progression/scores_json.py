"""Scored predictions as the object that `slopewise predict --scores --json` prints."""

from dataclasses import asdict
from typing import Any

from slopewise.progression.observed.scoring import ScoredPredictions
from slopewise.report.progression.outlook_words import OUTLOOK_LIMITS
from slopewise.report.progression.scores_words import (
    mind_sentences,
    named_scores,
    summary_sentences,
)
from slopewise.report.progression.study_words import left_out_objects
from slopewise.version import VERSION

__all__ = ["scores_object"]


def scores_object(found: ScoredPredictions) -> dict[str, Any]:
    """Plain values; a number that cannot be given is None and its status says why."""
    survival, function = found.survival, found.function
    event, forecaster = found.event, found.forecaster
    return {
        "status": "ok" if survival is None else survival.status,
        "version": VERSION,
        "model": {
            "source": forecaster.source,
            "embedded": found.was_fitted_to is False,
            "fitted_to_these": found.was_fitted_to,
        },
        "outcome": {"name": found.marker.name, "unit": found.marker.unit},
        "event": {"name": event.name, "words": event.words},
        "at_month": found.request.at_month,
        "horizon_months": found.request.horizon,
        "people": found.people,
        "events": found.events if survival is not None else None,
        "summary": list(summary_sentences(found)),
        "scores": [
            {
                "name": name,
                "months_ahead": ahead,
                "low95": score.lower,
                "high95": score.upper,
                "estimate": score.value,
                "standard_error": score.standard_error,
                "status": score.status,
            }
            for name, ahead, score in named_scores(found)
        ],
        "calibration": []
        if survival is None
        else [
            {
                "months_ahead": curve.horizon_month,
                "groups": [asdict(group) for group in curve.groups],
            }
            for curve in survival.calibration
        ],
        "coverage": [] if function is None else [asdict(band) for band in function.coverage],
        "pit_share": [] if function is None else list(function.pit_share),
        "values_scored": 0 if function is None else function.scores,
        "extrapolated": found.is_extrapolated,
        "left_out": left_out_objects(found.left_out),
        "simulated": found.simulated,
        "treated": found.treated,
        "mind": [*mind_sentences(found), *OUTLOOK_LIMITS[:1]],
    }
