"""Other natural histories, calibrated to the same published summaries: tests of the verdict.

None of them is the model that judges patients. Each is a monthly path of natural decline:

- straight lines: level and slope normal, no wander;
- skewed slopes, jumping wander: slopes are shifted log-normal; the wander keeps a value for a
  random time, then jumps to a new one from a Laplace distribution in proportion to the slope;
- broken lines: one break at a random time, to a new slope correlated with the old one.

`fit_rival` matches the parameters to progression/calibrating/targets.py (all but the strata, which
these histories do not have). Everything drawn here is simulated data.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.calibrating.targets import MONTHS, TARGETS, VirtualCohort, measure
from slopewise.progression.simulate import record_scores

__all__ = ["RIVALS", "NaturalPaths", "RivalHistory", "fit_rival", "measured", "rival_scores"]


@dataclass(frozen=True)
class NaturalPaths:
    """Start level (points) and natural change in each month (points), people by months."""

    level: Float[Array, " people"]
    change: Float[Array, "people months"]


Draw = Callable[[Float[Array, " parameters"], int, int, np.random.Generator], NaturalPaths]


@dataclass(frozen=True)
class RivalHistory:
    """A named generator and its fitted parameters; the last one is the log residual SD."""

    name: str
    parameter_names: tuple[str, ...]
    parameters: tuple[float, ...]
    draw: Draw


def rival_scores(
    rival: RivalHistory,
    *,
    months_before: int,
    months_after: int,
    people: int,
    generator: np.random.Generator,
    theta: float = 0.0,
) -> Float[Array, "people visits"]:
    """Monthly scores from entry (month -months_before) on; θ acts after month 0."""
    months = months_before + months_after
    values = np.asarray(rival.parameters)
    paths = rival.draw(values, people, months, generator)
    slowed = np.where(np.arange(months) >= months_before, 1.0 - theta, 1.0)
    function = np.concatenate(
        [paths.level[:, None], paths.level[:, None] + np.cumsum(paths.change * slowed, axis=1)],
        axis=1,
    )
    residual_sd = np.full((people, 1), np.exp(values[-1]))
    return record_scores(function, residual_sd, generator=generator)


def measured(
    rival: RivalHistory, parameters: Float[Array, " parameters"], *, people: int, seed: int
) -> dict[str, float]:
    """What the calibration targets are in this history (the same random numbers for a seed)."""
    generator = np.random.default_rng(seed)
    paths = rival.draw(parameters, people, len(MONTHS) - 1, generator)
    function = np.concatenate([np.zeros((people, 1)), np.cumsum(paths.change, axis=1)], axis=1)
    return measure(
        VirtualCohort(
            function=function + paths.level[:, None],
            residual_sd=np.full(people, np.exp(parameters[-1])),
            weight=np.full(people, 1.0 / people),
            stratum=np.full(people, -1),
            error=generator.standard_normal(function.shape),
        )
    )


def fit_rival(
    rival: RivalHistory, *, people: int = 6000, seed: int = 1
) -> Float[Array, " parameters"]:
    """Parameters with the least squared misfit of the targets, in units of their tolerance."""
    from scipy.optimize import minimize

    def misfit(parameters: Array) -> float:
        found = measured(rival, parameters, people=people, seed=seed)
        return sum(
            ((found[t.name] - t.value) / t.tolerance) ** 2 for t in TARGETS if t.name in found
        )

    now = np.asarray(rival.parameters)
    for _ in range(3):  # restarts: the simplex shrinks too early on a noisy surface
        now = minimize(misfit, now, method="Nelder-Mead", options={"maxfev": 1500, "fatol": 1e-3}).x
    return np.asarray(now)


def _straight(
    p: Float[Array, " parameters"], people: int, months: int, generator: np.random.Generator
) -> NaturalPaths:
    first, second = generator.standard_normal((2, people))
    rho = np.tanh(p[4])
    level = p[0] + np.exp(p[2]) * first
    slope = p[1] + np.exp(p[3]) * (rho * first + np.sqrt(1 - rho**2) * second)
    return NaturalPaths(level, np.repeat(slope[:, None], months, axis=1))


def _skewed(
    p: Float[Array, " parameters"], people: int, months: int, generator: np.random.Generator
) -> NaturalPaths:
    first, second = generator.standard_normal((2, people))
    rho = np.tanh(p[5])
    level = p[0] + np.exp(p[1]) * first
    loss = np.exp(p[2] + np.exp(p[3]) * (-rho * first + np.sqrt(1 - rho**2) * second))
    slope = p[4] - loss
    stays = np.exp(-np.exp(-p[7]))  # chance of no jump within a month; exp(p7) = mean months
    jumps = generator.random((people, months)) > stays
    drawn = generator.laplace(scale=np.sqrt(0.5), size=(people, months + 1))
    wander = np.empty((people, months))
    now = drawn[:, -1]
    for month in range(months):
        now = np.where(jumps[:, month], drawn[:, month], now)
        wander[:, month] = now
    return NaturalPaths(level, slope[:, None] + np.exp(p[6]) * loss[:, None] * wander)


def _broken(
    p: Float[Array, " parameters"], people: int, months: int, generator: np.random.Generator
) -> NaturalPaths:
    first, second, third = generator.standard_normal((3, people))
    rho, kept = np.tanh(p[4]), np.tanh(p[5])
    level = p[0] + np.exp(p[2]) * first
    old = rho * first + np.sqrt(1 - rho**2) * second
    new = kept * old + np.sqrt(1 - kept**2) * third
    when = generator.exponential(np.exp(p[6]), size=people)
    month = np.arange(months)
    after = np.clip(month[None, :] + 1.0 - when[:, None], 0.0, 1.0)  # share of the month after
    deviation = old[:, None] * (1 - after) + new[:, None] * after
    return NaturalPaths(level, p[1] + np.exp(p[3]) * deviation)


# parameters as fit_rival leaves them (people=6000, seed=1)
RIVALS: tuple[RivalHistory, ...] = (
    RivalHistory(
        "straight lines",
        ("mean level", "mean slope", "log SD of level", "log SD of slope", "atanh correlation",
         "log residual SD"),
        (38.2211, -0.8706, 1.6474, -0.3598, 0.1559, 0.717),
        _straight,
    ),
    RivalHistory(
        "skewed slopes, jumping wander",
        ("mean level", "log SD of level", "log-mean of loss", "log spread of loss", "shift",
         "atanh correlation", "log wander share", "log months between jumps", "log residual SD"),
        (37.8506, 1.6946, 0.079, -0.7112, 0.3753, 0.2042, -0.6742, 1.0516, 0.611),
        _skewed,
    ),
    RivalHistory(
        "broken lines",
        ("mean level", "mean slope", "log SD of level", "log SD of slope", "atanh correlation",
         "atanh of what is kept", "log mean months to the break", "log residual SD"),
        (38.2273, -0.8845, 1.6523, -0.1758, 0.234, -0.2995, 2.5213, 0.6548),
        _broken,
    ),
)  # fmt: skip
