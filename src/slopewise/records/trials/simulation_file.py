"""A simulation as a JSON file: kept, sent, and shown later."""

import json
from pathlib import Path

from slopewise.errors import InputError
from slopewise.trial.simulating.characteristics import TrialSimulation
from slopewise.trial.simulating.plain import simulation_from_plain, simulation_plain

__all__ = ["read_simulation", "write_simulation"]


def write_simulation(simulation: TrialSimulation, place: Path) -> None:
    """Write the file whole or not at all; one that is there is replaced."""
    text = json.dumps(simulation_plain(simulation), ensure_ascii=False, indent=1, allow_nan=False)
    beside = place.with_name(f"{place.name}.part")
    try:
        beside.write_text(f"{text}\n", encoding="utf-8")
        beside.replace(place)
    except OSError as error:
        raise InputError(
            f"the simulation cannot be written to {place} ({error.strerror}); give a file in a"
            " folder that you may write to"
        ) from None


def read_simulation(place: Path) -> TrialSimulation:
    """Read what `write_simulation` or `slopewise trial simulate --json` wrote.

    Raises InputError that names the file and the first damaged place.
    """
    try:
        value = json.loads(place.read_text(encoding="utf-8"))
        return simulation_from_plain(value)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{place} cannot be read as a simulation ({error}); give a file that"
            " `slopewise trial simulate --json` wrote, unchanged"
        ) from None
