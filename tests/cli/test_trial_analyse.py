"""`slopewise trial analyse` and `compare`: other programs' numbers through files, and refusals."""

import importlib.util
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.shared_data import FOLDER as SHARED_DATA
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
COMMON = ("endpoint", "estimate", "standard_error", "low", "high", "p_value", "status")


def reference(name: str) -> Any:
    return json.loads((ROOT / "reference" / name / "values.json").read_text(encoding="utf-8"))


LMERTEST, SURVIVAL, MMRM = map(reference, ("lmertest_slope", "survival_endpoints", "mmrm_nlme"))


def write(path: Path, columns: Mapping[str, Sequence[Any]], *, separator: str = ",") -> Path:
    rows = [separator.join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join([separator.join(columns), *rows]) + "\n", encoding="utf-8")
    return path


def asked(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert run(["trial", *map(str, arguments)]) == code, capsys.readouterr().err
    out = capsys.readouterr()
    return out.out if code == 0 else out.err


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked(capsys, "analyse", *arguments, "--json"))
    assert set(COMMON) <= set(found)
    return found


@pytest.fixture
def slope_file(tmp_path: Path) -> Path:
    return write(tmp_path / "visits.csv", LMERTEST["data"]["middle"])


@pytest.fixture
def survival_file(tmp_path: Path) -> Path:
    data = SURVIVAL["sets"]["ties"]
    columns = {"id": range(1, 161), **{k: data[k] for k in ("arm", "month", "died", "age", "base")}}
    return write(tmp_path / "people.csv", {**columns, "change": data["change"]})


@pytest.mark.parametrize("form", ["common", "by-arm"])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_slope_is_that_of_lmertest(
    capsys: pytest.CaptureFixture[str], slope_file: Path, form: str, method: str
) -> None:
    theirs = next(
        fit
        for fit in LMERTEST["fits"]
        if (fit["data"], fit["form"], fit["method"]) == ("middle", form, method)
    )
    options = ("--time", "t", "--intercept", form, "--method", method)
    found = told(capsys, slope_file, "--endpoint", "slope", *options)
    for key in ("estimate", "standard_error", "low", "high", "log_likelihood"):
        assert found[key] == pytest.approx(theirs[key], rel=ITERATED)
    assert found["df"] == pytest.approx(theirs["df"], rel=1e-5)
    assert (found["status"], found["treated"], found["controls"]) == ("converged", 40, 40)


def test_slope_takes_covariates(capsys: pytest.CaptureFixture[str], slope_file: Path) -> None:
    theirs = next(
        fit
        for fit in LMERTEST["fits"]
        if (fit["data"], fit["form"], fit["method"]) == ("middle", "covariate", "reml")
    )
    found = told(capsys, slope_file, "--endpoint", "slope", "--time", "t", "--covariates", "age")
    assert found["estimate"] == pytest.approx(theirs["estimate"], rel=ITERATED)
    assert [effect["name"] for effect in found["fixed_effects"]][-1] == "age"


def test_normal_interval_of_the_slope(capsys: pytest.CaptureFixture[str], slope_file: Path) -> None:
    found = told(capsys, slope_file, "--endpoint", "slope", "--time", "t", "--df", "normal")
    assert found["df"] is None
    z = abs(found["estimate"] / found["standard_error"])
    assert found["p_value"] == pytest.approx(math.erfc(z / math.sqrt(2.0)), rel=CLOSED_FORM)


def test_mmrm_is_that_of_nlme(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = MMRM["sets"]["trial"]["data"]
    month = {"1": 3, "2": 6, "3": 9, "4": 12}
    data = {**data, "month": [month[str(visit)] for visit in data["visit"]]}
    path = write(tmp_path / "visits.csv", data)
    for theirs in MMRM["sets"]["trial"]["fits"]:
        if theirs["covariance"] not in ("un", "cs", "ar1", "toep"):
            continue
        options = ("--covariates", "age,site=b,site=c", "--method", theirs["method"])
        shape = ("--covariance", theirs["covariance"], "--time", "month")
        found = told(capsys, path, "--endpoint", "mmrm", *options, *shape)
        assert found["estimate"] == pytest.approx(theirs["last"][0], rel=1e-5)
        assert found["standard_error"] == pytest.approx(theirs["last"][1], rel=1e-5)
        assert found["log_likelihood"] == pytest.approx(theirs["log_likelihood"], rel=1e-8)
        assert len(found["by_visit"]) == 4
        assert found["visit"] == "12"


def test_win_ratio_is_that_of_all_pairs(
    capsys: pytest.CaptureFixture[str], survival_file: Path
) -> None:
    found = told(capsys, survival_file, "--endpoint", "win-ratio")
    theirs = SURVIVAL["sets"]["ties"]["pairs"]
    assert (found["wins"], found["losses"]) == (sum(theirs["wins"]), sum(theirs["losses"]))
    assert found["ties"] == theirs["ties"]
    assert found["estimate"] == pytest.approx(theirs["win_ratio"][0], rel=CLOSED_FORM)
    assert found["standard_error"] == pytest.approx(theirs["win_ratio"][1], rel=CLOSED_FORM)
    assert found["net_benefit"]["estimate"] == pytest.approx(theirs["net_benefit"][0])
    assert found["standard_error_of"] == "logarithm"


def test_joint_rank_is_the_test_of_all_scores(
    capsys: pytest.CaptureFixture[str], survival_file: Path
) -> None:
    data = SURVIVAL["sets"]["ties"]
    score, arm = data["pairs"]["score"], data["arm"]
    n, m = len(score), sum(arm)
    statistic = sum(u for u, a in zip(score, arm, strict=True) if a)
    variance = m * (n - m) / (n * (n - 1)) * sum(u * u for u in score)
    found = told(capsys, survival_file, "--endpoint", "joint-rank")
    assert found["z"] == pytest.approx(statistic / math.sqrt(variance), rel=CLOSED_FORM)
    p = math.erfc(abs(found["z"]) / math.sqrt(2.0))
    assert found["p_value"] == pytest.approx(p, abs=CLOSED_FORM)
    ranks = data["pairs"]["rank"]
    treated = [r for r, a in zip(ranks, arm, strict=True) if a]
    controls = [r for r, a in zip(ranks, arm, strict=True) if not a]
    difference = sum(treated) / len(treated) - sum(controls) / len(controls)
    assert found["estimate"] == pytest.approx(difference, rel=CLOSED_FORM)


def test_hazard_ratio_and_log_rank_are_those_of_r(
    capsys: pytest.CaptureFixture[str], survival_file: Path
) -> None:
    theirs = SURVIVAL["sets"]["ties"]
    found = told(capsys, survival_file, "--endpoint", "time-to-event")
    cox = theirs["cox"]
    ratio = math.exp(cox["log_hazard_ratios"][0])
    assert found["estimate"] == pytest.approx(ratio, rel=ITERATED)
    assert found["standard_error"] == pytest.approx(cox["standard_errors"][0], rel=ITERATED)
    assert found["log_likelihood"] == pytest.approx(cox["log_likelihood"], rel=CLOSED_FORM)
    test = found["log_rank"]
    assert test["chi_square"] == pytest.approx(theirs["log_rank"]["chi_square"], rel=CLOSED_FORM)
    adjusted = told(capsys, survival_file, "--endpoint", "time-to-event", "--covariates", "age")
    ratio = math.exp(theirs["cox_age"]["log_hazard_ratios"][0])
    assert adjusted["estimate"] == pytest.approx(ratio, rel=ITERATED)


def test_restricted_mean_is_that_of_r(
    capsys: pytest.CaptureFixture[str], survival_file: Path
) -> None:
    theirs = SURVIVAL["sets"]["ties"]
    options = ("--restriction-month", theirs["restriction"])
    found = told(capsys, survival_file, "--endpoint", "rmst", *options)
    (treated, its_error), (controls, other_error) = (
        theirs["mean"][arm] for arm in ("treated", "controls")
    )
    assert found["estimate"] == pytest.approx(treated - controls, rel=CLOSED_FORM)
    error = math.hypot(its_error, other_error)
    assert found["standard_error"] == pytest.approx(error, rel=CLOSED_FORM)


def test_compare_shows_every_analysis_and_why_others_are_not_there(
    capsys: pytest.CaptureFixture[str], survival_file: Path
) -> None:
    found = json.loads(asked(capsys, "compare", survival_file, "--json"))
    names = [one["endpoint"] for one in found["analyses"]]
    assert names == ["joint-rank", "win-ratio", "time-to-event", "rmst"]
    assert {one["endpoint"] for one in found["not_possible"]} == {"slope", "mmrm"}
    said = asked(capsys, "compare", survival_file)
    assert "proves nothing" in said
    assert "no table holds several visits" in said


def test_text_says_interval_first_estimand_and_columns(
    capsys: pytest.CaptureFixture[str], slope_file: Path
) -> None:
    said = asked(capsys, "analyse", slope_file, "--endpoint", "slope", "--time", "t")
    assert said.index("lies between") < said.index("best estimate")
    assert all(len(line) <= 88 for line in said.splitlines())
    for words in (
        "What is estimated:",
        "How: random-slope",
        "subject: id (visits.csv)",
        "time: t",
        "Control: 0",
    ):
        assert words in said


@pytest.mark.parametrize("choice", ["locf", "complete-case", "zero"])
def test_filling_in_is_refused_with_the_reason(
    capsys: pytest.CaptureFixture[str], slope_file: Path, choice: str
) -> None:
    arguments = ("analyse", slope_file, "--endpoint", "slope", "--missing", choice)
    assert "is refused: " in asked(capsys, *arguments, code=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--endpoint", "slope", "--arm", "group"), "--arm names; columns found: visits.csv: id"),
        (("--endpoint", "slope", "--time", "month"), "column 'month', which --time names"),
        (("--endpoint", "slope", "--covariates", "height"), "'height', which --covariates names"),
        (("--endpoint", "time-to-event"), "name the columns by --event and --event-time"),
        (("--endpoint", "slope", "--time", "t", "--control", "sham"), "the arms are 0, 1"),
        (("--endpoint", "rmst", "--df", "kenward-roger"), "is for --endpoint slope and mmrm"),
        (
            ("--endpoint", "slope", "--df", "kenward-roger", "--method", "ml"),
            "corrects REML",
        ),
        (("--endpoint", "mmrm", "--time", "t", "--df", "normal"), "slope only"),
        (("--endpoint", "mmrm", "--time", "t"), "name it by --visit"),
    ],
)
def test_what_cannot_be_is_refused(
    capsys: pytest.CaptureFixture[str], slope_file: Path, options: tuple[str, ...], words: str
) -> None:
    assert words in asked(capsys, "analyse", slope_file, *options, code=1)


def test_a_table_without_a_time_is_refused_with_its_columns(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = write(tmp_path / "odd.csv", {"id": [1, 1, 2, 2], "arm": [0, 0, 1, 1], "points": [1] * 4})
    said = asked(capsys, "analyse", path, "--endpoint", "slope", code=1)
    assert "name them by --outcome and --time (columns found: odd.csv: id, arm, points)" in said


def test_a_ratio_that_is_not_finite_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    columns = {"id": range(4), "arm": [0, 1, 0, 1], "chg": [-9, -1, -8, -2]}
    columns |= {"stime": [9, 9, 9, 9], "event": [0, 0, 0, 0]}
    path = write(tmp_path / "one.csv", columns)
    assert "won every pair" in asked(capsys, "analyse", path, "--endpoint", "win-ratio")
    said = asked(capsys, "analyse", path, "--endpoint", "time-to-event")
    assert "Cannot tell: nobody had the event." in said
    found = told(capsys, path, "--endpoint", "win-ratio")
    assert (found["status"], found["estimate"], found["wins"]) == ("boundary", None, 4)


def test_an_unknown_endpoint_is_misuse(
    capsys: pytest.CaptureFixture[str], slope_file: Path
) -> None:
    asked(capsys, "analyse", slope_file, "--endpoint", "spirometry", code=2)
    asked(capsys, "analyse", slope_file, code=2)


def test_scores_on_straight_lines_end_with_3(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [(i, t, i % 2, 40 - t) for i in range(6) for t in range(4)]
    columns = dict(zip(("id", "month", "arm", "y"), zip(*rows, strict=True), strict=True))
    path = write(tmp_path / "flat.csv", columns)
    assert run(["trial", "analyse", str(path), "--endpoint", "slope", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["estimate"], found["p_value"]) == ("non_finite", None, None)


def test_joint_model_is_the_fit_of_the_same_tables(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Second road: `fit progression` reads and models the same people by its own options."""
    data = SHARED_DATA / "sim_als_trial"
    if not data.is_dir():
        pytest.skip("the example trial is not beside this checkout")
    people = (data / "DEV_subjects.csv").read_text().splitlines()[:61]
    names = {line.split(",")[0] for line in people}
    visits = [
        line.replace("alsfrsr_latent", "other")
        for line in (data / "DEV_visits.csv").read_text().splitlines()
        if line.split(",")[0] in names
    ]
    (tmp_path / "people.csv").write_text("\n".join(people) + "\n")
    (tmp_path / "visits.csv").write_text("\n".join(visits) + "\n")
    found = told(capsys, tmp_path, "--endpoint", "joint-model")
    options = ("--slowing", "--no-wander", "--treated-column", "trt", "--json")
    names_told = ("--outcome", "alsfrsr", "--marker-range", "0,48")
    assert run(["fit", "progression", str(tmp_path), *names_told, *options]) == 0
    other = json.loads(capsys.readouterr().out)
    theirs = other["parameters"]["slowing"]
    assert found["estimate"] == pytest.approx(theirs["estimate"], abs=2e-3)
    assert found["standard_error"] == pytest.approx(theirs["standard_error"], rel=1e-2)
    assert found["posterior"]["low90"] < found["estimate"] < found["posterior"]["high90"]


# --- the stored baselines: same generator, other programs' printed numbers --------------------


def generator() -> Any:
    path = ROOT.parent / "shared" / "bench" / "peers" / "gen.py"
    if not path.is_file():
        pytest.skip("the generator of the stored baselines is not beside this checkout")
    specification = importlib.util.spec_from_file_location("gen", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_slope_is_that_of_the_stored_baseline(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gen = generator()
    gen.write_long_surv(gen.cohort(300, seed=20240300), str(tmp_path), "n300")
    found = told(capsys, tmp_path, "--endpoint", "slope")
    assert found["estimate"] == pytest.approx(0.124422, abs=5e-7)
    assert found["standard_error"] == pytest.approx(0.089750, abs=1e-6)
    assert found["log_likelihood"] == pytest.approx(-5778.5835, abs=5e-5)
    assert found["control_slope"] == pytest.approx(-0.987304, abs=5e-7)
    variances = found["variances"]
    assert variances["intercept_sd"] == pytest.approx(5.18700, abs=2e-5)
    assert variances["slope_sd"] == pytest.approx(0.731610, abs=2e-6)


def test_mmrm_is_that_of_the_stored_baseline(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import numpy as np

    gen = generator()
    visits = np.array([0, 1, 2, 3, 4, 6, 8, 10, 12.0])
    people = gen.cohort(200, seed=30240200, visits=visits, fu=12.05, jitter=0.0)
    gen.write_long_surv(people, str(tmp_path), "mmrm200")
    found = told(capsys, tmp_path / "long_mmrm200.csv", "--endpoint", "mmrm")
    assert found["estimate"] == pytest.approx(2.38126, abs=5e-6)
    assert found["standard_error"] == pytest.approx(1.484751, abs=1e-6)
    assert found["log_likelihood"] == pytest.approx(-3678.12216, abs=5e-6)


def test_win_ratio_is_that_of_the_stored_baseline(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import numpy as np

    gen = generator()
    c = gen.cohort(1000, seed=40240500)
    last = c["tv"].shape[1] - 1 - np.argmax(c["seen"][:, ::-1], 1)
    change = c["y"][np.arange(1000), last] - c["y"][:, 0]
    columns = {
        "id": range(1000), "arm": c["arm"], "stime": [f"{t:.6f}" for t in c["time"]],
        "event": c["event"], "chg": [f"{x:.6f}" for x in change],
    }  # fmt: skip
    found = told(capsys, write(tmp_path / "win.csv", columns), "--endpoint", "win-ratio")
    assert found["estimate"] == pytest.approx(1.2823807, abs=5e-8)
    assert found["standard_error"] == pytest.approx(0.0729599, abs=1e-7)
    assert found["net_benefit"]["estimate"] == pytest.approx(0.12372, abs=5e-7)
