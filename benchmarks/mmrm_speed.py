"""How fast is the repeated-measures model, degrees of freedom included, alone and in a batch?

    change ~ baseline × visit + arm × visit, unstructured covariance, REML, Satterthwaite

One trial of 200 and 500 patients with eight visits beside gls of nlme in the same run (no degrees
of freedom there) and mmrm 0.3.16's stored times (it cannot be installed here); trials a second,
simulated and analysed, of 300 patients with five visits. One thread; stored times were taken on an
idle machine and stand beside our processor time. `quick` leaves gls out.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import numpy as np
from measure import Spent, middle, report, spent
from mmrm_workload import Trial, simulated_trials, stored_trial

from slopewise.endpoint.mmrm.mmrm_analysis import MmrmAnalysis, analyse_mmrm
from slopewise.endpoint.mmrm.mmrm_trials import mmrm_trials

STORED = {200: (1.54, 4.1), 500: (3.54, 10.2)}  # mmrm: Satterthwaite, Kenward–Roger, seconds
STORED_TRIALS = 1.96  # a second, simulated and analysed by mmrm
ROUNDS = 15
TRIALS = 2048


def ours(trial: Trial, freedom: str) -> tuple[Spent, MmrmAnalysis]:
    """From flat columns to the finished analysis: all visits, the average and all means."""
    with spent() as taken:
        found = analyse_mmrm(
            trial.patient,
            trial.visit,
            trial.change,
            treated=trial.treated,
            baseline=trial.baseline,
            freedom=freedom,
        )
    return taken, found


def from_gls(trial: Trial, folder: Path) -> dict[str, float] | None:
    """What gls took and found; None where R or nlme is not there."""
    program, table = shutil.which("Rscript"), folder / "trial.csv"
    if program is None:
        return None
    columns = (trial.patient, trial.visit, trial.treated, trial.baseline, trial.change)
    head = "id,visit,arm,baseline,change"
    np.savetxt(table, np.column_stack(columns), delimiter=",", header=head, comments="", fmt="%.9g")
    script = Path(__file__).with_name("mmrm_peers.R")
    result = subprocess.run([program, script, table], capture_output=True, text=True, check=False)
    if result.returncode:
        sys.stdout.write(f"gls skipped: {result.stderr.strip()}\n")
        return None
    found: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    return found


def batch() -> tuple[Spent, float, float]:
    """Trials simulated and analysed; the share found to differ, and the share that ended."""
    generator = np.random.default_rng(1)
    found = ended = 0
    with spent() as taken:
        for _ in range(TRIALS // 256):
            base, change, seen, arm = simulated_trials(generator, 256)
            fits = mmrm_trials(change, seen, arm, baseline=base)
            found += int((fits.p_value < 0.05).sum())
            ended += int(fits.converged.sum())
    return taken, found / TRIALS, ended / TRIALS


def main() -> None:
    """Single fits, then the batch."""
    numbers: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        for patients, stored in STORED.items():
            trial = stored_trial(patients)
            for freedom, peer in zip(("satterthwaite", "kenward-roger"), stored, strict=True):
                runs = [ours(trial, freedom)[0] for _ in range(ROUNDS)]
                key = f"{freedom.replace('-', '_')}_{patients}"
                numbers[f"{key}_ms"] = 1e3 * middle(runs).wall
                numbers[f"{key}_cpu_ms"] = 1e3 * middle(runs).cpu
                numbers[f"{key}_times_stored_mmrm"] = peer / middle(runs).cpu
            found = ours(trial, "satterthwaite")[1]
            peer_found = None if "quick" in sys.argv[1:] else from_gls(trial, Path(name))
            if peer_found and found.standard_error and found.log_likelihood:
                taken = numbers[f"satterthwaite_{patients}_ms"] / 1e3
                numbers[f"gls_{patients}_seconds"] = peer_found["seconds"]
                numbers[f"times_gls_{patients}"] = peer_found["seconds"] / taken
                error = found.standard_error / peer_found["error"] - 1.0
                numbers[f"error_beside_gls_{patients}"] = error
                above = found.log_likelihood - peer_found["log_likelihood"]
                numbers[f"log_likelihood_above_gls_{patients}"] = above
    batch()
    runs = [batch() for _ in range(3)]
    taken = middle([run[0] for run in runs])
    numbers["trials_per_second"] = TRIALS / taken.wall
    numbers["trials_per_cpu_second"] = TRIALS / taken.cpu
    numbers["times_stored_mmrm_loop"] = TRIALS / taken.cpu / STORED_TRIALS
    numbers["power"], numbers["share_ended"] = runs[0][1:]
    report(
        "mmrm_speed",
        f"one trial of 200 / 500 patients in {numbers['satterthwaite_200_cpu_ms']:.1f} /"
        f" {numbers['satterthwaite_500_cpu_ms']:.1f} ms of processor time;"
        f" {numbers['trials_per_cpu_second']:.0f} trials simulated and analysed a second of it.",
        numbers,
    )


if __name__ == "__main__":
    main()
