"""When the trial may stop and how long it lasts: the bounds, and months by scenario."""

from slopewise.report.figures import style
from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.numbers import decimal, percent
from slopewise.report.simulation.dots import Dot, DotKind, DotRow, DotsPicture, dots_svg
from slopewise.report.simulation.lines import Line, LinePoint, LinesPicture, lines_svg
from slopewise.report.simulation.scenario_words import average_words, scenario_words, short_words
from slopewise.report.tables import Column, Table
from slopewise.report.trial.boundary_text import bounds_table
from slopewise.trial.boundary import Boundary
from slopewise.trial.simulating.characteristics import ScenarioCharacteristics, TrialSimulation

__all__ = ["figure_boundary", "figure_duration"]


def figure_boundary(plan: Boundary, told: ScenarioCharacteristics | None = None) -> Drawing:
    """z by information; with a scenario, how many of 100 simulated trials end at each look."""
    shares = _shares(plan, told)
    lines = [Line("benefit: stop at or above", _bound(plan, plan.efficacy, shares[0]))]
    if plan.futility is not None:
        lines.append(Line("hopeless: stop below", _bound(plan, plan.futility.z, shares[1])))
    if plan.sides == 2:
        harm = tuple(-z for z in plan.efficacy)
        lines.append(Line("harm: stop at or below", _bound(plan, harm, ())))
    found = [point.y for line in lines for point in line.points]
    low, high = min(0.0, *found), max(*found, 0.0)
    values = tuple(float(z) for z in range(int(low // 1), int(-(-high // 1)) + 1))
    title = "When the trial may stop"
    numbers = " Numbers: of 100 simulated trials, those that end there." if shares[0] else ""
    picture = LinesPicture(
        name=title,
        x_title="Share of the planned information, %",
        y_title="z, above 0: treated better",
        lines=tuple(lines),
        y_domain=(values[0] - 0.5 * (low < 0), values[-1] + 0.5),
        y_values=values if len(values) <= 8 else values[::2],
        level=(0.0, "no difference"),
    )
    return Drawing(
        title=title,
        sentence=f"{_bound_words(plan)}{numbers}",
        svg=lines_svg(picture, WIDE),
        narrow_svg=lines_svg(picture, NARROW),
        table=_bounds_and_shares(plan, told),
    )


def figure_duration(simulation: TrialSimulation) -> Drawing | None:
    """Months of the trial and people randomised, one row a scenario and size."""
    told = [one for one in simulation.scenarios if one.replicates]
    if not told:
        return None
    several = len({one.people for one in told}) > 1
    rows = tuple(
        DotRow(
            label=_heading(one, simulation),
            remark=f"{one.people} planned" if several else "",
            cell=f"{decimal(one.size.mean, 0)} people",
            dots=(
                Dot(
                    0,
                    one.months.mean,
                    one.months.mean - one.months.spread,
                    one.months.mean + one.months.spread,
                ),
            ),
        )
        for one in told
    )
    most = max(dot.high for row in rows for dot in row.dots)
    title = "How long it takes and how many people it needs"
    picture = DotsPicture(
        name=title,
        x_title="Months from the first opening to the end",
        kinds=(DotKind("mean, and spread between trials", style.ACCENT, "circle", is_filled=True),),
        rows=rows,
        domain=(0.0, 6.0 * (most // 6.0 + 1.0)),
        heading="On average",
    )
    first = told[0]
    lasts = f"{decimal(first.months.mean)} months"
    sentence = (
        f"Under {short_words(first, simulation)} the trial lasts {lasts} and"
        f" randomises {decimal(first.size.mean, 0)} people on average."
    )
    return Drawing(
        title=title,
        sentence=sentence,
        svg=dots_svg(picture, WIDE),
        narrow_svg=dots_svg(picture, NARROW),
        table=_duration_table(title, simulation),
    )


def _shares(
    plan: Boundary, told: ScenarioCharacteristics | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Of 100 simulated trials, those that end at each look; nothing where looks do not match."""
    if told is None or len(told.looks) != len(plan.information):
        return (), ()
    benefit = tuple(100.0 * look.efficacy.share for look in told.looks)
    hopeless = tuple(100.0 * look.futility.share for look in told.looks[:-1])
    return benefit, hopeless


def _bound(
    plan: Boundary, z: tuple[float, ...], shares: tuple[float, ...]
) -> tuple[LinePoint, ...]:
    words = [decimal(share, 0) for share in shares] + [""] * (len(z) - len(shares))
    return tuple(
        LinePoint(100.0 * t, bound, bound, bound, words=said)
        for t, bound, said in zip(plan.information, z, words, strict=True)
    )


def _bound_words(plan: Boundary) -> str:
    first = f"z of {decimal(plan.efficacy[0], 2)}" if len(plan.information) > 1 else ""
    last = f"z of {decimal(plan.efficacy[-1], 2)}"
    if not first:
        return f"One analysis at the end: benefit takes {last}."
    return (
        f"To stop for benefit takes {first} at {percent(plan.information[0])} of the information"
        f" and {last} at the end."
    )


def _bounds_and_shares(plan: Boundary, told: ScenarioCharacteristics | None) -> Table:
    table = bounds_table(plan)
    benefit, hopeless = _shares(plan, told)
    if not benefit or told is None:
        return table
    columns = (
        *table.columns,
        Column("Ends for benefit, of 100", is_number=True),
        Column("Ends as hopeless", is_number=True),
    )
    ends = [*hopeless, None]
    rows = tuple(
        (*row, decimal(won, 1), "\u2013" if lost is None else decimal(lost, 1))
        for row, won, lost in zip(table.rows, benefit, ends, strict=True)
    )
    note = f"{table.note} Ends: simulated, {scenario_words(told)}."
    return Table(table.caption, columns, rows, note)


def _heading(told: ScenarioCharacteristics, simulation: TrialSimulation) -> str:
    words = short_words(told, simulation)
    return f"{words[0].upper()}{words[1:]}"


def _duration_table(caption: str, simulation: TrialSimulation) -> Table:
    columns = (
        Column("Scenario"),
        Column("Planned people", is_number=True),
        Column("People randomised", is_number=True),
        Column("Months", is_number=True),
        Column("Survival events", is_number=True),
    )
    rows = tuple(
        (
            _heading(one, simulation),
            str(one.people),
            average_words(one.size, 0),
            average_words(one.months),
            average_words(one.events, 0),
        )
        for one in simulation.scenarios
        if one.replicates
    )
    return Table(caption, columns, rows, "Spread: standard deviation between replicates.")
