"""What the page of one simulation shows, and the files that can be taken away from it."""

import json
from typing import TYPE_CHECKING, Any

from slopewise.errors import NotFoundError
from slopewise.report.numbers import decimal, whole
from slopewise.report.tables import Column, Table
from slopewise.web.jobs import JobState
from slopewise.workflow.trial_runs import KeptRun, choices_of, design_of, run_command

if TYPE_CHECKING:
    from slopewise.trial.simulating.characteristics import TrialSimulation

__all__ = ["download_of", "shown_result"]

_FILES = (("design.toml", "Design (TOML)"), ("settings.json", "Settings and seed (JSON)"))


def shown_result(run: KeptRun, state: JobState | None) -> dict[str, Any]:
    """The answers of a run, or why there are none; `state`: how it ended just now."""
    return {
        "run": run,
        "state": state,
        "choices": choices_of(run),
        "design": design_of(run),
        "found": run.result,
        "table": None if run.result is None else _table(run.result),
        "files": _FILES if run.result is not None else _FILES[:2],
        "command_words": run_command(run, f"{run.design_name}-design.toml"),
    }


def download_of(run: KeptRun, file: str) -> tuple[str, str]:
    """A file of a run and its media type; NotFoundError for one that there is not."""
    if file == "design.toml":
        return run.design_text, "application/toml"
    if file == "settings.json":
        told = run.settings | {"command": run_command(run, f"{run.design_name}-design.toml")}
        return json.dumps(told, indent=1) + "\n", "application/json"
    raise NotFoundError(f"this run has no file {file[:40]!r}; use a link of its page")


def _table(found: "TrialSimulation") -> Table:
    """One row a scenario and size: how often the trial is won."""
    rows = tuple(
        (
            one.name,
            whole(one.people),
            whole(one.replicates),
            f"{decimal(100 * one.success.share)} \u00b1 {decimal(100 * one.success.error)}",
        )
        for one in found.scenarios
    )
    columns = (
        Column("Scenario"),
        Column("People", is_number=True),
        Column("Replicates", is_number=True),
        Column("Won, of 100", is_number=True),
    )
    return Table("Scenarios", columns, rows, "\u00b1 Monte Carlo standard error.")
