"""A simulation for the terminal: answers, one table a scenario, and how to repeat it."""

from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import percent
from slopewise.report.simulation.answers import answers, cautions, refusals, run_words
from slopewise.report.simulation.scenario_words import scenario_label
from slopewise.report.simulation.tables import (
    course_rows,
    endpoints_table,
    looks_table,
    scenarios_table,
)
from slopewise.report.tables import Column, Table
from slopewise.report.terminal_text import without_controls
from slopewise.trial.simulating.characteristics import ScenarioCharacteristics, TrialSimulation

__all__ = ["simulation_text"]

_RESEARCH_ONLY = "Research use only; no advice on treatment."


def simulation_text(simulation: TrialSimulation, *, command: str) -> str:
    """Everything, labelled as simulated; `command` is what runs it again."""
    parts = [
        wrapped(
            f"SIMULATED: no person stands behind these numbers. {simulation.design_name},"
            f" {run_words(simulation)}"
        ),
        "\n".join(wrapped(one) for one in answers(simulation)),
    ]
    said = (*cautions(simulation), *refusals(simulation))
    if said:
        parts.append("Read this with the answers:\n" + bullets(said))
    if len(simulation.scenarios) > 1:
        parts.append(lay_out(scenarios_table(simulation)))
    parts += [_scenario(one, simulation) for one in simulation.scenarios if one.replicates]
    parts += [f"What was assumed:\n{bullets(simulation.assumptions)}"] * bool(
        simulation.assumptions
    )
    parts.append(_repeat(simulation, command))
    return without_controls("\n\n".join(parts))


def _scenario(told: ScenarioCharacteristics, simulation: TrialSimulation) -> str:
    label = scenario_label(told, simulation)
    columns = (Column("Question"), Column("Answer"))
    parts = [
        f"== {label} ==",
        lay_out(endpoints_table(told, label)),
        lay_out(Table("The trial", columns, course_rows(told))),
    ]
    looks = looks_table(told, "Looks")
    if looks is not None:
        parts.append(lay_out(looks))
    return "\n\n".join(parts)


def _repeat(simulation: TrialSimulation, command: str) -> str:
    about = wrapped(
        f"Natural history: {simulation.natural_history}; {percent(simulation.admitted_share)} of"
        f" those screened meet the entry rules. Fingerprint {simulation.design_hash[:16]}, seed"
        f" {simulation.seed}, slopewise {simulation.version}."
    )
    return f"{about}\nTo repeat: {command}\n{_RESEARCH_ONLY}"
