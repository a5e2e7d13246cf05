"""Properties of the filter: it must not care how the data is laid out."""

from dataclasses import replace
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.progression.examples import IRREGULAR_MONTHS, three_classes
from tests.tolerance import CLOSED_FORM

from slopewise.errors import InputError
from slopewise.progression.likelihood import (
    advance,
    log_density,
    mixture_log_density,
    origin_belief,
)
from slopewise.progression.timeline import Exposure, Timeline, no_exposure, scores_on, timeline

PARAMETERS = three_classes(sets=2)
THETA = np.array([-0.5, 0.0, 0.7])
GIVEN = Exposure((0.0,), (1.0,))
SCORES = np.array([[44.0, 43, 40, 39, 37, 36, 33, 31, 30], [40.0, 36, 34, 30, 29, 29, 28, 22, 20]])


def density(scores: np.ndarray, steps: Timeline) -> np.ndarray:
    return log_density(scores, steps, PARAMETERS, theta=THETA)[0]


def shared() -> Timeline:
    return timeline([IRREGULAR_MONTHS], [GIVEN], [IRREGULAR_MONTHS[0]])


def test_patients_on_one_plan_equal_patients_one_by_one() -> None:
    together = density(scores_on(shared(), SCORES), shared())
    for row, scores in enumerate(SCORES):
        alone = density(scores_on(shared(), scores[None]), shared())
        assert together[row] == pytest.approx(alone[0], rel=CLOSED_FORM)


def test_padding_and_masked_visits_change_nothing() -> None:
    steps = shared()
    longer = Timeline(
        np.pad(steps.duration, ((0, 0), (0, 3))),
        np.pad(steps.exposure, ((0, 0), (0, 3))),
        np.pad(steps.observed, ((0, 0), (0, 3))),
    )
    laid = scores_on(steps, SCORES)
    assert density(np.pad(laid, ((0, 0), (0, 3)), constant_values=99.0), longer) == pytest.approx(
        density(laid, steps), rel=CLOSED_FORM
    )


def test_patients_with_different_plans_can_share_a_batch() -> None:
    months = [IRREGULAR_MONTHS, IRREGULAR_MONTHS[2:6]]
    steps = timeline(months, [GIVEN, GIVEN], [months[0][0], months[1][0]])
    laid = np.zeros(steps.duration.shape)
    laid[0, steps.observed[0]] = SCORES[0]
    laid[1, steps.observed[1]] = SCORES[1, 2:6]
    alone = timeline([months[1]], [GIVEN], [months[1][0]])
    assert density(laid, steps)[1] == pytest.approx(
        density(scores_on(alone, SCORES[1:, 2:6]), alone)[0], rel=CLOSED_FORM
    )


def test_continuing_from_a_belief_equals_one_pass() -> None:
    split = 4
    before = timeline([IRREGULAR_MONTHS[:split]], [no_exposure()], [IRREGULAR_MONTHS[0]])
    after = timeline([IRREGULAR_MONTHS[split:]], [GIVEN], [0.0])
    first, belief = log_density(
        scores_on(before, SCORES[:, :split]), before, PARAMETERS, theta=THETA
    )
    second, _ = log_density(
        scores_on(after, SCORES[:, split:]), after, PARAMETERS, theta=THETA, belief=belief
    )
    assert first + second == pytest.approx(
        density(scores_on(shared(), SCORES), shared()), rel=CLOSED_FORM
    )


@given(cut=st.floats(min_value=0.01, max_value=8.9))
@settings(max_examples=50, deadline=None)
def test_cutting_a_step_in_two_changes_nothing(cut: float) -> None:
    pieces = Exposure((0.0, cut), (1.0, 1.0))
    steps = timeline([IRREGULAR_MONTHS], [pieces], [IRREGULAR_MONTHS[0]])
    assert density(scores_on(steps, SCORES), steps) == pytest.approx(
        density(scores_on(shared(), SCORES), shared()), rel=1e-7
    )


def test_before_the_first_dose_slowing_cannot_matter() -> None:
    before = timeline([IRREGULAR_MONTHS[:4]], [GIVEN], [IRREGULAR_MONTHS[0]])
    assert density(scores_on(before, SCORES[:, :4]), before).shape[1] == 1


def test_the_mixture_of_one_class_and_set_is_that_class() -> None:
    single = three_classes().take(slice(0, 1))
    found, _ = log_density(scores_on(shared(), SCORES), shared(), single, theta=THETA)
    by_hand = np.log((single.weight * np.exp(found)).sum(axis=3)).mean(axis=2)
    assert mixture_log_density(found, single) == pytest.approx(by_hand, rel=CLOSED_FORM)


@pytest.mark.parametrize("duration", [1e-4, 4.9e-3, 5.1e-3, 0.3, 12.0])
def test_the_integrated_wander_keeps_its_precision_for_tiny_steps(duration: float) -> None:
    # fifty-digit arithmetic; the formula changes to a series at κΔ = 1e-3
    parameters = replace(
        three_classes(), sd_level=np.full((1, 3), 1e-9), sd_slope=np.full((1, 3), 1e-9)
    )
    moved = advance(
        origin_belief(parameters), parameters, duration=duration, slowed=np.ones((1, 1, 1, 1))
    )
    getcontext().prec = 50
    memory, tau = Decimal(5), Decimal(float(parameters.wander_sd[0, 0]))
    x = Decimal(duration) / memory
    exact = 2 * (tau * memory) ** 2 * (x - 1 + (-x).exp())  # variance of ∫w from its stationary law
    assert float(moved.mm[0, 0, 0, 0]) == pytest.approx(float(exact), rel=1e-7)


@pytest.mark.parametrize(
    ("months", "origin", "words"),
    [([0.0, 1.0, 1.0], 0.0, "must increase"), ([0.0, 1.0], 0.5, "before the origin")],
)
def test_impossible_visits_are_refused(months: list[float], origin: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        timeline([months], [no_exposure()], [origin])
