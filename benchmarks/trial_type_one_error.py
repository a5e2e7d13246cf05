"""How often does each analysis of a trial see an effect where there is none?

    python benchmarks/trial_type_one_error.py                    all of it, 10,000 replicates: hours
    python benchmarks/trial_type_one_error.py --replicates 3000 --slow 300 --imputed 500
        --slowest 100
    python benchmarks/trial_type_one_error.py --sizes 300 --analyses "joint rank;win ratio"
    python benchmarks/trial_type_one_error.py --page             only writes the page anew

Whole trials of virtual people, no effect on function, a two-sided test at 5 %. What was measured is
kept in docs/evidence/type_one_error.json, one entry a world, size and analysis; a new run replaces
its own entries and leaves the others. The page docs/evidence/type_one_error.md is written from it.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # before NumPy is loaded

import argparse
import json
import sys
import time

from type_one_error_cells import ANALYSES, WORLDS, Measured, answered, effort, plan_of
from type_one_error_page import MEASURED, band, write_page

from slopewise.version import VERSION

ALPHA = 0.05


def main() -> None:
    """Measure what was asked for and write the page."""
    asked = _asked()
    if not asked.page:
        for world in asked.worlds.split(","):
            for people in (int(size) for size in asked.sizes.split(",")):
                _keep(world, people, _measured(world, people, asked))
    write_page()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", default=",".join(WORLDS))
    parser.add_argument("--sizes", default="60,150,300")
    parser.add_argument("--analyses", default=";".join(ANALYSES), help="names, parted by ;")
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--slow", type=int, help="slope with Kenward and Roger's correction")
    parser.add_argument("--imputed", type=int, help="multiple and reference-based imputation")
    parser.add_argument("--slowest", type=int, help="mmrm with a structured covariance")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    return parser.parse_args()


def _measured(world: str, people: int, asked: argparse.Namespace) -> dict[str, Measured]:
    """Alarms of every analysis; 0 replicates leave one out."""
    wanted = {}
    for name in asked.analyses.split(";"):
        own = getattr(asked, effort(name)) if effort(name) else None
        wanted[name] = asked.replicates if own is None else own
    names = [name for name in wanted if wanted[name] > 0]
    plan = plan_of(world, people, names)
    found = dict.fromkeys(names, Measured(0, 0, 0, 0))
    began = time.perf_counter()
    for answers in answered(plan, names, wanted):
        for name, answer in answers.items():
            alarm = answer.p_value <= ALPHA
            so_far = found[name]
            found[name] = Measured(
                so_far.replicates + len(alarm),
                so_far.alarms + int(alarm.sum()),
                so_far.in_favour + int((alarm & (answer.z > 0.0)).sum()),
                so_far.unread + int((~answer.read).sum()),
            )
    sys.stdout.write(f"{world}, {people} people, {time.perf_counter() - began:.0f} s\n")
    for name, one in found.items():
        low, high = band(one.replicates)
        sys.stdout.write(
            f"    {name}: {one.alarms / one.replicates:.4f} of {one.replicates}"
            f" (99 % band {low:.4f} to {high:.4f}), {one.unread} without an answer\n"
        )
    sys.stdout.flush()
    return found


def _keep(world: str, people: int, found: dict[str, Measured]) -> None:
    """Put the measured cells among those kept."""
    kept = json.loads(MEASURED.read_text("utf-8"))["cells"] if MEASURED.exists() else []
    table = {(c["world"], c["people"], c["analysis"]): c for c in kept}
    for name, one in found.items():
        table[world, people, name] = {
            "world": world, "people": people, "analysis": name,
            "replicates": one.replicates, "alarms": one.alarms, "in_favour": one.in_favour,
            "unread": one.unread,
        }  # fmt: skip
    worlds, names = [*WORLDS], [*ANALYSES]
    cells = sorted(
        table.values(),
        key=lambda c: (worlds.index(c["world"]), names.index(c["analysis"]), c["people"]),
    )
    document = {
        "question": "share of simulated trials without an effect on function with p at most 0.05",
        "simulated": True,
        "version": VERSION,
        "cells": cells,
    }
    rows = ",\n".join(json.dumps(cell, ensure_ascii=False) for cell in cells)
    head = json.dumps({k: v for k, v in document.items() if k != "cells"}, ensure_ascii=False)
    lines = f'{head[:-1]}, "cells": [\n{rows}\n]}}'
    MEASURED.write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
