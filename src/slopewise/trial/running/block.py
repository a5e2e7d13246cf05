"""Independent blocks of a simulation: what computes one, and how a run of many ended.

A block is a number. Its seed follows from the number alone, so a table is the same whoever computes
it, in whatever order, and a block that was lost can be computed again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, final

import numpy as np
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.trial.running.interrupts import interrupts_held

__all__ = [
    "BlockTask",
    "Done",
    "Ledger",
    "MissingBlock",
    "RunEnd",
    "RunStatus",
    "Table",
    "compute_block",
]

Table = dict[str, Array]
Done = Callable[[int, Table], None]

_NUMBERS = "biuf"  # kinds of NumPy type: yes or no, whole numbers, floating point
STOPPED_BEFORE = "not computed before the run was stopped"


class BlockTask(Protocol):
    """Computes one block by its number: columns of numbers, one row a replicate."""

    def __call__(self, block: int) -> Table:
        """The table of a block; the same one every time."""
        ...


class RunStatus(StrEnum):
    """How a run of blocks ended."""

    FINISHED = "finished"
    STOPPED = "stopped"  # by Ctrl-C or by who asked for it
    INCOMPLETE = "incomplete"  # some blocks could not be computed


@dataclass(frozen=True, slots=True)
class MissingBlock:
    """A block without a table, and why."""

    block: int
    reason: str


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended: every block asked for is either finished or missing with a reason."""

    status: RunStatus
    finished: tuple[int, ...]
    missing: tuple[MissingBlock, ...] = ()


@final
class Ledger:
    """Which blocks of a run are finished; hands each table on as it comes."""

    def __init__(self, blocks: Sequence[int], done: Done) -> None:
        self.blocks = tuple(blocks)
        if len(set(self.blocks)) < len(self.blocks) or min(self.blocks, default=0) < 0:
            raise InputError("blocks are different whole numbers from 0; correct the list of them")
        self._done = done
        self._finished: set[int] = set()
        self._reasons: dict[int, str] = {}

    def take(self, block: int, table: Table) -> None:
        """Hand a table on; an interrupt waits until that is done, so none is half kept."""
        with interrupts_held():
            self._done(block, table)
            self._finished.add(block)

    def give_up(self, block: int, reason: str) -> None:
        """Note why a block has no table and gets none."""
        self._reasons[block] = reason

    def end(self, *, is_stopped: bool) -> RunEnd:
        """How the run ended."""
        finished = tuple(b for b in self.blocks if b in self._finished)
        missing = tuple(
            MissingBlock(b, self._reasons.get(b, STOPPED_BEFORE))
            for b in self.blocks
            if b not in self._finished
        )
        if not missing:
            return RunEnd(RunStatus.FINISHED, finished)
        status = RunStatus.STOPPED if is_stopped else RunStatus.INCOMPLETE
        return RunEnd(status, finished, missing)


def compute_block(task: BlockTask, block: int) -> Table:
    """The checked table of a block; an error leaves with a note that names the block."""
    try:
        table = task(block)
        _check(table)
    except Exception as error:
        error.add_note(f"in block {block} of the simulation")
        raise
    return table


def _check(table: Table) -> None:
    lengths = set()
    for name, column in table.items():
        if not isinstance(column, np.ndarray) or column.dtype.kind not in _NUMBERS:
            raise InputError(f"column {name!r} holds no numbers; give a NumPy array of numbers")
        lengths.add(column.shape[0] if column.ndim else None)
    if None in lengths or len(lengths) > 1:
        raise InputError("the columns differ in length; give every column one row a replicate")
