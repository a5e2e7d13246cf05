"""How many effective draws of the association a second, beside JMbayes2?

The textbook joint model (Weibull) on 300 and 1,000 patients; 2,000 draws by importance sampling
from the maximum. The fit is part of the time, as warm-up is part of a sampler's; the rate without
it is given too. On one thread, after start (one fit and its posterior are made before).
"""

import os
import sys

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import numpy as np
from joint_peers import JMBAYES2_FITS, measured_now
from joint_workload import Workload, joint_cohort, textbook
from measure import Spent, middle, peak_mib, report, spent

from slopewise.progression.fitting.fit import fit_progression, prepare
from slopewise.progression.fitting.posterior import Posterior, posterior

SIZES = (300, 1000)
ROUNDS = 5
DRAWS = 2000
AT_LEAST, AIM = 50, 250  # times JMbayes2
PARAMETER = "association_value"
# One likelihood value of a patient: the fortieth part of the bound of a whole fit (0.040 s for
# 5,000 patients and 40 evaluations)
LIMIT_PER_VALUE = 0.040 / 40 / 5000  # seconds


def sampled(workload: Workload, seed: int) -> tuple[Spent, Spent, Posterior, int]:
    """Time of the fit, time of the draws, the posterior, and the parameter's place."""
    with spent() as fitting:
        problem = prepare(
            textbook(), workload.measurements, workload.follow_up, covariates=workload.covariates
        )
        fit = fit_progression(problem, throw=True)
    with spent() as drawing:
        found = posterior(problem, fit, draws=DRAWS, generator=np.random.default_rng(seed))
    return fitting, drawing, found, fit.layout.index(PARAMETER, 0)


def effective(found: Posterior, place: int) -> float:
    """Effective draws of one parameter's mean: Var h / Var(its weighted mean).

    ESS = Σ w (h − μ)² / Σ w² (h − μ)², weights summing to 1: for an importance sampler what a
    chain's effective sample size is for a chain.
    """
    weight, value = found.weight, found.draws[:, place]
    apart = (value - weight @ value) ** 2
    return float((weight @ apart) / (weight**2 @ apart))


def measured(patients: int) -> dict[str, float]:
    """Rates at one size, and how far the mean lies from JMbayes2's."""
    workload = joint_cohort(patients)
    runs = [sampled(workload, seed) for seed in range(ROUNDS)]
    fitting, drawing = middle([run[0] for run in runs]), middle([run[1] for run in runs])
    draws = float(np.median([effective(found, place) for _, _, found, place in runs]))
    last = runs[-1][2]
    stored, rate = JMBAYES2_FITS[patients], draws / (fitting.cpu + drawing.cpu)
    found = {
        "effective_draws": draws,
        "seconds": fitting.wall + drawing.wall,
        "cpu_seconds": fitting.cpu + drawing.cpu,
        "seconds_of_draws": drawing.wall,
        "cpu_seconds_of_draws": drawing.cpu,
        "effective_draws_per_second": draws / (fitting.wall + drawing.wall),
        "effective_draws_per_cpu_second": rate,
        "effective_draws_per_cpu_second_without_fit": draws / drawing.cpu,
        "effective_draws_per_cpu_second_stored_jmbayes2": stored.effective_draws_per_second,
        "times_faster_than_stored_jmbayes2": rate / stored.effective_draws_per_second,
        "times_physical_limit": drawing.wall / (last.rounds * DRAWS * patients * LIMIT_PER_VALUE),
        "khat": last.khat,
        "rounds": last.rounds,
        "memory_mib": peak_mib(),
    }
    summary = last.summaries[PARAMETER]
    sd = stored.sd or summary.sd
    found["mean_from_stored_jmbayes2_in_sds"] = (summary.mean - stored.mean) / sd
    now = measured_now("JMbayes2", workload)
    if now is None:
        sys.stdout.write(f"JMbayes2 is not installed (or R is not): {patients} skipped\n")
    else:
        found["effective_draws_per_second_jmbayes2"] = now["effective_draws"] / now["seconds"]
        found["times_faster_than_jmbayes2"] = (
            found["effective_draws_per_second"] / found["effective_draws_per_second_jmbayes2"]
        )
    return {f"{what}_{patients}": value for what, value in found.items()}


def main() -> None:
    """Warm up, then each size; the ratios first."""
    sampled(joint_cohort(min(SIZES)), ROUNDS)  # not counted
    numbers: dict[str, float] = {}
    for patients in SIZES:
        numbers |= measured(patients)
    words = [
        f"{patients}: {numbers[f'effective_draws_per_cpu_second_{patients}']:.0f} a second,"
        f" {numbers[f'times_faster_than_stored_jmbayes2_{patients}']:.0f} times JMbayes2's stored"
        for patients in SIZES
    ]
    report(
        "posterior_speed",
        f"effective draws of the association, fit included: {'; '.join(words)}"
        f" (at least {AT_LEAST}, aim {AIM})",
        numbers,
    )


if __name__ == "__main__":
    main()
