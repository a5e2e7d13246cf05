"""A whole design. One read from a file has been checked; one made in code: `soundness.checked`."""

from dataclasses import dataclass, field
from typing import Annotated

from slopewise.trial.design.effect import Grid, Scenario
from slopewise.trial.design.limits import Limits, PositiveCount
from slopewise.trial.design.looks import Interim, Reestimation
from slopewise.trial.design.people import Dropout, Enrolment, Entry, Randomisation, RunIn, Visits
from slopewise.trial.design.question import Endpoint, Estimand, IntercurrentEvent, Multiplicity
from slopewise.trial.design.treatment import Arm, ExternalControl, OpenPeriod
from slopewise.trial.design.words import ArmRole, Blinding, EndpointRole, TrialKind

__all__ = ["Design", "Trial"]

DEFAULT_SEED = 20181  # any number: written down so that a run can be repeated


@dataclass(frozen=True, slots=True)
class Trial:
    """What the trial is called, its kind, how many people, and how long each is followed.

    `size`: people randomised (or treated, in a single arm). `reenacts`: a published study whose
    design this repeats; analyses that are refused elsewhere are then allowed, with a remark.
    """

    name: str
    kind: TrialKind
    size: PositiveCount
    duration_months: Annotated[float, Limits(0, 120, "months", above=True)]
    title: str = ""
    blinding: Blinding = Blinding.DOUBLE_BLIND
    seed: Annotated[int, Limits(0, 2**53)] = DEFAULT_SEED
    reenacts: str | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """Every part of a trial that has to be fixed before it starts."""

    trial: Trial
    arms: tuple[Arm, ...]
    visits: Visits
    enrolment: Enrolment
    estimands: tuple[Estimand, ...]
    endpoints: tuple[Endpoint, ...]
    randomisation: Randomisation = field(default=Randomisation())
    run_in: RunIn = field(default=RunIn())
    entry: Entry = field(default=Entry())
    dropout: Dropout = field(default=Dropout())
    intercurrent_events: tuple[IntercurrentEvent, ...] = ()
    multiplicity: Multiplicity = field(default=Multiplicity())
    interim: Interim | None = None
    reestimation: Reestimation | None = None
    external_control: ExternalControl | None = None
    open_period: OpenPeriod | None = None
    scenario: Scenario = field(default=Scenario())
    grid: Grid = field(default=Grid())

    @property
    def treatments(self) -> tuple[Arm, ...]:
        """Arms under test."""
        return tuple(arm for arm in self.arms if arm.role is ArmRole.TREATMENT)

    @property
    def controls(self) -> tuple[Arm, ...]:
        """Arms to compare with."""
        return tuple(arm for arm in self.arms if arm.role is ArmRole.CONTROL)

    @property
    def primary(self) -> tuple[Endpoint, ...]:
        """The endpoints the trial stands or falls with."""
        return tuple(one for one in self.endpoints if one.role is EndpointRole.PRIMARY)

    @property
    def maximum_size(self) -> int:
        """The most people that can be randomised."""
        return self.reestimation.maximum_size if self.reestimation else self.trial.size

    @property
    def allocation(self) -> tuple[int, ...]:
        """People of each arm in a smallest block; equal where the file does not say."""
        return self.randomisation.allocation or (1,) * len(self.arms)

    @property
    def block_sizes(self) -> tuple[int, ...]:
        """Sizes of blocks; twice the smallest where the file does not say (assumption)."""
        return self.randomisation.block_sizes or (2 * sum(self.allocation),)
