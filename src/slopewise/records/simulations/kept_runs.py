"""The folder of simulations: one folder a run, with its design, what was asked, what was found.

trial-runs/DESIGN/RUN/design.toml     the design as it was when the run began
                      settings.json   replicates, seed, sizes ... and when it began
                      result.json     what was found; absent until the run ends or is stopped
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from slopewise.errors import InputError, NotFoundError
from slopewise.records.designs.saved import check_name, write_whole
from slopewise.records.trials.simulation_file import read_simulation, write_simulation
from slopewise.trial.simulating.characteristics import TrialSimulation

__all__ = ["KeptRun", "begin_run", "keep_result", "kept_run", "kept_runs", "run_folder"]

RUN = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run: the design it was begun with, what was asked, and what was found so far."""

    design_name: str
    run: str
    design_text: str
    settings: dict[str, Any]
    began_at: datetime
    result: TrialSimulation | None


def run_folder(folder: Path, design_name: str, run: str) -> Path:
    """Where a run lies; NotFoundError for a name or number that none can have."""
    if not RUN.fullmatch(run):
        raise _no_run(run)
    return folder / check_name(design_name) / run


def begin_run(place: Path, design_text: str, settings: dict[str, Any], *, now: datetime) -> None:
    """Note what is run before it is; a run that is there already goes on as it was."""
    if (place / "settings.json").is_file():
        return
    write_whole(place / "design.toml", design_text)
    asked = settings | {"began_at": now.isoformat(timespec="seconds")}
    write_whole(place / "settings.json", json.dumps(asked, indent=1) + "\n")


def keep_result(place: Path, result: TrialSimulation) -> None:
    """Keep what was found, in the place of what an earlier part of the run had found."""
    write_simulation(result, place / "result.json")


def kept_run(folder: Path, design_name: str, run: str) -> KeptRun:
    """One run; NotFoundError where there is none."""
    place = run_folder(folder, design_name, run)
    if not (place / "settings.json").is_file():
        raise _no_run(run)
    try:
        settings = json.loads((place / "settings.json").read_text("utf-8"))
        result_file = place / "result.json"
        return KeptRun(
            design_name,
            run,
            (place / "design.toml").read_text("utf-8"),
            settings,
            datetime.fromisoformat(settings["began_at"]),
            read_simulation(result_file) if result_file.is_file() else None,
        )
    except OSError as error:
        raise InputError(f"{place} cannot be read ({error.strerror})") from None
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{place / 'settings.json'} is damaged ({error}); run it again") from None


def kept_runs(folder: Path, design_name: str = "*") -> tuple[KeptRun, ...]:
    """Every run of a design, or of all, the newest first; what cannot be read is passed over."""
    if design_name != "*":
        check_name(design_name)
    found = []
    for path in folder.glob(f"{design_name}/*/settings.json"):
        try:
            found.append(kept_run(folder, path.parent.parent.name, path.parent.name))
        except InputError:
            continue
    return tuple(sorted(found, key=lambda one: one.began_at, reverse=True))


def _no_run(run: str) -> NotFoundError:
    return NotFoundError(f"there is no run {run[:12]!r} of this design; choose one of the list")
