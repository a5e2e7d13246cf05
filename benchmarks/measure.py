"""What every benchmark says beside its number: processor and wall time, versions, machine."""

import importlib.metadata
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["Spent", "middle", "peak_mib", "report", "spent"]

RESULTS = Path(__file__).parent / "results.jsonl"
PACKAGES = ("slopewise", "numpy", "scipy", "sqlalchemy", "fastapi", "typer")


@dataclass
class Spent:
    """Seconds of one measured stretch, filled when it ends."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure what happens inside."""
    found = Spent()
    wall, cpu = time.perf_counter(), time.process_time()
    yield found
    found.wall, found.cpu = time.perf_counter() - wall, time.process_time() - cpu


def middle(runs: Sequence[Spent]) -> Spent:
    """Medians of repeated runs, wall and processor each."""
    return Spent(
        statistics.median(run.wall for run in runs), statistics.median(run.cpu for run in runs)
    )


def peak_mib() -> float:
    """Most memory this process has held so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(question: str, sentence: str, numbers: dict[str, float]) -> None:
    """Print the answer and add a line to results.jsonl."""
    rounded = {name: float(f"{value:.4g}") for name, value in numbers.items()}
    line = {
        "question": question,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "numbers": rounded,
        "memory_mib": int(peak_mib()),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "load_before": round(os.getloadavg()[0], 2),
        },
    }
    sys.stdout.write(f"{sentence}\n")
    for name, value in rounded.items():
        sys.stdout.write(f"    {name}: {value:g}\n")
    sys.stdout.write(f"    machine: {line['machine']}, {line['memory_mib']} MiB\n")
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _commit() -> str:
    result = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return result.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()
