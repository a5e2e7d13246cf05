"""Ctrl-C at a terminal: the finished blocks are kept, nobody complains, and the rest can follow."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.trial.running import tasks

from slopewise.records.trials.kept_blocks import KeptBlocks
from slopewise.trial.running.block import RunStatus
from slopewise.trial.running.local import run_blocks

ROOT = Path(__file__).resolve().parents[3]
SECONDS_PATIENT = 60.0
PROGRAM = """
import sys
from pathlib import Path
from slopewise.records.trials.kept_blocks import KeptBlocks
from slopewise.trial.running.local import run_blocks
from tests.trial.running.tasks import Slow

if __name__ == "__main__":
    folder, workers = Path(sys.argv[1]), int(sys.argv[2])
    task = Slow(str(folder), seconds=600.0, slow_from=4)
    with KeptBlocks(folder, "run", {}) as kept:
        end = run_blocks(task, range(8), workers=workers, done=kept.keep)
    print(end.status, len(end.finished), len(end.missing))
"""


def begun(folder: Path) -> "dict[int, int]":
    """Which blocks were begun, by which process."""
    names = (path.name.split("-") for path in folder.glob("begun-*"))
    return {int(block): int(process) for _, block, process in names}


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupted_blocks_are_kept_and_resumed_to_the_same_result(
    workers: int, tmp_path: Path
) -> None:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + SECONDS_PATIENT
        while not set(range(4, 4 + workers)) <= begun(tmp_path).keys():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the children too
        said, complaints = process.communicate(timeout=SECONDS_PATIENT)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(SECONDS_PATIENT)
    assert complaints == ""
    assert said == "stopped 4 4\n"
    assert process.returncode == 0
    for worker in begun(tmp_path).values():
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)
    with KeptBlocks(tmp_path, "run", {}) as kept:
        rest = [block for block in range(8) if block not in kept.finished()]
        assert rest == [4, 5, 6, 7]
        end = run_blocks(tasks.Draws(), rest, workers=1, done=kept.keep)
        assert end.status is RunStatus.FINISHED
        resumed = {block: kept.read(block) for block in kept.finished()}
    assert tasks.same_tables(resumed, tasks.expected(8))
