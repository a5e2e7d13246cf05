"""How many trials of 300 people a second are simulated and analysed by the random-slope model?"""

import numpy as np
from endpoint_trials_speed import ARM, BLOCK, PEOPLE, VISITS, survival
from measure import middle, report, spent
from numpy import ndarray as Array
from trial_peers import from_r

from slopewise.endpoint.slope_trials import slope_trials

TRIALS, REPETITIONS, PEER_TRIALS = 2_048, 5, "60"
LEVEL, RESIDUAL_SD = 38.0, 2.0


def simulate(rng: np.random.Generator, trials: int) -> tuple[Array, Array]:
    """Scores at the visits, baseline among them, and which were seen."""
    month, _, level, slope = survival(rng, trials)
    score = rng.standard_normal((trials, PEOPLE, len(VISITS)))
    score *= RESIDUAL_SD
    score += (LEVEL + level)[..., None]
    score += slope[..., None] * VISITS
    seen = month[..., None] > VISITS
    seen[..., 0] = True
    return score, seen


def main() -> None:
    """One core, simulation counted; processor seconds, as the machine may be busy."""
    made = [simulate(np.random.default_rng(k), BLOCK) for k in range(TRIALS // BLOCK)]
    slope_trials(*made[0], ARM, month=VISITS)
    fitted, both, found = [], [], []
    for _ in range(REPETITIONS):
        with spent() as run:
            found = [slope_trials(*block, ARM, month=VISITS) for block in made]
        fitted.append(run)
        with spent() as run:
            for k in range(TRIALS // BLOCK):
                slope_trials(*simulate(np.random.default_rng(k), BLOCK), ARM, month=VISITS)
        both.append(run)
    trials = len(made) * BLOCK
    numbers = {
        "fit_microseconds": 1e6 * middle(fitted).cpu / trials,
        "simulated_and_fitted_per_second": trials / middle(both).cpu,
        "converged": float(np.mean(np.concatenate([f.converged for f in found]))),
        "power": float(np.mean(np.concatenate([f.p_value for f in found]) < 0.05)),
        "steps": float(np.mean(np.concatenate([f.iterations for f in found]))),
    }
    sentence = (
        f"{numbers['simulated_and_fitted_per_second']:.0f} trials a second simulated and analysed"
        f" by the random-slope model, {numbers['fit_microseconds']:.0f} µs a trial for the analysis"
    )
    peer = from_r("slope", PEER_TRIALS)
    if peer:
        numbers["lme4_per_second"] = peer["trials_per_second"]
        numbers["times_lme4"] = (
            numbers["simulated_and_fitted_per_second"] / peer["trials_per_second"]
        )
        sentence += f"; {numbers['times_lme4']:.0f} times a loop over lme4"
    report("slope_trials_speed", f"{sentence}.", numbers)


if __name__ == "__main__":
    main()
