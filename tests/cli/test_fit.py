"""`slopewise fit progression` at the terminal: from files to a verdict and numbers."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.shared_data import FOLDER as SHARED
from tests.study_files import ROOT, clinic_folder, sleepstudy, study_folder
from tests.tolerance import MONTE_CARLO

from slopewise.cli import main
from slopewise.progression.fitting import fit as engine

TEXTBOOK = ("--no-wander",)
ESTIMATE = 2e-5  # relative: the hazard's integral by two nodes an interval against 25 × 25 nodes
ERROR = 1e-3  # relative, of standard errors by differences of the gradient


def command(folder: Path, *more: str) -> list[str]:
    return ["fit", "progression", str(folder), *TEXTBOOK, *more]


def as_object(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int = 0) -> Any:
    assert main.run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def as_text(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int = 0) -> str:
    assert main.run(arguments) == code
    return " ".join(capsys.readouterr().out.split())


def refusal(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    assert main.run(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("slopewise: ")
    return " ".join(said.err.split())


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_two_tables_give_the_maximum_of_a_second_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """reference/quadrature: adaptive Gauss-Hermite on the committed cohort, 25 × 25 nodes."""
    reference = ROOT / "reference" / "quadrature"
    pinned = json.loads((reference / "values.json").read_text(encoding="utf-8"))
    wanted = pinned["fits"]["cohort weibull value"]
    covariates = ("--slope-covariates", "arm", "--hazard-covariates", "arm")
    found = as_object(
        capsys,
        command(reference, "--outcome", "y", "--follow-up-column", "stime", *covariates),
    )
    assert found["status"] == "converged"
    assert found["log_likelihood"] == pytest.approx(wanted["log_likelihood"], abs=1e-3)
    assert (found["patients"], found["rows_used"], found["events"]) == (300, 2242, 67)
    names = {"slope:arm": "slope_effects[0]", "hazard:arm": "hazard_effects[0]"}
    names |= {name: name for name in ("mean_level", "sd_level", "sd_slope", "residual_sd")}
    names |= {"association_value": "association_value", "weibull_shape": "shape"}
    for ours, theirs in names.items():
        one, other = found["parameters"][ours], wanted["parameters"][theirs]
        # a step of 1/50 of a standard error is nothing; a relative part for the large ones
        close = 0.02 * other["standard_error"] + ESTIMATE * abs(other["estimate"])
        assert one["estimate"] == pytest.approx(other["estimate"], abs=close), ours
        within = pytest.approx(other["standard_error"], rel=5 * ERROR)
        assert one["standard_error"] == within, ours


def test_an_outcome_alone_gives_the_mixed_model_of_lme4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pinned = json.loads((ROOT / "reference" / "lme4" / "values.json").read_text(encoding="utf-8"))
    wanted = next(
        fit for fit in pinned["fits"] if (fit["program"], fit["data"]) == ("lme4", "sleepstudy")
    )
    table = sleepstudy(tmp_path)
    options = ("--outcome", "Reaction", "--time-unit", "months", "--rising-is-worse")
    found = as_object(capsys, command(table, *options))
    assert found["log_likelihood"] == pytest.approx(wanted["log_likelihood"], abs=1e-5)
    assert found["event"]["name"] == "none"
    assert found["events"] == 0
    for name in ("mean_level", "mean_slope", "sd_level", "sd_slope", "residual_sd"):
        estimate = found["parameters"][name]["estimate"]
        assert estimate == pytest.approx(wanted[name], rel=1e-3), name


def test_time_is_counted_in_months_whatever_the_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = sleepstudy(tmp_path)
    days = as_object(capsys, command(table, "--outcome", "Reaction", "--rising-is-worse"))
    slope = days["parameters"]["mean_slope"]
    assert slope["unit"] == "units/month"
    assert slope["estimate"] == pytest.approx(10.467285959596 * 30.4375, rel=1e-3)  # lme4, a day


def test_the_verdict_comes_before_any_estimate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = as_text(capsys, command(study_folder(tmp_path)))
    assert text.startswith("The fit converged")
    assert text.index("converged") < text.index("mean_slope")
    heading = text.index("90 % interval")
    assert heading < text.index("Estimate Error")
    assert "Research use only" in text


def test_a_fit_that_did_not_converge_ends_with_3_and_shows_no_estimate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = engine.fit_progression

    def stopped(*given: Any, **options: Any) -> engine.ProgressionFit:
        fit = whole(*given, **options)
        return dataclasses.replace(fit, status="step_limit", message="The fit did NOT converge.")

    monkeypatch.setattr(engine, "fit_progression", stopped)
    arguments = command(study_folder(tmp_path, 20), "--event", "none")
    text = as_text(capsys, arguments, code=3)
    assert text.startswith("The fit did NOT converge")
    assert "mean_slope" not in text
    assert as_object(capsys, arguments, code=3)["status"] == "step_limit"


def test_json_has_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = as_object(capsys, command(study_folder(tmp_path), "--posterior", "--seed", "4"))
    keys = {"status", "log_likelihood", "parameters", "rows_used", "left_out", "seconds"}
    assert keys <= found.keys()
    for parameter in found["parameters"].values():
        assert {"estimate", "standard_error", "unit", "low90", "high90"} == parameter.keys()
        assert parameter["low90"] < parameter["estimate"] < parameter["high90"]
    assert found["seed"] == 4
    drawn = found["posterior"]
    assert drawn["status"] in {"converged", "unreliable"}
    for name in ("mean_level", "mean_slope"):
        mode = found["parameters"][name]
        apart = abs(drawn["parameters"][name]["mean"] - mode["estimate"])
        assert apart < mode["standard_error"], name  # the same density: its mean is near its mode


def test_everything_left_out_is_listed_with_reason_and_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study_folder(tmp_path, 40)
    lines = (folder / "scores.csv").read_text(encoding="utf-8").splitlines()
    first = lines[1].split(",")
    lines[1] = ",".join([*first[:2], "forty"])
    lines[2] = ",".join([*lines[2].split(",")[:2], "61"])
    lines[3] = ",".join([*lines[3].split(",")[:2], ""])
    lines.append("P999,0,40")
    (folder / "scores.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    people = (folder / "people.csv").read_text(encoding="utf-8").splitlines()
    row = people[5].split(",")
    people[5] = ",".join([*row[:4], "NA", row[5]])
    (folder / "people.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
    found = as_object(capsys, command(folder, "--slope-covariates", "age"))
    said = {one["reason"]: one for one in found["left_out"]}
    assert said["not in people.csv"]["which"] == ["P999"]
    assert said["age is not known"]["which"] == ["P004"]
    assert said["no value of alsfrs_total in the row"]["count"] == 1
    word = said["not a number; correct the value or leave it empty"]
    assert word["which"] == ["scores.csv, line 2, column alsfrsr, value 'forty'"]
    assert "alsfrs_total is outside 0 to 48 points; correct or leave out the value" in said
    assert found["patients"] == 39
    assert found["rows_used"] == len(lines) - 2 - 3 - len(
        [line for line in lines if line.startswith("P004")]
    )
    text = as_text(capsys, command(folder, "--slope-covariates", "age"))
    assert "Left out: 1 patient: age is not known (P004)." in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--outcome", "cd4"), "scores.csv"),
        (("--slope-covariates", "weight"), "'weight' is no column of people.csv"),
        (("--slope-covariates", "sex"), "to count 1 where it holds"),
        (("--event-column", "sex"), "write sex=VALUE"),
        (("--event-column", "arms"), "no table has a column 'arms' (named by --event-column)"),
        (("--visits-file", "visits.csv"), "holds no visits.csv"),
        (("--marker-range", "0-48"), "write for example --marker-range 0,48"),
        (("--baseline", "gompertz"), "weibull, piecewise:N or spline:N"),
        (("--event", "gastrostomy"), "name the event by --event-column"),
        (("--outcome", "alsfrsr,alsfrsr"), "named twice"),
        (("--class-covariates", "age"), "add --classes 3"),
        (("--slowing",), "nobody was treated"),
        (("--event-column", "sex=x"), "add --event none"),
        (("--event", "none", "--hazard-covariates", "age"), "need an event"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_remedy(
    options: tuple[str, ...],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert words in refusal(capsys, command(study_folder(tmp_path, 12), *options))


def test_a_patient_who_stands_twice_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study_folder(tmp_path, 12)
    with (folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write("P000,3,1,0,50,f\n")
    options = ("--subjects-file", "people.csv")
    said = refusal(capsys, command(folder, *options))
    assert "people.csv, line 14: patient P000 stands twice (first in line 2)" in said


@pytest.mark.parametrize(
    "arguments",
    [["fit"], ["fit", "progression"], ["fit", "progression", ".", "--association", "both"]],
)
def test_misuse_ends_with_2(arguments: list[str]) -> None:
    assert main.run(arguments) == 2


def test_text_covariates_are_counted_by_their_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study_folder(tmp_path)
    female = as_object(capsys, command(folder, "--slope-covariates", "sex=f"))
    male = as_object(capsys, command(folder, "--slope-covariates", "sex=m"))
    one, other = (f["parameters"]["slope:sex=" + s] for f, s in ((female, "f"), (male, "m")))
    assert one["estimate"] == pytest.approx(-other["estimate"], abs=0.01 * one["standard_error"])


def test_an_interrupted_fit_goes_on_from_its_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, kept = study_folder(tmp_path / "study"), tmp_path / "fit.checkpoint"
    whole = engine.fit_progression

    def interrupted(*given: Any, watch: Any, **options: Any) -> engine.ProgressionFit:
        steps = 0

        def stop(place: Any, height: float) -> None:
            nonlocal steps
            watch(place, height)
            steps += 1
            if steps == 4:
                raise KeyboardInterrupt

        return whole(*given, watch=stop, **options)

    arguments = command(folder, "--checkpoint", str(kept))
    monkeypatch.setattr(engine, "fit_progression", interrupted)
    assert main.run(arguments) == 130
    capsys.readouterr()
    monkeypatch.undo()
    before = json.loads(kept.read_text(encoding="utf-8"))
    resumed = as_object(capsys, arguments)
    assert any("Resumed from the checkpoint after 4 steps" in said for said in resumed["mind"])
    fresh = as_object(capsys, command(folder))
    assert before["height"] < fresh["log_likelihood"]
    assert resumed["log_likelihood"] == pytest.approx(fresh["log_likelihood"], abs=1e-4)
    said = refusal(capsys, [*arguments, "--association", "slope"])
    assert "the checkpoint of another fit (other data, model or prior)" in said
    change(folder, "scores.csv", "P000,0.0,", "P000,0.1,")
    assert "another fit" in refusal(capsys, arguments)


def test_treated_people_give_the_slowing_that_made_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study_folder(tmp_path, 120, slowing=0.5, before=6.0)
    options = ("--treated-column", "arm", "--slowing")
    found = as_object(capsys, command(folder, *options))
    slowing = found["parameters"]["slowing"]
    assert abs(slowing["estimate"] - 0.5) < MONTE_CARLO * slowing["standard_error"]
    assert slowing["standard_error"] < 0.15
    (effect,) = found["effects_on_event"]
    total = effect["total_log_hazard_ratio"]["estimate"]
    parts = [effect[f"{kind}_log_hazard_ratio"]["estimate"] for kind in ("indirect", "direct")]
    assert total == pytest.approx(sum(parts))
    assert parts[0] < 0  # slower decline, lower rate
    assert any("seen before month 0" in said for said in found["mind"])
    ignoring = as_text(capsys, command(folder, "--treated-column", "arm"))
    assert "counted as if they had not been" in ignoring


def test_treatment_that_every_event_came_under_has_no_rate_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study_folder(tmp_path, 40, slowing=0.5)
    header, *rows = (folder / "people.csv").read_text().splitlines()
    split = [row.split(",") for row in rows]
    for row in split:
        row[2] = row[2] if row[3] == "1" else "0"
    text = "\n".join([header, *(",".join(row) for row in split)])
    (folder / "people.csv").write_text(text + "\n")
    said = refusal(capsys, command(folder, "--treated-column", "arm", "--slowing"))
    assert "no event came without treatment" in said
    assert "--event none" in said
    options = ("--treated-column", "arm", "--slowing", "--event", "none")
    assert "slowing" in as_object(capsys, command(folder, *options))["parameters"]


def test_two_values_of_one_month_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study_folder(tmp_path, 40)
    assert not any("the same month" in one for one in as_object(capsys, command(folder))["mind"])
    path = folder / "scores.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1], lines[2]]) + "\n")
    found = as_object(capsys, command(folder))
    assert any(one.startswith("2 values stand at the same month") for one in found["mind"])


def test_a_patient_record_gives_its_own_covariates_and_events(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic = clinic_folder(tmp_path)
    covariates = ("--slope-covariates", "delta_frs,bulbar_onset", "--level-covariates", "female")
    found = as_object(capsys, command(clinic, *covariates))
    said = {one["reason"]: one["which"] for one in found["left_out"]}
    assert said["delta_frs is not known"] == ["P000"]
    assert {"slope:delta_frs", "slope:bulbar_onset", "level:female"} <= found["parameters"].keys()
    assert found["event"]["words"].startswith("death, tracheostomy or permanent")
    assert "These patients are simulated: made by a computer, not real people." in found["mind"]
    tube = as_object(capsys, command(clinic, "--event", "gastrostomy"))
    assert tube["events"] == len((clinic / "care.csv").read_text().splitlines()) - 1
    assert tube["event"]["words"].startswith("the first gastrostomy")


def test_following_until_treatment_leaves_later_visits_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic = clinic_folder(tmp_path)
    arguments = command(clinic, "--event", "none")
    whole = as_object(capsys, arguments)
    until = as_object(capsys, [*arguments, "--until-treatment"])
    treated = (clinic / "doses.csv").read_text().splitlines()[1].split(",")[0]
    later = [
        line
        for line in (clinic / "visits.csv").read_text().splitlines()
        if line.startswith(f"{treated},") and float(line.split(",")[1]) > 4
    ]
    assert later
    assert until["rows_used"] == whole["rows_used"] - len(later)


def test_several_outcomes_are_fitted_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of the second outcome's course is that of the first."""
    folder = study_folder(tmp_path, 40)
    generator = np.random.default_rng(8)
    lines = (folder / "scores.csv").read_text(encoding="utf-8").splitlines()
    rows = []
    for name in sorted({line.split(",")[0] for line in lines[1:]}):
        visits = [line for line in lines[1:] if line.startswith(f"{name},")]
        month, score = np.array([line.split(",")[1:] for line in visits], dtype=float).T
        line_of = np.polyfit(month, score, min(1, len(month) - 1))
        level, slope = 5.0 * generator.standard_normal(), 0.5 * generator.standard_normal()
        own = level + slope * month + generator.standard_normal(len(month))
        capacity = 2 * np.polyval(line_of, month) + own
        rows += [f"{line},{value:.3f}" for line, value in zip(visits, capacity, strict=True)]
    text = "\n".join([f"{lines[0]},capacity", *rows]) + "\n"
    (folder / "scores.csv").write_text(text, encoding="utf-8")
    options = ("--outcome", "alsfrsr,capacity", "--event", "none")
    found = as_object(capsys, command(folder, *options))
    correlation = next(
        value["estimate"]
        for name, value in found["parameters"].items()
        if re.fullmatch(r"correlation\.slope\.alsfrs_total\.slope\.capacity", name)
    )
    # slopes 2 × 0.6 shared and 0.5 apart: 1.2 / 1.3 = 0.92 between people
    assert 0.75 < correlation < 0.999
    assert found["rows_used"] == 2 * len(rows)


def test_the_textbook_fit_runs_on_the_simulated_trial(capsys: pytest.CaptureFixture[str]) -> None:
    folder = SHARED / "sim_als_trial"
    if not folder.is_dir():
        pytest.skip("the simulated trial is not beside this checkout")
    found = as_object(capsys, command(folder))
    assert found["status"] == "converged"
    # SOURCE.md of that folder: 150 subjects, 24 deaths, 1544 visits
    assert (found["patients"], found["events"], found["rows_used"]) == (150, 24, 1544)
    assert found["left_out"] == []
    assert found["parameters"]["association_value"]["high90"] < 0
