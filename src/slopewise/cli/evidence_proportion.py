"""`slopewise evidence proportion`: how often something happened, in one study or in several."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json, tell

__all__ = ["register"]

NOT_CONVERGED = 3


class CountChoice(Enum):
    """How the counts of several studies are brought together."""

    EXACT = "exact"
    BETA_BINOMIAL = "beta-binomial"
    GLMM = "glmm"
    ALL = "all"


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("proportion", short_help="Count events, and say what none can mean.")(proportion)


def proportion(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="Table with the columns study, events, total. Without it: the safety events of "
            "the published studies.",
        ),
    ] = None,
    *,
    method: Annotated[
        CountChoice,
        typer.Option(help="Model of how studies differ; exact adds all people up."),
    ] = CountChoice.ALL,
    as_json: AsJson = False,
) -> None:
    """Say how often an event happened, with its interval; "0 of n" with its upper bound."""
    if file is None:
        _safety(as_json=as_json)
        return
    from slopewise.evidence.proportions.pooled_proportion import CountMethod
    from slopewise.report.synthesis.proportion_text import proportion_json, proportion_text
    from slopewise.workflow.count_events import count_file

    chosen = None if method is CountChoice.ALL else CountMethod(method.value)
    counted = count_file(file, chosen)
    for remark in counted.remarks if as_json else ():
        tell(remark)
    if as_json:
        answer_json(proportion_json(counted))
    else:
        answer(proportion_text(counted))
    if not counted.is_reached:
        raise typer.Exit(NOT_CONVERGED)


def _safety(*, as_json: bool) -> None:
    from slopewise.report.synthesis.proportion_text import safety_json, safety_text
    from slopewise.workflow.count_events import count_safety

    answers = count_safety()
    if as_json:
        answer_json(safety_json(answers))
    else:
        answer(safety_text(answers))
