"""The looks of a trial for the terminal: when it may stop, how often it would, what it costs."""

from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import decimal
from slopewise.report.tables import Column, Table
from slopewise.trial.boundary import Boundary, Stopping
from slopewise.trial.planned_looks import LookReading, PlannedLooks

__all__ = [
    "boundary_cautions",
    "boundary_costs",
    "boundary_sentence",
    "boundary_text",
    "bounds_table",
    "reading_sentences",
    "stopping_table",
]

_SAID = {
    "benefit": "over the bound for benefit; the trial may stop",
    "harm": "over the bound for harm; the trial may stop",
    "hopeless": "below the futility bound; going on is hopeless as planned",
    "go on": "no bound is crossed; the plan says go on",
    "no benefit shown": "the last look, and the bound is not crossed: no benefit shown",
}
_RESEARCH_ONLY = "Research use only; no advice on treatment."


def boundary_text(looks: PlannedLooks, reading: LookReading | None = None) -> str:
    """What a look that was taken says; bounds, chances of stopping, and what to mind."""
    plan = looks.plan
    parts = [
        wrapped(boundary_sentence(plan)),
        lay_out(bounds_table(plan)),
        lay_out(stopping_table(looks)),
        "What it costs:\n" + bullets(boundary_costs(looks)),
        "Mind:\n" + bullets(boundary_cautions(plan)),
    ]
    if reading is not None:
        heading = f"Look {reading.taken.look}: {_SAID[reading.says]}\n"
        parts.insert(1, heading + bullets(reading_sentences(reading)))
    if not looks.is_reached:
        parts.insert(
            1,
            wrapped(
                "The futility bounds were NOT found: so much of beta is spent early that no effect"
                " gives the power. Spend it later (obrien-fleming, hwang:-4) or give a larger"
                " --beta. Below are the efficacy bounds alone."
            ),
        )
    return "\n\n".join(parts)


def reading_sentences(found: LookReading) -> tuple[str, ...]:
    """The numbers of a look that was taken: interval first."""
    taken, repeated, adjusted = found.taken, found.repeated, found.adjusted
    said = [
        f"{decimal(repeated.low, 3)} to {decimal(repeated.high, 3)} is the repeated"
        f" {100 * repeated.confidence:g} % interval, which holds whatever is done next; estimate"
        f" {decimal(taken.estimate, 3)}, standard error {decimal(taken.standard_error, 3)},"
        f" z {decimal(found.z, 3)}."
    ]
    if found.predicted is not None:
        said += [
            f"Chance of success later, if the effect is as the data so far let one expect:"
            f" {_of_100(found.predicted)} (predictive power).",
            f"If it is what was seen so far: {_of_100(found.if_trend)}; as planned:"
            f" {_of_100(found.if_planned)}; none: {_of_100(found.if_none)} (conditional power).",
        ]
    if None not in (adjusted.low, adjusted.estimate, adjusted.high):
        said.append(
            f"A trial that stops here reports {decimal(adjusted.low, 3)} to"
            f" {decimal(adjusted.high, 3)}, best single figure {decimal(adjusted.estimate, 3)},"
            f" p {decimal(adjusted.p_value, 4)} (stage-wise ordering, which allows for the looks)."
        )
    else:
        said.append("The interval that allows for the looks has no end that can be told.")
    return tuple(said)


def _of_100(chance: float | None) -> str:
    return "–" if chance is None else f"{_percent(chance)} of 100"


def bounds_table(plan: Boundary) -> Table:
    """One row a look."""
    columns = [
        Column("Look"),
        Column("Information", is_number=True),
        Column("Benefit if z ≥", is_number=True),
        Column("Nominal p", is_number=True),
        Column("Alpha spent", is_number=True),
    ]
    rows = [
        [str(number), decimal(t, 3), decimal(z, 4), _chance(p), _chance(spent)]
        for number, (t, z, p, spent) in enumerate(
            zip(plan.information, plan.efficacy, plan.nominal_p, plan.spent, strict=True), start=1
        )
    ]
    if plan.futility is not None:
        columns += [Column("Hopeless if z <", is_number=True), Column("Beta spent", is_number=True)]
        for row, z, spent in zip(rows, plan.futility.z, plan.futility.spent, strict=True):
            row += [decimal(z, 4), _chance(spent)]
    note = "z is positive when the treated do better."
    if plan.sides == 2:
        note += " Harm is declared at the same distance below zero; p is two-sided."
    return Table("Bounds", tuple(columns), tuple(map(tuple, rows)), note)


def stopping_table(looks: PlannedLooks) -> Table:
    """How many of 100 trials stop at each look, by the effect there really is."""
    plan = looks.plan
    kinds = [("benefit", "efficacy")]
    if plan.futility is not None:
        kinds.append(("hopeless", "futility"))
    if plan.sides == 2:
        kinds.append(("harm", "harm"))
    effects = (("none", looks.none), ("planned", looks.planned))
    columns = tuple(
        Column(f"{effect}: {word}", is_number=True) for effect, _ in effects for word, _ in kinds
    )
    rows = tuple(
        (
            f"stops at look {look + 1}" if look + 1 < len(plan.information) else "at the end",
            *(_percent(_at(chances, name, look)) for _, chances in effects for _, name in kinds),
        )
        for look in range(len(plan.information))
    )
    note = "none: the treatment does nothing; planned: it has the planned effect."
    return Table("Stopping", (Column("Of 100 trials"), *columns), rows, note)


def _at(chances: Stopping, name: str, look: int) -> float:
    kinds = {"efficacy": chances.efficacy, "futility": chances.futility, "harm": chances.harm}
    return kinds[name][look]


def boundary_sentence(plan: Boundary) -> str:
    """How many looks, which spending, which errors."""
    many = len(plan.information)
    looks = "one look, at the end" if many == 1 else f"{many} looks, the last at the end"
    return (
        f"{looks[0].upper()}{looks[1:]}; {plan.method}; type I error {plan.alpha:g}, power"
        f" {100 * (1 - plan.beta):g} % for the planned effect."
    )


def boundary_costs(looks: PlannedLooks) -> tuple[str, ...]:
    """What the looks cost in people, and what the plan finds at half its effect."""
    plan = looks.plan
    average = plan.expected_information
    return (
        f"The largest size is {decimal(plan.inflation, 4)} times that of a trial without looks"
        " (inflation).",
        f"The average size is {decimal(average.none, 3)} times that of a trial without looks when"
        f" there is no effect, {decimal(average.half, 3)} times at half the planned effect and"
        f" {decimal(average.planned, 3)} times at the planned effect.",
        f"The planned effect lies {decimal(plan.drift, 3)} standard errors from zero at the end"
        f" (drift). At half of it the power is {_percent(looks.half.power)} of 100.",
    )


def boundary_cautions(plan: Boundary) -> tuple[str, ...]:
    """What to mind."""
    said = [
        "Information is the share of people, or of events, that the whole trial will give; if looks"
        " happen at other shares, compute the bounds again from the same spending.",
    ]
    if plan.futility is not None:
        said.append(
            "The trial must stop below the futility bound: the type I error only holds then"
            " (binding)."
            if plan.futility.binding
            else "Futility is not binding: the type I error holds even if the trial goes on below"
            " it; the chances above take it to stop."
        )
    if len(plan.information) > 1:
        said.append(
            "A trial that stopped early for benefit overstates its effect; report the adjusted"
            " estimate and interval."
        )
    return (*said, _RESEARCH_ONLY)


def _chance(value: float) -> str:
    if 0.0 < value < 0.00005:
        return f"{value:.1e}".replace("-", "\u2212")
    return decimal(value, 4)


def _percent(value: float) -> str:
    return decimal(100.0 * value, 1)
