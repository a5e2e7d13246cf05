"""Slowing θ by the joint model of function and survival, one replicate after another.

The same model as the analysis of a real trial: random level and slope, Weibull rate that depends on
the current value, slowing of decline under treatment and a direct effect on the rate (MODEL §2 with
one class and no wander). A fit takes a good part of a second, so thousands of replicates take long.
"""

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.progression.fitting.fit import fit_progression, prepare
from slopewise.progression.joint.specification import Marker, ProgressionModel
from slopewise.progression.observed.patients import ObservedPatient, ObservedValue, lay_out
from slopewise.progression.timeline import Exposure

__all__ = ["OUTCOME", "joint_slowing", "trial_model"]

OUTCOME = "outcome"


def trial_model() -> ProgressionModel:
    """The joint model of a trial's outcome and survival."""
    marker = Marker(OUTCOME, "points", None, None)
    return ProgressionModel(markers=(marker,), wander=False, slowing=True, direct_effect=True)


def joint_slowing(
    scores: Float[Array, "trials people visits"],
    seen: Bool[Array, "trials people visits"],
    visit_month: Float[Array, " visits"],
    *,
    month: Float[Array, "trials people"],
    died: Bool[Array, "trials people"],
    treated: Bool[Array, "trials people"],
    included: Bool[Array, "trials people"],
) -> tuple[Bool[Array, " trials"], Float[Array, " trials"], Float[Array, " trials"]]:
    """Which replicates have an answer, θ and its standard error; visits from randomisation on."""
    found = np.zeros((3, len(scores)))
    for trial in range(len(scores)):
        who = np.flatnonzero(included[trial] & seen[trial].any(axis=1))
        people = [
            _patient(
                scores[trial, i][seen[trial, i]], visit_month[seen[trial, i]],
                follow=(str(i), float(month[trial, i]), bool(died[trial, i])),
                is_treated=bool(treated[trial, i]),
            )
            for i in who
        ]  # fmt: skip
        found[:, trial] = _fitted(people)
    return found[0] > 0.0, found[1], found[2]


def _patient(
    scores: Array, months: Array, *, follow: tuple[str, float, bool], is_treated: bool
) -> ObservedPatient:
    name, end, event = follow
    return ObservedPatient(
        patient_id=name,
        values=tuple(
            ObservedValue(OUTCOME, float(month), float(score))
            for month, score in zip(months, scores, strict=True)
        ),
        end_month=end,
        event=event,
        entry_month=0.0,
        exposure=Exposure((0.0,), (1.0,)) if is_treated else Exposure(),
        origin_month=0.0,
    )


def _fitted(people: list[ObservedPatient]) -> tuple[float, float, float]:
    """1, θ and its error; zeros where there is no answer."""
    events = {person.is_treated for person in people if person.event}
    if len(events) < 2:  # deaths in one arm alone leave the direct effect without a maximum
        return 0.0, 0.0, 0.0
    model = trial_model()
    laid_out = lay_out(people, model)
    problem = prepare(
        model, laid_out.measurements, laid_out.follow_up,
        covariates=laid_out.covariates, exposures=laid_out.exposures, onset=None,
    )  # fmt: skip
    fit = fit_progression(problem)
    slowing = fit.parameters.get("slowing")
    if fit.status not in {"converged", "boundary"} or slowing is None:
        return 0.0, 0.0, 0.0
    error = slowing.standard_error
    if error is None or not error > 0.0:
        return 0.0, 0.0, 0.0
    return 1.0, float(slowing.estimate), float(error)
