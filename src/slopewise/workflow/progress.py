"""How long work tells how far it is: a function given the done and the total count."""

from collections.abc import Callable

__all__ = ["Progress", "silent"]

Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Say nothing."""
