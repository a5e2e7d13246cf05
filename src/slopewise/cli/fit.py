"""`slopewise fit progression`: the joint model of an outcome and an event, fitted to own data."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli import study_options as study
from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json, check_place, tell, write_document
from slopewise.cli.progress import working
from slopewise.errors import ConvergenceError, InputError

if TYPE_CHECKING:
    from slopewise.workflow.fit_progression import FitRequest, FittedStudy
    from slopewise.workflow.study import StudyRead

__all__ = ["register"]


class AssociationName(Enum):
    """What of the outcome the event's rate depends on."""

    VALUE = "value"
    SLOPE = "slope"
    BOTH = "value+slope"
    NONE = "none"


class FitPrior(Enum):
    """What is taken as known before these data."""

    NONE = "none"
    EMBEDDED = "embedded"


Classes = Annotated[
    int, typer.Option("--classes", metavar="1|3", min=1, max=5, help="Kinds of course.")
]
Wander = Annotated[
    bool, typer.Option("--wander/--no-wander", help="Let a person's slope change over time.")
]
AssociationChoice = Annotated[
    AssociationName,
    typer.Option("--association", help="What of the outcome the event's rate depends on."),
]
BaselineShape = Annotated[
    str,
    typer.Option(
        "--baseline",
        metavar="SHAPE",
        help="The event's rate over time: weibull, piecewise:N or spline:N.",
    ),
]
SlopeCovariates = Annotated[
    str | None, typer.Option("--slope-covariates", metavar="NAME,...", help="That move the slope.")
]
LevelCovariates = Annotated[
    str | None,
    typer.Option("--level-covariates", metavar="NAME,...", help="That move the first level."),
]
HazardCovariates = Annotated[
    str | None,
    typer.Option("--hazard-covariates", metavar="NAME,...", help="That move the event's rate."),
]
ClassCovariates = Annotated[
    str | None, typer.Option("--class-covariates", metavar="NAME,...", help="That move the class.")
]
Slowing = Annotated[
    bool, typer.Option("--slowing", help="Estimate how much treatment slowed the decline.")
]
OnsetAnchor = Annotated[
    bool,
    typer.Option(
        "--onset-anchor",
        help="Anchor at 48 points at onset those with fewer than three scores before treatment.",
    ),
]
PriorChoice = Annotated[
    FitPrior,
    typer.Option("--prior", help="embedded: the shipped natural history is taken as known."),
]
Posterior = Annotated[bool, typer.Option("--posterior", help="Draw from the posterior too.")]
Starts = Annotated[
    int | None, typer.Option("--starts", min=1, max=100, help="From how many places to climb.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of further starts and draws.")]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint", metavar="FILE", help="Keep the way so far; the same command goes on."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FIT.json", help="Write the fit, for `predict --model`."),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class FitOptions(study.Columns):
    """The command's options as they were given."""

    folder: Path
    classes: int
    wander: bool
    association: AssociationName
    baseline: str
    slope_covariates: str | None
    level_covariates: str | None
    hazard_covariates: str | None
    class_covariates: str | None
    slowing: bool
    onset_anchor: bool
    prior: FitPrior
    posterior: bool
    starts: int | None
    seed: int
    checkpoint: Path | None
    output: Path | None
    as_json: bool


def register(app: typer.Typer) -> None:
    """Add the command group to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(fit)
    group.command("progression", short_help="Course of an outcome joined to an event.")(progression)
    app.add_typer(group, name="fit", short_help="Fit a model to your own data.")


def fit() -> None:
    """Fit a model to your own data."""


def progression(
    folder: study.StudyFolder,
    *,
    outcome: study.Outcome = None,
    classes: Classes = 1,
    wander: Wander = True,
    association: AssociationChoice = AssociationName.VALUE,
    baseline: BaselineShape = "weibull",
    slope_covariates: SlopeCovariates = None,
    level_covariates: LevelCovariates = None,
    hazard_covariates: HazardCovariates = None,
    class_covariates: ClassCovariates = None,
    slowing: Slowing = False,
    onset_anchor: OnsetAnchor = False,
    prior: PriorChoice = FitPrior.NONE,
    posterior: Posterior = False,
    event: study.EventName = None,
    entry: study.EntryFrom = study.EntryName.FIRST_VISIT,
    until_treatment: study.UntilTreatment = False,
    visits_file: study.VisitsFile = None,
    subjects_file: study.SubjectsFile = None,
    patient_column: study.PatientColumn = None,
    time_column: study.TimeColumn = None,
    time_unit: study.TimeUnit = None,
    follow_up_column: study.FollowUpColumn = None,
    event_column: study.EventColumn = None,
    entry_column: study.EntryColumn = None,
    treated_column: study.TreatedColumn = None,
    marker_range: study.MarkerRange = None,
    marker_unit: study.MarkerUnit = None,
    rising_is_worse: study.RisingIsWorse = False,
    starts: Starts = None,
    seed: Seed = 1,
    checkpoint: Checkpoint = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Fit the course of an outcome, joined to the rate of an event, to your own data.

    Says first whether the fit converged; ends with 3 where it did not.
    """
    _progression(FitOptions(**locals()))


def _progression(options: FitOptions) -> None:
    for place in (options.output, options.checkpoint):
        if place is not None:
            check_place(place)
    fitted = _fitted(options)
    mind = _mind(fitted)
    if options.output is not None:
        _write(options.output, fitted)
    if options.as_json:
        from slopewise.report.progression.fit_json import fit_object

        answer_json(
            fit_object(
                fitted.fit,
                fitted.study.event,
                left_out=fitted.left_out,
                mind=mind,
                seed=fitted.seed,
                fingerprint=fitted.fingerprint,
                posterior=fitted.posterior,
                effects=fitted.effects,
            )
        )
    else:
        from slopewise.report.progression.fit_text import fit_text
        from slopewise.report.progression.study_words import left_out_sentences

        answer(
            fit_text(
                fitted.fit,
                fitted.study.event,
                mind=(*mind, *left_out_sentences(fitted.left_out)),
                posterior=fitted.posterior,
                effects=fitted.effects,
            )
        )
    if fitted.fit.status not in {"converged", "boundary"}:
        raise typer.Exit(ConvergenceError.exit_code)


def _fitted(options: FitOptions) -> "FittedStudy":
    from slopewise.workflow.fit_progression import fit_study
    from slopewise.workflow.read_study import read_folder

    covariates = (
        options.level_covariates,
        options.slope_covariates,
        options.hazard_covariates,
        options.class_covariates,
    )
    wanted = tuple(dict.fromkeys(name for text in covariates for name in study.names_of(text)))
    read = read_folder(options.folder, study.study_request(options, covariates=wanted))
    request = _request(options, read)
    with working("Fitting"):
        return fit_study(read, request)


def _request(options: FitOptions, read: "StudyRead") -> "FitRequest":
    from slopewise.progression.joint.specification import Association, Baseline, ProgressionModel
    from slopewise.workflow.fit_progression import FitRequest

    hazard = study.names_of(options.hazard_covariates)
    if hazard and not read.event.is_modelled:
        raise InputError("--hazard-covariates need an event; name it by --event or --event-column")
    model = ProgressionModel(
        markers=read.markers,
        classes=options.classes,
        wander=options.wander,
        survival=read.event.is_modelled,
        association=Association(options.association.value),
        baseline=Baseline.from_text(options.baseline),
        level_covariates=study.names_of(options.level_covariates),
        slope_covariates=study.names_of(options.slope_covariates),
        hazard_covariates=hazard,
        class_covariates=study.names_of(options.class_covariates),
        slowing=options.slowing,
        direct_effect=options.slowing and read.event.is_modelled,
    )
    return FitRequest(
        model=model,
        embedded_prior=options.prior is FitPrior.EMBEDDED,
        posterior=options.posterior,
        starts=options.starts,
        seed=options.seed,
        checkpoint=options.checkpoint,
        onset_anchor=options.onset_anchor,
    )


def _mind(fitted: "FittedStudy") -> tuple[str, ...]:
    """Sentences on the files, the people and the search."""
    from slopewise.report.progression.fit_words import class_names_remark, starts_remark
    from slopewise.report.progression.study_words import (
        SIMULATED_STUDY,
        same_month_remark,
        treated_remark,
    )

    resumed = fitted.resumed_after_steps
    said = (
        SIMULATED_STUDY if fitted.simulated else None,
        treated_remark(
            fitted.treated, fitted.fit.patients, is_estimated=fitted.fit.layout.model.slowing
        ),
        same_month_remark(fitted.laid_out.patients),
        class_names_remark(fitted.fit),
        starts_remark(fitted.fit),
        None if resumed is None else f"Resumed from the checkpoint after {resumed} steps.",
    )
    return (*(sentence for sentence in said if sentence), *fitted.study.remarks)


def _write(path: Path, fitted: "FittedStudy") -> None:
    """Write the fit, with what a prediction from it has to know."""
    import dataclasses

    from slopewise.progression.fitting.fit_file import fit_text
    from slopewise.version import VERSION

    columns = fitted.study.columns
    made_by = {
        "version": VERSION,
        "event": dataclasses.asdict(fitted.study.event),
        "columns": None if columns is None else dataclasses.asdict(columns),
        "seed": fitted.seed,
        "fingerprint": fitted.fingerprint,
        "simulated": fitted.simulated,
        "treated": fitted.treated,
    }
    write_document(path, fit_text(fitted.fit, made_by=made_by))
    tell(f"The fit is in {path}")
