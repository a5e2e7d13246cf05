"""docs/start.md is true: every block marked `run` runs."""

import re
import shlex
from pathlib import Path

import pytest

from slopewise.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "start.md"
BLOCKS = re.findall(r"<!-- run -->\n```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line]


def test_the_page_has_commands_to_run() -> None:
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_of_the_start_page_runs(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").symlink_to(ROOT / "src")
    program, *arguments = shlex.split(command)
    assert program == "slopewise"
    assert main.run(arguments) == 0
    assert capsys.readouterr().out
