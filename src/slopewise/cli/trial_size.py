"""`slopewise trial size`: how many people a design needs."""

from pathlib import Path
from typing import Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json
from slopewise.cli.progress import working

__all__ = ["register"]

Power = Annotated[float, typer.Option("--power", help="Chance of success that is wanted.")]
Check = Annotated[
    int,
    typer.Option(
        "--check",
        metavar="N",
        min=0,
        help="Check the power by N simulated trials (1000 takes seconds to a minute).",
    ),
]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes that simulate.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Instead of the design's own.")]


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("size", short_help="How many people a design needs.")(size)


def size(
    design: Annotated[Path, typer.Argument(metavar="DESIGN", help="Design file (TOML).")],
    *,
    power: Power = 0.9,
    check: Check = 0,
    workers: Workers = 1,
    seed: Seed = None,
    as_json: AsJson = False,
) -> None:
    """Say how many people each endpoint needs, and the power of the design as it stands.

    Closed forms on the course of virtual people whom the design would let in.
    """
    from slopewise.workflow.size_trial import SizeRequest, size_trial

    request = SizeRequest(place=design, power=power, check=check, workers=workers, seed=seed)
    with working("Sizing the trial", unit="trials") as progress:
        found = size_trial(request, progress=progress)
    if as_json:
        from slopewise.report.trial.size_json import size_object

        answer_json(size_object(found))
    else:
        from slopewise.report.trial.size_text import size_text

        answer(size_text(found))
