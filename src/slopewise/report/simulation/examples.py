"""A few simulated trials to look at: what chance does to the same design."""

from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.numbers import decimal, interval, plural
from slopewise.report.simulation.trials import TrialPanel, TrialsPicture, trials_svg
from slopewise.report.tables import Column, Table
from slopewise.trial.simulating.characteristics import ExampleTrial, TrialSimulation

__all__ = ["figure_examples", "panel_of"]

_NONE = "\u2013"


def figure_examples(simulation: TrialSimulation) -> Drawing | None:
    """Mean scores and survival of each example, its verdict in words; None without examples."""
    told = simulation.examples
    if not told:
        return None
    arms = tuple(dict.fromkeys(arm for one in told for arm, _, _ in one.scores))
    title = f"{plural(len(told), 'simulated trial')} to look at"
    won = sum(1 for one in told if one.won)
    picture = TrialsPicture(title, arms, tuple(panel_of(one) for one in told))
    sentence = (
        f"The same design and the same effect each time; only chance differs. {won} of"
        f" {plural(len(told), 'trial')} won. Mean ALSFRS-R of those seen, and of 100 people those"
        " without the survival event, by month."
    )
    return Drawing(
        title=title,
        sentence=sentence,
        svg=trials_svg(picture, WIDE),
        narrow_svg=trials_svg(picture, NARROW),
        table=_table(title, told),
    )


def panel_of(one: ExampleTrial) -> TrialPanel:
    """One trial as it is drawn."""
    scores = tuple(
        (
            arm,
            tuple(
                (month, value)
                for month, value in zip(one.visit_months, means, strict=False)
                if value is not None
            ),
        )
        for arm, means, _ in one.scores
    )
    alive = tuple(
        (
            arm,
            tuple(
                (month, 100.0 * value)
                for month, value in zip(_months_of(one, len(shares)), shares, strict=False)
            ),
        )
        for arm, shares in one.alive
        if arm in {name for name, _, _ in one.scores}
    )
    title = f"Trial {one.number}: {'won' if one.won else 'not won'}"
    return TrialPanel(title, _words(one), scores, alive)


def _months_of(one: ExampleTrial, count: int) -> tuple[float, ...]:
    """The last so many visit months: survival is counted from randomisation, scores before too."""
    return one.visit_months[max(0, len(one.visit_months) - count) :]


def _verdict(one: ExampleTrial) -> str:
    return f"won by {', '.join(one.won)}" if one.won else "not won"


def _words(one: ExampleTrial) -> str:
    """What won it, when it ended, how many people, and the first answer."""
    end = "Ended" if one.stopped.startswith("at the") else f"Stopped {one.stopped}"
    won = f"Won by {', '.join(one.won)}. " if one.won else ""
    people = plural(one.people, "person", "people")
    said = f"{won}{end} after {decimal(one.months)} months with {people}."
    if not one.answers:
        return said
    name, estimate, low, high, p = one.answers[0]
    if estimate is None or low is None or high is None:
        return f"{said} {name}: no answer."
    return f"{said} {name}: {interval(low, high, 2)}, p {_p_value(p).removeprefix('= ')}."


def _table(caption: str, told: tuple[ExampleTrial, ...]) -> Table:
    """One row an answer: the verdict, then every endpoint of every trial."""
    columns = (
        Column("Trial"),
        Column("Verdict"),
        Column("Stopped"),
        Column("Endpoint"),
        Column("Interval (95 %)", is_number=True),
        Column("Estimate", is_number=True),
        Column("p (two-sided)", is_number=True),
    )
    rows = tuple(
        (
            str(one.number),
            _verdict(one),
            one.stopped,
            name,
            interval(low, high, 3) if low is not None else _NONE,
            _NONE if estimate is None else decimal(estimate, 3),
            _p_value(p),
        )
        for one in told
        for name, estimate, low, high, p in one.answers
    )
    note = f"{_NONE}: the analysis came to no answer."
    return Table(caption, columns, rows, note)


def _p_value(p: float | None) -> str:
    if p is None:
        return _NONE
    return "< 0.0001" if p < 0.0001 else decimal(p, 4)
