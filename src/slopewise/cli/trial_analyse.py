"""`slopewise trial analyse` and `slopewise trial compare`: a real trial's tables to an answer."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json
from slopewise.cli.progress import working
from slopewise.cli.study_options import names_of
from slopewise.errors import ConvergenceError, InputError

if TYPE_CHECKING:
    from slopewise.records.trials.trial_columns import TrialColumns
    from slopewise.records.trials.trial_reader import TrialRead
    from slopewise.report.trial.analysis_text import AsRead
    from slopewise.workflow.trial_request import AnalysisRequest

__all__ = ["register"]


class Endpoint(Enum):
    """The analyses."""

    SLOPE = "slope"
    MMRM = "mmrm"
    JOINT_RANK = "joint-rank"
    WIN_RATIO = "win-ratio"
    TIME_TO_EVENT = "time-to-event"
    RMST = "rmst"
    MILESTONE = "milestone"
    RESPONDER = "responder"
    JOINT_MODEL = "joint-model"


class InterceptChoice(Enum):
    """Whether the arms may differ at month 0."""

    COMMON = "common"
    BY_ARM = "by-arm"


class CovarianceChoice(Enum):
    """How scores of one person at several visits go together, in the MMRM."""

    UN = "un"
    TOEP = "toep"
    AR1 = "ar1"
    CS = "cs"


class FreedomChoice(Enum):
    """Where degrees of freedom come from."""

    SATTERTHWAITE = "satterthwaite"
    KENWARD_ROGER = "kenward-roger"
    NORMAL = "normal"


class MethodChoice(Enum):
    """Which likelihood."""

    REML = "reml"
    ML = "ml"


class MissingChoice(Enum):
    """What is done about visits that were not made."""

    LIKELIHOOD = "likelihood"
    MULTIPLE_IMPUTATION = "multiple-imputation"
    JUMP_TO_REFERENCE = "jump-to-reference"
    COPY_REFERENCE = "copy-reference"
    LOCF = "locf"
    COMPLETE_CASE = "complete-case"
    ZERO = "zero"


class DeltaFormChoice(Enum):
    """How the shift of those who left grows."""

    PER_VISIT = "per-visit"
    AT_VISIT = "at-visit"


class TrialTimeUnit(Enum):
    """Unit of the time columns."""

    MONTHS = "months"
    YEARS = "years"
    WEEKS = "weeks"
    DAYS = "days"


_REFUSED = {
    MissingChoice.LOCF: "carrying the last score forward says that decline stops on the day"
    " somebody leaves: the arm that loses more people looks better, and the interval is too short",
    MissingChoice.COMPLETE_CASE: "people who complete a trial are those who did well; leaving the"
    " others out breaks what randomisation made comparable",
    MissingChoice.ZERO: "a score of 0 for the dead and those who left makes the answer depend on"
    " who left; compare death and function in one order instead (--endpoint joint-rank or"
    " win-ratio)",
}

Data = Annotated[
    Path,
    typer.Argument(
        metavar="DATA",
        help="CSV or CDISC ADaM .xpt, or a folder with a table of visits and a table of people.",
    ),
]
EndpointName = Annotated[Endpoint, typer.Option("--endpoint", help="The analysis.")]
Arm = Annotated[str | None, typer.Option("--arm", metavar="COLUMN", help="The arm.")]
Subject = Annotated[str | None, typer.Option("--subject", metavar="COLUMN", help="The person.")]
Time = Annotated[
    str | None,
    typer.Option("--time", metavar="COLUMN", help="Time of visits (or of follow-up, without)."),
]
Visit = Annotated[
    str | None, typer.Option("--visit", metavar="COLUMN", help="Planned visit, for the MMRM.")
]
Outcome = Annotated[
    str | None, typer.Option("--outcome", metavar="COLUMN", help="The score; higher is better.")
]
Baseline = Annotated[
    str | None, typer.Option("--baseline", metavar="COLUMN", help="The score at baseline.")
]
Event = Annotated[
    str | None,
    typer.Option("--event", metavar="COLUMN[=VALUE]", help="Whether the event happened."),
]
EventTime = Annotated[
    str | None, typer.Option("--event-time", metavar="COLUMN", help="When, or last known without.")
]
Covariates = Annotated[
    str | None,
    typer.Option("--covariates", metavar="COLUMN[=VALUE],...", help="To adjust for."),
]
Control = Annotated[
    str | None, typer.Option("--control", metavar="LEVEL", help="Which arm is the control.")
]
Treated = Annotated[
    str | None,
    typer.Option("--treated", metavar="LEVEL", help="Which arm, of several, to compare."),
]
Parameter = Annotated[
    str | None, typer.Option("--parameter", metavar="CODE,...", help="PARAMCD of ADaM tables.")
]
TimeUnitChoice = Annotated[
    TrialTimeUnit | None,
    typer.Option("--time-unit", help="Else by the column's name, else months."),
]
Intercept = Annotated[
    InterceptChoice,
    typer.Option("--intercept", help="slope: common says that randomised arms start equal."),
]
Covariance = Annotated[
    CovarianceChoice, typer.Option("--covariance", help="mmrm: of a person's visits.")
]
Freedom = Annotated[
    FreedomChoice | None,
    typer.Option("--df", help="Degrees of freedom; normal for slope only."),
]
Method = Annotated[MethodChoice, typer.Option("--method", help="slope and mmrm: the likelihood.")]
RestrictionMonth = Annotated[
    float | None,
    typer.Option(
        "--restriction-month", help="rmst: the last month that counts; milestone: the month."
    ),
]
Missing = Annotated[
    MissingChoice,
    typer.Option(
        "--missing",
        help="Visits not made; mmrm: imputed many times. The last three are refused, with reason.",
    ),
]
Imputations = Annotated[
    int | None,
    typer.Option("--imputations", min=2, max=100_000, help="How often to fill in; usually 200."),
]
Delta = Annotated[
    float | None,
    typer.Option(
        "--delta",
        metavar="POINTS",
        help="Added to what was filled in of the treated who left, for each visit since.",
    ),
]
DeltaForm = Annotated[
    DeltaFormChoice | None,
    typer.Option("--delta-form", help="at-visit: the same points however long ago they left."),
]
TippingPoint = Annotated[
    bool,
    typer.Option("--tipping-point", help="The delta at which the result is no longer there."),
]
ResponderPoints = Annotated[
    float | None,
    typer.Option("--responder-points", help="responder: slope better by so many points a month."),
]
ResponderPercent = Annotated[
    float | None,
    typer.Option("--responder-percent", help="responder: decline smaller by so many percent."),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Of imputations; joint-model: of further starts.")
]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnalyseOptions:
    """The options as they were given."""

    data: Path
    arm: str | None
    subject: str | None
    time: str | None
    visit: str | None
    outcome: str | None
    baseline: str | None
    event: str | None
    event_time: str | None
    covariates: str | None
    control: str | None
    treated: str | None
    parameter: str | None
    time_unit: TrialTimeUnit | None
    endpoint: Endpoint = Endpoint.SLOPE
    intercept: InterceptChoice = InterceptChoice.COMMON
    covariance: CovarianceChoice = CovarianceChoice.UN
    df: FreedomChoice | None = None
    method: MethodChoice = MethodChoice.REML
    restriction_month: float | None = None
    missing: MissingChoice = MissingChoice.LIKELIHOOD
    imputations: int | None = None
    delta: float | None = None
    delta_form: DeltaFormChoice | None = None
    tipping_point: bool = False
    responder_points: float | None = None
    responder_percent: float | None = None
    seed: int = 1
    as_json: bool = False


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("analyse", short_help="Analyse a trial's data by one endpoint.")(analyse)
    group.command("compare", short_help="The same data by every endpoint.")(compare)


def analyse(
    data: Data,
    *,
    endpoint: EndpointName,
    arm: Arm = None,
    subject: Subject = None,
    time: Time = None,
    visit: Visit = None,
    outcome: Outcome = None,
    baseline: Baseline = None,
    event: Event = None,
    event_time: EventTime = None,
    covariates: Covariates = None,
    control: Control = None,
    treated: Treated = None,
    parameter: Parameter = None,
    time_unit: TimeUnitChoice = None,
    intercept: Intercept = InterceptChoice.COMMON,
    covariance: Covariance = CovarianceChoice.UN,
    df: Freedom = None,
    method: Method = MethodChoice.REML,
    restriction_month: RestrictionMonth = None,
    missing: Missing = MissingChoice.LIKELIHOOD,
    imputations: Imputations = None,
    delta: Delta = None,
    delta_form: DeltaForm = None,
    tipping_point: TippingPoint = False,
    responder_points: ResponderPoints = None,
    responder_percent: ResponderPercent = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Analyse the data of a randomised trial by one endpoint, its estimand named.

    Columns are found by their usual names, and it is said which were taken. Ends with 3 where the
    method did not converge.
    """
    _analyse(AnalyseOptions(**locals()))


def compare(
    data: Data,
    *,
    arm: Arm = None,
    subject: Subject = None,
    time: Time = None,
    visit: Visit = None,
    outcome: Outcome = None,
    baseline: Baseline = None,
    event: Event = None,
    event_time: EventTime = None,
    covariates: Covariates = None,
    control: Control = None,
    treated: Treated = None,
    parameter: Parameter = None,
    time_unit: TimeUnitChoice = None,
    as_json: AsJson = False,
) -> None:
    """Analyse the same data by every endpoint that they allow, and show how the answers spread."""
    _compare(AnalyseOptions(**locals()))


def _analyse(options: AnalyseOptions) -> None:
    from slopewise.workflow.analyse_trial import analyse_trial

    if options.missing in _REFUSED:
        raise InputError(
            f"--missing {options.missing.value} is refused: {_REFUSED[options.missing]}. Leave the"
            " option out: every visit that was made counts, and nothing is filled in; or try other"
            " assumptions by --missing jump-to-reference --tipping-point"
        )
    with working("Analysing"):
        found = analyse_trial(options.data, _columns(options), _request(options))
    read = _as_read(found.read)
    if options.as_json:
        from slopewise.report.trial.analysis_json import analysis_object

        answer_json(analysis_object(found.result, read))
    else:
        from slopewise.report.trial.analysis_text import analysis_text

        answer(analysis_text(found.result, read))
    if not found.result.is_reached:
        raise typer.Exit(ConvergenceError.exit_code)


def _compare(options: AnalyseOptions) -> None:
    from slopewise.workflow.analyse_trial import compare_trial

    with working("Analysing"):
        found = compare_trial(options.data, _columns(options), _request(options))
    read = _as_read(found.read)
    if options.as_json:
        from slopewise.report.trial.analysis_json import comparison_object

        answer_json(comparison_object(found.results, found.refused, read))
    else:
        from slopewise.report.trial.analysis_text import comparison_text

        answer(comparison_text(found.results, found.refused, read))


def _columns(options: AnalyseOptions) -> "TrialColumns":
    from slopewise.records.trials.trial_columns import TrialColumns

    return TrialColumns(
        arm=options.arm,
        person=options.subject,
        time=options.time,
        visit=options.visit,
        outcome=options.outcome,
        baseline=options.baseline,
        event=options.event,
        event_time=options.event_time,
        covariates=names_of(options.covariates),
        time_unit=options.time_unit.value if options.time_unit else None,
        control=options.control,
        treated=options.treated,
        parameter=names_of(options.parameter),
    )


def _request(options: AnalyseOptions) -> "AnalysisRequest":
    from slopewise.workflow.trial_request import AnalysisRequest

    return AnalysisRequest(
        endpoint=options.endpoint.value,
        intercept=options.intercept.value,
        covariance=options.covariance.value,
        df=options.df.value if options.df else None,
        method="ml" if options.method is MethodChoice.ML else "reml",
        restriction_month=options.restriction_month,
        missing=options.missing.value,
        imputations=options.imputations,
        delta=options.delta,
        delta_form=options.delta_form.value if options.delta_form else None,
        tipping_point=options.tipping_point,
        responder_points=options.responder_points,
        responder_percent=options.responder_percent,
        seed=options.seed,
    )


def _as_read(read: "TrialRead") -> "AsRead":
    from slopewise.report.trial.analysis_text import AsRead

    return AsRead(
        treated_arm=read.record.treated_arm,
        control_arm=read.record.control_arm,
        columns=read.columns,
        left_out=read.left_out,
        remarks=read.remarks,
        sources=read.sources,
    )
