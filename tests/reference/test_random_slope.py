"""lme4, nlme and statsmodels must agree with the random-slope engine, singular fits included."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.tolerance import ITERATED

from slopewise.numerics.random_slope import RandomSlopeFit, fit_random_slope

FOLDER = Path(__file__).parents[2] / "reference"
LME4 = json.loads((FOLDER / "lme4" / "random_slope.json").read_text("utf-8"))
NLME = json.loads((FOLDER / "nlme" / "values.json").read_text("utf-8"))["fits"]
STATSMODELS = json.loads((FOLDER / "statsmodels" / "values.json").read_text("utf-8"))["fits"]
REGULAR = ("sleepstudy", "Orthodont", "sleepstudy_thinned", "ragged", "no_slope_spread")
SINGULAR = ("no_spread", "slope_only", "tied")
PARAMETERS = ("intercept_sd", "slope_sd", "correlation", "residual_sd")
# lme4 stops where bobyqa's steps end, about 1e-6 from the maximum in a correlation
LME4_STOPS = 2e-6

Values = dict[str, Any]


def label(values: Values) -> str:
    effects = values.get("random_effects", "slope")
    return f"{values['program']}-{values['data']}-{values['method']}-{effects}"


def ours(values: Values) -> RandomSlopeFit:
    """Our fit of the same model to the same table."""
    table = {name: np.asarray(column) for name, column in LME4["data"][values["data"]].items()}
    terms = [term.split(":") for term in LME4["designs"][values["data"]]]
    columns = [np.prod([table[part] for part in term], axis=0) for term in terms]
    return fit_random_slope(
        table["id"],
        table["t"],
        table["y"],
        design=np.column_stack([np.ones(len(table["y"])), *columns]),
        method=values["method"],
        random_effects=values.get("random_effects", "slope"),
    )


def cases(fits: list[Values], *, singular: bool = False, effects: str = "slope") -> list[Any]:
    chosen = [
        f
        for f in fits
        if f.get("singular", False) == singular and f.get("random_effects", "slope") == effects
    ]
    return [pytest.param(f, id=label(f)) for f in chosen]


def test_the_full_grid_of_programs_and_data_is_there() -> None:
    methods = ("ml", "reml")
    slope = {(f["data"], f["method"]) for f in LME4["fits"] if f["random_effects"] == "slope"}
    assert slope == {(d, m) for d in REGULAR + SINGULAR for m in methods}
    only = {(f["data"], f["method"]) for f in LME4["fits"] if f["random_effects"] == "intercept"}
    few = ("sleepstudy", "Orthodont", "ragged", "no_spread")
    assert only == {(d, m) for d in few for m in methods}
    assert {(f["data"], f["method"]) for f in NLME} == {(d, m) for d in REGULAR for m in methods}
    assert {(f["data"], f["method"]) for f in STATSMODELS} == {
        (d, m) for d in REGULAR[:4] for m in methods
    }


@pytest.mark.parametrize("values", cases(LME4["fits"]))
def test_estimates_agree_with_lme4(values: Values) -> None:
    fit = ours(values)
    assert fit.status == "converged"
    assert fit.log_likelihood == pytest.approx(values["log_likelihood"], rel=1e-10)
    assert fit.fixed_effects == pytest.approx(values["fixed_effects"], rel=ITERATED)
    assert fit.fixed_effect_errors == pytest.approx(values["fixed_effect_errors"], rel=ITERATED)
    for name in PARAMETERS:
        assert getattr(fit.variances, name) == pytest.approx(values[name], rel=LME4_STOPS), name


@pytest.mark.parametrize("values", cases(NLME))
def test_estimates_agree_with_nlme(values: Values) -> None:
    fit = ours(values)
    # nlme's own tolerance shows where a variance is nearly flat: never above our maximum
    assert -1e-9 < fit.log_likelihood - values["log_likelihood"] < 1e-8
    loose = {"no_slope_spread": 3e-4, "Orthodont": 5e-5}.get(values["data"], ITERATED)
    assert fit.fixed_effects == pytest.approx(values["fixed_effects"], rel=loose)
    assert fit.fixed_effect_errors == pytest.approx(values["fixed_effect_errors"], rel=loose)
    for name in PARAMETERS:
        assert getattr(fit.variances, name) == pytest.approx(values[name], rel=loose), name


@pytest.mark.parametrize("values", cases(STATSMODELS))
def test_estimates_agree_with_statsmodels(values: Values) -> None:
    fit = ours(values)
    assert fit.log_likelihood > values["log_likelihood"] - 1e-9
    if not values["converged"]:
        return
    assert fit.fixed_effects == pytest.approx(values["fixed_effects"], rel=ITERATED)
    for name in PARAMETERS:
        assert getattr(fit.variances, name) == pytest.approx(values[name], rel=ITERATED), name


@pytest.mark.parametrize("data", REGULAR)
@pytest.mark.parametrize("method", ["ml", "reml"])
def test_variances_lie_within_a_millionth_of_the_nearest_program(data: str, method: str) -> None:
    others = [
        f
        for f in (*LME4["fits"], *NLME, *(s for s in STATSMODELS if s["converged"]))
        if (f["data"], f["method"], f.get("random_effects", "slope")) == (data, method, "slope")
    ]
    fit = ours(others[0])
    for name in PARAMETERS:
        value = getattr(fit.variances, name)
        assert min(abs(value / other[name] - 1.0) for other in others) < ITERATED, name


@pytest.mark.parametrize("values", cases(LME4["fits"]))
def test_errors_of_the_variances_are_those_of_the_dense_likelihood(values: Values) -> None:
    errors = ours(values).variance_errors
    found = [getattr(errors, name) for name in PARAMETERS]
    # taken at lme4's estimates, by extrapolated differences
    assert found == pytest.approx(values["variance_errors"], rel=2e-6)


@pytest.mark.parametrize("values", cases(LME4["fits"], effects="intercept"))
def test_random_intercepts_alone_agree_with_lme4(values: Values) -> None:
    fit = ours(values)
    assert (fit.status, fit.variances.slope_sd) == ("converged", 0.0)
    assert fit.log_likelihood == pytest.approx(values["log_likelihood"], rel=1e-10)
    assert fit.fixed_effects == pytest.approx(values["fixed_effects"], rel=ITERATED)
    assert fit.fixed_effect_errors == pytest.approx(values["fixed_effect_errors"], rel=ITERATED)
    assert fit.variances.intercept_sd == pytest.approx(values["intercept_sd"], rel=ITERATED)
    assert fit.variances.residual_sd == pytest.approx(values["residual_sd"], rel=ITERATED)


@pytest.mark.parametrize(
    "values",
    cases(LME4["fits"], singular=True) + cases(LME4["fits"], singular=True, effects="intercept"),
)
def test_singular_fits_are_found_and_called_boundary(values: Values) -> None:
    fit = ours(values)
    assert fit.status == "boundary"
    gain = fit.log_likelihood - values["log_likelihood"]
    if values["data"] == "slope_only":  # lme4 stops short here (README beside its values)
        assert 0.1 < gain < 0.2
        return
    assert abs(gain) < 1e-9
    assert fit.fixed_effects == pytest.approx(values["fixed_effects"], rel=ITERATED)
    assert fit.fixed_effect_errors == pytest.approx(values["fixed_effect_errors"], rel=ITERATED)
    for name in ("intercept_sd", "slope_sd", "residual_sd"):
        if name in values:  # lme4 leaves a vanished SD at about 1e-9
            near = pytest.approx(values[name], rel=ITERATED, abs=1e-6)
            assert getattr(fit.variances, name) == near, name


def test_a_tied_slope_has_correlation_minus_one() -> None:
    tied = next(f for f in LME4["fits"] if f["data"] == "tied")
    variances = ours(tied).variances
    assert variances.correlation == pytest.approx(-1.0, abs=1e-9)
    assert variances.covariance[0, 1] == pytest.approx(tied["covariance"], rel=ITERATED)


@pytest.mark.parametrize("values", cases(LME4["fits"]) + cases(LME4["fits"], effects="intercept"))
def test_predicted_random_effects_agree_with_lme4(values: Values) -> None:
    predicted = ours(values).predict_random_effects()
    row = {name: place for place, name in enumerate(predicted.patient.tolist())}
    order = [row[name] for name in values["patient"]]
    for name in ("intercept", "slope", "intercept_sd", "slope_sd"):
        if f"predicted_{name}" not in values:
            continue
        expected = np.array(values[f"predicted_{name}"])
        scale = np.abs(expected).max()
        assert getattr(predicted, name)[order] == pytest.approx(expected, abs=ITERATED * scale)


def test_summary_of_nlme_enlarges_errors_under_maximum_likelihood_only() -> None:
    """Why the errors differ from nlme's summary(): a factor √(N/(N − p)) under ML."""
    for values in NLME:
        fit = ours(values)
        ratio = np.array(values["summary_errors"]) / fit.fixed_effect_errors
        spare = fit.rows - len(fit.fixed_effects)
        factor = np.sqrt(fit.rows / spare) if values["method"] == "ml" else 1.0
        assert ratio == pytest.approx(factor, rel=5e-5)
