"""What JM and JMbayes2 take on the same cohorts: measured now where R has them, else stored.

Stored: medians on the machine and day of the baselines' table (2 cores of an AMD EPYC, one thread,
load 0.2 to 1.1 unless said otherwise), R 4.2.2, JM 1.5-2, JMbayes2 0.5-7, the data of
joint_workload.py. A ratio to a stored time compares two runs of two days and is labelled so.
"""

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from joint_workload import Workload, write_tables

__all__ = [
    "JMBAYES2_FITS",
    "JMBAYES2_MILLISECONDS_200",
    "JM_FITS",
    "JM_MILLISECONDS",
    "JM_MILLISECONDS_200",
    "StoredFit",
    "StoredPosterior",
    "measured_now",
]


@dataclass(frozen=True)
class StoredFit:
    """A fit with standard errors: seconds from data to result, and what it found."""

    seconds: float
    log_likelihood: float | None = None
    association: float | None = None
    cpu_only: bool = False  # the machine was busy: processor seconds stand for wall seconds


@dataclass(frozen=True)
class StoredPosterior:
    """Three chains of 3,500 draws on one core."""

    effective_draws_per_second: float  # of the association, per processor second
    mean: float
    sd: float | None = None


JM_FITS = {
    ("weibull", 300): StoredFit(2.18, -6075.583, -0.09018),
    ("weibull", 1000): StoredFit(6.54, -20677.42, -0.09226),
    ("weibull", 5000): StoredFit(32.5, None, -0.09752),
    ("piecewise:7", 300): StoredFit(2.29, None, -0.0904),
    ("piecewise:7", 1000): StoredFit(7.0, cpu_only=True),
    ("spline:5", 300): StoredFit(8.8, None, -0.0882),
    ("spline:5", 1000): StoredFit(11.4, cpu_only=True),
}
JMBAYES2_FITS = {
    300: StoredPosterior(4.2, -0.0901, 0.0131),
    1000: StoredPosterior(2.3, -0.09336),
}
JM_MILLISECONDS, JM_MILLISECONDS_200 = 17.6, 273.0  # a patient: survfitJM at the mode, M = 200
JMBAYES2_MILLISECONDS_200 = 51.0


def measured_now(tool: str, workload: Workload) -> dict[str, float] | None:
    """What `tool` takes now (JM-weibull, JM-piecewise, JM-spline, JMbayes2); None if not there."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        write_tables(workload, Path(folder))
        script = Path(__file__).with_name("joint_peers.R")
        result = subprocess.run(
            [program, str(script), folder, tool], capture_output=True, text=True, check=False
        )
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if result.returncode != 0 or not lines:
        return None
    found: dict[str, float] = json.loads(lines[-1])
    return found
