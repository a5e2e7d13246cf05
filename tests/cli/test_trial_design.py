"""`slopewise trial new` and `slopewise trial check`."""

import json
from pathlib import Path

import pytest

from slopewise.cli.main import run
from slopewise.records.designs.templates import TEMPLATES

NAMES = [template.name for template in TEMPLATES]


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    made = tmp_path / "trial.toml"
    assert run(["trial", "new", "--output", str(made)]) == 0
    assert "slopewise trial check" in capsys.readouterr().err
    return made


@pytest.mark.parametrize("name", NAMES)
def test_template_written_is_a_design_that_can_be_used(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "trial.toml"
    assert run(["trial", "new", "--template", name, "--output", str(made)]) == 0
    assert run(["trial", "check", str(made)]) == 0
    shown = capsys.readouterr().out
    assert "The design can be used." in shown
    assert "What could mislead:" in shown
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert "None" not in shown


def test_templates_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trial", "new", "--list"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in NAMES)


def test_template_goes_to_the_terminal_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trial", "new", "--template", "platform"]) == 0
    assert 'kind = "platform"' in capsys.readouterr().out


def test_plain_words_name_who_what_when_how_many_and_the_remarks(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trial", "check", str(place)]) == 0
    shown = capsys.readouterr().out
    for said in (
        "ALSFRS-R 24 to 48 points",
        "300 people randomised 1:1",
        "run-in of 3 months, visits at months −3, −2, −1",
        "primary “slope”: cells against control",
        "28 % of the placebo arm",
        "Research use only",
    ):
        assert said in " ".join(shown.split()), said


def test_single_arm_says_first_that_nobody_was_randomised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "trial.toml"
    run(["trial", "new", "--template", "single-arm", "--output", str(made)])
    run(["trial", "check", str(made)])
    assert "What could mislead:\n- no randomised control" in capsys.readouterr().out


def test_design_is_given_as_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trial", "check", str(place), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "sound"
    assert found["errors"] == []
    assert found["design"]["trial"]["size"] == 300
    assert len(found["content_hash"]) == 64
    assert found["dropout_by_end"] == pytest.approx(0.1, abs=1e-3)


def test_errors_end_with_1_and_go_to_the_error_stream(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = place.read_text(encoding="utf-8")
    place.write_text(text.replace("size = 300", "size = -3").replace("sides = 1", "sides = 7"))
    assert run(["trial", "check", str(place)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "cannot be used: 2 errors." in shown.err
    assert f"{place}, line 12: [trial] size = -3 is outside its limits" in shown.err
    assert run(["trial", "check", str(place), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "refused"
    assert (found["errors"][0]["line"], found["errors"][0]["key"]) == (12, "size")


def test_missing_file_unknown_template_and_misuse_have_their_codes(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trial", "check", str(place.with_name("none.toml"))]) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert run(["trial", "new", "--template", "five-arm"]) == 1
    assert "choose one of two-arm" in capsys.readouterr().err
    assert run(["trial", "new", "--output", str(place)]) == 1
    assert "exists; name another file" in capsys.readouterr().err
    assert run(["trial", "check"]) == 2
