"""Handing out arms: exact balance of blocks, balance of minimisation, shares by chance."""

import numpy as np
import pytest
from tests.tolerance import MONTE_CARLO

from slopewise.errors import InputError
from slopewise.trial.randomisation import (
    draw_levels,
    imbalance,
    minimise,
    permuted_blocks,
    simple_randomisation,
    stratum_of,
)

SHAPE = (200, 97)


def made(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("allocation", [[1, 1], [2, 1], [1, 2, 3]])
def test_shares_by_chance_are_those_of_the_allocation(allocation: list[int]) -> None:
    arm = simple_randomisation((100, 500), allocation, generator=made())
    for k, one in enumerate(allocation):
        share = one / sum(allocation)
        error = np.sqrt(share * (1 - share) / arm.size)
        assert abs((arm == k).mean() - share) < MONTE_CARLO * error


@pytest.mark.parametrize(("allocation", "block"), [([1, 1], 4), ([2, 1], 6), ([1, 1, 1], 3)])
def test_every_block_of_every_stratum_is_balanced(allocation: list[int], block: int) -> None:
    strata = made(2).integers(4, size=SHAPE)
    arm = permuted_blocks(strata, allocation, block_sizes=[block], generator=made())
    wanted = np.repeat(np.arange(len(allocation)), np.array(allocation) * block // sum(allocation))
    for trial in range(20):
        for stratum in range(4):
            own = arm[trial, strata[trial] == stratum]
            for k in range(len(own) // block):
                assert np.array_equal(np.sort(own[k * block : (k + 1) * block]), wanted)


def test_blocks_of_several_sizes_leave_at_most_half_a_block_unequal() -> None:
    strata = made(3).integers(3, size=SHAPE)
    arm = permuted_blocks(strata, [1, 1], block_sizes=[4, 6], generator=made())
    assert imbalance(arm, strata, [1, 1]).within_strata.max() <= 3
    assert set(np.unique(arm)) == {0, 1}


def test_all_orders_of_a_block_are_equally_likely() -> None:
    """Chi-square of the six orders of AABB; a false alarm in 1 of 1,000: 20.5 at 5 degrees."""
    strata = np.zeros((6000, 4), dtype=int)
    arm = permuted_blocks(strata, [1, 1], block_sizes=[4], generator=made(4))
    _, counts = np.unique(arm @ np.array([8, 4, 2, 1]), return_counts=True)
    assert len(counts) == 6
    assert ((counts - 1000) ** 2 / 1000).sum() < 20.5


def test_block_sizes_are_drawn_equally_often() -> None:
    """In blocks of 2 or 4 the first two are equal only in a block of 4: 1/2 × 1/3."""
    arm = permuted_blocks(
        np.zeros((20_000, 2), dtype=int), [1, 1], block_sizes=[2, 4], generator=made(5)
    )
    share = (arm[:, 0] == arm[:, 1]).mean()
    assert abs(share - 1 / 6) < MONTE_CARLO * np.sqrt(1 / 6 * 5 / 6 / 20_000)


def test_same_seed_gives_the_same_arms() -> None:
    strata = made(2).integers(4, size=SHAPE)
    first, again = (
        permuted_blocks(strata, [1, 1], block_sizes=[4, 6], generator=made(9)) for _ in range(2)
    )
    assert np.array_equal(first, again)


def test_minimisation_balances_margins_far_better_than_chance() -> None:
    levels = draw_levels([[0.75, 0.25], [0.7, 0.3], [0.2] * 5], (300, 100), generator=made(6))
    arm = minimise(levels, [1, 1], best_arm_probability=0.8, generator=made())
    chance = simple_randomisation(arm.shape, [1, 1], generator=made())
    for factor in range(3):
        kept = imbalance(arm, levels[:, :, factor], [1, 1]).within_strata.mean()
        left = imbalance(chance, levels[:, :, factor], [1, 1]).within_strata.mean()
        assert kept < 0.5 * left


def test_minimisation_without_chance_and_one_factor_alternates_within_a_level() -> None:
    levels = made(7).integers(3, size=(50, 60, 1))
    arm = minimise(levels, [1, 1], best_arm_probability=1.0, generator=made())
    assert imbalance(arm, levels[:, :, 0], [1, 1]).within_strata.max() <= 1


def test_minimisation_keeps_an_unequal_allocation() -> None:
    levels = draw_levels([[0.5, 0.5], [0.6, 0.4]], (200, 150), generator=made(8))
    arm = minimise(levels, [2, 1], best_arm_probability=0.8, generator=made())
    assert abs((arm == 0).mean() - 2 / 3) < 0.01
    assert imbalance(arm, levels[:, :, 0], [2, 1]).overall.max() < 8


def range_scores(levels: list[list[int]], given: list[int], allocation: list[int]) -> list[float]:
    """Pocock and Simon's imbalance of each arm for the next person, counted by hand."""
    person, arms = len(given), range(len(allocation))
    scores = []
    for candidate in arms:
        total = 0.0
        for factor, level in enumerate(levels[person]):
            alike = [given[i] for i in range(person) if levels[i][factor] == level]
            n = [(alike.count(a) + (a == candidate)) / allocation[a] for a in arms]
            total += max(n) - min(n)
        scores.append(total)
    return scores


@pytest.mark.parametrize("allocation", [[1, 1], [1, 1, 1], [3, 2, 1]])
def test_minimisation_gives_the_best_arm_as_often_as_asked(allocation: list[int]) -> None:
    """Every decision is judged again, one person at a time, from what was given before."""
    levels = draw_levels([[0.6, 0.4], [0.3, 0.7]], (120, 24), generator=made(10))
    arm = minimise(levels, allocation, best_arm_probability=0.6, generator=made(11))
    is_best, given_other, expected_other = [], 0.0, []
    for own, given in zip(levels.tolist(), arm.tolist(), strict=True):
        for person, chosen in enumerate(given):
            scores = range_scores(own, given[:person], allocation)
            least = [a for a, one in enumerate(scores) if one <= min(scores) + 1e-9]
            if len(least) > 1:
                continue
            is_best.append(chosen == least[0])
            others = [a for a in range(len(allocation)) if a != least[0]]
            if chosen != least[0]:
                given_other += chosen == others[0]
                expected_other.append(allocation[others[0]] / sum(allocation[a] for a in others))
    assert len(is_best) > 1000
    assert abs(np.mean(is_best) - 0.6) < MONTE_CARLO * np.sqrt(0.6 * 0.4 / len(is_best))
    spread = np.sqrt(sum(share * (1 - share) for share in expected_other))
    assert abs(given_other - sum(expected_other)) <= MONTE_CARLO * spread


def test_strata_are_one_number_for_each_combination() -> None:
    levels = draw_levels([[0.5, 0.5], [0.2, 0.3, 0.5]], (5, 400), generator=made(12))
    stratum = stratum_of(levels)
    rows = zip(levels.reshape(-1, 2).tolist(), stratum.ravel().tolist(), strict=True)
    pairs = {tuple(row): number for row, number in rows}
    assert sorted(pairs.values()) == list(range(6))
    assert stratum_of(np.zeros((2, 3, 0), dtype=int)).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_unequal_arms_are_counted_per_unit_of_allocation() -> None:
    arm, strata = np.array([[0, 0, 0, 1], [0, 0, 1, 1]]), np.array([[0, 0, 1, 1], [0, 0, 1, 1]])
    found = imbalance(arm, strata, [1, 1])
    assert found.overall.tolist() == [2, 0]
    assert found.within_strata.tolist() == [2, 2]
    assert imbalance(arm, strata, [3, 1]).overall[0] == 0


def test_blocks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="multiples of 3"):
        permuted_blocks(np.zeros((1, 4), int), [2, 1], block_sizes=[4], generator=made())
    with pytest.raises(InputError, match="whole number from 1"):
        simple_randomisation((1, 1), [1, 0], generator=made())
    with pytest.raises(InputError, match="from 0 to 1"):
        minimise(np.zeros((1, 1, 1), int), [1, 1], best_arm_probability=2, generator=made())
