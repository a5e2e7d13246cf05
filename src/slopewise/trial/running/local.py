"""The blocks of a simulation on this machine: in this process, or on several."""

import threading
from collections.abc import Sequence

from slopewise.errors import InputError
from slopewise.trial.running.block import BlockTask, Done, Ledger, RunEnd, compute_block
from slopewise.trial.running.crew import Crew

__all__ = ["run_blocks"]


def run_blocks(
    task: BlockTask,
    blocks: Sequence[int],
    *,
    workers: int,
    done: Done,
    stop: threading.Event | None = None,
) -> RunEnd:
    """Compute the blocks on so many processes; each table goes to `done`, here, as it is ready.

    One worker is this process. Ctrl-C and `stop` begin no new block: those being computed get two
    seconds (alone, the one is left), and the end tells which are missing. A block whose worker
    process dies is tried once more in a fresh one, then given up with the reason. An error of the
    task itself travels up with a note that names the block.
    """
    if workers < 1:
        raise InputError(f"{workers} workers cannot compute anything; give 1 or more")
    ledger = Ledger(blocks, done)
    stop = threading.Event() if stop is None else stop
    if workers == 1:
        return _run_here(task, ledger, stop)
    return _run_in_processes(task, ledger, stop, workers=workers)


def _run_here(task: BlockTask, ledger: Ledger, stop: threading.Event) -> RunEnd:
    try:
        for block in ledger.blocks:
            if stop.is_set():
                break
            ledger.take(block, compute_block(task, block))
    except KeyboardInterrupt:
        pass
    return ledger.end(is_stopped=True)


def _run_in_processes(
    task: BlockTask, ledger: Ledger, stop: threading.Event, *, workers: int
) -> RunEnd:
    crew = Crew(task, ledger, workers=workers)
    is_stopped = False
    try:
        try:
            is_stopped = not crew.work(stop)
        except KeyboardInterrupt:
            is_stopped = True
        if is_stopped:
            crew.let_end()
    except KeyboardInterrupt:  # a second one: wait no longer
        pass
    finally:
        crew.dismiss()
    return ledger.end(is_stopped=is_stopped)
