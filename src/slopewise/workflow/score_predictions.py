"""Read a folder, predict everybody in it at one month, and score that against what happened."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.workflow.load_model import LoadedModel
from slopewise.workflow.predict_patient import as_modelled
from slopewise.workflow.read_study import read_folder
from slopewise.workflow.study import StudyRequest

if TYPE_CHECKING:
    from slopewise.progression.observed.patients import ObservedPatient
    from slopewise.progression.observed.scoring import ScoredPredictions

__all__ = ["score_predictions"]


def score_predictions(
    folder: Path, model: LoadedModel, *, at_month: float, horizon: float, columns: StudyRequest
) -> "ScoredPredictions":
    """Score the model on the folder. `columns` says how tables of one's own are read.

    Raises InputError where nobody can be predicted, or where nothing can be compared.
    """
    from slopewise.progression.observed.patients import joined
    from slopewise.progression.observed.scoring import ScoreRequest, score_people

    study = read_folder(folder, as_modelled(columns, model))
    found = score_people(
        model.forecaster, study.patients, ScoreRequest(at_month, horizon), event=model.event
    )
    return replace(
        found,
        left_out=joined((*study.left_out, *found.left_out)),
        was_fitted_to=_was_fitted_to(model, study.patients),
        remarks=study.remarks,
    )


def _was_fitted_to(model: LoadedModel, patients: "Sequence[ObservedPatient]") -> bool | None:
    """Whether the fit's fingerprint is that of these very data; None: it cannot be told."""
    from slopewise.progression.fitting.embedded_prior import EMBEDDED_PRIOR
    from slopewise.progression.observed.patients import fingerprint, lay_out

    if model.is_embedded:
        return False
    layout = model.forecaster.layout.model
    laid_out = lay_out(patients, layout)
    marks = {
        fingerprint(layout, laid_out, prior=prior, onset_anchor=anchor)
        for prior in (None, EMBEDDED_PRIOR)
        for anchor in (False, True)
    }
    return True if model.made_by.get("fingerprint") in marks else None
