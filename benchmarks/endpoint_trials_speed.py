"""How many trials of 300 people a second are simulated and analysed, endpoint by endpoint?"""

from collections.abc import Callable

import numpy as np
from measure import middle, report, spent
from numpy import ndarray as Array
from trial_peers import from_r

from slopewise.endpoint.ancova_trials import ancova_trials, carried_forward
from slopewise.endpoint.pairs.pairwise_trials import compare_trials
from slopewise.endpoint.pairs.rank_trials import rank_difference_trials
from slopewise.endpoint.responder import SlopeChange
from slopewise.endpoint.responder_trials import responder_trials
from slopewise.endpoint.survival.cox_trials import cox_trials
from slopewise.endpoint.survival.follow_up_at import follow_up_at
from slopewise.endpoint.survival.kaplan_meier_trials import (
    milestone_trials,
    restricted_mean_trials,
)
from slopewise.endpoint.survival.log_rank import log_rank_trials

PEOPLE, TRIALS, BLOCK, REPETITIONS = 300, 2_000, 250, 3
VISITS = np.array([0.0, 2.0, 4.0, 6.0, 9.0, 12.0])
END = 12.05
GRID = np.linspace(0.0, END, 25)
MIDDLE = 0.5 * (GRID[1:] + GRID[:-1])
WIDTH = float(GRID[1])
STEP = np.diff((GRID / 166.5) ** 1.2)
ARM = np.arange(PEOPLE) % 2 == 1
LOOKS = (8.0, END)  # months of follow-up at which the log-rank test is made


def survival(rng: np.random.Generator, trials: int) -> tuple[Array, Array, Array, Array]:
    """The model of `trial_peers.R`: decline, a hazard that follows it, leaving."""
    shape = (trials, PEOPLE)
    own, slope = rng.standard_normal(shape), rng.standard_normal(shape)
    level = 5.5 * own
    slope = -1.0 + 0.8 * (0.2 * own + np.sqrt(0.96) * slope) + 0.25 * ARM
    hazard, growth = np.exp(-0.1 * (slope * MIDDLE[0] + level)), np.exp(-0.1 * slope * WIDTH)
    threshold, risk = rng.standard_exponential(shape), np.zeros(shape)
    reached = np.zeros(shape, dtype=np.int64)
    for step in STEP:  # the hazard grows by the same factor from one step to the next
        risk += hazard * step
        reached += risk < threshold
        hazard *= growth
    death = np.where(
        reached < len(MIDDLE), GRID[reached] + WIDTH * rng.uniform(0.0, 1.0, shape), np.inf
    )
    leave = np.minimum(rng.exponential(18.0 / -np.log(0.85), shape), END)
    return np.minimum(death, leave), death <= leave, level, slope


def simulate(rng: np.random.Generator, trials: int) -> tuple[Array, Array, Array, Array]:
    """Survival and the changes from baseline at the visits."""
    month, died, level, slope = survival(rng, trials)
    noise = rng.normal(0.0, 2.0, (*month.shape, 6))
    score = level[..., None] + slope[..., None] * VISITS + noise
    observed = VISITS[1:] < month[..., None]
    return month, died, score[..., 1:] - score[..., :1], observed


def ranks(rng: np.random.Generator) -> float:
    """Share of trials with a two-sided p below 0.05 by the joint rank."""
    found = 0
    for _ in range(TRIALS // BLOCK):
        month, died, change, observed = simulate(rng, BLOCK)
        pairs = compare_trials(month, died, ARM, change=change, observed=observed)
        found += int((pairs.joint_rank.p_value < 0.05).sum())
    return found / TRIALS


def log_ranks(rng: np.random.Generator) -> float:
    """The same by the log-rank test at two looks (the ordinary level at each)."""
    found = 0
    for _ in range(TRIALS // BLOCK):
        month, died, _, _ = survival(rng, BLOCK)
        for look in LOOKS:
            seen = died & (month <= look)
            test = log_rank_trials(np.minimum(month, look), seen, ARM)
        found += int((test.p_value < 0.05).sum())
    return found / TRIALS


def microseconds(analyse: Callable[[], object]) -> float:
    """Processor time of one analysis of one trial, without simulating it."""
    runs = []
    analyse()
    for _ in range(5):
        with spent() as run:
            analyse()
        runs.append(run)
    return 1e6 * middle(runs).cpu / BLOCK


def each_analysis(rng: np.random.Generator) -> dict[str, float]:
    """Microseconds a trial of every analysis of the same simulated trials."""
    month, died, change, observed = simulate(rng, BLOCK)
    base, start = rng.standard_normal(month.shape), rng.uniform(0.0, 15.0, month.shape)
    seen = follow_up_at(15.0, month, died, start_month=start)
    seen_change = observed & (VISITS[1:] <= seen.month[..., None])
    gaps = observed & (rng.random(observed.shape) > 0.05)
    pairs = compare_trials(month, died, ARM, change=change, observed=observed)
    months = np.arange(-3.0, 5.0)
    scores = rng.normal(38.0 - months, 2.0, (*month.shape, len(months)))
    all_seen = np.ones(scores.shape, dtype=bool)
    analyses: dict[str, Callable[[], object]] = {
        "log_rank": lambda: log_rank_trials(month, died, ARM),
        "log_rank_at_a_look": lambda: log_rank_trials(
            seen.month, seen.died, ARM, included=seen.included
        ),
        "cox": lambda: cox_trials(month, died, ARM),
        "cox_with_a_covariate": lambda: cox_trials(month, died, ARM, covariates=base[..., None]),
        "restricted_mean": lambda: restricted_mean_trials(month, died, ARM, restriction_month=12.0),
        "milestone": lambda: milestone_trials(month, died, ARM, milestone_month=12.0),
        "pairs": lambda: compare_trials(month, died, ARM, change=change, observed=observed),
        "pairs_of_whole_points": lambda: compare_trials(
            month, died, ARM, change=np.round(change), observed=observed
        ),
        "pairs_with_a_margin": lambda: compare_trials(
            month, died, ARM, change=change, observed=observed, margin=2.0
        ),
        "pairs_with_5_percent_gaps": lambda: compare_trials(
            month, died, ARM, change=change, observed=gaps
        ),
        "pairs_at_a_look": lambda: compare_trials(
            seen.month, seen.died, ARM, change=change, observed=seen_change, included=seen.included
        ),
        "rank_ancova": lambda: rank_difference_trials(pairs, ARM, baseline=base),
        "ancova": lambda: ancova_trials(change[..., -1], observed[..., -1], ARM, baseline=base),
        "carried_forward": lambda: carried_forward(change, observed),
        "responders": lambda: responder_trials(
            scores, all_seen, month=months, treated=ARM, rule=SlopeChange(1.5), run_in=months < 0.0
        ),
    }
    return {f"{name}_us": microseconds(analyse) for name, analyse in analyses.items()}


def main() -> None:
    """One core, simulation counted; processor seconds, as the machine may be busy."""
    numbers: dict[str, float] = {}
    for name, analyse in (("ranks_and_wins", ranks), ("log_rank_two_looks", log_ranks)):
        runs = []
        analyse(np.random.default_rng(0))
        for _ in range(REPETITIONS):
            with spent() as run:
                numbers[f"power_{name}"] = analyse(np.random.default_rng(1))
            runs.append(run)
        numbers[f"{name}_per_second"] = TRIALS / middle(runs).cpu
    with spent() as run:
        for _ in range(TRIALS // BLOCK):
            simulate(np.random.default_rng(2), BLOCK)
    numbers["simulated_per_second"] = TRIALS / run.cpu
    numbers |= each_analysis(np.random.default_rng(3))
    for name, what, many in (("ranks_and_wins", "ranks", "60"), ("log_rank", "logrank", "150")):
        peer = from_r(what, many)
        if peer:
            numbers[f"r_{name}_per_second"] = peer["trials_per_second"]
            if name == "ranks_and_wins":
                ratio = numbers["ranks_and_wins_per_second"] / peer["trials_per_second"]
                numbers["times_r_ranks_and_wins"] = ratio
    bounds = from_r("bounds", "1")
    if bounds:
        rpact = bounds["survival trials per second"]
        numbers["rpact_survival_per_second"] = rpact
        numbers["times_rpact_survival"] = numbers["log_rank_two_looks_per_second"] / rpact
    report(
        "endpoint_trials_speed",
        f"{numbers['ranks_and_wins_per_second']:.0f} trials a second simulated and analysed by"
        f" joint rank and win ratio, {numbers['log_rank_two_looks_per_second']:.0f} by the log-rank"
        " test at two looks.",
        numbers,
    )


if __name__ == "__main__":
    main()
