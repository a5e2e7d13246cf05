"""The looks of a trial: what they mean under several effects, and what one that was taken says."""

from dataclasses import dataclass

from slopewise.errors import InputError
from slopewise.trial.boundary import Boundary, BoundaryStatus, Stopping, stopping
from slopewise.trial.interim import (
    AdjustedResult,
    RepeatedInterval,
    adjusted_result,
    conditional_power,
    predictive_power,
    repeated_interval,
)

__all__ = ["LookReading", "LookTaken", "PlannedLooks", "planned_looks", "read_look"]


@dataclass(frozen=True, slots=True)
class PlannedLooks:
    """The bounds, and how often the trial stops where."""

    plan: Boundary
    none: Stopping
    half: Stopping
    planned: Stopping

    @property
    def is_reached(self) -> bool:
        """Whether all bounds that were asked for were found."""
        return self.plan.status is BoundaryStatus.CONVERGED


def planned_looks(plan: Boundary) -> PlannedLooks:
    """Add the chances of stopping."""
    return PlannedLooks(plan, *(stopping(plan, share * plan.drift) for share in (0.0, 0.5, 1.0)))


@dataclass(frozen=True, slots=True)
class LookTaken:
    """What a look found: which one (from 1), estimate (positive: treated better) and its error."""

    look: int
    estimate: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class LookReading:
    """What it means. `says`: benefit, harm, hopeless, go on, or no benefit shown at the last look.

    Chances of success later, None at the last look: `if_none`, `if_trend`, `if_planned` by the
    effect there is, `predicted` averaged over what the data leave open. `adjusted` is for a trial
    that stops here.
    """

    taken: LookTaken
    z: float
    says: str
    if_none: float | None
    if_trend: float | None
    if_planned: float | None
    predicted: float | None
    repeated: RepeatedInterval
    adjusted: AdjustedResult


def read_look(plan: Boundary, taken: LookTaken) -> LookReading:
    """Read a look; InputError where there is no such look or the error is not above 0."""
    number, estimate, error = taken.look, taken.estimate, taken.standard_error
    if not 1 <= number <= len(plan.information):
        raise InputError(f"look {number} is not among the {len(plan.information)} planned ones")
    repeated = repeated_interval(plan, number, estimate, standard_error=error)
    z, share = estimate / error, plan.information[number - 1]
    ahead = number < len(plan.information)

    def later(drift: float) -> float | None:
        return conditional_power(plan, number, z, drift=drift) if ahead else None

    return LookReading(
        taken=taken,
        z=z,
        says=_says(plan, number, z),
        if_none=later(0.0),
        if_trend=later(z / share**0.5),
        if_planned=later(plan.drift),
        predicted=predictive_power(plan, number, z) if ahead else None,
        repeated=repeated,
        adjusted=adjusted_result(plan, number, estimate, standard_error=error),
    )


def _says(plan: Boundary, number: int, z: float) -> str:
    bound = plan.efficacy[number - 1]
    if z >= bound:
        return "benefit"
    if plan.sides == 2 and z <= -bound:
        return "harm"
    if number == len(plan.information):
        return "no benefit shown"
    hopeless = plan.futility is not None and z < plan.futility.z[number - 1]
    return "hopeless" if hopeless else "go on"
