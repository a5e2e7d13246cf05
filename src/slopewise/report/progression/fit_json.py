"""A fit as the object that `slopewise fit progression --json` prints."""

import math
from collections.abc import Sequence
from typing import Any

from slopewise.progression.fitting.fit import ProgressionFit
from slopewise.progression.fitting.fit_file import model_document
from slopewise.progression.fitting.posterior import Posterior
from slopewise.progression.forecasting.effects import EffectOnSurvival
from slopewise.progression.observed.patients import EventDefinition, LeftOut
from slopewise.report.progression.fit_words import interval_of
from slopewise.report.progression.study_words import left_out_objects
from slopewise.version import VERSION

__all__ = ["METHOD", "fit_object"]

METHOD = (
    "maximum marginal likelihood with exact gradients; standard errors from the observed "
    "information; survival by moment matching at two nodes an interval"
)


def fit_object(
    fit: ProgressionFit,
    event: EventDefinition,
    *,
    left_out: Sequence[LeftOut],
    mind: Sequence[str],
    seed: int,
    fingerprint: str,
    posterior: Posterior | None = None,
    effects: Sequence[EffectOnSurvival] = (),
) -> dict[str, Any]:
    """The fit as plain values; a number that cannot be given is None, never NaN."""
    return {
        "status": fit.status,
        "message": fit.message,
        "method": METHOD,
        "version": VERSION,
        "model": model_document(fit.layout.model),
        "event": {"name": event.name, "words": event.words},
        "log_likelihood": _finite(fit.log_likelihood),
        "parameters": {
            name: {
                "estimate": _finite(found.estimate),
                "standard_error": found.standard_error,
                "low90": interval.low if interval else None,
                "high90": interval.high if interval else None,
                "unit": found.unit,
            }
            for name, found in fit.parameters.items()
            for interval in (interval_of(name, found),)
        },
        "patients": fit.patients,
        "rows_used": fit.values,
        "events": fit.events,
        "left_out": left_out_objects(left_out),
        "mind": list(mind),
        "starts": [_finite(height) for height in fit.starts],
        "evaluations": fit.evaluations,
        "decrement": _finite(fit.decrement),
        "prior": fit.prior,
        "posterior": None if posterior is None else _posterior(posterior),
        "effects_on_event": [_effect(effect) for effect in effects],
        "seed": seed,
        "fingerprint": fingerprint,
        "seconds": fit.seconds,
    }


def _posterior(posterior: Posterior) -> dict[str, Any]:
    return {
        "status": posterior.status,
        "method": "importance sampling from a t distribution at the maximum, smoothed weights",
        "khat": _finite(posterior.khat),
        "draws": len(posterior.draws),
        "effective_draws": _finite(posterior.effective_draws),
        "seconds": posterior.seconds,
        "parameters": {
            name: {
                "mean": found.mean,
                "sd": found.sd,
                "low90": found.low90,
                "high90": found.high90,
                "unit": found.unit,
            }
            for name, found in posterior.summaries.items()
        },
    }


def _effect(effect: EffectOnSurvival) -> dict[str, Any]:
    """Log hazard ratios; low and high are the ends of 90 % intervals."""
    kinds = {"total": effect.total, "indirect": effect.indirect, "direct": effect.direct}
    return {
        "months": effect.horizon,
        **{
            f"{kind}_log_hazard_ratio": dict(
                zip(("estimate", "low90", "high90"), map(_finite, found), strict=True)
            )
            for kind, found in kinds.items()
        },
        "no_event_treated": _finite(effect.survival_treated),
        "no_event_untreated": _finite(effect.survival_untreated),
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
