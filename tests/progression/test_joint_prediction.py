"""Predictions: survival by a ratio of densities, function by the dense conditional, effects."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.double import adaptive_quadrature as quadrature
from tests.progression.joint_people import Truth, simulated

from slopewise.errors import InputError
from slopewise.progression.fitting.fit import fit_progression, prepare
from slopewise.progression.forecasting.effects import effects_on_survival
from slopewise.progression.forecasting.forecaster import (
    Forecaster,
    embedded_forecaster,
    forecaster_of_fit,
)
from slopewise.progression.forecasting.prediction import QUANTILES, predict
from slopewise.progression.joint.cohort import FollowUp, Measurements, gather
from slopewise.progression.joint.density import Problem
from slopewise.progression.joint.layout import Layout, layout_of
from slopewise.progression.joint.sites import refined_scores
from slopewise.progression.joint.specification import (
    ALSFRS_R,
    Association,
    Marker,
    ProgressionModel,
)

COHORT = Path(__file__).parents[2] / "reference" / "quadrature"
MARKER = (replace(ALSFRS_R, reference_value=38.0),)


def forecaster(
    model: ProgressionModel, blocks: dict[str, object], *, reference: float = 38.0
) -> Forecaster:
    layout: Layout = layout_of(model, ())
    working = np.zeros(layout.size)
    for name, value in blocks.items():
        place, shape = layout.blocks[name]
        working[place] = np.broadcast_to(np.asarray(value, dtype=float), shape).ravel()
    return Forecaster(layout, working[None], np.array([reference]), {}, 18.0, "test", "death")


LINES: dict[str, object] = {
    "mean_level": 38.0,
    "mean_slope": -1.0,
    "random_effects": [np.log(5.2), 0.1, np.log(0.7)],
    "log_residual_sd": np.log(2.0),
    "baseline": [-3.1, np.log(1.35)],
    "association_value": -0.09,
}


def one(scores: list[float], months: list[float], end: float) -> tuple[Measurements, FollowUp]:
    nobody = np.zeros(len(scores), dtype=int)
    return (
        Measurements(nobody, np.array(months), nobody, np.array(scores)),
        FollowUp(np.zeros(1), np.array([end]), np.array([False])),
    )


@pytest.mark.parametrize("association", [{"association_value": -0.09}, {"association_slope": -1.1}])
def test_survival_ahead_is_a_ratio_of_two_densities(association: dict[str, float]) -> None:
    """S(t | data) = p(scores, alive at t) / p(scores, alive at the landmark), by quadrature."""
    name = "value" if "association_value" in association else "slope"
    model = ProgressionModel(markers=MARKER, wander=False, association=Association(name))
    blocks = {k: v for k, v in LINES.items() if not k.startswith("association")} | association
    log_base = -3.1 if name == "value" else -4.6
    blocks["baseline"] = [log_base, np.log(1.35)]
    measurements, follow_up = one([37.0, 35.0, 36.0, 30.0], [0.0, 1.0, 2.0, 5.0], 6.0)
    found = predict(forecaster(model, blocks), measurements, follow_up, horizons=(3.0, 6.0, 12.0))
    slope_sd, ratio = 0.7, 0.1
    sd_slope = slope_sd * np.sqrt(1.0 + ratio**2)
    parameters = quadrature.JointParameters(
        mean_level=38.0, mean_slope=-1.0, sd_level=5.2, sd_slope=sd_slope,
        correlation=ratio / np.sqrt(1.0 + ratio**2), residual_sd=2.0,
        baseline=quadrature.Weibull(log_base, 1.35), value_reference=38.0, **association,
    )  # fmt: skip

    def alive(month: float) -> float:
        data = quadrature.JointData(
            np.zeros(4, dtype=int), measurements.month, measurements.value,
            np.array([month]), np.array([0]),
        )  # fmt: skip
        return float(quadrature.log_likelihood(data, parameters, nodes=25)[0])

    truth = [np.exp(alive(6.0 + ahead) - alive(6.0)) for ahead in (3.0, 6.0, 12.0)]
    assert found.survival is not None
    assert found.survival[0] == pytest.approx(truth, abs=2e-4 if name == "value" else 4e-3)


def test_survival_ahead_of_a_wandering_slope_is_a_ratio_of_two_densities() -> None:
    model = ProgressionModel(markers=MARKER, association=Association.VALUE_SLOPE)
    blocks = LINES | {
        "association_slope": -0.5,
        "wander": np.log(0.6),
        "log_wander_months": np.log(4.0),
    }
    forecast = forecaster(model, blocks)
    scores, months = [37.0, 35.0, 36.0, 30.0], [0.0, 1.0, 2.0, 5.0]
    found = predict(forecast, *one(scores, months, 6.0), horizons=(3.0, 6.0, 12.0))

    def alive(month: float) -> float:
        measurements, follow_up = one(scores, months, month)
        cohort = gather(measurements, follow_up, intervals=24)
        problem = Problem.of(
            forecast.layout, cohort, reference=forecast.reference, last=18.0, means={}
        )
        return float(refined_scores(problem, forecast.draws[0])[0][0])

    truth = [np.exp(alive(6.0 + ahead) - alive(6.0)) for ahead in (3.0, 6.0, 12.0)]
    assert found.survival is not None
    assert found.survival[0] == pytest.approx(truth, abs=5e-3)


def test_survival_of_the_first_patient_is_what_other_programs_print() -> None:
    """Alive at 12 given six months of scores: 0.9246 by quadrature and 0.9254 by JMbayes2."""
    values = json.loads((COHORT / "values.json").read_text(encoding="utf-8"))
    theirs = values["fits"]["cohort weibull value"]["parameters"]
    with (COHORT / "cohort_visits.csv").open(encoding="utf-8") as file:
        visits = list(csv.DictReader(file))
    with (COHORT / "cohort_follow_up.csv").open(encoding="utf-8") as file:
        follow = list(csv.DictReader(file))
    first = next(row for row in follow if row["event"] == "0" and float(row["stime"]) > 12.0)
    rows = [v for v in visits if v["id"] == first["id"] and float(v["time"]) <= 6.0]
    p = {name: each["estimate"] for name, each in theirs.items()}
    arm = float(first["arm"])
    left = np.sqrt(1.0 - p["correlation"] ** 2)
    blocks: dict[str, object] = {
        "mean_level": p["mean_level"],
        "mean_slope": p["mean_slope"] + arm * p["slope_effects[0]"],
        "random_effects": [
            np.log(p["sd_level"]),
            p["correlation"] / left,
            np.log(p["sd_slope"] * left),
        ],
        "log_residual_sd": np.log(p["residual_sd"]),
        "baseline": [p["log_base"] + arm * p["hazard_effects[0]"], np.log(p["shape"])],
        "association_value": p["association_value"],
    }
    model = ProgressionModel(markers=(Marker("y", "points"),), wander=False)
    measurements, follow_up = one(
        [float(row["y"]) for row in rows], [float(row["time"]) for row in rows], 6.0
    )
    found = predict(
        forecaster(model, blocks, reference=0.0), measurements, follow_up, horizons=(6.0,)
    )
    assert found.survival is not None
    assert float(found.survival[0, 0]) == pytest.approx(0.9246, abs=1e-4)


def test_function_ahead_is_the_dense_conditional_normal() -> None:
    """Without survival: mean and variance of the scores to come given those seen."""
    model = ProgressionModel(markers=MARKER, survival=False)
    blocks = {
        "mean_level": 38.0,
        "mean_slope": -1.0,
        "random_effects": [np.log(5.0), 0.2, np.log(0.6)],
        "wander": np.log(0.7),
        "log_wander_months": np.log(3.0),
        "log_residual_sd": np.log(1.8),
    }
    found = predict(
        forecaster(model, blocks),
        *one([37.0, 36.0, 33.0], [0.0, 1.0, 3.0], 3.0),
        horizons=(4.0, 9.0),
    )
    months = np.array([0.0, 1.0, 3.0, 7.0, 12.0])
    factor = np.array([[5.0, 0.0], [0.2 * 0.6, 0.6]])
    design = np.stack([np.ones(5), months], axis=1)

    def path(s: float, t: float) -> float:
        """∫∫ 0.49 exp(−|u − v| / 3), exactly."""
        s, t = min(s, t), max(s, t)
        e = [np.exp(-x / 3.0) for x in (s, t, t - s)]
        return 0.49 * (2.0 * 3.0 * s - 9.0 * (1.0 - e[0] - e[1] + e[2]))

    wander = np.array([[path(s, t) for t in months] for s in months])
    covariance = design @ (factor @ factor.T) @ design.T + wander
    seen = covariance[:3, :3] + 1.8**2 * np.eye(3)
    gain = covariance[3:, :3] @ np.linalg.inv(seen)
    mean = 38.0 - months[3:] + gain @ (np.array([37.0, 36.0, 33.0]) - 38.0 + months[:3])
    variance = np.diag(covariance[3:, 3:] - gain @ covariance[:3, 3:])
    assert found.function_mean[0] == pytest.approx(mean, abs=1e-8)
    assert found.score_sd[0] == pytest.approx(np.sqrt(variance + 1.8**2), abs=1e-8)
    deviates = np.array([-1.6448536, -0.6744898, 0.0, 0.6744898, 1.6448536])
    wanted = mean[:, None] + np.sqrt(variance)[:, None] * deviates
    assert len(QUANTILES) == 5
    assert found.function_quantiles[0] == pytest.approx(wanted, abs=0.01)
    assert found.survival is None


def test_every_visit_narrows_the_outlook_and_survival_never_rises() -> None:
    embedded = embedded_forecaster()
    scores, months = [41.0, 40.0, 40.0, 38.0, 37.0], [0.0, 1.0, 2.0, 3.0, 4.0]
    widths = []
    for count in (1, 3, 5):
        measurements, follow_up = one(scores[:count], months[:count], months[count - 1])
        horizons = tuple(float(8 - months[count - 1] + k) for k in (0, 4, 8))
        found = predict(embedded, measurements, follow_up, horizons=horizons)
        widths.append(found.function_quantiles[0, 0, 4] - found.function_quantiles[0, 0, 0])
        assert found.survival is not None
        assert found.survival_low is not None
        assert found.survival_high is not None
        assert np.all(np.diff(found.survival[0]) < 0)
        assert np.all(found.survival_low <= found.survival)
        assert np.all(found.survival <= found.survival_high)
        assert found.class_share.sum() == pytest.approx(1.0)
    assert widths[0] > widths[1] > widths[2]


def test_windows_shares_and_extrapolation() -> None:
    embedded = embedded_forecaster()
    found = predict(
        embedded, *one([40.0, 38.0], [0.0, 2.0], 2.0), horizons=(3.0, 24.0), thresholds=(24, 36)
    )
    assert found.status == "extrapolated"  # its data end at month 18
    assert np.all(found.share_at_or_above[0, :, 0] >= found.share_at_or_above[0, :, 1])
    assert predict(embedded, *one([40.0], [0.0], 0.0), horizons=(6.0,)).status == "converged"


def test_a_prediction_that_cannot_be_made_is_refused() -> None:
    embedded = embedded_forecaster()
    measurements, follow_up = one([40.0], [0.0], 0.0)
    for horizons in ((), (0.0,), (6.0, 3.0), (500.0,)):
        with pytest.raises(InputError, match="horizon"):
            predict(embedded, measurements, follow_up, horizons=horizons)
    measurements, alive = one([40.0, 39.0], [0.0, 2.0], 2.0)
    dead = replace(alive, event=np.array([True]))
    with pytest.raises(InputError, match="has no future"):
        predict(embedded, measurements, dead, horizons=(6.0,))
    with pytest.raises(InputError, match="give it for every patient"):
        predict(
            replace(embedded, covariate_means={"age": 60.0}),
            measurements,
            follow_up,
            horizons=(6.0,),
        )


def test_the_first_draw_is_the_maximum_and_the_rest_are_doubt() -> None:
    measurements, follow_up = simulated(Truth(), 150, seed=12)
    problem = prepare(ProgressionModel(markers=MARKER, wander=False), measurements, follow_up)
    fit = fit_progression(problem)
    drawn = forecaster_of_fit(fit, draws=400, generator=np.random.default_rng(1))
    assert drawn.draws[0] == pytest.approx(fit.working)
    assert fit.covariance is not None
    spread = drawn.draws[1:].std(axis=0)
    assert spread == pytest.approx(np.sqrt(np.diag(fit.covariance)), rel=0.2)
    with pytest.raises(InputError, match="did not converge"):
        forecaster_of_fit(replace(fit, status="step_limit"), generator=np.random.default_rng(1))


def test_effects_through_function_and_beside_it() -> None:
    """With no association only the direct effect is left, and it is the hazard ratio itself."""
    model = ProgressionModel(
        markers=MARKER,
        wander=False,
        association=Association.VALUE,
        slowing=True,
        direct_effect=True,
    )
    blocks = LINES | {"slowing": 0.5, "direct_log_hazard_ratio": -0.4}
    (both,) = effects_on_survival(forecaster(model, blocks), horizons=(12.0,))
    assert both.total[0] == pytest.approx(both.indirect[0] + both.direct[0])
    assert both.indirect[0] < -0.05  # slower decline, fewer deaths
    assert -0.4 < both.direct[0] < -0.3  # the frail die first, which hides part of a ratio
    assert both.survival_treated > both.survival_untreated
    (apart,) = effects_on_survival(
        forecaster(model, blocks | {"association_value": 1e-9}), horizons=(12.0,)
    )
    assert apart.indirect[0] == pytest.approx(0.0, abs=1e-6)
    assert apart.total[0] == pytest.approx(-0.4, abs=1e-6)
    with pytest.raises(InputError, match="no treatment effect"):
        effects_on_survival(embedded_forecaster(), horizons=(12.0,))
