"""Endpoints side by side: how often each wins, how far off it is, how honest its intervals are."""

from slopewise.report.figures import style
from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.numbers import decimal
from slopewise.report.simulation.dots import Dot, DotKind, DotRow, DotsPicture, dots_svg
from slopewise.report.simulation.scenario_words import (
    alpha_words,
    of_100,
    planned_scenario,
    plus_minus,
    scenario_label,
    without_effect,
)
from slopewise.report.tables import Column, Table
from slopewise.trial.simulating.characteristics import (
    EndpointCharacteristics,
    Rate,
    ScenarioCharacteristics,
    TrialSimulation,
)

__all__ = ["figure_bias", "figure_coverage", "figure_endpoints"]

_NONE = "\u2013"
_CHANCE = 1.959964  # 95 %
_WIDEST = 1.0  # standard errors; a larger bias is drawn at the edge and stands in the table
_EFFECT = DotKind("with the effect, by itself", style.ACCENT, "circle", is_filled=True)
_RULES = DotKind("with the effect, by the trial's rules", style.ACCENT, "square", is_filled=False)
_IDLE = DotKind("without any effect, by itself", style.DOSE, "diamond", is_filled=False)


def figure_endpoints(simulation: TrialSimulation) -> Drawing | None:
    """Power and false alarms of every endpoint, the most powerful first; None without an effect."""
    planned = planned_scenario(simulation)
    if planned is None or not planned.endpoints:
        return None
    idle = without_effect(simulation, planned.people)
    pairs = _pairs(planned, idle)
    pairs.sort(key=lambda pair: -pair[0].alone.share)
    alpha = planned.alpha
    rows = tuple(
        DotRow(
            label=with_effect.name,
            remark="refused as primary" if with_effect.refused else with_effect.role,
            cell=_whole(with_effect.alone),
            dots=(
                _rate_dot(0, with_effect.alone),
                _rate_dot(1, with_effect.power),
                *((_rate_dot(2, nothing.alone),) if nothing else ()),
            ),
        )
        for with_effect, nothing in pairs
    )
    title = "Endpoints side by side"
    picture = DotsPicture(
        name=title,
        x_title="Won, of 100 trials",
        kinds=(_EFFECT, _RULES, _IDLE) if idle else (_EFFECT, _RULES),
        rows=rows,
        domain=(0.0, 100.0),
        lines=((100 * alpha, alpha_words(alpha)),),
        heading="By itself",
    )
    best, worst = pairs[0][0], pairs[-1][0]
    sentence = (
        f"{scenario_label(planned, simulation)}, all on the same simulated people: {best.name} by"
        f" itself wins {of_100(best.alone)}, {worst.name} {of_100(worst.alone)}."
    )
    return _drawing(picture, title, sentence=sentence, table=_power_table(title, pairs))


def figure_bias(simulation: TrialSimulation) -> Drawing | None:
    """Bias in standard errors, so that scales can be compared; None where nothing has a truth."""
    planned = planned_scenario(simulation)
    if planned is None:
        return None
    pairs = _pairs(planned, without_effect(simulation, planned.people))
    kept = [pair for pair in pairs if _bias(pair[0]) is not None]
    if not kept:
        return None
    dots = [
        [
            dot
            for kind, one in enumerate(pair)
            if one is not None and (dot := _bias_dot(kind, one)) is not None
        ]
        for pair in kept
    ]
    most = max(max(abs(dot.low), abs(dot.high)) for row in dots for dot in row)
    end = min(_WIDEST, max(0.25, round(most + 0.1, 1)))
    rows = tuple(
        DotRow(label=pair[0].name, remark=pair[0].role, cell=_bias_words(pair[0]), dots=tuple(row))
        for pair, row in zip(kept, dots, strict=True)
    )
    title = "How far the estimates are off"
    picture = DotsPicture(
        name=title,
        x_title="Bias, in standard errors of the endpoint",
        kinds=_kinds(any(pair[1] for pair in kept)),
        rows=rows,
        domain=(-end, end),
        lines=((0.0, "no bias"),),
        heading="Bias",
    )
    sentence = (
        "Each dot is how far the average estimate lies from what an endless trial without deaths"
        " and leaving would find, in standard errors of the endpoint; the line is chance of the"
        " simulation (95 %). Within 0.1 it does no harm to the intervals."
    )
    return _drawing(picture, title, sentence=sentence, table=_bias_table(title, kept))


def figure_coverage(simulation: TrialSimulation) -> Drawing | None:
    """Of 100 intervals, those that hold the truth; None where nothing has a truth."""
    planned = planned_scenario(simulation)
    if planned is None:
        return None
    pairs = _pairs(planned, without_effect(simulation, planned.people))
    kept = [pair for pair in pairs if pair[0].coverage is not None]
    if not kept:
        return None
    rows = tuple(
        DotRow(
            label=pair[0].name,
            remark=pair[0].role,
            cell=_whole(pair[0].coverage),
            dots=tuple(
                _rate_dot(kind, one.coverage)
                for kind, one in enumerate(pair)
                if one is not None and one.coverage is not None
            ),
        )
        for pair in kept
    )
    least = min(dot.low for row in rows for dot in row.dots)
    title = "How honest the intervals are"
    picture = DotsPicture(
        name=title,
        x_title="Intervals that hold the truth, of 100",
        kinds=_kinds(any(pair[1] for pair in kept)),
        rows=rows,
        domain=(min(88.0, 2.0 * (least // 2.0)), 100.0),
        lines=((95.0, "promised: 95"),),
        heading="Coverage",
    )
    sentence = (
        "A 95 % interval keeps its word when the dot's line reaches 95. Left of it, the endpoint"
        " claims more than it knows."
    )
    columns = (
        Column("Endpoint"),
        Column("With the effect", is_number=True),
        Column("Without", is_number=True),
    )
    told = tuple(
        (one.name, _rate(one.coverage), _rate(idle.coverage if idle else None))
        for one, idle in kept
    )
    return _drawing(picture, title, sentence=sentence, table=Table(title, columns, told))


_Pairs = list[tuple[EndpointCharacteristics, EndpointCharacteristics | None]]


def _pairs(planned: ScenarioCharacteristics, idle: ScenarioCharacteristics | None) -> _Pairs:
    """Each endpoint under the planned effect, and the same without any."""
    nothing = {one.name: one for one in idle.endpoints} if idle else {}
    return [(one, nothing.get(one.name)) for one in planned.endpoints]


def _kinds(with_idle: bool) -> tuple[DotKind, ...]:  # noqa: FBT001
    effect = DotKind("with the effect", style.ACCENT, "circle", is_filled=True)
    idle = DotKind("without any effect", style.DOSE, "diamond", is_filled=False)
    return (effect, idle) if with_idle else (effect,)


def _rate_dot(kind: int, rate: Rate) -> Dot:
    low, high = rate.interval
    return Dot(kind, 100.0 * rate.share, 100.0 * low, 100.0 * high)


def _bias(one: EndpointCharacteristics) -> float | None:
    """Bias in standard errors."""
    if one.bias is None or one.standard_error is None or one.standard_error.mean <= 0.0:
        return None
    return one.bias.mean / one.standard_error.mean


def _bias_dot(kind: int, one: EndpointCharacteristics) -> Dot | None:
    size = _bias(one)
    if size is None or one.bias is None or one.standard_error is None:
        return None
    half = _CHANCE * one.bias.error / one.standard_error.mean
    return Dot(kind, size, size - half, size + half)


def _bias_words(one: EndpointCharacteristics) -> str:
    return _NONE if one.bias is None else decimal(one.bias.mean, 3)


def _whole(rate: Rate | None) -> str:
    return _NONE if rate is None or not rate.of else decimal(100.0 * rate.share, 1)


def _rate(rate: Rate | None) -> str:
    return _NONE if rate is None or not rate.of else of_100(rate)


def _power_table(caption: str, pairs: _Pairs) -> Table:
    columns = (
        Column("Endpoint"),
        Column("Role"),
        Column("With the effect, by itself", is_number=True),
        Column("By the trial's rules", is_number=True),
        Column("Without any effect, by itself", is_number=True),
    )
    rows = tuple(
        (
            one.name,
            f"{one.role}, refused as primary" if one.refused else one.role,
            _rate(one.alone),
            _rate(one.power),
            _rate(idle.alone if idle else None),
        )
        for one, idle in pairs
    )
    note = "By itself: at the end of the trial with the whole alpha. \u00b1: Monte Carlo error."
    return Table(caption, columns, rows, note)


def _bias_table(caption: str, pairs: _Pairs) -> Table:
    columns = (
        Column("Endpoint"),
        Column("Scale"),
        Column("Bias with the effect", is_number=True),
        Column("In standard errors", is_number=True),
        Column("Bias without", is_number=True),
    )
    rows = tuple(
        (
            one.name,
            f"{one.scale}{' (logarithm)' if one.is_log else ''}",
            _with_error(one),
            decimal(_bias(one), 2),
            _with_error(idle) if idle else _NONE,
        )
        for one, idle in pairs
    )
    return Table(caption, columns, rows, "\u00b1: Monte Carlo standard error.")


def _with_error(one: EndpointCharacteristics) -> str:
    if one.bias is None:
        return _NONE
    return f"{decimal(one.bias.mean, 3)} ({plus_minus(one.bias.error)})"


def _drawing(picture: DotsPicture, title: str, *, sentence: str, table: Table) -> Drawing:
    return Drawing(
        title=title,
        sentence=sentence,
        svg=dots_svg(picture, WIDE),
        narrow_svg=dots_svg(picture, NARROW),
        table=table,
    )
