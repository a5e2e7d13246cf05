"""What is committed names no registry, no machine, and nothing but the project itself."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Written so that this file does not contain what it looks for.
FORBIDDEN = {
    "the host of a package registry": (
        r"py" r"pi\.org|python" r"hosted\.org|registry\.npm" r"js|deb\.deb" r"ian\.org"
    ),
    "a path of one machine": r"(?<![\w.$}/])/(?:ro[o]t|wo[r]k|ho[m]e)/\w",
    "a promise nobody keeps": r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b",
}
READ_AS_TEXT = {".py", ".md", ".toml", ".txt", ".json", ".csv", ".html", ".css", ".svg", ".R", ""}


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: the list of tracked files is not known")
    result = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    paths = [ROOT / name for name in result.stdout.split("\0") if name]
    return [p for p in paths if p.suffix in READ_AS_TEXT and p.is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked_files()
        if (match := pattern.search(path.read_text(encoding="utf-8")))
    ]
    assert not found


def test_no_patient_data_or_store_is_tracked() -> None:
    kept = {"README.md"}
    stores = [p for p in tracked_files() if p.suffix in {".sqlite", ".db", ".xpt"}]
    data = [p for p in tracked_files() if "slopewise-data" in p.parts and p.name not in kept]
    assert not stores + data


def test_every_patient_of_the_demonstration_is_labelled_simulated() -> None:
    text = (ROOT / "src/slopewise/demonstration/patients.csv").read_text(encoding="utf-8")
    header, *rows = text.splitlines()
    assert header.split(",")[-1] == "simulated"
    assert rows
    assert all(row.startswith("DEMO-") and row.endswith(",yes") for row in rows)
