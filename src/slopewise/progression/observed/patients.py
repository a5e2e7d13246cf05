"""Observed patients to the arrays of the joint model; whoever cannot take part is told with why.

Months count from the patient's origin (first visit). A value after the end of follow-up is left
out; so is a patient without a value, without follow-up, or without a wanted covariate.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.joint.cohort import FollowUp, Measurements
from slopewise.progression.joint.specification import Marker, ProgressionModel
from slopewise.progression.timeline import Exposure

__all__ = [
    "EventDefinition",
    "LaidOut",
    "LeftOut",
    "ObservedPatient",
    "ObservedValue",
    "check_markers",
    "fingerprint",
    "joined",
    "lay_out",
    "wanted_covariates",
]

_SAME_MONTH = 1e-9
ONSET_COVARIATE = "months_since_onset"  # months from onset to the origin


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """What ends follow-up as the event; `name` "none" means that only the markers are modelled."""

    name: str
    words: str

    @property
    def is_modelled(self) -> bool:
        """Whether there is an event to model."""
        return self.name != "none"


@dataclass(frozen=True, slots=True)
class ObservedValue:
    """One marker value, at a month from the patient's origin."""

    marker: str
    month: float
    value: float


@dataclass(frozen=True)
class ObservedPatient:
    """What was observed of one patient, on the clock of the model.

    `entry_month` > 0: in the data only because the event had not happened by then. `origin_month`
    is the origin on the clock of the record, so that answers can be said in its months.
    """

    patient_id: str
    values: tuple[ObservedValue, ...]
    end_month: float
    event: bool = False
    entry_month: float = 0.0
    covariates: Mapping[str, float] = field(default_factory=dict)  # a missing one is not here
    exposure: Exposure = field(default_factory=Exposure)
    origin_month: float = 0.0
    simulated: bool = False

    @property
    def is_treated(self) -> bool:
        """Whether treatment began before follow-up ended."""
        starts = self.exposure.start_month
        return bool(starts) and starts[0] < self.end_month


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that took no part: what (`patients`, `values` or `rows`), why, how many, which."""

    what: str
    reason: str
    count: int
    which: tuple[str, ...] = ()


@dataclass(frozen=True)
class LaidOut:
    """Arrays over patients; `patients` are those who take part, in the arrays' order."""

    patients: tuple[ObservedPatient, ...]
    measurements: Measurements
    follow_up: FollowUp
    covariates: dict[str, Float[Array, " patients"]]
    left_out: tuple[LeftOut, ...]

    @property
    def exposures(self) -> list[Exposure]:
        """The patients' exposures."""
        return [patient.exposure for patient in self.patients]

    def onset(self, *, fewer_than: int = 3) -> Float[Array, " patients"]:
        """Months from onset to origin of those with few values before treatment; else NaN.

        For them the level may be anchored softly at onset (joint/anchor.py).
        """
        return np.array([_anchored_at(patient, fewer_than) for patient in self.patients])


def _anchored_at(patient: ObservedPatient, fewer_than: int) -> float:
    first_dose = (*patient.exposure.start_month, np.inf)[0]
    early = sum(value.month <= first_dose for value in patient.values)
    onset = patient.covariates.get(ONSET_COVARIATE, np.nan)
    return float(onset) if early < fewer_than and onset > 0 else float("nan")


def wanted_covariates(model: ProgressionModel) -> tuple[str, ...]:
    """Every covariate that the model uses, each once."""
    return tuple(
        dict.fromkeys(
            (
                *model.level_covariates,
                *model.slope_covariates,
                *model.hazard_covariates,
                *model.class_covariates,
            )
        )
    )


def lay_out(patients: Sequence[ObservedPatient], model: ProgressionModel) -> LaidOut:
    """The arrays for a model. Raises InputError where a covariate is unknown or nobody is left."""
    wanted = wanted_covariates(model)
    _check_covariates(patients, wanted)
    kept: list[ObservedPatient] = []
    values: list[tuple[int, ObservedValue]] = []
    said: list[LeftOut] = []
    places = {marker.name: place for place, marker in enumerate(model.markers)}
    for patient in patients:
        usable = [v for v in patient.values if v.marker in places and _inside(v, patient)]
        late = sum(v.marker in places for v in patient.values) - len(usable)
        reason = _reason(patient, len(usable), wanted, model)
        if reason:
            said.append(LeftOut("patients", reason, 1, (patient.patient_id,)))
            continue
        if late:
            why = "values outside the time from the first visit to the end of follow-up"
            said.append(LeftOut("values", why, late, (patient.patient_id,)))
        values += [(len(kept), value) for value in usable]
        kept.append(patient)
    if not kept:
        why = "; ".join(f"{one.count} × {one.reason}" for one in joined(said))
        named = ", ".join(places)
        why = why or f"nobody in the files has a value of {named}; name another --outcome"
        raise InputError(f"nobody is left to compute with: {why}")
    return LaidOut(
        patients=tuple(kept),
        measurements=_measurements(values, places),
        follow_up=FollowUp(
            np.array([patient.entry_month for patient in kept]),
            np.array([patient.end_month for patient in kept]),
            np.array([patient.event for patient in kept]),
        ),
        covariates={name: np.array([p.covariates[name] for p in kept]) for name in wanted},
        left_out=joined(said),
    )


def joined(left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """The same with one entry a reason, in the order of first mention."""
    found: dict[tuple[str, str], LeftOut] = {}
    for one in left_out:
        key = (one.what, one.reason)
        before = found.get(key)
        if before is None:
            found[key] = one
        else:
            which = tuple(dict.fromkeys((*before.which, *one.which)))
            found[key] = LeftOut(one.what, one.reason, before.count + one.count, which)
    return tuple(found.values())


def check_markers(markers: Sequence[Marker]) -> None:
    """Refuse the same marker twice."""
    names = [marker.name for marker in markers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"outcome {twice[0]} is named twice; name each outcome once")


def fingerprint(
    model: ProgressionModel, laid_out: LaidOut, *, prior: str | None, onset_anchor: bool = False
) -> str:
    """SHA-256 over the model, the data, prior and anchor: the same for the same fit only."""
    digest = hashlib.sha256(repr((model, prior, onset_anchor)).encode())
    m, f = laid_out.measurements, laid_out.follow_up
    arrays = (m.patient, m.month, m.marker, m.value, f.entry_month, f.end_month, f.event)
    for array in (*arrays, *laid_out.covariates.values()):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr(laid_out.exposures).encode())
    return digest.hexdigest()


def _inside(value: ObservedValue, patient: ObservedPatient) -> bool:
    return -_SAME_MONTH <= value.month <= patient.end_month + _SAME_MONTH


def _reason(
    patient: ObservedPatient, values: int, wanted: tuple[str, ...], model: ProgressionModel
) -> str:
    """Why the patient cannot take part; empty when nothing stands against it."""
    missing = [name for name in wanted if not math.isfinite(patient.covariates.get(name, math.nan))]
    if missing:
        return f"{missing[0]} is not known"
    if values == 0:
        names = " or ".join(marker.name for marker in model.markers)
        return f"no value of {names} before the end of follow-up"
    if patient.end_month < patient.entry_month:
        return "follow-up ended before the patient entered"
    if model.survival and patient.event and patient.end_month <= patient.entry_month:
        return "the event came at or before the start of follow-up"
    return ""


def _check_covariates(patients: Sequence[ObservedPatient], wanted: tuple[str, ...]) -> None:
    known = sorted({name for patient in patients for name in patient.covariates})
    for name in wanted:
        if name not in known:
            raise InputError(
                f"covariate {name!r} is not in the data, or no patient has it; known are: "
                f"{', '.join(known) or 'none'}"
            )


def _measurements(
    values: Sequence[tuple[int, ObservedValue]], places: Mapping[str, int]
) -> Measurements:
    return Measurements(
        np.array([place for place, _ in values], dtype=int),
        np.array([max(value.month, 0.0) for _, value in values]),
        np.array([places[value.marker] for _, value in values], dtype=int),
        np.array([value.value for _, value in values]),
    )
