"""`slopewise evidence pool` at the terminal: its JSON, its words, its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.tolerance import ITERATED

from slopewise.cli.main import run
from slopewise.evidence.pooling.pooled_effect import Method, PooledEffect, PoolStatus
from slopewise.evidence.question import QUESTIONS, QuestionAnswer, answer
from slopewise.evidence.study_effect import Moderators, StudyEffect
from slopewise.workflow.published_record import published_studies

KEYS = {
    *("estimate", "standard_error", "low", "high", "tau2", "i2", "q", "q_p"),
    *("prediction_low", "prediction_high", "k", "method", "status"),
}
REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "metafor" / "values.json"
VALUES: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))


@pytest.fixture
def bcg(tmp_path: Path) -> Path:
    data, ablat = VALUES["data"]["bcg"], VALUES["moderators"]["bcg"]["ablat"]
    rows = zip(data["estimates"], data["standard_errors"], ablat, strict=True)
    lines = [f"trial {i},{y!r},{error!r},{x}" for i, (y, error, x) in enumerate(rows, start=1)]
    path = tmp_path / "bcg.csv"
    path.write_text("\n".join(["study,estimate,standard_error,ablat", *lines]) + "\n")
    return path


def asked(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert run(["evidence", "pool", *map(str, arguments)]) == code
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked(capsys, *arguments, "--json", code=code))
    return found


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize(
    ("test", "flags"),
    [("z", ["--no-hartung-knapp"]), ("knha", []), ("adhoc", ["--floor"])],
)
def test_json_holds_the_numbers_of_the_other_program(
    capsys: pytest.CaptureFixture[str], bcg: Path, method: Method, test: str, flags: list[str]
) -> None:
    found = told(capsys, bcg, "--method", method.value, *flags)
    assert set(found) >= KEYS
    theirs = next(
        row
        for row in VALUES["pooled"]
        if (row["data"], row["method"], row["test"]) == ("bcg", method.value, test)
    )
    for key in KEYS - {"method", "status", "k"}:
        if theirs[key] is not None:
            assert found[key] == pytest.approx(theirs[key], rel=ITERATED), key
    assert (found["k"], found["method"], found["status"]) == (13, method.value, "converged")


def test_moderators_give_the_regression_and_keep_the_plain_answer(
    capsys: pytest.CaptureFixture[str], bcg: Path
) -> None:
    found = told(capsys, bcg, "--moderators", "ablat")
    theirs = next(
        row
        for row in VALUES["regressions"]
        if (row["moderators"], row["method"], row["test"]) == (["ablat"], "reml", "knha")
    )
    estimates = [part["estimate"] for part in found["coefficients"]]
    assert estimates == pytest.approx(theirs["estimates"], rel=ITERATED)
    assert found["tau2"] == pytest.approx(theirs["tau2"], rel=ITERATED)
    assert found["without_moderators"]["tau2"] == pytest.approx(0.3132433, abs=1e-6)


def test_too_few_studies_for_a_moderator_are_refused_in_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "few.csv"
    path.write_text("study,estimate,standard_error,x\nA,1,1,1\nB,2,1,2\nC,2,1,4\n")
    assert "too few" in asked(capsys, path, "--moderators", "x")
    found = told(capsys, path, "--moderators", "x")
    assert found["coefficients"] == []
    assert found["moderators"]["status"] == "too_few"
    assert found["estimate"] is not None
    forced = told(capsys, path, "--moderators", "x", "--force")
    assert len(forced["coefficients"]) == 2
    assert "too few" in forced["moderators"]["reason"]


def test_the_words_begin_with_the_interval_and_end_with_the_limits(
    capsys: pytest.CaptureFixture[str], bcg: Path
) -> None:
    shown = asked(capsys, bcg, "--leave-one-out", "--cumulative", "--influence", "--small-studies")
    assert shown.startswith("The interval runs from −1.11 to −0.32 (95 %)")
    assert "A further study, 95 %" in shown
    assert "Egger" in shown
    assert "Columns that were not used: ablat" in shown
    assert shown.rstrip().endswith("no advice on\ntreatment.")
    assert max(map(len, shown.splitlines())) <= 100


def test_one_study_is_not_pooled(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("study,estimate,standard_error\nA,0.5,0.1\n")
    found = told(capsys, path, "--leave-one-out", "--influence", "--small-studies")
    assert (found["status"], found["tau2"], found["prediction_low"]) == ("single_study", None, None)
    assert found["leave_one_out"] == []
    path.write_text("study,estimate,standard_error,route\nA,0.5,0.1,it\n")
    assert "1 studies are too few" not in asked(capsys, path, "--moderators", "route")
    assert told(capsys, path, "--moderators", "route")["moderators"]["status"] == "too_few"
    path.write_text("study,estimate,standard_error\nA,0.5,0.1\n")
    assert asked(capsys, path).startswith("One study only")


def test_studies_can_be_left_out_by_name(capsys: pytest.CaptureFixture[str], bcg: Path) -> None:
    found = told(capsys, bcg, "--without", "trial 1", "--without", "trial 2")
    assert found["k"] == 11
    assert run(["evidence", "pool", str(bcg), "--without", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err


def test_wrong_input_ends_with_one_and_wrong_use_with_two(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, bcg: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("study,estimate,standard_error\nA,0.5,zero\n")
    assert run(["evidence", "pool", str(path), "--json"]) == 1
    caught = capsys.readouterr()
    assert "line 2, column standard_error" in caught.err
    assert not caught.out
    assert run(["evidence", "pool", str(bcg), "--question", "slowing_randomised"]) == 2
    assert run(["evidence", "pool", str(bcg), "--method", "none"]) == 2
    assert run(["evidence", "pool", str(bcg), "--floor", "--no-hartung-knapp"]) == 2


def test_what_did_not_converge_ends_with_three(
    capsys: pytest.CaptureFixture[str], bcg: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = PooledEffect(PoolStatus.STEP_LIMIT, Method.REML, hartung_knapp=True, k=13)
    monkeypatch.setattr("slopewise.workflow.pool_evidence.pool", lambda *_, **__: lost)
    found = told(capsys, bcg, code=3)
    assert (found["status"], found["estimate"]) == ("step_limit", None)
    assert asked(capsys, bcg, code=3).startswith("Cannot tell: the search")


def test_numbers_beyond_the_machine_end_with_three_and_no_nan(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "far.csv"
    path.write_text("study,estimate,standard_error\nA,1e200,1e-200\nB,-1e200,1\n")
    assert told(capsys, path, code=3)["status"] == "non_finite"


@pytest.mark.parametrize(
    "key", ["slowing_randomised", "slowing_external_control", "slowing_single_arm"]
)
def test_built_in_questions_keep_to_their_lane(
    capsys: pytest.CaptureFixture[str], key: str
) -> None:
    found = told(capsys, "--question", key)
    assert found["question"] == key
    assert set(found) >= KEYS
    assert found["lane"] == key.removeprefix("slowing_")
    assert {"unconverted", "left_out", "with_borrowed_spreads"} <= set(found)
    assert found["sentence"] in " ".join(asked(capsys, "--question", key).split())
    question = next(question for question in QUESTIONS if question.key == key)
    pooled = answer(question, published_studies()).pooled
    assert found["estimate"] == (None if pooled is None else pytest.approx(pooled.estimate))


def test_an_unknown_question_or_moderator_names_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["evidence", "pool", "--question", "cures"]) == 1
    assert "slowing_randomised" in capsys.readouterr().err
    assert run(["evidence", "pool", "--moderators", "weather"]) == 1
    assert "route" in capsys.readouterr().err


def made_effects(routes: tuple[str, str]) -> QuestionAnswer:
    """The answer of two made-up studies, whatever the record holds."""
    question = QUESTIONS[2]
    effects = tuple(
        StudyEffect(
            *(f"study_{i}", f"Study {i}", question.lane, f"cohort {i}", question.measure),
            estimate=0.1 * i,
            standard_error=0.2,
            method="made up",
            assumptions=(),
            citations=(),
            moderators=Moderators(route=route),
        )
        for i, route in enumerate(routes, start=1)
    )
    return QuestionAnswer(question, effects, (), (), None, None, (), (), "Made up.")


def test_a_moderator_of_the_record_that_never_varies_is_remarked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "slopewise.workflow.pool_question.answer"
    monkeypatch.setattr(place, lambda *_, **__: made_effects(("intrathecal", "intrathecal")))
    found = told(capsys, "--question", "slowing_single_arm", "--moderators", "route,dose")
    assert "coefficients" not in found
    remarks = " ".join(found["remarks"])
    assert "same in every study (intrathecal)" in remarks
    assert "Study 1, Study 2 did not report it" in remarks
    monkeypatch.setattr(place, lambda *_, **__: made_effects(("intrathecal", "intravenous")))
    found = told(capsys, "--question", "slowing_single_arm", "--moderators", "route")
    assert found["moderators"]["status"] == "too_few"


def test_few_trials_have_an_interval_with_an_assumed_spread_beside_theirs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = told(capsys)
    alone, both = found["assumed_spread"], found["with_borrowed_spreads"]["assumed_spread"]
    assert (alone["k"], both["k"]) == (found["k"], found["with_borrowed_spreads"]["k"])
    assert "half-normal, scale 0.25" in alone["assumption"]
    assert found["with_borrowed_spreads"]["low"] < both["low"] < 0 < both["high"]
    text = " ".join(asked(capsys).split())
    assert "rests on an assumption, not on data" in text
    assert "and no effect fits too" in text
    single = " ".join(asked(capsys, "--question", "slowing_single_arm").split())
    assert "it is no effect of the treatment alone" in single


def test_a_file_of_unknown_scale_has_no_assumed_spread(
    capsys: pytest.CaptureFixture[str], bcg: Path
) -> None:
    assert "assumed_spread" not in told(capsys, bcg)
    assert "assumption" not in asked(capsys, bcg)
