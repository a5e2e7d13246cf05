"""What sizes rest on: moments with losses, hazard ratios, virtual people in two arms at once."""

from dataclasses import replace

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.errors import InputError
from slopewise.progression.natural_history import embedded
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Scenario
from slopewise.trial.design.people import Entry
from slopewise.trial.simulating.plan import TrialPlan, plan_trial
from slopewise.trial.size.assumed_course import SeenPeople, assumed_course, hazard_ratio_of
from slopewise.trial.size.virtual_arms import virtual_arm
from slopewise.workflow.trial_design import new_design, read_design_text


def small_table() -> SeenPeople:
    """90 people, three visits, and losses that follow the score before."""
    g = np.random.default_rng(8)
    scores = np.cumsum(g.normal([38, -4, -5], [5, 3, 3], size=(90, 3)), axis=1)
    observed = np.ones((90, 3), dtype=bool)
    observed[:, 1] = scores[:, 0] > 33
    observed[:, 2] = observed[:, 1] & (scores[:, 1] > 31)
    months = (0.0, 3.0, 6.0)
    event = ~observed[:, 2] & (np.arange(90) % 2 == 0)
    return SeenPeople(
        months, scores, observed, np.where(observed[:, 2], 6.0, 3.0), event,
        scores.mean(axis=0), np.array([1.0, 0.9, 0.8]),
    )  # fmt: skip


def by_expectation_maximisation(scores: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, ...]:
    """The same maximum by another road (Dempster, Laird & Rubin 1977)."""
    n, k = scores.shape
    mean, cov = np.zeros(k), np.eye(k) * 50.0
    patterns = [(there, scores[(seen == there).all(axis=1)]) for there in np.unique(seen, axis=0)]
    for _ in range(4000):
        first, second = np.zeros(k), np.zeros((k, k))
        for there, y in patterns:
            gain = cov[:, there] @ np.linalg.inv(cov[np.ix_(there, there)])
            full = mean + (y - mean)[:, there] @ gain.T
            first += full.sum(axis=0)
            second += full.T @ full + len(y) * (cov - gain @ cov[there])
        mean = first / n
        cov = second / n - np.outer(mean, mean)
    return mean, cov


def test_moments_with_losses_are_those_of_expectation_maximisation() -> None:
    seen = small_table()
    assert 0.3 < seen.observed[:, 2].mean() < 0.8
    found = assumed_course(seen)
    mean, cov = by_expectation_maximisation(seen.scores, seen.observed)
    assert found.means == pytest.approx(mean, rel=ITERATED)
    assert found.covariance == pytest.approx(cov, rel=1e-5)
    assert found.last_visit.sum() == pytest.approx(1.0)
    assert found.last_visit[-1] == pytest.approx(seen.observed[:, 2].mean())


def test_proportional_hazards_give_their_ratio() -> None:
    control = assumed_course(small_table())
    alive = np.array([1.0, 0.8, 0.5])
    found = hazard_ratio_of(replace(control, survival=alive), replace(control, survival=alive**0.6))
    assert found == pytest.approx(np.log(0.6), rel=CLOSED_FORM)
    nobody = replace(control, survival=np.ones(3))
    assert hazard_ratio_of(nobody, nobody) is None


def test_too_few_at_the_last_visit_are_refused() -> None:
    seen = small_table()
    observed = seen.observed.copy()
    observed[20:, 2] = False
    with pytest.raises(InputError, match="seen at the last visit"):
        assumed_course(replace(seen, observed=observed))
    with pytest.raises(InputError, match="one column a visit"):
        replace(seen, months=(0.0, 3.0))


def plan(**scenario: object) -> TrialPlan:
    design: Design | None = read_design_text(new_design("two-arm")).design
    assert design is not None
    design = replace(design, entry=Entry())
    chosen = Scenario(**scenario)  # type: ignore[arg-type]
    return plan_trial(design, chosen, history=embedded(), seed=3)


def test_the_same_people_are_in_both_arms() -> None:
    without = plan(slowing=(("cells", 0.0),))
    one, other = (virtual_arm(without, arm, worlds=4) for arm in (0, 1))
    assert np.array_equal(one.scores, other.scores)
    assert np.array_equal(one.end_month, other.end_month)
    slowed = plan(slowing=(("cells", 0.3),))
    treated, control = (virtual_arm(slowed, arm, worlds=4) for arm in (0, 1))
    lost = control.function[0] - control.function
    assert treated.function - control.function == pytest.approx(0.3 * lost, rel=1e-7)
    assert treated.survival[-1] > control.survival[-1]


def test_expected_survival_is_that_of_the_events() -> None:
    control = virtual_arm(plan(), 1, worlds=24)
    n = len(control.end_month)
    alive = 1 - control.survival[-1]
    # leaving hides some events: 10 % leave in a year, about half of them before their event
    assert 0.9 * alive < control.event.mean() < alive + 3.3 * np.sqrt(alive * (1 - alive) / n)
