"""Many meta-analyses at once agree with one at a time; the bootstrap is fair."""

import numpy as np
import pytest
from tests.tolerance import MONTE_CARLO

from slopewise.errors import InputError
from slopewise.evidence.pooling.bootstrap import bootstrap_pooled_effect, pool_many
from slopewise.evidence.pooling.pool import pool
from slopewise.evidence.pooling.pooled_effect import Method

ERRORS = np.array([0.57, 0.44, 0.64, 0.14, 0.23, 0.08, 0.47, 0.06, 0.24])


@pytest.mark.parametrize("method", list(Method))
def test_the_batch_gives_what_single_fits_give(method: Method) -> None:
    rows = np.random.default_rng(7).normal(-0.7, np.sqrt(ERRORS**2 + 0.1), (60, len(ERRORS)))
    batch = pool_many(rows, ERRORS, method=method)
    assert batch.is_reached.all()
    for i, row in enumerate(rows):
        one = pool(row, ERRORS, method=method)
        assert batch.estimates[i] == pytest.approx(one.estimate, abs=1e-10)
        assert batch.standard_errors[i] == pytest.approx(one.standard_error, abs=1e-10)
        assert batch.between_study_variances[i] == pytest.approx(
            one.between_study_variance, abs=1e-10
        )


def test_each_row_may_have_its_own_standard_errors() -> None:
    generator = np.random.default_rng(8)
    errors = generator.uniform(0.05, 2.0, (20, 5))
    rows = generator.normal(0.0, 1.0, (20, 5))
    batch = pool_many(rows, errors)
    for i in range(20):
        one = pool(rows[i], errors[i])
        assert batch.estimates[i] == pytest.approx(one.estimate, abs=1e-10)


def test_without_variance_between_the_bootstrap_is_the_normal_one() -> None:
    """With equal effects μ̂* is normal with the known standard error (false alarm 1 in 1,000)."""
    y, replicates = np.zeros(len(ERRORS)), 4000
    found = bootstrap_pooled_effect(
        y, ERRORS, np.random.default_rng(9), replicates=replicates, method=Method.EE
    )
    known = (ERRORS**-2.0).sum() ** -0.5
    spread = found.refits.estimates.std()
    assert abs(spread / known - 1.0) < MONTE_CARLO / np.sqrt(2 * replicates)
    assert abs(found.refits.estimates.mean()) < MONTE_CARLO * known / np.sqrt(replicates)
    assert found.failed == 0


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="do not fit"):
        pool_many(np.zeros((3, 4)), np.ones(3))
    with pytest.raises(InputError, match="one study"):
        bootstrap_pooled_effect([0.1], [0.1], np.random.default_rng(1))
