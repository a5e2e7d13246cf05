"""How many patients are assessed in a second, at 24 visits, with the full parameter sets?"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import report, spent

VISITS_BEFORE = range(-12, 0)
VISITS_AFTER = range(1, 13)
PATIENTS = 100
WARM_UP = 4


def write_folder(folder: Path, patients: int) -> None:
    """Monthly visits, declining about a point a month; every patient a little different."""
    visits = ["patient_id,month,alsfrs_total"]
    doses = ["patient_id,month,product_id,route,cells"]
    for number in range(patients):
        name = f"DEMO-{number:04d}"
        for month in (*VISITS_BEFORE, *VISITS_AFTER):
            bump = (number * 7 + month * 13) % 5 - 2
            score = round(34 - (0.6 + 0.01 * (number % 60)) * month) + bump
            visits.append(f"{name},{month},{max(0, min(48, score))}")
        doses.append(f"{name},0,not documented,intrathecal,50000000")
    (folder / "visits.csv").write_text("\n".join(visits) + "\n", encoding="utf-8")
    (folder / "doses.csv").write_text("\n".join(doses) + "\n", encoding="utf-8")


def main() -> None:
    """Cold: a new process until the first verdict. Warm: many patients in one process."""
    with tempfile.TemporaryDirectory() as name:
        one, many = Path(name) / "one", Path(name) / "many"
        for folder, patients in ((one, 1), (many, PATIENTS)):
            folder.mkdir()
            write_folder(folder, patients)
        started = time.perf_counter()
        command = [sys.executable, "-m", "slopewise", "assess", str(one)]
        subprocess.run(command, check=True, capture_output=True)
        cold = time.perf_counter() - started

        from datetime import UTC, datetime

        from slopewise.progression.natural_history import embedded
        from slopewise.records.queries import histories
        from slopewise.records.store import open_store
        from slopewise.response.assess import assess
        from slopewise.workflow.import_records import import_records

        store = open_store(None)
        with spent() as importing:
            import_records(store, many, now=datetime.now(UTC))
        with store.reading() as session, spent() as loading:
            treated = histories.load(session)
        assess(treated[:WARM_UP], embedded())
        with spent() as assessing:
            assess(treated, embedded())
        with spent() as sharing:  # as `assess` does it from 40 patients on; the start counts
            assess(treated, embedded(), processes=2)
    report(
        "assess_speed",
        f"{PATIENTS / sharing.wall:.1f} patients a second on two processes (their start counted),"
        f" {PATIENTS / assessing.wall:.1f} on one, at 24 visits,"
        f" {len(embedded().parameter_sets)} parameter sets; first verdict after {cold:.1f} s.",
        {
            "patients_per_second_two_processes": PATIENTS / sharing.wall,
            "patients_per_second_warm": PATIENTS / assessing.wall,
            "cpu_seconds_per_patient": assessing.cpu / PATIENTS,
            "seconds_to_first_verdict_cold": cold,
            "seconds_to_import_100_patients": importing.wall,
            "seconds_to_load_100_patients": loading.wall,
        },
    )


if __name__ == "__main__":
    main()
