"""Scores of predicted survival: riskRegression, survival and glm must agree."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.shared_data import example_table
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.progression.checks.brier import brier_difference, brier_scores
from slopewise.progression.checks.calibration_curve import calibration_curve
from slopewise.progression.checks.discrimination import (
    area_difference,
    area_under_curve,
    concordance,
)
from slopewise.progression.checks.follow_up import FollowUp
from slopewise.progression.checks.survival_curves import (
    SurvivalCurve,
    kaplan_meier,
    survival_at,
    survival_interval,
)

VALUES = json.loads(
    (Path(__file__).parents[2] / "reference" / "risk_regression" / "values.json").read_text("utf-8")
)
CASES = ("untied", "tied", "lung")
MODELS = {"first": "marker", "second": "rival_marker"}
# Both are estimates of one standard error; see reference/risk_regression/README.md. The largest
# differences met are 1.2 % (Brier) and 0.02 % (AUC), on tied months.
BRIER_ERROR, AREA_ERROR, C_ERROR = 0.02, 0.001, 0.02
GLM = 1e-7  # glm stops when its deviance no longer moves: half the digits of its coefficients


def columns(case: str) -> dict[str, np.ndarray]:
    """The patients of a case; those of `lung` come from the public table."""
    if case != "lung":
        return {k: np.array(v, dtype=float) for k, v in VALUES["cases"][case]["data"].items()}
    with example_table("stat_reference/survival_lung.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["ph.ecog"] not in {"", "NA"}]
    number = {
        k: np.array([float(r[k]) for r in rows]) for k in ("time", "status", "ph.ecog", "age")
    }
    return {
        "month": number["time"] / 30.4375,
        "event": number["status"] - 1.0,
        "marker": number["ph.ecog"] - 1.0,
        "rival_marker": (number["age"] - 62.0) / 10.0,
    }


def scored(case: str) -> tuple[FollowUp, np.ndarray, dict[str, np.ndarray]]:
    """Follow-up, horizons and both predictions of survival."""
    found, table = VALUES["cases"][case], columns(case)
    horizons = np.array(found["horizons"], dtype=float)
    told = {
        model: np.exp(-found["rate"] * horizons * np.exp(found["effect"] * table[marker][:, None]))
        for model, marker in MODELS.items()
    }
    return FollowUp(table["month"], table["event"] > 0.0), horizons, told


def rows_of(case: str, table: str, **chosen: str) -> list[dict[str, Any]]:
    found = VALUES["cases"][case]["scores"][table]
    rows = [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)]
    return [row for row in rows if all(row[k] == v for k, v in chosen.items())]


def assert_curve(curve: SurvivalCurve, expected: dict[str, list[float]]) -> None:
    months = np.array(expected["month"], dtype=float)
    assert survival_at(curve, months) == pytest.approx(expected["survival"], rel=CLOSED_FORM)
    place = np.searchsorted(curve.month, months, side="right") - 1
    errors = curve.survival[place] * np.sqrt(curve.log_variance[place])
    assert errors == pytest.approx(expected["standard_error"], rel=CLOSED_FORM)
    limits = np.array([survival_interval(curve, float(m)) for m in months])
    assert limits[:, 0] == pytest.approx(expected["lower"], rel=CLOSED_FORM)
    assert limits[:, 1] == pytest.approx(expected["upper"], rel=CLOSED_FORM)


@pytest.mark.parametrize("case", CASES)
def test_kaplan_meier_and_its_interval_agree_with_survfit(case: str) -> None:
    table = columns(case)
    curve = kaplan_meier(table["month"], table["event"] > 0.0)
    assert_curve(curve, VALUES["cases"][case]["kaplan_meier"])


@pytest.mark.parametrize("case", ["untied", "tied"])
def test_kaplan_meier_with_late_entry_agrees_with_survfit(case: str) -> None:
    table = columns(case)
    curve = kaplan_meier(table["month"], table["event"] > 0.0, entry_month=table["entry"])
    assert_curve(curve, VALUES["cases"][case]["late_entry"])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("model", MODELS)
def test_brier_score_and_prediction_accuracy_agree_with_riskregression(
    case: str, model: str
) -> None:
    follow_up, horizons, told = scored(case)
    found = brier_scores(follow_up, told[model], horizon_month=horizons)
    for j, row in enumerate(rows_of(case, "brier", model=model)):
        assert found.brier[j].value == pytest.approx(row["Brier"], rel=CLOSED_FORM)
        assert found.accuracy[j].value == pytest.approx(row["IPA"], abs=CLOSED_FORM)
        assert found.brier[j].standard_error == pytest.approx(row["se"], rel=BRIER_ERROR)
    for j, row in enumerate(rows_of(case, "brier", model="Null model")):
        assert found.reference[j].value == pytest.approx(row["Brier"], rel=CLOSED_FORM)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("model", MODELS)
def test_area_under_the_curve_agrees_with_riskregression(case: str, model: str) -> None:
    follow_up, horizons, told = scored(case)
    for j, row in enumerate(rows_of(case, "auc", model=model)):
        found = area_under_curve(follow_up, -told[model][:, j], horizon_month=horizons[j])
        assert found.value == pytest.approx(row["AUC"], rel=CLOSED_FORM)
        assert found.standard_error == pytest.approx(row["se"], rel=AREA_ERROR)


@pytest.mark.parametrize("case", CASES)
def test_differences_between_two_predictions_agree_with_riskregression(case: str) -> None:
    follow_up, horizons, told = scored(case)
    briers = rows_of(case, "brier_contrast", model="second", reference="first")
    areas = rows_of(case, "auc_contrast", model="second", reference="first")
    assert len(briers) == len(areas) == len(horizons)
    for j, (brier, area) in enumerate(zip(briers, areas, strict=True)):
        pair = (told["second"][:, j], told["first"][:, j])
        found = brier_difference(follow_up, pair, horizon_month=horizons[j])
        assert found.value == pytest.approx(brier["delta.Brier"], rel=CLOSED_FORM)
        assert found.standard_error == pytest.approx(brier["se"], rel=BRIER_ERROR)
        found = area_difference(follow_up, (-pair[0], -pair[1]), horizon_month=horizons[j])
        assert found.value == pytest.approx(area["delta.AUC"], rel=CLOSED_FORM)
        assert found.standard_error == pytest.approx(area["se"], rel=AREA_ERROR)


@pytest.mark.parametrize("case", CASES)
def test_concordance_agrees_with_survival(case: str) -> None:
    follow_up, horizons, told = scored(case)
    expected = VALUES["cases"][case]["concordance"]
    found = concordance(follow_up, -told["first"][:, -1], horizon_month=horizons[-1])
    assert found.value == pytest.approx(expected["concordance"], rel=CLOSED_FORM)
    # survival takes the weights as known: nearly the same error when few are censored early
    assert found.standard_error == pytest.approx(expected["standard_error"], rel=C_ERROR)


@pytest.mark.parametrize("case", CASES)
def test_calibration_agrees_with_a_weighted_glm(case: str) -> None:
    follow_up, horizons, told = scored(case)
    for j, expected in enumerate(VALUES["cases"][case]["calibration"]):
        found = calibration_curve(follow_up, told["first"][:, j], horizon_month=horizons[j])
        assert expected["weight_sum"] == pytest.approx(follow_up.patients, rel=CLOSED_FORM)
        assert found.level.value == pytest.approx(expected["level"], abs=GLM)
        assert found.slope.value == pytest.approx(expected["slope"], rel=GLM)
        assert found.observed_to_expected.value == pytest.approx(
            expected["observed_to_expected"], rel=ITERATED
        )
