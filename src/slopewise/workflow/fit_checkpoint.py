"""The checkpoint of a long fit: where it is and the highest place so far, whatever ends the fit."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray as Array

    from slopewise.progression.fitting.fit import Prior, ProgressionFit
    from slopewise.progression.fitting.fit_file import Checkpoint
    from slopewise.progression.joint.density import Problem

__all__ = ["CheckpointKeeper", "fit_or_resume", "kept_checkpoint"]

_SECONDS_BETWEEN_CHECKPOINTS = 2.0


@final
class CheckpointKeeper:
    """Watches a fit and writes where it is; `before` is the checkpoint found at the start."""

    def __init__(self, path: Path | None, before: "Checkpoint | None", *, fingerprint: str) -> None:
        self.before = before
        self._path = path
        self._fingerprint = fingerprint
        self._now = before
        self._height = float("-inf")  # of the step before, in the same climb
        self._written = time.monotonic()

    def begin_start(self, number: int) -> None:
        """Tell that start `number` (counted from 0) is climbed from here on."""
        self._height = float("-inf")
        if self._now is not None:
            self._now = replace(self._now, starts_done=number)

    def watch(self, place: "Float[Array, ' size']", height: float) -> None:
        """One step. A climb never goes down, so a step down belongs to the next start."""
        from slopewise.progression.fitting.fit_file import Checkpoint

        before, place = self._now, place.copy()
        done = 0 if before is None else before.starts_done + (height < self._height)
        is_highest = before is None or height >= before.height
        self._height = height
        self._now = Checkpoint(
            fingerprint=self._fingerprint,
            working=place if is_highest or before is None else before.working,
            height=height if is_highest or before is None else before.height,
            steps=1 if before is None else before.steps + 1,
            latest=place,
            starts_done=done,
        )
        if time.monotonic() - self._written > _SECONDS_BETWEEN_CHECKPOINTS:
            self.write()

    def write(self) -> None:
        """Write the checkpoint whole or not at all."""
        from slopewise.progression.fitting.fit_file import checkpoint_text

        self._written = time.monotonic()
        if self._path is not None and self._now is not None:
            part = self._path.with_name(self._path.name + ".part")
            part.write_text(checkpoint_text(self._now), encoding="utf-8")
            part.replace(self._path)


@contextmanager
def kept_checkpoint(path: Path | None, fingerprint: str) -> Iterator[CheckpointKeeper]:
    """Read the checkpoint where there is one, and keep it up to date; Ctrl-C too writes it.

    Raises InputError where it belongs to another fit.
    """
    from slopewise.progression.fitting.fit_file import checkpoint_from_text

    before = None
    if path is not None and path.exists():
        text = path.read_text(encoding="utf-8")
        before = checkpoint_from_text(text, fingerprint=fingerprint, source=path.name)
    keeper = CheckpointKeeper(path, before, fingerprint=fingerprint)
    try:
        yield keeper
    finally:
        keeper.write()


def fit_or_resume(
    problem: "Problem",
    keeper: CheckpointKeeper,
    *,
    prior: "Prior | None",
    starts: int | None,
    seed: int,
) -> "ProgressionFit":
    """Fit; from a checkpoint, the start that was interrupted, the highest so far, and the rest.

    The same seed gives the same starts, so the answer is that of an uninterrupted fit.
    """
    import numpy as np

    from slopewise.progression.fitting.fit import fit_progression
    from slopewise.progression.fitting.start import starting_points

    before, generator = keeper.before, np.random.default_rng(seed)
    if before is None:
        return fit_progression(
            problem, prior=prior, starts=starts, generator=generator, watch=keeper.watch
        )
    count = starts or (4 if problem.layout.model.classes > 1 else 1)  # as fit_progression counts
    places = [(before.starts_done, before.latest)]
    if not np.array_equal(before.latest, before.working):
        places.append((before.starts_done, before.working))
    points = starting_points(problem, count, generator)
    places += list(enumerate(points))[before.starts_done + 1 :]
    fits = []
    for number, place in places:
        keeper.begin_start(number)
        fits.append(fit_progression(problem, prior=prior, resume_from=place, watch=keeper.watch))
    heights = [fit.log_likelihood + fit.log_prior for fit in fits]
    return replace(fits[int(np.argmax(heights))], starts=tuple(heights))
