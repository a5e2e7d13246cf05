"""The calibration: its summaries by a second road, its determinism, and what it shipped."""

import json
from importlib import resources

import numpy as np
import pytest
from tests.textbook import fit_textbook

from slopewise.errors import InputError
from slopewise.progression.calibrating.calibration import calibrate
from slopewise.progression.calibrating.targets import MONTHS, TARGETS, VirtualCohort, measure
from slopewise.progression.natural_history import NaturalHistory, as_json, embedded, from_json

SHIPPED = json.loads(
    resources.files("slopewise.progression").joinpath("embedded.json").read_text("utf-8")
)


def straight_lines(people: int) -> VirtualCohort:
    generator = np.random.default_rng(12)
    level, slope = generator.multivariate_normal([38, -1], [[29, 0.66], [0.66, 0.61]], people).T
    return VirtualCohort(
        function=level[:, None] + slope[:, None] * MONTHS,
        residual_sd=np.full(people, 2.0),
        weight=np.full(people, 1.0 / people),
        stratum=np.full(people, -1),
        error=generator.standard_normal((people, len(MONTHS))),
    )


def test_the_mixed_model_summaries_are_those_of_a_likelihood_fit() -> None:
    # moments on balanced visits are the REML estimates; maximum likelihood differs by about 1/n
    cohort = straight_lines(400)
    visits = [0, 1, 2, 3, 4, 6, 8, 10, 12]
    scores = (cohort.function + 2.0 * cohort.error)[:, visits]
    fit = fit_textbook([[float(v) for v in visits]] * 400, scores.tolist()).parameters
    found = measure(cohort)
    for ours, theirs in (
        ("mean level, all", "mean_level"),
        ("mean slope, all", "mean_slope"),
        ("SD of level, all", "sd_level"),
        ("SD of slope, all", "sd_slope"),
        ("residual SD, all", "residual_sd"),
        ("correlation, all", "correlation"),
    ):
        assert found[ours] == pytest.approx(fit[theirs].estimate, rel=5e-3), ours


def test_slope_changes_of_straight_lines_are_rater_error_alone() -> None:
    # Var = σ² (1/Sxx before + 1/Sxx after − shared visit): visits 0..3 and 3..7 share month 3;
    # in the two slopes its weights are 1.5/5 and −2/10, so the covariance is −σ² 0.3 · 0.2
    found = measure(straight_lines(40_000))
    variance = 4.0 * (1 / 5 + 1 / 10 + 2 * (1.5 / 5) * (2 / 10))
    assert found["slope change, SD, 4 months"] == pytest.approx(variance**0.5, rel=0.02)


def test_every_target_has_a_source_and_a_positive_tolerance() -> None:
    for target in TARGETS:
        assert target.source
        assert target.tolerance > 0
        assert "assumption" in target.basis or "n =" in target.basis or "SE" in target.basis


def test_the_same_seed_calibrates_the_same_sets() -> None:
    first, second = (calibrate(sets=3, steps=40, seed=5) for _ in range(2))
    assert np.array_equal(first.parameters.mean_slope, second.parameters.mean_slope)
    assert len(first.parameters) == 3


def test_a_natural_history_survives_being_written_and_read() -> None:
    history = NaturalHistory("test", embedded().parameter_sets.take(slice(0, 3)))
    again = from_json(as_json(history, made_by={"seed": 1}))
    assert again.name == "test"
    assert again.parameter_sets.weight == pytest.approx(history.parameter_sets.weight, abs=1e-5)


def test_a_natural_history_without_a_parameter_is_refused() -> None:
    broken = {
        "name": "x",
        "parameters": {k: v for k, v in SHIPPED["parameters"].items() if k != "weight"},
    }
    with pytest.raises(InputError, match="weight"):
        from_json(json.dumps(broken))


def test_the_shipped_history_converged_and_shows_every_target() -> None:
    assert SHIPPED["made_by"]["status"] == "converged"
    assert {t["name"] for t in SHIPPED["made_by"]["targets"]} == {t.name for t in TARGETS}
    for target in SHIPPED["made_by"]["targets"]:
        assert target["low90"] <= target["achieved"] <= target["high90"]


def test_most_published_summaries_are_met_and_none_is_far_off() -> None:
    misfit = [
        abs(t["achieved"] - t["published"]) / t["tolerance"] for t in SHIPPED["made_by"]["targets"]
    ]
    assert np.mean(np.array(misfit) <= 1.0) >= 0.75
    assert max(misfit) < 3.0
