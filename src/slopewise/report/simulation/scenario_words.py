"""Scenarios in words, which of them is the planned one, and rates out of 100 with their error."""

from collections.abc import Sequence

from slopewise.report.numbers import THIN_SPACE, decimal, months, percent, plural
from slopewise.trial.design.effect import Scenario
from slopewise.trial.design.limits import ByArm
from slopewise.trial.simulating.characteristics import (
    Average,
    EndpointCharacteristics,
    Rate,
    ScenarioCharacteristics,
    TrialSimulation,
)

__all__ = [
    "alpha_words",
    "average_words",
    "marked_name",
    "of_100",
    "planned_scenario",
    "plus_minus",
    "scenario_label",
    "scenario_words",
    "shared_words",
    "short_words",
    "shown_slowing",
    "without_effect",
]

DAGGER = "\u2020"
PLUS_MINUS = "\u00b1"


def scenario_words(told: ScenarioCharacteristics) -> str:
    """What the treatment does in this scenario: "slowing of 30 %", "without any effect"."""
    if told.slowing_drawn is not None:
        drawn = told.slowing_drawn
        return (
            "slowing drawn anew for each trial from the published evidence"
            f" (mean {percent(drawn.mean)}, spread {percent(drawn.spread)})"
        )
    if not told.has_effect:
        return "without any effect"
    return ", ".join([_slowing_words(told.scenario), *_how(told.scenario)])


def short_words(told: ScenarioCharacteristics, simulation: TrialSimulation) -> str:
    """The same without what every scenario with an effect shares (`shared_words`)."""
    if told.slowing_drawn is not None:
        return "slowing from the evidence"
    if not told.has_effect:
        return scenario_words(told)
    shared = _shared(simulation)
    own = [word for word in _how(told.scenario) if word not in shared]
    return ", ".join([_slowing_words(told.scenario), *own])


def shared_words(simulation: TrialSimulation) -> str:
    """One sentence on how the effect comes in every scenario that has one; empty if at once."""
    shared = _shared(simulation)
    return f"The effect in every scenario that has one: {', '.join(shared)}." if shared else ""


def _shared(simulation: TrialSimulation) -> list[str]:
    found = [
        _how(one.scenario)
        for one in simulation.scenarios
        if one.has_effect and one.slowing_drawn is None
    ]
    return [word for word in found[0] if all(word in words for words in found)] if found else []


def scenario_label(told: ScenarioCharacteristics, simulation: TrialSimulation) -> str:
    """A heading of its own for each part of a simulation; with the size where several were run."""
    words = short_words(told, simulation)
    if len({one.people for one in simulation.scenarios}) > 1:
        words += f", {plural(told.people, 'person', 'people')}"
    own = short_words(told, simulation)
    same = [one for one in simulation.scenarios if short_words(one, simulation) == own]
    if sum(one.people == told.people for one in same) > 1:
        words += f" ({told.name})"
    return f"{words[0].upper()}{words[1:]}"


def planned_scenario(simulation: TrialSimulation) -> ScenarioCharacteristics | None:
    """The first with an effect that was not drawn: the scenario of the design file."""
    with_effect = (
        one for one in simulation.scenarios if one.has_effect and one.slowing_drawn is None
    )
    return next(with_effect, None)


def without_effect(
    simulation: TrialSimulation, people: int | None = None
) -> ScenarioCharacteristics | None:
    """The trial of this size (the first where None) in which the treatment does nothing."""
    for one in simulation.scenarios:
        if not one.has_effect and people in (None, one.people):
            return one
    return None


def alpha_words(alpha: float) -> str:
    """The planned type I error in the key of a figure."""
    return f"planned false alarms: {decimal(100 * alpha, 1)} of 100"


def shown_slowing(scenario: Scenario) -> float:
    """One number to draw a scenario at: the slowing farthest from 0 of any arm."""
    return max((value for _, value in scenario.slowing), key=abs, default=0.0)


def of_100(rate: Rate) -> str:
    """Of 100 replicates, with the Monte Carlo standard error: "62 of 100 (±1.5)".

    Where all or none were counted the error is not 0: the 95 % interval is given instead.
    """
    if not rate.of:
        return "not simulated"
    share, places = 100.0 * rate.share, _places(rate)
    if rate.count in (0, rate.of):
        low, high = rate.interval
        ends = f"{decimal(100 * low, 1)} to {decimal(100 * high, 1)}"
        return f"{decimal(share, 0)} of 100 (95{THIN_SPACE}%: {ends})"
    return f"{decimal(share, places)} of 100 ({plus_minus(100.0 * rate.error)})"


def plus_minus(error: float) -> str:
    """A Monte Carlo standard error with two signs that count."""
    places = 1 if error >= 0.095 else 2 if error >= 0.0095 else 3 if error >= 0.00095 else 4
    return f"{PLUS_MINUS}{decimal(error, places)}"


def average_words(average: Average | None, places: int = 1) -> str:
    """A mean and how the replicates spread: "31.2 (spread 1.4)"."""
    if average is None or not average.of:
        return "\u2013"
    return f"{decimal(average.mean, places)} (spread {decimal(average.spread, places)})"


def _places(rate: Rate) -> int:
    error = 100.0 * rate.error
    return 0 if error >= 0.95 else 1 if error >= 0.095 else 2


def _slowing_words(scenario: Scenario) -> str:
    given = [(arm, value) for arm, value in scenario.slowing if value]
    if not given:
        if not scenario.log_hazard_ratio:
            return "no slowing"
        return "no slowing, but a direct effect on survival"
    values = {value for _, value in given}
    if len(values) == 1:
        return _one_slowing(values.pop())
    return "slowing of " + _listed([f"{percent(value)} in {arm}" for arm, value in given])


def _one_slowing(value: float) -> str:
    if value < 0:
        return f"decline {percent(-value)} faster"
    return f"slowing of {percent(value)}"


def _how(scenario: Scenario) -> list[str]:
    """What differs from the simplest effect: in everybody, at once, lasting, on function alone."""
    said = []
    if scenario.responder_share < 1:
        said.append(f"in {percent(scenario.responder_share)} of people only")
    if scenario.slowing_spread:
        said.append(f"varying between people by {percent(scenario.slowing_spread)}")
    if scenario.onset_delay_months:
        said.append(f"beginning {months(scenario.onset_delay_months)} after a dose")
    if scenario.waning_half_life_months is not None:
        said.append(f"halving every {months(scenario.waning_half_life_months)}")
    if any(value for _, value in scenario.log_hazard_ratio):
        said.append(f"direct log hazard ratio {_ratios(scenario.log_hazard_ratio)}")
    return said


def _ratios(values: ByArm) -> str:
    given = {value for _, value in values}
    if len(given) == 1:
        return decimal(given.pop(), 2)
    return _listed([f"{decimal(value, 2)} in {arm}" for arm, value in values])


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def marked_name(endpoint: EndpointCharacteristics) -> str:
    """Name of an endpoint, with a mark where it is refused as primary."""
    return f"{endpoint.name} {DAGGER}" if endpoint.refused else endpoint.name
