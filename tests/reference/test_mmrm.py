"""The repeated-measures model against nlme, lme4, lmerTest, pbkrtest, emmeans and PROC MIXED."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.mmrm_workload import stored_trial
from numpy import ndarray as Array
from tests.shared_data import example_table
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.endpoint.mmrm.mmrm_analysis import MmrmAnalysis, analyse_mmrm
from slopewise.endpoint.mmrm.mmrm_fit import fit_mmrm

FOLDER = Path(__file__).resolve().parents[2] / "reference"
SETS = ("trial", "small", "orthodont")
SHAPES = ("un", "cs", "csh", "ar1", "ar1h", "toep", "toeph")
# gls stops where its optimiser no longer sees a rise in the likelihood
GLS_STOPS = 1e-5
# PROC MIXED stops at a relative criterion of 1e-8: see reference/sas_mixed
SAS_STOPS = 5e-4
STORED = {
    200: {
        "estimate": 2.38126,
        "error": 1.48472,
        "log_likelihood": -3678.12216,
        "mmrm_error": 1.484531,
        "mmrm_freedom": 185.756,
    },
    500: {
        "estimate": 3.05271,
        "error": 0.942704,
        "log_likelihood": -9135.08012,
        "mmrm_error": 0.943199,
        "mmrm_freedom": 482.942,
    },
}


@cache
def r_values() -> dict[str, Any]:
    return json.loads((FOLDER / "mmrm_nlme" / "values.json").read_text("utf-8"))


@cache
def sas_values() -> dict[str, Any]:
    return json.loads((FOLDER / "sas_mixed" / "values.json").read_text("utf-8"))


def analysed(name: str, **options: Any) -> MmrmAnalysis:
    """The set as R fitted it."""
    data = r_values()["sets"][name]["data"]
    given = {key: np.broadcast_to(values, len(data["id"])) for key, values in data.items()}
    more: dict[str, Any] = {}
    if name != "orthodont":
        more["baseline"] = given["base"]
    if name == "trial":
        more |= {"covariates": {"age": given["age"]}, "factors": {"site": given["site"]}}
    arm = given["arm"] == 1
    return analyse_mmrm(given["id"], given["visit"], given["y"], treated=arm, **more, **options)


def test_the_full_grid_is_there() -> None:
    for name in SETS:
        fits = {(f["covariance"], f["method"]) for f in r_values()["sets"][name]["fits"]}
        assert fits == {(s, m) for s in SHAPES for m in ("reml", "ml")}


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("covariance", SHAPES)
@pytest.mark.parametrize("name", SETS)
def test_gls(name: str, covariance: str, method: str) -> None:
    fits = r_values()["sets"][name]["fits"]
    theirs = next(f for f in fits if (f["covariance"], f["method"]) == (covariance, method))
    ours = analysed(name, covariance=covariance, method=method)
    assert ours.status == "converged"
    assert ours.log_likelihood is not None
    assert ours.log_likelihood > theirs["log_likelihood"] - 1e-9
    assert ours.log_likelihood == pytest.approx(theirs["log_likelihood"], rel=CLOSED_FORM)
    errors = np.array(theirs["errors"])
    effects = ours.fit.fixed_effects
    covariances = ours.fit.fixed_effect_covariance
    assert effects is not None
    assert covariances is not None
    assert np.abs((effects - theirs["fixed_effects"]) / errors).max() < GLS_STOPS
    assert np.sqrt(np.diag(covariances)) == pytest.approx(errors, rel=GLS_STOPS)
    sigma = np.array(theirs["sigma"])
    assert ours.fit.visit_covariance == pytest.approx(sigma, abs=1e-5 * sigma.max(), rel=1e-5)
    for found, expected in ((ours, theirs["last"]), (ours.average, theirs["average"])):
        assert found.estimate == pytest.approx(expected[0], abs=GLS_STOPS * expected[1])
        assert found.standard_error == pytest.approx(expected[1], rel=GLS_STOPS)


@pytest.mark.parametrize("name", SETS)
def test_random_intercept_of_lme4(name: str) -> None:
    """Compound symmetry: Satterthwaite of lmerTest, Kenward–Roger of pbkrtest."""
    theirs = r_values()["sets"][name]["random_intercept"]
    ours = analysed(name, covariance="cs")
    assert ours.log_likelihood == pytest.approx(theirs["log_likelihood"], rel=CLOSED_FORM)
    many = len(ours.design.visits)
    for key, weights in (("last", np.eye(many)[-1]), ("average", np.full(many, 1.0 / many))):
        line, expected = ours.design.difference(weights), theirs[key]
        plain = ours.fit.contrast(line)
        assert plain.estimate == pytest.approx(expected["estimate"], rel=ITERATED)
        assert plain.standard_error == pytest.approx(expected["error"], rel=ITERATED)
        assert plain.degrees_of_freedom == pytest.approx(expected["satterthwaite"], rel=ITERATED)
        adjusted = ours.fit.contrast(line, freedom="kenward-roger", information="expected")
        assert adjusted.standard_error == pytest.approx(expected["adjusted_error"], rel=ITERATED)
        free = expected["kenward_roger"]
        assert adjusted.degrees_of_freedom == pytest.approx(free, rel=ITERATED)


@pytest.mark.parametrize("name", SETS)
def test_least_squares_means_of_emmeans(name: str) -> None:
    ours, theirs = analysed(name), r_values()["sets"][name]["means"]
    found = np.array([(m.mean.estimate, m.mean.standard_error) for m in ours.means])
    errors = np.array(theirs["error"])
    assert np.abs((found[:, 0] - theirs["estimate"]) / errors).max() < GLS_STOPS
    assert found[:, 1] == pytest.approx(errors, rel=GLS_STOPS)


def fev_columns() -> dict[str, Array]:
    with example_table("stat_reference/mmrm_fev_data.csv").open(encoding="utf-8") as file:
        kept = [row for row in csv.DictReader(file) if row["FEV1"] not in ("", "NA")]
    return {name: np.array([row[name] for row in kept]) for name in kept[0]}


@pytest.mark.parametrize("covariance", SHAPES)
def test_kenward_roger_of_proc_mixed(covariance: str) -> None:
    data = fev_columns()
    arm = (data["ARMCD"] == "TRT").astype(float)
    fit = fit_mmrm(
        data["USUBJID"],
        data["AVISIT"],
        data["FEV1"].astype(float),
        design=np.column_stack([np.ones(len(arm)), arm]),
        covariance=covariance,
    )
    theirs = sas_values()["kenward_roger"][covariance]
    for kind, key in (("kenward-roger", "full"), ("kenward-roger-linear", "linear")):
        found = fit.contrast(np.array([0.0, 1.0]), freedom=kind)
        assert found.standard_error == pytest.approx(theirs[key][0], rel=SAS_STOPS)
        assert found.degrees_of_freedom == pytest.approx(theirs[key][1], rel=SAS_STOPS)
    height = sas_values()["height"].get(covariance)
    if height is not None:
        assert fit.log_likelihood is not None
        assert -2.0 * fit.log_likelihood < height + 1e-8
        assert -2.0 * fit.log_likelihood == pytest.approx(height, abs=2e-5)


def test_satterthwaite_of_proc_mixed() -> None:
    data, theirs = fev_columns(), sas_values()["satterthwaite"]
    arm = (data["ARMCD"] == "TRT").astype(float)
    later = [(data["AVISIT"] == f"VIS{k}").astype(float) for k in (2, 3, 4)]
    others = [
        data["RACE"] == "Black or African American",
        data["RACE"] == "White",
        data["SEX"] == "Female",
    ]
    design = np.column_stack([np.ones(len(arm)), arm, *later, *[v * arm for v in later], *others])
    outcome = data["FEV1"].astype(float)
    fit = fit_mmrm(data["USUBJID"], data["AVISIT"], outcome, design=design)
    assert fit.log_likelihood is not None
    assert -2.0 * fit.log_likelihood == pytest.approx(theirs["height"], abs=2e-5)
    for line, expected in zip(np.eye(11), theirs["effects"].values(), strict=True):
        found = fit.contrast(line)
        assert found.estimate == pytest.approx(expected[0], abs=SAS_STOPS * expected[1])
        assert found.standard_error == pytest.approx(expected[1], rel=SAS_STOPS)
        assert found.degrees_of_freedom == pytest.approx(expected[2], abs=0.51)  # printed whole
    sigma = fit.visit_covariance
    assert sigma is not None
    sigma = sigma[np.ix_([1, 2, 3, 0], [1, 2, 3, 0])]  # the reference visit is their last
    spread = np.sqrt(np.diag(sigma))
    apart = sigma[np.tril_indices(4)] - theirs["covariance"]
    assert np.abs(apart / np.outer(spread, spread)[np.tril_indices(4)]).max() < SAS_STOPS


@pytest.mark.parametrize("patients", sorted(STORED))
def test_stored_trials_of_gls_and_mmrm(patients: int) -> None:
    """Eight visits, unstructured: gls of nlme, and mmrm 0.3.16, whose search stops early."""
    trial, stored = stored_trial(patients), STORED[patients]
    found = analyse_mmrm(
        trial.patient, trial.visit, trial.change, treated=trial.treated, baseline=trial.baseline
    )
    assert found.estimate == pytest.approx(stored["estimate"], abs=6e-6)
    assert found.standard_error == pytest.approx(stored["error"], rel=5e-5)
    assert found.log_likelihood == pytest.approx(stored["log_likelihood"], abs=2e-5)
    assert found.standard_error == pytest.approx(stored["mmrm_error"], rel=6e-4)
    assert found.degrees_of_freedom == pytest.approx(stored["mmrm_freedom"], rel=2e-3)
