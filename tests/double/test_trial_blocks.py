"""Every number of a simulated block, worked out again: answers by the functions for one real trial,
decisions and tables in plain Python, one replicate after another."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from numpy import ndarray as Array
from tests.double.single_trial import OneTrial, answer_of

from slopewise.errors import InputError
from slopewise.progression.natural_history import embedded
from slopewise.records.designs.templates import template_text
from slopewise.trial.analysing.analyses import Analyses
from slopewise.trial.analysing.answers import SCALES, EndpointAnswers
from slopewise.trial.analysing.decisions import EFFICACY, FUTILITY
from slopewise.trial.analysing.truth import Truth, truths
from slopewise.trial.design.design import Design
from slopewise.trial.design.looks import Interim, Reestimation
from slopewise.trial.design.people import Site
from slopewise.trial.design.question import Endpoint
from slopewise.trial.design.words import (
    Analysis,
    DegreesOfFreedom,
    EndpointRole,
    Intercept,
    Missing,
    Procedure,
)
from slopewise.trial.simulating.block import SimulatedTrials, simulate_block
from slopewise.trial.simulating.data import TrialData, seen_at
from slopewise.trial.simulating.plan import TrialPlan, plan_trial
from slopewise.trial.simulating.summary import summarise
from slopewise.trial.simulating.task import AnalysedBlock, SimulationTask, analyse_block
from slopewise.workflow.trial_design import read_design_text

NORMAL = 1.959963984540054


def template(name: str) -> Design:
    return read_design_text(template_text(name)).design


def ask(name: str, analysis: Analysis, estimand: str, **options: object) -> Endpoint:
    return Endpoint(name, EndpointRole.SECONDARY, analysis, estimand, **options)  # type: ignore[arg-type]


def every_endpoint(estimand: str) -> tuple[Endpoint, ...]:
    kenward_roger = DegreesOfFreedom.KENWARD_ROGER
    return (
        replace(ask("slope", Analysis.SLOPE, estimand), role=EndpointRole.PRIMARY),
        ask("by arm", Analysis.SLOPE, estimand, intercept=Intercept.BY_ARM,
            covariates=("onset_site",)),
        ask("slope kr", Analysis.SLOPE, estimand, degrees_of_freedom=kenward_roger),
        ask("slope locf", Analysis.SLOPE, estimand, missing=Missing.LOCF),
        ask("mmrm", Analysis.MMRM, estimand),
        ask("mmrm kr", Analysis.MMRM, estimand, month=6.0, degrees_of_freedom=kenward_roger),
        ask("locf", Analysis.MMRM, estimand, missing=Missing.LOCF),
        ask("zero", Analysis.MMRM, estimand, missing=Missing.ZERO),
        ask("complete", Analysis.MMRM, estimand, missing=Missing.COMPLETE_CASE),
        ask("rank", Analysis.JOINT_RANK, estimand),
        ask("rank adjusted", Analysis.JOINT_RANK, estimand, covariates=("onset_site",)),
        ask("rank margin", Analysis.JOINT_RANK, estimand, margin_points=3.0),
        ask("wins", Analysis.WIN_RATIO, estimand, margin_points=2.0),
        ask("survival", Analysis.TIME_TO_EVENT, estimand),
        ask("rmst", Analysis.RMST, estimand),
        ask("responders", Analysis.RESPONDER, estimand, responder_percent=25.0),
        ask("changed", Analysis.RESPONDER, estimand, responder_points_per_month=1.0),
    )  # fmt: skip


def short(name: str, people: int) -> Design:
    """A template with four visits; nothing is known of anybody after month 9."""
    design = template(name)
    return replace(
        design,
        trial=replace(design.trial, size=people, duration_months=9.0),
        visits=replace(design.visits, months=(0.0, 3.0, 6.0, 9.0)),
        dropout=replace(design.dropout, per_month=0.03),
    )


def planned(design: Design) -> TrialPlan:
    return plan_trial(design, design.scenario, history=embedded())


def asking(design: Design, endpoints: tuple[Endpoint, ...]) -> Design:
    """The design with these endpoints; the first decides."""
    rule = replace(design.multiplicity, procedure=Procedure.NONE, order=())
    return replace(design, endpoints=endpoints, multiplicity=rule)


def of_one(plan: TrialPlan, data: TrialData, number: int, place: int) -> OneTrial:
    """The rows of one replicate that take part in a comparison, chosen one person at a time."""
    one = plan.comparisons[place]
    kept = []
    for i in range(data.arm.shape[1]):
        arm = int(data.arm[number, i])
        if not data.included[number, i] or arm not in {one.treatment, one.control}:
            continue
        if plan.design.trial.kind.value == "platform":
            tested = plan.design.arms[one.treatment]
            if data.enrolled[number, i] < tested.enters_month:
                continue
            if tested.leaves_month is not None and data.enrolled[number, i] >= tested.leaves_month:
                continue
        kept.append(i)
    scores = np.full((len(kept), data.scores.shape[2]), math.nan)
    for row, i in enumerate(kept):
        for v, month in enumerate(plan.schedule.visit_month):
            if month <= 0.0 or month <= data.month[number, i]:
                scores[row, v] = data.scores[number, i, v]
    covariates = None
    if one.endpoint.covariates:
        names = [factor.name for factor in plan.design.randomisation.factors]
        chosen = [names.index(name) for name in one.endpoint.covariates]
        covariates = (data.levels[number][kept][:, chosen] == 1).astype(float)
    return OneTrial(
        scores, plan.schedule.visit_month, data.month[number][kept], data.died[number][kept],
        data.arm[number][kept] == one.treatment, plan.design.trial.duration_months, covariates,
    )  # fmt: skip


def check_answers(plan: TrialPlan, data: TrialData, *, least: float = 0.8) -> None:
    """Each answer of the block against the one for that replicate's rows."""
    analyses = Analyses(plan, 0)
    for place, one in enumerate(plan.comparisons):
        found = analyses.answer(data, place)
        read = 0
        for number in range(len(data.arm)):
            try:
                alone = answer_of(one.endpoint, of_one(plan, data, number, place))
            except (TypeError, AssertionError, InputError):
                assert not found.read[number], (one.endpoint.name, number)
                assert (found.estimate[number], found.p_value[number]) == (0.0, 1.0)
                continue
            assert found.read[number], (one.endpoint.name, number)
            read += 1
            ours = (found.estimate[number], found.standard_error[number], found.p_value[number])
            for value, other in zip(ours, alone, strict=True):
                if not math.isnan(other):
                    assert value == pytest.approx(other, rel=2e-5, abs=2e-6), one.endpoint.name
            better = SCALES[one.endpoint.analysis].sign * np.sign(alone[0])
            assert found.z[number] * better >= 0.0
            assert math.erfc(abs(found.z[number]) / math.sqrt(2)) == pytest.approx(
                found.p_value[number], rel=1e-6
            )
        assert read >= least * len(data.arm), one.endpoint.name


def test_answers_of_two_arms() -> None:
    design = short("two-arm", 40)
    plan = planned(asking(design, every_endpoint("decline")))
    trials = first(simulate_block(plan, 1), 8)
    check_answers(plan, seen_at(plan, trials), least=0.7)
    # at a look: some have just come, some not yet
    check_answers(plan, seen_at(plan, trials, month=np.full(8, 13.0)), least=0.6)


def first(trials: SimulatedTrials, many: int) -> SimulatedTrials:
    """Fewer replicates, for the slower checks."""
    names = ("arm", "present", "enrolled", "scores", "event_month", "leave_month", "levels")
    return replace(trials, **{name: getattr(trials, name)[:many] for name in names})


@pytest.mark.parametrize("name", ["three-arm-dose", "platform", "single-arm"])
def test_answers_of_more_arms(name: str) -> None:
    design = short(name, 20 if name == "single-arm" else 75)
    names = [one.name for one in design.estimands]
    chosen = [
        e for e in every_endpoint(names[-1]) if e.degrees_of_freedom is None and not e.covariates
    ]
    if name == "platform":
        marrow, cord, control = design.arms
        arms = (replace(marrow, leaves_month=7.0), replace(cord, enters_month=2.0), control)
        chosen = [e for e in chosen if e.analysis is not Analysis.RESPONDER]
        design = replace(design, arms=arms)
    endpoints = [replace(chosen[0], name="other", estimand=names[0]), *chosen[:1]]
    endpoints += [replace(e, role=EndpointRole.SECONDARY) for e in chosen[1:]]
    order = ("other", "slope")
    rule = replace(design.multiplicity, procedure=Procedure.HOLM, order=order, weights=(),
                   transitions=())  # fmt: skip
    plan = planned(replace(design, endpoints=tuple(endpoints), multiplicity=rule))
    trials = first(simulate_block(plan, 0), 5)
    check_answers(plan, seen_at(plan, trials), least=0.6)
    check_answers(plan, seen_at(plan, trials, month=np.full(5, 14.0)), least=0.2)


BY_INFORMATION = Interim(information=(0.4, 0.7, 1.0), futility="hwang:-2")


def looked_at(interim: Interim = BY_INFORMATION, *, grown: Reestimation | None = None) -> Design:
    design = short("group-sequential", 60)
    chosen = {"slope", "function and survival", "survival"}
    sites = (Site("a", 4.0), Site("b", 3.0, 1.0))
    return replace(
        design,
        endpoints=tuple(e for e in design.endpoints if e.name in chosen),
        enrolment=replace(design.enrolment, sites=sites, months=60.0),
        scenario=replace(design.scenario, slowing=(("cells", 0.5),)),
        interim=interim,
        reestimation=grown,
    )


def finished_by(plan: TrialPlan, trials: SimulatedTrials, number: int, size: int) -> list[float]:
    """Calendar months at which the people of one replicate end their follow-up, in order."""
    found = []
    for i in range(size):
        if trials.present[number, i]:
            stay = min(trials.event_month[number, i], trials.leave_month[number, i],
                       plan.design.trial.duration_months)  # fmt: skip
            found.append(float(trials.enrolled[number, i] + stay))
    return sorted(found)


def check_looks(plan: TrialPlan, found: AnalysedBlock) -> set[str]:
    """Every look of every replicate by hand: when it comes, and what it decides."""
    looks, grown = plan.looks, plan.design.reestimation
    assert looks is not None
    place = plan.tested[0]
    bound = looks.bounds[place]
    assert bound is not None
    happened = set()
    analyses = Analyses(plan, 0)
    answers: dict[tuple[int, float], EndpointAnswers] = {}
    for number in range(found.trials.trials):
        size, ended = plan.people, None
        for k, share in enumerate(looks.information[:-1]):
            done = finished_by(plan, found.trials, number, size)
            month = looks.months[k] if looks.months else done[math.ceil(share * size - 1e-9) - 1]
            assert found.ending.look_month[number, k] == pytest.approx(month, abs=1e-12)
            key = (number, month)
            data = seen_at(plan, found.trials, people=np.array([size]), month=np.array([month]),
                           chosen=np.array([number]))  # fmt: skip
            assert found.ending.look_people[number, k] == sum(
                found.trials.enrolled[number, i] < month for i in range(size)
            )
            answers[key] = analyses.answer(data, place)
            z = float(answers[key].z[0])
            if z >= bound.efficacy[k]:
                ended = (k, EFFICACY, month)
            elif bound.futility is not None and z < bound.futility.z[k]:
                ended = (k, FUTILITY, month)
            if ended:
                break
            if grown is not None and grown.look == k + 1:
                size = larger(plan, z, share, bound.efficacy[-1])
        want = ended or (len(looks.information) - 1, 0, math.inf)
        got = (found.ending.look[number], found.ending.reason[number], found.ending.month[number])
        assert got == want
        assert found.ending.people[number] == size
        assert found.ending.enlarged[number] == (size > plan.people)
        happened |= {f"look {want[0]}, reason {want[1]}", f"larger {size > plan.people}"}
    return happened


def larger(plan: TrialPlan, z: float, share: float, last: float) -> int:
    """Mehta and Pocock's rule, people one by one."""
    grown = plan.design.reestimation
    assert grown is not None

    def power(size: int) -> float:
        now = share * plan.people
        ahead = size - now
        x = z * math.sqrt(ahead / now) + (z * math.sqrt(now) - last * math.sqrt(size)) / math.sqrt(
            ahead
        )
        return 0.5 * math.erfc(-x / math.sqrt(2.0))

    if not grown.promising_from <= power(plan.people) < grown.power:
        return plan.people
    size = plan.people
    while size < grown.maximum_size and power(size) < grown.power:
        size += 1
    return size


def test_looks_by_information_and_a_size_that_grows() -> None:
    design = looked_at(grown=Reestimation(1, 110, promising_from=0.2))
    plan = planned(design)
    found = analyse_block(plan, 0)
    happened = check_looks(plan, found)
    assert {"look 0, reason 1", "look 2, reason 0", "larger True", "larger False"} <= happened
    check_won_at_looks(plan, found)
    check_table(plan, found)


def test_looks_by_the_calendar() -> None:
    design = looked_at(Interim(months=(9.0, 14.0, 30.0), futility="hwang:2"))
    plan = planned(replace(design, scenario=replace(design.scenario, slowing=(("cells", 0.2),))))
    found = analyse_block(plan, 3)
    assert {"look 0, reason 2", "look 1, reason 2"} <= check_looks(plan, found)
    check_won_at_looks(plan, found)
    check_table(plan, found)


def check_won_at_looks(plan: TrialPlan, found: AnalysedBlock) -> None:
    assert plan.looks is not None
    for number, won in enumerate(found.won):
        earlier = True
        for place, is_won in zip(plan.tested, won, strict=True):
            bound = plan.looks.bounds[place]
            assert bound is not None
            z = found.answers[place].z[number]
            earlier = earlier and z >= bound.efficacy[found.ending.look[number]]
            assert is_won == earlier


def check_table(plan: TrialPlan, found: AnalysedBlock) -> None:
    """The table of the block, counted person by person."""
    table = SimulationTask((plan,))(block_of(plan, found))
    trials, ending = found.trials, found.ending
    for number in range(trials.trials):
        cut = ending.month[number]
        people = [
            i for i in range(ending.people[number])
            if trials.present[number, i] and trials.enrolled[number, i] < cut
        ]  # fmt: skip
        assert table["people"][number] == len(people)
        events, dead, left = 0, [0] * len(plan.arms), [0] * len(plan.arms)
        for i in people:
            arm, event = int(trials.arm[number, i]), trials.event_month[number, i]
            leave = trials.leave_month[number, i]
            end = min(plan.design.trial.duration_months, cut - trials.enrolled[number, i])
            if event <= min(leave, end):
                events, dead[arm] = events + 1, dead[arm] + 1
            elif leave <= end and leave < plan.design.trial.duration_months:
                left[arm] += 1
        assert table["events"][number] == events
        arms = [int(trials.arm[number, i]) for i in people]
        in_arm = [max(arms.count(a), 1) for a in range(len(plan.arms))]
        for a, many in enumerate(in_arm):
            assert table[f"dead{a}"][number] == pytest.approx(dead[a] / many)
            assert table[f"left{a}"][number] == pytest.approx(left[a] / many)
        last = max(trials.enrolled[number, i] for i in people)
        end = cut if math.isfinite(cut) else last + plan.design.trial.duration_months
        assert table["months"][number] == pytest.approx(end)
    for place, answer in enumerate(found.answers):
        assert np.array_equal(table[f"e{place}.z"], answer.z)
        assert np.array_equal(table[f"e{place}.low"], answer.low)
    assert np.array_equal(table["won"], found.won)


def block_of(plan: TrialPlan, found: AnalysedBlock) -> int:
    """Which block it was."""
    event = found.trials.event_month
    return next(b for b in range(9) if np.array_equal(simulate_block(plan, b).event_month, event))


PROCEDURES = (
    Procedure.FIXED_SEQUENCE, Procedure.BONFERRONI, Procedure.HOLM, Procedure.HOCHBERG,
    Procedure.GRAPHICAL,
)  # fmt: skip
TRANSITIONS = ((0.0, 0.5, 0.5), (0.8, 0.0, 0.2), (0.0, 1.0, 0.0))


@pytest.mark.parametrize("procedure", PROCEDURES)
@pytest.mark.parametrize("sides", [1, 2])
def test_procedures_replicate_by_replicate(procedure: Procedure, sides: int) -> None:
    design = short("two-arm", 40)
    order = ("slope", "rank", "survival")
    weights = (0.5, 0.3, 0.2) if procedure is Procedure.GRAPHICAL else ()
    chosen = {"slope", "rank", "survival"}
    plan = planned(
        replace(
            design,
            endpoints=tuple(
                replace(e, role=EndpointRole.PRIMARY)
                for e in every_endpoint("decline") if e.name in chosen
            ),
            multiplicity=replace(
                design.multiplicity, procedure=procedure, sides=sides, alpha=0.1, order=order,
                weights=weights, transitions=TRANSITIONS if weights else (),
            ),
            scenario=replace(design.scenario, slowing=(("cells", 0.6),)),
        )
    )  # fmt: skip
    found = analyse_block(plan, 0)
    several = set()
    for number in range(found.trials.trials):
        z = [float(found.answers[place].z[number]) for place in plan.tested]
        tail = [0.5 * math.erfc(x / math.sqrt(2.0)) for x in z]
        p = tail if sides == 1 else [2.0 * min(one, 1.0 - one) for one in tail]
        rejected = by_hand(procedure, p, 0.1)
        expected = [i in rejected and z[i] > 0.0 for i in range(3)]
        assert found.won[number].tolist() == expected
        several.add(sum(expected))
    assert len(several) > 2


def by_hand(procedure: Procedure, p: list[float], alpha: float) -> set[int]:
    """Which hypotheses are rejected, each procedure by its own definition."""
    many = len(p)
    order = sorted(range(many), key=lambda i: p[i])
    if procedure is Procedure.FIXED_SEQUENCE:
        return set(itertools.takewhile(lambda i: p[i] <= alpha, range(many)))
    if procedure is Procedure.BONFERRONI:
        return {i for i in range(many) if p[i] <= alpha / many}
    if procedure is Procedure.HOCHBERG:
        fits = [j for j in range(1, many + 1) if p[order[j - 1]] <= alpha / (many - j + 1)]
        return set(order[: max(fits, default=0)])
    if procedure is Procedure.HOLM:
        even = [[0.0 if i == j else 0.5 for j in range(many)] for i in range(many)]
        return along_the_arrows(p, alpha, [1.0 / many] * many, even)
    return along_the_arrows(p, alpha, [0.5, 0.3, 0.2], [list(row) for row in TRANSITIONS])


def along_the_arrows(
    p: list[float], alpha: float, weights: list[float], arrows: list[list[float]]
) -> set[int]:
    """Bretz's algorithm 1, one rejected hypothesis after the other."""
    left, won = set(range(len(p))), set()
    while True:
        hit = next((i for i in sorted(left) if p[i] <= weights[i] * alpha * (1 + 1e-12)), None)
        if hit is None:
            return won
        left, won = left - {hit}, won | {hit}
        old = [row[:] for row in arrows]
        for j in left:
            weights[j] += weights[hit] * old[hit][j]
            for k in left - {j}:
                loop = 1.0 - old[j][hit] * old[hit][j]
                arrows[j][k] = (old[j][k] + old[j][hit] * old[hit][k]) / loop if loop > 0 else 0.0


def test_summary_of_tables() -> None:
    plan = planned(looked_at())
    task = SimulationTask((plan,))
    tables = [task(0), task(1)]
    told = truths(plan)
    found = summarise(plan, tables, told, replicates=70)
    rows = {name: np.concatenate([t[name] for t in tables])[:70] for name in tables[0]}
    assert found.replicates == 70
    assert found.success.count == sum(bool(row[0]) for row in rows["won"])
    assert found.size.mean == pytest.approx(sum(rows["people"]) / 70)
    assert found.events.spread == pytest.approx(np.std(rows["events"], ddof=1))
    for place, one in enumerate(found.endpoints):
        check_endpoint(plan, place, rows, told[place])
        assert one.power.of == one.alone.of == 70
    for k, look in enumerate(found.looks):
        stopped = [n for n in range(70) if rows["look"][n] == k]
        last = k == len(found.looks) - 1
        hits = [n for n in stopped
                if (rows["won"][n, 0] if last else rows["reason"][n] == EFFICACY)]  # fmt: skip
        assert look.efficacy.count == len(hits)
        assert look.futility.count == sum(rows["reason"][n] == FUTILITY for n in stopped)
        reached = [n for n in range(70) if rows["look"][n] >= k]
        assert look.reached.count == len(reached)


def check_endpoint(plan: TrialPlan, place: int, rows: dict[str, Array], truth: Truth) -> None:
    """One endpoint of the summary, by counting."""
    found = summarise(plan, [rows], [truth] * len(plan.comparisons)).endpoints[place]
    start = f"e{place}."
    read = [n for n in range(70) if rows[start + "read"][n]]
    assert found.unread == 70 - len(read)
    alone = [n for n in range(70)
             if rows[start + "p_value"][n] <= 0.05 and rows[start + "z"][n] > 0]  # fmt: skip
    assert found.alone.count == len(alone)
    values = [float(rows[start + "estimate"][n]) for n in read]
    assert found.estimate is not None
    assert found.estimate.mean == pytest.approx(sum(values) / len(values))
    if truth.value is not None:
        assert found.bias is not None
        assert found.coverage is not None
        assert found.bias.mean == pytest.approx(sum(values) / len(values) - truth.value)
        held = [n for n in read
                if rows[start + "low"][n] <= truth.value <= rows[start + "high"][n]]  # fmt: skip
        assert found.coverage.count == len(held)


def test_the_same_place_in_memory_is_not_the_same_data() -> None:
    """Pairs are kept between joint rank and win ratio of one data set only."""
    plan = planned(asking(short("two-arm", 20), every_endpoint("decline")))
    place = [one.endpoint.name for one in plan.comparisons].index("rank")
    trials = simulate_block(plan, 0)
    analyses = Analyses(plan, 0)
    early = seen_at(plan, trials, month=np.full(trials.trials, 6.0))
    analyses.answer(early, place)
    late = seen_at(plan, trials)
    where, expected, kept = id(early), Analyses(plan, 0).answer(late, place).z, []
    del early
    for _ in range(200):
        again = replace(late)
        if id(again) == where:
            break
        kept.append(again)
    assert np.array_equal(analyses.answer(again, place).z, expected)
