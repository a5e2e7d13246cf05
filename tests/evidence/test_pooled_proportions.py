"""Guards of pooled proportions: nothing but zeros, studies of all or nothing, impossible errors."""

import dataclasses

import pytest

from slopewise.errors import InputError
from slopewise.evidence.proportions.exact import exact_proportion, exact_rate, rule_of_three
from slopewise.evidence.proportions.pool import pool_proportions, watched
from slopewise.evidence.proportions.pooled_proportion import (
    CountedStudy,
    CountMethod,
    CountStatus,
)

MODELS = (CountMethod.BETA_BINOMIAL, CountMethod.GLMM)


def counted(*pairs: tuple[int, int]) -> list[CountedStudy]:
    return [CountedStudy(f"study {at}", *pair) for at, pair in enumerate(pairs)]


def test_none_of_67_people_leaves_five_in_a_hundred_open() -> None:
    none = exact_proportion(CountedStudy("one", 0, 67))
    assert none.low == none.estimate == 0.0
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 67))  # two-sided
    assert none.upper_one_sided == pytest.approx(1 - 0.05 ** (1 / 67))
    assert rule_of_three(67) == pytest.approx(none.upper_one_sided, rel=0.03)


def test_a_rate_of_none_has_the_bound_of_minus_log() -> None:
    rate = exact_rate(0, 100.0)
    assert rate.upper_one_sided == pytest.approx(0.029957322735539907)  # −ln 0.05 / 100
    with pytest.raises(InputError, match="person-months"):
        exact_rate(1, 0.0)


@pytest.mark.parametrize("method", list(CountMethod))
def test_no_events_anywhere_give_the_exact_bound_and_say_so(method: CountMethod) -> None:
    pooled = pool_proportions(counted((0, 20), (0, 30), (0, 17)), method)
    assert pooled.status is CountStatus.NO_EVENTS
    assert pooled.low == 0.0
    assert pooled.high == pytest.approx(1 - 0.025 ** (1 / 67))


@pytest.mark.parametrize("method", MODELS)
def test_studies_of_all_or_nothing_have_no_maximum(method: CountMethod) -> None:
    pooled = pool_proportions(counted((0, 5), (5, 5), (0, 6)), method)
    assert pooled.status is CountStatus.NO_MAXIMUM
    assert pooled.estimate is None


@pytest.mark.parametrize("method", list(CountMethod))
def test_everybody_everywhere_and_one_study_alone(method: CountMethod) -> None:
    assert pool_proportions(counted((5, 5), (6, 6)), method).status is CountStatus.ALL_EVENTS
    one = pool_proportions(counted((3, 17)), method)
    assert one.status is CountStatus.SINGLE_STUDY
    assert one.high == exact_proportion(CountedStudy("", 3, 17)).high


@pytest.mark.parametrize("method", MODELS)
def test_swapping_events_and_their_absence_mirrors_the_answer(method: CountMethod) -> None:
    pairs = ((1, 12), (9, 20), (3, 31), (0, 8))
    there = pool_proportions(counted(*pairs), method)
    mirrored = pool_proportions(counted(*((n - x, n) for x, n in pairs)), method)
    assert there.estimate is not None
    assert there.high is not None
    assert mirrored.estimate == pytest.approx(1 - there.estimate, rel=1e-7)
    assert mirrored.low == pytest.approx(1 - there.high, rel=1e-6)


def test_a_standard_error_below_what_counting_allows_is_refused() -> None:
    pooled = pool_proportions(counted((0, 12), (0, 43), (1, 20), (4, 30)), CountMethod.GLMM)
    wrong = watched(dataclasses.replace(pooled, standard_error=0.0001))
    assert wrong.status is CountStatus.UNRELIABLE
    assert wrong.low is None
    assert wrong.alarm is not None
    assert watched(pooled).status is CountStatus.CONVERGED


def test_a_sparse_estimate_outside_the_exact_interval_raises_an_alarm() -> None:
    pooled = pool_proportions(counted((0, 90), (0, 80), (1, 70), (0, 60), (6, 30)))
    assert pooled.alarm is not None
    assert "plain sum" in pooled.alarm


@pytest.mark.parametrize("pair", [(5, 4), (-1, 4), (0, 0)])
def test_impossible_counts_are_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="people"):
        pool_proportions(counted(pair, (1, 2)))
    with pytest.raises(InputError, match="no study"):
        pool_proportions([])
