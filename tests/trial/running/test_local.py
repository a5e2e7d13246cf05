"""Blocks on this machine: the same tables by any number of workers, and none lost."""

import os
import signal
import threading
from pathlib import Path

import pytest
from numpy import ndarray as Array
from tests.trial.running import tasks

from slopewise.errors import InputError, SlopewiseError
from slopewise.trial.running import crew
from slopewise.trial.running.block import BlockTask, RunStatus
from slopewise.trial.running.interrupts import interrupts_held
from slopewise.trial.running.local import run_blocks

Tables = dict[int, dict[str, Array]]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_tables_are_the_same_for_any_number_of_workers(workers: int) -> None:
    got: Tables = {}
    end = run_blocks(tasks.Draws(), range(12), workers=workers, done=got.__setitem__)
    assert end.status is RunStatus.FINISHED
    assert end.finished == tuple(range(12))
    assert not end.missing
    assert tasks.same_tables(got, tasks.expected(12))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stopped_run_hands_on_what_is_finished_and_the_rest_makes_it_whole(
    workers: int, tmp_path: Path
) -> None:
    got: Tables = {}
    stop = threading.Event()

    def done(block: int, table: dict[str, Array]) -> None:
        got[block] = table
        if len(got) == 3:
            stop.set()

    task = tasks.Slow(str(tmp_path))
    end = run_blocks(task, range(40), workers=workers, done=done, stop=stop)
    assert end.status is RunStatus.STOPPED
    assert set(end.finished) == set(got)
    assert len(got) <= 3 + workers
    assert [m.block for m in end.missing] == [b for b in range(40) if b not in got]
    assert {m.reason for m in end.missing} == {"not computed before the run was stopped"}
    rest = [m.block for m in end.missing]
    assert run_blocks(task, rest, workers=workers, done=done).status is RunStatus.FINISHED
    assert tasks.same_tables(got, tasks.expected(40))


def test_a_block_being_computed_is_cancelled_when_it_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "SECONDS_TO_END", 0.2)
    stop = threading.Event()
    task = tasks.Slow(str(tmp_path), seconds=600.0, slow_from=1)

    def done(block: int, table: dict[str, Array]) -> None:
        stop.set()

    end = run_blocks(task, range(3), workers=2, done=done, stop=stop)
    assert end.status is RunStatus.STOPPED
    assert end.finished == (0,)
    for begun in tmp_path.glob("begun-*"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(begun.name.split("-")[2]), 0)


def test_a_block_that_kills_its_process_once_is_computed_again(tmp_path: Path) -> None:
    got: Tables = {}
    task = tasks.FatalOnce(3, str(tmp_path))
    end = run_blocks(task, range(8), workers=2, done=got.__setitem__)
    assert end.status is RunStatus.FINISHED
    assert (tmp_path / "died").exists()
    assert tasks.same_tables(got, tasks.expected(8))


def test_a_block_that_always_kills_its_process_is_named_and_the_others_are_there() -> None:
    got: Tables = {}
    end = run_blocks(tasks.Fatal(3), range(8), workers=2, done=got.__setitem__)
    assert end.status is RunStatus.INCOMPLETE
    (missing,) = end.missing
    assert missing.block == 3
    assert "died 2 times, the last one by SIGKILL" in missing.reason
    whole = tasks.expected(8)
    assert tasks.same_tables(got, {b: whole[b] for b in whole if b != 3})


def test_a_worker_killed_from_outside_loses_nothing(tmp_path: Path) -> None:
    got: Tables = {}
    killed: list[int] = []

    def done(block: int, table: dict[str, Array]) -> None:
        got[block] = table
        begun = [p.name.split("-") for p in tmp_path.glob("begun-*")]
        working = [int(process) for _, number, process in begun if int(number) not in got]
        if working and not killed:
            os.kill(working[0], signal.SIGKILL)
            killed.append(working[0])

    task = tasks.Slow(str(tmp_path), seconds=0.05)
    end = run_blocks(task, range(10), workers=2, done=done)
    assert killed
    assert end.status is RunStatus.FINISHED
    assert tasks.same_tables(got, tasks.expected(10))


def test_workers_that_cannot_start_are_told_and_not_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew, "serve_blocks", tasks.dies_at_once)
    end = run_blocks(tasks.Draws(), range(3), workers=2, done=lambda block, table: None)
    assert end.status is RunStatus.INCOMPLETE
    assert len(end.missing) == 3
    assert "no worker process could be started" in end.missing[0].reason
    assert "exit code 3" in end.missing[0].reason


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_task_travels_up_with_the_number_of_its_block(workers: int) -> None:
    with pytest.raises(InputError, match="the dose is negative") as raised:
        run_blocks(tasks.Failing(4), range(8), workers=workers, done=lambda block, table: None)
    assert raised.value.__notes__[0] == "in block 4 of the simulation"


def test_an_error_that_cannot_travel_is_told_in_its_words() -> None:
    with pytest.raises(SlopewiseError, match="OddError: one and 0") as raised:
        run_blocks(tasks.Unpicklable(), [0], workers=2, done=lambda block, table: None)
    assert raised.value.__notes__[0] == "in block 0 of the simulation"


def test_a_task_that_cannot_travel_is_told() -> None:
    with pytest.raises(InputError, match="cannot be loaded here"):
        run_blocks(tasks.Homebound(), [0], workers=2, done=lambda block, table: None)


@pytest.mark.parametrize(
    ("task", "words"), [(tasks.Words(), "holds no numbers"), (tasks.Uneven(), "differ in length")]
)
def test_a_table_that_is_none_is_refused(task: BlockTask, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run_blocks(task, [0], workers=1, done=lambda block, table: None)


@pytest.mark.parametrize(
    ("blocks", "workers", "words"),
    [([0], 0, "0 workers"), ([1, 1], 1, "different"), ([-1], 1, "from 0")],
)
def test_what_cannot_be_run_is_refused(blocks: list[int], workers: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run_blocks(tasks.Draws(), blocks, workers=workers, done=lambda block, table: None)


def test_worker_processes_use_one_thread_and_this_one_is_left_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    got: Tables = {}
    run_blocks(tasks.Threads(), [0, 1], workers=2, done=got.__setitem__)
    assert [int(got[b]["threads"][0]) for b in (0, 1)] == [1, 1]
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"


def test_an_interrupt_waits_for_a_step_that_must_be_whole() -> None:
    steps = []

    def interrupted_step() -> None:
        with interrupts_held():
            signal.raise_signal(signal.SIGINT)
            steps.append("whole")

    with pytest.raises(KeyboardInterrupt):
        interrupted_step()
    assert steps == ["whole"]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_while_a_table_is_put_away_does_not_lose_it(workers: int) -> None:
    got: Tables = {}

    def done(block: int, table: dict[str, Array]) -> None:
        if block == 2:
            signal.raise_signal(signal.SIGINT)
        got[block] = table

    end = run_blocks(tasks.Draws(), range(60), workers=workers, done=done)
    assert end.status is RunStatus.STOPPED
    assert 2 in end.finished
    assert set(end.finished) == set(got)
