"""One patient's prediction: data up to a month, when a score window is left, and the look back.

Everything the model sees stops at the landmark month; what happened later only stands beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.forecasting.forecaster import Forecaster
from slopewise.progression.forecasting.prediction import Prediction, predict
from slopewise.progression.joint.cohort import FollowUp, Measurements
from slopewise.progression.joint.specification import Marker
from slopewise.progression.observed.patients import (
    EventDefinition,
    ObservedPatient,
    ObservedValue,
)

__all__ = [
    "NOW",
    "Leaving",
    "LookBack",
    "Outlook",
    "leaving",
    "look_back",
    "months_ahead",
    "predict_from",
]

NOW = 1e-3  # months ahead: the landmark itself, as near as a prediction can be asked for
_FEWEST_STEPS = 60  # of a curve: monthly up to five years, then coarser
_NEAR = 0.25  # assumption: a visit within a quarter of the horizon (or a month) answers for it


@dataclass(frozen=True, slots=True)
class Leaving:
    """Months from the landmark until the expected function is below a threshold.

    Of people alive then: by `median` half are below it, by `low90` 5 %, by `high90` 95 %; 0 where
    they are already, None where the share is not reached within the months predicted.
    """

    threshold: float
    low90: float | None
    median: float | None
    high90: float | None


@dataclass(frozen=True, slots=True)
class LookBack:
    """A prediction made at an earlier visit beside what then happened; months of the record.

    `outcome`: "score" (there was one near the horizon), "event", or "not known yet".
    """

    landmark_month: float
    score_then: float
    month: float
    low90: float | None
    median: float | None
    high90: float | None
    outcome: str
    score: float | None = None

    @property
    def is_inside(self) -> bool | None:
        """Whether the score lay in the 90 % range; None where there is no score."""
        if self.score is None or self.low90 is None or self.high90 is None:
            return None
        return self.low90 <= self.score <= self.high90


@dataclass(frozen=True)
class Outlook:
    """One patient's prediction with all that a reader has to know; months of the record."""

    patient: ObservedPatient
    forecaster: Forecaster
    is_embedded: bool  # the natural history that is shipped, not a fit
    event: EventDefinition  # of the model; "none" where it has none
    marker: Marker
    landmark_month: float
    values_used: int
    last_value: float
    prediction: Prediction
    leaving: tuple[Leaving, ...] = ()
    look_back: tuple[LookBack, ...] = ()
    remarks: tuple[str, ...] = ()  # how the files were read

    @property
    def horizon(self) -> float:
        """Months ahead of the landmark."""
        return self.prediction.horizons[-1]

    @property
    def happened_month(self) -> float | None:
        """The month of the record on which the event happened, where it did."""
        patient = self.patient
        return patient.end_month + patient.origin_month if patient.event else None


def months_ahead(horizon: float) -> tuple[float, ...]:
    """The months of a curve: now, every month, then the horizon; at most about sixty."""
    if not 0 < horizon <= 240:
        raise InputError(f"a horizon of {horizon:g} months; give more than 0 and at most 240")
    step = max(1.0, round(horizon / _FEWEST_STEPS))
    inner = np.arange(step, horizon - 1e-9, step)
    return (*((NOW,) if horizon > NOW else ()), *(float(month) for month in inner), float(horizon))


def predict_from(
    forecaster: Forecaster,
    patient: ObservedPatient,
    landmark: float,
    *,
    horizons: Sequence[float],
    thresholds: Sequence[float] = (),
    marker: int = 0,
) -> Prediction:
    """What the model says at `landmark` (months from the origin), alive until then.

    Raises InputError where nothing was observed by then, the event had happened, or a covariate of
    the model is not known.
    """
    values = _values_until(forecaster, patient, landmark)
    if patient.event and patient.end_month <= landmark:
        raise InputError(
            f"the event had happened at month {patient.end_month + patient.origin_month:g}; give "
            "an earlier month by --at"
        )
    places = {one.name: place for place, one in enumerate(forecaster.layout.model.markers)}
    return predict(
        forecaster,
        Measurements(
            np.zeros(len(values), dtype=int),
            np.array([max(value.month, 0.0) for value in values]),
            np.array([places[value.marker] for value in values], dtype=int),
            np.array([value.value for value in values]),
        ),
        FollowUp(np.zeros(1), np.array([landmark]), np.zeros(1, dtype=bool)),
        horizons=horizons,
        covariates=_covariates(forecaster, patient),
        thresholds=thresholds,
        marker=marker,
    )


def leaving(prediction: Prediction, marker: Marker) -> tuple[Leaving, ...]:
    """When each threshold of the prediction is passed, on the worse side of it."""
    months = np.array(prediction.horizons)
    found = []
    for place, threshold in enumerate(prediction.thresholds):
        above = prediction.share_at_or_above[0, :, place]
        left = 1.0 - above if marker.falling_is_worse else above
        passed = np.maximum.accumulate(left)
        low, middle, high = (_first_month(months, passed, share) for share in (0.05, 0.5, 0.95))
        found.append(Leaving(threshold, low, middle, high))
    return tuple(found)


def look_back(
    forecaster: Forecaster, patient: ObservedPatient, horizon: float, *, marker: int = 0
) -> tuple[LookBack, ...]:
    """The prediction at every visit so far, each with the data of its own time only."""
    name = forecaster.layout.model.markers[marker].name
    visits = sorted((v for v in patient.values if v.marker == name), key=lambda v: v.month)
    found = []
    for visit in visits:
        if patient.event and visit.month >= patient.end_month:
            continue
        answer = _answer(visits, visit.month, horizon)
        ahead = horizon if answer is None else answer.month - visit.month
        prediction = predict_from(
            forecaster, patient, visit.month, horizons=(ahead,), marker=marker
        )
        low, middle, high = (float(prediction.score_quantiles[0, 0, place]) for place in (0, 2, 4))
        happened = patient.event and patient.end_month <= visit.month + horizon
        outcome = "score" if answer else "event" if happened else "not known yet"
        found.append(
            LookBack(
                landmark_month=visit.month + patient.origin_month,
                score_then=visit.value,
                month=visit.month + ahead + patient.origin_month,
                low90=low,
                median=middle,
                high90=high,
                outcome=outcome,
                score=answer.value if answer else None,
            )
        )
    return tuple(found)


def _answer(
    visits: Sequence[ObservedValue], landmark: float, horizon: float
) -> ObservedValue | None:
    """The later visit nearest to the horizon, where one is near enough."""
    later = [visit for visit in visits if visit.month > landmark]
    if not later:
        return None
    nearest = min(later, key=lambda visit: abs(visit.month - landmark - horizon))
    apart = abs(nearest.month - landmark - horizon)
    return nearest if apart <= max(1.0, _NEAR * horizon) else None


def _values_until(
    forecaster: Forecaster, patient: ObservedPatient, landmark: float
) -> list[ObservedValue]:
    names = {marker.name for marker in forecaster.layout.model.markers}
    values = [v for v in patient.values if v.marker in names and v.month <= landmark + 1e-9]
    if landmark < 0 or not values:
        month = landmark + patient.origin_month
        raise InputError(
            f"patient {patient.patient_id} has no value of {' or '.join(sorted(names))} by month "
            f"{month:g}; the first is at month {patient.origin_month:g}"
        )
    return values


def _covariates(
    forecaster: Forecaster, patient: ObservedPatient
) -> Mapping[str, Float[Array, " one"]]:
    for name in forecaster.covariate_means:
        if name not in patient.covariates:
            raise InputError(
                f"the model uses {name!r}, which is not known of patient {patient.patient_id}; "
                "fill it in, or use a model without it"
            )
    return {name: np.array([patient.covariates[name]]) for name in forecaster.covariate_means}


def _first_month(
    months: Float[Array, " steps"], passed: Float[Array, " steps"], share: float
) -> float | None:
    """The month at which `passed` (rising) reaches a share; 0 at once, None where it does not."""
    if passed[-1] < share:
        return None
    place = int(np.searchsorted(passed, share))
    if place == 0:
        return 0.0
    before, after = passed[place - 1], passed[place]
    part = (share - before) / (after - before)
    return float(months[place - 1] + part * (months[place] - months[place - 1]))
