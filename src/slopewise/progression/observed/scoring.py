"""Predictions for everybody at one month, scored against what then happened to the same people.

Everything the model sees of a person stops at the landmark month; later scores and the event are
only what it is judged by. Survival is scored at quarters of the horizon; each later score against a
normal with the mean and spread that were predicted for it (the prediction is a mixture of normals).
Scores and equations: progression/checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.checks.coverage import (
    FunctionPredictions,
    FunctionScores,
    function_scores,
)
from slopewise.progression.checks.follow_up import FollowUp
from slopewise.progression.checks.normal_mixture import NormalMixture
from slopewise.progression.checks.report import (
    PredictionScores,
    SurvivalPredictions,
    prediction_scores,
)
from slopewise.progression.forecasting.forecaster import Forecaster
from slopewise.progression.forecasting.prediction import Prediction, predict
from slopewise.progression.joint.specification import Marker
from slopewise.progression.observed.patients import (
    EventDefinition,
    LeftOut,
    ObservedPatient,
    joined,
    lay_out,
)

__all__ = ["ScoreRequest", "ScoredPredictions", "score_people"]

_STEPS = 4  # horizons scored: quarters of the way, so that the integral has a shape
_GROUPS = 5  # of the calibration curve
_NEAR = 1e-9  # months: the same moment
_LOWEST_SD = 1e-6  # points


@dataclass(frozen=True)
class ScoreRequest:
    """From which month of the record, and how far ahead (months)."""

    at_month: float
    horizon: float


@dataclass(frozen=True)
class ScoredPredictions:
    """Scores of one landmark's predictions with all that a reader has to know.

    `survival` is None for a model without an event, `function` where no later score is on record.
    `was_fitted_to`: True when the fit had exactly these people and data, None when that cannot be
    told, False for the embedded natural history, which was fitted to nobody's visits.
    """

    request: ScoreRequest
    forecaster: Forecaster
    marker: Marker
    people: int
    events: int  # by the horizon
    survival: PredictionScores | None
    function: FunctionScores | None
    left_out: tuple[LeftOut, ...]
    simulated: int
    treated: int
    is_extrapolated: bool
    event: EventDefinition
    was_fitted_to: bool | None = None
    remarks: tuple[str, ...] = ()  # how the files were read


def score_people(
    forecaster: Forecaster,
    patients: Sequence[ObservedPatient],
    request: ScoreRequest,
    *,
    event: EventDefinition,
) -> ScoredPredictions:
    """Score everybody alive and under observation at the month, with a visit by then.

    Raises InputError where nobody is, or where nothing can be compared.
    """
    _check(request)
    marker = forecaster.layout.model.markers[0]
    at_risk, not_at_risk = _at_risk(patients, marker.name, request.at_month)
    until = lay_out([_until(p, request.at_month) for p in at_risk], forecaster.layout.model)
    whole = {patient.patient_id: patient for patient in at_risk}
    people = [whole[patient.patient_id] for patient in until.patients]
    horizons = tuple(request.horizon * (step + 1) / _STEPS for step in range(_STEPS))
    told = _Told.of(forecaster, until.patients, people, request, horizons=horizons)
    followed = np.array([_month(p.end_month, p, request.at_month) for p in people])
    had_event = np.array([p.event for p in people], dtype=bool)
    function = _function(told, until.patients, marker)
    survival = None
    if told.survival is not None:
        survival = prediction_scores(
            FollowUp(followed, had_event, request.at_month, len(not_at_risk)),
            SurvivalPredictions(np.array(horizons), told.survival),
            groups=_GROUPS,
        )
    if survival is None and function is None:
        raise InputError(
            "nothing can be compared: no event is modelled and no later score is on record; give "
            "an earlier month by --at or a longer --horizon"
        )
    return ScoredPredictions(
        request=request,
        forecaster=forecaster,
        marker=marker,
        people=len(people),
        events=int(np.sum(had_event & (followed <= request.horizon))),
        survival=survival,
        function=None if function is None else function_scores(function),
        left_out=joined((*not_at_risk, *until.left_out)),
        simulated=sum(patient.simulated for patient in people),
        treated=sum(patient.is_treated for patient in people),
        is_extrapolated=told.is_extrapolated,
        event=event,
    )


def _check(request: ScoreRequest) -> None:
    if not 0 < request.horizon <= 240:
        raise InputError(
            f"a horizon of {request.horizon:g} months; give more than 0 and at most 240"
        )
    if not abs(request.at_month) < 1e4:
        raise InputError(f"--at {request.at_month:g} is no month; write for example --at 6")


def _month(month: float, patient: ObservedPatient, at_month: float) -> float:
    """Months since the landmark, rounded so that equal times stay equal."""
    return round(month + patient.origin_month - at_month, 6)


def _at_risk(
    patients: Sequence[ObservedPatient], marker: str, at_month: float
) -> tuple[list[ObservedPatient], list[LeftOut]]:
    """Who is predicted, and who is not and why."""
    kept: list[ObservedPatient] = []
    said: list[LeftOut] = []
    for patient in patients:
        reason = _why_not(patient, marker, at_month)
        if reason:
            said.append(LeftOut("patients", reason, 1, (patient.patient_id,)))
        else:
            kept.append(patient)
    if not kept:
        why = sorted({one.reason for one in said})
        raise InputError(
            f"nobody can be predicted at month {at_month:g} ({'; '.join(why) or 'no patients'}); "
            "give another month by --at"
        )
    return kept, said


def _why_not(patient: ObservedPatient, marker: str, at_month: float) -> str:
    if _month(patient.end_month, patient, at_month) <= 0:
        if patient.event:
            return f"the event had happened by month {at_month:g}"
        return f"not followed beyond month {at_month:g}"
    if _month(patient.entry_month, patient, at_month) > 0:
        return f"came under observation after month {at_month:g}"
    months = [_month(v.month, patient, at_month) for v in patient.values if v.marker == marker]
    return "" if any(month <= 0 for month in months) else f"no {marker} by month {at_month:g}"


def _until(patient: ObservedPatient, at_month: float) -> ObservedPatient:
    """The patient as known at the landmark: alive, with the values up to it."""
    here = at_month - patient.origin_month
    return replace(
        patient,
        values=tuple(v for v in patient.values if _month(v.month, patient, at_month) <= 0),
        end_month=here,
        event=False,
        entry_month=min(patient.entry_month, here),
    )


@dataclass
class _Told:
    """What was predicted: survival at the horizons, and each later score with its spread."""

    survival: Float[Array, "patients horizons"] | None
    owner: list[int]
    observed: list[float]
    mean: list[float]
    sd: list[float]
    is_extrapolated: bool = False

    @classmethod
    def of(
        cls,
        forecaster: Forecaster,
        known: Sequence[ObservedPatient],
        people: Sequence[ObservedPatient],
        request: ScoreRequest,
        *,
        horizons: tuple[float, ...],
    ) -> "_Told":
        """Predict; people whose later visits fall on the same months are predicted together.

        Survival is predicted apart from the scores: no later visit moves it, not even its month.
        """
        found = _predicted(forecaster, known, horizons)
        told = cls(found.survival, [], [], [], [], found.status == "extrapolated")
        marker = forecaster.layout.model.markers[0].name
        later = [_later(person, marker, request) for person in people]
        together: dict[tuple[float, ...], list[int]] = {}
        for place, scores in enumerate(later):
            together.setdefault(tuple(sorted(scores)), []).append(place)
        together.pop((), None)
        for ahead, places in together.items():
            found = _predicted(forecaster, [known[place] for place in places], ahead)
            for row, place in enumerate(places):
                for step, month in enumerate(ahead):
                    told.owner.append(place)
                    told.observed.append(later[place][month])
                    told.mean.append(float(found.function_mean[row, step]))
                    told.sd.append(float(found.score_sd[row, step]))
        return told


def _later(patient: ObservedPatient, marker: str, request: ScoreRequest) -> dict[float, float]:
    """Scores after the landmark up to the horizon, by months since the landmark."""
    found = {}
    for value in patient.values:
        ahead = _month(value.month, patient, request.at_month)
        is_followed = value.month <= patient.end_month + _NEAR
        if value.marker == marker and 0 < ahead <= request.horizon and is_followed:
            found[ahead] = value.value
    return found


def _predicted(
    forecaster: Forecaster, known: Sequence[ObservedPatient], ahead: tuple[float, ...]
) -> Prediction:
    laid_out = lay_out(known, forecaster.layout.model)
    since_first_visit = replace(
        laid_out.follow_up, entry_month=np.zeros(len(known))
    )  # alive ever since: whoever came later had lived until then
    return predict(
        forecaster,
        laid_out.measurements,
        since_first_visit,
        horizons=ahead,
        covariates=laid_out.covariates,
    )


def _function(
    told: _Told, known: Sequence[ObservedPatient], marker: Marker
) -> FunctionPredictions | None:
    """Later scores beside a normal with the mean and spread predicted; naive: the last score."""
    if not told.observed:
        return None
    observed, owner = np.array(told.observed), np.array(told.owner)
    mean, sd = np.array(told.mean), np.maximum(np.array(told.sd), _LOWEST_SD)
    return FunctionPredictions(
        observed=observed,
        predicted=NormalMixture(np.ones((observed.size, 1)), mean[:, None], sd[:, None]),
        patient=owner,
        naive_mean=np.array([_last(person, marker.name) for person in known])[owner],
        step=1.0 if np.all(observed == np.round(observed)) else 0.0,
    )


def _last(patient: ObservedPatient, marker: str) -> float:
    values = [value for value in patient.values if value.marker == marker]
    return max(values, key=lambda value: value.month).value
