"""The slope difference: lme4 and lmerTest on simulated trials, and on the shared baseline data."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.tolerance import ITERATED

from slopewise.endpoint.slope import (
    Freedom,
    Intercept,
    SlopeDifference,
    SlopeRows,
    analyse_slope,
)
from slopewise.errors import InputError

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "lmertest_slope" / "values.json"
VALUES: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))
NUMERICAL_DERIVATIVE = 1e-5  # relative: lmerTest differentiates by finite differences


def rows_of(name: str, *, covariate: bool = False) -> SlopeRows:
    data = {key: np.array(values) for key, values in VALUES["data"][name].items()}
    return SlopeRows(
        data["id"],
        data["t"].astype(float),
        data["y"].astype(float),
        data["arm"] == 1,
        data["age"][:, None] if covariate else None,
    )


def analysed(fit: dict[str, Any], freedom: Freedom = Freedom.SATTERTHWAITE) -> SlopeDifference:
    return analyse_slope(
        rows_of(fit["data"], covariate=fit["form"] == "covariate"),
        intercept=Intercept.BY_ARM if fit["form"] == "by-arm" else Intercept.COMMON,
        method=fit["method"],
        freedom=freedom,
    )


@pytest.mark.parametrize(
    "fit", VALUES["fits"], ids=lambda f: f"{f['data']}-{f['form']}-{f['method']}"
)
def test_difference_is_that_of_lmertest(fit: dict[str, Any]) -> None:
    found = analysed(fit)
    assert found.status == "converged"
    assert found.log_likelihood == pytest.approx(fit["log_likelihood"], rel=1e-9)
    for ours, key in (
        (found.estimate, "estimate"),
        (found.standard_error, "standard_error"),
        (found.low, "low"),
        (found.high, "high"),
        (found.control_slope, "control_slope"),
        (found.control_slope_error, "control_slope_error"),
        (found.treated_slope_error, "treated_slope_error"),
    ):
        assert ours == pytest.approx(fit[key], rel=ITERATED)
    assert found.degrees_of_freedom == pytest.approx(fit["df"], rel=NUMERICAL_DERIVATIVE)
    assert found.p_value == pytest.approx(fit["p_value"], abs=1e-6)
    assert found.variances is not None
    for ours, key in (
        (found.variances.intercept_sd, "intercept_sd"),
        (found.variances.slope_sd, "slope_sd"),
        (found.variances.residual_sd, "residual_sd"),
    ):
        assert ours == pytest.approx(fit[key], rel=1e-5)


@pytest.mark.parametrize(
    "fit",
    [fit for fit in VALUES["fits"] if fit["method"] == "reml"],
    ids=lambda f: f"{f['data']}-{f['form']}",
)
def test_kenward_and_roger_are_those_of_pbkrtest(fit: dict[str, Any]) -> None:
    found = analysed(fit, freedom=Freedom.KENWARD_ROGER)
    theirs = fit["kenward_roger"]
    assert found.estimate == pytest.approx(fit["estimate"], rel=ITERATED)
    assert found.standard_error == pytest.approx(theirs["standard_error"], rel=ITERATED)
    assert found.degrees_of_freedom == pytest.approx(theirs["df"], rel=ITERATED)


def test_kenward_and_roger_do_not_depend_on_the_unit_of_time() -> None:
    rows = rows_of("small")
    days = replace(rows, month=30.4375 * np.asarray(rows.month))
    month, day = (analyse_slope(r, freedom=Freedom.KENWARD_ROGER) for r in (rows, days))
    assert day.degrees_of_freedom == pytest.approx(month.degrees_of_freedom, rel=ITERATED)
    assert 30.4375 * day.standard_error == pytest.approx(month.standard_error, rel=ITERATED)


def test_kenward_and_roger_are_refused_for_ml() -> None:
    with pytest.raises(InputError, match="corrects REML"):
        analyse_slope(rows_of("small"), method="ml", freedom=Freedom.KENWARD_ROGER)


def test_normal_interval_is_narrower_and_has_no_degrees_of_freedom() -> None:
    t, normal = (
        analyse_slope(rows_of("small"), freedom=freedom)
        for freedom in (Freedom.SATTERTHWAITE, Freedom.NORMAL)
    )
    assert normal.degrees_of_freedom is None
    assert normal.standard_error is not None
    assert normal.low == pytest.approx(normal.estimate - 1.959963984540054 * normal.standard_error)
    assert t.low < normal.low


def test_slowing_is_the_share_of_the_controls_slope_and_fieller_holds_zero_with_the_test() -> None:
    found = analyse_slope(rows_of("middle"))
    assert found.slowing is not None
    assert found.slowing.estimate == pytest.approx(-found.estimate / found.control_slope)
    assert found.p_value is not None
    holds_zero = found.slowing.low < 0.0 < found.slowing.high
    assert holds_zero == (found.p_value > 0.05)


def test_fieller_ends_are_where_the_ratio_is_just_rejected() -> None:
    """Second derivation: at an end r, d + r·b lies exactly the quantile of its errors from zero."""
    rows = rows_of("middle")
    found = analyse_slope(rows)
    shifted = found.slowing
    assert shifted is not None
    df = found.degrees_of_freedom
    from scipy.stats import t as student

    for end in (shifted.low, shifted.high):
        # the model with the slope of the treated fixed at (1 − r) times that of the controls has
        # the contrast d + r·b: take its error from the by-slope covariance
        b, d = found.control_slope, found.estimate
        var_b, var_d = found.control_slope_error**2, found.standard_error**2
        cov = 0.5 * (found.treated_slope_error**2 - var_b - var_d)
        error = math.sqrt(var_d + 2 * end * cov + end**2 * var_b)
        assert abs(d + end * b) / error == pytest.approx(student.ppf(0.975, df), rel=1e-8)


def test_slowing_has_no_interval_where_nobody_may_decline() -> None:
    rows = rows_of("middle")
    rising = SlopeRows(rows.person, rows.month, -np.asarray(rows.outcome), rows.treated)
    found = analyse_slope(rising)
    assert found.slowing is not None
    assert (found.slowing.status, found.slowing.estimate) == ("unbounded", None)


def test_rows_may_come_in_any_order() -> None:
    rows = rows_of("small")
    order = np.random.default_rng(1).permutation(len(rows.month))
    shuffled = SlopeRows(*(np.asarray(part)[order] for part in (
        rows.person, rows.month, rows.outcome, rows.treated)))  # fmt: skip
    first, second = analyse_slope(rows), analyse_slope(shuffled)
    assert second.estimate == pytest.approx(first.estimate, rel=ITERATED)
    assert second.degrees_of_freedom == pytest.approx(first.degrees_of_freedom, rel=ITERATED)


def test_one_arm_alone_is_refused() -> None:
    rows = rows_of("small")
    nobody = SlopeRows(rows.person, rows.month, rows.outcome, np.zeros(len(rows.month), bool))
    with pytest.raises(InputError, match="both arms"):
        analyse_slope(nobody)


def test_scores_on_straight_lines_are_a_status() -> None:
    person = np.repeat(np.arange(6), 4)
    month = np.tile(np.arange(4.0), 6)
    flat = SlopeRows(person, month, 40.0 - month, person % 2 == 0)
    found = analyse_slope(flat)
    assert found.status == "non_finite"
    assert found.estimate is None
