"""The engine's trials are those of a slow simulator written apart from it, within chance."""

import math
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from numpy import ndarray as Array
from tests.double.single_trial import OneTrial, answer_of
from tests.double.slow_trial import Person, slow_trial

from slopewise.errors import InputError
from slopewise.progression.natural_history import NaturalHistory, embedded
from slopewise.records.designs.templates import template_text
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Scenario
from slopewise.trial.design.people import DropoutState, RunIn, Site, Visits
from slopewise.trial.design.treatment import OpenPeriod
from slopewise.trial.design.words import Analysis
from slopewise.trial.simulating.block import simulate_block
from slopewise.trial.simulating.data import TrialData, seen_at
from slopewise.trial.simulating.plan import TrialPlan, plan_trial
from slopewise.workflow.trial_design import read_design_text

# some 300 numbers are compared, always from the same seeds: chance alone would turn one of them red
# in 1 of 30 sets of seeds
CHANCE = 4.0
END = 6.0
Facts = dict[str, float]


def template(name: str) -> Design:
    return read_design_text(template_text(name)).design


def small(name: str, people: int) -> Design:
    """A template cut to half a year, few visits and few people."""
    design = template(name)
    run_in = replace(design.run_in, months=2.0, visit_months=(-2.0, -1.0))
    arms = tuple(
        replace(a, dose_months=tuple(d for d in a.dose_months if d < END)) for a in design.arms
    )
    return replace(
        design,
        trial=replace(design.trial, size=people, duration_months=END),
        run_in=RunIn() if design.open_period else run_in,
        visits=Visits(months=(0.0, 2.0, 4.0, 6.0), window_days=10),
        arms=arms,
        endpoints=tuple(
            replace(e, month=None) for e in design.endpoints
            if e.analysis is not Analysis.RESPONDER
        ),
        enrolment=replace(
            design.enrolment, months=6.0,
            sites=(Site("one", 2.0, 0.0, 2), Site("other", 3.0, 1.5)),
        ),
    )  # fmt: skip


def parallel() -> tuple[Design, Scenario]:
    """Lag, waning, spread, responders, a direct effect, leaving by state and arm, exaggerated."""
    design = small("two-arm", 24)
    states = (DropoutState(36.0, 6.0), DropoutState(33.0, 0.2))
    design = replace(
        design, dropout=replace(design.dropout, per_month=0.02, by_arm=(("cells", 0.04),),
                                states=states),
        arms=(replace(design.arms[0], dose_months=(0.0,)), design.arms[1]),
    )  # fmt: skip
    scenario = replace(
        design.scenario, slowing=(("cells", 4.0),), slowing_spread=2.0, responder_share=0.7,
        onset_delay_months=0.5, waning_half_life_months=2.0, log_hazard_ratio=(("cells", 3.5),),
    )  # fmt: skip
    return design, scenario


def one_world(log_hazard: float = 2.0) -> NaturalHistory:
    """One parameter set with a high hazard: trials differ less, and what an effect does shows."""
    history = embedded()
    assert history.hazard is not None
    hazard = history.hazard.take(slice(5, 6))
    hazard = replace(hazard, log_baseline=hazard.log_baseline + log_hazard)
    return replace(history, parameter_sets=history.parameter_sets.take(slice(5, 6)), hazard=hazard)


def delayed() -> tuple[Design, Scenario]:
    design = small("delayed-start", 16)
    first, second = design.arms
    design = replace(design, arms=(first, replace(second, dose_months=(3.0,))))
    slowing = (("at once", 0.9), ("after six months", 0.9))
    return design, replace(design.scenario, slowing=slowing, onset_delay_months=0.0)


def withdrawal() -> tuple[Design, Scenario]:
    design = small("randomised-withdrawal", 16)
    design = replace(design, open_period=OpenPeriod(3.0, (-3.0, -2.0), "goes on"))
    scenario = replace(
        design.scenario, slowing=(("goes on", 0.8), ("stops", 0.8)),
        waning_half_life_months=1.5, onset_delay_months=0.0,
        log_hazard_ratio=(("goes on", -1.0), ("stops", -1.0)),
    )  # fmt: skip
    return design, scenario


def platform() -> tuple[Design, Scenario]:
    design = small("platform", 30)
    marrow, cord, control = design.arms
    arms = (replace(marrow, leaves_month=3.0), replace(cord, enters_month=1.5), control)
    slowing = (("bone marrow cells", 0.8), ("cord cells", -0.5))
    scenario = replace(design.scenario, slowing=slowing, onset_delay_months=0.0)
    return replace(design, arms=arms), scenario


def single() -> tuple[Design, Scenario]:
    design = small("single-arm", 10)
    control = design.external_control
    assert control is not None
    other = replace(control, size=10, slope_bias_per_month=-0.8, hazard_ratio_bias=2.0)
    return replace(design, external_control=other), design.scenario


def plain_rules() -> tuple[Design, Scenario]:
    """No rule but the score and the decline of the run-in."""
    design = small("two-arm", 16)
    entry = replace(
        design.entry, alsfrs_total=(30.0, 44.0), vital_capacity_percent=None,
        months_since_onset=None, tricals_risk=None, run_in_decline_per_month=(0.5, 4.0),
    )  # fmt: skip
    return replace(design, entry=entry), replace(design.scenario, slowing=(("cells", 0.0),),
                                                 slowing_spread=0.0)  # fmt: skip


KINDS = {
    "parallel": parallel, "delayed": delayed, "withdrawal": withdrawal, "platform": platform,
    "single": single, "plain": plain_rules,
}  # fmt: skip


def history_of(design: Design) -> NaturalHistory:
    """All accepted parameter sets, but where effects are looked at closely."""
    whole = design.entry.run_in_decline_per_month or design.external_control
    return embedded() if whole else one_world()


def facts(rows: dict[str, OneTrial], enrolled: dict[str, Array], left: dict[str, Array]) -> Facts:
    """Numbers of one trial, arm by arm."""
    found: Facts = {}
    for arm, own in rows.items():
        found[f"people, {arm}"] = len(own.month)
        if not len(own.month):
            continue
        found[f"enrolled, {arm}"] = float(enrolled[arm].mean())
        found[f"left, {arm}"] = float(left[arm].mean())
        for month in (2.0, 4.0, END):
            found[f"dead by {month:g}, {arm}"] = float((own.died & (own.month <= month)).mean())
        centred = own.scores - 35.0
        for place, month in enumerate(own.months):
            seen = np.isfinite(centred[:, place])
            if seen.any():
                found[f"score at {month:g}, {arm}"] = float(centred[seen, place].mean())
                found[f"square at {month:g}, {arm}"] = float((centred[seen, place] ** 2).mean())
                change = (centred[:, place] - centred[:, own.months == 0.0][:, 0])[seen]
                found[f"change at {month:g}, {arm}"] = float(change.mean())
                found[f"its square at {month:g}, {arm}"] = float((change**2).mean())
        for a, b in ((0.0, END), (0.0, 2.0), (4.0, END)):
            product = (centred[:, own.months == a] * centred[:, own.months == b])[:, 0]
            if np.isfinite(product).any():
                found[f"{a:g} by {b:g}, {arm}"] = float(product[np.isfinite(product)].mean())
    return found


def estimates(design: Design, names: tuple[str, ...], whole: OneTrial, arm: list[str]) -> Facts:
    """Answers of the single-trial functions; a trial without an answer has none."""
    found: Facts = {}
    estimands = {e.name: e for e in design.estimands}
    for endpoint in design.endpoints:
        estimand = estimands[endpoint.estimand]
        kept = np.array([a in {estimand.treatment, estimand.control} for a in arm])
        treated = np.array([a == estimand.treatment for a in arm])[kept]
        one = OneTrial(whole.scores[kept], whole.months, whole.month[kept], whole.died[kept],
                       treated, whole.end)  # fmt: skip
        if endpoint.name not in names or not 1 < treated.sum() < len(treated) - 1:
            continue
        try:
            found[f"estimate, {endpoint.name}"] = answer_of(endpoint, one)[0]
        except (TypeError, AssertionError, InputError):
            continue
    return found


def by_arm(people: list[Person], months: Array) -> tuple[OneTrial, list[str]]:
    """Slow people as arrays."""
    seen = [one.seen(END) for one in people]
    scores = np.array([[s.get(m, math.nan) for m in months] for s in seen])
    month = np.array([one.until(END) for one in people])
    died = np.array([one.event <= min(one.leave, END) for one in people], dtype=bool)
    arm = [one.arm for one in people]
    nobody = np.zeros(len(people), dtype=bool)
    return OneTrial(scores.reshape(len(people), -1), months, month, died, nobody, END), arm


def split(
    whole: OneTrial, arm: list[str], names: tuple[str, ...]
) -> tuple[dict[str, OneTrial], dict[str, Array]]:
    where = {name: np.array([a == name for a in arm], dtype=bool) for name in names}
    rows = {
        name: OneTrial(whole.scores[w], whole.months, whole.month[w], whole.died[w],
                       whole.treated[w], whole.end)
        for name, w in where.items()
    }  # fmt: skip
    return rows, where


def slow_facts(
    design: Design,
    scenario: Scenario,
    names: tuple[str, ...],
    *,
    trials: int,
    wanted: tuple[str, ...],
) -> Iterator[Facts]:
    months = np.array([*design.run_in.visit_months, *design.visits.months])
    for seed in range(trials):
        made = slow_trial(design, scenario, history_of(design), Random(f"slow {seed}"))
        whole, arm = by_arm(made.people, months)
        rows, where = split(whole, arm, names)
        enrolled = np.array([one.enrolled for one in made.people])
        left = np.array([one.leave < min(one.event, END) for one in made.people])
        found = facts(rows, {n: enrolled[w] for n, w in where.items()},
                      {n: left[w] for n, w in where.items()})  # fmt: skip
        inside = design.trial.size + (design.external_control.size
                                      if design.external_control else 0)  # fmt: skip
        if not design.external_control:
            # unbiased for the share let in: the last one tried was let in
            found["let in"] = (inside - 1) / (made.tried - 1)
        yield found | estimates(design, wanted, whole, arm)


def replicate(plan: TrialPlan, data: TrialData, number: int) -> tuple[OneTrial, list[str], Array]:
    """One replicate's included people as one real trial would have them."""
    kept = data.included[number]
    scores = np.where(data.observed[number], data.scores[number], math.nan)[kept]
    arm = [plan.arms[a] for a in data.arm[number][kept]]
    whole = OneTrial(
        scores, plan.schedule.visit_month, data.month[number][kept], data.died[number][kept],
        np.zeros(kept.sum(), dtype=bool), plan.design.trial.duration_months,
    )  # fmt: skip
    return whole, arm, kept


def fast_facts(plan: TrialPlan, *, blocks: int, wanted: tuple[str, ...]) -> Iterator[Facts]:
    for block in range(blocks):
        trials = simulate_block(plan, block)
        data = seen_at(plan, trials)
        for number in range(trials.trials):
            whole, arm, kept = replicate(plan, data, number)
            rows, where = split(whole, arm, plan.arms)
            enrolled = data.enrolled[number][kept]
            end = np.minimum(trials.event_month[number], END)[kept]
            left = trials.leave_month[number][kept] < end
            found = facts(rows, {n: enrolled[w] for n, w in where.items()},
                          {n: left[w] for n, w in where.items()})  # fmt: skip
            if number == 0 and plan.outside_door is None:
                found["let in"] = trials.passed / trials.tried
            yield found | (estimates(plan.design, wanted, whole, arm) if block < 4 else {})


def differences(slow: list[Facts], fast: list[Facts]) -> dict[str, float]:
    """How many Monte Carlo standard errors apart the means of trials are, number by number."""
    found = {}
    for name in sorted({*slow[0], *fast[0]}):
        ours, theirs = (
            np.array([one[name] for one in side if name in one]) for side in (slow, fast)
        )
        error = math.sqrt(sum(float(x.var(ddof=1)) / len(x) for x in (ours, theirs)))
        gap = float(ours.mean() - theirs.mean())
        found[name] = gap / error if error > 0.0 else (0.0 if abs(gap) < 1e-9 else math.inf)
    return found


def compare(kind: str, *, trials: int, blocks: int, wanted: tuple[str, ...] = ()) -> None:
    design, scenario = KINDS[kind]()
    plan = plan_trial(design, scenario, history=history_of(design))
    slow = list(slow_facts(design, scenario, plan.arms, trials=trials, wanted=wanted))
    fast = list(fast_facts(plan, blocks=blocks, wanted=wanted))
    found = differences(slow, fast)
    far = {name: round(z, 2) for name, z in found.items() if abs(z) > CHANCE}
    assert not far, far
    assert len(found) > 30


@pytest.mark.parametrize("kind", KINDS)
def test_people_of_both_simulators(kind: str) -> None:
    compare(kind, trials=120, blocks=12)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_people_of_both_simulators_closely(kind: str) -> None:
    compare(kind, trials=2000, blocks=100)


def test_mean_estimates_of_both_simulators() -> None:
    design, _ = parallel()
    names = tuple(endpoint.name for endpoint in design.endpoints)
    compare("parallel", trials=120, blocks=4, wanted=names)
