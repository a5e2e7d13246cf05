"""How long does the textbook joint model take, standard errors included, and how near is JM?

Random level and slope, hazard on the current value; Weibull, piecewise and spline baselines; 300,
1,000 and 5,000 patients. Through the public verbs, from flat arrays to the finished record, on one
thread, after start: imports and one fit of each baseline are done before. Run with `quick` for
300 and 1,000 patients only.
"""

import json
import os
import sys
from pathlib import Path

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

from joint_peers import JM_FITS, measured_now
from joint_workload import Workload, joint_cohort, textbook
from measure import Spent, middle, peak_mib, report, spent

from slopewise.progression.fitting.fit import ProgressionFit, fit_progression, prepare

SIZES = (300, 1000, 5000)
BASELINES = ("weibull", "piecewise:7", "spline:5")  # as many coefficients as JM's defaults
ROUNDS = 5
AT_MOST = {300: 0.5, 1000: 1.5, 5000: 6.0}  # seconds
LIMIT_PER_PATIENT = 0.040 / 5000  # seconds: 40 evaluations of 42 exponentials and 600 operations
QUADRATURE = Path(__file__).parent.parent / "reference" / "quadrature" / "values.json"
SAME_COHORT = {300: "cohort", 1000: "cohort 1000", 5000: "cohort 5000"}  # its names in that file


def fitted(workload: Workload, baseline: str) -> tuple[Spent, ProgressionFit]:
    """One fit from flat arrays; raises where it did not converge."""
    with spent() as taken:
        problem = prepare(
            textbook(baseline),
            workload.measurements,
            workload.follow_up,
            covariates=workload.covariates,
        )
        fit = fit_progression(problem, throw=True)
    return taken, fit


def compared(fit: ProgressionFit, baseline: str, patients: int) -> dict[str, float]:
    """How far the fit lies from JM's stored one and from the maximum by adaptive quadrature."""
    found: dict[str, float] = {}
    stored = JM_FITS.get((baseline, patients))
    alpha = fit.parameters["association_value"]
    if stored is not None and stored.log_likelihood is not None:
        found["log_likelihood_above_stored_jm"] = fit.log_likelihood - stored.log_likelihood
    if stored is not None and stored.association is not None and alpha.standard_error:
        found["association_from_stored_jm_in_errors"] = (
            alpha.estimate - stored.association
        ) / alpha.standard_error
    if baseline == "weibull":
        known = json.loads(QUADRATURE.read_text("utf-8"))["fits"]
        exact = known[f"{SAME_COHORT[patients]} weibull value"]["log_likelihood"]
        found["log_likelihood_above_quadrature"] = fit.log_likelihood - exact
    return found


def measured(patients: int) -> dict[str, float]:
    """Every baseline at one size, rounds interleaved; JM in the same run where R has it."""
    workload = joint_cohort(patients)
    runs: dict[str, list[Spent]] = {baseline: [] for baseline in BASELINES}
    fits: dict[str, ProgressionFit] = {}
    for _ in range(ROUNDS):
        for baseline in BASELINES:
            taken, fits[baseline] = fitted(workload, baseline)
            runs[baseline].append(taken)
    numbers: dict[str, float] = {}
    for baseline in BASELINES:
        taken = middle(runs[baseline])
        found = {
            "seconds": taken.wall,
            "cpu_seconds": taken.cpu,
            "evaluations": fits[baseline].evaluations,
            "times_physical_limit": taken.wall / (LIMIT_PER_PATIENT * patients),
        }
        stored = JM_FITS.get((baseline, patients))
        if stored is not None:
            found["seconds_stored_jm"] = stored.seconds
            found["times_faster_than_stored_jm"] = stored.seconds / taken.wall
            found["cpu_only_stored_jm"] = float(stored.cpu_only)
        found |= compared(fits[baseline], baseline, patients)
        now = measured_now(f"JM-{baseline.partition(':')[0]}", workload)
        if now is None:
            sys.stdout.write(f"JM is not installed (or R is not): {baseline}, {patients} skipped\n")
        else:
            found["seconds_jm"] = now["seconds"]
            found["times_faster_than_jm"] = now["seconds"] / taken.wall
            found["log_likelihood_above_jm"] = fits[baseline].log_likelihood - now["log_likelihood"]
        numbers |= {f"{what}_{baseline}_{patients}": value for what, value in found.items()}
    numbers[f"memory_mib_{patients}"] = peak_mib()
    return numbers


def main() -> None:
    """Warm up, then each size in turn; the seconds first, then everything."""
    sizes = SIZES[:2] if "quick" in sys.argv[1:] else SIZES
    numbers: dict[str, float] = {"memory_mib_after_start": peak_mib()}
    small = joint_cohort(min(SIZES))
    for baseline in BASELINES:  # not counted: SciPy is loaded, first calls are made
        fitted(small, baseline)
    for patients in sizes:
        numbers |= measured(patients)
    words = [
        f"{patients}: "
        + ", ".join(f"{numbers[f'seconds_{baseline}_{patients}']:.2f}" for baseline in BASELINES)
        + f" s (at most {AT_MOST[patients]:g})"
        for patients in sizes
    ]
    report(
        "joint_model_speed",
        f"textbook joint model ({', '.join(BASELINES)}) with errors, after start: "
        + "; ".join(words),
        numbers,
    )


if __name__ == "__main__":
    main()
