"""The tables of a simulation: endpoints, estimates, looks, scenarios; and one file of them all."""

import csv
import io
from collections.abc import Sequence

from slopewise.report.numbers import THIN_SPACE, decimal, percent, whole
from slopewise.report.simulation.scenario_words import (
    average_words,
    marked_name,
    of_100,
    plus_minus,
    scenario_label,
)
from slopewise.report.tables import Column, Table
from slopewise.trial.simulating.characteristics import (
    Average,
    EndpointCharacteristics,
    Rate,
    ScenarioCharacteristics,
    TrialSimulation,
)

__all__ = [
    "course_rows",
    "endpoints_table",
    "estimates_table",
    "looks_table",
    "operating_csv",
    "scenarios_table",
]

_NONE = "\u2013"
_FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would run


def endpoints_table(told: ScenarioCharacteristics, caption: str) -> Table:
    """One row an endpoint: how often it wins, how right it is."""
    won = "Won, of 100" if told.has_effect else "False alarms, of 100"
    columns = (
        Column("Endpoint"),
        Column("Role"),
        Column(won, is_number=True),
        Column("By itself", is_number=True),
        Column("Bias", is_number=True),
        Column("Coverage", is_number=True),
        Column("Mean SE", is_number=True),
        Column("No answer", is_number=True),
    )
    rows = tuple(
        (
            marked_name(one),
            one.role,
            _short(one.power),
            _short(one.alone),
            _bias(one),
            _NONE if told.slowing_drawn else _short(one.coverage),
            _error(one),
            whole(one.unread),
        )
        for one in told.endpoints
    )
    return Table(caption, columns, rows, _endpoints_note(told))


def estimates_table(told: ScenarioCharacteristics, caption: str) -> Table:
    """One row an endpoint: what it estimates, on which scale, how far from the truth."""
    columns = (
        Column("Endpoint"),
        Column("Scale"),
        Column("Truth", is_number=True),
        Column("Mean estimate", is_number=True),
        Column("Spread of estimates", is_number=True),
        Column("Mean SE", is_number=True),
        Column("Bias", is_number=True),
        Column("Slowing, found / true", is_number=True),
    )
    rows = tuple(
        (
            marked_name(one),
            f"{one.scale}{' (logarithm)' if one.is_log else ''}, {one.better} is better",
            decimal(one.truth, 3) if one.truth is not None else _NONE,
            _mean(one.estimate),
            decimal(one.estimate.spread, 3) if one.estimate else _NONE,
            _error(one),
            _bias(one),
            _slowing(one),
        )
        for one in told.endpoints
    )
    note = (
        "Truth: what an endless trial in which nobody died or left would find; \u2013 where the"
        " estimand has no such value. Spread: standard deviation between replicates; the mean"
        " standard error should be close to it."
    )
    return Table(caption, columns, rows, note)


def looks_table(told: ScenarioCharacteristics, caption: str) -> Table | None:
    """One row a look; None where there is only the end."""
    if len(told.looks) < 2:
        return None
    grows = any(look.enlarged.count for look in told.looks)
    columns = [
        Column("Look"),
        Column("Information", is_number=True),
        Column("Month", is_number=True),
        Column("People by then", is_number=True),
        Column("Reached, of 100", is_number=True),
        Column("Ends for benefit", is_number=True),
        Column("Ends as hopeless", is_number=True),
    ]
    rows = [
        [
            str(look.look),
            percent(look.information),
            average_words(look.month),
            decimal(look.people.mean, 0) if look.people.of else _NONE,
            _counted(look.reached),
            _counted(look.efficacy),
            _counted(look.futility),
        ]
        for look in told.looks
    ]
    if grows:
        columns.append(Column("Made larger", is_number=True))
        for row, look in zip(rows, told.looks, strict=True):
            row.append(_counted(look.enlarged))
    note = (
        "Of all replicates. Months and people: among the trials that reached the look. At the last"
        " look: benefit shown, or not."
    )
    return Table(caption, tuple(columns), tuple(map(tuple, rows)), note)


def scenarios_table(simulation: TrialSimulation) -> Table:
    """One row a scenario and size: the trial as a whole."""
    columns = (
        Column("Scenario"),
        Column("Replicates", is_number=True),
        Column("Trial won, of 100", is_number=True),
        Column("Planned", is_number=True),
        Column("People", is_number=True),
        Column("Months", is_number=True),
        Column("Events", is_number=True),
    )
    rows = tuple(
        (
            scenario_label(one, simulation),
            whole(one.replicates),
            _short(one.success),
            _planned(one),
            average_words(one.size, 0) if one.size.spread else decimal(one.size.mean, 0),
            average_words(one.months),
            decimal(one.events.mean, 0),
        )
        for one in simulation.scenarios
    )
    note = (
        "\u00b1: Monte Carlo standard error, due to the number of replicates. Planned: the most"
        " false alarms that the design allows. Months: from the first opening to the end."
    )
    return Table("Every scenario", columns, rows, note)


def course_rows(told: ScenarioCharacteristics) -> tuple[tuple[str, str], ...]:
    """Size, months, deaths and leaving as questions with answers."""
    dead = ", ".join(f"{arm} {percent(share.mean)}" for arm, share in told.dead)
    left = ", ".join(f"{arm} {percent(share.mean)}" for arm, share in told.left)
    return (
        ("People randomised", average_words(told.size, 0)),
        ("Months from first opening to the end", average_words(told.months)),
        ("Survival events seen", average_words(told.events, 0)),
        ("Had the survival event", dead or _NONE),
        ("Left while alive", left or _NONE),
    )


def operating_csv(simulation: TrialSimulation) -> str:
    """Everything unrounded, one row for each endpoint of each scenario; lines of # say what it is.

    Monte Carlo standard errors end in `_error`; `_low` and `_high` are 95 % intervals for it.
    """
    stream = io.StringIO()
    about = (
        f"SIMULATED trials of the design {simulation.design_name}"
        f" (fingerprint {simulation.design_hash}); no person stands behind these numbers.",
        f"Seed {simulation.seed}, {simulation.replicates} replicates asked for in each scenario,"
        f" {simulation.finished} finished in all, {simulation.status}.",
        f"Natural history: {simulation.natural_history}.",
        f"Written by slopewise {simulation.version}. Research use only.",
    )
    for line in about:
        stream.write(f"# {' '.join(line.split())}\n")
    rows = [
        {**_scenario_cells(one), **_endpoint_cells(endpoint)}
        for one in simulation.scenarios
        for endpoint in one.endpoints
    ]
    writer = csv.writer(stream, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return stream.getvalue()


def _scenario_cells(told: ScenarioCharacteristics) -> dict[str, object]:
    return {
        "scenario": told.name,
        "people": told.people,
        "has_effect": "yes" if told.has_effect else "no",
        "slowing": "; ".join(f"{arm} {value!r}" for arm, value in told.scenario.slowing),
        "replicates": told.replicates,
        **_rate_cells("success", told.success),
        **_average_cells("size", told.size),
        **_average_cells("months", told.months),
        **_average_cells("events", told.events),
    }


def _endpoint_cells(one: EndpointCharacteristics) -> dict[str, object]:
    return {
        "endpoint": one.name,
        "role": one.role,
        "analysis": one.analysis,
        "treatment": one.treatment,
        "control": one.control,
        "alpha": one.alpha,
        **_rate_cells("power", one.power),
        **_rate_cells("alone", one.alone),
        "unread": one.unread,
        "scale": one.scale,
        "is_log": "yes" if one.is_log else "no",
        "better": one.better,
        "truth": one.truth,
        **_average_cells("estimate", one.estimate),
        **_average_cells("bias", one.bias),
        **_average_cells("standard_error", one.standard_error),
        **_rate_cells("coverage", one.coverage),
        "slowing_truth": one.slowing_truth,
        **_average_cells("slowing_found", one.slowing),
        **_average_cells("controls_responding", one.controls_responding),
        "refused": one.refused,
    }


def _rate_cells(name: str, rate: Rate | None) -> dict[str, object]:
    keys = (name, f"{name}_error", f"{name}_low", f"{name}_high", f"{name}_count", f"{name}_of")
    if rate is None:
        return dict.fromkeys(keys)
    values = (rate.share, rate.error, *rate.interval, rate.count, rate.of)
    return dict(zip(keys, values, strict=True))


def _average_cells(name: str, average: Average | None) -> dict[str, object]:
    keys = (f"{name}_mean", f"{name}_spread", f"{name}_mean_error", f"{name}_replicates")
    if average is None:
        return dict.fromkeys(keys)
    values = (average.mean, average.spread, average.error, average.of)
    return dict(zip(keys, values, strict=True))


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _endpoints_note(told: ScenarioCharacteristics) -> str:
    said = [
        f"{'Won' if told.has_effect else 'False alarms'}: by the trial's own rules (its share of"
        " alpha, the other endpoints, the looks). By itself: at the end, with the whole alpha."
        " \u00b1: Monte Carlo standard error; at 0 and 100 its 95 % interval. Coverage: of 100"
        " intervals of 95 %, those that hold the truth. SE: standard error. Bias and SE on the"
        " endpoint's own scale, ratios as logarithms. No answer: replicates that count as not won."
    ]
    if told.slowing_drawn:
        said.append(
            "Coverage is not given: slowing differs from trial to trial, so there is no one truth."
            " Bias: against the mean slowing."
        )
    said += _refused(told.endpoints)
    responding = [one for one in told.endpoints if one.controls_responding is not None]
    said += [
        f"{one.name}: {percent(one.controls_responding.mean)} of the controls count as responders."
        for one in responding
        if one.controls_responding is not None
    ]
    return " ".join(said)


def _refused(endpoints: Sequence[EndpointCharacteristics]) -> list[str]:
    found = [one.name for one in endpoints if one.refused]
    if not found:
        return []
    return [f"\u2020 Refused as primary ({', '.join(found)}); the reason stands with the answers."]


def _short(rate: Rate | None) -> str:
    """A rate of 100 in a cell."""
    if rate is None or not rate.of:
        return _NONE
    return of_100(rate).replace(" of 100", "").replace(f"95{THIN_SPACE}%: ", "")


def _counted(rate: Rate) -> str:
    """A rate of 100 that may be 0 or 100 by design."""
    return decimal(100.0 * rate.share, 0) if rate.count in (0, rate.of) else _short(rate)


def _planned(told: ScenarioCharacteristics) -> str:
    return _NONE if told.has_effect else f"at most {decimal(100 * told.alpha, 1)}"


def _mean(average: Average | None) -> str:
    if average is None or not average.of:
        return _NONE
    return f"{decimal(average.mean, 3)} ({plus_minus(average.error)})"


def _bias(one: EndpointCharacteristics) -> str:
    return _mean(one.bias)


def _error(one: EndpointCharacteristics) -> str:
    found = one.standard_error
    return _NONE if found is None or not found.of else decimal(found.mean, 3)


def _slowing(one: EndpointCharacteristics) -> str:
    if one.slowing is None or not one.slowing.of:
        return _NONE
    true = _NONE if one.slowing_truth is None else percent(one.slowing_truth)
    return f"{percent(one.slowing.mean)} / {true}"
