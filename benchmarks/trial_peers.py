"""Ask R for its numbers; says so and goes on where R is not there."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["from_r"]


def from_r(*arguments: str) -> dict[str, float]:
    """What `trial_peers.R` prints; empty where R or a package of it is missing."""
    program = shutil.which("Rscript")
    if program is None:
        sys.stdout.write("R is not installed: nothing to compare with\n")
        return {}
    script = Path(__file__).with_suffix(".R")
    result = subprocess.run(
        [program, str(script), *arguments], capture_output=True, text=True, check=False
    )
    if result.returncode:
        sys.stdout.write(f"R has no answer for {arguments[0]}: {result.stderr[-300:]}\n")
        return {}
    return {key: float(value) for key, value in json.loads(result.stdout).items()}
