"""Calibrate anew and write what the page on calibration shows, beside the natural history itself.

OPENBLAS_NUM_THREADS=1 .venv/bin/python scripts/calibration_checks.py

Writes docs/evidence/calibration.json: survival targets, what was predicted and not fitted, and each
target predicted from all the others. Ten minutes and more.
"""

import json
import sys
from pathlib import Path

from slopewise.workflow.calibrate import CalibratedHistory, calibrate_natural_history

__all__ = ["main", "write"]

RESULTS = Path(__file__).resolve().parent.parent / "docs" / "evidence" / "calibration.json"


def main() -> int:
    """Run the shipped calibration with its checks."""
    write(calibrate_natural_history(sets=128, steps=100_000, seed=20, leave_one_out=True))
    return 0


def write(found: CalibratedHistory) -> None:
    """Write the results, rounded to what a page shows."""
    document = {
        "natural_history": found.history.name,
        "status": found.status,
        "predicted": [
            {
                "name": row.target.name,
                "unit": row.target.unit,
                "published": _short(row.target.value),
                "tolerance": _short(row.target.tolerance),
                "predicted": _short(row.median),
                "low90": _short(row.low90),
                "high90": _short(row.high90),
                "source": row.target.source,
                "basis": row.target.basis,
            }
            for row in found.predicted
        ],
        "left_out": [
            {
                "name": row.target.name,
                "unit": row.target.unit,
                "published": _short(row.target.value),
                "tolerance": _short(row.target.tolerance),
                "predicted": _short(row.median),
                "low90": _short(row.low90),
                "high90": _short(row.high90),
                "misfit": round(row.misfit, 2),
                "shape": round(row.shape, 2),
                "effective_states": round(row.effective_states),
                "status": row.status,
            }
            for row in found.left_out
        ],
    }
    RESULTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    sys.stderr.write(f"written: {RESULTS.name}\n")


def _short(value: float) -> float:
    return round(value, 4)


if __name__ == "__main__":
    raise SystemExit(main())
