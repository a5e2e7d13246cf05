"""How many whole trials a second: from a design file's plan to the summary's table, beside R.

Everything counts: people, arms, enrolment, decline, deaths, leaving, looks, analysis, the table of
answers. One core unless said; processor seconds, as the machine may be busy, and the peers' too.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import time

from measure import middle, report, spent
from trial_peers import from_r
from trial_workload import peers_design, textbook_history

from slopewise.records.designs.templates import template_text
from slopewise.trial.running.local import run_blocks
from slopewise.trial.simulating.plan import TrialPlan, plan_trial
from slopewise.trial.simulating.task import SimulationTask
from slopewise.workflow.trial_design import read_design_text

TRIALS, REPETITIONS = 4_000, 3
# BASELINES: the mmrm package's loop, measured on the same kind of machine (it is not in Debian)
STORED_MMRM_LOOP = 1.96
WORKLOADS = {
    "slope": (("slope",), False),
    "mmrm": (("mmrm",), False),
    "joint_rank": (("joint-rank",), False),
    "ranks_and_wins": (("joint-rank", "win-ratio"), False),
    "log_rank_two_looks": (("log-rank",), True),
}


def textbook_plan(analyses: tuple[str, ...], *, looks: bool) -> TrialPlan:
    """The peers' workload."""
    design = peers_design(*analyses, looks=looks)
    return plan_trial(design, design.scenario, history=textbook_history())


def demonstration_task() -> SimulationTask:
    """The demonstration: 300 people, monthly to 12 months, six endpoints, embedded history."""
    from slopewise.progression.natural_history import embedded

    design = read_design_text(template_text("two-arm")).design
    if design is None:
        raise SystemExit("the template of the demonstration is not sound")
    plan = plan_trial(design, design.scenario, history=embedded())
    return SimulationTask((plan,))


def seconds(task: SimulationTask, trials: int, *, workers: int) -> float:
    """Wall seconds of so many trials on so many processes, their start counted."""
    began = time.perf_counter()
    end = run_blocks(task, task.blocks(trials), workers=workers, done=lambda block, table: None)
    if end.missing:
        raise SystemExit(f"blocks are missing: {end.missing}")
    return time.perf_counter() - began


def main() -> None:
    """Each workload, then scaling by processes, then the peers."""
    numbers: dict[str, float] = {}
    for name, (analyses, looks) in WORKLOADS.items():
        task = SimulationTask((textbook_plan(analyses, looks=looks),))
        blocks = task.blocks(TRIALS)
        task(0)
        runs, won = [], 0
        for _ in range(REPETITIONS):
            with spent() as run:
                won = sum(int(task(block)["won"][:, 0].sum()) for block in blocks)
            runs.append(run)
        numbers[f"power_{name}"] = won / TRIALS
        numbers[f"{name}_per_second"] = TRIALS / middle(runs).cpu
    slope = SimulationTask((textbook_plan(("slope",), looks=False),))
    numbers["slope_10000_on_2_processes_seconds"] = seconds(slope, 10_000, workers=2)
    whole = demonstration_task()
    one = seconds(whole, 4_000, workers=1)
    two = seconds(whole, 4_000, workers=2)
    numbers |= {"demonstration_per_second": 4_000 / one, "times_by_2_processes": one / two}
    peers = {"slope": ("slope", "60"), "ranks_and_wins": ("ranks", "60")}
    for name, question in peers.items():
        found = from_r(*question)
        if found:
            numbers[f"r_{name}_per_second"] = found["trials_per_second"]
            numbers[f"times_r_{name}"] = numbers[f"{name}_per_second"] / found["trials_per_second"]
    bounds = from_r("bounds", "1")
    if bounds:
        theirs = bounds["survival trials per second"]
        numbers["rpact_survival_per_second"] = theirs
        numbers["times_rpact_survival"] = numbers["log_rank_two_looks_per_second"] / theirs
    numbers["times_stored_mmrm_loop"] = numbers["mmrm_per_second"] / STORED_MMRM_LOOP
    report(
        "trial_simulation_speed",
        f"{numbers['slope_per_second']:.0f} whole trials of 300 people a second by the slope,"
        f" {numbers['mmrm_per_second']:.0f} by repeated measures,"
        f" {numbers['ranks_and_wins_per_second']:.0f} by ranks and wins,"
        f" {numbers['log_rank_two_looks_per_second']:.0f} by the log-rank test at two looks.",
        numbers,
    )


if __name__ == "__main__":
    main()
