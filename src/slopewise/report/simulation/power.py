"""Power as curves: against the slowing there really is, and against the size of the trial."""

from collections.abc import Sequence
from dataclasses import replace

from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.numbers import percent, plural
from slopewise.report.simulation.lines import Line, LinePoint, LinesPicture, lines_svg
from slopewise.report.simulation.scenario_words import (
    alpha_words,
    of_100,
    planned_scenario,
    short_words,
    shown_slowing,
    without_effect,
)
from slopewise.report.tables import Column, Table
from slopewise.trial.design.effect import Scenario
from slopewise.trial.simulating.characteristics import (
    Rate,
    ScenarioCharacteristics,
    TrialSimulation,
)

__all__ = ["figure_power_by_size", "figure_power_by_slowing", "figure_scenarios_by_size"]

_RULES = "the trial, by its own rules"
_BAND = "95 % Monte Carlo interval"
_WON = "Won, of 100 trials"


def figure_power_by_slowing(simulation: TrialSimulation) -> Drawing | None:
    """One line for the trial and one an endpoint; None with fewer than two slowings.

    Drawn at the first size, with everything else as in the planned scenario.
    """
    planned = planned_scenario(simulation)
    if planned is None:
        return None
    told = _by_slowing(simulation, planned)
    if len(told) < 2:
        return None
    lines = _lines([(100.0 * shown_slowing(one.scenario), one) for one in told])
    idle = next((one for one in told if not one.has_effect), None)
    alpha = (idle or planned).alpha
    title = "How often the trial finds each slowing"
    first, last = told[0], told[-1]
    sentence = (
        f"With {plural(planned.people, 'person', 'people')}, from"
        f" {_at(first)} to {_at(last)}. The thick line is the trial by its own rules; the"
        " others are each endpoint by itself, with the whole alpha at the end."
    )
    picture = _picture(title, "Slowing there really is, %", lines)
    picture = replace(picture, level=_alpha_level(alpha))
    headings = ("Slowing", tuple(_slowing(one) for one in told))
    return _drawing(picture, title, sentence=sentence, table=_table(title, headings, lines))


def figure_power_by_size(simulation: TrialSimulation) -> Drawing | None:
    """One line for the trial and one an endpoint under the planned effect; None with one size."""
    planned = planned_scenario(simulation)
    if planned is None:
        return None
    told = _by_size(simulation, planned)
    if len(told) < 2:
        return None
    lines = _lines([(float(one.people), one) for one in told])
    idle = [one for one in simulation.scenarios if not one.has_effect]
    if idle:
        points = sorted((_point(float(one.people), one.success) for one in idle), key=_place)
        lines = (*lines, Line("the trial without any effect", tuple(points)))
    title = f"Power by size under {short_words(planned, simulation)}"
    sentence = (
        f"The trial finds it in {_at_size(told[0])} and in {_at_size(told[-1])}. The thick line is"
        " the trial by its own rules; the others are each endpoint by itself."
    )
    picture = _picture(title, "People randomised, as planned", lines)
    picture = replace(picture, level=_alpha_level(planned.alpha))
    headings = ("People", tuple(str(one.people) for one in told))
    return _drawing(picture, title, sentence=sentence, table=_table(title, headings, lines))


def figure_scenarios_by_size(simulation: TrialSimulation) -> Drawing | None:
    """The trial by its own rules, one line a scenario; None with one size or one scenario."""
    sizes = sorted({one.people for one in simulation.scenarios})
    names = tuple(dict.fromkeys(short_words(one, simulation) for one in simulation.scenarios))
    if len(sizes) < 2 or len(names) < 2:
        return None
    lines = tuple(
        Line(
            name,
            tuple(
                sorted(
                    (
                        _point(float(one.people), one.success)
                        for one in simulation.scenarios
                        if short_words(one, simulation) == name
                    ),
                    key=_place,
                )
            ),
        )
        for name in names
    )
    title = "Power by size, scenario by scenario"
    sentence = (
        f"The trial by its own rules with {sizes[0]} to {sizes[-1]} people; one line a scenario."
    )
    picture = _picture(title, "People randomised, as planned", lines)
    found = planned_scenario(simulation) or without_effect(simulation)
    picture = replace(picture, level=_alpha_level(found.alpha if found else None))
    headings = ("People", tuple(map(str, sizes)))
    return _drawing(picture, title, sentence=sentence, table=_table(title, headings, lines))


def _by_slowing(
    simulation: TrialSimulation, planned: ScenarioCharacteristics
) -> list[ScenarioCharacteristics]:
    """Scenarios of the planned size that differ from the planned one in slowing alone."""
    others = _rest(planned.scenario)
    found: dict[float, ScenarioCharacteristics] = {}
    for one in simulation.scenarios:
        is_like = not one.has_effect or _rest(one.scenario) == others
        if one.people == planned.people and one.slowing_drawn is None and is_like:
            found.setdefault(shown_slowing(one.scenario) if one.has_effect else 0.0, one)
    return [found[theta] for theta in sorted(found)]


def _rest(scenario: Scenario) -> Scenario:
    return replace(scenario, name="", slowing=())


def _by_size(
    simulation: TrialSimulation, planned: ScenarioCharacteristics
) -> list[ScenarioCharacteristics]:
    same = [
        one
        for one in simulation.scenarios
        if one.has_effect and one.scenario == planned.scenario and one.slowing_drawn is None
    ]
    return sorted(same, key=lambda one: one.people)


def _lines(told: Sequence[tuple[float, ScenarioCharacteristics]]) -> tuple[Line, ...]:
    """The trial's line first, then each endpoint's."""
    lines = [Line(_RULES, tuple(_point(x, one.success) for x, one in told), is_strong=True)]
    for name in dict.fromkeys(e.name for _, one in told for e in one.endpoints):
        points = [
            (_point(x, e.alone), e.refused)
            for x, one in told
            for e in one.endpoints
            if e.name == name
        ]
        label = f"{name} (refused as primary)" if any(said for _, said in points) else name
        lines.append(Line(label, tuple(point for point, _ in points)))
    return tuple(lines)


def _point(x: float, rate: Rate) -> LinePoint:
    low, high = rate.interval
    return LinePoint(x, 100.0 * rate.share, 100.0 * low, 100.0 * high, said=of_100(rate))


def _place(point: LinePoint) -> float:
    return point.x


def _picture(name: str, x_title: str, lines: tuple[Line, ...]) -> LinesPicture:
    return LinesPicture(
        name=name,
        x_title=x_title,
        y_title=_WON,
        lines=lines,
        y_domain=(0.0, 100.0),
        y_values=(0.0, 20.0, 40.0, 60.0, 80.0, 100.0),
        band_words=_BAND,
    )


def _alpha_level(alpha: float | None) -> tuple[float, str] | None:
    if alpha is None:
        return None
    return 100.0 * alpha, alpha_words(alpha)


def _slowing(told: ScenarioCharacteristics) -> str:
    return percent(shown_slowing(told.scenario) if told.has_effect else 0.0)


def _at(told: ScenarioCharacteristics) -> str:
    return f"{of_100(told.success)} at a slowing of {_slowing(told)}"


def _at_size(told: ScenarioCharacteristics) -> str:
    return f"{of_100(told.success)} with {plural(told.people, 'person', 'people')}"


def _table(caption: str, first: tuple[str, tuple[str, ...]], lines: tuple[Line, ...]) -> Table:
    """One row a line, one column for each place on the axis."""
    heading, places = first
    xs = sorted({point.x for line in lines for point in line.points})
    labels = places if len(places) == len(xs) else tuple(f"{x:g}" for x in xs)
    columns = (Column(f"{heading}:"), *(Column(label, is_number=True) for label in labels))
    rows = tuple(
        (line.label, *(next((p.said for p in line.points if p.x == x), "\u2013") for x in xs))
        for line in lines
    )
    note = f"{_WON}; \u00b1: Monte Carlo standard error."
    return Table(caption, columns, rows, note)


def _drawing(picture: LinesPicture, title: str, *, sentence: str, table: Table) -> Drawing:
    return Drawing(
        title=title,
        sentence=sentence,
        svg=lines_svg(picture, WIDE),
        narrow_svg=lines_svg(picture, NARROW),
        table=table,
    )
