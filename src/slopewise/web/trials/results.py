"""What the pages of looks, size and simulations show, and the files to take away."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slopewise.errors import NotFoundError
from slopewise.web.jobs import JobState
from slopewise.workflow.trial_runs import KeptRun, choices_of, design_of, run_command

if TYPE_CHECKING:
    from slopewise.trial.boundary import Boundary
    from slopewise.trial.design.design import Design
    from slopewise.trial.simulating.characteristics import TrialSimulation

__all__ = ["download_of", "shown_looks", "shown_result", "shown_running", "shown_size"]

_ASKED = (("design.toml", "Design (TOML)"), ("settings.json", "Settings and seed (JSON)"))
_FOUND = (
    ("result.json", "Results (JSON)"),
    ("result.csv", "Results (CSV)"),
    ("report.html", "Report (HTML)"),
)


def shown_looks(name: str, design: "Design") -> dict[str, Any]:
    """Bounds of the looks, chances of stopping, and what looking costs."""
    from slopewise.report.simulation.looks import figure_boundary
    from slopewise.report.trial import boundary_text as words
    from slopewise.workflow.trial_boundary import boundary_command, plan_looks, request_of_design

    asked = request_of_design(design)
    looks = None if asked is None else plan_looks(asked)
    return {
        "name": name,
        "design": design,
        "looks": looks,
        "drawing": None if looks is None else figure_boundary(looks.plan),
        "words": words,
        "command_words": "" if asked is None else boundary_command(asked),
    }


def shown_size(place: Path, *, power: float) -> dict[str, Any]:
    """How many people each endpoint of a design file needs."""
    from slopewise.report.trial.size_text import size_table, size_words
    from slopewise.workflow.size_trial import SizeRequest, size_trial

    found = size_trial(SizeRequest(place=place, power=power))
    return {
        "design": found.design,
        "table": size_table(found),
        "words": size_words(found),
        "command_words": shlex.join(
            ["slopewise", "trial", "size", str(place), "--power", f"{power:g}"]
        ),
    }


def shown_running(run: KeptRun, state: JobState) -> dict[str, Any]:
    """How far a run is, and the command that does the same."""
    return {"run": run, "state": state, "command_words": _command(run)}


def shown_result(run: KeptRun, state: JobState | None) -> dict[str, Any]:
    """The answers of a run, or why there are none; `state`: how it ended just now."""
    from slopewise.report.trial.simulation_report import simulation_section

    design, command = design_of(run), _command(run)
    section = None
    if run.result is not None:
        bounds = _bounds(design)
        section = simulation_section(run.result, design, command, boundary=bounds)
    return {
        "run": run,
        "state": state,
        "choices": choices_of(run),
        "design": design,
        "found": run.result,
        "section": section,
        "command_words": command,
        "files": _ASKED if run.result is None else (*_ASKED, *_FOUND),
    }


def download_of(run: KeptRun, file: str) -> tuple[str, str]:
    """A file of a run and its media type; NotFoundError for one that there is not."""
    if file == "design.toml":
        return run.design_text, "application/toml"
    if file == "settings.json":
        told = run.settings | {"command": _command(run)}
        return json.dumps(told, indent=1) + "\n", "application/json"
    made = None if run.result is None else _made(run, run.result, file)
    if made is None:
        raise NotFoundError(f"this run has no file {file[:40]!r}; use a link of its page")
    return made


def _made(run: KeptRun, found: "TrialSimulation", file: str) -> tuple[str, str] | None:
    if file == "result.json":
        from slopewise.report.trial.simulation_json import simulation_object

        text = json.dumps(simulation_object(found), indent=1, ensure_ascii=False, allow_nan=False)
        return text + "\n", "application/json"
    if file == "result.csv":
        from slopewise.report.simulation.tables import operating_csv

        return operating_csv(found), "text/csv"
    if file == "report.html":
        from slopewise.report.trial.simulation_report import simulation_report

        design = design_of(run)
        text = simulation_report(found, design, _command(run), boundary=_bounds(design))
        return text, "text/html"
    return None


def _command(run: KeptRun) -> str:
    return run_command(run, f"{run.design_name}-design.toml")


def _bounds(design: "Design") -> "Boundary | None":
    """The bounds of the looks; None without looks at shares of the information."""
    from slopewise.workflow.trial_boundary import plan_looks, request_of_design

    asked = request_of_design(design)
    return None if asked is None else plan_looks(asked).plan
