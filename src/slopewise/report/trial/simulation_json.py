"""A simulation as an object for programs.

Keys are the names of the records in `slopewise.trial.simulating.characteristics`; `schema` names
their version. A rate is {value, error, low, high, count, of}, an average {mean, spread, error, of};
nothing is rounded. `answers`, `cautions` and `refusals` are sentences for people, and `simulated`
is always true; these are not read back (`trial.simulating.plain` reads the rest).
"""

from typing import Any

from slopewise.report.simulation.answers import answers, cautions, refusals
from slopewise.trial.simulating.characteristics import TrialSimulation
from slopewise.trial.simulating.plain import simulation_plain

__all__ = ["simulation_object"]


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
