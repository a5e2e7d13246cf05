"""Make or refresh the environment in `.venv`; called by the Makefile, standard library only.

python3 scripts/environment.py run       what the program needs
python3 scripts/environment.py test      that, the test tools, and Chromium where possible

Nothing is done when nothing changed since the last time.
"""

import hashlib
import importlib.util
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
PINS = {"run": "constraints.txt", "test": "constraints-test.txt"}
SECONDS_OF_SILENCE = 2.0
LINES_SHOWN_ON_FAILURE = 15
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def main(purpose: str) -> int:
    """Bring the environment up to date for `purpose`, "run" or "test"; returns the exit code."""
    remedy = what_is_missing()
    if remedy:
        say(remedy)
        return 1
    try:
        make_environment()
        install(purpose)
    except subprocess.CalledProcessError as error:
        say(f"It stopped: {error.cmd[-1] if error.cmd else 'a step'} (exit {error.returncode}).")
        say("Check the network and the free disk space, then give the same command again.")
        return 1
    if purpose == "test":
        offer_chromium()
    return 0


def what_is_missing() -> str:
    """What this machine lacks and how to add it; empty when nothing."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this file is run by whatever Python there is)
        found = ".".join(str(part) for part in sys.version_info[:3])
        return f"Python 3.11 or newer is needed; this is {found}. Try: make run PYTHON=python3.11"
    if not importlib.util.find_spec("ensurepip") or not importlib.util.find_spec("venv"):
        return (
            "Python's venv module is missing. On Debian or Ubuntu:\n"
            "    sudo apt install python3-venv\n"
            "then give the same command again."
        )
    return ""


def make_environment() -> None:
    """Make `.venv` unless a working one is there."""
    if PYTHON.exists():
        works = subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False)
        if works.returncode == 0:
            return
        say("The environment in .venv does not work any more; making it anew.")
    run("Making the environment in .venv", [sys.executable, "-m", "venv", "--clear", ENVIRONMENT])


def install(purpose: str) -> None:
    """Install the pinned packages and slopewise itself, unless that was done already."""
    stamp = ENVIRONMENT / f".slopewise-{purpose}"
    wanted = fingerprint(purpose)
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    pins = ROOT / PINS[purpose]
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    run(
        f"Installing the pinned packages of {pins.name}",
        [*pip, "--require-hashes", "--requirement", pins],
    )
    run(
        "Installing slopewise",
        [*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT],
    )
    stamp.write_text(wanted, encoding="ascii")


def fingerprint(purpose: str) -> str:
    """A hash over everything that decides what is installed."""
    files = (PINS[purpose], "pyproject.toml", "src/slopewise/version.py")
    parts = [sys.version, str(ROOT), *((ROOT / name).read_text(encoding="utf-8") for name in files)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def offer_chromium() -> None:
    """Install Chromium from Debian's packages where that is possible, or say what is skipped."""
    if any(shutil.which(name) for name in CHROMIUM_NAMES):
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        say("Chromium is not installed: the browser tests will be skipped.")
        say("To run them: sudo apt install chromium")
        return
    try:
        run("Reading Debian's package lists", [apt, "update"])
        run(
            "Installing Chromium for the browser tests",
            [apt, "install", "--yes", "--no-install-recommends", "chromium"],
        )
    except subprocess.CalledProcessError:
        say("Chromium could not be installed: the browser tests will be skipped.")


def run(what: str, command: list[object]) -> None:
    """Run a command, telling at least every two seconds that it is still at work."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    )
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=read_lines, args=(process, lines), daemon=True).start()
    said = follow(what, lines)
    if process.wait() != 0:
        say(f"{what}: failed.")
        for line in said[-LINES_SHOWN_ON_FAILURE:]:
            say("    " + line)
        raise subprocess.CalledProcessError(process.returncode, [what])


def read_lines(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    """Pass what the command prints on to the queue, then None."""
    for line in process.stdout or ():
        lines.put(line.rstrip())
    lines.put(None)


def follow(what: str, lines: "queue.Queue[str | None]") -> list[str]:
    """Show how far a command is until it ends; returns what it printed."""
    started = told = time.monotonic()
    said: list[str] = []
    say(f"{what} ...")
    while True:
        try:
            line = lines.get(timeout=0.5)
            if line is None:
                break
            said.append(line)
        except queue.Empty:
            pass
        now = time.monotonic()
        if now - told >= SECONDS_OF_SILENCE:
            told = now
            say(f"    {now - started:4.0f} s  {step(said)}")
    return said


def step(said: list[str]) -> str:
    """The last line that tells something, in a few words."""
    for line in reversed(said):
        words = line.split()
        if line.startswith("Installing collected packages"):
            return "unpacking the packages"
        if len(words) > 1 and words[0] in {"Collecting", "Downloading", "Get:", "Unpacking"}:
            return " ".join(words[:2])
    return "at work"


def say(text: str) -> None:
    """One line to the person at the terminal, on the error stream."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PINS:
        say(__doc__ or "")
        raise SystemExit(2)
    try:
        raise SystemExit(main(sys.argv[1]))
    except KeyboardInterrupt:
        say("Stopped.")
        raise SystemExit(130) from None
