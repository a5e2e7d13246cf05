"""`slopewise evidence`: count events."""

import typer

__all__ = ["register"]


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
