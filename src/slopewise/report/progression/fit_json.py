"""A fit as the object that `slopewise fit progression --json` prints."""

import math
from collections.abc import Sequence
from typing import Any

from slopewise.progression.fitting.fit import ProgressionFit
from slopewise.progression.fitting.fit_file import model_document
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
        "posterior": None,
        "seed": seed,
        "fingerprint": fingerprint,
        "seconds": fit.seconds,
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
