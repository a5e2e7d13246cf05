"""How long does the three-class wandering model with survival take, and is its cost linear?

500, 1,000 and 2,000 simulated patients with up to 12 visits; value and slope on a Weibull hazard;
every start of the default and standard errors included. Through the public verbs, from flat arrays
to the finished record, on one thread, after start (one small fit is made before). Run with `quick`
for 500 patients only, with `once` for one run of each size instead of five.
"""

import math
import os
import sys

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import numpy as np
from joint_workload import Workload
from measure import Spent, middle, peak_mib, report, spent

from slopewise.progression.fitting.fit import ProgressionFit, fit_progression, prepare
from slopewise.progression.joint.cohort import FollowUp, Measurements
from slopewise.progression.joint.density import Problem
from slopewise.progression.joint.scores import log_density_scores
from slopewise.progression.joint.specification import Association, ProgressionModel

SIZES = (500, 1000, 2000)
ASKED = 1000  # the size with a target
ROUNDS = 5
AT_MOST, AIM = 60.0, 15.0  # seconds at ASKED
VISITS, LAST_MONTH, STEP = 12, 18.0, 0.05
# Rounded medians of the embedded natural history: slow, intermediate, fast
WEIGHT = np.array([0.40, 0.45, 0.15])
LEVEL, SD_LEVEL = np.array([42.0, 37.0, 33.0]), np.array([3.6, 4.2, 5.8])
SLOPE, SD_SLOPE = np.array([-0.7, -1.0, -1.5]), np.array([0.43, 0.48, 0.77])
CORRELATION = np.array([0.0, 0.0, -0.2])
RESIDUAL_SD = np.array([1.5, 1.7, 2.2])
WANDER_SD, WANDER_MONTHS = np.array([0.7, 0.85, 0.85]), 2.5
LOG_BASELINE, SHAPE = -7.9, 1.7
VALUE, BY_SLOPE = -0.10, -0.5
# A patient's evaluation with gradient by our own count: 25 columns × 3 classes × 400 operations at
# 35 GF/s, and 13 nodes × 3 × 11 exponentials of 1.9 ns
LIMIT_PER_EVALUATION = 25 * 3 * 400 / 35e9 + 13 * 3 * 11 * 1.9e-9  # seconds
MODEL = ProgressionModel(classes=3, wander=True, association=Association.VALUE_SLOPE)


def wandering_cohort(patients: int) -> Workload:
    """Level, slope and wander of three classes in steps of 0.05 months; hazard on value and slope.

    Scores are read every 1.5 months while alive (12 at most), not rounded; follow-up ends at 18.
    """
    generator = np.random.default_rng(50240000 + patients)
    group = generator.choice(len(WEIGHT), size=patients, p=WEIGHT)
    first, second, third = generator.standard_normal((3, patients))
    rho = CORRELATION[group]
    level = LEVEL[group] + SD_LEVEL[group] * first
    slope = SLOPE[group] + SD_SLOPE[group] * (rho * first + np.sqrt(1 - rho**2) * second)
    wander = WANDER_SD[group] * third
    limit = generator.exponential(size=patients)  # of the cumulative hazard
    end, alive, hazard = np.full(patients, LAST_MONTH), np.ones(patients, dtype=bool), 0.0
    kept = np.exp(-STEP / WANDER_MONTHS)
    rows: list[tuple[np.ndarray, float, np.ndarray]] = []
    between = round(LAST_MONTH / VISITS / STEP)  # steps from visit to visit
    for step in range(round(LAST_MONTH / STEP)):
        month = step * STEP
        if step % between == 0:
            score = level + RESIDUAL_SD[group] * generator.standard_normal(patients)
            rows.append((np.flatnonzero(alive), month, score[alive]))
        log_hazard = LOG_BASELINE + VALUE * (level - 38.0) + BY_SLOPE * (slope + wander)
        risen = (month + STEP) ** SHAPE - month**SHAPE
        hazard = hazard + risen * np.exp(log_hazard)
        died = alive & (hazard > limit)
        end[died] = month + STEP / 2
        alive &= ~died
        level = level + (slope + wander) * STEP
        noise = WANDER_SD[group] * np.sqrt(1 - kept**2) * generator.standard_normal(patients)
        wander = kept * wander + noise
    patient = np.concatenate([who for who, _, _ in rows])
    return Workload(
        Measurements(
            patient,
            np.concatenate([np.full(len(who), month) for who, month, _ in rows]),
            np.zeros_like(patient),
            np.concatenate([score for _, _, score in rows]),
        ),
        FollowUp(np.zeros(patients), end, ~alive),
        {},
    )


def fitted(workload: Workload) -> tuple[Spent, ProgressionFit, Problem]:
    """One fit from flat arrays; raises where it did not converge."""
    with spent() as taken:
        problem = prepare(MODEL, workload.measurements, workload.follow_up)
        fit = fit_progression(problem, throw=True)
    return taken, fit, problem


def evaluated(problem: Problem, place: np.ndarray) -> float:
    """Processor seconds of one log-likelihood with its gradient."""
    runs = []
    for _ in range(ROUNDS + 1):
        with spent() as taken:
            log_density_scores(problem, place)
        runs.append(taken)
    return middle(runs[1:]).cpu


def measured(patients: int, rounds: int) -> dict[str, float]:
    """Median seconds at one size, and whether the truth lies within the errors."""
    workload = wandering_cohort(patients)
    runs = [fitted(workload) for _ in range(rounds)]
    taken, (_, fit, problem) = middle([run for run, _, _ in runs]), runs[-1]
    limit = fit.evaluations * patients * LIMIT_PER_EVALUATION
    found = {
        "seconds": taken.wall,
        "cpu_seconds": taken.cpu,
        "runs": rounds,
        "evaluations": fit.evaluations,
        "cpu_milliseconds_an_evaluation": 1e3 * evaluated(problem, fit.working),
        "times_physical_limit": taken.wall / limit,
        "values": fit.values,
        "events": fit.events,
        "boundary": float(fit.status == "boundary"),
        "memory_mib": peak_mib(),
    }
    for name, truth in (("association_value", VALUE), ("association_slope", BY_SLOPE)):
        estimate = fit.parameters[name]
        if estimate.standard_error:
            error = (estimate.estimate - truth) / estimate.standard_error
            found[f"{name}_from_truth_in_errors"] = error
    return {f"{what}_{patients}": value for what, value in found.items()}


def main() -> None:
    """Each size in turn; then how cost grows between the smallest and the largest."""
    sizes = SIZES[:1] if "quick" in sys.argv[1:] else SIZES
    rounds = 1 if "once" in sys.argv[1:] else ROUNDS
    fitted(wandering_cohort(60))  # not counted
    numbers: dict[str, float] = {}
    for patients in sizes:
        numbers |= measured(patients, rounds)
    sentence = "three-class wandering model with survival and errors, after start: " + "; ".join(
        f"{patients}: {numbers[f'seconds_{patients}']:.1f} s" for patients in sizes
    )
    if ASKED in sizes:
        sentence += f" (at {ASKED} at most {AT_MOST:g}, aim {AIM:g})"
    if len(sizes) > 1:
        low, high = sizes[0], sizes[-1]
        for what in ("cpu_seconds", "cpu_milliseconds_an_evaluation"):
            ratio = numbers[f"{what}_{high}"] / numbers[f"{what}_{low}"]
            numbers[f"power_of_patients_{what}"] = math.log(ratio) / math.log(high / low)
        power = numbers["power_of_patients_cpu_milliseconds_an_evaluation"]
        sentence += f"; an evaluation's cost grows as patients to the power {power:.2f}"
    report("progression_speed", sentence, numbers)


if __name__ == "__main__":
    main()
