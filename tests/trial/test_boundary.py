"""Bounds: properties, published values, and chances by a second integral."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slopewise.errors import InputError
from slopewise.trial.boundary import Boundary, BoundaryStatus, boundary, drift_for_power, stopping
from slopewise.trial.crossing import course, crossing
from slopewise.trial.interim import (
    DriftBelief,
    InferenceStatus,
    adjusted_result,
    conditional_power,
    predictive_power,
    repeated_interval,
)
from slopewise.trial.spending import Shape, Spending, spending_from_text, spent

OF = Spending(Shape.OBRIEN_FLEMING)
SPENDINGS = st.sampled_from(
    ["obrien-fleming", "pocock", "kim-demets:0.5", "kim-demets:3", "hwang:-4", "hwang:0", "hwang:2"]
).map(spending_from_text)
INFORMATION = st.lists(st.integers(2, 99), min_size=0, max_size=5, unique=True).map(
    lambda percent: (*(p / 100 for p in sorted(percent)), 1.0)
)


def phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@pytest.mark.parametrize(
    ("looks", "constant"),  # Jennison & Turnbull 1999, table 2.3 (two-sided 0.05): C_B(K, 0.05)
    [(2, 1.977), (3, 2.004), (4, 2.024), (5, 2.040), (10, 2.087)],
)
def test_obrien_fleming_constants_of_the_textbook(looks: int, constant: float) -> None:
    plan = boundary([(k + 1) / looks for k in range(looks)],
                    Spending(Shape.CLASSICAL_OBRIEN_FLEMING), alpha=0.05, sides=2)  # fmt: skip
    assert plan.efficacy[-1] == pytest.approx(constant, abs=5.1e-4)


@pytest.mark.parametrize(
    ("looks", "constant"),  # Jennison & Turnbull 1999, table 2.1: C_P(K, 0.05)
    [(2, 2.178), (3, 2.289), (4, 2.361), (5, 2.413), (10, 2.555)],
)
def test_pocock_constants_of_the_textbook(looks: int, constant: float) -> None:
    plan = boundary([(k + 1) / looks for k in range(looks)],
                    Spending(Shape.CLASSICAL_POCOCK), alpha=0.05, sides=2)  # fmt: skip
    assert set(plan.efficacy) == {plan.efficacy[0]}
    assert plan.efficacy[0] == pytest.approx(constant, abs=5.1e-4)


def test_one_look_is_the_ordinary_test() -> None:
    for spending in ("classical-of", "obrien-fleming"):
        plan = boundary([1.0], spending_from_text(spending))
        assert plan.efficacy[0] == pytest.approx(1.959963984540054, abs=1e-9)
        assert plan.inflation == pytest.approx(1.0, abs=1e-9)
        assert plan.expected_information.none == pytest.approx(1.0, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(INFORMATION, SPENDINGS, st.sampled_from([1, 2]))
def test_alpha_is_spent_as_planned_and_nothing_more(
    information: tuple[float, ...], spending: Spending, sides: int
) -> None:
    alpha = 0.025 * sides
    planned = spent(spending, information, total=alpha, sides=sides)
    assert planned[-1] == alpha
    assert all(b >= a >= 0 for a, b in pairwise(planned))
    plan = boundary(information, spending, alpha=alpha, sides=sides)
    assert plan.spent == pytest.approx(planned, abs=1e-9)
    found = stopping(plan, 0.0)
    assert sum(found.efficacy) + sum(found.harm) == pytest.approx(alpha, abs=1e-9)
    assert stopping(plan, plan.drift).power == pytest.approx(0.9, abs=1e-9)
    assert drift_for_power(plan, 0.9) == pytest.approx(plan.drift, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 8))
def test_obrien_fleming_bounds_fall_with_information(looks: int) -> None:
    plan = boundary([(k + 1) / looks for k in range(looks)], OF)
    assert all(a > b for a, b in pairwise(plan.efficacy))


@settings(max_examples=15, deadline=None)
@given(st.floats(-3, 5))
def test_two_sides_mirror_one_another(drift: float) -> None:
    plan = boundary([0.3, 0.7, 1.0], OF, alpha=0.05, sides=2)
    there, back = stopping(plan, drift), stopping(plan, -drift)
    assert there.efficacy == pytest.approx(back.harm, abs=1e-12)
    assert there.expected_information == pytest.approx(back.expected_information, abs=1e-12)


def chance_by_normal_integral(plan: Boundary, drift: float, look: int) -> float:
    """P(not above before `look`, above at it) by the multivariate normal distribution."""
    from scipy.stats import multivariate_normal

    t = np.array(plan.information[:look])
    covariance = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    normal = multivariate_normal(
        drift * np.sqrt(t), covariance, seed=1, maxpts=2_000_000, abseps=1e-8
    )
    upper = np.array(plan.efficacy[:look])
    stay = normal.cdf(upper)
    if look == 1:
        return 1.0 - float(stay)
    before = multivariate_normal(
        drift * np.sqrt(t[:-1]), covariance[:-1, :-1], seed=1, maxpts=2_000_000, abseps=1e-8
    )
    on = before.cdf(upper[:-1])
    return float(on - stay)


@pytest.mark.parametrize("drift", [0.0, 2.0, 3.4])
def test_stopping_chances_by_the_multivariate_normal(drift: float) -> None:
    plan = boundary([0.3, 0.36, 0.8, 1.0], Spending(Shape.POCOCK))
    found = stopping(plan, drift).efficacy
    for look in (1, 2, 3, 4):
        assert found[look - 1] == pytest.approx(
            chance_by_normal_integral(plan, drift, look), abs=3e-6
        )


def test_looks_close_together_keep_their_accuracy() -> None:
    plan = boundary([0.5, 0.5005, 1.0], Spending(Shape.POCOCK))
    found = stopping(plan, 3.0)
    for look in (1, 2, 3):
        assert found.efficacy[look - 1] == pytest.approx(
            chance_by_normal_integral(plan, 3.0, look), abs=3e-6
        )


def test_a_look_too_early_to_spend_anything_has_an_unreachable_bound() -> None:
    plan = boundary([0.001, 1.0], OF)
    assert 30 < plan.efficacy[0] < 40
    assert plan.efficacy[1] == pytest.approx(1.959963984540054, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([False, True]), SPENDINGS, st.floats(0.05, 0.4))
def test_futility_spends_beta_and_meets_efficacy(
    binding: bool, futility: Spending, beta: float
) -> None:
    plan = boundary([0.4, 0.7, 1.0], OF, futility=futility, beta=beta, binding=binding)
    assert plan.futility is not None
    assert plan.futility.z[-1] == plan.efficacy[-1]
    planned = stopping(plan, plan.drift)
    assert planned.power == pytest.approx(1 - beta, abs=1e-8)
    spent_beta = np.cumsum(planned.futility)[:-1]
    assert spent_beta == pytest.approx(plan.futility.spent[:-1], abs=1e-8)
    assert plan.spent == pytest.approx(spent(OF, plan.information, total=plan.alpha), abs=1e-9)
    if binding:
        assert stopping(plan, 0.0).power == pytest.approx(plan.alpha, abs=1e-8)
    else:
        assert stopping(plan, 0.0).power < plan.alpha
        assert plan.efficacy == boundary([0.4, 0.7, 1.0], OF).efficacy


def test_conditional_power_before_the_only_look_left_is_a_normal_tail() -> None:
    plan = boundary([0.6, 1.0], OF)
    z, drift = 1.4, 2.8
    ahead = (plan.efficacy[1] - math.sqrt(0.6) * z - 0.4 * drift) / math.sqrt(0.4)
    assert conditional_power(plan, 1, z, drift=drift) == pytest.approx(phi(-ahead), abs=1e-12)


def test_predictive_power_before_the_only_look_left_has_a_closed_form() -> None:
    plan = boundary([0.6, 1.0], OF)
    z = 1.4  # Z at the end | z ~ N(z/√t, (1 − t)/t) under a flat prior
    closed = phi((z / math.sqrt(0.6) - plan.efficacy[1]) / math.sqrt(0.4 / 0.6))
    assert predictive_power(plan, 1, z) == pytest.approx(closed, abs=1e-8)
    sure = DriftBelief(2.5, 1e-6)
    assert predictive_power(plan, 1, z, prior=sure) == pytest.approx(
        conditional_power(plan, 1, z, drift=2.5), abs=1e-8
    )


def test_adjusted_result_of_one_look_is_the_ordinary_one() -> None:
    found = adjusted_result(boundary([1.0], OF), 1, 0.3, standard_error=0.1)
    assert found.status is InferenceStatus.CONVERGED
    assert found.p_value == pytest.approx(phi(-3.0), abs=1e-10)
    assert found.estimate == pytest.approx(0.3, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((0.3 - 0.1959964, 0.3 + 0.1959964), abs=1e-7)


def test_stopping_early_pulls_the_estimate_towards_nothing() -> None:
    plan = boundary([0.5, 1.0], OF)
    found = adjusted_result(plan, 2, 0.205, standard_error=0.1)
    assert found.estimate is not None
    assert found.estimate < 0.205
    wide = repeated_interval(plan, 1, 0.3, standard_error=0.1)
    assert wide.high - wide.low > 2 * 0.196


@pytest.mark.parametrize(
    ("information", "words"),
    [
        ([0.5, 0.4, 1.0], "look 2"),
        ([0.5, 0.8], "the last must be 1"),
        ([], "0 looks"),
        ([0.0, 1.0], "look 1"),
    ],
)
def test_impossible_looks_are_refused(information: list[float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        boundary(information, OF)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("haybittle", "not known"),
        ("kim-demets", "needs a number"),
        ("kim-demets:-1", "above 0"),
        ("hwang:x", "not a number"),
        ("pocock:2", "takes no number"),
    ],
)
def test_unknown_spending_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        spending_from_text(text)


def test_futility_of_two_sides_and_binding_classical_bounds_are_refused() -> None:
    with pytest.raises(InputError, match="one-sided"):
        boundary([0.5, 1], OF, alpha=0.05, sides=2, futility=OF)
    with pytest.raises(InputError, match="binding"):
        boundary([0.5, 1], Spending(Shape.CLASSICAL_POCOCK), futility=OF, binding=True)
    with pytest.raises(InputError, match="give one"):
        boundary([0.5, 1], OF, binding=True)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 5.0), st.sampled_from([1, 2]))
def test_a_weight_on_the_idle_trial_gives_what_a_new_integral_gives(
    drift: float, sides: int
) -> None:
    plan = boundary([0.2, 0.25, 0.7, 1.0], OF, alpha=0.025 * sides, sides=sides)
    lower = tuple(-u if sides == 2 else -math.inf for u in plan.efficacy)
    idle = course(plan.information, lower, plan.efficacy, most_drift=5.0)
    found = idle.crossing(drift)
    direct = crossing(plan.information, lower, plan.efficacy, drift=drift)
    assert found.above == pytest.approx(direct.above, abs=1e-10)
    assert found.below == pytest.approx(direct.below, abs=1e-10)


def test_an_idle_trial_without_a_bound_reaches_as_far_as_the_drift() -> None:
    idle = course((0.5, 1.0), (-math.inf, -math.inf), (math.inf, 1.96), most_drift=6.0)
    assert idle.crossing(6.0).above == pytest.approx((0.0, phi(6.0 - 1.96)), abs=1e-10)


def both(low: float, high: float, later: float, *, t: float, drift: float) -> float:
    """P(low < Z at t < high, Z at the end ≥ later) by the bivariate normal distribution."""
    from scipy.stats import multivariate_normal

    normal = multivariate_normal(
        [drift * math.sqrt(t), drift], [[1.0, math.sqrt(t)], [math.sqrt(t), 1.0]], abseps=1e-9
    )
    inside = phi(high - drift * math.sqrt(t)) - phi(low - drift * math.sqrt(t))
    return float(inside - normal.cdf([high, later]) + normal.cdf([low, later]))


@pytest.mark.parametrize("binding", [False, True])
def test_adjusted_p_counts_futility_only_where_it_binds(binding: bool) -> None:
    plan = boundary([0.5, 1.0], OF, futility=Spending(Shape.POCOCK), binding=binding)
    assert plan.futility is not None
    low = plan.futility.z[0] if binding else -9.0
    expected = phi(-plan.efficacy[0]) + both(low, plan.efficacy[0], 1.5, t=0.5, drift=0.0)
    found = adjusted_result(plan, 2, 0.15, standard_error=0.1)
    assert found.p_value == pytest.approx(expected, abs=1e-7)


def test_conditional_power_follows_futility_at_the_looks_ahead() -> None:
    plan = boundary([0.4, 0.7, 1.0], OF, futility=Spending(Shape.POCOCK))
    assert plan.futility is not None
    z, drift = 1.1, 2.5
    start, share = z * math.sqrt(0.4), 0.5  # of what is left, at the look in between

    def ahead(bound: float, t: float) -> float:  # on the scale of the remaining trial
        return (bound * math.sqrt(t) - start) / math.sqrt(t - 0.4)

    left = drift * math.sqrt(0.6)
    high, low = ahead(plan.efficacy[1], 0.7), ahead(plan.futility.z[1], 0.7)
    expected = phi(left * math.sqrt(share) - high) + both(
        low, high, ahead(plan.efficacy[2], 1.0), t=share, drift=left
    )
    assert conditional_power(plan, 1, z, drift=drift) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("sides", [1, 2])
def test_a_tiny_alpha_is_spent_by_classical_bounds_as_well(sides: int) -> None:
    plan = boundary([0.2, 1.0], Spending(Shape.CLASSICAL_OBRIEN_FLEMING), alpha=1e-6, sides=sides)
    assert plan.spent[-1] == pytest.approx(1e-6, rel=1e-4)


def test_futility_that_spends_everything_before_the_end_is_a_status() -> None:
    plan = boundary([0.9, 1.0], OF, futility=spending_from_text("hwang:50"))
    assert plan.status is BoundaryStatus.STEP_LIMIT
    assert plan.futility is None
    assert plan.spent[-1] == pytest.approx(plan.alpha, abs=1e-9)
