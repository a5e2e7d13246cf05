"""`slopewise predict`: function and survival of one patient ahead, updated at each visit."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli import study_options as study
from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json
from slopewise.errors import InputError

if TYPE_CHECKING:
    from slopewise.progression.joint.specification import Marker
    from slopewise.workflow.load_model import LoadedModel

__all__ = ["register"]

Patient = Annotated[str | None, typer.Option("--patient", metavar="ID", help="For whom.")]
Scores = Annotated[
    bool,
    typer.Option("--scores", help="Instead: predict everybody at --at, and compare with after."),
]
Horizon = Annotated[
    float, typer.Option("--horizon", metavar="MONTHS", help="How many months ahead.")
]
Model = Annotated[
    Path | None,
    typer.Option(
        "--model",
        metavar="FIT.json",
        help="A fit by `fit progression --output`; usual: the embedded natural history.",
    ),
]
AtMonth = Annotated[
    float | None,
    typer.Option("--at", metavar="MONTH", help="Predict from here; usual: the last visit."),
]
Leaves = Annotated[
    str | None,
    typer.Option("--leaves", metavar="SCORE,...", help="Say when the score window is left."),
]
EachVisit = Annotated[
    bool,
    typer.Option("--each-visit", help="The prediction at every visit so far, and what happened."),
]
Curve = Annotated[
    bool, typer.Option("--curve", help="Show probabilities of survival month by month too.")
]


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictOptions(study.Columns):
    """The command's options as they were given."""

    folder: Path
    patient: str | None
    scores: bool
    horizon: float
    model: Path | None
    at: float | None
    leaves: str | None
    each_visit: bool
    curve: bool
    as_json: bool


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("predict", short_help="Course of one patient ahead, as a range.")(predict)


def predict(
    folder: study.StudyFolder,
    *,
    patient: Patient = None,
    horizon: Horizon,
    scores: Scores = False,
    model: Model = None,
    at: AtMonth = None,
    leaves: Leaves = None,
    each_visit: EachVisit = False,
    curve: Curve = False,
    event: study.EventName = None,
    outcome: study.Outcome = None,
    visits_file: study.VisitsFile = None,
    subjects_file: study.SubjectsFile = None,
    patient_column: study.PatientColumn = None,
    time_column: study.TimeColumn = None,
    time_unit: study.TimeUnit = None,
    follow_up_column: study.FollowUpColumn = None,
    event_column: study.EventColumn = None,
    as_json: AsJson = False,
) -> None:
    """Say what may come for one patient, from the visits so far.

    It shows a range and the likelihood in words; survival probabilities only with --curve. It
    describes groups of people, not one person. --json prints everything.
    """
    _predict(PredictOptions(**locals()))


def _predict(options: PredictOptions) -> None:
    from slopewise.workflow.load_model import load_model

    _check_whom(options)
    loaded = load_model(options.model)
    wanted = options.event.value if options.event else None
    if wanted is not None and wanted != loaded.event.name:
        which = "the embedded natural history" if loaded.is_embedded else str(options.model)
        raise InputError(
            f"time to {wanted} is not modelled by {which} (its event is: {loaded.event.words}); "
            f"fit one with `slopewise fit progression FOLDER --event {wanted} --output FIT.json`"
        )
    if options.patient is None:
        _score_everybody(options, loaded)
    else:
        _predict_one(options, loaded, options.patient)


def _check_whom(options: PredictOptions) -> None:
    """Refuse options that ask for one patient and for everybody, or for nobody."""
    if not options.scores:
        if options.patient is None:
            raise typer.BadParameter(
                "say for whom, or give --scores to judge the predictions for everybody",
                param_hint="--patient",
            )
        return
    if options.patient or options.leaves or options.each_visit or options.curve:
        raise typer.BadParameter(
            "judges predictions for everybody; leave out --patient, --leaves, --each-visit and "
            "--curve",
            param_hint="--scores",
        )
    if options.at is None:
        raise typer.BadParameter(
            "say from which month everybody is predicted, for example --at 6", param_hint="--at"
        )


def _score_everybody(options: PredictOptions, loaded: "LoadedModel") -> None:
    from slopewise.workflow.score_predictions import score_predictions

    assert options.at is not None
    found = score_predictions(
        options.folder,
        loaded,
        at_month=options.at,
        horizon=options.horizon,
        columns=study.study_request(options),
    )
    if options.as_json:
        from slopewise.report.progression.scores_json import scores_object

        answer_json(scores_object(found))
    else:
        from slopewise.report.progression.scores_text import scores_text

        answer(scores_text(found))


def _predict_one(options: PredictOptions, loaded: "LoadedModel", patient: str) -> None:
    from slopewise.workflow.predict_patient import OutlookRequest, predict_patient

    outlook = predict_patient(
        options.folder,
        loaded,
        OutlookRequest(
            patient_id=patient,
            horizon=options.horizon,
            at_month=options.at,
            thresholds=_scores(options.leaves, loaded.forecaster.layout.model.markers[0]),
            each_visit=options.each_visit,
        ),
        columns=study.study_request(options),
    )
    if options.as_json:
        from slopewise.report.progression.outlook_json import outlook_object

        answer_json(outlook_object(outlook))
    else:
        from slopewise.report.progression.outlook_text import outlook_text

        answer(outlook_text(outlook, with_curve=options.curve))


def _scores(text: str | None, marker: "Marker") -> tuple[float, ...]:
    """The scores of --leaves; InputError for one that nobody can leave, or that is none."""
    best, worst = (
        (marker.high, marker.low) if marker.falling_is_worse else (marker.low, marker.high)
    )
    found = tuple(_score(name) for name in study.names_of(text))
    for score in found:
        low, high = marker.low, marker.high
        is_inside = (low is None or score >= low) and (high is None or score <= high)
        if not (is_inside and math.isfinite(score)) or score == worst:
            raise InputError(f"--leaves {score:g} is no score to be left; {_range(best, worst)}")
    return found


def _range(best: float | None, worst: float | None) -> str:
    if best is None or worst is None:
        return "give a number in the unit of the outcome"
    if best > worst:
        return f"give scores above {worst:g} and at most {best:g}"
    return f"give scores of at least {best:g} and below {worst:g}"


def _score(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(
            f"--leaves {text!r} is no score; write for example --leaves 24,36"
        ) from None
