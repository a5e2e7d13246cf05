"""`slopewise stage` against stages worked out by hand from the published rules."""

import json
from pathlib import Path

import pytest

from slopewise.cli import main

HEADER = (
    "patient_id,date,month,speech,salivation,swallowing,handwriting,cutting_5a,cutting_5b,"
    "dressing_hygiene,turning_in_bed,walking,climbing_stairs,dyspnea,orthopnea,"
    "respiratory_insufficiency,alsfrs_total\n"
)
# King's (Balendra 2014): regions involved, 4A gastrostomy, 4B ventilation. MiToS (Chiò 2015,
# Table 1): domains lost. Worked out by hand from the two papers.
ROWS = """\
DEMO-A,,-2,4,4,4,3,4,,4,4,4,4,4,4,4,47
DEMO-A,,1,3,4,4,3,4,,3,3,3,2,4,4,4,
DEMO-A,,7,1,2,1,1,,1,1,2,1,0,2,3,3,
DEMO-B,2024-01-01,,4,4,4,4,4,,4,4,4,4,4,4,4,48
DEMO-B,2024-04-01,,4,4,4,4,4,,4,4,4,4,4,4,,
"""


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


def test_stages_and_totals_follow_the_published_rules(
    visits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["stage", str(visits), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [list(visit.values()) for visit in found[:4]] == [
        ["DEMO-A", -2.0, 47, 1, 0],  # upper limb only
        ["DEMO-A", 1.0, 41, 3, 0],  # bulbar, upper and lower limb
        ["DEMO-A", 7.0, 18, 4, 3],  # gastrostomy; movement, swallowing, communication lost
        ["DEMO-B", 0.0, 48, 0, 0],
    ]
    assert list(found[0]) == ["patient_id", "month", "alsfrs_total", "kings", "mitos"]


def test_a_missing_item_leaves_the_total_and_an_open_stage_null(
    visits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["stage", str(visits), "--json"]) == 0
    last = json.loads(capsys.readouterr().out)[-1]
    assert last["alsfrs_total"] is None
    assert last["kings"] is None  # item 12 could make it 4B
    assert last["month"] == pytest.approx(91 / 30.4375, abs=1e-3)


def test_the_table_begins_with_a_sentence_and_tells_4a(
    visits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["stage", str(visits)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("5 visits of 2 patients staged.")
    assert "4A" in said
