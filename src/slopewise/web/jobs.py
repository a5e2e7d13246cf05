"""Work that takes longer than a page may: one worker, its progress, and how it ended."""

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from slopewise.workflow.progress import Progress

__all__ = ["JobState", "Worker"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobState:
    """How far the work is; `failed` is a reference number when it ended by a fault."""

    done: int = 0
    total: int = 0
    is_running: bool = False
    failed: str | None = None


class Worker:
    """Does one piece of work at a time beside the pages; a second waits to be asked for again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._state = JobState()

    @property
    def state(self) -> JobState:
        """How far it is."""
        return self._state

    def ensure(self, work: Callable[[Progress], None], *, wait_seconds: float) -> JobState:
        """Start the work unless some is running; wait a moment, so that short work is done."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._state = JobState(is_running=True)
                self._thread = threading.Thread(target=self._do, args=(work,), daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(wait_seconds)
        return self._state

    def wait(self) -> JobState:
        """How it ended, once it has."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()
        return self._state

    def _do(self, work: Callable[[Progress], None]) -> None:
        try:
            work(self._note)
        except Exception as error:
            reference = secrets.token_hex(4)
            _LOG.error("job %s ended by %s", reference, type(error).__name__)
            self._state = JobState(failed=reference)
        else:
            self._state = JobState(self._state.done, self._state.total)

    def _note(self, done: int, total: int) -> None:
        self._state = JobState(done, total, is_running=True)
