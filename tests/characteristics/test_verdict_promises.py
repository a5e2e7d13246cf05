"""The promises of the verdict: rarely wrong without effect, no weaker than the naive rule.

Monte Carlo limits are 3.3 standard errors (a false alarm in about 1 of 1,000 checks). The fast
tests use few people and every eighth parameter set; the slow ones the whole of both.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.response.examples import quick_history, treated
from tests.tolerance import MONTE_CARLO

from slopewise.condition.history import PatientHistory
from slopewise.progression.calibrating.targets import TARGETS
from slopewise.progression.natural_history import embedded
from slopewise.progression.rival_histories import RIVALS, measured
from slopewise.response.assess import assess
from slopewise.response.assessment import Verdict
from slopewise.response.characteristics import (
    EMBEDDED,
    HISTORIES,
    PLANS,
    draw_scores,
    many_verdicts,
    measure_cell,
)
from slopewise.response.no_effect_test import doubted, undoubted

MEASURED = Path(__file__).parents[2] / "docs" / "evidence" / "characteristics.json"
OVERALL, FAST_RUN_IN = 5.0, 7.0  # per cent called slower without effect


def above(promise: float, people: float) -> float:
    """The promise plus 3.3 standard errors of a percentage, per cent."""
    return promise + MONTE_CARLO * 100.0 * np.sqrt(promise / 100 * (1 - promise / 100) / people)


@pytest.mark.parametrize("history", HISTORIES)
def test_slower_is_rarely_said_without_effect(history: str) -> None:
    cell = measure_cell(
        history,
        PLANS[1],
        quick_history().parameter_sets,
        people=300,
        people_with_effect=10,
        theta=(1.0,),
    )
    assert cell.false_slower <= above(OVERALL, 300)
    assert cell.false_slower_fast <= above(FAST_RUN_IN, 75)


def test_a_complete_stop_is_seen_far_more_often_than_false_alarms() -> None:
    cell = measure_cell(
        EMBEDDED,
        PLANS[0],
        quick_history().parameter_sets,
        people=200,
        people_with_effect=200,
        theta=(1.0,),
    )
    assert cell.power[0] > cell.naive_power[0]
    assert cell.power[0] > 20.0


def test_many_verdicts_are_the_verdicts_of_one_by_one() -> None:
    plan, parameters = PLANS[0], quick_history().parameter_sets
    scores = draw_scores(
        EMBEDDED, plan, parameters, people=6, theta=0.8, generator=np.random.default_rng(4)
    )
    together = many_verdicts(plan, scores, parameters, draws=8000)
    patients = [treated(plan.before + plan.after, row) for row in scores]
    alone = assess(patients, quick_history())
    for i, found in enumerate(alone):
        assert (found.verdict is Verdict.SLOWER) == together.slower[i]
        if together.assessable[i]:
            assert found.no_effect_tail == pytest.approx(together.no_effect_tail[i], abs=1e-12)
    assert isinstance(patients[0].history, PatientHistory)


def test_the_tail_is_even_without_effect_when_the_model_is_true() -> None:
    # before the doubt is added, a tail below p must come up in a share p of people; those whose
    # follow-up ends at the floor are not judged, so only the judged ones are counted
    plan, parameters = PLANS[2], quick_history().parameter_sets
    scores = draw_scores(
        EMBEDDED, plan, parameters, people=400, theta=0.0, generator=np.random.default_rng(8)
    )
    found = many_verdicts(plan, scores, parameters)
    tails = np.array([undoubted(t) for t in found.no_effect_tail[found.assessable]])
    for share in (0.1, 0.3, 0.5, 0.7):
        error = np.sqrt(share * (1 - share) / len(tails))
        assert abs((tails <= share).mean() - share) < MONTE_CARLO * error + 0.02, share


def test_doubt_only_ever_widens_a_tail_and_can_be_taken_back() -> None:
    for tail in (0.0, 0.01, 0.05, 0.5, 1.0):
        assert doubted(tail) >= tail
        assert undoubted(doubted(tail)) == pytest.approx(tail, abs=1e-12)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda r: r.name)
def test_rivals_meet_the_published_summaries_as_well_as_their_shape_allows(rival) -> None:  # type: ignore[no-untyped-def]
    found = measured(rival, np.asarray(rival.parameters), people=6000, seed=11)
    misfit = {t.name: (found[t.name] - t.value) / t.tolerance for t in TARGETS if t.name in found}
    # a straight line cannot make plateaus that end; everything else is within 3 tolerances
    allowed = {
        "no decline over 18 months",
        "improvers by 1.25 points/month after an enriched run-in",
    }
    assert {name for name, gap in misfit.items() if abs(gap) > 3.0} <= allowed


def test_the_published_table_keeps_the_promises() -> None:
    cells = json.loads(MEASURED.read_text("utf-8"))["cells"]
    assert {(c["history"], c["plan"]) for c in cells} == {
        (history, plan.name) for history in HISTORIES for plan in PLANS
    }
    for cell in cells:
        assert cell["false_slower"] <= OVERALL
        assert cell["false_slower_fast"] <= FAST_RUN_IN
    long = [c for c in cells if c["plan"] == PLANS[0].name]
    for cell in long:
        half = cell["theta"].index(0.5)
        assert cell["power"][half] >= cell["naive_power"][half], cell["history"]


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS, ids=lambda p: p.name)
@pytest.mark.parametrize("history", HISTORIES)
def test_the_whole_grid_keeps_the_promises(history: str, plan) -> None:  # type: ignore[no-untyped-def]
    people = 2000
    cell = measure_cell(
        history, plan, embedded().parameter_sets, people=people, people_with_effect=600, seed=77
    )
    assert cell.false_slower <= above(OVERALL, people)
    assert cell.false_slower_fast <= above(FAST_RUN_IN, people / 4)
    if plan is PLANS[0]:
        error = 100.0 * np.sqrt(0.1 * 0.9 / 600) * np.sqrt(2)
        assert cell.power[1] >= cell.naive_power[1] - MONTE_CARLO * error
