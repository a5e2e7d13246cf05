"""Imports go down only, and nothing heavy is loaded before it is needed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"numpy", "scipy", "sqlalchemy", "polars", "altair", "fastapi", "vl_convert"}


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after the statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(result.stdout.split())


def test_import_rules_of_the_architecture_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_command_line_loads_nothing_heavy() -> None:
    assert not loaded_by("import slopewise.cli.main") & HEAVY


@pytest.mark.parametrize(
    "arguments", [["--help"], ["assess", "--help"], ["fit", "progression", "--help"], ["--version"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    statement = f"from slopewise.cli.main import run\nrun({arguments!r})"
    assert not loaded_by(statement) & HEAVY


@pytest.mark.parametrize("module", ["fit_text", "fit_json", "outlook_text", "outlook_json"])
def test_reports_of_fits_and_predictions_load_no_numerical_machinery(module: str) -> None:
    assert not loaded_by(f"import slopewise.report.progression.{module}") & {"scipy", "jax"}


def test_web_application_starts_without_the_numerical_packages() -> None:
    assert not loaded_by("import slopewise.web.app") & {"scipy", "altair", "vl_convert", "jax"}


def test_importing_the_package_loads_nothing_but_itself() -> None:
    third_party = loaded_by("import slopewise.errors, slopewise.units") & (HEAVY | {"typer"})
    assert not third_party
