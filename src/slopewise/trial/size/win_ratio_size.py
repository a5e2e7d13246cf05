"""How large a trial must be to see a win ratio.

    N = σ² (z_{1−α} + z_{1−β})² / (ln WR)²,     σ² = 4 (1 + p_tie) / (3 π (1 − π) (1 − p_tie))

WR: wins over losses of the treated; p_tie: share of pairs in which nobody wins; π: share treated.
In words: only how often the treated win and how often nobody does is needed. The variance is that
without an effect and a little too large, so the size errs to the safe side.
Reference: Yu & Ganju 2022, doi:10.1002/sim.9297.
Status: published (the worked example of the R package WRestimates), characteristics by simulation.
"""

from slopewise.errors import InputError

__all__ = ["win_ratio_unit_variance"]


def win_ratio_unit_variance(treated_share: float, tied: float) -> float:
    """Variance of the log win ratio times the people in all."""
    if not 0 < treated_share < 1 or not 0 <= tied < 1:
        raise InputError(
            f"share treated {treated_share:g}, share of ties {tied:g}; give the first between 0 and"
            " 1, the second from 0 and below 1"
        )
    return 4.0 * (1.0 + tied) / (3.0 * treated_share * (1.0 - treated_share) * (1.0 - tied))
