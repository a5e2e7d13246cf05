"""Predict one patient's function and survival from the visits so far, updated at each visit."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError, NotFoundError
from slopewise.workflow.load_model import LoadedModel
from slopewise.workflow.read_study import read_folder, read_store
from slopewise.workflow.study import StudyRead, StudyRequest

if TYPE_CHECKING:
    from slopewise.progression.observed.outlook import Outlook
    from slopewise.progression.observed.patients import ObservedPatient
    from slopewise.records.store import Store

__all__ = ["OutlookRequest", "as_modelled", "outlook_of_key", "predict_patient"]


@dataclass(frozen=True)
class OutlookRequest:
    """Whom, from which month of the record (None: the last visit), and how far ahead (months)."""

    patient_id: str
    horizon: float
    at_month: float | None = None
    thresholds: tuple[float, ...] = ()
    each_visit: bool = False


def predict_patient(
    source: "Path | Store", model: LoadedModel, request: OutlookRequest, *, columns: StudyRequest
) -> "Outlook":
    """Predict from a folder or a store. `columns` says how tables of one's own are read.

    Raises NotFoundError for an unknown patient, InputError where a prediction cannot be made.
    """
    from slopewise.progression.observed.outlook import (
        Outlook,
        leaving,
        look_back,
        months_ahead,
        predict_from,
    )

    wanted = as_modelled(columns, model)
    if isinstance(source, Path):
        study = read_folder(source, wanted)
    else:
        study = read_store(source, wanted, patient_id=request.patient_id)
    patient = _find(study, request.patient_id)
    marker = model.forecaster.layout.model.markers[0]
    landmark = _landmark(patient, marker.name, request.at_month)
    prediction = predict_from(
        model.forecaster,
        patient,
        landmark,
        horizons=months_ahead(request.horizon),
        thresholds=request.thresholds,
    )
    used = [v for v in patient.values if v.marker == marker.name and v.month <= landmark + 1e-9]
    return Outlook(
        patient=patient,
        forecaster=model.forecaster,
        is_embedded=model.is_embedded,
        event=model.event,
        marker=marker,
        landmark_month=landmark + patient.origin_month,
        values_used=len(used),
        last_value=max(used, key=lambda value: value.month).value,
        prediction=prediction,
        leaving=leaving(prediction, marker),
        look_back=look_back(model.forecaster, patient, request.horizon)
        if request.each_visit
        else (),
        remarks=study.remarks,
    )


def as_modelled(columns: StudyRequest, model: LoadedModel) -> StudyRequest:
    """The files read as the model's fit read its own: outcomes, event and columns."""
    from slopewise.progression.observed.patients import wanted_covariates
    from slopewise.records.observed.plain_columns import PlainColumns

    layout = model.forecaster.layout.model
    found = replace(columns, covariates=wanted_covariates(layout), markers=layout.markers)
    if model.is_embedded:
        return found
    event = str(model.made_by["event"]["name"])
    usual = model.made_by["columns"]
    return replace(
        found,
        event=None if event == "study" else event,
        usual_columns=None
        if usual is None
        else PlainColumns(**{**usual, "outcomes": tuple(usual["outcomes"])}),
    )


def _landmark(patient: "ObservedPatient", marker: str, at_month: float | None) -> float:
    """Months from the origin: the month asked for, else the last visit before the event."""
    months = sorted(value.month for value in patient.values if value.marker == marker)
    if not months:
        raise InputError(f"patient {patient.patient_id} has no value of {marker}")
    if at_month is not None:
        return at_month - patient.origin_month
    before = [month for month in months if not patient.event or month < patient.end_month]
    return before[-1] if before else months[-1]


def _find(study: StudyRead, patient_id: str) -> "ObservedPatient":
    """The patient, or why there is none to predict for."""
    for patient in study.patients:
        if patient.patient_id == patient_id:
            return patient
    for one in study.left_out:
        if one.what == "patients" and patient_id in one.which:
            raise InputError(f"patient {patient_id} cannot be predicted for: {one.reason}")
    raise NotFoundError(
        f"no patient {patient_id} in the files; write the identifier as it stands there"
    )


def outlook_of_key(store: "Store", key: int, *, horizon: float) -> "Outlook":
    """The patient with this key of the store, by the embedded natural history.

    Raises NotFoundError where there is no such patient, InputError without an ALSFRS-R visit.
    """
    from slopewise.records.queries import patient_pages
    from slopewise.workflow.load_model import load_model

    with store.reading() as session:
        patient_id = patient_pages.patient_id_of(session, key)
    request = OutlookRequest(patient_id=patient_id, horizon=horizon)
    return predict_patient(store, load_model(None), request, columns=StudyRequest())
