"""Where public example tables lie beside the checkout, if they do; tests that need them skip."""

from pathlib import Path

import pytest

__all__ = ["FOLDER", "example_table"]

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


def example_table(name: str) -> Path:
    """The table of that name; skips the test where it is not there."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"the example table {name} is not beside this checkout")
    return path
