"""What must hold of simulated trials whatever the numbers: repeatable, comparable, never a nan."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from slopewise.errors import InputError
from slopewise.progression.natural_history import embedded
from slopewise.records.designs.templates import template_text
from slopewise.trial.analysing.truth import truths
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Scenario
from slopewise.trial.design.looks import Interim
from slopewise.trial.design.people import Entry, RunIn, Site
from slopewise.trial.design.words import (
    Analysis,
    EnrolmentPattern,
    Procedure,
    RandomisationMethod,
)
from slopewise.trial.simulating.block import SimulatedTrials, simulate_block
from slopewise.trial.simulating.plan import TrialPlan, plan_trial, without_effect
from slopewise.trial.simulating.summary import summarise
from slopewise.trial.simulating.task import SimulationTask, analyse_block
from slopewise.trial.virtual.course import Treatment, follow
from slopewise.trial.virtual.people import draw_people, draw_world
from slopewise.workflow.simulate_trial import SimulationRequest, simulate_trial
from slopewise.workflow.trial_design import read_design_text

DRAWN = ("arm", "enrolled", "scores", "event_month", "leave_month", "levels", "present")


def template(name: str = "two-arm") -> Design:
    return read_design_text(template_text(name)).design


def of(design: Design, scenario: Scenario | None = None, people: int = 40) -> TrialPlan:
    return plan_trial(design, scenario or design.scenario, history=embedded(), people=people)


def same(one: SimulatedTrials, other: SimulatedTrials, names: tuple[str, ...] = DRAWN) -> None:
    for name in names:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_the_same_seed_gives_the_same_and_another_seed_another() -> None:
    design = template()
    same(simulate_block(of(design), 2), simulate_block(of(design), 2))
    other = plan_trial(design, design.scenario, history=embedded(), people=40, seed=7)
    assert not np.array_equal(simulate_block(of(design), 2).scores, simulate_block(other, 2).scores)
    assert not np.array_equal(
        simulate_block(of(design), 2).scores, simulate_block(of(design), 3).scores
    )


@pytest.mark.parametrize("name", ["two-arm", "delayed-start", "three-arm-dose", "platform"])
def test_scenarios_have_the_same_people(name: str) -> None:
    """Everything before randomisation is equal, and without an effect it stays so."""
    design = template(name)
    nothing = of(design, without_effect(design.scenario))
    scenario = replace(
        design.scenario, slowing=tuple((arm, 0.7) for arm, _ in design.scenario.slowing),
        slowing_spread=0.2, responder_share=0.6, waning_half_life_months=4.0,
    )  # fmt: skip
    treated = of(design, scenario)
    assert nothing.block == treated.block
    ours, theirs = simulate_block(nothing, 0), simulate_block(treated, 0)
    same(ours, theirs, ("arm", "enrolled", "levels", "present"))
    before = nothing.schedule.baseline + 1
    assert np.array_equal(ours.scores[:, :, :before], theirs.scores[:, :, :before])
    assert not np.array_equal(ours.scores, theirs.scores)
    if name == "two-arm":  # controls are untouched
        control = ours.arm == 1
        assert np.array_equal(ours.scores[control], theirs.scores[control])
        assert np.array_equal(ours.event_month[control], theirs.event_month[control])
        assert np.array_equal(ours.leave_month[control], theirs.leave_month[control])


def test_zero_slowing_is_no_treatment_at_all() -> None:
    design = template()
    zero = replace(without_effect(design.scenario), waning_half_life_months=3.0)
    plan = of(design, zero)
    world = draw_world(embedded(), 5, generator=np.random.default_rng(1))
    people = draw_people(world, 30, generator=np.random.default_rng(2))
    zeros = np.zeros((5, 30))
    arm = np.tile(np.arange(30) % 2, (5, 1))
    paths = [
        follow(world, people, plan.schedule, steps=range(len(plan.schedule.edges) - 1),
               treatment=how, visits=range(len(plan.schedule.visit_month)),
               generator=np.random.default_rng(3))
        for how in (None, Treatment(zeros, zeros, plan.schedule.exposure, arm))
    ]  # fmt: skip
    assert np.array_equal(np.stack(paths[0].function), np.stack(paths[1].function))
    assert np.array_equal(paths[0].people.event_month, paths[1].people.event_month)


def test_full_slowing_from_the_first_day_stops_decline() -> None:
    plan = of(template(), Scenario("stopped", slowing=(("cells", 1.0), ("control", 0.0))))
    world = draw_world(embedded(), 5, generator=np.random.default_rng(1))
    people = draw_people(world, 30, generator=np.random.default_rng(2))
    arm = np.tile(np.arange(30) % 2, (5, 1))
    start = plan.schedule.randomised_edge
    visits = range(plan.schedule.baseline, len(plan.schedule.visit_month))
    found = follow(
        world, people, plan.schedule, steps=range(start, len(plan.schedule.edges) - 1),
        treatment=Treatment(plan.slowing[arm], None, plan.schedule.exposure, arm),
        visits=visits, generator=np.random.default_rng(3),
    )  # fmt: skip
    function = np.stack(found.function, axis=2)
    assert (function[arm == 0] == function[arm == 0][:, :1]).all()
    assert np.ptp(function[arm == 1], axis=1).min() > 0.0


def test_more_replicates_change_none_of_the_first() -> None:
    design = template()
    design = replace(design, grid=replace(design.grid, slowing=()))
    request = SimulationRequest(design=design, sizes=(20,), replicates=60, examples=0)
    request = replace(request, design=replace(design, trial=replace(design.trial, size=30)))
    task = SimulationTask(tuple(of(request.design, people=n) for n in (30, 20)))
    few, many = task.blocks(60), task.blocks(240)
    assert few == many[: len(few)]
    again = SimulationTask(tuple(of(request.design, people=n) for n in (30, 20)))
    for name, column in task(1).items():
        assert np.array_equal(column, again(1)[name], equal_nan=True)


def test_results_do_not_depend_on_workers_or_on_having_stopped(tmp_path: Path) -> None:
    design = template()
    design = replace(
        design, trial=replace(design.trial, size=16), grid=replace(design.grid, slowing=()),
        endpoints=tuple(e for e in design.endpoints if e.analysis is not Analysis.MMRM),
    )  # fmt: skip
    request = SimulationRequest(design=design, replicates=120, examples=1)
    alone = simulate_trial(request)
    assert simulate_trial(replace(request, workers=2)) == alone
    short = replace(request, replicates=50, keep_in=tmp_path)
    assert simulate_trial(short).finished == 100
    assert simulate_trial(replace(request, keep_in=tmp_path)) == alone


def hard(name: str) -> tuple[Design, int]:
    """Designs that break what is fragile."""
    design = template()
    leave, chance = design.dropout, design.randomisation
    short = tuple(e for e in design.endpoints if e.analysis is not Analysis.RESPONDER)
    site = (Site("only", 4.0),)
    slow = replace(design.enrolment, months=120.0, sites=site)
    dead = replace(design.scenario, log_hazard_ratio=(("cells", 5.0), ("control", 5.0)))
    made: dict[str, tuple[Design, int]] = {
        "four an arm": (design, 8),
        "two an arm": (design, 4),
        "everybody leaves": (replace(design, dropout=replace(leave, per_month=5.0)), 30),
        "all treated leave": (
            replace(design, dropout=replace(leave, by_arm=(("cells", 5.0),))), 30
        ),
        "everybody dies": (replace(design, scenario=dead), 30),
        "nobody leaves": (replace(design, dropout=replace(leave, per_month=0.0)), 30),
        "nothing before": (replace(design, run_in=RunIn(), entry=Entry(), endpoints=short), 30),
        "one site": (
            replace(design, enrolment=slow, randomisation=replace(chance, strata=("site",))), 30
        ),
        "minimised 2:1": (replace(design, randomisation=replace(
            chance, method=RandomisationMethod.MINIMISATION, allocation=(2, 1), block_sizes=(),
            strata=("site", "onset_site"))), 30),
        "simple 2:1": (replace(design, randomisation=replace(
            chance, method=RandomisationMethod.SIMPLE, allocation=(2, 1), block_sizes=(),
            strata=())), 30),
        "even": (replace(design, enrolment=replace(design.enrolment,
                                                   pattern=EnrolmentPattern.EVEN)), 30),
        "a look before anybody": (replace(
            template("group-sequential"), interim=Interim(months=(0.01, 8.0, 40.0)),
            reestimation=None), 30),
        "few come in time": (replace(design, enrolment=replace(design.enrolment, months=0.5)), 40),
    }  # fmt: skip
    return made[name]


HARD = ("four an arm", "two an arm", "everybody leaves", "all treated leave", "everybody dies",
        "nobody leaves", "nothing before", "one site", "minimised 2:1", "simple 2:1", "even",
        "a look before anybody", "few come in time")  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_no_crash_and_no_quiet_nan(name: str) -> None:
    design, people = hard(name)
    plan = of(design, people=people)
    table = SimulationTask((plan,))(0)
    for column, values in table.items():
        if column != "look_month":  # nan says that a look was not reached
            assert np.isfinite(values).all(), column
    found = summarise(plan, [table], truths(plan))
    for place, one in enumerate(found.endpoints):
        assert one.unread == int((~table[f"e{place}.read"]).sum())
        assert one.power.of == plan.block
        unread = ~table[f"e{place}.read"]
        assert (table[f"e{place}.p_value"][unread] == 1.0).all()
        assert (table[f"e{place}.z"][unread] == 0.0).all()
    if name == "everybody leaves":
        assert min(one.unread for one in found.endpoints[:2]) == plan.block
        assert found.left[0][1].mean > 0.99
    if name == "everybody dies":
        assert found.dead[0][1].mean > 0.5


def test_external_controls_are_not_people_of_the_trial() -> None:
    """Looks count the treated, their follow-up and their events; not those from elsewhere."""
    design = template("single-arm")
    design = replace(design, interim=Interim(information=(0.5, 1.0)))
    found = analyse_block(of(design, people=30), 0)
    assert (found.ending.look_people[:, 0] <= 30).all()
    by_events = tuple(
        replace(e, analysis=Analysis.TIME_TO_EVENT, intercept=None) for e in design.endpoints
    )
    rule = replace(design.multiplicity, procedure=Procedure.NONE)
    found = analyse_block(of(replace(design, endpoints=by_events, multiplicity=rule), people=60), 0)
    assert np.isfinite(found.ending.look_month[:, 0]).mean() > 0.5


def test_people_added_at_a_look_come_after_it() -> None:
    """Enrolment was over by the look, and nobody knew before it that more were wanted."""
    design = template("group-sequential")
    raised = replace(design.reestimation, look=1, promising_from=0.05)
    design = replace(
        design,
        reestimation=raised,
        interim=replace(design.interim, information=(0.5, 1.0), futility=None),
        entry=Entry(),
    )
    plan = of(design, people=40)
    found, first = analyse_block(plan, 0), simulate_block(plan, 0).enrolled
    larger = found.ending.enlarged
    assert 0 < larger.sum() < plan.block
    added = found.trials.enrolled[larger, plan.people :]
    assert (added >= found.ending.look_month[larger, :1]).all()
    assert np.array_equal(np.diff(found.trials.enrolled[larger, plan.people :]).round(9),
                          np.diff(first[larger, plan.people :]).round(9))  # fmt: skip
    assert np.array_equal(found.trials.enrolled[~larger], first[~larger])
    assert np.array_equal(found.trials.enrolled[:, : plan.people], first[:, : plan.people])


def test_the_truth_after_an_open_period_is_that_of_those_who_were_kept() -> None:
    """Keeping responders keeps people in whom the treatment does more."""
    design = template("randomised-withdrawal")
    run_in = RunIn(months=9.0, visit_months=(-9.0, -8.0, -7.0, -6.0, -4.0, -2.0))
    period = replace(design.open_period, only_responders=True, minimum_slowing=0.25)
    design = replace(design, run_in=run_in, open_period=period)
    same_in_all = replace(design.scenario, slowing_spread=0.0, waning_half_life_months=1.0)
    plain, spread = (
        truths(of(design, one))[0]
        for one in (same_in_all, replace(same_in_all, slowing_spread=0.3))
    )
    assert plain.value is not None
    assert spread.value is not None
    assert spread.value > 1.1 * plain.value


def test_assurance_is_refused_where_no_slowing_can_be_drawn() -> None:
    idle = template()
    idle = replace(idle, scenario=without_effect(idle.scenario), grid=type(idle.grid)())
    for design, why in ((template("randomised-withdrawal"), "open period"), (idle, "no arm has")):
        with pytest.raises(InputError, match=why):
            simulate_trial(SimulationRequest(design=design, replicates=1, assurance=True))
