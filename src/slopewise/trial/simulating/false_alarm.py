"""Is a simulated type I error too high, or could chance explain it?

    too high  ⇔  P(X ≥ x) < 0.005,   X ~ binomial(n, α)

x: false alarms among n replicates without an effect; α: planned type I error. In words: a trial
that keeps its promise would show so many false alarms in fewer than 5 of 1,000 simulations (the
upper end of a two-sided 99 % band; exact, so it also holds for few replicates). Too few false
alarms are no broken promise and are not reported.
Reference: Morris, White & Crowther 2019, doi:10.1002/sim.8086, section 5.2 (Monte Carlo error).
Status: double (sum of the binomial's terms).
"""

from slopewise.trial.simulating.characteristics import Rate

__all__ = ["is_above_plan", "most_by_chance"]

_TAIL = 0.005  # one end of a 99 % band


def is_above_plan(alarms: Rate, alpha: float) -> bool:
    """Whether there are more false alarms than the plan and chance allow."""
    return alarms.of > 0 and alarms.count > most_by_chance(alarms.of, alpha)


def most_by_chance(replicates: int, alpha: float) -> int:
    """The largest number of false alarms inside the 99 % band."""
    from scipy.special import bdtrc

    low, high = -1, replicates
    while high - low > 1:  # P(X > k) falls with k
        middle = (low + high) // 2
        if bdtrc(middle, replicates, alpha) < _TAIL:
            high = middle
        else:
            low = middle
    return high
