"""The blocks of a simulation on a Dask cluster, with the contract of one machine.

The cluster is the user's: `dask scheduler` on one machine, `dask worker ADDRESS` on each. Where a
worker is lost, the scheduler gives its blocks to others. Tables made by different versions of
slopewise, NumPy or SciPy are never mixed.
"""

import asyncio
import pickle
import queue
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import TYPE_CHECKING, final

from slopewise.errors import InputError
from slopewise.trial.running.block import BlockTask, Done, Ledger, RunEnd
from slopewise.trial.running.interrupts import interrupts_held
from slopewise.trial.running.worker import Computed, Failed, computed_block

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["compute_on_worker", "run_blocks_on_cluster"]

SECONDS_TO_CONNECT = 10.0
SECONDS_FOR_WORKERS = 10.0  # to join, where none is there yet
SECONDS_WITHOUT_WORKERS = 30.0  # before the rest is given up
SECONDS_BETWEEN_LOOKS = 0.1  # at the wish to stop
SECONDS_BETWEEN_COUNTS = 2.0  # of the workers
SECONDS_TO_FETCH = 30.0  # one table, before asking again
SECONDS_TO_CLOSE = 5.0
BLOCKS_A_THREAD = 2  # given ahead, so that none waits for the next

SCHEDULER_LOST = "the scheduler of the cluster was lost"

# what the client was seen to raise when its scheduler is gone, or as it closes for that
_LOST = (OSError, TimeoutError, RuntimeError, CancelledError)

Versions = Mapping[str, str]


def run_blocks_on_cluster(
    task: BlockTask,
    blocks: Sequence[int],
    *,
    address: str,
    done: Done,
    stop: threading.Event | None = None,
) -> RunEnd:
    """Compute the blocks on the cluster at the address; each table goes to `done`, here.

    Ctrl-C and `stop` take what is ready and cancel the rest; the end tells which are missing.
    """
    ledger = Ledger(blocks, done)
    stop = threading.Event() if stop is None else stop
    client = _connected(address)
    try:
        run = _ClusterRun(client, task, ledger, versions=_agreed_versions(client, address))
        is_stopped = False
        try:
            is_stopped = not run.work(stop)
        except KeyboardInterrupt:
            is_stopped = True
        run.end()
    finally:
        with interrupts_held(), suppress(*_LOST):
            client.close(timeout=SECONDS_TO_CLOSE)
    return ledger.end(is_stopped=is_stopped)


def compute_on_worker(task: bytes, block: int, versions: Versions) -> Computed | Failed:
    """A block's table, on a worker of the cluster; one that joined late is looked at here."""
    differing = _differing(versions, _versions_here()())
    if differing:
        return Failed(InputError(f"a worker has {differing}. {_remedy(versions)}"), "")
    return computed_block(task, block)


def _connected(address: str) -> "Client":
    try:
        import distributed
    except ImportError:
        raise InputError(
            "a Dask cluster needs the extra packages of slopewise; install them with "
            "pip install 'slopewise[cluster]'"
        ) from None
    try:
        asyncio.run(_knock(address))
        return distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        why = str(error).splitlines()[0] if str(error) else f"within {SECONDS_TO_CONNECT:g} s"
        raise InputError(
            f"no Dask scheduler answers at {address} ({why}); start one with `dask scheduler` and "
            "give the address that it prints, such as tcp://10.0.0.5:8786"
        ) from None


async def _knock(address: str) -> None:
    """Whether a scheduler is there; a client that meets somebody else may wait without end."""
    from distributed.core import rpc
    from distributed.security import Security

    security = Security().get_connection_args("client")
    async with rpc(address, connection_args=security, timeout=SECONDS_TO_CONNECT) as somebody:
        kind = (await asyncio.wait_for(somebody.identity(), SECONDS_TO_CONNECT))["type"]
    if kind != "Scheduler":
        raise ValueError(f"a {kind} is there")


def _agreed_versions(client: "Client", address: str) -> Versions:
    """The versions of this program's packages, once every worker was seen to have the same."""
    try:
        client.wait_for_workers(1, timeout=SECONDS_FOR_WORKERS)
    except TimeoutError:
        raise InputError(
            f"the cluster at {address} has no workers; start some with `dask worker {address}`"
        ) from None
    look = _versions_here()
    here = look()
    there: dict[str, Versions] = client.run(look, on_error="ignore")
    differing = {worker: words for worker in there if (words := _differing(here, there[worker]))}
    if differing:
        told = "; ".join(f"worker {worker} has {words}" for worker, words in differing.items())
        raise InputError(f"{told}. {_remedy(here)}")
    return here


def _versions_here() -> Callable[[], dict[str, str]]:
    """A function that travels by value, to workers that may lack slopewise."""

    def look() -> dict[str, str]:
        from importlib import metadata

        found = {}
        for name in ("numpy", "scipy"):
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                found[name] = ""
        try:
            from slopewise.version import VERSION

            version = VERSION
        except ImportError:
            version = ""
        return {"slopewise": version, **found}

    return look


def _differing(here: Versions, there: Versions) -> str:
    return ", ".join(
        f"{name} {there[name]} in place of {here[name]}" if there[name] else f"no {name}"
        for name in here
        if there[name] != here[name]
    )


def _remedy(versions: Versions) -> str:
    wanted = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"Install {wanted} on every worker and restart them"


@final
class _ClusterRun:
    """The blocks on their way through the cluster."""

    def __init__(
        self, client: "Client", task: BlockTask, ledger: Ledger, *, versions: Versions
    ) -> None:
        self._client = client
        self._task = pickle.dumps(task)
        self._ledger = ledger
        self._versions = versions
        self._run = uuid.uuid4().hex
        self._waiting = deque(ledger.blocks)
        self._given: dict[str, tuple[int, Future]] = {}
        self._ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._threads = 1
        self._counted: float | None = None
        self._last_seen = time.monotonic()

    def work(self, stop: threading.Event) -> bool:
        """Compute until nothing is left; False where it was stopped before."""
        while self._waiting or self._given:
            if stop.is_set():
                return False
            self._count_workers()
            with interrupts_held():
                self._give()
            with suppress(queue.Empty):
                self._take(self._ended.get(timeout=SECONDS_BETWEEN_LOOKS))
        return True

    def end(self) -> None:
        """Take what is ready, cancel the rest."""
        with suppress(queue.Empty, KeyboardInterrupt):
            while True:
                self._take(self._ended.get_nowait(), is_ending=True)
        self._cancel()

    def _give(self) -> None:
        while self._waiting and len(self._given) < BLOCKS_A_THREAD * self._threads:
            block = self._waiting.popleft()
            key = f"slopewise-block-{block}-{self._run}"
            try:
                future = self._client.submit(
                    compute_on_worker, self._task, block, self._versions, key=key, pure=False
                )
            except Exception:
                self._waiting.appendleft(block)
                if self._is_lost():  # told at the next count
                    return
                raise
            self._given[key] = (block, future)
            future.add_done_callback(self._ended.put)

    def _is_lost(self) -> bool:
        """Whether the client has given its scheduler up."""
        return self._client.status in {"closing", "closed"}

    def _take(self, future: "Future", *, is_ending: bool = False) -> None:
        key = str(future.key)
        if key not in self._given:
            return
        try:
            message = future.result(timeout=SECONDS_TO_FETCH)
        except TimeoutError:  # its worker was lost with the table: it is computed again
            future.add_done_callback(self._ended.put)
            return
        except Exception as error:  # of the cluster: a task's own errors are messages
            self._give_up(self._given.pop(key)[0], error)
            return
        self._settle(self._given.pop(key)[0], message, is_ending=is_ending)

    def _settle(self, block: int, message: Computed | Failed, *, is_ending: bool) -> None:
        if isinstance(message, Computed):
            self._ledger.take(block, message.table)
            return
        if is_ending:
            words = f"{type(message.error).__name__}: {message.error}"
            self._ledger.give_up(block, f"it failed while the run was being stopped: {words}")
            return
        if message.where:
            message.error.add_note(f"in a worker of the cluster:\n{message.where}".rstrip())
        raise message.error

    def _give_up(self, block: int, error: Exception) -> None:
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            tries = error.allowed_failures + 1
            self._ledger.give_up(block, f"{tries} workers of the cluster died while computing it")
        elif isinstance(error, OSError | CancelledError):
            self._ledger.give_up(block, SCHEDULER_LOST)
        else:
            raise InputError(
                f"the cluster could not compute block {block} ({type(error).__name__}: {error}). "
                f"{_remedy(self._versions)}"
            )

    def _count_workers(self) -> None:
        """How much to give ahead; where nobody has been there for long, give up."""
        if self._is_lost():
            self._give_all_up(SCHEDULER_LOST)
            return
        now = time.monotonic()
        if self._counted is not None and now - self._counted < SECONDS_BETWEEN_COUNTS:
            return
        self._counted = now
        threads = 0
        with suppress(*_LOST):  # the connection is being made again
            threads = sum(self._client.nthreads().values())
        if threads:
            self._threads, self._last_seen = threads, time.monotonic()
        elif now - self._last_seen > SECONDS_WITHOUT_WORKERS:
            self._give_all_up(f"the cluster has had no workers for {SECONDS_WITHOUT_WORKERS:g} s")

    def _give_all_up(self, reason: str) -> None:
        for block in [*self._waiting, *(block for block, _ in self._given.values())]:
            self._ledger.give_up(block, reason)
        self._waiting.clear()
        self._cancel()

    def _cancel(self) -> None:
        with interrupts_held(), suppress(*_LOST):
            if not self._is_lost():
                self._client.cancel([future for _, future in self._given.values()])
        self._given.clear()
