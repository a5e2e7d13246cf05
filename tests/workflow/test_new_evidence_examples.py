"""Every example of the page on new evidence can be added as it stands."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from slopewise.records.published.effects_columns import COLUMNS
from slopewise.workflow.add_evidence import add_evidence

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data" / "new_evidence.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(csv|json|ris|nbib)\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.mark.parametrize(("kind", "text"), EXAMPLES, ids=[kind for kind, _ in EXAMPLES])
def test_an_example_of_the_page_is_read(
    kind: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLOPEWISE_DATA_FOLDER", str(tmp_path / "data"))
    file = tmp_path / f"example.{kind}"
    file.write_text(text, encoding="utf-8")
    made = add_evidence(file, now=datetime(2100, 1, 1, tzinfo=UTC), preview=True)
    assert made.outcomes
    assert {one.what for one in made.outcomes} == {"new"}
    assert not made.findings


def test_there_is_an_example_of_each_format() -> None:
    assert [kind for kind, _ in EXAMPLES] == ["csv"] * 3 + ["json"] * 2 + ["csv", "ris", "nbib"]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_the_page_explains_the_column(column: object) -> None:
    assert f"`{column.name}`" in TEXT  # type: ignore[attr-defined]
