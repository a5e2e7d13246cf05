"""Calibrate the natural history to the published summaries, and write it down."""

from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.workflow.progress import Progress, silent

if TYPE_CHECKING:
    from slopewise.progression.calibrating.calibration import Calibration

__all__ = ["calibrate_natural_history"]


def calibrate_natural_history(
    *,
    sets: int,
    steps: int,
    seed: int,
    output: Path | None = None,
    progress: Progress = silent,
) -> "Calibration":
    """Run the calibration; with `output` also write the natural history to that file as JSON.

    The status says whether the search converged; a run that did not is written all the same, and
    says so. Raises InputError where the file cannot be written.
    """
    from slopewise.progression import natural_history
    from slopewise.progression.calibrating.calibration import calibrate

    found = calibrate(sets=sets, steps=steps, seed=seed, progress=progress)
    if output is not None:
        history = natural_history.NaturalHistory(
            f"untreated ALS, seed {seed}, {steps} steps", found.parameters
        )
        made_by: dict[str, object] = {
            "method": "adaptive Metropolis against published summaries",
            "seed": seed,
            "steps": steps,
            "status": found.status,
            "acceptance": round(found.acceptance, 3),
            "targets": [
                {
                    "name": row.target.name,
                    "unit": row.target.unit,
                    "published": round(row.target.value, 4),
                    "tolerance": row.target.tolerance,
                    "basis": row.target.basis,
                    "source": row.target.source,
                    "achieved": round(row.median, 4),
                    "low90": round(row.low90, 4),
                    "high90": round(row.high90, 4),
                }
                for row in found.achieved
            ],
        }
        try:
            output.write_text(natural_history.as_json(history, made_by=made_by), encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"the natural history cannot be written to {output} ({error.strerror}); name a "
                "file in a folder that exists and that you may write to"
            ) from None
    return found
