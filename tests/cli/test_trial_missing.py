"""`slopewise trial analyse`: scores filled in many times, responders, a milestone, sensitivity."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM

from slopewise.cli.main import run
from slopewise.endpoint.imputation.imputed_analysis import analyse_imputed

MONTHS = (3, 6, 9, 12)


def write(path: Path, rows: Sequence[Sequence[object]], header: str) -> Path:
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def people(many: int = 60, *, leave: float = 0.12) -> tuple[Any, Any, Any, Any]:
    generator = np.random.default_rng(4)
    arm = np.arange(many) % 2 == 1
    base = generator.normal(38.0, 4.0, many).round(1)
    slope = generator.normal(-1.0, 0.4, many) + 0.6 * arm
    change = slope[:, None] * np.array(MONTHS) + generator.normal(0.0, 1.2, (many, len(MONTHS)))
    seen = np.logical_and.accumulate(generator.random(change.shape) > leave, axis=1)
    seen[:, 1] &= generator.random(many) > 0.1
    return (base[:, None] + change).round(1), seen, arm, base


@pytest.fixture
def visits_file(tmp_path: Path) -> Path:
    outcome, seen, arm, base = people()
    dead = int(np.argmin(seen[:, -1]))  # one of those who left
    rows = [(f"P{i}", int(arm[i]), 0, base[i], int(i == dead), 12.0) for i in range(len(arm))]
    rows += [
        (f"P{i}", int(arm[i]), MONTHS[j], outcome[i, j], int(i == dead), 12.0)
        for i, j in np.argwhere(seen)
    ]
    return write(tmp_path / "visits.csv", rows, "id,arm,month,y,event,event_time")


def told(capsys: pytest.CaptureFixture[str], path: Path, *options: object) -> dict[str, Any]:
    arguments = ["trial", "analyse", str(path), *map(str, options), "--json"]
    assert run(arguments) == 0, capsys.readouterr().err
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def said(capsys: pytest.CaptureFixture[str], path: Path, *options: object, code: int = 0) -> str:
    assert run(["trial", "analyse", str(path), *map(str, options)]) == code
    out = capsys.readouterr()
    return " ".join((out.out if code == 0 else out.err).split())


@pytest.mark.parametrize("strategy", ["multiple-imputation", "jump-to-reference", "copy-reference"])
def test_the_command_imputes_the_arrays_of_the_same_people(
    capsys: pytest.CaptureFixture[str], visits_file: Path, strategy: str
) -> None:
    outcome, seen, arm, base = people()
    options = ("--missing", strategy, "--imputations", 30, "--seed", 7)
    found = told(capsys, visits_file, "--endpoint", "mmrm", *options, "--delta", -0.3)
    other = analyse_imputed(
        outcome, seen, arm,
        baseline=base, strategy=strategy, imputations=30, delta=-0.3,
        generator=np.random.default_rng(7),
    )  # fmt: skip
    for name in ("estimate", "standard_error", "low", "high", "p_value", "df", "fraction_missing"):
        assert found[name] == pytest.approx(getattr(other, name), rel=CLOSED_FORM), name
    assert (found["missing"], found["imputations"], found["seed"]) == (strategy, 30, 7)
    assert (found["endpoint"], found["status"], found["visit"]) == ("mmrm", "converged", "12")
    assert found["primary"] is False
    assert "how far the result can be bent" in found["primary_refused"]


def test_tipping_point_is_told_and_verified_by_its_delta(
    capsys: pytest.CaptureFixture[str], visits_file: Path
) -> None:
    for form in ("per-visit", "at-visit"):
        options = ("--endpoint", "mmrm", "--missing", "multiple-imputation", "--delta-form", form)
        found = told(capsys, visits_file, *options, "--tipping-point")
        assert found["primary"] is True
        assert found["p_value"] < 0.05
        point = found["tipping_point"]
        assert point["status"] == "found"
        assert point["delta"] < 0.0
        at = told(capsys, visits_file, *options, "--delta", point["delta"])
        assert at["p_value"] == pytest.approx(0.05, abs=1e-6)
    text = said(capsys, visits_file, *options, "--tipping-point")
    assert "tipping point" in text
    assert "mean of the treated moves by" in text


def test_text_says_what_was_drawn_and_of_whom(
    capsys: pytest.CaptureFixture[str], visits_file: Path
) -> None:
    options = ("--endpoint", "mmrm", "--missing", "jump-to-reference", "--imputations", 20)
    text = said(capsys, visits_file, *options)
    assert text.startswith("Scores filled in many times, compared at the last visit:")
    for words in ("scores drawn", "information missing", "lost at once all that treatment gave"):
        assert words in text
    assert "the last visit with an outcome counts as the end of treatment" in text
    assert "1 of the people whose score was drawn died" in text


@pytest.mark.parametrize("shape", ["toep", "ar1", "cs"])
def test_a_structured_covariance_is_named_a_sensitivity_analysis_first(
    capsys: pytest.CaptureFixture[str], visits_file: Path, shape: str
) -> None:
    options = ("--endpoint", "mmrm", "--covariance", shape)
    text = said(capsys, visits_file, *options)
    assert text.startswith("This is a sensitivity analysis and cannot be primary:")
    assert "of 10,000 simulated trials without an effect" in text
    found = told(capsys, visits_file, *options)
    assert found["primary"] is False
    assert found["estimate"] is not None
    plain = told(capsys, visits_file, "--endpoint", "mmrm")
    assert (plain["primary"], plain["primary_refused"]) == (True, None)


def test_responders_come_with_their_warning(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    # slopes before, after: P0 −1 → −1, P1 −1 → 0, P2 −2 → −0.5, P3 +1 → 1; P4 died; P5 no run-in
    slopes = [(-1, -1), (-1, 0), (-2, -0.5), (1, 1), (-1, 0), (None, 0)]
    rows = []
    for i, (before, after) in enumerate(slopes):
        event = int(i == 4)
        if before is not None:
            rows += [(f"P{i}", i % 2, m, 40 + before * m, event, 6) for m in (-3, -1)]
        # the score at month 0 lies off the later line, and must not bend it
        rows += [(f"P{i}", i % 2, m, 40 + after * m - 9 * (m > 0), event, 6) for m in (0, 3, 6)]
    path = write(tmp_path / "run_in.csv", rows, "id,arm,month,y,event,event_time")
    found = told(capsys, path, "--endpoint", "responder", "--responder-points", 1)
    # treated P1 yes, P3 no; controls P0 no, P2 yes, P4 dead
    assert (found["treated_responders"], found["treated"]) == (1, 2)
    assert (found["control_responders"], found["controls"]) == (1, 3)
    assert found["estimate"] == pytest.approx(1 / 2 - 1 / 3)
    error = math.sqrt(1 / 2 * 1 / 2 / 2 + 1 / 3 * 2 / 3 / 3)
    assert found["standard_error"] == pytest.approx(error)
    assert found["primary"] is False
    assert [one["which"] for one in found["left_out_of_analysis"]] == [["P5"]]
    percent = told(capsys, path, "--endpoint", "responder", "--responder-percent", 80)
    assert percent["not_defined"] == 1  # P3 did not decline
    assert (percent["treated_responders"], percent["control_responders"]) == (1, 0)
    text = said(capsys, path, "--endpoint", "responder", "--responder-percent", 50)
    assert text.startswith("This is a sensitivity analysis and cannot be primary: a rule on slopes")
    assert "meet this rule by measurement error alone" in text


def test_milestone_is_the_share_alive_at_the_month(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    died = {2: 1, 3: 0, 6: 1, 8: 1, 20: 0}  # nobody is lost before month 7
    rows = [(f"P{i}", i % 2, 7.5 if m == 3 else m, d) for i, (m, d) in enumerate(died.items())]
    rows += [(f"Q{i}", i % 2, 24, 0) for i in range(5)]
    path = write(tmp_path / "people.csv", rows, "id,arm,stime,event")
    found = told(capsys, path, "--endpoint", "milestone", "--restriction-month", 7)
    treated, controls = 1.0, 4 / 6  # P1, P3, Q1, Q3; P0, P2 died of P0, P2, P4, Q0, Q2, Q4
    assert found["treated_share"] == pytest.approx(treated)
    assert found["control_share"] == pytest.approx(controls)
    assert found["estimate"] == pytest.approx(treated - controls)
    assert found["standard_error"] == pytest.approx(math.sqrt(controls * (1 - controls) / 6))
    assert (found["primary"], found["events_until_then"]) == (True, 2)
    text = said(capsys, path, "--endpoint", "milestone", "--restriction-month", 1)
    assert "Cannot tell: nobody had the event." in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("slope", "--missing", "jump-to-reference"), "use --endpoint mmrm"),
        (("rmst", "--missing", "copy-reference"), "with --endpoint mmrm, or leave it out"),
        (("mmrm", "--delta", "-1"), "--delta changes or counts scores that are filled in"),
        (("mmrm", "--tipping-point", "--imputations", "9"), "--imputations, --tipping-point"),
        (
            ("mmrm", "--missing", "multiple-imputation", "--covariance", "cs"),
            "--covariance, --df and --method have no part in it",
        ),
        (("mmrm", "--missing", "locf"), "is refused: carrying the last score forward"),
        (("mmrm", "--responder-points", "1"), "are for --endpoint responder"),
        (("responder", "--responder-points", "1"), "no visit before month 0"),
        (("responder",), "needs one rule"),
        (("responder", "--responder-points", "-1"), "is no improvement"),
        (("milestone",), "name the one that was planned by --restriction-month"),
    ],
)
def test_what_cannot_be_is_refused_with_the_remedy(
    capsys: pytest.CaptureFixture[str], visits_file: Path, options: tuple[str, ...], words: str
) -> None:
    assert words in said(capsys, visits_file, "--endpoint", *options, code=1)


def test_too_few_people_cannot_be_imputed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [(i, i % 2, m, 40 - m + i) for i in range(6) for m in (0, 3, 6) if m < 6 or i < 4]
    path = write(tmp_path / "few.csv", rows, "id,arm,month,y")
    options = ("--endpoint", "mmrm", "--missing", "multiple-imputation")
    found = told(capsys, path, *options, "--tipping-point")
    assert (found["status"], found["estimate"], found["p_value"]) == ("too_few", None, None)
    assert found["tipping_point"]["status"] == "too_few"
    assert "Cannot tell: there are too few people" in said(capsys, path, *options)
