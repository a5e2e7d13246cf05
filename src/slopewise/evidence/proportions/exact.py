"""One proportion or rate with bounds that hold whatever the truth is.

Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404: at least 95 of 100 such intervals hold the
truth, also for 0 of n. Wilson 1927, doi:10.1080/01621459.1927.10502953, for comparison. Garwood
1936, doi:10.1093/biomet/28.3-4.437, for rates. The rule of three: Hanley and Lippman-Hand 1983,
doi:10.1001/jama.1983.03330370053031.
"""

from collections.abc import Sequence

from slopewise.errors import InputError
from slopewise.evidence.proportions.pooled_proportion import (
    CountedStudy,
    CountMethod,
    CountStatus,
    PooledProportion,
    Proportion,
    Rate,
)

__all__ = [
    "add_up",
    "exact_proportion",
    "exact_rate",
    "rule_of_three",
    "status_without_model",
    "wilson_interval",
]


def exact_proportion(counted: CountedStudy, *, level: float = 0.95) -> Proportion:
    """Clopper–Pearson interval and one-sided upper bound."""
    _check(counted)
    x, n = counted.events, counted.total
    tail = (1.0 - level) / 2.0
    return Proportion(
        study=counted.study,
        events=x,
        total=n,
        estimate=x / n,
        low=_beta_quantile(tail, x, n - x + 1) if x else 0.0,
        high=_beta_quantile(1.0 - tail, x + 1, n - x) if x < n else 1.0,
        upper_one_sided=_beta_quantile(level, x + 1, n - x) if x < n else 1.0,
    )


def wilson_interval(counted: CountedStudy, *, level: float = 0.95) -> tuple[float, float]:
    """Interval of the score test; shorter than the exact one, and at times too short."""
    from scipy.special import ndtri

    _check(counted)
    x, n = counted.events, counted.total
    z2 = float(ndtri(0.5 + level / 2.0)) ** 2
    centre = (x + z2 / 2.0) / (n + z2)
    half = (z2 * (x * (n - x) / n + z2 / 4.0)) ** 0.5 / (n + z2)
    return (0.0 if x == 0 else centre - half, 1.0 if x == n else centre + half)


def rule_of_three(total: int) -> float:
    """Nearly the one-sided 95 % bound after 0 of n people: 3/n."""
    _check(CountedStudy("", 0, total))
    return min(3.0 / total, 1.0)


def exact_rate(events: int, person_months: float, *, level: float = 0.95) -> Rate:
    """Events per person-month with Garwood's bounds."""
    from scipy.special import gammaincinv

    if events < 0 or not person_months > 0:
        raise InputError(
            f"{events} events in {person_months} person-months: give no fewer than 0 events and "
            "more than 0 person-months"
        )
    tail = (1.0 - level) / 2.0
    return Rate(
        events=events,
        person_months=person_months,
        estimate=events / person_months,
        low=float(gammaincinv(events, tail)) / person_months if events else 0.0,
        high=float(gammaincinv(events + 1, 1.0 - tail)) / person_months,
        upper_one_sided=float(gammaincinv(events + 1, level)) / person_months,
    )


def add_up(counted: Sequence[CountedStudy]) -> PooledProportion:
    """All people as if of one study: right only where studies do not differ."""
    studies = tuple(exact_proportion(study) for study in counted)
    sum_of = CountedStudy(
        "all", sum(study.events for study in counted), sum(study.total for study in counted)
    )
    whole = exact_proportion(sum_of)
    return PooledProportion(
        method=CountMethod.EXACT,
        status=status_without_model(counted) or CountStatus.CONVERGED,
        k=len(studies),
        events=whole.events,
        total=whole.total,
        studies=studies,
        estimate=whole.estimate,
        low=whole.low,
        high=whole.high,
        upper_one_sided=whole.upper_one_sided,
    )


def status_without_model(counted: Sequence[CountedStudy]) -> CountStatus | None:
    """Why no model of several studies can be fitted, where none can."""
    if len(counted) == 1:
        return CountStatus.SINGLE_STUDY
    if not any(study.events for study in counted):
        return CountStatus.NO_EVENTS
    if all(study.events == study.total for study in counted):
        return CountStatus.ALL_EVENTS
    return None


def _check(counted: CountedStudy) -> None:
    if counted.total < 1 or not 0 <= counted.events <= counted.total:
        raise InputError(
            f"{counted.study or 'a study'}: {counted.events} of {counted.total} people; give a "
            "total of at least 1 and no fewer than 0, no more than total events"
        )


def _beta_quantile(probability: float, a: float, b: float) -> float:
    from scipy.special import betaincinv

    return float(betaincinv(a, b, probability))
