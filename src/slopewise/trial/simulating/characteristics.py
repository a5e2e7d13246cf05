"""What simulation says of a design: how often it wins, how right it is, how long it takes.

Every number has its Monte Carlo error: the standard error due to the number of replicates. All of
it is simulated and must be labelled so wherever it is shown.
"""

import math
from dataclasses import dataclass

from slopewise.trial.design.effect import Scenario

__all__ = [
    "Average",
    "EndpointCharacteristics",
    "ExampleTrial",
    "LookCharacteristics",
    "Rate",
    "ScenarioCharacteristics",
    "TrialSimulation",
]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of replicates."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """Count over all; 0 where there is nothing to count."""
        return self.count / self.of if self.of else 0.0

    @property
    def error(self) -> float:
        """Monte Carlo standard error √(p (1 − p) / n)."""
        return math.sqrt(self.share * (1.0 - self.share) / self.of) if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval for the Monte Carlo error, which is never empty at 0 or 1."""
        if not self.of:
            return 0.0, 1.0
        z2 = 1.959963984540054**2
        middle = (self.share + z2 / (2 * self.of)) / (1 + z2 / self.of)
        half = math.sqrt(z2 * (self.share * (1 - self.share) / self.of + z2 / (4 * self.of**2))) / (
            1 + z2 / self.of
        )
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Average:
    """A mean over replicates, how the replicates spread, and its Monte Carlo standard error."""

    mean: float
    spread: float
    of: int

    @property
    def error(self) -> float:
        """Monte Carlo standard error."""
        return self.spread / math.sqrt(self.of) if self.of else 0.0


@dataclass(frozen=True, slots=True)
class EndpointCharacteristics:
    """One endpoint under one scenario.

    `power`: won by the trial's own rules (its share of alpha, the other endpoints, the looks);
    type I error where the scenario has no effect. `alone`: its p-value at the end of the trial
    below the whole alpha, looks and other endpoints aside. `estimate`, `bias`, `standard_error`
    are on the scale that `scale` names, logarithms for ratios (`is_log`). `truth`: what an endless
    trial without deaths and leaving would find; None where the estimand has no such value.
    `coverage`: 95 % intervals that hold the truth. `slowing`: estimates of θ where there are any.
    `unread`: replicates in which the analysis came to no answer (they count as not won).
    `controls_responding`: share of the control arm that meets a responder rule.
    """

    name: str
    role: str  # primary, secondary
    analysis: str
    treatment: str
    control: str
    scale: str
    is_log: bool
    better: str  # higher, lower
    alpha: float  # its own share, in favour of the treatment
    power: Rate
    alone: Rate
    unread: int
    estimate: Average | None = None
    standard_error: Average | None = None
    truth: float | None = None
    bias: Average | None = None
    coverage: Rate | None = None
    slowing: Average | None = None
    slowing_truth: float | None = None
    controls_responding: Average | None = None
    refused: str = ""  # why it cannot be primary, where it cannot


@dataclass(frozen=True, slots=True)
class LookCharacteristics:
    """One look: when it comes, and how many trials end there."""

    look: int
    information: float
    month: Average  # calendar month of the look, among the trials that reached it
    people: Average  # randomised by then
    efficacy: Rate  # of all replicates
    futility: Rate
    reached: Rate
    enlarged: Rate  # whose size was raised here


@dataclass(frozen=True, slots=True)
class ScenarioCharacteristics:
    """A design under one scenario and with one size.

    `alpha`: the chance of a false alarm in favour of the treatment that the whole trial plans for
    (half of a two-sided alpha).
    """

    name: str
    scenario: Scenario
    people: int  # planned size
    has_effect: bool
    alpha: float
    replicates: int
    success: Rate  # the trial's own rule: at least one primary endpoint won
    endpoints: tuple[EndpointCharacteristics, ...]
    looks: tuple[LookCharacteristics, ...]
    size: Average  # people randomised
    months: Average  # calendar months from the first opening to the end of the trial
    events: Average  # survival events seen
    dead: tuple[tuple[str, Average], ...]  # arm, share with the survival event by the end
    left: tuple[tuple[str, Average], ...]  # arm, share who left while alive
    slowing_drawn: Average | None = None  # assurance: θ was drawn anew for each trial


@dataclass(frozen=True, slots=True)
class ExampleTrial:
    """One simulated trial to look at: mean scores by arm and visit, survival, and every answer.

    `scores`: (arm, mean score of those seen at each visit month, people seen). `answers`:
    (endpoint, estimate, low, high, two-sided p), None where there is no answer.
    """

    number: int
    stopped: str  # at the end, for benefit at look 1, as hopeless at look 2
    people: int
    months: float
    visit_months: tuple[float, ...]
    scores: tuple[tuple[str, tuple[float | None, ...], tuple[int, ...]], ...]
    alive: tuple[tuple[str, tuple[float, ...]], ...]  # arm, share free of the event by visit month
    answers: tuple[tuple[str, float | None, float | None, float | None, float | None], ...]
    won: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialSimulation:
    """Everything that one run found, and how to run it again."""

    design_name: str
    design_hash: str
    natural_history: str
    seed: int
    replicates: int  # asked for, in each scenario
    finished: int  # of all scenarios together
    status: str  # finished, stopped, incomplete
    scenarios: tuple[ScenarioCharacteristics, ...]
    examples: tuple[ExampleTrial, ...]
    assumptions: tuple[str, ...]
    admitted_share: float  # of those screened, by the entry rules
    version: str
    missing: tuple[str, ...] = ()  # why, for each block of replicates that is not there
