"""How many times faster than nlme and lme4 is the random-slope mixed model, errors included?

    y ~ time + arm × time + (1 + time | patient), REML, 300 to 20,000 patients.

All on one thread, through the public verb, in one run; ours is measured before, between and after
the peers. Run with `quick` for 300 and 1,000 patients only.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import numpy as np
from measure import Spent, report, spent

from slopewise.numerics.random_slope import RandomSlopeFit, fit_random_slope

SIZES = (300, 1000, 5000, 20000)
ROUNDS = 7  # of ours, before, between and after the peers
PEER_ROUNDS = {300: 7, 1000: 5, 5000: 3, 20000: 1}
AT_LEAST = {300: 8, 1000: 15, 5000: 30, 20000: 50}
FLOPS = 250  # a patient's share of one likelihood value with derivatives, three fixed effects
MISSING = 3  # how the R script ends when it has no such package
COLUMNS = 5  # id, time, outcome and two columns of the design that are not constant
VISITS = np.array([0.0, 1, 2, 3, 6, 9, 12, 15, 18])
MEMORY = """
import sys
from pathlib import Path
import numpy as np
from slopewise.numerics.random_slope import fit_random_slope
rows = np.load(sys.argv[1])
design = np.column_stack([np.ones(len(rows)), rows[:, 1], rows[:, 2] * rows[:, 1]])
fit_random_slope(rows[:, 0], rows[:, 1], rows[:, 3], design=design)
status = Path("/proc/self/status").read_text("utf-8")
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def cohort(patients: int) -> np.ndarray:
    """Rows (patient, time, arm, outcome): nine planned visits to 18 months, jittered, cut short.

    Level 38 (SD 5.5), slope −1 (SD 0.8) and 0.25 in the second arm, correlation 0.2, residual SD 2;
    deaths by a Weibull hazard that rises as the level falls (a quarter by 18 months), 15 % dropout.
    The draws are those of the stored baselines, so that values can be compared with theirs.
    """
    generator = np.random.default_rng(20240000 + patients)
    arm = np.arange(patients) % 2
    z = generator.standard_normal((patients, 2))
    level = 38.0 + 5.5 * z[:, 0]
    slope = -1.0 + 0.8 * (0.2 * z[:, 0] + np.sqrt(1.0 - 0.2**2) * z[:, 1]) + 0.25 * arm
    gone = np.minimum(deaths(level, slope, generator.exponential(size=patients)), 18.0)
    gone = np.minimum(gone, generator.exponential(-18.0 / np.log(0.85), patients))
    jitter = generator.uniform(-1, 1, (patients, len(VISITS)))
    times = VISITS + 0.15 * jitter
    times[:, 0] = 0.0
    times = np.minimum(times, 18.0)
    noise = generator.standard_normal(times.shape)
    outcome = level[:, None] + slope[:, None] * times + 2.0 * noise
    seen = times < gone[:, None]
    seen[:, 0] = True
    who = np.broadcast_to(np.arange(1, patients + 1)[:, None], times.shape)
    arms = np.broadcast_to(arm[:, None], times.shape)
    rows = np.column_stack([who[seen], times[seen], arms[seen], outcome[seen]])
    return np.round(rows, 6)


def deaths(level: np.ndarray, slope: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """When the cumulative hazard of each patient reaches its limit."""
    grid = np.linspace(0.0, 18.0, 361)
    middle, step = 0.5 * (grid[1:] + grid[:-1]), np.diff((grid / 166.5) ** 1.2)
    found = np.empty(len(level))
    for i, (m, r, last) in enumerate(zip(level, slope, limit, strict=True)):
        reached = np.concatenate([[0.0], np.cumsum(step * np.exp(-0.1 * (m + r * middle - 38.0)))])
        found[i] = np.interp(last, reached, grid, right=np.inf)
    return found


def ours(rows: np.ndarray) -> tuple[Spent, RandomSlopeFit]:
    """From flat columns to the finished record."""
    patient, month, arm, outcome = (np.ascontiguousarray(column) for column in rows.T)
    with spent() as taken:
        design = np.column_stack([np.ones(len(month)), month, arm * month])
        fit = fit_random_slope(patient, month, outcome, design=design)
    return taken, fit


def peer(package: str, table: Path, rounds: int) -> dict[str, Any] | None:
    """What the R package took and found; None where it cannot be had, and then it is said why."""
    program = shutil.which("Rscript")
    if program is None:
        sys.stdout.write(f"R is not installed: {package} skipped\n")
        return None
    script = Path(__file__).with_name("random_slope_peers.R")
    result = subprocess.run(
        [program, script, table, package, str(rounds)], capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        missing = result.returncode == MISSING
        why = "is not installed" if missing else f"failed: {result.stderr.strip()}"
        sys.stdout.write(f"{package} {why}: skipped\n")
        return None
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    if found["note"]:
        sys.stdout.write(f"{package} on {table.stem} patients: {found['note']}\n")
    return found


def memory(rows: np.ndarray, folder: Path) -> float:
    """MiB at the peak of a fresh process that loads the rows and fits them."""
    np.save(folder / "rows.npy", rows)
    command = [sys.executable, "-c", MEMORY, str(folder / "rows.npy")]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(result.stdout) / 1024.0


def machine_rates() -> tuple[float, float]:
    """Bytes copied and floating-point operations in a matrix product, a second, on one core."""
    data, square = np.ones(4_000_000), np.ones((600, 600))
    copying = min(timed(data.copy) for _ in range(5))
    multiplying = min(timed(lambda: square @ square) for _ in range(5))
    return 2.0 * data.nbytes / copying, 2.0 * 600**3 / multiplying


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def measured(patients: int, folder: Path) -> dict[str, float]:
    """Everything at one size."""
    rows, table = cohort(patients), folder / f"{patients}.csv"
    head = "id,time,arm,y"
    np.savetxt(table, rows, delimiter=",", header=head, comments="", fmt="%d,%.6f,%d,%.6f")
    taken = [ours(rows)[0] for _ in range(ROUNDS)]
    found: dict[str, float] = {}
    peers: list[dict[str, Any]] = []
    fit = ours(rows)[1]
    for package in ("nlme", "lme4"):
        values = peer(package, table, PEER_ROUNDS[patients])
        taken += [ours(rows)[0] for _ in range(ROUNDS)]
        if values is None:
            continue
        peers.append(values)
        found[f"seconds_{package}"] = values["seconds"]
        found[f"cpu_seconds_{package}"] = values["cpu_seconds"]
        found[f"memory_mib_{package}"] = values["memory_mib"]
        found[f"log_likelihood_above_{package}"] = fit.log_likelihood - values["log_likelihood"]
        error = values["slope_difference_error"]
        found[f"relative_difference_of_error_{package}"] = fit.fixed_effect_errors[2] / error - 1.0
    found["seconds"] = statistics.median(t.wall for t in taken)
    found["cpu_seconds"] = statistics.median(t.cpu for t in taken)
    for what, name in (("seconds", "times_faster"), ("cpu_seconds", "times_faster_in_cpu")):
        if peers:
            found[name] = min(p[what] for p in peers) / found[what]
    copied, multiplied = machine_rates()
    steps = fit.iterations + 1
    limit = len(rows) * COLUMNS * 8 / copied + steps * patients * FLOPS / multiplied
    found["times_physical_limit"] = found["seconds"] / limit
    return found


def main() -> None:
    """Each size in turn; the ratios first, then everything."""
    sizes = SIZES[:2] if "quick" in sys.argv[1:] else SIZES
    numbers: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        for patients in sizes:
            found = measured(patients, Path(name))
            if patients == SIZES[-1]:
                found["memory_mib"] = memory(cohort(patients), Path(name))
            numbers |= {f"{what}_{patients}": value for what, value in found.items()}
    ratios = [
        f"{patients}: {1e3 * numbers[f'seconds_{patients}']:.2f} ms, "
        + (f"{ratio:.0f} times" if (ratio := ratio_of(numbers, patients)) else "no peer")
        + f" (at least {AT_LEAST[patients]})"
        for patients in sizes
    ]
    report(
        "random_slope_speed",
        "random-slope mixed model, faster than the best of nlme and lme4 by: " + "; ".join(ratios),
        numbers,
    )


def ratio_of(numbers: dict[str, float], patients: int) -> float:
    return numbers.get(f"times_faster_{patients}", 0.0)


if __name__ == "__main__":
    main()
