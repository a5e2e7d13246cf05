"""Survival of the natural history: by closed form, by simulation, and read back from its deaths."""

import math

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM, MONTE_CARLO

from slopewise.condition.risk import (
    BaselineFacts,
    conditional_survival,
    encals_linear_predictor,
)
from slopewise.progression.calibrating.hazard_fit import fit_hazards
from slopewise.progression.calibrating.published_survival import (
    TRIALS,
    JointModel,
    group_weights,
    implied_survival,
    published_joint_models,
    survival_targets,
)
from slopewise.progression.calibrating.survival import (
    alive_by_month,
    measure_survival,
    months_since_onset,
    prepare,
)
from slopewise.progression.calibrating.targets import MONTHS, VirtualCohort
from slopewise.progression.calibrating.virtual_people import CohortNoise
from slopewise.progression.hazard import HazardSets
from slopewise.progression.natural_history import embedded


def straight_lines(level: np.ndarray, slope: np.ndarray) -> VirtualCohort:
    people = len(level)
    return VirtualCohort(
        function=level[:, None] + slope[:, None] * MONTHS,
        residual_sd=np.full(people, 2.0),
        weight=np.full(people, 1.0 / people),
        stratum=np.arange(people) % 3,
        error=np.zeros((people, len(MONTHS))),
    )


def mixed_people(people: int = 3000) -> VirtualCohort:
    generator = np.random.default_rng(3)
    level, slope = generator.multivariate_normal([38, -1], [[29, 0.66], [0.66, 0.61]], people).T
    return straight_lines(level, slope)


def test_survival_of_unchanged_function_is_the_weibull() -> None:
    # S = exp(−e^b e^(α (28 − 38)) t^k): the hazard at 28 points, slope 0
    people = straight_lines(np.full(30, 28.0), np.full(30, -1e-12))
    mortality = prepare_without_groups(people)
    alive = alive_by_month(mortality, np.array([-6.0, 1.7, -0.1, -0.5]))
    expected = np.exp(-np.exp(-6.0 + 1.0) * MONTHS**1.7)
    assert alive[0] == pytest.approx(expected, rel=CLOSED_FORM)


def test_a_faster_slope_acts_through_value_and_slope() -> None:
    # within a month the exponent is its mean: m at mid-month, the month's change as slope
    people = straight_lines(np.full(30, 38.0), np.full(30, -2.0))
    alive = alive_by_month(prepare_without_groups(people), np.array([-6.0, 1.0, -0.1, -0.5]))
    cumulative = sum(math.exp(-6.0 - 0.1 * (-2.0 * (j + 0.5)) + 1.0) for j in range(12))
    assert alive[0, 12] == pytest.approx(math.exp(-cumulative), rel=CLOSED_FORM)


def prepare_without_groups(people: VirtualCohort):  # type: ignore[no-untyped-def]
    """The people with a few others, so that every published group can be weighted."""
    others = mixed_people(600)
    both = VirtualCohort(
        np.concatenate([people.function, others.function]),
        np.concatenate([people.residual_sd, others.residual_sd]),
        np.concatenate([people.weight, others.weight]),
        np.concatenate([people.stratum, others.stratum]),
        np.concatenate([people.error, others.error]),
    )
    return prepare(both)


@pytest.mark.parametrize(
    "model",
    [*published_joint_models()["fast"], published_joint_models()["ceftriaxone"][0]],
    ids=["value link", "slope link", "value and slope"],
)
def test_implied_survival_is_that_of_simulated_people(model: JointModel) -> None:
    # second derivation: draw people, integrate each hazard on a fine grid, average
    generator = np.random.default_rng(11)
    people = generator.multivariate_normal(model.mean, model.covariance, 40_000)
    s = np.linspace(0.0, 12.0, 1201)[1:] - 0.005
    powers = np.arange(len(model.mean))
    value = people @ s ** powers[:, None]
    slope = people[:, 1:] @ (powers[1:, None] * s ** (powers[1:, None] - 1))
    k = model.weibull_shape
    exponent = model.association_value * value + model.association_slope * slope
    hazard = k * s ** (k - 1) * np.exp(model.log_baseline + exponent)
    alive = np.exp(-0.01 * hazard.sum(axis=1))
    error = alive.std() / np.sqrt(len(alive))
    assert implied_survival(model, 12.0) == pytest.approx(
        alive.mean(), abs=MONTE_CARLO * error + 1e-3
    )


def test_without_links_implied_survival_is_the_weibull() -> None:
    model = JointModel((38.0, -1.0), ((1.0, 0.0), (0.0, 1.0)), 1.3, -4.0)
    expected = math.exp(-math.exp(-4.0) * 9.0**1.3)
    assert implied_survival(model, 9.0) == pytest.approx(expected, rel=CLOSED_FORM)


@pytest.mark.parametrize(
    ("hazard", "names"),
    [
        ((-7.0, 1.4, -0.12, 0.0), {"value alone": -0.12}),
        ((-8.5, 2.0, 0.0, -1.6), {"slope alone": -1.6}),
        ((-7.5, 1.5, -0.1, -0.6), {"value beside slope": -0.1, "slope beside value": -0.6}),
    ],
)
def test_the_hazard_is_read_back_from_its_deaths(
    hazard: tuple[float, ...], names: dict[str, float]
) -> None:
    # straight lines, so the line is the function; months are coarse, hence five per cent
    found = measure_survival(prepare(mixed_people()), np.array(hazard))
    for name, value in names.items():
        assert found[f"log hazard ratio of {name}"] == pytest.approx(value, rel=0.05), name


def test_the_shape_of_survival_is_the_weibulls_where_function_does_not_matter() -> None:
    found = measure_survival(prepare(mixed_people()), np.array([-6.0, 1.8, 0.0, 0.0]))
    assert found["Weibull shape of survival"] == pytest.approx(1.8, rel=CLOSED_FORM)


def test_months_since_onset_follow_from_points_lost_and_rate() -> None:
    # 10 points lost at 0.67/0.99 of one point a month
    people = straight_lines(np.array([38.0]), np.array([-1.0]))
    assert months_since_onset(people)[0] == pytest.approx(10 / (0.67 / 0.99), rel=CLOSED_FORM)


def test_group_weights_meet_the_means_and_are_an_exponential_tilt() -> None:
    generator = np.random.default_rng(2)
    rows = generator.standard_normal((500, 2))
    before = generator.random(500)
    before /= before.sum()
    weight = group_weights(rows, np.array([0.4, -0.2]), before)
    assert weight @ rows == pytest.approx([0.4, -0.2], abs=1e-9)
    ratio = np.log(weight / before)
    design = np.column_stack([np.ones(500), rows])
    left = ratio - design @ np.linalg.lstsq(design, ratio, rcond=None)[0]
    assert np.abs(left).max() < 1e-9


def test_a_trials_hazard_is_minus_the_log_of_its_survival_over_time() -> None:
    for trial in TRIALS:  # TTE19 prints both, rounded to 0.1
        hazard = -100 * math.log(trial.survival / 100) / trial.month
        assert hazard == pytest.approx(trial.hazard, abs=0.06), trial.name


def test_every_survival_target_has_a_source_and_is_met_within_its_uncertainty() -> None:
    targets = {t.name: t for t in survival_targets()}
    assert len(targets) == 25
    for target in targets.values():
        assert target.source
        assert target.tolerance > 0


def test_the_shipped_hazards_can_be_made_again() -> None:
    shipped = embedded().hazard
    assert shipped is not None
    first = embedded().parameter_sets.take(slice(0, 2))
    noise = CohortNoise.draw(np.random.default_rng(20))
    again = fit_hazards(first, noise, seed=20)
    assert again.status == "converged"
    for name in HazardSets.array_names():
        assert getattr(again.hazards, name) == pytest.approx(getattr(shipped, name)[:2], abs=1e-3)


def test_a_left_out_target_has_no_pull_on_the_hazard() -> None:
    first = embedded().parameter_sets.take(slice(0, 1))
    noise = CohortNoise.draw(np.random.default_rng(20))
    name = "survival at 18 months, intermediate"
    place = [t.name for t in survival_targets()].index(name)
    with_it = fit_hazards(first, noise, seed=20)
    without = fit_hazards(first, noise, seed=20, without=name)
    published = survival_targets()[place].value
    gaps = [abs(f.achieved[0, :, place].mean() - published) for f in (with_it, without)]
    assert gaps[0] < gaps[1]


def test_survival_in_the_next_year_is_near_the_encals_model_for_a_typical_person() -> None:
    # a check between two programs' worth of sources, not a fit: within 20 points of per cent
    facts = BaselineFacts(
        58, 11, 14, 38, 88, bulbar_onset=False, definite_el_escorial=False, ftd=False,
        c9orf72=False,
    )  # fmt: skip
    theirs = conditional_survival(26, alive_at=14, linear_predictor=encals_linear_predictor(facts))
    hazard = embedded().hazard
    assert hazard is not None
    people = straight_lines(np.full(30, 38.0), np.full(30, -0.71 / (0.67 / 0.99)))
    row = np.array([np.median(getattr(hazard, n)) for n in HazardSets.array_names()])
    ours = alive_by_month(prepare_without_groups(people), row)[0, 12]
    assert abs(ours - theirs) < 0.2
