"""An effect size: an estimate with its standard error and how both were come by."""

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

__all__ = ["EffectSize", "EffectStatus", "normal_effect", "normal_quantile", "not_estimable"]


class EffectStatus(StrEnum):
    """Whether the numbers may be read."""

    ESTIMATED = "estimated"
    UNBOUNDED = "unbounded"  # the denominator of a ratio is not clearly different from zero
    NO_EVENTS = "no_events"  # nothing, or everything, happened in both arms
    NOT_ESTIMABLE = "not_estimable"  # a spread of zero, or a logarithm of zero or less


@dataclass(frozen=True, slots=True)
class EffectSize:
    """One effect on the scale of `measure`, with its 95 % interval.

    None stands where nothing can be said; `status` says why.
    """

    measure: str
    estimate: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    method: str
    assumptions: tuple[str, ...] = ()
    status: EffectStatus = EffectStatus.ESTIMATED


def normal_quantile(level: float = 0.95) -> float:
    """The two-sided normal quantile of a level: 1.959964 for 0.95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def normal_effect(
    measure: str,
    estimate: float,
    standard_error: float,
    *,
    method: str,
    assumptions: tuple[str, ...] = (),
) -> EffectSize:
    """The effect with the normal interval; not estimable where the standard error is no error."""
    is_usable = math.isfinite(estimate) and math.isfinite(standard_error) and standard_error > 0
    if not is_usable:
        return not_estimable(measure, method=method, assumptions=assumptions)
    reach = normal_quantile() * standard_error
    return EffectSize(
        measure,
        estimate,
        standard_error,
        estimate - reach,
        estimate + reach,
        method,
        assumptions,
    )


def not_estimable(
    measure: str,
    *,
    method: str,
    assumptions: tuple[str, ...] = (),
    status: EffectStatus = EffectStatus.NOT_ESTIMABLE,
) -> EffectSize:
    """No number, and the status that says why."""
    return EffectSize(measure, None, None, None, None, method, assumptions, status)
