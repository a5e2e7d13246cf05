"""Make the demonstration clinic: simulated patients in slopewise's own CSV layout.

.venv/bin/python scripts/demonstration.py [FOLDER]      default: src/slopewise/demonstration

Totals are drawn from the program's natural history with the true slowing of each plan; items,
breathing tests and symptom values are then filled in so that they fit the total. Everything here is
SIMULATED. Fixed seed: the same program makes the same files.
"""

import csv
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from demonstration_plans import PLANS, PRODUCTS, Plan

from slopewise.progression.parameters import ParameterSets
from slopewise.progression.simulate import simulate
from slopewise.progression.timeline import Exposure
from slopewise.records.file_tables import table
from slopewise.units import date_after

__all__ = ["main", "make"]

SEED = 20261122
FIRST_DAY = date(2024, 9, 2)  # first dose of the first patient; the others follow
DAYS_BETWEEN_PATIENTS = 13
TARGET = Path(__file__).resolve().parent.parent / "src" / "slopewise" / "demonstration"

ITEMS = (
    "speech",
    "salivation",
    "swallowing",
    "handwriting",
    "cutting",  # 5a without gastrostomy, 5b with it
    "dressing_hygiene",
    "turning_in_bed",
    "walking",
    "climbing_stairs",
    "dyspnea",
    "orthopnea",
    "respiratory_insufficiency",
)
# How fast items fall, by place of onset, in the order of the form (bulbar, fine motor, gross
# motor, respiratory). assumption: illustrative weights, simulated data only.
ITEM_WEIGHTS = {
    "bulbar": (5, 4, 5, 2, 2, 2, 1.5, 2, 2, 1, 0.6, 0.6),
    "limb": (1, 1, 1, 4, 4, 4, 3, 4, 5, 0.8, 0.6, 0.4),
    "respiratory": (1, 1, 1, 2, 2, 2, 2, 2, 3, 4, 4, 3),
}
SYMPTOM_EVERY = 3  # visits
BREATHING_EVERY = 3

Row = dict[str, object]


@dataclass(frozen=True)
class Clock:
    """Turns months after the first dose into what the files hold for this patient."""

    origin: date
    in_months: bool

    def when(self, month: float, *, prefix: str = "") -> Row:
        if self.in_months:
            return {f"{prefix}month": f"{month:g}"}
        return {f"{prefix}date": date_after(self.origin, month).isoformat()}


def main(folder: Path) -> None:
    """Write the clinic's files into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make().items():
        columns = [c for c in table(name).column_names if any(c in row for row in rows)]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def make() -> dict[str, list[Row]]:
    """All rows of all files."""
    names = ("patients", "visits", "doses", "events", "care", "breathing", "symptoms")
    files: dict[str, list[Row]] = {name: [] for name in (*names, "adverse_events")}
    products = table("products").column_names
    files["products"] = [dict(zip(products, row, strict=True)) for row in PRODUCTS]
    for number, plan in enumerate(PLANS, start=1):
        _add_patient(files, plan, number)
    return files


def _add_patient(files: dict[str, list[Row]], plan: Plan, number: int) -> None:
    generator = np.random.default_rng([SEED, number])
    patient = {"patient_id": f"DEMO-{number:03d}"}
    origin = FIRST_DAY + timedelta(days=DAYS_BETWEEN_PATIENTS * (number - 1))
    clock = Clock(origin, plan.in_months)
    months = [_jitter(m, plan, generator) for m in (*plan.before, *plan.after)]
    totals = _totals(plan, months, generator)
    items = _items(plan, totals, generator)
    files["patients"].append(patient | _facts(plan, clock))
    for month, total, scores in zip(months, totals, items, strict=True):
        rest = {} if plan.in_months else _item_columns(plan, month, scores)
        visit = patient | clock.when(month) | rest | {"alsfrs_total": total, "scale": "ALSFRS-R"}
        after = int(month > 0 and bool(plan.doses))
        files["visits"].append(visit | {"rater": plan.raters[after], "mode": plan.modes[after]})
    for index, month in enumerate(plan.doses):
        files["doses"].append(patient | clock.when(month) | _dose(plan, index))
    for month, kind, detail in plan.events:
        files["events"].append(patient | clock.when(month) | {"kind": kind, "detail": detail})
    for row in _care(plan, clock):
        files["care"].append(patient | row)
    for row in _adverse_events(plan, clock):
        files["adverse_events"].append(patient | row)
    for row in _breathing(plan, months, items, clock, generator):
        files["breathing"].append(patient | row)
    for row in _symptoms(plan, months, items, clock, generator):
        files["symptoms"].append(patient | row)


def _jitter(month: float, plan: Plan, generator: np.random.Generator) -> float:
    """Visits fall a few days beside their planned day, and never on the wrong side of a dose."""
    if plan.in_months or month == 0:
        return float(month)
    return float(round(month + generator.uniform(-0.1, 0.1), 3))


def _totals(plan: Plan, months: list[float], generator: np.random.Generator) -> list[int]:
    parameters = ParameterSets(
        weight=np.array([[1.0]]),
        mean_level=np.array([[plan.first_total]]),
        mean_slope=np.array([[plan.slope]]),
        sd_level=np.array([[0.5]]),
        sd_slope=np.array([[0.05]]),
        correlation=np.array([[0.0]]),
        residual_sd=np.array([[1.2]]),
        wander_sd=np.array([[0.3]]),
        wander_months=np.array([[5.0]]),
    )
    exposure = Exposure((0.0,), (1.0,)) if plan.doses else Exposure()
    drawn = simulate(
        parameters, months, 1, generator=generator, theta=plan.theta, exposure=exposure
    )
    return [int(score) for score in drawn.scores[0]]


def _items(plan: Plan, totals: list[int], generator: np.random.Generator) -> list[list[int]]:
    """Item scores that sum to each total; they fall point by point from 4 each."""
    weights = np.array(ITEM_WEIGHTS[plan.site])
    scores = np.full(12, 4)
    visits = []
    for total in totals:
        while scores.sum() != total:
            falling = scores.sum() > total
            chance = weights * (scores if falling else 4 - scores)
            position = generator.choice(12, p=chance / chance.sum())
            scores[position] += -1 if falling else 1
        visits.append([int(score) for score in scores])
    return visits


def _item_columns(plan: Plan, month: float, scores: list[int]) -> Row:
    with_tube = any(kind == "gastrostomy" and start <= month for kind, start, *_ in plan.care)
    row: Row = dict(zip(ITEMS, scores, strict=True))
    cutting = row.pop("cutting")
    return row | {"cutting_5b" if with_tube else "cutting_5a": cutting}


def _facts(plan: Plan, clock: Clock) -> Row:
    onset = -plan.months_since_onset
    diagnosis = max(onset * 0.45, min(plan.before) - 0.5 if plan.doses else -4.0)
    diagnosis = min(diagnosis, min(plan.before) - 0.3)
    return {
        **clock.when(min(onset, min(plan.before) - 6.0), prefix="onset_"),
        **clock.when(diagnosis, prefix="diagnosis_"),
        "onset_site": plan.site,
        "age_at_onset": plan.age,
        "sex": plan.sex,
        "selected_post_hoc": "yes" if plan.selected else "no",
        "simulated": "yes",
    }


def _dose(plan: Plan, index: int) -> Row:
    product = plan.later_product if index and plan.later_product else plan.product
    return {
        "product_id": product,
        "route": plan.route,
        "cells": plan.cells or "",
        "cells_per_kg": plan.cells_per_kg or "",
    }


def _care(plan: Plan, clock: Clock) -> list[Row]:
    spans = list(plan.care)
    if plan.riluzole:
        spans.insert(0, ("riluzole", min(plan.before) - 0.2, None, "50 mg twice a day"))
    rows = []
    for kind, start, end, detail in spans:
        row: Row = {"kind": kind, **clock.when(start, prefix="start_"), "detail": detail}
        rows.append(row if end is None else row | clock.when(end, prefix="end_"))
    return rows


def _adverse_events(plan: Plan, clock: Clock) -> list[Row]:
    names = ("term", "grade", "serious", "related", "outcome")
    return [
        {**clock.when(month), **dict(zip(names, facts, strict=True))}
        for month, *facts in plan.adverse
    ]


def _breathing(
    plan: Plan,
    months: list[float],
    items: list[list[int]],
    clock: Clock,
    generator: np.random.Generator,
) -> list[Row]:
    """Slow vital capacity that falls with the respiratory items; simulated, illustrative."""
    rows = []
    for month, scores in list(zip(months, items, strict=True))[::BREATHING_EVERY]:
        expected = 100.0 - 4.5 * (12 - sum(scores[9:])) - 0.7 * (36 - sum(scores[:9]))
        percent = round(float(np.clip(expected + generator.normal(0, 3), 18, 118)))
        rows.append({**clock.when(month), "measure": "SVC", "percent_predicted": percent})
    return rows


def _symptoms(
    plan: Plan,
    months: list[float],
    items: list[list[int]],
    clock: Clock,
    generator: np.random.Generator,
) -> list[Row]:
    """One scale of each of the seven symptoms at every third visit; simulated, illustrative."""
    if not plan.symptoms:
        return []
    rows = []
    cognition = float(generator.normal(110, 9))
    laughing = float(generator.normal(13 if plan.site == "bulbar" else 9, 2))
    for month, scores in list(zip(months, items, strict=True))[::SYMPTOM_EVERY]:
        bulbar, fine, gross = (sum(scores[i : i + 3]) / 12 for i in (0, 3, 6))
        drawn = generator.normal(0, 1, 7)
        values = (
            ("walking", "alsaq40_mobility", np.clip(100 * (1 - gross) + 6 * drawn[0], 0, 100)),
            ("falls", "falls_3_months", generator.poisson(2.5 * gross * (1 - gross) * 2)),
            ("hand_weakness", "grip_strength", max(0.0, 32 * fine + 2 * drawn[2])),
            ("speech", "speaking_rate", max(20.0, 60 + 125 * bulbar + 6 * drawn[3])),
            ("cramps", "cramps_per_day", generator.poisson(4.0)),
            ("pseudobulbar_affect", "cns_ls", np.clip(laughing + drawn[5], 7, 35)),
            ("cognition_behaviour", "ecas_total", np.clip(cognition + 2 * drawn[6], 0, 136)),
        )
        rows += [
            {**clock.when(month), "symptom": symptom, "scale": scale, "value": round(float(value))}
            for symptom, scale, value in values
        ]
    return rows


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
