"""The page on the file format names every key, and its example is a file that is accepted."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from slopewise.evidence.bias.judgement import BiasTool, Judgement
from slopewise.evidence.checks.record_check import CheckPart, check_record
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.studies import study_from
from slopewise.evidence.study import Study

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data" / "evidence.md"
TEXT = PAGE.read_text(encoding="utf-8")


def records(root: type, seen: set[type]) -> Iterator[type]:
    if root in seen:
        return
    seen.add(root)
    yield root
    waiting: list[Any] = list(get_type_hints(root).values())
    while waiting:
        hint = waiting.pop()
        waiting += get_args(hint)
        if isinstance(hint, type) and is_dataclass(hint):
            yield from records(hint, seen)


def keys() -> set[str]:
    found = (*records(Study, set()), *records(RegistryEntry, set()))
    return {field.name for record in found for field in fields(record)}


@pytest.mark.parametrize("key", sorted(keys()))
def test_the_page_names_the_key(key: str) -> None:
    assert f"`{key}`" in TEXT


@pytest.mark.parametrize("tool", BiasTool)
def test_the_page_names_every_domain_and_word_of_the_tool(tool: BiasTool) -> None:
    line = next(line for line in TEXT.splitlines() if line.startswith(f"| {tool} |"))
    for word in (*tool.domains, *tool.words):
        assert word in line or word is Judgement.NOT_JUDGED


def test_the_example_is_accepted_and_only_names_what_it_leaves_open() -> None:
    blocks = re.findall(r"```json\n(.*?)```", TEXT, flags=re.DOTALL)
    row = next(json.loads(block) for block in blocks if "example_2030" in block)
    study = study_from(row, "example_2030.json")
    assert study.risk_of_bias_judgements is not None
    assert study.risk_of_bias_judgements.overall.judgement is Judgement.NOT_JUDGED
    found = {one.part for one in check_record([study], ()) if one.remarks}
    assert found == {CheckPart.UNJUDGED}
