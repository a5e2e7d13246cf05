"""The checkpoint of a long fit: the highest place so far on disk, whatever ends the fit."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.workflow.progress import Progress

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray as Array

    from slopewise.progression.fitting.fit_file import Checkpoint

__all__ = ["kept_checkpoint"]

_SECONDS_BETWEEN_CHECKPOINTS = 2.0


@contextmanager
def kept_checkpoint(
    path: Path | None, fingerprint: str, progress: Progress
) -> "Iterator[tuple[Checkpoint | None, Callable[[Float[Array, ' size'], float], None]]]":
    """The checkpoint to resume from, and a watcher that keeps the highest place on disk.

    Whatever ends the fit, Ctrl-C too, the last highest place is written.
    """
    from slopewise.progression.fitting.fit_file import (
        Checkpoint,
        checkpoint_from_text,
        checkpoint_text,
    )

    before = None
    if path is not None and path.exists():
        text = path.read_text(encoding="utf-8")
        before = checkpoint_from_text(text, fingerprint=fingerprint, source=path.name)
    best, steps, written = before, before.steps if before else 0, time.monotonic()

    def write() -> None:
        if path is not None and best is not None and best is not before:
            part = path.with_name(path.name + ".part")
            part.write_text(checkpoint_text(best), encoding="utf-8")
            part.replace(path)

    def watch(place: "Float[Array, ' size']", height: float) -> None:
        nonlocal best, steps, written
        steps += 1
        progress(steps, 0)
        if best is None or height > best.height:
            best = Checkpoint(fingerprint, place.copy(), height, steps)
        if time.monotonic() - written > _SECONDS_BETWEEN_CHECKPOINTS:
            write()
            written = time.monotonic()

    try:
        yield before, watch
    finally:
        write()
