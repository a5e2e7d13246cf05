"""The interval and the two-sided P of an estimate by Student's t."""

__all__ = ["t_interval"]


def t_interval(
    estimate: float, error: float, *, free: float, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Low, high and P against zero, for an estimate with that many degrees of freedom."""
    from scipy.special import stdtr, stdtrit

    reach = -float(stdtrit(free, 0.5 * (1.0 - confidence))) * error
    return estimate - reach, estimate + reach, 2.0 * float(stdtr(free, -abs(estimate / error)))
