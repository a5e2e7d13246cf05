"""The slowing θ of one trial from the joint model of function and survival."""

from typing import TYPE_CHECKING

import numpy as np

from slopewise.errors import InputError
from slopewise.numerics.normal import NORMAL_975
from slopewise.workflow.fit_progression import FitRequest, FittedStudy, fit_study
from slopewise.workflow.study import StudyRead

if TYPE_CHECKING:
    from slopewise.endpoint.analysis.result import EndpointResult
    from slopewise.endpoint.trial_record import TrialRecord
    from slopewise.progression.observed.patients import ObservedPatient

__all__ = ["joint_model_result"]

ESTIMAND = (
    "Share θ by which treatment slowed everybody's decline, while alive; death and decline are"
    " modelled together, so that people who die early because they decline fast do not flatter"
    " their arm."
)


def joint_model_result(record: "TrialRecord", *, seed: int = 1) -> "EndpointResult":
    """Fit the textbook joint model with a slowing; θ with its standard error and posterior."""
    from slopewise.endpoint.analysis.result import (
        EndpointName,
        EndpointResult,
        check_both_arms,
        who_left,
    )
    from slopewise.progression.observed.patients import EventDefinition
    from slopewise.trial.analysing.joint_models import trial_model

    visits, follow = record.need_visits(), record.need_follow_up()
    seen = np.isin(np.arange(len(record.person)), visits.person)
    kept = check_both_arms(record, seen & follow.known, "a visit and a known follow-up")
    if record.covariates is not None:
        raise InputError(
            "--covariates are not offered for --endpoint joint-model; use `slopewise fit"
            " progression --slowing --slope-covariates ...`, which takes them"
        )
    event = EventDefinition("event", "the survival event")
    model = trial_model()
    study = StudyRead(_patients(record, kept), model.markers, event, ())
    fitted = fit_study(study, FitRequest(model=model, posterior=True, seed=seed))
    slowing = fitted.fit.parameters["slowing"]
    error = slowing.standard_error
    found = fitted.fit.status in {"converged", "boundary"} and error is not None
    half = NORMAL_975 * (error or 0.0)
    return EndpointResult(
        endpoint=EndpointName.JOINT_MODEL,
        status=fitted.fit.status,
        method="joint model: random level and slope, Weibull rate that depends on the current"
        " value, direct effect of treatment on the rate; maximum likelihood, Wald interval",
        estimand=ESTIMAND,
        scale="slowing θ, fraction of the decline",
        better="higher",
        estimate=slowing.estimate if found else None,
        standard_error=error if found else None,
        low=slowing.estimate - half if found else None,
        high=slowing.estimate + half if found else None,
        p_value=_two_sided(slowing.estimate / error) if found and error else None,
        treated=int((kept & record.treated).sum()),
        controls=int((kept & ~record.treated).sum()),
        rows=fitted.fit.values,
        details=_details(fitted),
        left_out=(
            *who_left(record, ~seen, "no visit with an outcome"),
            *who_left(record, seen & ~follow.known, "the event or its time is not known"),
        ),
    )


def _patients(record: "TrialRecord", kept: "np.ndarray") -> "tuple[ObservedPatient, ...]":
    """Onto the model's clock: months since the first visit; treatment begins at month 0."""
    from slopewise.progression.observed.patients import ObservedPatient, ObservedValue
    from slopewise.progression.timeline import Exposure
    from slopewise.trial.analysing.joint_models import OUTCOME

    visits, follow = record.need_visits(), record.need_follow_up()
    made = []
    for place in np.flatnonzero(kept):
        here = visits.person == place
        months = visits.month[here]
        origin = min(float(months.min()), 0.0)
        values = tuple(
            ObservedValue(OUTCOME, float(month) - origin, float(value))
            for month, value in zip(months, visits.outcome[here], strict=True)
        )
        made.append(
            ObservedPatient(
                patient_id=record.person[place],
                values=values,
                end_month=float(follow.month[place]) - origin,
                event=bool(follow.died[place]),
                entry_month=-origin,
                exposure=Exposure((-origin,), (1.0,)) if record.treated[place] else Exposure(),
                origin_month=origin,
            )
        )
    return tuple(made)


def _two_sided(ratio: float) -> float:
    from scipy.special import ndtr

    return 2.0 * float(ndtr(-abs(ratio)))


def _details(fitted: FittedStudy) -> dict[str, object]:
    """The model's other numbers, and what the posterior says of θ."""
    drawn = fitted.posterior
    summary = None if drawn is None else drawn.summaries.get("slowing")
    return {
        "log_likelihood": fitted.fit.log_likelihood,
        "parameters": [
            {"name": name, "estimate": one.estimate, "standard_error": one.standard_error,
             "unit": one.unit}
            for name, one in fitted.fit.parameters.items()
        ],
        "posterior": None if drawn is None or summary is None else {
            "status": drawn.status,
            "mean": summary.mean,
            "sd": summary.sd,
            "low90": summary.low90,
            "high90": summary.high90,
        },
        "events": fitted.fit.events,
    }  # fmt: skip
