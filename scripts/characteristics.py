"""Measure the verdict's false alarms and power; writes docs/evidence/characteristics.json.

.venv/bin/python scripts/characteristics.py [PEOPLE] [PEOPLE_WITH_EFFECT]

Takes about six minutes on two cores at the default sizes. `make docs` turns the numbers into a
page.
"""

import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread a process: the processes share

from slopewise.progression.natural_history import embedded
from slopewise.response.characteristics import HISTORIES, PLANS, Cell, VisitPlan, measure_cell
from slopewise.version import VERSION

__all__ = ["main"]

RESULT = Path(__file__).resolve().parent.parent / "docs" / "evidence" / "characteristics.json"
SEED = 2026


def main(arguments: list[str]) -> int:
    """Run the grid on two processes and write it down."""
    people = int(arguments[0]) if arguments else 2000
    with_effect = int(arguments[1]) if len(arguments) > 1 else 700
    started = time.time()
    jobs = [(history, plan, people, with_effect) for plan in PLANS for history in HISTORIES]
    cells = []
    with ProcessPoolExecutor(2) as pool:
        for cell in pool.map(_cell, jobs):
            cells.append(asdict(cell))
            sys.stderr.write(
                f"{len(cells)} of {len(jobs)}, {time.time() - started:.0f} s: {cell.plan},"
                f" {cell.history}: {cell.false_slower} % false, power {cell.power}\n"
            )
    document = {
        "slopewise": VERSION,
        "natural_history": embedded().name,
        "parameter_sets": len(embedded().parameter_sets),
        "seed": SEED,
        "cells": cells,
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0


def _cell(job: tuple[str, VisitPlan, int, int]) -> Cell:
    history, plan, people, with_effect = job
    return measure_cell(
        history,
        plan,
        embedded().parameter_sets,
        people=people,
        people_with_effect=with_effect,
        seed=SEED,
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
