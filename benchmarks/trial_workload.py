"""The peers' workload as a design: 300 people, 1:1, visits at 0, 2, 4, 6, 9, 12 months, one class.

The same model as `trial_peers.R`: level N(38, 5.5²), slope N(−1, 0.8²) with a correlation of 0.2,
residual SD 2, a Weibull hazard that follows function, 15 % lost by month 18, 0.25 points a month
kept by the treated (slowing a quarter).
"""

import math

import numpy as np

from slopewise.progression.hazard import HazardSets
from slopewise.progression.natural_history import NaturalHistory
from slopewise.progression.parameters import ParameterSets
from slopewise.trial.design.design import Design
from slopewise.workflow.trial_design import read_design_text

__all__ = ["peers_design", "textbook_history"]

_ENDPOINTS = {
    "slope": 'analysis = "slope"',
    "mmrm": 'analysis = "mmrm"',
    "joint-rank": 'analysis = "joint-rank"',
    "win-ratio": 'analysis = "win-ratio"',
    "log-rank": 'analysis = "time-to-event"',
}
_TEXT = """
[trial]
name = "peers"
kind = "parallel"
size = 300
duration_months = 12
[[arms]]
name = "treated"
role = "treatment"
dose_months = [0]
[[arms]]
name = "control"
role = "control"
[visits]
months = [0, 2, 4, 6, 9, 12]
window_days = 0
[enrolment]
months = 36
[[enrolment.sites]]
name = "all"
people_per_month = 25
[dropout]
per_month = {leaving}
[[intercurrent_events]]
event = "death"
strategy = "while-on-treatment"
[[estimands]]
name = "all"
treatment = "treated"
control = "control"
variable = "as the endpoint says"
summary = "difference"
[scenario]
slowing = {{ treated = 0.25 }}
"""
_LOOKS = """
[interim]
information = [0.5, 1]
spending = "obrien-fleming"
"""


def peers_design(*analyses: str, looks: bool = False) -> Design:
    """The design with these analyses; the first is primary."""
    text = _TEXT.format(leaving=-math.log(0.85) / 18.0) + (_LOOKS if looks else "")
    for place, analysis in enumerate(analyses):
        role = "secondary" if place else "primary"
        text += f'\n[[endpoints]]\nname = "{analysis}"\nrole = "{role}"\nestimand = "all"\n'
        text += _ENDPOINTS[analysis] + "\n"
    read = read_design_text(text, file="peers")
    if read.design is None:
        raise SystemExit("\n".join(str(error) for error in read.errors))
    return read.design


def textbook_history() -> NaturalHistory:
    """One class without wander: the textbook joint model of the peers' scripts."""

    def one(value: float) -> np.ndarray:
        return np.array([[value]])

    sets = ParameterSets(
        weight=one(1.0), mean_level=one(38.0), mean_slope=one(-1.0), sd_level=one(5.5),
        sd_slope=one(0.8), correlation=one(0.2), residual_sd=one(2.0), wander_sd=one(0.0),
        wander_months=one(6.0),
    )  # fmt: skip
    shape, scale = 1.2, 166.5  # months, as trial_peers.R
    hazard = HazardSets(
        log_baseline=one(-shape * math.log(scale)), weibull_shape=one(shape),
        association_value=one(-0.1), association_slope=one(0.0), reference_value=38.0,
    )  # fmt: skip
    return NaturalHistory("textbook", sets, hazard)
