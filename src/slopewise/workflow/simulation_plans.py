"""Which trials a simulation runs: scenarios, sizes, no effect, and what the evidence expects."""

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.trial.design.canonical import canonical_text
from slopewise.trial.design.effect import Scenario, scenarios

if TYPE_CHECKING:
    from slopewise.trial.design.design import Design
    from slopewise.trial.simulating.plan import TrialPlan
    from slopewise.workflow.simulate_trial import SimulationRequest

__all__ = ["plans_of", "run_key"]

# θ drawn from so many evenly spaced quantiles stands for the whole predictive distribution
_DRAWS = 999


def run_key(request: "SimulationRequest") -> str:
    """Names everything the tables of a run follow from, but for how many there are."""
    from slopewise.workflow.fingerprint import simulation_version

    parts = (
        canonical_text(request.design), request.seed, request.sizes, request.with_null,
        request.assurance, simulation_version(),
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def plans_of(request: "SimulationRequest") -> tuple["TrialPlan", ...]:
    """The planned scenario first, then the grid's, no effect, the sizes, and the evidence's θ."""
    from slopewise.progression.natural_history import embedded
    from slopewise.trial.simulating.plan import has_effect, plan_trial, without_effect

    design = request.design
    kept = [design.scenario]
    for one in scenarios(design.scenario, design.grid):
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    if request.with_null and all(has_effect(one) for one in kept):
        kept.append(without_effect(design.scenario))
    size = design.trial.size
    cells: list[tuple[Scenario, int, tuple[float, ...]]] = [(one, size, ()) for one in kept]
    ends = [kept[0], *(one for one in kept if not has_effect(one))][:2]
    cells += [(one, n, ()) for n in sorted({*request.sizes} - {size}) for one in ends]
    if request.assurance:
        _check_assurance(design)
        cells.append((design.scenario, size, _expected_slowing()))
    return tuple(
        plan_trial(
            design, scenario, history=embedded(), people=people, seed=request.seed,
            drawn_slowing=drawn,
        )
        for scenario, people, drawn in cells
    )  # fmt: skip


def _check_assurance(design: "Design") -> None:
    """A drawn slowing replaces that of the treated arms, and of nothing before randomisation."""
    if design.open_period is not None:
        raise InputError(
            "assurance is not offered for a randomised withdrawal: the slowing drawn for a trial"
            " would have to hold in its open period too; leave --assurance out"
        )
    if not any(value for _, value in design.scenario.slowing):
        raise InputError(
            "assurance draws the slowing of the arms that have one, and here no arm has; give an"
            " arm a slowing other than 0 in [scenario], or leave --assurance out"
        )


def _same(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios differ in their name alone."""
    return replace(one, name="") == replace(other, name="")


def _expected_slowing() -> tuple[float, ...]:
    from slopewise.workflow.evidence_prior import trial_prior

    expected = trial_prior().predictive.new_trial
    return tuple(expected.quantile((k + 0.5) / _DRAWS) for k in range(_DRAWS))
