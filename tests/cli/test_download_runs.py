"""What the evidence page hands out computes the same answer again by the command inside it."""

import json
import re
import shlex
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from slopewise.cli.main import app
from slopewise.report.synthesis.download import counts_csv, effects_csv
from slopewise.report.synthesis.safety_table import safety_counts
from slopewise.workflow.synthesise import synthesise

COMPARISONS = [one.answer for one in synthesise().comparisons if one.answer.effects]


def command_of(text: str) -> list[str]:
    found = re.search(r"^# To compute it again: slopewise (.+)$", text, re.MULTILINE)
    assert found
    return shlex.split(found[1])


@pytest.mark.parametrize("answer", COMPARISONS, ids=lambda one: one.question.key)
def test_a_forest_plot_s_file_gives_its_answer_again(
    answer: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = effects_csv(answer, file_name="file.csv", written=date(2027, 1, 1))  # type: ignore[arg-type]
    Path("file.csv").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, [*command_of(text), "--json"])
    assert result.exit_code == 0, result.output
    again, pooled = json.loads(result.stdout), answer.pooled  # type: ignore[attr-defined]
    for name in ("estimate", "standard_error", "low", "high"):
        assert again[name] == pytest.approx(getattr(pooled, name), rel=1e-9)
    assert again["k"] == pooled.k


def test_a_safety_file_gives_its_counts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    counted = next(one for one in synthesise().safety if one.plain is not None)
    text = counts_csv(
        safety_counts(counted), about=["x"], file_name="file.csv", written=date(2027, 1, 1)
    )
    Path("file.csv").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, command_of(text))
    assert result.exit_code == 0, result.output
    assert counted.plain is not None
    assert f"{counted.plain.total} people" in " ".join(result.stdout.split())
