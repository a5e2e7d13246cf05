"""`slopewise trial simulate` at the terminal: the same result whoever computes it, stop, go on."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from slopewise.cli.main import run
from slopewise.records.designs.templates import template_text

COMMAND = [sys.executable, "-c", "from slopewise.cli.main import main; main()"]
INTERRUPTED = 130


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("SLOPEWISE_DATA_FOLDER", str(folder))
    return folder


@pytest.fixture
def design(tmp_path: Path) -> Path:
    """Forty people, without a grid, one primary and two secondary endpoints."""
    text = template_text("two-arm").replace("size = 300", "size = 40")
    text = text[: text.index("[grid]")]
    parts = re.split(r"(?=^\[\[endpoints\]\])", text, flags=re.MULTILINE)
    rest = parts[-1][parts[-1].index("[multiplicity]") :]
    kept = [part for part in parts if "[[endpoints]]" not in part or _is_kept(part)]
    place = tmp_path / "small.toml"
    place.write_text("".join(kept) + ("" if rest in kept[-1] else rest), encoding="utf-8")
    return place


def _is_kept(part: str) -> bool:
    return any(f'analysis = "{name}"' in part for name in ("slope", "joint-rank", "time-to-event"))


def asked(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert run(["trial", "simulate", *map(str, arguments)]) == code
    out = capsys.readouterr()
    return out.out if code == 0 else out.out + out.err


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked(capsys, *arguments, "--json"))
    return found


def test_power_type_one_error_bias_and_size_are_told_for_every_scenario(
    capsys: pytest.CaptureFixture[str], design: Path
) -> None:
    found = told(capsys, design, "--replicates", 60, "--workers", 1)
    assert found["status"] == "finished"
    assert [one["has_effect"] for one in found["scenarios"]] == [True, False]
    assert all(one["replicates"] == 60 for one in found["scenarios"])
    planned, idle = found["scenarios"]
    slope = planned["endpoints"][0]
    assert slope["power"]["of"] == 60
    assert slope["power"]["value"] > idle["endpoints"][0]["power"]["value"]
    assert slope["truth"] > 0.1 > idle["endpoints"][0]["truth"] == 0.0
    assert planned["size"]["mean"] == 40
    assert len(found["examples"]) == 10


def test_the_answer_does_not_depend_on_the_number_of_workers(
    capsys: pytest.CaptureFixture[str], design: Path
) -> None:
    alone = told(capsys, design, "--replicates", 410, "--workers", 1)
    together = told(capsys, design, "--replicates", 410, "--workers", 2)
    assert alone == together


def test_more_replicates_leave_the_first_ones_as_they_were(
    capsys: pytest.CaptureFixture[str], design: Path
) -> None:
    few = told(capsys, design, "--replicates", 30, "--workers", 1)
    again = told(capsys, design, "--replicates", 30, "--workers", 1, "--seed", 20181)
    other = told(capsys, design, "--replicates", 30, "--workers", 1, "--seed", 7)
    assert few == again
    assert few["scenarios"] != other["scenarios"]


def test_further_sizes_and_the_slowing_that_the_evidence_expects(
    capsys: pytest.CaptureFixture[str], design: Path
) -> None:
    found = told(
        capsys, design, "--replicates", 20, "--workers", 1, "--sizes", "24,60", "--assurance"
    )
    sizes = [(one["people"], one["has_effect"]) for one in found["scenarios"]]
    assert sizes[:6] == [
        (40, True), (40, False), (24, True), (24, False), (60, True), (60, False)
    ]  # fmt: skip
    drawn = found["scenarios"][-1]["slowing_drawn"]
    assert drawn["of"] == 20
    assert drawn["spread"] > 0.05


def test_a_stopped_run_shows_what_is_finished_and_goes_on_to_the_same_result(
    capsys: pytest.CaptureFixture[str], design: Path, data_folder: Path
) -> None:
    whole = told(capsys, design, "--replicates", 1600, "--workers", 1)
    arguments = ["trial", "simulate", str(design), "--replicates", "1600", "--workers", "2"]
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SLOPEWISE_DATA_FOLDER": str(data_folder)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        if len(list(data_folder.glob("simulations/*/block-*.npz"))) >= 2:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    if process.returncode == 0:
        pytest.skip("the run was over before it could be stopped")
    assert process.returncode == INTERRUPTED, err
    assert "SIMULATED" in out
    assert "--resume" in err
    assert list(data_folder.glob("simulations/*/block-*.npz"))
    found = told(capsys, design, "--replicates", 1600, "--workers", 2, "--resume")
    assert found == whole
    assert not list(data_folder.glob("simulations/*/block-*.npz"))


def test_the_report_is_written_whole_and_labelled(
    capsys: pytest.CaptureFixture[str], design: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    said = asked(capsys, design, "--replicates", 20, "--workers", 1, "--report", report)
    html = report.read_text(encoding="utf-8")
    assert "SIMULATED" in said
    assert "imulated" in html
    assert "slopewise trial simulate small.toml --replicates 20 --seed 20181" in said
    assert "<script" not in html
    known = ("http://www.w3.org", "https://doi.org")
    assert all(address.startswith(known) for address in re.findall(r"https?://[^\s\"']+", html))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sizes", "24,many"), "'many' is no number of people"),
        (("--sizes", "3"), "too few for 2 arms"),
        (("--sizes", "100001"), "give at most 100000"),
        (("--report", "/nowhere/report.html"), "/nowhere does not exist"),
    ],
)
def test_what_cannot_be_run_is_refused_before_it_begins(
    capsys: pytest.CaptureFixture[str], design: Path, arguments: tuple[str, ...], words: str
) -> None:
    assert words in asked(capsys, design, "--replicates", 20, *arguments, code=1)


def test_more_replicates_than_a_machine_can_run_are_refused(
    capsys: pytest.CaptureFixture[str], design: Path
) -> None:
    assert "10000000" in asked(capsys, design, "--replicates", 10**20, code=2)


def test_workers_and_cluster_together_are_a_misuse(
    capsys: pytest.CaptureFixture[str], design: Path
) -> None:
    both = ("--workers", "1", "--cluster", "tcp://127.0.0.1:9")
    assert "leave one out" in asked(capsys, design, *both, code=2)


def test_a_broken_design_is_told_with_its_lines(
    capsys: pytest.CaptureFixture[str], design: Path
) -> None:
    broken = design.read_text(encoding="utf-8").replace("size = 40", "size = many", 1)
    design.write_text(broken, encoding="utf-8")
    assert "line " in asked(capsys, design, code=1)


def test_entry_rules_that_let_nobody_in_are_told(
    capsys: pytest.CaptureFixture[str], design: Path
) -> None:
    text = design.read_text(encoding="utf-8")
    text = re.sub(r"months_since_onset = \[.*?\]", "months_since_onset = [0, 0.1]", text)
    design.write_text(text, encoding="utf-8")
    said = asked(capsys, design, code=1)
    assert "months_since_onset 0 to 0.1" in said
    assert "widen [entry]" in said
