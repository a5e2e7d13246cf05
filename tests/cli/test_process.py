"""The command as other programs meet it: pipes, signals, ports."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.folders import DEMONSTRATION

COMMAND = [sys.executable, "-c", "from slopewise.cli.main import main; main()"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "SLOPEWISE_DATA_FOLDER": str(tmp_path / "data"), "LC_ALL": "C.UTF-8"}


def test_a_reader_that_goes_away_ends_the_command_quietly(environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        [*COMMAND, "stage", str(DEMONSTRATION / "visits.csv"), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert said == b""


def test_a_terminal_that_knows_only_ascii_is_served_too(
    environment: dict[str, str],
) -> None:
    result = subprocess.run(
        [*COMMAND, "stage", str(DEMONSTRATION / "visits.csv")],
        capture_output=True,
        check=False,
        env={**environment, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert result.returncode == 0, result.stderr
    assert b"King's" in result.stdout


@pytest.fixture
def server(environment: dict[str, str]) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    yield process
    process.kill()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    process.wait()


def address_of(server: "subprocess.Popen[str]") -> str:
    assert server.stderr is not None
    for line in server.stderr:
        if "http://" in line:
            return next(word for word in line.split() if word.startswith("http://"))
    raise AssertionError("the address was never printed")


def test_serve_prints_an_address_that_answers_and_stops_with_ctrl_c(
    server: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    address = address_of(server)
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{address}help", timeout=60) as answer:
        assert answer.status == 200
    store = tmp_path / "data" / "slopewise.sqlite"
    assert store.stat().st_mode & 0o777 == 0o600
    assert store.parent.stat().st_mode & 0o777 == 0o700
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=60) == 0


def test_a_taken_port_is_said_with_a_remedy(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            [*COMMAND, "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=60,
        )
    assert result.returncode == 1
    assert f"port {port}" in result.stderr
    assert "--port 0" in result.stderr
    assert "Traceback" not in result.stderr
