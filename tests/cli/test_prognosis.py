"""`slopewise prognosis` at the terminal: range first, the curve only when it is asked for."""

import json
import re
from typing import Any

import pytest

from slopewise.cli import main

FACTS = {
    "--age-onset": "66",
    "--months-onset-to-diagnosis": "7",
    "--months-onset-to-assessment": "9",
    "--alsfrs": "33",
    "--fvc": "72",
}
KNOWN = ("--bulbar", "--definite", "--no-ftd", "--no-c9orf72")


def command(*more: str, **changed: str) -> list[str]:
    facts = FACTS | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return ["prognosis", *(word for pair in facts.items() for word in pair), *more]


def asked(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    assert main.run(arguments) == 0
    return " ".join(capsys.readouterr().out.split())


def as_object(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> dict[str, Any]:
    assert main.run([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_json_holds_the_worked_example(capsys: pytest.CaptureFixture[str]) -> None:
    """E02 of the worked examples (see tests/condition/test_risk.py) and their tolerances."""
    found = as_object(capsys, command(*KNOWN))
    assert found["lp_encals_2018"] == pytest.approx(-2.2583, abs=5e-4)
    assert found["lp_tricals"] == pytest.approx(-2.2561, abs=5e-4)
    assert found["tricals_eligible"] is True
    assert found["median_months_from_onset"] == pytest.approx(19.43, abs=0.05)
    assert found["survival"] == pytest.approx(
        {"12": 0.83513, "24": 0.32023, "36": 0.09784, "60": 0.01971}, abs=1e-4
    )
    assert found["survival_next_12_given_alive"] == pytest.approx(0.46629, abs=1e-4)


def test_json_says_what_went_in_and_where_it_comes_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = as_object(capsys, command(*KNOWN))
    assert found["inputs"] == {
        "age_onset": 66,
        "months_onset_to_diagnosis": 7,
        "months_onset_to_assessment": 9,
        "alsfrs": 33,
        "fvc": 72,
        "bulbar": True,
        "definite": True,
        "ftd": False,
        "c9orf72": False,
    }
    assert found["assumed"] == {}
    assert found["if_unknown_are_yes"] is None
    assert found["median_status"] == "converged"
    assert "23 hours" in found["event"]
    assert set(found["sources"]) == {"WESTENENG", "ENCALS_CODE", "KNIBB"}


def test_what_is_not_given_is_not_known_and_makes_a_range(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = as_object(capsys, command("--bulbar", "--definite"))
    known = as_object(capsys, command(*KNOWN))
    other = as_object(capsys, command("--bulbar", "--definite", "--ftd", "--c9orf72"))
    assert found["assumed"] == {"ftd": False, "c9orf72": False}
    assert found["inputs"]["ftd"] is None
    for name in ("lp_encals_2018", "lp_tricals", "median_months_from_onset", "survival"):
        assert found[name] == known[name]
        assert found["if_unknown_are_yes"][name] == other[name]
    text = asked(capsys, command("--bulbar", "--definite"))
    assert "Not known: frontotemporal dementia, C9orf72 repeat expansion." in text
    assert "−2.26 to −1.61" in text  # LP and LP + 0.388 + 0.256


def test_group_and_range_come_without_the_curve(capsys: pytest.CaptureFixture[str]) -> None:
    text = asked(capsys, command(*KNOWN))
    assert text.startswith("The expected course lies within the trial window. Of people with")
    assert "between 13 and 33 months after the first symptom" in text
    assert "run the command again with --curve" in text
    for hidden in ("out of 100", "Predicted middle,", "Of those without event"):
        assert hidden not in text


def test_the_curve_is_shown_when_asked_for_after_group_and_range(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = asked(capsys, command(*KNOWN, "--curve"))
    assert text.index("between 13 and 33 months") < text.index("19 months")
    assert "47 out of 100" in text  # 0.46629
    assert " 24 32 " in text  # of all, S(24) = 0.32023
    assert "--curve" not in text


def test_months_before_the_assessment_are_not_for_those_who_came_to_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = command(*KNOWN, months_onset_to_assessment="13")
    assert re.search(r" 12 \d+ – 24 \d+ \d+ 25 ", asked(capsys, [*arguments, "--curve"]))


def test_the_text_says_what_it_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    text = asked(capsys, command(*KNOWN))
    for words in (
        "Research use only",
        "no medical advice",
        "non-invasive ventilation for more than 23 hours a day, tracheostomy or death",
        "uncertainty of the model itself is not included",
        "14 specialised centres",
        "groups of people",
    ):
        assert words in text


def test_a_group_that_depends_on_what_is_not_known_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = command(
        age_onset="45",
        months_onset_to_diagnosis="20",
        months_onset_to_assessment="30",
        alsfrs="40",
        fvc="95",
    )
    text = asked(capsys, arguments)
    assert text.startswith("A slower course is expected than in the trial window, or the expected")
    assert "depending on what is not known" in text
    found = as_object(capsys, arguments)
    assert found["tricals_eligible"] is False
    assert found["if_unknown_are_yes"]["tricals_eligible"] is True


def test_a_median_beyond_what_is_searched_is_null_with_a_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = command(*KNOWN, months_onset_to_diagnosis="0.01")
    found = as_object(capsys, arguments)
    assert found["median_months_from_onset"] is None
    assert found["median_status"] == "boundary"
    assert found["about_half_between_months_from_onset"] is None
    assert "no range is given" in asked(capsys, arguments)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"alsfrs": "48"}, "no loss since the first symptom"),
        ({"alsfrs": "-1"}, "from 0 to 48"),
        ({"alsfrs": "nan"}, "from 0 to 48"),
        ({"fvc": "0.72"}, "not litres or a fraction"),
        ({"age_onset": "inf"}, "18 to 100"),
        ({"months_onset_to_diagnosis": "0"}, "above 0"),
        ({"months_onset_to_diagnosis": "10"}, "after the assessment at month 9"),
    ],
)
def test_impossible_facts_end_with_1_and_a_sentence(
    changed: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(command(*KNOWN, **changed)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("slopewise: ")
    assert words in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "arguments",
    [["prognosis"], command(alsfrs="many"), command("--bulbar=maybe"), command("--mutation")],
    ids=["no facts", "a word", "a flag with a value", "an unknown option"],
)
def test_misuse_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(arguments) == 2
    assert capsys.readouterr().out == ""


def test_no_line_is_wider_than_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(command("--curve")) == 0
    assert max(len(line) for line in capsys.readouterr().out.splitlines()) <= 100
