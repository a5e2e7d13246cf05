"""A simulation as an object for programs, and the way back.

Keys are the names of the records in `slopewise.trial.simulating.characteristics`; `schema` names
their version. A rate is {value, error, low, high, count, of}, an average {mean, spread, error, of};
nothing is rounded. `answers`, `cautions` and `refusals` are sentences for people, and `simulated`
is always true; these are not read back.
"""

from typing import Any

from slopewise.report.simulation.answers import answers, cautions, refusals
from slopewise.trial.simulating.characteristics import TrialSimulation
from slopewise.trial.simulating.plain import simulation_from_plain, simulation_plain

__all__ = ["simulation_from", "simulation_object"]


def simulation_object(simulation: TrialSimulation) -> dict[str, Any]:
    """Everything that was found, with the answers in words."""
    plain = simulation_plain(simulation)
    words = {
        "simulated": True,
        "answers": list(answers(simulation)),
        "cautions": list(cautions(simulation)),
        "refusals": list(refusals(simulation)),
    }
    return {"schema": plain.pop("schema"), **words, **plain}


def simulation_from(value: object) -> TrialSimulation:
    """The same simulation; InputError names the first damaged place."""
    return simulation_from_plain(value)
