"""Style, types and spelling, as `make check` runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
SPELLED = ("src", "tests", "docs", "scripts", "benchmarks", "README.md", "CHANGELOG.md")
CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "style": ("ruff", "check", "."),
    "types": ("mypy",),
    "spelling": ("codespell", *SPELLED, "CONTRIBUTING.md"),
}


@pytest.mark.parametrize("check", CHECKS)
def test_style(check: str) -> None:
    program, *arguments = CHECKS[check]
    result = subprocess.run(
        [PROGRAMS / program, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert result.returncode == 0, result.stdout + result.stderr
