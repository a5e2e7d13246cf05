"""Toy tasks whose blocks another process can compute: it imports this module by its name."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = [
    "Draws",
    "Failing",
    "Fatal",
    "FatalOnce",
    "Homebound",
    "Slow",
    "Threads",
    "Uneven",
    "Unpicklable",
    "Words",
    "dies_at_once",
    "expected",
    "same_tables",
]

BLOCK_SIZE = 5


@dataclass(frozen=True, slots=True)
class Draws:
    """Random numbers of a block by its own seed, and who computed them."""

    seed: int = 7

    def __call__(self, block: int) -> dict[str, Array]:
        generator = np.random.default_rng((self.seed, block))
        return {
            "estimate": generator.standard_normal(BLOCK_SIZE),
            "is_rejected": generator.random(BLOCK_SIZE) < 0.5,
            "people": generator.integers(0, 300, BLOCK_SIZE),
        }


@dataclass(frozen=True, slots=True)
class Slow:
    """The same numbers after a while; tells in a folder which blocks were begun."""

    folder: str
    seconds: float = 0.0
    slow_from: int = 0

    def __call__(self, block: int) -> dict[str, Array]:
        (Path(self.folder) / f"begun-{block}-{os.getpid()}").touch()
        if block >= self.slow_from:
            time.sleep(self.seconds)
        return Draws()(block)


@dataclass(frozen=True, slots=True)
class Fatal:
    """A block that takes its process with it, every time."""

    block: int

    def __call__(self, block: int) -> dict[str, Array]:
        if block == self.block:
            os.kill(os.getpid(), signal.SIGKILL)
        return Draws()(block)


@dataclass(frozen=True, slots=True)
class FatalOnce:
    """A block that takes its process with it the first time."""

    block: int
    folder: str

    def __call__(self, block: int) -> dict[str, Array]:
        mark = Path(self.folder) / "died"
        if block == self.block and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return Draws()(block)


@dataclass(frozen=True, slots=True)
class Failing:
    """A block whose task raises."""

    block: int

    def __call__(self, block: int) -> dict[str, Array]:
        if block == self.block:
            raise InputError("the dose is negative; correct it")
        return Draws()(block)


class OddError(Exception):
    """An error that cannot be rebuilt in another process."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


@dataclass(frozen=True, slots=True)
class Unpicklable:
    """A block that ends with an error no other process can rebuild."""

    def __call__(self, block: int) -> dict[str, Array]:
        raise OddError("one", str(block))


@dataclass(frozen=True, slots=True)
class Threads:
    """How many threads the matrices of this process may use."""

    def __call__(self, block: int) -> dict[str, Array]:
        return {"threads": np.array([int(os.environ["OPENBLAS_NUM_THREADS"])])}


@dataclass(frozen=True, slots=True)
class Words:
    """A table that is not one of numbers."""

    def __call__(self, block: int) -> dict[str, Array]:
        return {"name": np.array(["a", "b"])}


@dataclass(frozen=True, slots=True)
class Uneven:
    """A table whose columns differ in length."""

    def __call__(self, block: int) -> dict[str, Array]:
        return {"one": np.zeros(2), "other": np.zeros(3)}


def _loaded_at_home(process: int) -> Draws:
    if os.getpid() != process:
        raise InputError("the task cannot be loaded here")
    return Draws()


class Homebound:
    """A task that does not survive the way to another process."""

    def __call__(self, block: int) -> dict[str, Array]:
        return Draws()(block)

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return _loaded_at_home, (os.getpid(),)


def dies_at_once(connection: object, task: bytes) -> None:
    """A worker process that ends before it is ready."""
    os._exit(3)


def expected(count: int) -> dict[int, dict[str, Array]]:
    """The tables of the first blocks, computed here and without the runner."""
    return {block: Draws()(block) for block in range(count)}


def same_tables(ours: dict[int, dict[str, Array]], theirs: dict[int, dict[str, Array]]) -> bool:
    """Whether both hold the same blocks, bit by bit."""
    return ours.keys() == theirs.keys() and all(
        ours[b].keys() == theirs[b].keys()
        and all(
            ours[b][name].dtype == theirs[b][name].dtype
            and ours[b][name].tobytes() == theirs[b][name].tobytes()
            for name in ours[b]
        )
        for b in ours
    )
