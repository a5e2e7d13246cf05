"""Work that takes longer than a page may: one worker, its progress, and how it ended."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from slopewise.errors import SlopewiseError
from slopewise.trial.running.pace import time_left
from slopewise.workflow.progress import Progress

__all__ = ["JobState", "StoppableWork", "Worker"]

_LOG = logging.getLogger(__name__)
_SECONDS_TO_JUDGE = 1.0  # before that the rate says nothing about the time left
StoppableWork = Callable[[Progress, threading.Event], None]


@dataclass(frozen=True, slots=True)
class JobState:
    """How far the work is; `failed` is a reference number when it ended by a fault.

    `about`: what it works on, in the words of whoever began it. `refused`: why it could not be
    done, where what was given is to blame. `kept`: how much was done
    when the first count came.
    """

    done: int = 0
    total: int = 0
    is_running: bool = False
    failed: str | None = None
    refused: str = ""
    about: str = ""
    is_stopping: bool = False
    kept: int | None = None
    began: float = 0.0  # seconds of the monotonic clock

    def time_left(self, now: float | None = None) -> str:
        """About how long it still takes, in words; empty while nobody can tell."""
        passed = (time.monotonic() if now is None else now) - self.began
        kept = self.kept or 0
        if not self.is_running or passed < _SECONDS_TO_JUDGE:
            return ""
        return time_left(self.done - kept, self.total - kept, passed)


class Worker:
    """Does one piece of work at a time beside the pages; a second waits to be asked for again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._state = JobState()

    @property
    def state(self) -> JobState:
        """How far it is."""
        return self._state

    def ensure(self, work: Callable[[Progress], None], *, wait_seconds: float) -> JobState:
        """Start the work unless some is running; wait a moment, so that short work is done."""
        self.begin(lambda progress, _: work(progress))
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(wait_seconds)
        return self._state

    def begin(self, work: StoppableWork, *, about: str = "") -> bool:
        """Start work that can be stopped; False, and nothing is done, while other work runs."""
        with self._lock:
            if self._state.is_running:
                return False
            self._stop = threading.Event()
            self._state = JobState(is_running=True, about=about, began=time.monotonic())
            self._thread = threading.Thread(target=self._do, args=(work, self._stop), daemon=True)
            self._thread.start()
            return True

    def stop(self, about: str) -> bool:
        """Ask the work of this name to end when it next can; False where it is not running."""
        with self._lock:
            if not self._state.is_running or self._state.about != about:
                return False
            self._state = replace(self._state, is_stopping=True)
            self._stop.set()
            return True

    def close(self, wait_seconds: float) -> None:
        """At the end of the application: ask what runs to end, and give it a moment."""
        self._stop.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(wait_seconds)

    def wait(self) -> JobState:
        """How it ended, once it has."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()
        return self._state

    def _do(self, work: StoppableWork, stop: threading.Event) -> None:
        try:
            work(self._note, stop)
        except SlopewiseError as error:
            self._end(refused=str(error)) if error.http_status < 500 else self._fault(error)
        except Exception as error:
            self._fault(error)
        else:
            self._end()

    def _fault(self, error: Exception) -> None:
        reference = secrets.token_hex(4)
        _LOG.error("job %s ended by %s", reference, type(error).__name__)
        self._end(failed=reference)

    def _end(self, *, failed: str | None = None, refused: str = "") -> None:
        with self._lock:
            before = self._state
            self._state = JobState(
                before.done, before.total, failed=failed, refused=refused, about=before.about
            )

    def _note(self, done: int, total: int) -> None:
        with self._lock:
            state = self._state
            if state.kept is None:
                # the first count may be what an earlier run kept: the pace is judged from here on
                state = replace(state, kept=done, began=time.monotonic())
            self._state = replace(state, done=done, total=total)
