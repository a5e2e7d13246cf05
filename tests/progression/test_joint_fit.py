"""The fit: truth recovered, statuses, starts, resuming, priors, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from tests.progression.joint_people import Truth, simulated

from slopewise.errors import ConvergenceError, InputError
from slopewise.progression.fitting.embedded_prior import embedded_prior
from slopewise.progression.fitting.fit import fit_progression, prepare
from slopewise.progression.fitting.posterior import posterior
from slopewise.progression.joint.cohort import FollowUp, Measurements
from slopewise.progression.joint.specification import (
    ALSFRS_R,
    Association,
    Baseline,
    Marker,
    ProgressionModel,
)

MARKER = (replace(ALSFRS_R, reference_value=38.0),)


def test_truth_lies_within_four_standard_errors() -> None:
    truth = Truth()
    measurements, follow_up = simulated(truth, 300, seed=1)
    fit = fit_progression(prepare(ProgressionModel(markers=MARKER), measurements, follow_up))
    assert fit.status == "converged"
    for name, found in fit.parameters.items():
        assert found.standard_error is not None
        apart = abs(found.estimate - getattr(truth, name)) / found.standard_error
        assert apart < 4.0, name


def test_slowing_and_direct_effect_are_found() -> None:
    truth = Truth(slowing=0.5, direct_log_hazard_ratio=-0.7, wander_sd=0.4)
    treated = (np.arange(600) % 2).astype(float)
    measurements, follow_up = simulated(truth, 600, seed=2, treated=treated)
    from slopewise.progression.timeline import Exposure

    exposures = [Exposure((0.0,), (1.0,)) if t else Exposure() for t in treated]
    model = ProgressionModel(markers=MARKER, slowing=True, direct_effect=True)
    fit = fit_progression(prepare(model, measurements, follow_up, exposures=exposures))
    assert fit.status == "converged"
    for name in ("slowing", "direct_log_hazard_ratio", "association_value"):
        found = fit.parameters[name]
        assert found.standard_error is not None
        assert abs(found.estimate - getattr(truth, name)) < 4.0 * found.standard_error, name
    assert fit.parameters["slowing"].estimate > 3.0 * fit.parameters["slowing"].standard_error


def test_two_correlated_markers_through_one_state() -> None:
    """People whose second marker is twice the first plus a course and an error of its own."""
    measurements, follow_up = simulated(Truth(wander_sd=0.3), 150, seed=3)
    draw = np.random.default_rng(4)
    own = 6.0 * draw.standard_normal(150)
    second = 2.0 * measurements.value + 5.0 + own[measurements.patient]
    second = second + (0.8 * draw.standard_normal(150))[measurements.patient] * measurements.month
    second = second + 3.0 * draw.standard_normal(len(second))
    keep = draw.random(len(second)) < 0.6  # measured less often
    both = Measurements(
        np.concatenate([measurements.patient, measurements.patient[keep]]),
        np.concatenate([measurements.month, measurements.month[keep]]),
        np.repeat([0, 1], [len(second), keep.sum()]),
        np.concatenate([measurements.value, second[keep]]),
    )
    markers = (ALSFRS_R, Marker("svc", "%", 0.0, 150.0))
    model = ProgressionModel(markers=markers, wander=False)
    fit = fit_progression(prepare(model, both, follow_up))
    assert fit.status in ("converged", "boundary")
    found = {name: each.estimate for name, each in fit.parameters.items()}
    level, slope = found["mean_level.alsfrs_total"], found["mean_slope.alsfrs_total"]
    assert found["mean_level.svc"] == pytest.approx(2.0 * level + 5.0, abs=2.0)
    assert found["mean_slope.svc"] == pytest.approx(2.0 * slope, abs=0.3)
    assert found["sd_level.svc"] == pytest.approx(np.hypot(2.0 * 5.0, 6.0), rel=0.2)
    expected = 2.0 * 5.0 / np.hypot(2.0 * 5.0, 6.0)
    assert found["correlation.level.alsfrs_total.level.svc"] == pytest.approx(expected, abs=0.08)


def test_a_fit_goes_on_from_where_it_was() -> None:
    measurements, follow_up = simulated(Truth(), 120, seed=5)
    problem = prepare(ProgressionModel(markers=MARKER, wander=False), measurements, follow_up)
    places: list[np.ndarray] = []
    whole = fit_progression(problem, watch=lambda place, _: places.append(place))
    resumed = fit_progression(problem, resume_from=places[3])
    assert resumed.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-6)
    assert resumed.working == pytest.approx(whole.working, abs=1e-4)
    with pytest.raises(InputError, match="the checkpoint has 3 parameters"):
        fit_progression(problem, resume_from=np.zeros(3))


def test_people_with_one_score_do_not_blow_a_class_up() -> None:
    """A class may not close in on one score: its likelihood would be infinite."""
    measurements, follow_up = simulated(Truth(), 60, seed=6)
    once = (measurements.patient % 2 == 0) | (measurements.month == 0.0)
    few = Measurements(*(part[once] for part in (measurements.patient, measurements.month, measurements.marker, measurements.value)))  # fmt: skip # noqa: E501
    model = ProgressionModel(markers=MARKER, classes=2, wander=False, survival=False)
    fit = fit_progression(prepare(model, few, follow_up), starts=3)
    assert fit.status in ("converged", "boundary")
    for name, found in fit.parameters.items():
        if name.startswith(("sd_", "residual_sd")):
            assert found.estimate > 0.02, name
    slopes = [fit.parameters[f"mean_slope.class{k}"].estimate for k in (1, 2)]
    assert slopes[0] > slopes[1]  # from the slowest to the fastest


def test_a_spread_that_is_not_there_is_a_boundary() -> None:
    draw = np.random.default_rng(7)
    patient, month = (a.ravel() for a in np.meshgrid(np.arange(60), np.arange(6.0), indexing="ij"))
    value = 40.0 - month + draw.standard_normal(len(month))
    measurements = Measurements(patient, month, np.zeros(len(month), dtype=int), value)
    follow_up = FollowUp(np.zeros(60), np.full(60, 5.0), np.zeros(60, dtype=bool))
    model = ProgressionModel(wander=False, survival=False)
    fit = fit_progression(prepare(model, measurements, follow_up))
    assert fit.status == "boundary"
    assert "boundary" in fit.message
    assert fit.parameters["mean_slope"].estimate == pytest.approx(-1.0, abs=0.1)
    # what vanished has no standard error, the rest keeps its own: least squares on all scores
    assert fit.parameters["correlation"].standard_error is None
    apart = month - month.mean()
    residual = fit.parameters["residual_sd"].estimate
    wanted = residual / np.sqrt(float(apart @ apart))
    assert fit.parameters["mean_slope"].standard_error == pytest.approx(wanted, rel=0.05)


def test_what_cannot_be_fitted_is_refused() -> None:
    measurements, follow_up = simulated(Truth(), 40, seed=8)
    with pytest.raises(InputError, match="covariate 'age' is not in the data"):
        prepare(ProgressionModel(slope_covariates=("age",)), measurements, follow_up)
    nobody = replace(follow_up, event=np.zeros(40, dtype=bool))
    with pytest.raises(InputError, match="nobody had the survival event"):
        prepare(ProgressionModel(), measurements, nobody)
    late = replace(measurements, month=measurements.month + 50.0)
    with pytest.raises(InputError, match="lies outside 0 to the end of follow-up"):
        prepare(ProgressionModel(), late, follow_up)
    with pytest.raises(InputError, match="must start at 0 or later"):
        FollowUp(np.array([3.0]), np.array([2.0]), np.array([True]))
    with pytest.raises(InputError, match="give weibull, piecewise:N or spline:N"):
        Baseline.from_text("gompertz")
    with pytest.raises(InputError, match="the embedded prior is for one marker"):
        embedded_prior(prepare(ProgressionModel(), measurements, follow_up))


def test_scores_that_never_end_in_a_maximum_are_said_to() -> None:
    measurements, follow_up = simulated(Truth(), 40, seed=9)
    problem = prepare(ProgressionModel(markers=MARKER, wander=False), measurements, follow_up)
    wild = np.full(problem.layout.size, 1e4)
    fit = fit_progression(problem, resume_from=wild)
    assert fit.status == "non_finite"
    assert "FAILED" in fit.message
    with pytest.raises(ConvergenceError):
        fit_progression(problem, resume_from=wild, throw=True)


def test_the_embedded_prior_pulls_towards_the_embedded_history() -> None:
    """A dozen people say little: the fit stays near the embedded sets. Two hundred say more."""
    model = ProgressionModel(markers=MARKER, classes=3, association=Association.VALUE_SLOPE)
    apart = []
    for people in (12, 200):
        measurements, follow_up = simulated(Truth(residual_sd=4.0), people, seed=10)
        problem = prepare(model, measurements, follow_up)
        prior = embedded_prior(problem)
        fit = fit_progression(problem, prior=prior, starts=1)
        assert fit.status in ("converged", "boundary")
        assert fit.prior is not None
        place, _ = problem.layout.blocks["log_residual_sd"]
        apart.append(float(np.abs(fit.working[place] - prior.mean[place]).max()))
    assert apart[0] < 0.8 * apart[1]


def test_posterior_of_a_large_sample_is_normal_about_the_maximum() -> None:
    measurements, follow_up = simulated(Truth(), 250, seed=11)
    problem = prepare(ProgressionModel(markers=MARKER, wander=False), measurements, follow_up)
    fit = fit_progression(problem)
    found = posterior(problem, fit, draws=600, generator=np.random.default_rng(1))
    assert found.status == "converged"
    assert found.khat < 0.7
    assert found.effective_draws > 150
    for name in ("mean_slope", "residual_sd", "association_value", "sd_level"):
        estimate, summary = fit.parameters[name], found.summaries[name]
        assert estimate.standard_error is not None
        assert abs(summary.mean - estimate.estimate) < 0.25 * estimate.standard_error, name
        assert summary.sd == pytest.approx(estimate.standard_error, rel=0.2), name
        assert summary.low90 < summary.mean < summary.high90
    even = found.resample(100, np.random.default_rng(2))
    assert even.shape == (100, problem.layout.size)
    failed = replace(fit, status="step_limit")
    with pytest.raises(InputError, match="needs a maximum"):
        posterior(problem, failed, generator=np.random.default_rng(1))


def test_a_covariate_that_separates_the_dead_is_a_boundary() -> None:
    """Its effect has no maximum: a fit that stops somewhere on the way has not converged."""
    measurements, follow_up = simulated(Truth(), 80, seed=13)
    model = ProgressionModel(markers=MARKER, wander=False, hazard_covariates=("dead",))
    dead = follow_up.event.astype(float)
    fit = fit_progression(prepare(model, measurements, follow_up, covariates={"dead": dead}))
    assert fit.status != "converged"
    if fit.status == "boundary":
        assert "separates" in fit.message
