"""`slopewise trial new` and `slopewise trial check`: design files."""

from pathlib import Path
from typing import Annotated

import typer

from slopewise.cli.options import AsJson
from slopewise.cli.output import answer, answer_json, tell

__all__ = ["register"]

REFUSED = 1


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("new", short_help="Begin a design from a commented template.")(new)
    group.command("check", short_help="Check a design and say it in plain words.")(check)


def new(
    *,
    template: Annotated[
        str, typer.Option("--template", metavar="NAME", help="Template; --list shows them.")
    ] = "two-arm",
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="New file; without it, to the terminal."),
    ] = None,
    list_them: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
) -> None:
    """Write a commented design file to begin with."""
    from slopewise.report.trial.design_text import templates_text
    from slopewise.workflow.trial_design import design_templates, new_design, write_new_design

    if list_them:
        answer(templates_text(design_templates()))
        return
    if output is None:
        answer(new_design(template))
        return
    write_new_design(template, output)
    tell(f"Written: {output}. Change it, then: slopewise trial check {output}")


def check(
    design: Annotated[Path, typer.Argument(metavar="DESIGN", help="Design file (TOML).")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a design does in plain words and what could bias it; or every error with its line.

    Ends with 1 where the design cannot be used.
    """
    from slopewise.report.trial.design_text import check_object, check_text
    from slopewise.workflow.trial_design import check_design

    checked = check_design(design)
    if as_json:
        answer_json(check_object(checked))
    elif checked.is_sound:
        answer(check_text(checked))
    else:
        tell(check_text(checked))
    if not checked.is_sound:
        raise typer.Exit(REFUSED)
