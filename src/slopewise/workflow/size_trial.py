"""Size a design by closed forms, and check the answer by simulation where that is asked."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Grid
from slopewise.workflow.progress import Progress, silent
from slopewise.workflow.simulate_trial import SimulationRequest, simulate_trial
from slopewise.workflow.trial_design import load_design

if TYPE_CHECKING:
    from slopewise.trial.simulating.characteristics import ScenarioCharacteristics
    from slopewise.trial.size.design_size import CheckedPower, DesignSize, SizedTrial

__all__ = ["SizeRequest", "size_trial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRequest:
    """What is asked: power; replicates that check it (0: none), with workers and seed."""

    place: Path
    power: float = 0.9
    check: int = 0
    workers: int = 1
    seed: int | None = None


def size_trial(request: SizeRequest, *, progress: Progress = silent) -> "SizedTrial":
    """Size the design of a file; InputError says what cannot be."""
    from slopewise.progression.natural_history import embedded
    from slopewise.trial.simulating.plan import plan_trial
    from slopewise.trial.size.design_size import SizedTrial, size_design

    if request.check < 0 or request.workers < 1:
        raise InputError("--check takes 0 or more replicates, --workers 1 or more")
    design = load_design(request.place)
    alpha = design.multiplicity.alpha / design.multiplicity.sides
    if not alpha < request.power < 1:
        raise InputError(
            f"--power {request.power:g} is not between the type I error {alpha:g} and 1; give for"
            " instance 0.9"
        )
    history = embedded()
    plan = plan_trial(design, design.scenario, history=history, seed=request.seed)
    found = size_design(plan, power=request.power)
    checked = _checked(request, design, found, progress=progress) if request.check else ()
    return SizedTrial(found, design, history.name, plan.seed, checked)


def _checked(
    request: SizeRequest, design: Design, found: "DesignSize", *, progress: Progress
) -> tuple["CheckedPower", ...]:
    """Power at the design's own size, and at the size found for each primary endpoint.

    Sizes that the sites cannot bring in time are left out: such a trial would end smaller.
    """
    wanted = [
        one.people
        for one in found.endpoints
        if one.role == "primary" and one.people and one.people <= found.enrolled_by_then
    ]
    simulated = simulate_trial(
        SimulationRequest(
            design=replace(design, grid=Grid()),
            replicates=request.check,
            workers=request.workers,
            seed=request.seed,
            sizes=tuple(sorted({design.trial.size, *wanted})),
            with_null=False,
            examples=0,
        ),
        progress=progress,
    )
    return tuple(
        power
        for scenario in simulated.scenarios
        for power in _of(scenario, design, found)
        if scenario.has_effect
    )


def _of(
    scenario: "ScenarioCharacteristics", design: Design, found: "DesignSize"
) -> list["CheckedPower"]:
    from slopewise.trial.size.design_size import CheckedPower

    table = design.multiplicity
    shares = table.order or tuple(one.name for one in design.primary)
    own = scenario.people == design.trial.size
    sized = {
        one.endpoint
        for one in found.endpoints
        if one.power_at_design_size is not None and (own or one.people == scenario.people)
    }
    return [
        CheckedPower(one.name, scenario.people, rate.share, *rate.interval, rate.of)
        for one in scenario.endpoints
        if one.name in sized
        for rate in [one.power if one.name in shares else one.alone]
    ]
