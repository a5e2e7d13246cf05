"""The scenario: what the treatment does, in truth, in the simulated world; and grids of them."""

from dataclasses import dataclass, replace
from itertools import product
from typing import Annotated

from slopewise.trial.design.limits import ByArm, Limits, LogHazardRatio, Month, Share, SlowingShare

__all__ = ["Grid", "Scenario", "scenarios"]

HalfLife = Annotated[float, Limits(0, 120, "months", above=True)]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Slowing θ of each arm (0 where not named), and how it comes, varies and goes.

    `slowing_spread`: standard deviation of θ between people, in arms whose slowing is not 0: a
    slowing of 0 is no effect in anybody. `responder_share`: people in whom the
    treatment does anything; the others have θ = 0, so the mean slowing is θ times this share.
    `onset_delay_months`: from a dose to its effect. `waning_half_life_months`: absent = it lasts.
    `log_hazard_ratio`: direct effect on survival, beyond what slower decline brings.
    assumption: the defaults state the simplest world, an effect in everybody at once that lasts;
    published effects were transient, so vary them.
    """

    name: str = "as planned"
    slowing: ByArm = ()
    slowing_spread: Annotated[float, Limits(0, 1)] = 0.0
    responder_share: Share = 1.0
    onset_delay_months: Month = 0.0
    waning_half_life_months: HalfLife | None = None
    log_hazard_ratio: ByArm = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Values to be run in every combination; an empty list leaves the scenario's own value.

    `slowing` is set in every arm that the scenario gives a slowing other than 0.
    """

    slowing: tuple[SlowingShare, ...] = ()
    slowing_spread: tuple[Annotated[float, Limits(0, 1)], ...] = ()
    responder_share: tuple[Share, ...] = ()
    onset_delay_months: tuple[Month, ...] = ()
    waning_half_life_months: tuple[HalfLife, ...] = ()
    log_hazard_ratio: tuple[LogHazardRatio, ...] = ()


def scenarios(planned: Scenario, grid: Grid) -> tuple[Scenario, ...]:
    """Every combination of the grid's values, the rest as in the planned scenario."""
    made = []
    varied = [(name, getattr(grid, name)) for name in Grid.__slots__ if getattr(grid, name)]
    for values in product(*(choices for _, choices in varied)):
        chosen = planned
        for (name, _), value in zip(varied, values, strict=True):
            chosen = _with(chosen, name, value, planned)
        words = ", ".join(f"{n} {v:g}" for (n, _), v in zip(varied, values, strict=True))
        made.append(replace(chosen, name=words or planned.name))
    return tuple(made)


def _with(scenario: Scenario, name: str, value: float, planned: Scenario) -> Scenario:
    """The scenario with one value changed."""
    if name == "slowing":
        by_arm = tuple((arm, value if old else old) for arm, old in planned.slowing)
        return replace(scenario, slowing=by_arm)
    if name == "log_hazard_ratio":
        arms = [arm for arm, old in planned.slowing if old] or [
            arm for arm, _ in planned.log_hazard_ratio
        ]
        return replace(scenario, log_hazard_ratio=tuple((arm, value) for arm in arms))
    changes: dict[str, float] = {name: value}
    return replace(scenario, **changes)  # type: ignore[arg-type]
