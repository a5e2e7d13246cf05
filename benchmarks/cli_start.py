"""How long does the command line take to start?"""

import subprocess
import sys
import time

from measure import report

REPEATS = 10


def seconds(*arguments: str) -> float:
    """Median wall seconds of a new process with these arguments."""
    found = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        command = [sys.executable, "-m", "slopewise", *arguments]
        subprocess.run(command, check=True, capture_output=True)
        found.append(time.perf_counter() - started)
    return sorted(found)[REPEATS // 2]


def main() -> None:
    """Help, version, and Python alone for comparison."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    bare = time.perf_counter() - started
    shown = seconds("--help")
    report(
        "cli_start",
        f"`slopewise --help` takes {shown:.2f} s (Python alone: {bare:.2f} s).",
        {
            "seconds_help": shown,
            "seconds_version": seconds("--version"),
            "seconds_assess_help": seconds("assess", "--help"),
            "seconds_python_alone": bare,
        },
    )


if __name__ == "__main__":
    main()
