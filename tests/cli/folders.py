"""Small folders of CSV files for the tests of the command line."""

import csv
from pathlib import Path

__all__ = ["DEMONSTRATION", "folder_of"]

DEMONSTRATION = Path(__file__).resolve().parents[2] / "src" / "slopewise" / "demonstration"


def folder_of(folder: Path, *patients: str) -> Path:
    """The demonstration's files with these patients only."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in DEMONSTRATION.glob("*.csv"):
        with source.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        kept = [row for row in rows if header[0] != "patient_id" or row[0] in patients]
        with (folder / source.name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *kept])
    return folder
