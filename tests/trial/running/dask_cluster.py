"""A real Dask cluster for the tests: a scheduler and workers, each a process, on this machine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Cluster", "a_cluster"]

ROOT = Path(__file__).resolve().parents[3]
SECONDS_TO_START = 60.0
SECONDS_TO_END = 10.0


@dataclass(slots=True)
class Cluster:
    """The processes, and where the scheduler listens."""

    folder: Path
    address: str = ""
    scheduler: "subprocess.Popen[bytes] | None" = None
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def add_worker(self, before: str = "") -> None:
        """Start a worker of one thread and no nanny; `before` is code that it runs first."""
        program = f"import sys; {before}\nfrom distributed.cli.dask_worker import main; main()"
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        spool = ("--local-directory", str(self.folder))
        self.workers.append(self._started(program, self.address, *options, *spool))

    def begin(self) -> None:
        """Start the scheduler, and wait until it tells its address."""
        told = self.folder / "scheduler.json"
        program = "from distributed.cli.dask_scheduler import main; main()"
        place = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.scheduler = self._started(program, *place, "--scheduler-file", str(told))
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.address:
            assert self.scheduler.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            if told.exists() and (text := told.read_text(encoding="utf-8")):
                self.address = json.loads(text)["address"]
            else:
                time.sleep(0.02)

    def wait_for_workers(self, count: int) -> None:
        """Wait until so many have joined."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=SECONDS_TO_START)

    def end(self) -> None:
        """Kill every process."""
        processes = [p for p in (*self.workers, self.scheduler) if p is not None]
        for process in processes:
            process.kill()
        for process in processes:
            process.wait(SECONDS_TO_END)

    def said(self) -> str:
        """What the processes printed, for a failing test."""
        return (self.folder / "said.txt").read_text(encoding="utf-8")

    def _started(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        with (self.folder / "said.txt").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-c", program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
            )


@contextmanager
def a_cluster(folder: Path, *, workers: int) -> Iterator[Cluster]:
    """A cluster of so many workers, whole processes; it ends with the block of code."""
    cluster = Cluster(folder)
    try:
        cluster.begin()
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.end()
