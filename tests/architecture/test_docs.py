"""The documentation mentions everything a person can use, and its generated pages are current."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from slopewise.cli.main import app
from slopewise.records.file_tables import TABLES
from slopewise.settings import Settings
from slopewise.web.app import create_app

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
WRITTEN_BY_HAND = [p for p in DOCS.rglob("*.md") if p.parent.name != "reference"]
PAGES = [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]


def text_of(paths: list[Path]) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_generated_pages_are_current() -> None:
    result = subprocess.run(
        [sys.executable, "scripts/documentation.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("command", sorted(getattr(get_command(app), "commands")))  # noqa: B009
def test_docs_show_the_command_in_use(command: str) -> None:
    assert f"slopewise {command}" in text_of(WRITTEN_BY_HAND)


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_docs_mention_the_setting(setting: str) -> None:
    assert f"SLOPEWISE_{setting.upper()}" in text_of(PAGES)


@pytest.mark.parametrize("layout", TABLES, ids=lambda layout: layout.name)
def test_docs_describe_the_file(layout: object) -> None:
    data = text_of(list((DOCS / "data").glob("*.md")))
    assert layout.file in data
    missing = [name for name in layout.column_names if f"`{name}`" not in data]
    assert not missing


@pytest.mark.parametrize("address", sorted(create_app().openapi()["paths"]))
def test_docs_mention_the_page(address: str) -> None:
    assert f"`{address}`" in text_of(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    broken = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert not broken
