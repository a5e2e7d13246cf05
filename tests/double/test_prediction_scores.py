"""Scores by plain loops over patients and pairs, and their errors by changing one weight at a time.

The second implementation is written from the papers' sums with a weight for each patient; the
derivative of a score with respect to one weight, by central differences, is that patient's
influence. It shares no code with the package.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq, root
from tests.tolerance import CLOSED_FORM

from slopewise.progression.checks.brier import brier_scores
from slopewise.progression.checks.calibration_curve import calibration_curve
from slopewise.progression.checks.censoring_weights import horizon_weights
from slopewise.progression.checks.discrimination import area_under_curve, concordance
from slopewise.progression.checks.follow_up import FollowUp
from slopewise.progression.checks.survival_curves import kaplan_meier, survival_at

DIFFERENCES = 1e-5  # relative, of central differences with steps of 1e-5
HORIZON = 9.0
Score = Callable[[np.ndarray], float]


def drawn(*, tied: bool, patients: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Months, events and a prediction of survival at the horizon."""
    generator = np.random.default_rng(7)
    marker = generator.standard_normal(patients)
    dies = generator.exponential(14.0 * np.exp(-marker))
    lost = generator.exponential(25.0, patients)
    month, survival = np.minimum(dies, lost), np.exp(-HORIZON / 15.0 * np.exp(0.7 * marker))
    if tied:
        month, survival = np.ceil(month), np.round(survival, 1).clip(0.1, 0.9)
    return month, dies <= lost, survival


def product_limit(month, counted, competing, weight, upto) -> float:
    """Π (1 − lost / at risk) over the months for which `upto(month)` holds, by plain loops."""
    value = 1.0
    for u in sorted(set(month[counted])):
        if not upto(u):
            continue
        at_risk = lost = 0.0
        for k in range(len(month)):
            gone_first = competing[k] and month[k] == u
            at_risk += weight[k] * (month[k] >= u and not gone_first)
            lost += weight[k] * (counted[k] and month[k] == u)
        value *= 1.0 - lost / at_risk
    return value


def staying(month, event, weight, upto) -> float:
    return product_limit(month, ~event, event, weight, upto)


def loop_brier(month, event, survival) -> Score:
    def score(weight: np.ndarray) -> float:
        total = 0.0
        for i in range(len(month)):
            if month[i] > HORIZON:
                stayed = staying(month, event, weight, lambda u: u <= HORIZON)
                total += weight[i] * (1.0 - survival[i]) ** 2 / stayed
            elif event[i]:
                stayed = staying(month, event, weight, lambda u, i=i: u < month[i])
                total += weight[i] * survival[i] ** 2 / stayed
        return total / weight.sum()

    return score


def loop_reference(month, event) -> Score:
    def score(weight: np.ndarray) -> float:
        alive = product_limit(month, event, np.zeros_like(event), weight, lambda u: u <= HORIZON)
        return alive * (1.0 - alive)

    return score


def loop_area(month, event, survival) -> Score:
    def score(weight: np.ndarray) -> float:
        right = total = 0.0
        for i in range(len(month)):
            if not event[i] or month[i] > HORIZON:
                continue
            own = weight[i] / staying(month, event, weight, lambda u, i=i: u < month[i])
            for j in range(len(month)):
                if month[j] > HORIZON:
                    total += own * weight[j]
                    right += own * weight[j] * (survival[i] < survival[j])
                    right += 0.5 * own * weight[j] * (survival[i] == survival[j])
        return right / total

    return score


def loop_concordance(month, event, survival) -> Score:
    def score(weight: np.ndarray) -> float:
        right = total = 0.0
        for i in range(len(month)):
            if not event[i] or month[i] > HORIZON:
                continue
            own = weight[i] / staying(month, event, weight, lambda u, i=i: u < month[i]) ** 2
            for j in range(len(month)):
                later = month[j] > month[i] or (month[j] == month[i] and not event[j])
                total += own * weight[j] * later
                right += own * weight[j] * later * (survival[i] < survival[j])
                right += 0.5 * own * weight[j] * later * (survival[i] == survival[j])
        return right / total

    return score


def loop_ratio(month, event, survival) -> Score:
    def score(weight: np.ndarray) -> float:
        alive = product_limit(month, event, np.zeros_like(event), weight, lambda u: u <= HORIZON)
        return (1.0 - alive) / float(weight @ (1.0 - survival) / weight.sum())

    return score


def weighted_outcomes(month, event, survival, weight) -> list[tuple[float, float, float]]:
    """Weight, whether the event came by the horizon, and the cumulative hazard that was told."""
    parts = []
    for i in range(len(month)):
        if month[i] > HORIZON:
            stayed = staying(month, event, weight, lambda u: u <= HORIZON)
            parts.append((weight[i] / stayed, 0.0, -math.log(survival[i])))
        elif event[i]:
            stayed = staying(month, event, weight, lambda u, i=i: u < month[i])
            parts.append((weight[i] / stayed, 1.0, -math.log(survival[i])))
    return parts


def loop_link(month, event, survival, *, sloped: bool) -> Score:
    """The root of Σ W (1{event} − μ) exp(η) / μ (1, log hazard), η = a + b log hazard."""

    def score(weight: np.ndarray) -> float:
        parts = weighted_outcomes(month, event, survival, weight)

        def equations(a: float, b: float) -> tuple[float, float]:
            first = second = 0.0
            for own, happened, hazard in parts:
                told = math.exp(a) * hazard**b
                risk = 1.0 - math.exp(-told)
                part = own * (happened - risk) * told / risk
                first += part
                second += part * math.log(hazard)
            return first, second

        if sloped:
            return float(root(lambda ab: equations(*ab), (0.0, 1.0), tol=1e-14).x[1])
        return float(brentq(lambda a: equations(a, 1.0)[0], -4.0, 4.0, xtol=1e-14, rtol=1e-14))

    return score


def error_by_differences(score: Score, patients: int, step: float = 1e-5) -> float:
    """√(n / (n − 1) Σ influence²), each influence a central difference in one weight."""
    influence = []
    for k in range(patients):
        more, less = np.ones(patients), np.ones(patients)
        more[k] += step
        less[k] -= step
        influence.append((score(more) - score(less)) / (2.0 * step))
    assert sum(influence) == pytest.approx(0.0, abs=1e-6)  # scaling all weights moves nothing
    return math.sqrt(sum(v**2 for v in influence) * patients / (patients - 1.0))


@pytest.mark.parametrize("tied", [False, True])
def test_kaplan_meier_equals_the_product_by_hand(tied: bool) -> None:
    month, event, _ = drawn(tied=tied)
    curve, one = kaplan_meier(month, event), np.ones_like(month)
    for t in (0.5, 3.0, HORIZON, 20.0):
        by_hand = product_limit(month, event, np.zeros_like(event), one, lambda u, t=t: u <= t)
        assert survival_at(curve, np.array([t]))[0] == pytest.approx(by_hand, rel=CLOSED_FORM)


@pytest.mark.parametrize("tied", [False, True])
def test_weights_have_mean_one_and_give_back_kaplan_meier(tied: bool) -> None:
    month, event, _ = drawn(tied=tied)
    weights = horizon_weights(FollowUp(month, event), HORIZON)
    one = np.ones_like(month)
    alive = product_limit(month, event, np.zeros_like(event), one, lambda u: u <= HORIZON)
    assert weights.weight.mean() == pytest.approx(1.0, rel=CLOSED_FORM)
    assert (weights.weight * weights.beyond).mean() == pytest.approx(alive, rel=CLOSED_FORM)


@pytest.mark.parametrize("tied", [False, True])
def test_brier_score_equals_the_loop_and_its_error_the_differences(tied: bool) -> None:
    month, event, survival = drawn(tied=tied)
    found = brier_scores(
        FollowUp(month, event), survival[:, None], horizon_month=np.array([HORIZON])
    )
    own, plain = loop_brier(month, event, survival), loop_reference(month, event)
    one = np.ones_like(month)
    assert found.brier[0].value == pytest.approx(own(one), rel=CLOSED_FORM)
    assert found.reference[0].value == pytest.approx(plain(one), rel=CLOSED_FORM)
    for estimate, score in (
        (found.brier[0], own),
        (found.reference[0], plain),
        (found.accuracy[0], lambda w: 1.0 - own(w) / plain(w)),
    ):
        expected = error_by_differences(score, month.size)
        assert estimate.standard_error == pytest.approx(expected, rel=DIFFERENCES)


@pytest.mark.parametrize("tied", [False, True])
def test_area_equals_the_loop_over_pairs_and_its_error_the_differences(tied: bool) -> None:
    month, event, survival = drawn(tied=tied)
    found = area_under_curve(FollowUp(month, event), -survival, horizon_month=HORIZON)
    score = loop_area(month, event, survival)
    assert found.value == pytest.approx(score(np.ones_like(month)), rel=CLOSED_FORM)
    expected = error_by_differences(score, month.size)
    assert found.standard_error == pytest.approx(expected, rel=DIFFERENCES)


@pytest.mark.parametrize("tied", [False, True])
def test_concordance_equals_the_loop_over_pairs_and_its_error_the_differences(tied: bool) -> None:
    month, event, survival = drawn(tied=tied)
    found = concordance(FollowUp(month, event), -survival, horizon_month=HORIZON)
    score = loop_concordance(month, event, survival)
    assert found.value == pytest.approx(score(np.ones_like(month)), rel=CLOSED_FORM)
    expected = error_by_differences(score, month.size)
    assert found.standard_error == pytest.approx(expected, rel=DIFFERENCES)


@pytest.mark.parametrize("tied", [False, True])
def test_calibration_equals_the_loops_and_its_errors_the_differences(tied: bool) -> None:
    month, event, survival = drawn(tied=tied)
    found = calibration_curve(FollowUp(month, event), survival, horizon_month=HORIZON)
    for estimate, score in (
        (found.observed_to_expected, loop_ratio(month, event, survival)),
        (found.level, loop_link(month, event, survival, sloped=False)),
        (found.slope, loop_link(month, event, survival, sloped=True)),
    ):
        assert estimate.value == pytest.approx(score(np.ones_like(month)), rel=CLOSED_FORM)
        expected = error_by_differences(score, month.size)
        assert estimate.standard_error == pytest.approx(expected, rel=DIFFERENCES)
