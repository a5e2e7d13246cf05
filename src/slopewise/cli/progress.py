"""How the command line shows that it is at work: on the error stream, after two seconds."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from slopewise.trial.running.pace import time_left
from slopewise.workflow.progress import Progress

__all__ = ["SECONDS_BEFORE_SHOWN", "working"]

SECONDS_BEFORE_SHOWN = 2.0
SECONDS_BETWEEN_LINES = 5.0  # where the line cannot be rewritten (a log file)
SECONDS_BETWEEN_REWRITES = 0.5


@contextmanager
def working(what: str, *, unit: str = "patients") -> Iterator[Progress]:
    """Tell on the error stream how far the work is, once it has taken two seconds.

    Where it is counted, the time left too. The pace is that since the first count: what an earlier
    run had finished, told at once, makes this one no faster.
    """
    line = _Line(what, unit, sys.stderr)
    ended = threading.Event()
    teller = threading.Thread(target=line.tell_until, args=(ended,), daemon=True)
    teller.start()
    try:
        yield line.count
    finally:
        ended.set()
        teller.join()
        line.clear()


class _Line:
    """One line of progress; `count` may be called from the working thread at any rate."""

    def __init__(self, what: str, unit: str, stream: TextIO) -> None:
        self._what = what
        self._unit = unit
        self._stream = stream
        self._rewrites = stream.isatty()
        self._done = 0
        self._total = 0
        self._started = time.monotonic()
        self._first: tuple[int, int, float] | None = None  # done, total, when: of this piece
        self._width = 0

    def count(self, done: int, total: int) -> None:
        first = self._first
        if first is None or total != first[1] or done < self._done:
            self._first = (done, total, time.monotonic())
        self._done, self._total = done, total

    def tell_until(self, ended: threading.Event) -> None:
        pause = SECONDS_BETWEEN_REWRITES if self._rewrites else SECONDS_BETWEEN_LINES
        if ended.wait(SECONDS_BEFORE_SHOWN):
            return
        self._tell()
        while not ended.wait(pause):
            self._tell()

    def clear(self) -> None:
        """Take the rewritten line away again, so that what follows starts clean."""
        if self._width:
            self._write("\r" + " " * self._width + "\r")

    def _tell(self) -> None:
        seconds = time.monotonic() - self._started
        far = f" {self._done} of {self._total} {self._unit}," if self._total else ""
        left = self._left()
        text = f"{self._what} ...{far} {seconds:.0f} s" + (f", {left}" if left else "")
        if self._rewrites:
            self._write("\r" + text.ljust(self._width))
            self._width = max(self._width, len(text))
        else:
            self._write(text + "\n")

    def _left(self) -> str:
        if self._first is None:
            return ""
        done, total, when = self._first
        return time_left(self._done - done, total - done, time.monotonic() - when)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone; the work goes on
            self._width = 0
