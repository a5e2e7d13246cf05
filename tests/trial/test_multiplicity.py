"""Procedures for several questions: R's p.adjust, published graphs, closed testing."""

from itertools import combinations

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM

from slopewise.errors import InputError
from slopewise.trial.multiplicity import bonferroni, fixed_sequence, graphical, hochberg, holm

P = [0.01, 0.02, 0.022, 0.09, 0.013]
# R 4.2.2: p.adjust(P, method)
P_ADJUST = {
    "bonferroni": [0.05, 0.1, 0.11, 0.45, 0.065],
    "holm": [0.05, 0.06, 0.06, 0.09, 0.052],
    "hochberg": [0.044, 0.044, 0.044, 0.09, 0.044],
}
PROCEDURES = {"bonferroni": bonferroni, "holm": holm, "hochberg": hochberg}


@pytest.mark.parametrize("name", P_ADJUST)
def test_adjusted_p_is_that_of_r(name: str) -> None:
    tested = PROCEDURES[name](np.array(P), 0.05)
    assert tested.adjusted_p == pytest.approx(P_ADJUST[name], rel=CLOSED_FORM)
    assert tested.rejected.tolist() == [p <= 0.05 for p in P_ADJUST[name]]


def test_fixed_sequence_stops_at_the_first_failure() -> None:
    tested = fixed_sequence(np.array([[0.01, 0.03, 0.001], [0.01, 0.02, 0.03]]), 0.025)
    assert tested.rejected.tolist() == [[True, False, False], [True, True, False]]
    assert tested.adjusted_p.tolist() == [[0.01, 0.03, 0.03], [0.01, 0.02, 0.03]]


def closed_test(p: list[float], weights: list[float], g: np.ndarray) -> list[float]:
    """Adjusted p by testing every intersection: Bonferroni with what the graph leaves to it."""
    m = len(p)
    adjusted = [0.0] * m
    for size in range(1, m + 1):
        for members in combinations(range(m), size):
            w, rest = list(weights), g.copy()
            for gone in set(range(m)) - set(members):
                w, rest = without(w, rest, gone)
            least = min((p[i] / w[i] for i in members if w[i] > 0), default=np.inf)
            for i in members:
                adjusted[i] = max(adjusted[i], min(least, 1.0))
    return adjusted


def without(w: list[float], g: np.ndarray, j: int) -> tuple[list[float], np.ndarray]:
    """One hypothesis taken out of a graph, arrow by arrow (Bretz et al. 2009, algorithm 1)."""
    m = len(w)
    new_w = [0.0 if i == j else w[i] + w[j] * g[j, i] for i in range(m)]
    new_g = np.zeros((m, m))
    for i in range(m):
        for k in range(m):
            if i != k and j not in (i, k) and g[i, j] * g[j, i] < 1:
                new_g[i, k] = (g[i, k] + g[i, j] * g[j, k]) / (1 - g[i, j] * g[j, i])
    return new_w, new_g


def test_graph_equals_closed_testing_on_random_graphs() -> None:
    generator = np.random.default_rng(3)
    for _ in range(60):
        m = int(generator.integers(2, 6))
        weights = generator.dirichlet(np.ones(m)) * generator.choice([1.0, 0.8])
        g = generator.random((m, m)) * (generator.random((m, m)) < 0.7)
        np.fill_diagonal(g, 0.0)
        g /= np.maximum(g.sum(axis=1, keepdims=True), 1.0)
        p = generator.random((4, m)) ** 3
        tested = graphical(p, 0.025, weights=weights.tolist(), transitions=g.tolist())
        expected = [closed_test(one, weights.tolist(), g) for one in p.tolist()]
        assert tested.adjusted_p == pytest.approx(np.array(expected), rel=CLOSED_FORM)
        assert np.array_equal(tested.rejected, np.array(expected) <= 0.025)


# graphicalMCP (R), article "closed-testing": two doses with two secondary questions each; the
# values are printed with three decimals, and arrows of 1e-5 stand for arrows that come last
DOSES = [
    [0, 0.5, 0.25, 0, 0.25, 0],
    [0.5, 0, 0, 0.25, 0, 0.25],
    [0, 0, 0, 0, 1, 0],
    [1e-5, 0, 0, 0, 0, 1 - 1e-5],
    [0, 1e-5, 1 - 1e-5, 0, 0, 0],
    [0, 0, 0, 1, 0, 0],
]


def test_graph_gives_the_published_adjusted_p() -> None:
    p = np.array([0.015, 0.013, 0.01, 0.007, 0.1, 0.0124])
    tested = graphical(p, 0.025, weights=[0.5, 0.5, 0, 0, 0, 0], transitions=DOSES)
    assert tested.adjusted_p == pytest.approx([0.026, 0.026, 0.028, 0.028, 0.1, 0.028], abs=1e-6)
    assert not tested.rejected.any()


def test_graph_with_equal_arrows_is_holm_and_a_chain_is_the_fixed_sequence() -> None:
    p = np.random.default_rng(5).random((200, 4)) ** 2
    equal = ((1 - np.eye(4)) / 3).tolist()
    as_holm = graphical(p, 0.05, weights=[0.25] * 4, transitions=equal)
    assert as_holm.adjusted_p == pytest.approx(holm(p, 0.05).adjusted_p, rel=CLOSED_FORM)
    chain = np.eye(4, k=1).tolist()
    in_order = graphical(p, 0.05, weights=[1, 0, 0, 0], transitions=chain)
    wanted = fixed_sequence(p, 0.05).adjusted_p
    assert in_order.adjusted_p == pytest.approx(wanted, rel=CLOSED_FORM)


def test_weighted_holm_is_closed_testing_with_arrows_in_proportion() -> None:
    weights = [0.5, 0.3, 0.2]
    g = np.array(
        [[0.0 if i == k else weights[k] / (1 - weights[i]) for k in range(3)] for i in range(3)]
    )
    p = np.random.default_rng(6).random((30, 3)) ** 3
    expected = [closed_test(one, weights, g) for one in p.tolist()]
    found = holm(p, 0.05, weights=weights).adjusted_p
    assert found == pytest.approx(np.array(expected), rel=CLOSED_FORM)


def test_family_wise_error_stays_at_alpha_under_no_effect() -> None:
    """100,000 trials: the band of 3.3 standard errors gives a false alarm in 1 of 1,000."""
    p = np.random.default_rng(8).random((100_000, 3))
    limit = 0.05 + 3.3 * np.sqrt(0.05 * 0.95 / len(p))
    graph = {
        "weights": [0.5, 0.5, 0.0],
        "transitions": [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]],
    }
    found = [holm(p, 0.05), hochberg(p, 0.05), bonferroni(p, 0.05), graphical(p, 0.05, **graph)]
    for tested in found:
        assert tested.rejected.any(axis=1).mean() <= limit


def test_hypotheses_without_weight_are_never_rejected_alone() -> None:
    nowhere = [[0.0, 0.0], [0.0, 0.0]]
    tested = graphical(np.array([0.5, 0.0001]), 0.05, weights=[1, 0], transitions=nowhere)
    assert tested.rejected.tolist() == [False, False]
    assert holm(np.array([0.001, 0.0]), 0.05, weights=[1, 0]).rejected.tolist() == [True, False]


@pytest.mark.parametrize("p", [[-0.1], [1.1], [np.nan], 0.5])
def test_p_values_out_of_range_are_refused(p: list[float]) -> None:
    with pytest.raises(InputError, match="p values"):
        holm(np.array(p), 0.05)


def test_weights_and_arrows_that_spend_too_much_are_refused() -> None:
    with pytest.raises(InputError, match="together at most 1"):
        bonferroni(np.array([0.1, 0.2]), 0.05, weights=[0.9, 0.2])
    with pytest.raises(InputError, match="at most 1"):
        graphical(np.array([0.1, 0.2]), 0.05, weights=[0.5, 0.5], transitions=[[0, 1.1], [1, 0]])
    with pytest.raises(InputError, match="between 0 and 1"):
        hochberg(np.array([0.1, 0.2]), 1.5)
