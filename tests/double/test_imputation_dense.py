"""Imputed scores against closed forms, whole covariance matrices and least squares one by one."""

import numpy as np
import pytest
from numpy import ndarray as Array
from tests.tolerance import CLOSED_FORM, MONTE_CARLO

from slopewise.endpoint.imputation.gaps import _fill, _interpolated, _slots
from slopewise.endpoint.imputation.imputed_analysis import (
    DeltaForm,
    analyse_imputed,
    compare_imputed,
)
from slopewise.endpoint.imputation.imputed_scores import ImputedScores, Strategy, impute_scores
from slopewise.endpoint.imputation.imputed_trials import imputed_trials
from slopewise.endpoint.imputation.tipping_point import find_tipping_point
from slopewise.endpoint.imputation.visit_regressions import VisitRegressions
from slopewise.endpoint.imputation.visit_scores import covariates_of, visit_scores
from slopewise.endpoint.mmrm.mmrm_trials import mmrm_trials


def trial(
    seed: int, *, people: int = 80, visits: int = 4, gaps: float = 0.0, effect: float = 0.6
) -> tuple[Array, Array, Array, Array]:
    """Random slopes; who did badly leaves sooner."""
    generator = np.random.default_rng(seed)
    arm = np.arange(people) % 2 == 1
    base = generator.normal(38.0, 5.0, people)
    month = 3.0 * np.arange(1, visits + 1)
    slope = generator.normal(-1.0, 0.5, people) + effect * arm
    outcome = slope[:, None] * month + generator.normal(0.0, 1.5, (people, visits))
    seen = np.ones((people, visits), dtype=bool)
    for j in range(1, visits):
        chance = 1.0 / (1.0 + np.exp(2.0 + 0.2 * outcome[:, j - 1]))
        seen[:, j] = seen[:, j - 1] & (generator.random(people) > chance)
    seen[:3] = False  # never seen after baseline
    seen &= generator.random((people, visits)) >= gaps
    return outcome, seen, arm, base


def columns_of(arm: Array, base: Array) -> Array:
    """As in the code, so that means are taken at the same place."""
    return np.column_stack(
        [np.ones(len(arm)), arm.astype(float), (base - base.mean()) / base.std()]
    )


def limit(strategy: Strategy, outcome: Array, seen: Array, arm: Array, base: Array) -> float:
    """The estimate of infinitely many imputations, when nobody comes back.

    Parameters of different visits are independent in the posterior, with least squares as means,
    and enter every expected score once each; so least squares may be put in their place. Means and
    covariance of the visits are then formed, and each person's rest is read from the whole normal
    distribution.
    """
    x, (people, visits) = columns_of(arm, base), outcome.shape
    gamma, phi, sd = np.zeros((visits, 3)), np.zeros((visits, visits)), np.ones(visits)
    for j in range(visits):
        there = seen[:, j]
        z = np.column_stack([x, outcome[:, :j]])[there]
        line, *_ = np.linalg.lstsq(z, outcome[there, j], rcond=None)
        gamma[j], phi[j, :j] = line[:3], line[3:]
        sd[j] = (outcome[there, j] - z @ line).std() + 0.1
    turn = np.linalg.inv(np.eye(visits) - phi)
    covariance = turn @ np.diag(sd**2) @ turn.T
    means = {side: np.column_stack([x[:, 0], np.full(people, side), x[:, 2]]) @ gamma.T @ turn.T
             for side in (0.0, 1.0)}  # fmt: skip
    completed = np.where(seen, outcome, 0.0)
    for i in range(people):
        k = int(seen[i].sum())
        if k == visits:
            continue
        own = means[float(arm[i])][i]
        past, rest = own[:k], own[k:]
        if strategy is not Strategy.MULTIPLE_IMPUTATION:
            rest = means[0.0][i][k:]
        if strategy is Strategy.COPY_REFERENCE:
            past = means[0.0][i][:k]
        weights = covariance[k:, :k] @ np.linalg.inv(covariance[:k, :k])
        completed[i, k:] = rest + weights @ (outcome[i, :k] - past)
    line, *_ = np.linalg.lstsq(x, completed[:, -1], rcond=None)
    return float(line[1])


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("seed", [1, 2])
def test_many_imputations_reach_their_closed_form(strategy: Strategy, seed: int) -> None:
    outcome, seen, arm, base = trial(seed)
    found = analyse_imputed(
        outcome, seen, arm,
        baseline=base, strategy=strategy, imputations=4000, generator=np.random.default_rng(seed),
    )  # fmt: skip
    assert found.estimate is not None
    assert found.monte_carlo_error is not None
    expected = limit(strategy, outcome, seen, arm, base)
    assert found.estimate == pytest.approx(expected, abs=MONTE_CARLO * found.monte_carlo_error)
    others = [limit(one, outcome, seen, arm, base) for one in Strategy if one is not strategy]
    # the check can tell the strategies apart
    assert min(abs(expected - other) for other in others) > 10 * found.monte_carlo_error


@pytest.mark.parametrize("gaps", [0.0, 0.12])
def test_missing_at_random_is_the_repeated_measures_model(gaps: float) -> None:
    outcome, seen, arm, base = trial(5, people=300, gaps=gaps)
    found = analyse_imputed(
        outcome, seen, arm,
        baseline=base, strategy="multiple-imputation", imputations=4000,
        generator=np.random.default_rng(8),
    )  # fmt: skip
    model = mmrm_trials(outcome[None], seen[None], arm, baseline=base[None], method="ml")
    assert found.estimate is not None
    assert found.monte_carlo_error is not None
    # with gaps the posterior mean and the maximum differ by a small part of the standard error
    error = found.monte_carlo_error + (0.0 if gaps == 0.0 else 0.005 * model.standard_error[0])
    assert found.estimate == pytest.approx(float(model.estimate[0]), abs=MONTE_CARLO * error)
    restricted = mmrm_trials(outcome[None], seen[None], arm, baseline=base[None])
    assert found.standard_error == pytest.approx(float(restricted.standard_error[0]), rel=0.03)


def test_gaps_are_drawn_from_the_whole_normal_distribution() -> None:
    outcome, seen, arm, base = trial(3, people=90, visits=5, gaps=0.4)
    treated = arm[None]
    block = visit_scores(
        outcome[None], seen[None],
        covariates=covariates_of(treated, base[None], None), treated=treated,
    )  # fmt: skip
    slots = _slots(block, block.gap)
    generator, many, visits = np.random.default_rng(2), 20_000, 5
    gamma = generator.normal(0.0, 0.5, (visits, 3))
    phi = np.tril(generator.normal(0.3, 0.2, (visits, visits)), -1)
    sd = generator.uniform(0.5, 1.5, visits)
    drawn = VisitRegressions(
        *(np.broadcast_to(one, (1, many, *one.shape)) for one in (gamma, phi, sd))
    )
    scores = np.repeat(_interpolated(block, slots)[:, None], many, axis=1)
    _fill(scores, slots, drawn, generator=generator)
    turn = np.linalg.inv(np.eye(visits) - phi)
    covariance = turn @ np.diag(sd**2) @ turn.T
    checked = 0
    for slot, person in enumerate(slots.place[0]):
        if person < 0:
            continue
        last = int(block.last[0, person])
        gap = np.flatnonzero(block.gap[0, person])
        kept = np.setdiff1d(np.arange(last), gap)
        mean = turn @ gamma @ block.covariates[0, person]
        weights = covariance[np.ix_(gap, kept)] @ np.linalg.inv(covariance[np.ix_(kept, kept)])
        expected = mean[gap] + weights @ (block.outcome[0, person, kept] - mean[kept])
        spread = covariance[np.ix_(gap, gap)] - weights @ covariance[np.ix_(kept, gap)]
        values = scores[0, :, slot][:, gap]
        error = np.sqrt(np.diag(spread) / many)
        assert (np.abs(values.mean(axis=0) - expected) < 5 * error).all()
        found = np.atleast_2d(np.cov(values.T))
        scale = np.sqrt(np.outer(np.diag(spread), np.diag(spread)))
        assert (np.abs(found - spread) < 6 * np.sqrt(2.0 / many) * scale).all()
        assert (scores[0, :, slot, kept] == block.outcome[0, person, kept][:, None]).all()
        checked += len(gap) > 1
    assert checked >= 5


def drawn_of(strategy: str = "multiple-imputation", **more: float) -> ImputedScores:
    outcome, seen, arm, base = trial(6, people=120, gaps=0.05, **more)
    return impute_scores(
        outcome[None], seen[None], arm,
        baseline=base[None], strategy=strategy, imputations=25, generator=np.random.default_rng(3),
    )  # fmt: skip


@pytest.mark.parametrize("form", list(DeltaForm))
def test_a_shift_is_least_squares_of_each_shifted_data_set(form: DeltaForm) -> None:
    drawn, delta = drawn_of(), -0.7
    found = compare_imputed(drawn, strategy="multiple-imputation", delta=delta, form=form)
    x = drawn.covariates[0]
    after = drawn.after_leaving[0] * x[:, 1]
    shift = delta * (after if form is DeltaForm.PER_VISIT else after > 0)
    estimates, variances = [], []
    for scores in drawn.scores[0]:
        line, (rest,), *_ = np.linalg.lstsq(x, scores + shift, rcond=None)
        estimates.append(line[1])
        variances.append(np.linalg.inv(x.T @ x)[1, 1] * rest / (len(x) - x.shape[1]))
    total = np.mean(variances) + (1 + 1 / 25) * np.var(estimates, ddof=1)
    assert found.estimate == pytest.approx(np.mean(estimates), rel=CLOSED_FORM)
    assert found.within == pytest.approx(np.mean(variances), rel=CLOSED_FORM)
    assert found.standard_error == pytest.approx(np.sqrt(total), rel=CLOSED_FORM)


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("form", list(DeltaForm))
def test_the_result_is_gone_at_the_tipping_point_and_not_before(
    strategy: Strategy, form: DeltaForm
) -> None:
    drawn = drawn_of(strategy, effect=0.9)
    point = find_tipping_point(drawn, form=form)
    assert point.status.value == "found"
    assert point.delta is not None
    assert point.delta < 0.0
    assert point.p_value is not None
    assert point.p_value >= 0.05

    def p_at(delta: float) -> float:
        found = compare_imputed(drawn, strategy=strategy, delta=delta, form=form)
        assert found.p_value is not None
        return found.p_value

    assert p_at(point.delta) >= 0.05 > p_at(0.999999 * point.delta)
    before = [p_at(share * point.delta) for share in np.linspace(0.0, 0.99, 40)]
    assert max(before) < 0.05
    assert all(np.diff(before) > 0.0)


def test_many_trials_at_once_are_one_trial_each() -> None:
    made = [trial(seed, people=70, gaps=0.1) for seed in (1, 2, 3)]
    outcome, seen, arm, base = (np.stack(parts) for parts in zip(*made, strict=True))
    together = imputed_trials(
        outcome, seen, arm,
        baseline=base, strategy="copy-reference", imputations=4000,
        generator=np.random.default_rng(1),
    )  # fmt: skip
    for k in range(3):
        alone = analyse_imputed(
            outcome[k], seen[k], arm[k],
            baseline=base[k], strategy="copy-reference", imputations=4000,
            generator=np.random.default_rng(2),
        )  # fmt: skip
        assert alone.estimate is not None
        assert alone.monte_carlo_error is not None
        limit_of_error = MONTE_CARLO * np.sqrt(2.0) * alone.monte_carlo_error
        assert together.estimate[k] == pytest.approx(alone.estimate, abs=limit_of_error)
        assert together.standard_error[k] == pytest.approx(alone.standard_error, rel=0.02)
