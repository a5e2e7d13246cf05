"""The closed form of the unstructured model against the general search."""

import numpy as np
import pytest

from slopewise.endpoint.mmrm import mmrm_trials as batch
from slopewise.endpoint.mmrm.mmrm_monotone import is_monotone
from slopewise.endpoint.mmrm.mmrm_trials import MmrmTrials, mmrm_trials


def _trials(people: int, visits: int) -> tuple[np.ndarray, ...]:
    generator = np.random.default_rng(people + visits)
    shape = (25, people)
    base = generator.normal(38.0, 5.0, shape)
    arm = np.arange(people) % 3 == 0
    slope = generator.normal(-1.0, 0.8, shape) + 0.3 * arm
    noise = generator.normal(0.0, 2.0, (*shape, visits))
    change = slope[:, :, None] * np.arange(1, visits + 1) + noise
    last = generator.integers(0, visits + 6, shape)
    return base, arm, change, np.arange(visits) < last[:, :, None]


def _both(
    monkeypatch: pytest.MonkeyPatch, people: int, visits: int, **options: object
) -> tuple[MmrmTrials, MmrmTrials]:
    base, arm, change, seen = _trials(people, visits)
    closed = mmrm_trials(change, seen, arm, baseline=base, **options)  # type: ignore[arg-type]
    monkeypatch.setattr(batch, "is_monotone", lambda seen: False)
    searched = mmrm_trials(change, seen, arm, baseline=base, **options)  # type: ignore[arg-type]
    return closed, searched


@pytest.mark.parametrize(("people", "visits"), [(40, 2), (60, 4), (150, 7)])
@pytest.mark.parametrize(
    "options", [{}, {"method": "ml"}, {"kenward_roger": True}], ids=["reml", "ml", "kr"]
)
def test_the_closed_form_is_the_maximum_that_the_search_finds(
    monkeypatch: pytest.MonkeyPatch, people: int, visits: int, options: dict[str, object]
) -> None:
    closed, searched = _both(monkeypatch, people, visits, **options)
    assert searched.converged.all()
    assert closed.converged.all()
    assert not closed.iterations.any()
    for name in ("estimate", "standard_error", "degrees_of_freedom", "p_value"):
        np.testing.assert_allclose(
            getattr(closed, name), getattr(searched, name), rtol=2e-7, atol=1e-9, err_msg=name
        )


def test_visits_may_be_weighed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = np.array([0.2, 0.5, 0.3, 0.0])
    closed, searched = _both(monkeypatch, 60, 4, visit_weights=weights)
    np.testing.assert_allclose(closed.estimate, searched.estimate, rtol=2e-7)
    np.testing.assert_allclose(closed.degrees_of_freedom, searched.degrees_of_freedom, rtol=2e-7)


def test_a_missing_visit_between_two_takes_the_general_road() -> None:
    _, _, _, seen = _trials(40, 4)
    assert is_monotone(seen)
    seen[0, 0] = [True, False, True, True]
    assert not is_monotone(seen)


def test_too_few_people_at_the_last_visit_have_no_answer_and_spoil_no_other_trial() -> None:
    base, arm, change, seen = _trials(60, 4)
    seen[3, 5:, 3] = False
    change[4, :, 2] = 0.0
    found = mmrm_trials(change, seen, arm, baseline=base)
    assert not found.converged[3]
    assert not found.converged[4]
    assert found.converged.sum() == len(change) - 2
    assert found.p_value[3] == 1.0
    assert np.isfinite(found.standard_error).all()
