"""A fit, and the place of an interrupted one, survive the way through their text."""

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM

from slopewise.errors import InputError
from slopewise.progression.fitting.fit import ProgressionFit, fit_progression, prepare
from slopewise.progression.fitting.fit_file import (
    Checkpoint,
    checkpoint_from_text,
    checkpoint_text,
    fit_from_text,
    fit_text,
)
from slopewise.progression.joint.cohort import FollowUp, Measurements
from slopewise.progression.joint.specification import (
    Association,
    Baseline,
    Marker,
    ProgressionModel,
)

PATIENTS, VISITS = 30, 5
MODEL = ProgressionModel(
    markers=(Marker("capacity", "%", 0.0, None, reference_value=80.0),),
    wander=False,
    association=Association.VALUE,
    baseline=Baseline.from_text("piecewise:2"),
    slope_covariates=("age",),
)


@pytest.fixture(scope="module")
def fit() -> ProgressionFit:
    generator = np.random.default_rng(11)
    patient = np.repeat(np.arange(PATIENTS), VISITS)
    month = np.tile(3.0 * np.arange(VISITS), PATIENTS)
    level, slope = 80 + 8 * generator.normal(size=PATIENTS), -2 + generator.normal(size=PATIENTS)
    value = level[patient] + slope[patient] * month + 2 * generator.normal(size=len(month))
    end = np.where(np.arange(PATIENTS) % 2 == 0, 12.5 + generator.random(PATIENTS), 14.0)
    problem = prepare(
        MODEL,
        Measurements(patient, month, np.zeros(len(month), dtype=int), value),
        FollowUp(np.zeros(PATIENTS), end, end < 14.0),
        covariates={"age": 60 + 9 * generator.normal(size=PATIENTS)},
    )
    return fit_progression(problem)


def test_a_fit_read_back_is_the_fit(fit: ProgressionFit) -> None:
    text = fit_text(fit, made_by={"seed": 4, "columns": None})
    found = fit_from_text(text, source="fit.json")
    assert found.made_by == {"seed": 4, "columns": None}
    assert found.fit.layout == fit.layout
    assert np.array_equal(found.fit.working, fit.working)
    assert found.fit.covariance == pytest.approx(fit.covariance, rel=CLOSED_FORM)
    assert dict(found.fit.parameters) == dict(fit.parameters)
    for name in ("status", "log_likelihood", "covariate_means", "last_month", "patients", "events"):
        assert getattr(found.fit, name) == getattr(fit, name), name
    assert fit_text(found.fit, made_by=found.made_by) == text


def test_a_fit_of_another_size_is_refused(fit: ProgressionFit) -> None:
    text = fit_text(fit, made_by={})
    first = f"{fit.working[0]}"
    assert text.count(first) >= 1
    with pytest.raises(InputError, match=r"fit\.json holds \d+ parameters, its model \d+"):
        fit_from_text(text.replace(f'"working": [{first}, ', '"working": ['), source="fit.json")


def test_a_checkpoint_read_back_is_the_checkpoint() -> None:
    written = Checkpoint("abc", np.array([1.0, -0.1, 1e-17]), -45.25, 7, np.array([2.0]), 3)
    found = checkpoint_from_text(checkpoint_text(written), fingerprint="abc", source="c")
    assert np.array_equal(found.working, written.working)
    assert np.array_equal(found.latest, written.latest)
    assert (found.fingerprint, found.height, found.steps) == ("abc", -45.25, 7)
    assert found.starts_done == 3


def test_a_checkpoint_of_another_fit_is_refused() -> None:
    text = checkpoint_text(Checkpoint("abc", np.zeros(2), -1.0, 1, np.zeros(2)))
    with pytest.raises(InputError, match="another fit"):
        checkpoint_from_text(text, fingerprint="xyz", source="c")
