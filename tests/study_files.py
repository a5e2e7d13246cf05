"""Small simulated studies as files: plain tables, and slopewise's own folder."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

__all__ = ["ROOT", "clinic_folder", "sleepstudy", "study_folder", "write_csv"]

ROOT = Path(__file__).resolve().parents[1]


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """A comma separated file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


def study_folder(
    folder: Path, patients: int = 60, *, seed: int = 3, slowing: float = 0.0, before: float = 0.0
) -> Path:
    """Straight lines (level 33 ± 5, slope −1 ± 0.6, error 1.5), hazard 0.02 × 1.08^(33 − level).

    Every second patient is treated from month 0: the slope after it is (1 − slowing) times that
    before. `before`: months of visits before month 0. Visits every two months to month 12.
    """
    generator = np.random.default_rng(seed)
    visits: list[tuple[object, ...]] = []
    subjects: list[tuple[object, ...]] = []
    for number in range(patients):
        name, treated = f"P{number:03}", number % 2
        level, slope = 33 + 5 * generator.normal(), -1 + 0.6 * generator.normal()
        after = slope * (1 - slowing * treated)
        death = _month_of_death(generator, level, after)
        end = min(death, 12.0)
        months = [float(m) + 0.0 for m in np.arange(-before, 12.1, 2.0) if m <= end]
        for month in months:
            course = level + (slope if month < 0 else after) * month
            visits.append((name, month, round(course + 1.5 * generator.normal(), 3)))
        sex = ("f", "m")[int(generator.integers(2))]
        age = round(60 + 10 * generator.normal(), 1)
        subjects.append((name, round(end, 4), int(death <= 12.0), treated, age, sex))
    write_csv(folder / "scores.csv", ("patient", "month", "alsfrsr"), visits)
    header = ("patient", "months", "death", "arm", "age", "sex")
    write_csv(folder / "people.csv", header, subjects)
    return folder


def _month_of_death(generator: np.random.Generator, level: float, slope: float) -> float:
    for month in np.arange(0.05, 12.0, 0.05):
        hazard = 0.02 * 1.08 ** (33 - level - slope * month)
        if generator.random() < 1 - np.exp(-0.05 * hazard):
            return float(month)
    return 99.0


def clinic_folder(folder: Path, patients: int = 40, *, seed: int = 5) -> Path:
    """The same people in slopewise's own layout; the first has no onset, every third is bulbar.

    Every fifth has a gastrostomy at month 6; one who lives eight months is treated at month 4.
    """
    study_folder(folder / "plain", patients, seed=seed)
    with (folder / "plain" / "scores.csv").open(encoding="utf-8") as file:
        scores = [
            (row["patient"], row["month"], min(max(round(float(row["alsfrsr"])), 0), 48))
            for row in csv.DictReader(file)
        ]
    with (folder / "plain" / "people.csv").open(encoding="utf-8") as file:
        people = list(csv.DictReader(file))
    clinic = folder / "clinic"
    write_csv(clinic / "visits.csv", ("patient_id", "month", "alsfrs_total"), scores)
    facts = [
        (
            person["patient"],
            "" if number == 0 else -10 - number % 7,
            "bulbar" if number % 3 == 0 else "limb",
            person["age"],
            {"f": "female", "m": "male"}[person["sex"]],
            "yes",
        )
        for number, person in enumerate(people)
    ]
    header = ("patient_id", "onset_month", "onset_site", "age_at_onset", "sex", "simulated")
    write_csv(clinic / "patients.csv", header, facts)
    died = [(p["patient"], p["months"], "death") for p in people if p["death"] == "1"]
    write_csv(clinic / "events.csv", ("patient_id", "month", "kind"), died)
    care = [(p["patient"], "gastrostomy", 6) for p in people[::5] if float(p["months"]) > 6.5]
    write_csv(clinic / "care.csv", ("patient_id", "kind", "start_month"), care)
    write_csv(
        clinic / "doses.csv",
        ("patient_id", "month", "product_id", "route"),
        [(next(p["patient"] for p in people[1:] if float(p["months"]) > 8), 4, "ASC-1", "other")],
    )
    return clinic


def sleepstudy(folder: Path) -> Path:
    """The data behind the pinned lme4 fits, as one table."""
    text = (ROOT / "reference" / "lme4" / "values.json").read_text(encoding="utf-8")
    data = json.loads(text)["data"]["sleepstudy"]
    rows = list(zip(data["id"], data["t"], data["y"], strict=True))
    return write_csv(folder / "sleep.csv", ("Subject", "Days", "Reaction"), rows)
