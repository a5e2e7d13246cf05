"""The worker processes of one run: hired, given one block at a time, replaced when they die.

Each has a connection of its own and one block at a time, so it is known whose block a death took.
"""

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import final

from slopewise.trial.running.block import BlockTask, Ledger
from slopewise.trial.running.interrupts import interrupts_held
from slopewise.trial.running.worker import Computed, Failed, Ready, serve_blocks

__all__ = ["SECONDS_TO_END", "TRIES_A_BLOCK", "Crew"]

SECONDS_TO_END = 2.0  # for blocks being computed when the run is stopped
TRIES_A_BLOCK = 2
TRIES_TO_START = 3  # processes in a row that died before they were ready
SECONDS_BETWEEN_LOOKS = 0.1  # at the wish to stop
SECONDS_TO_DIE = 5.0
# small matrices: threads of one process only wait for each other
_THREAD_COUNTS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_BIRTH = threading.Lock()


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    connection: Connection
    is_ready: bool = False
    block: int | None = None


@final
class Crew:
    """The processes that compute the blocks of a ledger."""

    def __init__(self, task: BlockTask, ledger: Ledger, *, workers: int) -> None:
        self._context = multiprocessing.get_context("spawn")  # the web server has threads
        self._task = pickle.dumps(task)
        self._ledger = ledger
        self._size = workers
        self._waiting = deque(ledger.blocks)
        self._deaths: Counter[int] = Counter()
        self._failed_starts = 0
        self._workers: list[_Worker] = []
        self._is_ending = False

    def work(self, stop: threading.Event) -> bool:
        """Compute until nothing is left; False where it was stopped before."""
        while self._waiting or self._busy():
            if stop.is_set():
                return False
            with interrupts_held():
                self._hire()
                self._hand_out()
            self._listen()
        return True

    def let_end(self) -> None:
        """Begin nothing new; take what is ready within a moment."""
        self._is_ending = True
        deadline = time.monotonic() + SECONDS_TO_END
        while self._busy() and time.monotonic() < deadline:
            self._listen()

    def dismiss(self) -> None:
        """End every process, whatever it is doing."""
        with interrupts_held():
            for worker in self._workers:
                worker.process.terminate()
            for worker in self._workers:
                _bury(worker)
            self._workers.clear()

    def _busy(self) -> bool:
        return any(worker.block is not None for worker in self._workers)

    def _hire(self) -> None:
        idle = sum(worker.block is None for worker in self._workers)
        wanted = min(len(self._waiting) - idle, self._size - len(self._workers))
        for _ in range(wanted):
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=serve_blocks, args=(theirs, self._task), daemon=True
            )
            with _born_quietly():
                process.start()
            theirs.close()  # so that its death closes the connection
            self._workers.append(_Worker(process, ours))

    def _hand_out(self) -> None:
        for worker in self._workers:
            if worker.is_ready and worker.block is None and self._waiting and not self._is_ending:
                worker.block = self._waiting.popleft()
                with suppress(OSError):  # it has just died: the next look finds that
                    worker.connection.send(worker.block)

    def _listen(self) -> None:
        heard = wait([worker.connection for worker in self._workers], SECONDS_BETWEEN_LOOKS)
        for worker in [worker for worker in self._workers if worker.connection in heard]:
            with interrupts_held():
                self._hear(worker)

    def _hear(self, worker: _Worker) -> None:
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            self._lose(worker)
            return
        block, worker.block = worker.block, None
        if isinstance(message, Ready):
            worker.is_ready = True
            self._failed_starts = 0
        elif isinstance(message, Failed):
            self._fail(block, message)
        elif isinstance(message, Computed) and block is not None:
            self._hand_out()  # nobody waits while the table is put away
            self._ledger.take(block, message.table)

    def _fail(self, block: int | None, failed: Failed) -> None:
        if self._is_ending and block is not None:
            words = f"{type(failed.error).__name__}: {failed.error}"
            self._ledger.give_up(block, f"it failed while the run was being stopped: {words}")
            return
        if failed.where:
            failed.error.add_note(f"in a worker process:\n{failed.where}".rstrip())
        raise failed.error

    def _lose(self, worker: _Worker) -> None:
        """A worker has died: its block goes to another, once."""
        self._workers.remove(worker)
        how = _bury(worker)
        if not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= TRIES_TO_START:
                self._stop_hiring(how)
            return
        if worker.block is None:
            return
        self._deaths[worker.block] += 1
        if self._deaths[worker.block] < TRIES_A_BLOCK:
            self._waiting.appendleft(worker.block)
            return
        reason = f"its worker process died {TRIES_A_BLOCK} times, the last one {how}"
        self._ledger.give_up(worker.block, reason)

    def _stop_hiring(self, how: str) -> None:
        """No more processes can be started: go on with those that are there, if any are."""
        self._size = sum(worker.is_ready for worker in self._workers)
        while self._waiting and not self._size:
            reason = f"no worker process could be started: the last one died at once, {how}"
            self._ledger.give_up(self._waiting.popleft(), reason)


def _bury(worker: _Worker) -> str:
    """Wait for the end of a process that is to end; tells how it ended."""
    worker.connection.close()
    worker.process.join(SECONDS_TO_DIE)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    code = worker.process.exitcode or 0
    worker.process.close()
    if code >= 0:
        return f"with exit code {code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
        if name == "SIGKILL":
            return "by SIGKILL (killed; often for want of memory: try fewer workers)"
        return f"by {name}"
    return f"by signal {-code}"


@contextmanager
def _born_quietly() -> Iterator[None]:
    """A process started here has one thread for its matrices and is deaf to Ctrl-C from the start.

    Both must hold before any of its code runs: it gets the environment and the blocked signals of
    the thread that starts it.
    """
    with _BIRTH:
        before = {name: os.environ.get(name) for name in _THREAD_COUNTS}
        resource_tracker.ensure_running()  # starting it would unblock the signal again
        mask = _blocked_interrupts()
        os.environ.update(dict.fromkeys(_THREAD_COUNTS, "1"))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            if mask is not None:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _blocked_interrupts() -> "set[int | signal.Signals] | None":
    if not hasattr(signal, "pthread_sigmask"):
        return None
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}))
