"""A quick stand-in for the engine: made-up numbers, blocks that are kept, and a stop that is heard.

No trial is simulated here; the pages are tested with it, and with nothing else.
"""

import math
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

from slopewise.errors import InputError
from slopewise.trial.design.canonical import content_hash
from slopewise.trial.design.design import Design
from slopewise.trial.design.effect import Scenario, scenarios
from slopewise.trial.simulating.characteristics import (
    Average,
    EndpointCharacteristics,
    ExampleTrial,
    LookCharacteristics,
    Rate,
    ScenarioCharacteristics,
    TrialSimulation,
)
from slopewise.workflow.progress import Progress
from slopewise.workflow.simulate_trial import SimulationRequest

__all__ = ["BLOCKS", "Engine"]

BLOCKS = 5


class Engine:
    """Runs a made-up simulation in blocks; `hold` keeps it waiting before each until it is set."""

    def __init__(self, *, seconds_a_block: float = 0.0) -> None:
        self.hold = threading.Event()
        self.hold.set()
        self.begun: list[SimulationRequest] = []
        self.computed: list[int] = []
        self.blocks_to_pass = 0  # that are computed although it is held
        self._seconds = seconds_a_block

    def __call__(
        self, request: SimulationRequest, *, progress: Progress, stop: threading.Event
    ) -> TrialSimulation:
        self.begun.append(request)
        assert request.keep_in is not None
        kept = request.keep_in / f"made-up-{content_hash(request.design)[:12]}"
        kept.mkdir(parents=True, exist_ok=True)
        cells = _cells(request)
        total = request.replicates * len(cells)
        done = len(list(kept.iterdir()))
        progress(done * total // BLOCKS, total)
        for block in range(BLOCKS):
            if (kept / str(block)).exists():
                continue
            while len(self.computed) >= self.blocks_to_pass and not self.hold.wait(0.01):
                if stop.is_set():
                    break
            if stop.wait(self._seconds):
                break
            self.computed.append(block)
            Path(kept / str(block)).touch()
            done += 1
            progress(done * total // BLOCKS, total)
        each = done * request.replicates // BLOCKS
        if not each:
            raise InputError("the run was stopped before the first block was finished")
        if done == BLOCKS:
            shutil.rmtree(kept)
        return _simulation(request, cells, each)

    def wait_for(self, blocks: int) -> None:
        """Until so many blocks are computed; gives up after 20 seconds."""
        until = time.monotonic() + 20
        while len(self.computed) < blocks and time.monotonic() < until:
            time.sleep(0.005)


def _cells(request: SimulationRequest) -> list[tuple[str, Scenario, int, bool]]:
    design = request.design
    every = [
        (one.name, one, any(value for _, value in one.slowing))
        for one in scenarios(design.scenario, design.grid)
    ]
    if request.with_null and all(effect for *_, effect in every):
        idle = replace(design.scenario, name="no effect", slowing=())
        every.insert(0, (idle.name, idle, False))
    if request.assurance:
        every.append(("assurance", design.scenario, True))
    sizes = dict.fromkeys((design.trial.size, *request.sizes))
    return [(name, one, people, effect) for people in sizes for name, one, effect in every]


def _simulation(
    request: SimulationRequest, cells: list[tuple[str, Scenario, int, bool]], each: int
) -> TrialSimulation:
    design = request.design
    finished = each * len(cells)
    return TrialSimulation(
        design_name=design.trial.name,
        design_hash="0" * 64,
        natural_history="made up",
        seed=request.seed or 0,
        replicates=request.replicates,
        finished=finished,
        status="finished" if each == request.replicates else "stopped",
        scenarios=tuple(_scenario(design, cell, each) for cell in cells),
        examples=tuple(_example(design, number) for number in range(1, 11)) if each else (),
        assumptions=("assumption: every number of this run is made up for a test",),
        admitted_share=0.41,
        version="0",
    )


def _rate(share: float, of: int) -> Rate:
    return Rate(round(share * of), of)


def _power(theta: float, people: int, strength: float) -> float:
    z = -1.96 + 8.0 * theta * strength * math.sqrt(people / 300)
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def _scenario(
    design: Design, cell: tuple[str, Scenario, int, bool], each: int
) -> ScenarioCharacteristics:
    name, scenario, people, has_effect = cell
    theta = max((value for _, value in scenario.slowing), default=0.0) if has_effect else 0.0
    shares = design.interim.information if design.interim else (1.0,)
    return ScenarioCharacteristics(
        name=name,
        scenario=scenario,
        people=people,
        alpha=0.025,
        has_effect=has_effect,
        replicates=each,
        success=_rate(_power(theta, people, 1.0), each),
        endpoints=tuple(
            _endpoint(design, number, (theta, people, each))
            for number in range(len(design.endpoints))
        ),
        looks=tuple(
            LookCharacteristics(
                look=number,
                information=share,
                month=Average(12 + 24 * share, 1.5, each),
                people=Average(people * min(1.0, share + 0.3), 9.0, each),
                efficacy=_rate(0.2 * theta, each),
                futility=_rate(0.1 * (1 - theta), each),
                reached=_rate(1 - 0.2 * number / len(shares), each),
                enlarged=Rate(0, each),
            )
            for number, share in enumerate(shares, start=1)
        ),
        size=Average(people * 0.97, 11.0, each),
        months=Average(36.5, 3.0, each),
        events=Average(0.2 * people, 6.0, each),
        dead=tuple((arm.name, Average(0.21, 0.04, each)) for arm in design.arms),
        left=tuple((arm.name, Average(0.1, 0.03, each)) for arm in design.arms),
    )


def _endpoint(design: Design, number: int, told: tuple[float, int, int]) -> EndpointCharacteristics:
    theta, people, each = told
    one = design.endpoints[number]
    asked = next(e for e in design.estimands if e.name == one.estimand)
    power = _power(theta, people, 1.0 - 0.1 * number)
    truth = 0.8 * theta
    return EndpointCharacteristics(
        name=one.name,
        role=one.role.value,
        analysis=one.analysis.value,
        treatment=asked.treatment,
        control=asked.control,
        scale="difference in slope, points a month",
        is_log=False,
        better="higher",
        alpha=design.multiplicity.alpha,
        power=_rate(power, each),
        alone=_rate(power, each),
        unread=0,
        estimate=Average(truth + 0.002, 0.1, each),
        standard_error=Average(0.1, 0.004, each),
        truth=truth,
        bias=Average(0.002, 0.1, each),
        coverage=_rate(0.95, each),
        slowing=Average(theta, 0.1, each),
        slowing_truth=theta,
    )


def _example(design: Design, number: int) -> ExampleTrial:
    months = design.visits.months
    return ExampleTrial(
        number=number,
        stopped="at the end",
        people=design.trial.size,
        months=36.0 + number,
        visit_months=months,
        scores=tuple(
            (
                arm.name,
                tuple(38 - (0.9 - 0.2 * i) * month - 0.02 * number for month in months),
                tuple(max(2, 150 - round(3 * month)) for month in months),
            )
            for i, arm in enumerate(design.arms)
        ),
        alive=tuple(
            (arm.name, tuple(math.exp(-0.018 * month) for month in months)) for arm in design.arms
        ),
        answers=tuple((one.name, 0.2, 0.01, 0.39, 0.04) for one in design.endpoints),
        won=(design.endpoints[0].name,) if number % 2 else (),
    )
