"""When people come: closed forms, and each site simulated by itself."""

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM, MONTE_CARLO

from slopewise.errors import InputError
from slopewise.trial.enrolment import (
    SiteRates,
    enrol,
    expected_enrolled,
    expected_month,
    rates_of,
)

SITES = SiteRates(np.array([1.5, 0.75, 2.0]), np.array([0.0, 3.0, 6.0]))


def test_last_of_many_comes_after_n_over_rate_months() -> None:
    """One rate: the n-th month is gamma(n) / rate, mean n / rate and variance n / rate²."""
    sites = rates_of([(1.5, 0.0, 4)])
    month = enrol(sites, (4000, 60), generator=np.random.default_rng(1)).month[:, -1]
    assert abs(month.mean() - 60 / 6) < MONTE_CARLO * np.sqrt(60) / 6 / np.sqrt(4000)
    assert month.var() == pytest.approx(60 / 36, rel=0.1)


def test_expected_people_and_month_are_inverse() -> None:
    month = np.linspace(0, 40, 81)
    assert expected_month(SITES, expected_enrolled(SITES, month)) == pytest.approx(
        month, rel=CLOSED_FORM
    )
    by_hand = 1.5 * 10 + 0.75 * 7 + 2.0 * 4
    assert expected_enrolled(SITES, np.array(10.0)) == pytest.approx(by_hand, rel=CLOSED_FORM)


def test_people_come_as_from_sites_simulated_one_by_one() -> None:
    generator = np.random.default_rng(2)
    fast = enrol(SITES, (1500, 40), generator=generator)
    slow_month, slow_site = np.zeros((1500, 40)), np.zeros((1500, 40), dtype=int)
    for trial in range(1500):
        come = []
        for site, (rate, opens) in enumerate(
            zip(SITES.people_per_month, SITES.opens_month, strict=True)
        ):
            months = opens + np.cumsum(generator.exponential(1 / rate, size=120))
            come += [(month, site) for month in months]
        first = sorted(come)[:40]
        slow_month[trial], slow_site[trial] = zip(*first, strict=True)
    for n in (0, 9, 39):
        a, b = fast.month[:, n], slow_month[:, n]
        assert abs(a.mean() - b.mean()) < MONTE_CARLO * np.sqrt((a.var() + b.var()) / 1500)
    for site in range(3):
        a, b = (fast.site == site).mean(axis=1), (slow_site == site).mean(axis=1)
        assert abs(a.mean() - b.mean()) < MONTE_CARLO * np.sqrt((a.var() + b.var()) / 1500)


def test_nobody_comes_to_a_site_that_is_closed() -> None:
    found = enrol(SITES, (500, 60), generator=np.random.default_rng(3))
    assert np.all(found.month >= SITES.opens_month[found.site])
    assert np.all(np.diff(found.month, axis=1) >= 0)


def test_even_enrolment_has_no_chance_in_its_months() -> None:
    sites = rates_of([(2.0, 0.0, 1)])
    found = enrol(sites, (2, 4), generator=np.random.default_rng(4), is_even=True)
    assert found.month.tolist() == [[0.25, 0.75, 1.25, 1.75]] * 2


def test_people_after_closing_are_marked() -> None:
    found = enrol(SITES, (50, 60), generator=np.random.default_rng(5), closes_month=12.0)
    assert np.array_equal(found.in_time, found.month <= 12.0)
    assert not found.in_time.all()


def test_first_site_that_opens_late_moves_everybody() -> None:
    found = enrol(rates_of([(1.0, 5.0, 2)]), (10, 3), generator=np.random.default_rng(6))
    assert found.month.min() > 5.0


def test_sites_without_people_are_refused() -> None:
    with pytest.raises(InputError, match="above 0"):
        rates_of([(0.0, 0.0, 1)])
    with pytest.raises(InputError, match="above 0"):
        rates_of([])
    with pytest.raises(InputError, match="before month 0"):
        rates_of([(1.0, -1.0, 1)])
