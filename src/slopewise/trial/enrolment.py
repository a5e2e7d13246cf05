"""When people come: calendar months by site, at random or evenly.

    Λ(t) = Σ_sites rate_s · max(t − opens_s, 0),     the n-th person comes at T_n = Λ⁻¹(Γ_n),
    Γ_n = E_1 + … + E_n, E ~ exponential(1)  (poisson)     or  Γ_n = n − ½  (even)

rate_s: people a month once the site is open; opens_s: calendar month. A person who comes at t
belongs to an open site with probability in the ratio of the rates. In words: sites that open later
make the beginning slow; with all sites open, N people take about N / Σ rate months, give or take
√N / Σ rate. Both are exact: no small steps in time.
Reference: Anisimov & Fedorov 2007, doi:10.1002/sim.2956 (Poisson enrolment by site).
Status: double (site by site), closed form.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["Enrolled", "SiteRates", "enrol", "expected_enrolled", "expected_month", "rates_of"]


@dataclass(frozen=True)
class SiteRates:
    """Sites: people a month, and the calendar month of opening."""

    people_per_month: Float[Array, " sites"]
    opens_month: Float[Array, " sites"]

    def __post_init__(self) -> None:
        same = self.people_per_month.shape == self.opens_month.shape
        if not same or not self.people_per_month.size or np.any(self.people_per_month <= 0):
            raise InputError("sites need a number of people a month above 0 and an opening month")
        if np.any(self.opens_month < 0):
            raise InputError("a site opens before month 0; count from the first opening")


@dataclass(frozen=True)
class Enrolled:
    """Calendar month and site of each person, in order; `in_time` = before enrolment closed."""

    month: Float[Array, "trials people"]
    site: Int[Array, "trials people"]
    in_time: Bool[Array, "trials people"]


def enrol(
    sites: SiteRates,
    shape: tuple[int, int],
    *,
    generator: np.random.Generator,
    is_even: bool = False,
    closes_month: float = np.inf,
) -> Enrolled:
    """Months and sites of the first people to come, in each of many trials."""
    trials, people = shape
    if is_even:
        waited = np.broadcast_to(np.arange(people) + 0.5, shape)
    else:
        waited = np.cumsum(generator.exponential(size=shape), axis=1)
    month = expected_month(sites, waited)
    if len(sites.opens_month) == 1:
        return Enrolled(month, np.zeros(shape, dtype=np.int64), month <= closes_month)
    order = np.argsort(sites.opens_month, kind="stable")
    rates = np.cumsum(sites.people_per_month[order])
    is_open = np.searchsorted(sites.opens_month[order], month, side="right")
    draw = generator.random((trials, people)) * rates[np.maximum(is_open, 1) - 1]
    site = order[np.minimum(np.searchsorted(rates, draw, side="right"), len(order) - 1)]
    return Enrolled(month, site, month <= closes_month)


def expected_enrolled(sites: SiteRates, month: Float[Array, "..."]) -> Float[Array, "..."]:
    """Λ: people expected by a calendar month."""
    open_for = np.maximum(np.asarray(month)[..., None] - sites.opens_month, 0.0)
    return np.asarray((sites.people_per_month * open_for).sum(axis=-1))


def expected_month(sites: SiteRates, people: Float[Array, "..."]) -> Float[Array, "..."]:
    """Λ⁻¹: the calendar month by which so many people are expected."""
    opens = np.unique(sites.opens_month)
    if len(opens) == 1:
        return np.asarray(opens[0] + people / sites.people_per_month.sum())
    reached = expected_enrolled(sites, opens)
    rate = np.array([sites.people_per_month[sites.opens_month <= m].sum() for m in opens])
    last = np.maximum(np.searchsorted(reached, people, side="right") - 1, 0)
    return np.asarray(opens[last] + (people - reached[last]) / rate[last])


def rates_of(sites: Sequence[tuple[float, float, int]]) -> SiteRates:
    """Sites from (people a month, opening month, how many alike)."""
    rows = [(rate, opens) for rate, opens, alike in sites for _ in range(alike)]
    table = np.asarray(rows, dtype=float).reshape(-1, 2)
    return SiteRates(table[:, 0], table[:, 1])
