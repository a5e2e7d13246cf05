"""The pages about files, rules and tables say what the program does."""

import csv
import io
import re
from pathlib import Path

import pytest
from scripts.data_pages import pages
from tests.record_files import read

from slopewise.records.file_tables import TABLES

DATA = Path(__file__).resolve().parents[2] / "docs" / "data"


@pytest.mark.parametrize("page", ["csv.md", "rules.md", "dictionary.md"])
def test_generated_parts_are_current(page: str) -> None:
    written = (DATA / page).read_text(encoding="utf-8")
    assert pages()[DATA / page] == written, "run `make docs`"


def test_the_examples_of_the_columns_are_read_without_an_error(tmp_path) -> None:
    tables = {}
    for layout in TABLES:
        header = [column.name for column in layout.columns]
        cells = [column.example for column in layout.columns]
        if "month" in header:
            cells[header.index("month")] = ""
        if layout.name == "visits":
            items = [i for i, name in enumerate(header) if name in {"cutting_5b", "cutting_food"}]
            for place in [*items, header.index("respiratory"), header.index("alsfrs_total")]:
                cells[place] = ""
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows([header, cells])
        tables[layout.name] = stream.getvalue()
    tables["events"] = tables["events"].replace("2024-03-05", "2024-09-05")
    _, report = read(tmp_path, **tables)
    assert report.errors == ()
    assert report.rows_kept == len(TABLES)


def test_the_smallest_folder_of_the_page_is_read(tmp_path) -> None:
    text = (DATA / "csv.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"`(\w+)\.csv`\n\n```\n(.*?)```", text, flags=re.DOTALL))
    assert set(blocks) == {"visits", "doses"}
    rows, report = read(tmp_path, **blocks)
    assert report.errors == ()
    assert len(rows.of("visits")) == 2
    assert len(rows.of("doses")) == 1
