"""`slopewise trial boundary`: when a trial may stop at an interim look."""

from typing import Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json
from slopewise.errors import ConvergenceError

__all__ = ["register"]

Looks = Annotated[
    str,
    typer.Option(
        "--looks",
        metavar="SHARE,...",
        help="Shares of the planned information at which is looked, such as 0.33,0.67,1; ends at "
        "1.",
    ),
]
Alpha = Annotated[float, typer.Option("--alpha", help="Type I error of the whole trial.")]
Sides = Annotated[int, typer.Option("--sides", min=1, max=2, help="1 tests benefit only.")]
SpendingName = Annotated[
    str,
    typer.Option(
        "--spending",
        metavar="NAME",
        help="obrien-fleming, pocock, kim-demets:RHO, hwang:GAMMA, classical-of or "
        "classical-pocock.",
    ),
]
Beta = Annotated[float, typer.Option("--beta", help="Type II error; power is 1 minus this.")]
Futility = Annotated[
    str | None,
    typer.Option("--futility", metavar="NAME", help="Spending of beta, for futility bounds."),
]
Binding = Annotated[
    bool, typer.Option("--binding", help="The trial will really stop below the futility bounds.")
]
AtLook = Annotated[
    int | None,
    typer.Option("--at-look", min=1, help="A look that was taken, from 1: what it says."),
]
Estimate = Annotated[
    float | None, typer.Option("--estimate", help="What it found; above 0: the treated do better.")
]
StandardError = Annotated[float | None, typer.Option("--standard-error", help="Of that estimate.")]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("boundary", short_help="When a trial may stop at an interim look.")(boundary)


def boundary(
    *,
    looks: Looks,
    alpha: Alpha = 0.025,
    sides: Sides = 1,
    spending: SpendingName = "obrien-fleming",
    beta: Beta = 0.1,
    futility: Futility = None,
    binding: Binding = False,
    at_look: AtLook = None,
    estimate: Estimate = None,
    standard_error: StandardError = None,
    as_json: AsJson = False,
) -> None:
    """Say when a trial may stop early, for benefit or as hopeless, and what the looks cost.

    With a look that was taken: chances of success later, and intervals that allow for the looks.
    Ends with 3 where futility bounds were asked for that no effect can meet.
    """
    from slopewise.workflow.trial_boundary import BoundaryRequest, plan_looks, read_taken_look

    found = plan_looks(
        BoundaryRequest(
            looks=looks,
            alpha=alpha,
            sides=sides,
            spending=spending,
            beta=beta,
            futility=futility,
            is_binding=binding,
        )
    )
    reading = read_taken_look(found, at_look, estimate=estimate, standard_error=standard_error)
    if as_json:
        from slopewise.report.trial.boundary_json import boundary_object

        answer_json(boundary_object(found, reading))
    else:
        from slopewise.report.trial.boundary_text import boundary_text

        answer(boundary_text(found, reading))
    if not found.is_reached:
        raise typer.Exit(ConvergenceError.exit_code)
