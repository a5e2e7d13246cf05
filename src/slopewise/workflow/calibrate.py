"""Calibrate the natural history and its hazard to the published summaries, and write them down."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.workflow.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slopewise.progression.calibrating.calibration import AchievedTarget, Calibration
    from slopewise.progression.calibrating.hazard_fit import HazardFit
    from slopewise.progression.calibrating.leave_one_out import LeftOutTarget
    from slopewise.progression.natural_history import NaturalHistory
    from slopewise.progression.parameters import ParameterSets

__all__ = ["CalibratedHistory", "calibrate_natural_history"]

SHORT_CHAIN = 8000  # steps of a chain without one target, where weights alone are not stable
REFITS = 16  # sets whose hazards are fitted anew without one survival target, likewise


@dataclass(frozen=True)
class CalibratedHistory:
    """The natural history and how it was made.

    `survival`: the targets the hazard was fitted to; `predicted`: published summaries that nothing
    was fitted to; `left_out`: each target predicted from all others, where that was asked for.
    """

    history: "NaturalHistory"
    course: "Calibration"
    hazard: "HazardFit"
    survival: "tuple[AchievedTarget, ...]"
    predicted: "tuple[AchievedTarget, ...]"
    left_out: "tuple[LeftOutTarget, ...]"

    @property
    def status(self) -> str:
        """The first status of both stages that is not "converged"."""
        found = (self.course.status, self.hazard.status)
        return next((status for status in found if status != "converged"), "converged")


def calibrate_natural_history(
    *,
    sets: int,
    steps: int,
    seed: int,
    output: Path | None = None,
    leave_one_out: bool = False,
    progress: Progress = silent,
) -> CalibratedHistory:
    """Run both stages; with `output` also write the natural history to that file as JSON.

    The hazard is fitted to the sets as they are written, with five decimals. A run that did not
    converge is written all the same and says so. InputError where the file cannot be written.
    """
    from slopewise.progression.calibrating import hazard_fit, predicted
    from slopewise.progression.calibrating.calibration import calibrate
    from slopewise.progression.natural_history import NaturalHistory, as_json, from_json

    whole = steps + sets
    course = calibrate(
        sets=sets, steps=steps, seed=seed, progress=lambda done, _: progress(done, whole)
    )
    name = f"untreated ALS, seed {seed}, {steps} steps"
    written = from_json(as_json(NaturalHistory(name, course.parameters), made_by={}))
    parameters = written.parameter_sets
    hazard = hazard_fit.fit_hazards(
        parameters,
        course.noise,
        seed=seed,
        progress=lambda done, _: progress(steps + done, whole),
    )
    found = CalibratedHistory(
        NaturalHistory(name, course.parameters, hazard.hazards),
        course,
        hazard,
        hazard_fit.achieved_survival(parameters, hazard.hazards, course.noise),
        predicted.predict_summaries(parameters, hazard.hazards, course.noise),
        _left_out(course, hazard, parameters) if leave_one_out else (),
    )
    if output is not None:
        _write(found, output)
    return found


def _left_out(
    course: "Calibration", hazard: "HazardFit", parameters: "ParameterSets"
) -> "tuple[LeftOutTarget, ...]":
    from slopewise.progression.calibrating import leave_one_out

    return (
        *leave_one_out.leave_one_out(
            course, short_chain=min(SHORT_CHAIN, course.steps // 10), seed=course.seed
        ),
        *leave_one_out.leave_one_out_survival(
            hazard, parameters, course.noise, refits=REFITS, seed=course.seed
        ),
    )


def _write(found: CalibratedHistory, output: Path) -> None:
    from slopewise.progression.natural_history import as_json

    text = as_json(
        found.history,
        made_by={
            "method": "adaptive Metropolis against published summaries",
            "seed": found.course.seed,
            "steps": found.course.steps,
            "status": found.course.status,
            "acceptance": round(found.course.acceptance, 3),
            "targets": _rows(found.course.achieved),
        },
        hazard_made_by={
            "method": "per set: Gauss-Newton maximum, then one of 24 candidates by its weight",
            "seed": found.course.seed,
            "status": found.hazard.status,
            "effective_candidates": round(found.hazard.effective_candidates, 1),
            "targets": _rows(found.survival),
        },
    )
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"the natural history cannot be written to {output} ({error.strerror}); name a "
            "file in a folder that exists and that you may write to"
        ) from None


def _rows(achieved: "Sequence[AchievedTarget]") -> list[dict[str, object]]:
    return [
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
        for row in achieved
    ]
