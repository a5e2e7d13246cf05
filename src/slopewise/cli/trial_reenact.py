"""`slopewise trial reenact`: a published trial, run again as it was designed."""

from typing import Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json
from slopewise.cli.progress import working
from slopewise.cli.trial_simulate import Replicates, Seed, Workers, processes
from slopewise.errors import InputError

__all__ = ["register"]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("reenact", short_help="Run a published trial again by simulation.")(reenact)


def reenact(
    study: Annotated[
        str | None, typer.Argument(metavar="STUDY", help="Study; --list shows them.")
    ] = None,
    *,
    replicates: Replicates = 1000,
    workers: Workers = None,
    seed: Seed = None,
    list_them: Annotated[bool, typer.Option("--list", help="List the studies.")] = False,
    show_design: Annotated[
        bool, typer.Option("--design", help="Print the design file, every number with its source.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a published trial could have shown, and how often its rule misleads.

    The design as published is simulated many times, beside analyses that use every score.
    """
    from slopewise.records.designs.reenacted import reenacted_text
    from slopewise.report.reenactment import (
        reenactment_object,
        reenactment_text,
        studies_text,
    )
    from slopewise.workflow.reenact_trial import ReenactRequest, reenact_trial, reenacted_list

    if list_them:
        answer(studies_text(reenacted_list()))
        return
    if study is None:
        raise InputError("name a study; `slopewise trial reenact --list` shows them")
    if show_design:
        answer(reenacted_text(study))
        return
    request = ReenactRequest(
        study=study, replicates=replicates, workers=processes(workers), seed=seed
    )
    with working("Running the trial again", unit="trials") as progress:
        found = reenact_trial(request, progress=progress)
    if as_json:
        answer_json(reenactment_object(found))
    else:
        answer(reenactment_text(found))
