"""What a worker process does: computes the blocks it is sent until nobody sends any more."""

import pickle
import signal
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

from slopewise.errors import SlopewiseError
from slopewise.trial.running.block import BlockTask, Table, compute_block

__all__ = ["Computed", "Failed", "Ready", "computed_block", "serve_blocks"]


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has started and waits for a block."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A block's table."""

    table: Table


@dataclass(frozen=True, slots=True)
class Failed:
    """The error a block ended with, and where in the worker's code."""

    error: Exception
    where: str


def serve_blocks(connection: Connection, task: bytes) -> None:
    """Compute what comes through the connection; ends in silence when the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        _serve(connection, task)
    except (EOFError, OSError):  # of the connection only: a task's own errors are messages
        return


def _serve(connection: Connection, pickled: bytes) -> None:
    try:
        task: BlockTask = pickle.loads(pickled)
    except Exception as error:
        connection.send(_failed(error))
        return
    connection.send(Ready())
    while True:
        connection.send(_computed(task, connection.recv()))


def computed_block(pickled: bytes, block: int) -> Computed | Failed:
    """A block of a task that has travelled here; never raises what the task raises."""
    try:
        task: BlockTask = pickle.loads(pickled)
    except Exception as error:
        return _failed(error)
    return _computed(task, block)


def _computed(task: BlockTask, block: int) -> Computed | Failed:
    try:
        return Computed(compute_block(task, block))
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> Failed:
    where = "".join(traceback.format_tb(error.__traceback__))
    return Failed(_portable(error), where)


def _portable(error: Exception) -> Exception:
    """The error, or its words where it does not survive the way to another process."""
    try:
        copy = pickle.loads(pickle.dumps(error))
    except Exception:
        copy = None
    if type(copy) is type(error) and str(copy) == str(error):
        return error.with_traceback(None)
    told = SlopewiseError(f"{type(error).__name__}: {error}")
    for note in getattr(error, "__notes__", ()):
        told.add_note(note)
    return told
