"""How many times faster than metafor are 1,000 refits of a random-effects meta-analysis?

    parametric bootstrap of the BCG trials (13 log risk ratios): REML and Hartung–Knapp each time.

All on one thread, in one run, on the same draws; ours is measured before and after the peer, as one
batch and as a loop over the public verb. The peer is timed as it is (`full`), with its output cut
to the minimum (`minimal`), and with its stop rule tightened so that it reaches the optimum.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import numpy as np
from measure import Spent, middle, report, spent

from slopewise.evidence.pooling.bootstrap import pool_many
from slopewise.evidence.pooling.pool import pool

REFITS, ROUNDS, PEER_ROUNDS, AT_LEAST = 1000, 7, 3, 50
MISSING = 3  # how the R script ends when it has no such package
DATA = Path(__file__).resolve().parents[1] / "reference" / "metafor" / "values.json"
MEMORY = """
import sys
from pathlib import Path
import numpy as np
from slopewise.evidence.pooling.bootstrap import pool_many
pool_many(np.loadtxt(sys.argv[1], delimiter=","), np.loadtxt(sys.argv[2]))
status = Path("/proc/self/status").read_text("utf-8")
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Parametric draws from the fit of the BCG trials, and their standard errors."""
    data = json.loads(DATA.read_text(encoding="utf-8"))["data"]["bcg"]
    y, errors = np.array(data["estimates"]), np.array(data["standard_errors"])
    fit = pool(y, errors)
    spread = np.sqrt(errors**2 + (fit.between_study_variance or 0.0))
    generator = np.random.default_rng(20261122)
    return (fit.estimate or 0.0) + spread * generator.standard_normal((REFITS, len(y))), errors


def timed(rows: np.ndarray, errors: np.ndarray) -> tuple[list[Spent], list[Spent]]:
    """Batches, and loops over the public verb (whose answer also has intervals, I² and Q)."""
    batches, loops = [], []
    for _ in range(ROUNDS):
        with spent() as taken:
            pool_many(rows, errors)
        batches.append(taken)
    for _ in range(2):
        with spent() as taken:
            for row in rows:
                pool(row, errors)
        loops.append(taken)
    return batches, loops


def metafor(folder: Path) -> dict[str, Any] | None:
    """What the peer took; None where it cannot be had, and then it is said why."""
    program = shutil.which("Rscript")
    if program is None:
        sys.stdout.write("R is not installed: metafor skipped\n")
        return None
    script = Path(__file__).with_name("evidence_pool_peers.R")
    places = [folder / "rows.csv", folder / "errors.csv", str(PEER_ROUNDS), folder / "fits.csv"]
    result = subprocess.run([program, script, *places], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        missing = result.returncode == MISSING
        why = "is not installed" if missing else f"failed: {result.stderr.strip()}"
        sys.stdout.write(f"metafor {why}: skipped\n")
        return None
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def memory(folder: Path) -> float:
    """MiB at the peak of a fresh process that reads the draws and refits them."""
    command = [sys.executable, "-c", MEMORY, str(folder / "rows.csv"), str(folder / "errors.csv")]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(result.stdout) / 1024.0


def main() -> None:
    """Ours, the peer, ours again; the ratio to the peer's fastest way first."""
    rows, errors = drawn()
    pool_many(rows, errors)  # SciPy and NumPy are loaded now
    pool(rows[0], errors)
    numbers: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savetxt(folder / "rows.csv", rows, delimiter=",", fmt="%.17g")
        np.savetxt(folder / "errors.csv", errors, fmt="%.17g")
        batches, loops = timed(rows, errors)
        peer = metafor(folder)
        again = timed(rows, errors)
        batch, loop = middle([*batches, *again[0]]), middle([*loops, *again[1]])
        numbers |= {"seconds_batch": batch.wall, "cpu_seconds_batch": batch.cpu}
        numbers |= {"seconds_loop": loop.wall, "cpu_seconds_loop": loop.cpu}
        numbers["memory_mib_batch"] = memory(folder)
        if peer is not None:
            numbers |= compared(peer, numbers)
            theirs = np.loadtxt(folder / "fits.csv", delimiter=",")
            ours = pool_many(rows, errors)
            mine = (ours.estimates, ours.standard_errors, ours.between_study_variances)
            names = ("estimate", "standard_error", "tau2")
            for column, (what, value) in enumerate(zip(names, mine, strict=True)):
                gap = np.abs(value - theirs[:, column]).max()
                numbers[f"largest_difference_{what}"] = float(gap)
    ratio = numbers.get("times_faster_batch")
    told = f"{ratio:.0f} times faster than metafor" if ratio else "no peer"
    report(
        "evidence_pool_speed",
        f"{REFITS} REML refits: {1e3 * batch.wall:.1f} ms, {told} (at least {AT_LEAST})",
        numbers,
    )


def compared(peer: dict[str, Any], ours: dict[str, float]) -> dict[str, float]:
    """The peer's times, and ratios to the fastest of its ways."""
    found = {f"metafor_{name}": float(value) for name, value in peer.items()}
    wall = min(found["metafor_seconds_full"], found["metafor_seconds_minimal"])
    cpu = min(found["metafor_cpu_seconds_full"], found["metafor_cpu_seconds_minimal"])
    for way in ("batch", "loop"):
        found[f"times_faster_{way}"] = wall / ours[f"seconds_{way}"]
        found[f"times_faster_in_cpu_{way}"] = cpu / ours[f"cpu_seconds_{way}"]
    return found


if __name__ == "__main__":
    main()
