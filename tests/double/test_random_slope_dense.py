"""The random-slope engine against second derivations: whole covariance matrices, and the filter."""

import numpy as np
import pytest
from tests.textbook import TEXTBOOK_PARAMETERS, fit_textbook
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.numerics.random_slope import RandomSlopeFit, VarianceComponents, fit_random_slope
from slopewise.numerics.random_slope_likelihood import Place, evaluate
from slopewise.numerics.random_slope_search import Summit
from slopewise.numerics.random_slope_sums import PatientSums, patient_sums

Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def ragged_rows(seed: int, *, patients: int = 25, spread: float = 1.0) -> Rows:
    """Patients with one to seven visits, arm × time in the design; `spread` scales D."""
    generator = np.random.default_rng(seed)
    visits = generator.integers(1, 8, patients)
    visits[:3] = 5
    patient = np.repeat(np.arange(patients), visits)
    time = generator.uniform(0.0, 12.0, len(patient))
    own = spread * generator.standard_normal((patients, 2)) @ np.array([[4.0, 0.3], [0.0, 0.6]])
    arm = patient % 2
    mean = 38.0 - time + 0.3 * arm * time
    outcome = mean + own[patient, 0] + own[patient, 1] * time
    outcome += 2.0 * generator.standard_normal(len(patient))
    return patient, time, outcome, np.column_stack([np.ones_like(time), time, arm * time])


def dense_pieces(rows: Rows, variances: VarianceComponents) -> tuple[np.ndarray, np.ndarray]:
    """The whole covariance matrix V of all rows, and Z D (rows × 2 per patient laid side by side).

    V[j, k] = z_j' D z_k within a patient, plus σ² on the diagonal.
    """
    patient, time, _, _ = rows
    z = np.column_stack([np.ones_like(time), time])
    same = patient[:, None] == patient[None, :]
    covariance = same * (z @ variances.covariance @ z.T)
    return covariance + variances.residual_sd**2 * np.eye(len(time)), z @ variances.covariance


def dense_log_likelihood(rows: Rows, variances: VarianceComponents, method: str) -> float:
    """(Restricted) log-likelihood with the fixed effects at their generalised least squares."""
    _, _, outcome, design = rows
    whole, _ = dense_pieces(rows, variances)
    inverse = np.linalg.inv(whole)
    information = design.T @ inverse @ design
    left = outcome - design @ np.linalg.solve(information, design.T @ inverse @ outcome)
    size = len(outcome) - (design.shape[1] if method == "reml" else 0)
    found = size * np.log(2.0 * np.pi) + np.linalg.slogdet(whole)[1] + left @ inverse @ left
    if method == "reml":
        found += np.linalg.slogdet(information)[1]
    return float(-0.5 * found)


def fitted(rows: Rows, method: str) -> RandomSlopeFit:
    patient, time, outcome, design = rows
    return fit_random_slope(patient, time, outcome, design=design, method=method)


@pytest.mark.parametrize("method", ["ml", "reml"])
def test_log_likelihood_errors_and_predictions_are_the_dense_ones(method: str) -> None:
    rows = ragged_rows(1)
    patient, _, outcome, design = rows
    fit = fitted(rows, method)
    assert fit.log_likelihood == pytest.approx(
        dense_log_likelihood(rows, fit.variances, method), rel=CLOSED_FORM
    )
    whole, spread = dense_pieces(rows, fit.variances)
    inverse = np.linalg.inv(whole)
    covariance = np.linalg.inv(design.T @ inverse @ design)
    assert fit.fixed_effect_covariance == pytest.approx(covariance, rel=1e-7)
    assert fit.fixed_effects == pytest.approx(covariance @ design.T @ inverse @ outcome, rel=1e-7)
    residual = inverse @ (outcome - design @ fit.fixed_effects)
    predicted = fit.predict_random_effects()
    for place, name in enumerate(predicted.patient):
        own = patient == name
        deviation = spread[own].T @ residual[own]
        assert predicted.intercept[place] == pytest.approx(deviation[0], abs=1e-7)
        assert predicted.slope[place] == pytest.approx(deviation[1], abs=1e-7)
        left = fit.variances.covariance - spread[own].T @ np.linalg.solve(
            whole[np.ix_(own, own)], spread[own]
        )
        assert predicted.intercept_sd[place] ** 2 == pytest.approx(left[0, 0], abs=1e-7)
        assert predicted.slope_sd[place] ** 2 == pytest.approx(left[1, 1], abs=1e-7)


def some_sums() -> PatientSums:
    patient, time, outcome, design = ragged_rows(2)
    return patient_sums(patient, time, outcome, design=design)[0]


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("place", [Place(0.4, 2.0, 0.7), Place(-1.1, 0.8, 0.0)])
def test_derivatives_are_those_of_finite_differences(*, reml: bool, place: Place) -> None:
    """Along a, b, c of L = [[p + a, 0], [b, q + c]], where moving within the cone is easy."""
    sums, width = some_sums(), 1e-4
    p, q = place.first, place.second

    def height(step: np.ndarray) -> float:
        root = np.array([[p + step[0], 0.0], [step[1], q + step[2]]])
        values, vectors = np.linalg.eigh(root @ root.T)
        turn = np.arctan2(vectors[1, 1], vectors[0, 1])
        first, second = np.sqrt(np.maximum(values[::-1], 0.0))
        return evaluate(sums, Place(place.angle + turn, first, second), reml=reml).height

    point, unit = evaluate(sums, place, reml=reml), width * np.eye(3)
    scale = np.array([2.0 * p, p, 2.0 * q])
    slopes = [(height(u) - height(-u)) / (2.0 * width) for u in unit]
    assert slopes == pytest.approx(point.gradient * scale, rel=1e-6, abs=1e-5)
    bends = np.array(
        [
            [
                (height(u + v) - height(u - v) - height(v - u) + height(-u - v)) / (4 * width**2)
                for v in unit
            ]
            for u in unit
        ]
    )
    g1, g12, g2 = point.gradient
    exact = point.curvature * np.outer(scale, scale) + np.diag([2 * g1, 2 * g2, 2 * g2])
    exact[0, 1] += g12
    exact[1, 0] += g12
    assert bends == pytest.approx(exact, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("method", ["ml", "reml"])
@pytest.mark.parametrize("seed", range(12))
def test_no_neighbour_of_the_maximum_is_higher(method: str, seed: int) -> None:
    """Half of these tables have so little spread between patients that the maximum is an edge."""
    rows = ragged_rows(seed, patients=10, spread=(1.0, 0.05)[seed % 2])
    fit = fitted(rows, method)
    assert fit.status in ("converged", "boundary")
    top, generator = dense_log_likelihood(rows, fit.variances, method), np.random.default_rng(9)
    for width in (1e-3, 1e-2, 0.1, 0.5) * 10:
        root = np.linalg.cholesky(fit.variances.covariance + 1e-12 * np.eye(2))
        root = root + width * np.array([[3.0, 0.0], [0.3, 0.3]]) * generator.standard_normal((2, 2))
        covariance = root @ root.T
        sd = np.sqrt(np.diag(covariance))
        residual = fit.variances.residual_sd * np.exp(width * generator.standard_normal())
        near = VarianceComponents(sd[0], sd[1], covariance[0, 1] / sd.prod(), float(residual))
        assert dense_log_likelihood(rows, near, method) <= top + 1e-9


def test_maximum_likelihood_agrees_with_the_filter() -> None:
    """The same model by the joint engine's filter, no shared code."""
    patient, time, outcome, _ = ragged_rows(5, patients=40)
    months = [np.sort(time[patient == i]).tolist() for i in range(40)]
    scores = [outcome[patient == i][np.argsort(time[patient == i])].tolist() for i in range(40)]
    other = fit_textbook(months, scores)
    fit = fit_random_slope(
        patient, time, outcome, design=np.column_stack([np.ones_like(time), time]), method="ml"
    )
    assert (fit.status, other.status) == ("converged", "converged")
    assert fit.log_likelihood == pytest.approx(other.log_likelihood, rel=CLOSED_FORM)
    v = fit.variances
    mine = [*fit.fixed_effects, v.intercept_sd, v.slope_sd, v.correlation, v.residual_sd]
    assert mine == pytest.approx(
        [other.parameters[name].estimate for name in TEXTBOOK_PARAMETERS], rel=ITERATED
    )
    e = fit.variance_errors
    errors = [e.intercept_sd, e.slope_sd, e.correlation, e.residual_sd]
    # differences of second order; and there fixed effects and variances are inverted together
    assert errors == pytest.approx(
        [other.parameters[name].standard_error for name in TEXTBOOK_PARAMETERS[2:]], rel=5e-3
    )


def test_a_summit_holds_its_own_place() -> None:
    """What predictions use is what was reported: evaluating again changes nothing."""
    patient, time, outcome, design = ragged_rows(7)
    fit = fit_random_slope(patient, time, outcome, design=design)
    summit: Summit = fit.summit
    again = evaluate(fit.sums, summit.place, reml=True)
    assert again.height == summit.point.height
