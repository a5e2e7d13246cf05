"""Brute force over paths against quadrature, a dense density, and its own other road."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from tests.double.adaptive_quadrature import JointData, JointParameters, Weibull, log_likelihood
from tests.double.brute_force_joint import Patient, WanderParameters, log_density
from tests.tolerance import MONTE_CARLO

PATIENT = Patient((0.0, 1.0, 3.0, 6.0), (38.0, 37.0, 33.5, 30.0), 7.5, event=True)
PARAMETERS = WanderParameters(
    mean_level=38.0, mean_slope=-1.0, sd_level=5.0, sd_slope=0.7, correlation=0.3, residual_sd=1.8,
    wander_sd=0.5, wander_months=6.0, baseline=Weibull(-3.5, 1.3), association_value=-0.08,
    association_slope=-0.6, value_reference=36.0,
)  # fmt: skip


@pytest.mark.parametrize("event", [True, False])
@pytest.mark.parametrize("entry", [0.0, 3.0])
def test_without_wander_it_is_the_quadrature(event: bool, entry: float) -> None:
    patient = replace(PATIENT, event=event, entry=entry)
    p = replace(PARAMETERS, wander_sd=0.0)
    found = log_density(patient, p, draws=4_000, cell=0.03)
    data = JointData(
        np.zeros(4, int), np.array(patient.months), np.array(patient.scores),
        np.array([patient.end]), np.array([float(event)]), np.array([entry]),
    )  # fmt: skip
    textbook = JointParameters(
        p.mean_level, p.mean_slope, p.sd_level, p.sd_slope, p.correlation, p.residual_sd,
        p.baseline, p.association_value, p.association_slope, p.value_reference,
    )  # fmt: skip
    expected = log_likelihood(data, textbook, nodes=15)[0]
    slack = MONTE_CARLO * found.standard_error + 5e-6  # the trapezium on cells of 0.03 months
    assert found.log_density == pytest.approx(expected, abs=slack)


def test_without_association_it_is_the_dense_normal_density() -> None:
    p = replace(PARAMETERS, association_value=0.0, association_slope=0.0, theta=0.5)
    patient = replace(PATIENT, event=False, exposure=((2.0, 1.0), (5.0, 0.4)))
    found = log_density(patient, p, draws=100)
    fine = np.arange(0.0025, 6, 0.005)  # midpoints
    share = np.where(fine < 2, 0.0, np.where(fine < 5, 1.0, 0.4))
    reach = (1 - 0.5 * share) * (fine < np.array(patient.months)[:, None]) * 0.005
    passed = reach.sum(1)
    design = np.stack([np.ones(4), passed], 1)
    start = np.array([[25.0, 0.3 * 5 * 0.7], [0.3 * 5 * 0.7, 0.49]])
    kernel = p.wander_sd**2 * np.exp(-np.abs(fine - fine[:, None]) / p.wander_months)
    spread = design @ start @ design.T + reach @ kernel @ reach.T + 1.8**2 * np.eye(4)
    expected = multivariate_normal(38 - passed, spread).logpdf(patient.scores)
    expected -= np.exp(-3.5) * 7.5**1.3
    assert found.log_density == pytest.approx(expected, abs=1e-5)  # the midpoint sums' own error


@pytest.mark.parametrize("event", [True, False])
def test_two_proposals_give_one_density(event: bool) -> None:
    patient = replace(PATIENT, event=event, exposure=((2.0, 1.0),))
    p = replace(PARAMETERS, theta=0.4)
    one = log_density(patient, p, draws=20_000, cell=0.1)
    other = log_density(patient, p, draws=40_000, cell=0.1, proposal="scores", seed=5)
    between = np.hypot(one.standard_error, other.standard_error)
    assert abs(one.log_density - other.log_density) < MONTE_CARLO * between
    assert one.standard_error < 5e-4
