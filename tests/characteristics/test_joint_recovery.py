"""Known truth: estimates of the joint model without bias, intervals that cover as they promise."""

from dataclasses import replace

import numpy as np
import pytest
from tests.progression.joint_people import Truth, simulated
from tests.tolerance import MONTE_CARLO

from slopewise.progression.fitting.fit import fit_progression, prepare
from slopewise.progression.joint.specification import ALSFRS_R, ProgressionModel
from slopewise.progression.timeline import Exposure

REPLICATES = 120
NAMES = ("mean_slope", "association_value", "slowing", "residual_sd", "weibull_shape")


@pytest.mark.slow
def test_estimates_are_unbiased_and_ninety_per_cent_intervals_cover() -> None:
    """200 people, half treated, wander and survival; 120 cohorts. False alarm: 1 of 100 runs."""
    truth = Truth(slowing=0.3, mean_slope=-1.2)
    treated = (np.arange(200) % 2).astype(float)
    exposures = [Exposure((0.0,), (1.0,)) if each else Exposure() for each in treated]
    model = ProgressionModel(markers=(replace(ALSFRS_R, reference_value=38.0),), slowing=True)
    deviates: dict[str, list[float]] = {name: [] for name in NAMES}
    finished = 0
    for seed in range(REPLICATES):
        data = simulated(truth, 200, seed=1000 + seed, treated=treated, step=0.1)
        fit = fit_progression(prepare(model, *data, exposures=exposures))
        finished += fit.status in ("converged", "boundary")
        if fit.status != "converged":
            continue
        for name in NAMES:
            found = fit.parameters[name]
            assert found.standard_error is not None
            deviates[name].append((found.estimate - getattr(truth, name)) / found.standard_error)
    assert finished == REPLICATES
    for name, each in deviates.items():
        standard = np.array(each)
        count = len(standard)
        # in a year and 200 people a spread of slopes often cannot be told from a long wander
        assert count > 0.65 * REPLICATES
        # small samples leave a little bias; more than a third of an error would mislead
        assert abs(standard.mean()) < MONTE_CARLO / np.sqrt(count) + 0.1, name
        covered = float(np.mean(np.abs(standard) < 1.645))
        assert abs(covered - 0.9) < MONTE_CARLO * np.sqrt(0.09 / count) + 0.01, name
