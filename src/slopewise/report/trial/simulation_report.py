"""A simulation as one file of HTML that needs nothing else; and its parts, for the page."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from slopewise.report.figures.svg import Drawing
from slopewise.report.numbers import percent, whole
from slopewise.report.patient.words import SIMULATED, Fact
from slopewise.report.simulation.answers import answers, cautions, refusals, run_words
from slopewise.report.simulation.endpoints import figure_bias, figure_coverage, figure_endpoints
from slopewise.report.simulation.examples import figure_examples
from slopewise.report.simulation.looks import figure_boundary, figure_duration
from slopewise.report.simulation.power import (
    figure_power_by_size,
    figure_power_by_slowing,
    figure_scenarios_by_size,
)
from slopewise.report.simulation.scenario_words import planned_scenario, scenario_label
from slopewise.report.simulation.tables import (
    course_rows,
    endpoints_table,
    estimates_table,
    looks_table,
    scenarios_table,
)
from slopewise.report.tables import Table
from slopewise.report.trial.design_words import design_paragraphs
from slopewise.trial.boundary import Boundary
from slopewise.trial.design.design import Design
from slopewise.trial.simulating.characteristics import ScenarioCharacteristics, TrialSimulation

__all__ = ["ScenarioPart", "SimulationSection", "simulation_report", "simulation_section"]

_HERE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class ScenarioPart:
    """One scenario: its heading, the trial as a whole, its tables."""

    heading: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class SimulationSection:
    """Everything that the report and the page show of a simulation.

    `figures`: (name for an address in the page, drawing), in the order to be shown.
    """

    title: str
    run: str
    simulated: str
    answers: tuple[str, ...]
    cautions: tuple[str, ...]
    refusals: tuple[str, ...]
    scenarios: Table
    figures: tuple[tuple[str, Drawing], ...]
    examples: Drawing | None
    parts: tuple[ScenarioPart, ...]
    design: tuple[tuple[str, tuple[str, ...]], ...]
    assumptions: tuple[str, ...]
    made: tuple[Fact, ...]
    command: str


def simulation_report(
    simulation: TrialSimulation,
    design: Design | None,
    command: str,
    *,
    boundary: Boundary | None = None,
) -> str:
    """The report; `command` repeats it, `boundary` are the bounds of the design's looks."""
    template = _environment().get_template("simulation_report.html")
    return template.render(
        style=Markup((_HERE / "static" / "slopewise.css").read_text(encoding="utf-8")),
        section=simulation_section(simulation, design, command, boundary=boundary),
    )


def simulation_section(
    simulation: TrialSimulation,
    design: Design | None,
    command: str,
    *,
    boundary: Boundary | None = None,
) -> SimulationSection:
    """The parts of the report; without a design its words are left out."""
    title = simulation.design_name
    if design is not None:
        title = design.trial.title or design.trial.name
    told = [one for one in simulation.scenarios if one.replicates]
    return SimulationSection(
        title=title,
        run=f"{run_words(simulation)[0].upper()}{run_words(simulation)[1:]}",
        simulated=SIMULATED,
        answers=answers(simulation),
        cautions=cautions(simulation),
        refusals=refusals(simulation),
        scenarios=scenarios_table(simulation),
        figures=_figures(simulation, boundary) if told else (),
        examples=figure_examples(simulation),
        parts=tuple(_part(one, simulation) for one in told),
        design=design_paragraphs(design) if design is not None else (),
        assumptions=simulation.assumptions,
        made=_how_made(simulation),
        command=command,
    )


def _figures(
    simulation: TrialSimulation, boundary: Boundary | None
) -> tuple[tuple[str, Drawing], ...]:
    found = [
        ("by-slowing", figure_power_by_slowing(simulation)),
        ("by-size", figure_power_by_size(simulation)),
        ("scenarios-by-size", figure_scenarios_by_size(simulation)),
        ("endpoints", figure_endpoints(simulation)),
        ("bias", figure_bias(simulation)),
        ("coverage", figure_coverage(simulation)),
        ("duration", figure_duration(simulation)),
    ]
    if boundary is not None:
        drawing = figure_boundary(boundary, planned_scenario(simulation))
        found.insert(-1, ("boundary", drawing))
    return tuple((name, drawing) for name, drawing in found if drawing is not None)


def _part(told: ScenarioCharacteristics, simulation: TrialSimulation) -> ScenarioPart:
    looks = looks_table(told, "Looks")
    tables = (
        endpoints_table(told, "How often each endpoint wins, and how right it is"),
        estimates_table(told, "What each endpoint estimates"),
        *((looks,) if looks is not None else ()),
    )
    facts = tuple(Fact(question, answer) for question, answer in course_rows(told))
    return ScenarioPart(scenario_label(told, simulation), facts, tables)


def _how_made(simulation: TrialSimulation) -> tuple[Fact, ...]:
    return (
        Fact("Program", f"slopewise {simulation.version}"),
        Fact("Seed", str(simulation.seed), "The same seed and design give the same numbers."),
        Fact("Design", simulation.design_hash[:16], "Fingerprint of the design file's content."),
        Fact(
            "Simulated trials",
            whole(simulation.finished),
            f"{whole(simulation.replicates)} asked for in each scenario; {simulation.status}.",
        ),
        Fact("Natural history", simulation.natural_history),
        Fact(
            "Admitted by the entry rules",
            percent(simulation.admitted_share),
            "Of the simulated people screened.",
        ),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
