"""The repeated-measures model: many trials as one by one, statuses, refusals, invariances."""

import numpy as np
import pytest
from benchmarks.mmrm_workload import simulated_trials
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray as Array
from tests.tolerance import CLOSED_FORM, MONTE_CARLO

from slopewise.endpoint.mmrm.mmrm_analysis import MmrmAnalysis, analyse_mmrm
from slopewise.endpoint.mmrm.mmrm_covariance import Covariance
from slopewise.endpoint.mmrm.mmrm_design import mmrm_design
from slopewise.endpoint.mmrm.mmrm_fit import fit_mmrm
from slopewise.endpoint.mmrm.mmrm_trials import mmrm_trials
from slopewise.errors import InputError

Trials = tuple[Array, Array, Array, Array]


def trials(seed: int, many: int, *, patients: int = 120, faster: float = 0.25) -> Trials:
    return simulated_trials(np.random.default_rng(seed), many, patients=patients, faster=faster)


def one(made: Trials, number: int, **options: object) -> MmrmAnalysis:
    base, change, seen, arm = made
    who, when = np.nonzero(seen[number])
    return analyse_mmrm(
        who,
        when,
        change[number][who, when],
        treated=arm[who],
        baseline=base[number][who],
        **options,
    )


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("covariance", list(Covariance))
def test_many_trials_are_as_one_by_one(covariance: Covariance, method: str) -> None:
    made = trials(1, 6)
    base, change, seen, arm = made
    seen = seen.copy()
    seen[2] &= np.random.default_rng(2).random(seen[2].shape) > 0.2  # not only those who left
    made = (base, change, seen, arm)
    options = {"covariance": covariance, "method": method}
    found = mmrm_trials(change, seen, arm, baseline=base, **options)
    average = mmrm_trials(
        change, seen, arm, baseline=base, visit_weights=np.full(5, 0.2), **options
    )
    assert found.converged.all()
    for k in range(6):
        alone = one(made, k, **options)
        for batch, single in ((found, alone), (average, alone.average)):
            assert batch.estimate[k] == pytest.approx(single.estimate, rel=CLOSED_FORM)
            assert batch.standard_error[k] == pytest.approx(single.standard_error, rel=CLOSED_FORM)
            free = single.degrees_of_freedom
            assert batch.degrees_of_freedom[k] == pytest.approx(free, rel=CLOSED_FORM)
            assert batch.p_value[k] == pytest.approx(single.p_value, rel=CLOSED_FORM)
    if method == "reml":
        adjusted = mmrm_trials(change, seen, arm, baseline=base, kenward_roger=True, **options)
        for k in range(6):
            alone = one(made, k, freedom="kenward-roger", **options)
            error = alone.standard_error
            assert adjusted.standard_error[k] == pytest.approx(error, rel=CLOSED_FORM)


def test_trials_that_cannot_be_fitted_stop_nobody() -> None:
    base, change, seen, arm = trials(3, 6, patients=60)
    seen, change = seen.copy(), change.copy()
    seen[1][arm, -1] = False  # nobody treated at the last visit
    seen[2] = False
    change[3] = 1.0
    seen[4, 12:] = False
    found = mmrm_trials(change, seen, arm, baseline=base)
    assert found.converged[[0, 5]].all()
    assert not found.converged[[1, 2, 3]].any()
    lost = ~found.converged
    assert (found.p_value[lost] == 1.0).all()
    for numbers in (found.estimate, found.standard_error, found.degrees_of_freedom, found.p_value):
        assert np.isfinite(numbers).all()
        assert np.isin(numbers[lost], [0.0, 1.0]).all()


def test_a_trial_does_not_depend_on_those_beside_it() -> None:
    """Alone, in company, and beside trials that fail: the same numbers."""
    base, change, seen, arm = trials(14, 8, patients=40)
    change, seen = change.copy(), seen.copy()
    change[2] = change[2][:, :1] * (1.0 + 1e-9 * np.arange(5))  # copies of one visit
    seen[5, 6:] = False
    whole = mmrm_trials(change, seen, arm, baseline=base)
    assert not whole.converged[[2, 5]].any()
    for k in range(8):
        own = slice(k, k + 1)
        alone = mmrm_trials(change[own], seen[own], arm, baseline=base[own])
        assert alone.converged[0] == whole.converged[k]
        assert alone.estimate[0] == pytest.approx(whole.estimate[k], rel=CLOSED_FORM)
        free = whole.degrees_of_freedom[k]
        assert alone.degrees_of_freedom[0] == pytest.approx(free, rel=CLOSED_FORM)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    patients=st.integers(2, 20),
    visits=st.integers(1, 5),
    lost=st.floats(0.0, 0.8),
    alike=st.sampled_from([1.0, 1e-3, 0.0]),
    covariance=st.sampled_from(list(Covariance)),
)
def test_a_batch_never_aborts(
    *, seed: int, patients: int, visits: int, lost: float, alike: float, covariance: Covariance
) -> None:
    generator = np.random.default_rng(seed)
    change = generator.normal(size=(8, patients, visits))
    change = change[:, :, :1] + alike * change
    seen = generator.random(change.shape) > lost
    found = mmrm_trials(change, seen, np.arange(patients) % 2 == 1, covariance=covariance)
    for numbers in (found.estimate, found.standard_error, found.degrees_of_freedom, found.p_value):
        assert np.isfinite(numbers).all()


@pytest.mark.slow
def test_type_one_error_and_coverage() -> None:
    """4,000 trials of 60 people without an effect: 5 % are found to differ."""
    base, change, seen, arm = trials(4, 4000, patients=60, faster=0.0)
    found = mmrm_trials(change, seen, arm, baseline=base)
    assert found.converged.all()
    error = np.sqrt(0.05 * 0.95 / 4000)
    assert abs((found.p_value < 0.05).mean() - 0.05) < MONTE_CARLO * error
    spread = found.estimate.std() / np.sqrt(4000)
    assert abs(found.estimate.mean()) < MONTE_CARLO * spread


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    patients=st.integers(2, 14),
    visits=st.integers(1, 4),
    lost=st.floats(0.0, 0.7),
    covariance=st.sampled_from(list(Covariance)),
)
def test_small_trials_end_with_a_status(
    seed: int, patients: int, visits: int, lost: float, covariance: Covariance
) -> None:
    generator = np.random.default_rng(seed)
    change = generator.normal(size=(patients, visits))
    seen = generator.random((patients, visits)) > lost
    who, when = np.nonzero(seen)
    arm = np.arange(patients) % 2 == 1
    try:
        found = analyse_mmrm(who, when, change[who, when], treated=arm[who], covariance=covariance)
    except InputError:
        return
    numbers = (found.estimate, found.standard_error, found.degrees_of_freedom, found.p_value)
    if found.status == "converged":
        assert all(n is not None and np.isfinite(n) for n in numbers)
    else:
        assert numbers == (None,) * 4
        assert found.log_likelihood is None


def test_order_unit_and_names_do_not_matter() -> None:
    made = trials(5, 1)
    base, change, seen, arm = made
    who, when = np.nonzero(seen[0])
    plain = one(made, 0)
    mixed = np.random.default_rng(6).permutation(len(who))
    other = analyse_mmrm(
        np.array([f"P{k:03d}" for k in who])[mixed],
        np.array(["m02", "m04", "m06", "m09", "m12"])[when][mixed],
        7.0 * change[0][who, when][mixed] + 100.0,
        treated=arm[who][mixed],
        baseline=base[0][who][mixed] - 30.0,
    )
    assert other.estimate == pytest.approx(7.0 * plain.estimate, rel=CLOSED_FORM)
    assert other.standard_error == pytest.approx(7.0 * plain.standard_error, rel=CLOSED_FORM)
    assert other.p_value == pytest.approx(plain.p_value, rel=CLOSED_FORM)
    free = plain.degrees_of_freedom
    assert other.degrees_of_freedom == pytest.approx(free, rel=CLOSED_FORM)
    assert [visit for visit, _ in other.by_visit] == ["m02", "m04", "m06", "m09", "m12"]


def test_one_visit_is_a_t_test() -> None:
    """The two-sample t test with n − 2 degrees of freedom, by every counting."""
    generator = np.random.default_rng(8)
    value, arm = generator.normal(size=20), np.arange(20) % 2 == 1
    found = analyse_mmrm(np.arange(20), np.zeros(20), value, treated=arm)
    one_arm, other = value[arm], value[~arm]
    pooled = (9 * one_arm.var(ddof=1) + 9 * other.var(ddof=1)) / 18
    error = np.sqrt(pooled * 0.2)
    assert found.estimate == pytest.approx(one_arm.mean() - other.mean(), rel=CLOSED_FORM)
    assert found.standard_error == pytest.approx(error, rel=CLOSED_FORM)
    assert found.degrees_of_freedom == pytest.approx(18.0, rel=CLOSED_FORM)
    line = found.design.difference(np.ones(1))
    for kind in ("kenward-roger", "residual", "between-within"):
        contrast = found.fit.contrast(line, freedom=kind)
        assert contrast.degrees_of_freedom == pytest.approx(18.0, rel=CLOSED_FORM)
        assert contrast.standard_error == pytest.approx(error, rel=CLOSED_FORM)


def test_complete_visits_give_the_exact_t_test_at_each() -> None:
    """Unstructured and complete: each visit is its own t test, with exact degrees of freedom."""
    generator = np.random.default_rng(9)
    root = np.array([[1.0, 0, 0], [0.5, 1, 0], [0.2, 0.4, 2]])
    value, arm = generator.normal(size=(24, 3)) @ root.T, np.arange(24) % 2 == 1
    who, when = np.nonzero(np.ones((24, 3), dtype=bool))
    found = analyse_mmrm(who, when, value[who, when], treated=arm[who])
    for k, (_, contrast) in enumerate(found.by_visit):
        both = value[arm, k], value[~arm, k]
        pooled = (both[0].var(ddof=1) + both[1].var(ddof=1)) / 2
        assert contrast.estimate == pytest.approx(both[0].mean() - both[1].mean(), rel=CLOSED_FORM)
        assert contrast.standard_error == pytest.approx(np.sqrt(pooled / 6), rel=CLOSED_FORM)
        assert contrast.degrees_of_freedom == pytest.approx(22.0, rel=CLOSED_FORM)


def test_counted_degrees_of_freedom() -> None:
    """A column that is constant in each patient counts patients, another counts visits."""
    made = trials(10, 1)
    _, change, seen, arm = made
    who, when = np.nonzero(seen[0])
    design = np.column_stack([np.ones(len(who)), arm[who], when])
    fit = fit_mmrm(who, when, change[0][who, when], design=design, covariance="cs")
    rows, patients = len(who), len(np.unique(who))
    for line, free in ((np.eye(3)[1], patients - 2), (np.eye(3)[2], rows - patients - 1)):
        assert fit.contrast(line, freedom="between-within").degrees_of_freedom == free
        assert fit.contrast(line, freedom="residual").degrees_of_freedom == rows - 3


def test_statuses() -> None:
    generator = np.random.default_rng(11)
    arm = np.arange(20) % 2 == 1
    who, when = np.arange(40) % 20, np.arange(40) // 20
    apart = np.concatenate([np.arange(20), 20 + np.arange(20)])  # nobody seen at both visits
    arms = np.tile(arm, 2)
    flat = analyse_mmrm(apart, when, generator.normal(size=40), treated=arms)
    assert flat.status == "flat"
    constant = analyse_mmrm(who, when, np.ones(40), treated=arms)
    assert constant.status == "too_few"
    first = generator.normal(size=20)
    copied = analyse_mmrm(who, when, np.concatenate([first, 2.0 * first]), treated=arms)
    assert copied.status in ("boundary", "step_limit")
    for found in (flat, constant, copied):
        assert found.estimate is None
        assert found.p_value is None


def test_refusals() -> None:
    generator = np.random.default_rng(12)
    who, when, arm = np.arange(40) % 20, np.arange(40) // 20, np.arange(40) % 2 == 1
    value = generator.normal(size=40)
    again = np.where(np.arange(40) == 23, 0, when)
    with pytest.raises(InputError, match=r"patient 3 has visit 0 2 times"):
        analyse_mmrm(who, again, value, treated=arm)
    with pytest.raises(InputError, match="is in both arms"):
        analyse_mmrm(who, when, value, treated=when == 1)
    with pytest.raises(InputError, match="both arms need people"):
        analyse_mmrm(who, when, value, treated=np.zeros(40, dtype=bool))
    with pytest.raises(InputError, match="arm at visit 1"):
        analyse_mmrm(who, when, np.where(arm & (when == 1), np.nan, value), treated=arm)
    before = np.where(np.arange(40) == 4, np.nan, 1.0)
    with pytest.raises(InputError, match="baseline of row 4"):
        analyse_mmrm(who, when, value, treated=arm, baseline=before)
    with pytest.raises(InputError, match="is not known"):
        analyse_mmrm(who, when, value, treated=arm, covariance="banded")
    with pytest.raises(InputError, match="need REML"):
        analyse_mmrm(who, when, value, treated=arm, method="ml", freedom="kenward-roger")
    fit = fit_mmrm(who, when, value, design=mmrm_design(when, arm).matrix)
    with pytest.raises(InputError, match="finite weights"):
        fit.contrast(np.zeros(4))


def test_rows_without_an_outcome_are_counted() -> None:
    made = trials(13, 1)
    base, change, seen, arm = made
    who, when = np.nonzero(np.ones_like(seen[0]))
    value = np.where(seen[0], change[0], np.nan)[who, when]
    found = analyse_mmrm(who, when, value, treated=arm[who], baseline=base[0][who])
    plain = one(made, 0)
    assert found.estimate == pytest.approx(plain.estimate, rel=CLOSED_FORM)
    assert found.missing_rows == int((~seen[0][seen[0].any(axis=1)]).sum())
    assert "hypothetical" in found.estimand
