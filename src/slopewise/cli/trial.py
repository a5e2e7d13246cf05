"""`slopewise trial`: design, simulate and analyse randomised trials."""

import typer

from slopewise.cli import (
    trial_analyse,
    trial_boundary,
    trial_design,
    trial_reenact,
    trial_simulate,
    trial_size,
)

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Plan, simulate and analyse randomised trials.")
    group.callback()(trial)
    parts = (
        trial_design,
        trial_size,
        trial_boundary,
        trial_simulate,
        trial_reenact,
        trial_analyse,
    )
    for part in parts:
        part.register(group)
    app.add_typer(group, name="trial")


def trial() -> None:
    """Plan, simulate and analyse randomised trials."""
