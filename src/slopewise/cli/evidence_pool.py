"""`slopewise evidence pool`: pool study effects, one's own or the published ones."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json

if TYPE_CHECKING:
    from slopewise.evidence.pooling.pooled_studies import PooledStudies, PoolOptions

__all__ = ["register"]

NOT_CONVERGED = 3
BUILT_IN = "slowing_randomised"


class Estimator(Enum):
    """Estimators of the variance between studies."""

    REML = "reml"
    DL = "dl"
    PM = "pm"
    ML = "ml"
    EB = "eb"
    SJ = "sj"
    HE = "he"
    EE = "ee"


File = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE.csv",
        help="Columns study, estimate, standard_error, and moderators. Without it: the built-in "
        "question.",
    ),
]
MethodChoice = Annotated[
    Estimator, typer.Option("--method", help="Estimator of the variance between studies.")
]
HartungKnapp = Annotated[
    bool,
    typer.Option(
        "--hartung-knapp/--no-hartung-knapp", help="Interval that knows how few studies there are."
    ),
]
Floor = Annotated[
    bool, typer.Option("--floor", help="Hartung–Knapp never narrower than the plain interval.")
]
ModeratorNames = Annotated[
    str | None,
    typer.Option(
        "--moderators",
        metavar="A,B",
        help="Columns that may explain differences; for a built-in question source, donor, route, "
        "dose, repeats.",
    ),
]
LeaveOneOut = Annotated[bool, typer.Option("--leave-one-out", help="Again without each study.")]
Cumulative = Annotated[
    bool, typer.Option("--cumulative", help="Again after each study, in the order of the rows.")
]
Influence = Annotated[bool, typer.Option("--influence", help="How much each study matters.")]
SmallStudies = Annotated[
    bool, typer.Option("--small-studies", help="Do small studies show larger effects?")
]
Force = Annotated[
    bool, typer.Option("--force", help="Compute what too few studies forbid; it is marked.")
]
QuestionKey = Annotated[
    str | None,
    typer.Option("--question", metavar="KEY", help=f"Built-in question; {BUILT_IN} if not given."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="STUDY", help="Leave this study out; may be repeated."),
]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("pool", short_help="Pool study effects by random effects.")(pool)


def pool(
    file: File = None,
    *,
    method: MethodChoice = Estimator.REML,
    hartung_knapp: HartungKnapp = True,
    floor: Floor = False,
    moderators: ModeratorNames = None,
    leave_one_out: LeaveOneOut = False,
    cumulative: Cumulative = False,
    influence: Influence = False,
    small_studies: SmallStudies = False,
    force: Force = False,
    question: QuestionKey = None,
    without: Without = None,
    as_json: AsJson = False,
) -> None:
    """Pool study effects by random effects, with the prediction interval and what tests it.

    Without FILE it answers a built-in question from the published studies, one lane at a time.
    """
    from slopewise.evidence.pooling.pooled_effect import Method
    from slopewise.evidence.pooling.pooled_studies import PoolOptions

    if file is not None and question is not None:
        raise typer.BadParameter(
            "give either a file or a built-in question, not both", param_hint="FILE / --question"
        )
    if floor and not hartung_knapp:
        raise typer.BadParameter(
            "it belongs to the Hartung–Knapp interval, which was switched off", param_hint="--floor"
        )
    options = PoolOptions(
        method=Method(method.value),
        hartung_knapp=hartung_knapp,
        floor=floor,
        moderators=tuple(part.strip() for part in (moderators or "").split(",") if part.strip()),
        leave_one_out=leave_one_out,
        cumulative=cumulative,
        influence=influence,
        small_studies=small_studies,
        force=force,
    )
    found = _pooled(file, options, question or BUILT_IN, frozenset(without or ()))
    _show(found, as_json=as_json)
    if not found.is_reached:
        raise typer.Exit(NOT_CONVERGED)


def _pooled(
    file: Path | None, options: "PoolOptions", key: str, without: frozenset[str]
) -> "PooledStudies":
    if file is not None:
        from slopewise.workflow.pool_evidence import pool_file

        return pool_file(file, options, without)
    from slopewise.workflow.pool_question import pool_question

    return pool_question(key, options, without)


def _show(found: "PooledStudies", *, as_json: bool) -> None:
    if as_json:
        from slopewise.report.synthesis.pooling_json import pooling_object

        answer_json(pooling_object(found))
    else:
        from slopewise.report.synthesis.pooling_text import pooling_text

        answer(pooling_text(found))
