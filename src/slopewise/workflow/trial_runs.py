"""Simulations of saved designs: begin one, go on with one, keep what was found, list them."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from slopewise.errors import InputError
from slopewise.records.designs.reading import tables_of
from slopewise.records.simulations import kept_runs as kept
from slopewise.records.simulations.kept_runs import KeptRun
from slopewise.settings import load_settings
from slopewise.trial.design.canonical import canonical_text, content_hash
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Grid
from slopewise.trial.simulating.characteristics import TrialSimulation
from slopewise.trial.soundness.design_file import judged
from slopewise.workflow.simulate_trial import SimulationRequest
from slopewise.workflow.simulation_blocks import forget_blocks
from slopewise.workflow.simulation_command import simulation_command

__all__ = [
    "KeptRun",
    "RunChoices",
    "choices_of",
    "design_of",
    "find_run",
    "keep_simulation",
    "list_runs",
    "prepare_run",
    "run_command",
    "run_request",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChoices:
    """What a person chose for a run; `whole_grid`: every scenario, or the planned one alone."""

    replicates: int = 1000
    seed: int = 0
    sizes: tuple[int, ...] = ()
    whole_grid: bool = True
    assurance: bool = False
    workers: int = 1


def prepare_run(name: str, design: Design, choices: RunChoices, *, now: datetime) -> str:
    """Note what is to be run; the same design and choices are the same run. Returns its number."""
    chosen = design if choices.whole_grid else replace(design, grid=Grid())
    asked = asdict(replace(choices, workers=1))
    told = json.dumps([content_hash(chosen), asked], sort_keys=True)
    run = hashlib.sha256(told.encode()).hexdigest()[:12]
    settings = asdict(choices) | {"design_hash": content_hash(chosen)}
    kept.begin_run(kept.run_folder(_folder(), name, run), canonical_text(chosen), settings, now=now)
    return run


def find_run(name: str, run: str) -> KeptRun:
    """One run; NotFoundError where there is none."""
    return kept.kept_run(_folder(), name, run)


def list_runs(name: str | None = None) -> tuple[KeptRun, ...]:
    """Every run, of one design or of all, the newest first."""
    return kept.kept_runs(_folder(), name or "*")


def choices_of(run: KeptRun) -> RunChoices:
    """What was chosen for a run."""
    told = {key: value for key, value in run.settings.items() if key in RunChoices.__slots__}
    return RunChoices(**(told | {"sizes": tuple(told.get("sizes", ()))}))


def design_of(run: KeptRun) -> Design:
    """The design that a run was begun with."""
    read = judged(tables_of(run.design_text, file="design.toml"))
    if read.design is None:
        raise InputError(f"the design of run {run.run} is damaged: {read.errors[0]}; run it again")
    return read.design


def run_request(run: KeptRun) -> SimulationRequest:
    """What is asked of the engine; blocks are kept where `slopewise trial simulate` keeps them."""
    choices = choices_of(run)
    return SimulationRequest(
        design=design_of(run),
        replicates=choices.replicates,
        workers=choices.workers,
        seed=choices.seed,
        sizes=choices.sizes,
        assurance=choices.assurance,
        keep_in=load_settings().data_folder / "simulations",
    )


def keep_simulation(run: KeptRun, found: TrialSimulation) -> None:
    """Keep what a run found; once it is whole, its blocks are not needed any more."""
    kept.keep_result(kept.run_folder(_folder(), run.design_name, run.run), found)
    if found.status == "finished":
        forget_blocks(run_request(run))


def run_command(run: KeptRun, file: str) -> str:
    """The command that finds the same numbers from the downloaded design."""
    return simulation_command(run_request(run), design=file)


def _folder() -> Path:
    return load_settings().data_folder / "trial-runs"
