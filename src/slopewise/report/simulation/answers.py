"""What a simulation answers, in plain words; and what must be said aloud beside it."""

from slopewise.report.numbers import THIN_SPACE, decimal, plural, whole
from slopewise.report.simulation.scenario_words import (
    of_100,
    planned_scenario,
    plus_minus,
    scenario_label,
    scenario_words,
    shared_words,
    short_words,
    without_effect,
)
from slopewise.trial.simulating.characteristics import (
    EndpointCharacteristics,
    Rate,
    ScenarioCharacteristics,
    TrialSimulation,
)
from slopewise.trial.simulating.false_alarm import is_above_plan, most_by_chance

__all__ = ["answers", "cautions", "refusals", "run_words"]

_MOST_SCENARIOS = 6  # said in sentences; all of them stand in the tables
# assumption: a bias of a tenth of the standard error takes about 0.1 of 100 from the coverage of a
# 95 % interval and is not worth a warning; chance allows 2.6 Monte Carlo errors (99 %)
_BIAS_SAID = 0.1
_CHANCE = 2.576
# assumption: fewer people than planned by less than a hundredth change no answer
_SIZE_SAID = 0.99


def answers(simulation: TrialSimulation) -> tuple[str, ...]:
    """Power, false alarms, endpoints side by side, and time: one sentence each."""
    with_effect = [one for one in simulation.scenarios if one.has_effect and one.replicates]
    idle = [one for one in simulation.scenarios if not one.has_effect and one.replicates]
    said = [_power(one, simulation) for one in with_effect[:_MOST_SCENARIOS]]
    if len(with_effect) > _MOST_SCENARIOS:
        more = len(with_effect) - _MOST_SCENARIOS
        scenarios = plural(more, "more scenario", "more scenarios")
        said.append(f"{scenarios} with an effect: see the tables.")
    said += [_false_alarms(one) for one in idle[:_MOST_SCENARIOS]]
    planned = planned_scenario(simulation)
    if planned is not None and planned.replicates:
        said += [_side_by_side(planned, simulation)] if len(planned.endpoints) > 1 else []
        said.append(_lasting(planned, simulation))
        said += [shared] if (shared := shared_words(simulation)) else []
    return tuple(said) or ("No replicate was finished, so nothing can be said yet.",)


def cautions(simulation: TrialSimulation) -> tuple[str, ...]:
    """What a reader must know before believing the answers; empty where there is nothing."""
    said = []
    if simulation.status != "finished":
        said.append(_unfinished(simulation))
    if without_effect(simulation) is None:
        said.append(
            "The trial without any effect was not simulated, so nothing is known of its false"
            " alarms."
        )
    for one in simulation.scenarios:
        said += _broken_promises(one, scenario_label(one, simulation))
    said += [*_too_few_people(simulation), *_misses(simulation)]
    return tuple(said)


def _unfinished(simulation: TrialSimulation) -> str:
    """How far a run came that did not come to its end."""
    asked = whole(simulation.replicates)
    part = [
        f"{scenario_label(one, simulation)}: {whole(one.replicates)} of {asked}"
        for one in simulation.scenarios
        if one.replicates < simulation.replicates
    ]
    more = len(part) - _MOST_SCENARIOS
    listed = "; ".join(part[:_MOST_SCENARIOS]) + (f"; and {more} more" if more > 0 else "")
    why = (
        "Stopped early" if simulation.status == "stopped" else f"Not all run ({simulation.status})"
    )
    return (
        f"{why}: {whole(simulation.finished)} of {_in_all(simulation)} replicates were finished"
        f"{f' ({listed})' if listed else ''}. What is shown rests on those, a scenario that is not"
        " shown was not begun; the same command with --resume runs the rest."
    )


def _in_all(simulation: TrialSimulation) -> str:
    """Replicates asked for in the scenarios that were begun."""
    return whole(simulation.replicates * len(simulation.scenarios))


def refusals(simulation: TrialSimulation) -> tuple[str, ...]:
    """Endpoints that may not be primary, each with the reason."""
    found = {
        endpoint.name: endpoint.refused
        for one in simulation.scenarios
        for endpoint in one.endpoints
        if endpoint.refused
    }
    return tuple(
        f"\u201c{name}\u201d is refused as primary: {reason.rstrip('.')}."
        for name, reason in found.items()
    )


def run_words(simulation: TrialSimulation) -> str:
    """How much was run."""
    each = whole(simulation.replicates)
    scenarios = plural(len(simulation.scenarios), "scenario")
    if simulation.status == "finished":
        return f"{scenarios} of {each} simulated trials each."
    return f"{scenarios}, of which {whole(simulation.finished)} simulated trials are finished."


def _power(told: ScenarioCharacteristics, simulation: TrialSimulation) -> str:
    people = plural(told.people, "person", "people")
    words = scenario_words(told) if told.slowing_drawn else short_words(told, simulation)
    return f"With {people} and {words} the trial finds it in {of_100(told.success)}."


def _false_alarms(told: ScenarioCharacteristics) -> str:
    planned = f"; planned: at most {decimal(100 * told.alpha, 1)}"
    people = plural(told.people, "person", "people")
    found = of_100(told.success).removesuffix(")")
    return f"With {people} and without any effect it calls one in {found}{planned})."


def _side_by_side(told: ScenarioCharacteristics, simulation: TrialSimulation) -> str:
    """Every endpoint as if it were alone, the most powerful first."""
    ranked = sorted(told.endpoints, key=lambda one: -one.alone.share)
    parts = [
        f"{one.name} {decimal(100 * one.alone.share, 0)}"
        + (" (refused as primary)" if one.refused else "")
        for one in ranked
    ]
    people = plural(told.people, "person", "people")
    return (
        "Each endpoint by itself, with the whole alpha at the end of the trial, would win, of 100"
        f" trials: {', '.join(parts)} ({short_words(told, simulation)}, {people})."
    )


def _lasting(told: ScenarioCharacteristics, simulation: TrialSimulation) -> str:
    lasts = f"{decimal(told.months.mean)} months"
    said = (
        f"Under {short_words(told, simulation)} it takes {lasts} from the first"
        f" opening to the end and randomises {decimal(told.size.mean, 0)} people on average"
    )
    early = [look for look in told.looks[:-1] if look.reached.of]
    if not early:
        return f"{said}."
    stopped = sum(look.efficacy.share + look.futility.share for look in early)
    return f"{said}; {decimal(100 * stopped, 0)} of 100 trials end before their last look."


def _too_few_people(simulation: TrialSimulation) -> list[str]:
    """Planned sizes that the sites do not reach in the months of enrolment; each said once.

    Counted where a trial came to its last look, so that one stopped early is none of them.
    """
    said: dict[int, str] = {}
    for told in simulation.scenarios:
        came = told.looks[-1].people if told.looks else told.size
        if told.people in said or not came.of or came.mean >= _SIZE_SAID * told.people:
            continue
        said[told.people] = (
            f"{whole(told.people)} people are not reached: enrolment ends with"
            f" {decimal(came.mean, 0)} on average, and the answers are those of so many; plan more"
            " sites or a longer enrolment."
        )
    return list(said.values())


def _broken_promises(told: ScenarioCharacteristics, label: str) -> list[str]:
    """Type I errors that neither the plan nor chance allows."""
    if told.has_effect:
        return []
    said = []
    alpha = told.alpha
    if is_above_plan(told.success, alpha):
        said.append(
            _alarm("TYPE I ERROR TOO HIGH: the trial's own rules call", told.success, alpha, label)
        )
    for one in told.endpoints:
        if is_above_plan(one.alone, told.alpha):
            read = "read without the bounds of the looks" if told.looks else "by itself"
            head = f"TYPE I ERROR TOO HIGH: \u201c{one.name}\u201d {read} calls"
            said.append(_alarm(head, one.alone, told.alpha, label))
    return said


def _alarm(head: str, rate: Rate, alpha: float, label: str) -> str:
    most = 100.0 * most_by_chance(rate.of, alpha) / rate.of
    return (
        f"{head} an effect where there is none in {of_100(rate)}; planned were"
        f" {decimal(100 * alpha, 1)}, and chance alone explains at most {decimal(most, 1)}"
        f" (99{THIN_SPACE}%). {label}."
    )


def _misses(simulation: TrialSimulation) -> list[str]:
    """Of each endpoint the worst scenario, and how many scenarios are like it.

    Where slowing is drawn anew for each trial there is no one truth to miss.
    """
    said = []
    fixed = [told for told in simulation.scenarios if told.slowing_drawn is None]
    names = dict.fromkeys(one.name for told in fixed for one in told.endpoints)
    for name in names:
        found = [
            (scenario_label(told, simulation), one)
            for told in fixed
            for one in told.endpoints
            if one.name == name
        ]
        said += [*_unread(found), *_biased(found), *_covers_too_little(found)]
    return said


_Found = list[tuple[str, EndpointCharacteristics]]


def _unread(found: _Found) -> list[str]:
    without = [(label, one) for label, one in found if one.unread]
    if not without:
        return []
    label, worst = max(without, key=lambda pair: pair[1].unread)
    count = f"{whole(worst.unread)} of {whole(worst.power.of)}"
    return [
        f"\u201c{worst.name}\u201d came to no answer in {count} replicates, which count as not"
        f" won{_where(label, without, found)}."
    ]


def _biased(found: _Found) -> list[str]:
    off = [(label, one) for label, one in found if _bias_in_errors(one) is not None]
    if not off:
        return []
    label, worst = max(off, key=lambda pair: _bias_in_errors(pair[1]) or 0.0)
    bias = worst.bias
    if bias is None:
        return []
    far = f"{decimal(abs(bias.mean), 3)} ({plus_minus(bias.error)})"
    return [
        f"\u201c{worst.name}\u201d is biased: on average {far}"
        f" {'above' if bias.mean > 0 else 'below'} the truth,"
        f" {decimal(_bias_in_errors(worst), 1)} of its standard error{_where(label, off, found)}."
    ]


def _bias_in_errors(one: EndpointCharacteristics) -> float | None:
    """Size of the bias in standard errors; None where chance explains it or it does not matter."""
    if one.bias is None or one.standard_error is None or one.standard_error.mean <= 0.0:
        return None
    size, error = abs(one.bias.mean), one.standard_error.mean
    is_seen = size > _CHANCE * one.bias.error and size > _BIAS_SAID * error
    return size / error if is_seen else None


def _covers_too_little(found: _Found) -> list[str]:
    low = [(label, one) for label, one in found if one.coverage and _is_low(one.coverage)]
    if not low:
        return []
    label, worst = min(low, key=lambda pair: pair[1].coverage.share if pair[1].coverage else 1.0)
    if worst.coverage is None:
        return []
    return [
        f"The 95{THIN_SPACE}% intervals of \u201c{worst.name}\u201d hold the truth in only"
        f" {of_100(worst.coverage)}{_where(label, low, found)}."
    ]


def _is_low(coverage: Rate) -> bool:
    return is_above_plan(Rate(coverage.of - coverage.count, coverage.of), 0.05)


def _where(label: str, some: _Found, all_of_them: _Found) -> str:
    """Where the worst was found, and where else."""
    words = f"{label[0].lower()}{label[1:]}"
    if len(some) == 1:
        return f" ({words})"
    return f" (at worst: {words}; so in {len(some)} of {len(all_of_them)} scenarios)"
