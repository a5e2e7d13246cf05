"""A published trial run again: what was printed, beside what its design does in simulation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import decimal, out_of_100, percent, slowing, whole
from slopewise.report.tables import Column, Table
from slopewise.report.terminal_text import without_controls
from slopewise.report.trial.simulation_json import simulation_object

if TYPE_CHECKING:
    from slopewise.evidence.study import GroupDifference, GroupSummary, ResponderResult, Study
    from slopewise.trial.design.design import Design
    from slopewise.trial.simulating.characteristics import (
        EndpointCharacteristics,
        Rate,
        ScenarioCharacteristics,
        TrialSimulation,
    )

__all__ = ["Reenactment", "power_table", "reenactment_object", "reenactment_text", "studies_text"]

_RESEARCH_ONLY = "Research use only; no advice on treatment."
_MOST_DIFFERENCES = 4


@dataclass(frozen=True, eq=False, slots=True)
class Reenactment:
    """The published study, its design, and what simulation says of the design."""

    study: "Study"
    design: "Design"
    simulation: "TrialSimulation"


def studies_text(studies: Sequence[tuple[str, str]]) -> str:
    """The studies that can be run again."""
    width = max(len(study) for study, _ in studies)
    rows = [f"{study.ljust(width)}  {compared}" for study, compared in studies]
    return "\n".join([*rows, "", "Run one: slopewise trial reenact STUDY"])


def reenactment_text(found: Reenactment) -> str:
    """What was published, what the design could show, and what its rule does without an effect."""
    study, design = found.study, found.design
    where = study.bibliography.doi or study.bibliography.pmid or study.bibliography.registry_ids[0]
    parts = [
        wrapped(
            f"SIMULATED from the published design of {study.label} ({where}): {design.trial.title},"
            f" {design.trial.size} people. {whole(found.simulation.replicates)} trials a scenario."
        ),
        "What was published:\n" + bullets(list(_published(found)) or ["no result by arm was read"]),
        "What its design does:\n" + bullets(list(_said(found))),
        lay_out(power_table(found)),
        "Mind:\n" + bullets(_mind(found)),
    ]
    return without_controls("\n\n".join(parts))


def power_table(found: Reenactment) -> Table:
    """Each endpoint's chance of a significant result, by what the treatment really does."""
    scenarios = _scenarios(found)
    columns = (
        Column("Of 100 trials significant"),
        *(Column(_effect(one), is_number=True) for one in scenarios),
    )
    rows = tuple(
        (f"{first.name}, {first.role}", *(_rate(one.endpoints[place].alone) for one in scenarios))
        for place, first in enumerate(scenarios[0].endpoints)
    )
    alpha, sides = found.design.multiplicity.alpha, found.design.multiplicity.sides
    note = (
        f"Each endpoint by its own p-value at {alpha:g}, {'two' if sides == 2 else 'one'}-sided, in"
        " favour of the treatment; in brackets the 95 % Monte Carlo interval."
    )
    return Table("Power", columns, rows, note)


def reenactment_object(found: Reenactment) -> dict[str, Any]:
    """The same for machines, with everything the simulation found."""
    return {
        "study": found.study.study_id,
        "published": list(_published(found)),
        "simulated": list(_said(found)),
        "simulation": simulation_object(found.simulation),
    }


def _published(found: Reenactment) -> Iterator[str]:
    study = found.study
    for one in study.responders:
        if one.superseded_by is None and one.treated is not None and one.control is not None:
            yield _responders(one)
    shown = [one for one in study.group_differences if one.superseded_by is None and _printed(one)]
    for difference in shown[:_MOST_DIFFERENCES]:
        yield _difference(difference)
    if study.conclusions is not None and study.conclusions.efficacy:
        yield f"in short: {study.conclusions.efficacy}"


def _printed(one: "GroupDifference") -> bool:
    return one.treated is not None and one.treated.mean is not None and one.control is not None


def _responders(one: "ResponderResult") -> str:
    parts = []
    for name, group in (("treated", one.treated), ("controls", one.control)):
        if group is None:
            continue
        if group.percent is not None:
            parts.append(f"{decimal(group.percent, 0)} % of {group.n} {name}")
        elif group.responders is not None:
            parts.append(f"{group.responders} of {group.n} {name}")
    return f"{one.definition}, {one.timepoint}: {', '.join(parts)}{_p(one.p_value, one.p_text)}"


def _difference(one: "GroupDifference") -> str:
    def mean(group: "GroupSummary | None") -> str:
        return "not printed" if group is None else decimal(group.mean, 2)

    return (
        f"{one.outcome}, {one.timepoint}: {mean(one.treated)} in the treated,"
        f" {mean(one.control)} in controls{_p(one.p_value, one.p_text)}"
    )


def _p(value: float | None, text: str | None) -> str:
    if value is None and text is None:
        return ""
    return f"; P {text}" if value is None else f"; P = {value:g}"


def _said(found: Reenactment) -> Iterator[str]:
    for scenario in _scenarios(found):
        for one in scenario.endpoints:
            if one.controls_responding is not None and not scenario.has_effect:
                yield _rule(one)
        yield from (_primary(scenario, one) for one in scenario.endpoints if one.role == "primary")
    best = _best(found)
    if best:
        yield best


def _rule(one: "EndpointCharacteristics") -> str:
    responding = one.controls_responding
    assert responding is not None
    return (
        f"rule {one.name!r}: with no treatment effect at all, {out_of_100(responding.mean)}"
        f" controls meet it by chance and error of measurement (from trial to trial"
        f" {percent(max(responding.mean - 1.96 * responding.spread, 0.0))} to"
        f" {percent(min(responding.mean + 1.96 * responding.spread, 1.0))})"
    )


def _scenarios(found: Reenactment) -> list["ScenarioCharacteristics"]:
    """Without an effect first, then by slowing."""
    return sorted(found.simulation.scenarios, key=_slowing)


def _slowing(scenario: "ScenarioCharacteristics") -> float:
    return max((value for _, value in scenario.scenario.slowing), default=0.0)


def _primary(scenario: "ScenarioCharacteristics", one: "EndpointCharacteristics") -> str:
    if not scenario.has_effect:
        return (
            f"primary endpoint {one.name!r}: without an effect {_rate(one.alone)} of 100 such"
            " trials would have been significant in favour of the treatment"
        )
    return (
        f"primary endpoint {one.name!r}: if the treatment made decline {_effect(scenario)},"
        f" {_rate(one.alone)} of 100 such trials would have shown it"
    )


def _best(found: Reenactment) -> str:
    """Whether another analysis of the same people would have seen a quarter's slowing better."""
    planned = found.simulation.scenarios[0]
    primary = next(one for one in planned.endpoints if one.role == "primary")
    best = max(planned.endpoints, key=lambda one: one.alone.share)
    if best.name == primary.name or not planned.has_effect:
        return ""
    return (
        f"on the same simulated people, {best.name!r} would have shown decline {_effect(planned)}"
        f" in {_rate(best.alone)} of 100 trials, where the primary endpoint shows it in"
        f" {_rate(primary.alone)}"
    )


def _effect(scenario: "ScenarioCharacteristics") -> str:
    if not scenario.has_effect:
        return "no effect"
    return slowing(_slowing(scenario))


def _rate(rate: "Rate") -> str:
    low, high = rate.interval
    return f"{decimal(100 * rate.share)} ({decimal(100 * low)}–{decimal(100 * high)})"


def _mind(found: Reenactment) -> list[str]:
    return [
        "the people are simulated from natural history, let in by the published rules where they"
        " were read; `slopewise trial reenact STUDY --design` shows every number with its source,"
        " and what had to be assumed",
        "natural history was calibrated to published summaries, among them the share of improvers"
        " and the change in the placebo arm of NurOwn phase 3: agreement with these is no"
        " independent proof",
        *found.simulation.assumptions,
        _RESEARCH_ONLY,
    ]
