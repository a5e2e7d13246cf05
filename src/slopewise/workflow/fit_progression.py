"""Fit the progression model to a study: read, lay out, climb (with checkpoints), describe."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.workflow.progress import Progress, silent
from slopewise.workflow.read_study import StudyRead

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray as Array

    from slopewise.progression.fitting.fit import ProgressionFit
    from slopewise.progression.fitting.fit_file import Checkpoint
    from slopewise.progression.joint.specification import ProgressionModel
    from slopewise.progression.observed.patients import LaidOut, LeftOut

__all__ = ["FitRequest", "FittedStudy", "fit_study"]

_SECONDS_BETWEEN_CHECKPOINTS = 2.0


@dataclass(frozen=True)
class FitRequest:
    """The model without its markers, and how to fit it."""

    model: "ProgressionModel"
    starts: int | None = None
    seed: int = 1
    checkpoint: Path | None = None


@dataclass(frozen=True)
class FittedStudy:
    """A fit with everything that a reader should know of how it was made."""

    fit: "ProgressionFit"
    study: StudyRead
    laid_out: "LaidOut"
    fingerprint: str
    seed: int
    resumed_after_steps: int | None = None

    @property
    def left_out(self) -> "tuple[LeftOut, ...]":
        """What took no part: of the files, then of the patients."""
        from slopewise.progression.observed.patients import joined

        return joined((*self.study.left_out, *self.laid_out.left_out))

    @property
    def simulated(self) -> int:
        """How many of the patients are simulated."""
        return sum(patient.simulated for patient in self.laid_out.patients)

    @property
    def treated(self) -> int:
        """How many of the patients were treated during follow-up."""
        return sum(patient.is_treated for patient in self.laid_out.patients)


def fit_study(study: StudyRead, request: FitRequest, *, progress: Progress = silent) -> FittedStudy:
    """Fit `request.model` to the study; the same command resumes an interrupted checkpoint.

    Raises InputError where the data cannot carry the model. A fit that did not converge is
    returned with its status, never raised.
    """
    import numpy as np

    from slopewise.progression.fitting.fit import fit_progression, prepare
    from slopewise.progression.observed.patients import fingerprint, lay_out

    laid_out = lay_out(study.patients, request.model)
    if request.model.slowing and not any(patient.is_treated for patient in laid_out.patients):
        raise InputError(
            "nobody was treated during follow-up, so no slowing can be estimated; leave --slowing "
            "out, or give doses.csv or --treated-column"
        )
    mark = fingerprint(request.model, laid_out, prior=None)
    problem = prepare(
        request.model,
        laid_out.measurements,
        laid_out.follow_up,
        covariates=laid_out.covariates,
        exposures=laid_out.exposures,
    )
    with _kept(request.checkpoint, mark, progress) as (resumed, watch):
        fit = fit_progression(
            problem,
            starts=request.starts,
            generator=np.random.default_rng(request.seed),
            resume_from=None if resumed is None else resumed.working,
            watch=watch,
        )
    return FittedStudy(
        fit=fit,
        study=study,
        laid_out=laid_out,
        fingerprint=mark,
        seed=request.seed,
        resumed_after_steps=None if resumed is None else resumed.steps,
    )


@contextmanager
def _kept(
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
