"""The report of a simulation in one file, and its figures: what is drawn, said and tabled."""

import re
from dataclasses import replace
from html import unescape
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from tests.simulations import a_scenario, a_simulation, an_example

from slopewise.report.figures import style
from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.simulation.endpoints import figure_bias, figure_coverage, figure_endpoints
from slopewise.report.simulation.examples import figure_examples, panel_of
from slopewise.report.simulation.lines import Line, LinePoint, LinesPicture, lines_svg, look_of
from slopewise.report.simulation.looks import figure_boundary, figure_duration
from slopewise.report.simulation.power import (
    figure_power_by_size,
    figure_power_by_slowing,
    figure_scenarios_by_size,
)
from slopewise.report.simulation.trials import TrialsPicture, trials_svg
from slopewise.report.trial.simulation_report import simulation_report, simulation_section
from slopewise.trial.boundary import boundary
from slopewise.trial.spending import spending_from_text
from slopewise.workflow.trial_design import new_design, read_design_text

SVG = "{http://www.w3.org/2000/svg}"
COMMAND = "slopewise trial simulate design.toml --seed 20181 & more"
PLAN = boundary(
    (0.5, 1.0), spending_from_text("obrien-fleming"), futility=spending_from_text("hwang:-4")
)
SIMULATION = a_simulation(sizes=(300, 400), assurance=True, examples=2)


@pytest.fixture(scope="module")
def report() -> str:
    design = read_design_text(new_design("group-sequential")).design
    return simulation_report(SIMULATION, design, COMMAND, boundary=PLAN)


@pytest.fixture(scope="module")
def figures() -> dict[str, Drawing]:
    section = simulation_section(SIMULATION, None, COMMAND, boundary=PLAN)
    assert section.examples is not None
    return {**dict(section.figures), "examples": section.examples}


def words_of(svg: str) -> str:
    return " ".join(text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def test_the_report_needs_no_other_file(report: str) -> None:
    assert not re.search(r"<link|<script|<img|src=|@import|url\(", report)


def test_the_report_says_that_it_is_simulated(report: str) -> None:
    assert "Simulated: no person stands behind these numbers." in report
    assert "It is no evidence that the therapy works." in report


@pytest.mark.parametrize(
    "told",
    [
        "Cells against sham with two interim looks",
        "the trial finds it in",
        "random-slope mixed model",
        "“responders” is refused as primary",
        "missing at random given their scores",
        "made by hand for a test",
        "20181",
        "0123456789abcdef",
        "slopewise 9.9.9",
        COMMAND,
    ],
)
def test_the_report_tells(report: str, told: str) -> None:
    assert told in unescape(report)


def test_identifiers_are_single_and_headings_do_not_skip(report: str) -> None:
    found = re.findall(r'\sid="([^"]+)"', report)
    assert len(found) == len(set(found))
    levels = [int(level) for level in re.findall(r"<h(\d)", report)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_hostile_name_stays_text() -> None:
    found = replace(SIMULATION, design_name="<script>alert(1)</script>")
    assert "<script" not in simulation_report(found, None, "<b>")


def test_a_report_without_replicates_is_short_and_honest() -> None:
    nothing = replace(
        SIMULATION, scenarios=(), examples=(), finished=0, status="stopped", assumptions=()
    )
    said = simulation_report(nothing, None, COMMAND)
    assert "No replicate was finished" in said
    assert "<svg" not in said.split("Read this")[0]


def test_every_figure_has_a_sentence_and_its_numbers(figures: dict[str, Drawing]) -> None:
    assert set(figures) == {
        "by-slowing", "by-size", "scenarios-by-size", "endpoints", "bias", "coverage",
        "boundary", "duration", "examples",
    }  # fmt: skip
    for drawing in figures.values():
        assert drawing.sentence.endswith(".")
        assert drawing.table.rows


def test_every_colour_of_the_figures_has_a_dark_one(
    figures: dict[str, Drawing], report: str
) -> None:
    dark = report.split("/* The palette of report/figures/style.py", 1)[1].split("details {", 1)[0]
    for drawing in figures.values():
        for attribute, colour in re.findall(r'(fill|stroke)="(#[0-9a-f]{6})"', drawing.svg):
            assert f'[{attribute}="{colour}"]' in dark, (drawing.title, attribute, colour)


def test_no_two_series_differ_by_colour_alone() -> None:
    looks = [look_of(number) for number in range(20)]
    assert len({(look.shape, look.dash) for look in looks[:12]}) == 12
    assert len(set(looks)) == 20


def test_power_by_slowing_marks_the_planned_alpha_and_starts_at_no_effect(
    figures: dict[str, Drawing],
) -> None:
    drawing = figures["by-slowing"]
    assert "planned false alarms: 2.5 of 100" in words_of(drawing.svg)
    assert [column.heading for column in drawing.table.columns[1:]] == [
        "0\u202f%", "15\u202f%", "30\u202f%", "50\u202f%",
    ]  # fmt: skip
    told = SIMULATION.scenarios[0].endpoints[0]
    row = next(row for row in drawing.table.rows if row[0] == "slope")
    assert row[3].startswith(f"{100 * told.alone.share:.0f} of 100")


def test_power_by_slowing_leaves_out_scenarios_that_differ_in_more() -> None:
    found = a_simulation((0.3, 0.15, 0.0))
    fading = replace(
        found.scenarios[1],
        scenario=replace(found.scenarios[1].scenario, waning_half_life_months=3.0),
    )
    mixed = replace(found, scenarios=(found.scenarios[0], fading, found.scenarios[2]))
    drawing = figure_power_by_slowing(mixed)
    assert drawing is not None
    assert len(drawing.table.columns) == 3


def test_figures_that_need_more_than_there_is_are_left_out() -> None:
    one = a_simulation((0.3,), examples=0)
    assert figure_power_by_slowing(one) is None
    assert figure_power_by_size(one) is None
    assert figure_scenarios_by_size(one) is None
    assert figure_examples(one) is None
    idle = a_simulation((0.0,))
    assert figure_endpoints(idle) is None
    assert figure_bias(idle) is None
    assert figure_coverage(idle) is None
    assert figure_duration(replace(idle, scenarios=())) is None


def test_axis_ticks_read_the_values_where_they_stand() -> None:
    points = tuple(LinePoint(x, 50.0, 40.0, 60.0) for x in (0.0, 15.0, 30.0, 50.0))
    picture = LinesPicture(
        name="ticks", x_title="x", y_title="y", lines=(Line("one", points),),
        y_domain=(0.0, 100.0), y_values=(0.0, 100.0),
    )  # fmt: skip
    assert " 15 " in words_of(lines_svg(picture, WIDE))


def test_the_point_of_a_rate_stands_at_its_height() -> None:
    points = (LinePoint(0.0, 25.0, 20.0, 30.0), LinePoint(1.0, 75.0, 70.0, 80.0))
    picture = LinesPicture(
        name="heights", x_title="x", y_title="y", lines=(Line("one", points),),
        y_domain=(0.0, 100.0), y_values=(0.0, 100.0),
    )  # fmt: skip
    drawn = str(lines_svg(picture, WIDE))
    line = re.search(rf'd="M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)" stroke="{style.ACCENT}"', drawn)
    assert line is not None
    assert float(line[2]) == pytest.approx(0.75 * 320)
    assert float(line[4]) == pytest.approx(0.25 * 320)


def test_the_bounds_and_the_share_that_ends_at_each_look_are_drawn() -> None:
    told = a_scenario()
    drawing = figure_boundary(PLAN, told)
    assert f"{100 * told.looks[0].efficacy.share:.0f}" in words_of(drawing.svg).split()
    assert drawing.table.rows[0][2] == f"{PLAN.efficacy[0]:.4f}"
    assert drawing.table.columns[-1].heading == "Ends as hopeless"


def test_bounds_without_a_matching_scenario_carry_no_shares() -> None:
    drawing = figure_boundary(PLAN, a_scenario(looks=1))
    assert "Ends as hopeless" not in {column.heading for column in drawing.table.columns}
    assert "Numbers: of 100" not in drawing.sentence


def test_two_sided_bounds_show_harm_too() -> None:
    plan = boundary((0.5, 1.0), spending_from_text("pocock"), alpha=0.05, sides=2)
    assert "harm: stop at or below" in words_of(figure_boundary(plan).svg)


def test_each_example_is_told_by_its_verdict(figures: dict[str, Drawing]) -> None:
    for svg in (figures["examples"].svg, figures["examples"].narrow_svg):
        assert "Trial 1: won" in words_of(svg)
        assert "Won by slope." in words_of(svg)
    assert "Stopped for benefit at look 1" in words_of(figures["examples"].svg)
    rows = figures["examples"].table.rows
    assert rows[1][3:] == ("joint rank", "–", "–", "–")


def test_survival_begins_at_randomisation_where_scores_begin_in_the_run_in() -> None:
    one = an_example(1)
    early = replace(
        one,
        visit_months=(-3.0, 0.0, 6.0, 12.0),
        scores=tuple((arm, (40.0, 38.0, 34.0, 30.0), (9, 9, 8, 7)) for arm, _, _ in one.scores),
        alive=tuple((arm, (1.0, 0.9, 0.8)) for arm, _ in one.alive),
    )
    told = TrialsPicture("one", ("cells", "sham"), (panel_of(early),))
    assert [month for month, _ in told.panels[0].alive[0][1]] == [0.0, 6.0, 12.0]
    assert told.months == (-3.0, 12.0)
    for left in re.findall(r'd="M(-?[\d.]+),', str(trials_svg(told, NARROW))):
        assert float(left) >= -20.0


def test_narrow_figures_keep_their_words_inside(figures: dict[str, Drawing]) -> None:
    for drawing in figures.values():
        box = re.search(r'viewBox="0 0 ([\d.]+) ', drawing.narrow_svg)
        assert box is not None
        assert float(box[1]) <= NARROW + 60, drawing.title
