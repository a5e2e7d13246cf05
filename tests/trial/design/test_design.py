"""Designs as records: grids, checks of designs made in code, honest remarks."""

from dataclasses import replace

import pytest

from slopewise.errors import InputError
from slopewise.records.designs.templates import template_text
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Grid, Scenario, scenarios
from slopewise.trial.design.people import Dropout
from slopewise.trial.design.words import Blinding
from slopewise.trial.soundness.remarks import expected_dropout, remarks
from slopewise.trial.soundness.soundness import checked
from slopewise.workflow.trial_design import read_design_text


@pytest.fixture
def design() -> Design:
    made = read_design_text(template_text("two-arm")).design
    assert made is not None
    return made


def test_grid_is_every_combination_and_leaves_controls_alone() -> None:
    planned = Scenario(slowing=(("cells", 0.3), ("control", 0.0)))
    grid = Grid(slowing=(0.0, 0.2), waning_half_life_months=(3.0, 6.0, 12.0))
    made = scenarios(planned, grid)
    assert len(made) == 6
    assert {dict(one.slowing)["control"] for one in made} == {0.0}
    assert [dict(one.slowing)["cells"] for one in made] == [0.0] * 3 + [0.2] * 3
    assert made[1].name == "slowing 0, waning_half_life_months 6"
    assert made[1].waning_half_life_months == 6


def test_empty_grid_is_the_planned_scenario() -> None:
    planned = Scenario(name="hoped", slowing=(("cells", 0.3),))
    assert scenarios(planned, Grid()) == (planned,)


def test_direct_survival_effect_is_varied_in_the_treated_arms() -> None:
    planned = Scenario(slowing=(("cells", 0.3), ("control", 0.0)))
    made = scenarios(planned, Grid(log_hazard_ratio=(0.0, -0.3)))
    assert [one.log_hazard_ratio for one in made] == [(("cells", 0.0),), (("cells", -0.3),)]


def test_design_made_in_code_is_checked_like_a_file(design: Design) -> None:
    assert checked(design) is design
    with pytest.raises(InputError, match=r"trial\.size is too small for 2 arms"):
        checked(replace(design, trial=replace(design.trial, size=3)))
    with pytest.raises(InputError, match=r"dropout\.per_month is outside its limits"):
        checked(replace(design, dropout=Dropout(per_month=-1.0)))


def test_maximum_size_is_what_reestimation_allows(design: Design) -> None:
    assert design.maximum_size == 300
    grown = read_design_text(template_text("group-sequential")).design
    assert grown is not None
    assert grown.maximum_size == 420


def test_blocks_default_to_twice_the_smallest(design: Design) -> None:
    plain = replace(design.randomisation, block_sizes=(), allocation=(2, 1))
    assert replace(design, randomisation=plain).block_sizes == (6,)


def test_a_tenth_is_expected_to_leave_in_a_year(design: Design) -> None:
    assert expected_dropout(design) == pytest.approx(0.1, abs=5e-4)


def about(design: Design) -> list[str]:
    return [remark.about for remark in remarks(design)]


def test_remarks_name_what_the_design_leaves_open(design: Design) -> None:
    opened = replace(design, trial=replace(design.trial, blinding=Blinding.OPEN_LABEL))
    assert "open label" in about(opened)
    bare = tuple(replace(arm, aspiration=arm.role.value == "treatment") for arm in design.arms)
    assert "controls without aspiration" in about(replace(design, arms=bare))
    many = replace(design, dropout=Dropout(per_month=0.03))
    assert "many leave" in about(many)
    uneven = replace(design, dropout=Dropout(by_arm=(("control", 0.02),)))
    assert "people leave the arms at different rates" in about(uneven)
    direct = replace(design.scenario, log_hazard_ratio=(("cells", -0.3),))
    assert "deaths differ between arms" in about(replace(design, scenario=direct))


def test_remarks_name_what_looks_do_to_alpha() -> None:
    design = read_design_text(template_text("group-sequential")).design
    assert "larger from little promise" not in about(design)
    little = replace(design, reestimation=replace(design.reestimation, promising_from=0.3))
    assert "larger from little promise" in about(little)
    by_month = replace(design.interim, information=(), months=(15.0, 24.0, 36.0))
    assert "looks by the calendar" in about(replace(design, interim=by_month))


def test_remarks_stay_silent_on_what_is_in_order(design: Design) -> None:
    said = about(design)
    assert "open label" not in said
    assert "controls without aspiration" not in said
    assert "many leave" not in said
