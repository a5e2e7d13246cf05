"""The random-slope model: what must not change its answer, its edges, and what it refuses."""

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM

from slopewise.errors import ConvergenceError, InputError
from slopewise.numerics.random_slope import RandomSlopeFit, fit_random_slope
from slopewise.numerics.random_slope_likelihood import Place
from slopewise.numerics.random_slope_search import climb


class Trial:
    """Rows of a small two-arm trial; the same seed gives the same rows."""

    def __init__(self, seed: int = 4, patients: int = 30, visits: int = 5, spread: float = 1.0):
        generator = np.random.default_rng(seed)
        self.patient = np.repeat(np.arange(patients), visits)
        self.time = np.tile(3.0 * np.arange(visits), patients)
        self.arm = (self.patient % 2).astype(float)
        own = spread * generator.standard_normal((patients, 2)) * (5.0, 0.7)
        noise = 2.0 * generator.standard_normal(len(self.time))
        decline = (0.25 * self.arm - 1.0) * self.time
        self.outcome = 38.0 + decline + own[self.patient, 0] + own[self.patient, 1] * self.time
        self.outcome += noise

    @property
    def design(self) -> np.ndarray:
        return np.column_stack([np.ones_like(self.time), self.time, self.arm * self.time])


def fitted(trial: Trial, **options: object) -> RandomSlopeFit:
    return fit_random_slope(
        trial.patient, trial.time, trial.outcome, design=trial.design, **options
    )


def numbers(fit: RandomSlopeFit) -> np.ndarray:
    v, e = fit.variances, fit.variance_errors
    return np.array(
        [
            *fit.fixed_effects,
            *fit.fixed_effect_errors,
            *(v.intercept_sd, v.slope_sd, v.correlation, v.residual_sd),
            *(e.intercept_sd, e.slope_sd, e.correlation, e.residual_sd),
            fit.log_likelihood,
        ]
    )


def test_order_of_rows_and_names_of_patients_do_not_matter() -> None:
    trial = Trial()
    plain = fitted(trial)
    order = np.random.default_rng(1).permutation(len(trial.time))
    mixed = fit_random_slope(
        np.array([f"P-{i:03d}" for i in trial.patient])[order],
        trial.time[order],
        trial.outcome[order],
        design=trial.design[order],
    )
    assert numbers(mixed) == pytest.approx(numbers(plain), rel=1e-7)
    assert mixed.predict_random_effects().patient[7] == "P-007"
    assert mixed.predict_random_effects().slope == pytest.approx(
        plain.predict_random_effects().slope, rel=1e-6
    )


def test_many_patients_are_added_up_in_blocks_that_do_not_show() -> None:
    many = Trial(patients=2400)
    order = np.random.default_rng(2).permutation(2400)
    rows = np.concatenate([np.arange(5 * i, 5 * i + 5) for i in order])  # other patients together
    other = fit_random_slope(
        many.patient[rows], many.time[rows], many.outcome[rows], design=many.design[rows]
    )
    assert numbers(other) == pytest.approx(numbers(fitted(many)), rel=1e-7)


@pytest.mark.parametrize("unit", [1e-3, 1e4, 1e150, 1e-150])
def test_the_unit_of_the_outcome_only_scales_the_answer(unit: float) -> None:
    trial = Trial()
    plain = fitted(trial)
    trial.outcome = trial.outcome * unit
    scaled = fitted(trial)
    assert scaled.fixed_effects / unit == pytest.approx(plain.fixed_effects, rel=1e-7)
    assert scaled.variances.slope_sd / unit == pytest.approx(plain.variances.slope_sd, rel=1e-7)
    lost = (len(trial.time) - 3) * np.log(unit)  # the density's own change of unit, REML
    assert scaled.log_likelihood + lost == pytest.approx(plain.log_likelihood, rel=1e-9)


def test_origin_and_unit_of_time_move_only_the_intercepts() -> None:
    trial = Trial()
    plain = fitted_without_arm(trial)
    trial.time = 2010.0 + trial.time / 12.0  # years of the calendar
    years = fitted_without_arm(trial)
    assert years.variances.slope_sd == pytest.approx(12.0 * plain.variances.slope_sd, rel=1e-7)
    # the same D, carried 2,010 years back
    back = np.array([[1.0, -2010.0 * 12.0], [0.0, 12.0]])
    carried = back @ plain.variances.covariance @ back.T
    assert years.variances.covariance == pytest.approx(carried, rel=1e-6)
    one_year = plain.log_likelihood + np.log(12.0)  # |X'V⁻¹X| changes with the column's unit
    assert years.log_likelihood == pytest.approx(one_year, rel=1e-8)


def fitted_without_arm(trial: Trial) -> RandomSlopeFit:
    return fit_random_slope(trial.patient, trial.time, trial.outcome, design=trial.design[:, :2])


def test_balanced_visits_give_the_mean_of_the_patients_own_slopes() -> None:
    """Closed form: mean and standard error of the own least-squares slopes, REML."""
    trial = Trial()
    fit = fitted_without_arm(trial)
    rows = trial.outcome.reshape(30, 5)
    slopes = np.polyfit(trial.time[:5], rows.T, 1)[0]
    assert fit.fixed_effects[1] == pytest.approx(slopes.mean(), rel=CLOSED_FORM)
    error = slopes.std(ddof=1) / np.sqrt(30)
    assert fit.fixed_effect_errors[1] == pytest.approx(error, rel=1e-6)
    left = rows - np.polyval(np.polyfit(trial.time[:5], rows.T, 1)[:, :, None], trial.time[:5])
    assert fit.variances.residual_sd == pytest.approx(np.sqrt(np.sum(left**2) / (30 * 3)), rel=1e-6)


def test_without_spread_between_patients_it_is_ordinary_least_squares() -> None:
    trial = Trial(seed=17, spread=0.0)
    fit = fitted(trial)
    assert fit.status == "boundary"
    assert fit.variances.intercept_sd == fit.variances.slope_sd == 0.0
    found, squares, _, _ = np.linalg.lstsq(trial.design, trial.outcome)
    residual = float(squares[0]) / (len(trial.time) - 3)
    errors = np.sqrt(residual * np.diag(np.linalg.inv(trial.design.T @ trial.design)))
    assert fit.fixed_effects == pytest.approx(found, rel=CLOSED_FORM)
    assert fit.fixed_effect_errors == pytest.approx(errors, rel=CLOSED_FORM)
    assert fit.variances.residual_sd == pytest.approx(np.sqrt(residual), rel=CLOSED_FORM)
    # of σ alone: σ / √(2 (N − p))
    alone = np.sqrt(residual / (2.0 * (len(trial.time) - 3)))
    assert fit.variance_errors.residual_sd == pytest.approx(alone, rel=CLOSED_FORM)
    assert np.isnan(fit.variance_errors.slope_sd)
    assert not fit.predict_random_effects().slope.any()


def test_a_record_says_how_it_was_made() -> None:
    fit = fitted(Trial(), method="ml", random_effects="intercept")
    assert (fit.method, fit.random_effects) == ("ml", "intercept")
    assert (fit.patients, fit.rows) == (30, 150)
    assert 0 < fit.iterations < 20


@pytest.mark.parametrize(
    "start", [Place(0.3, 0.0, 0.0), Place(0.3, 1.0, 0.0), Place(-1.0, 1e-3, 1e-5)]
)
def test_a_search_that_starts_on_an_edge_leaves_it(start: Place) -> None:
    fit = fitted(Trial())
    found = climb(fit.sums, start, reml=True)
    assert found.status == fit.status == "converged"
    assert found.place.delta == pytest.approx(fit.summit.place.delta, rel=1e-6)


@pytest.mark.parametrize("seed", range(60))
def test_tiny_tables_never_end_a_simulation(seed: int) -> None:
    """Five patients with one to four visits: any answer is a value with a status."""
    generator = np.random.default_rng(seed)
    visits = generator.integers(1, 5, 5)
    visits[0] = 4
    patient = np.repeat(np.arange(5), visits)
    time = generator.integers(0, 6, len(patient)).astype(float)
    time[:4] = np.arange(4)
    outcome = generator.standard_normal(len(patient))
    design = np.column_stack([np.ones_like(time), time])
    fit = fit_random_slope(patient, time, outcome, design=design)
    assert fit.status in ("converged", "boundary", "step_limit")
    if fit.status != "step_limit":
        assert np.isfinite(fit.log_likelihood)
        assert np.isfinite(fit.fixed_effect_errors).all()


def test_scores_on_the_patients_own_lines_have_no_maximum() -> None:
    trial = Trial()
    trial.outcome = trial.patient * 1.7 + np.sin(trial.patient) * trial.time
    fit = fitted(trial)
    assert fit.status == "non_finite"
    assert np.isnan(fit.log_likelihood)
    with pytest.raises(ConvergenceError, match="non_finite"):
        fitted(trial, throw=True)


def test_residuals_too_small_to_be_resolved_are_said_to_be_so() -> None:
    trial = Trial()
    noise = np.random.default_rng(0).standard_normal(len(trial.time))
    line = trial.patient * 1.7 + np.sin(trial.patient) * trial.time
    trial.outcome = line + 1e-3 * noise
    assert fitted(trial).status == "converged"
    trial.outcome = line + 1e-6 * noise
    assert fitted(trial).status == "non_finite"


def test_a_constant_outcome_has_no_maximum() -> None:
    trial = Trial()
    trial.outcome = np.full(len(trial.time), 40.3)
    assert fitted(trial).status == "non_finite"


def test_wrong_input_is_named_with_what_to_do() -> None:
    trial = Trial()
    with pytest.raises(InputError, match="method 'REML'"):
        fitted(trial, method="REML")
    with pytest.raises(InputError, match="at least one patient needs three visits"):
        fitted(Trial(visits=2))
    with pytest.raises(InputError, match="all rows are of one patient"):
        fitted_without_arm(Trial(patients=1))
    trial.outcome[12] = np.nan
    with pytest.raises(InputError, match=r"outcome of row 12 \(patient 2\) is nan"):
        fitted(trial)


def test_columns_and_times_that_cannot_be_told_apart_are_refused() -> None:
    trial = Trial()
    design = np.column_stack([trial.design, 2.0 * trial.time - 1.0])
    with pytest.raises(InputError, match="design column 3"):
        fit_random_slope(trial.patient, trial.time, trial.outcome, design=design)
    with pytest.raises(InputError, match="design has the shape"):
        fit_random_slope(trial.patient, trial.time, trial.outcome, design=trial.time)
    with pytest.raises(InputError, match="one entry per row"):
        fit_random_slope(trial.patient, trial.time[:-1], trial.outcome, design=trial.design)
    trial.time = np.full_like(trial.time, 6.0)
    with pytest.raises(InputError, match="every row is at time 6"):
        fit_random_slope(
            trial.patient, trial.time, trial.outcome, design=np.ones((len(trial.time), 1))
        )


def test_nearly_dependent_columns_keep_their_digits() -> None:
    """A calendar year beside the intercept: the same plane, so the same fit."""
    trial = Trial()
    plain = fitted(trial)
    design = trial.design
    design[:, 1] = design[:, 1] / 12.0 + 1e6
    shifted = fit_random_slope(trial.patient, trial.time, trial.outcome, design=design)
    assert shifted.fixed_effects[1] / 12.0 == pytest.approx(plain.fixed_effects[1], rel=1e-7)
    assert shifted.fixed_effect_errors[2] == pytest.approx(plain.fixed_effect_errors[2], rel=1e-7)
    assert shifted.variances.slope_sd == pytest.approx(plain.variances.slope_sd, rel=1e-7)
