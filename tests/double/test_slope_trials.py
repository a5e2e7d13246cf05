"""Many trials at once give what one trial gives, at the boundary too."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy import ndarray as Array
from tests.tolerance import ITERATED

from slopewise.endpoint.slope import (
    Freedom,
    Intercept,
    SlopeDifference,
    SlopeRows,
    analyse_slope,
)
from slopewise.endpoint.slope_trials import SlopeTrials, slope_trials
from slopewise.errors import InputError

VISITS = np.array([0.0, 2.0, 4.0, 6.0, 9.0, 12.0])
FREEDOM = 1e-4  # relative, as the design's table of tolerances has it


@dataclass(frozen=True)
class Made:
    """Simulated trials."""

    outcome: Array
    seen: Array
    treated: Array
    month: Array
    covariates: Array | None = None


def made(
    seed: int,
    trials: int,
    people: int,
    *,
    visits: Array = VISITS,
    slope_sd: float = 0.5,
    intercept_sd: float = 5.0,
    gaps: float = 0.0,
    covariates: int = 0,
) -> Made:
    """People who leave for good, and others (`gaps`) who miss single visits."""
    rng = np.random.default_rng(seed)
    treated = rng.permuted(np.tile(np.arange(people) % 2 == 0, (trials, 1)), axis=1)
    own = rng.standard_normal((2, trials, people))
    x = rng.standard_normal((trials, people, covariates))
    level = 38.0 + intercept_sd * own[0] + x.sum(axis=2)
    slope = -0.8 + slope_sd * (0.3 * own[0] + 0.9 * own[1]) + 0.15 * treated
    noise = rng.normal(0.0, 2.0, (trials, people, len(visits)))
    outcome = level[..., None] + slope[..., None] * visits + noise
    seen = visits < rng.exponential(25.0, (trials, people))[..., None]
    seen &= rng.random(seen.shape) >= gaps
    outcome = np.where(seen, outcome, np.nan)
    return Made(outcome, seen, treated, visits, x if covariates else None)


def alone(made: Made, trial: int, **options: object) -> SlopeDifference | None:
    """The single fit of one of the trials; None where it refuses."""
    person, visit = np.nonzero(made.seen[trial])
    given = None if made.covariates is None else made.covariates[trial, person]
    rows = SlopeRows(
        person,
        made.month[visit],
        made.outcome[trial, person, visit],
        made.treated[trial, person],
        given,
    )
    try:
        return analyse_slope(rows, **options)
    except InputError:
        return None


def together(made: Made, **options: object) -> SlopeTrials:
    return slope_trials(
        made.outcome,
        made.seen,
        made.treated,
        month=made.month,
        covariates=made.covariates,
        **options,
    )


def agree(found: SlopeTrials, trial: int, single: SlopeDifference) -> None:
    assert found.converged[trial]
    assert found.boundary[trial] == (single.status == "boundary")
    error = single.standard_error
    for ours, theirs in (
        (found.estimate, single.estimate),
        (found.control_slope, single.control_slope),
    ):
        assert ours[trial] == pytest.approx(theirs, rel=ITERATED, abs=ITERATED * error)
    assert found.standard_error[trial] == pytest.approx(error, rel=ITERATED)
    free = np.inf if single.degrees_of_freedom is None else single.degrees_of_freedom
    assert found.degrees_of_freedom[trial] == pytest.approx(free, rel=FREEDOM)
    assert found.p_value[trial] == pytest.approx(single.p_value, abs=ITERATED)
    slowing = single.slowing
    assert found.slowing_bounded[trial] == (slowing.status == "converged")
    assert found.slowing[trial] == pytest.approx(slowing.estimate or 0.0, rel=1e-5, abs=1e-6)
    if slowing.status == "converged":
        ends = (found.slowing_low[trial], found.slowing_high[trial])
        assert ends == pytest.approx((slowing.low, slowing.high), rel=1e-4, abs=1e-6)


KINDS = {
    "usual": ({"people": 120}, {}),
    "boundary": ({"people": 40, "slope_sd": 0.0}, {}),
    "small": ({"people": 9, "slope_sd": 0.1, "gaps": 0.1}, {}),
    "no_level": ({"people": 30, "slope_sd": 0.0, "intercept_sd": 0.0}, {}),
    "gaps": ({"people": 80, "gaps": 0.3}, {"intercept": Intercept.BY_ARM}),
    "ml": ({"people": 60, "gaps": 0.1}, {"method": "ml"}),
    "covariates": (
        {"people": 60, "gaps": 0.1, "covariates": 2},
        {"intercept": Intercept.BY_ARM},
    ),
    "many_visits": (
        {"people": 25, "gaps": 0.3, "visits": np.linspace(3.0, 30.0, 18)},
        {"freedom": Freedom.NORMAL},
    ),
    "more_patterns_than_people": (
        {"people": 20, "gaps": 0.4, "visits": np.arange(9.0), "covariates": 1},
        {},
    ),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_many_trials_are_as_one_by_one(kind: str) -> None:
    data, options = KINDS[kind]
    trials = made(len(kind), 30, **data)
    found = together(trials, **options)
    singles = [alone(trials, k, **options) for k in range(30)]
    reached = [s is not None and s.status in ("converged", "boundary") for s in singles]
    assert found.converged.tolist() == reached
    for k in np.flatnonzero(reached):
        agree(found, k, singles[k])
    assert sum(reached) >= 25
    if kind in ("boundary", "small", "no_level"):
        assert found.boundary.sum() >= 5


def test_kenward_roger_as_one_by_one() -> None:
    trials = made(3, 5, 24, gaps=0.1, covariates=1)
    options = {"freedom": Freedom.KENWARD_ROGER}
    found = together(trials, **options)
    for k in range(5):
        agree(found, k, alone(trials, k, **options))


def test_trials_that_cannot_be_fitted_stop_nobody() -> None:
    whole = made(5, 10, 30)
    seen, outcome = whole.seen.copy(), np.where(whole.seen, whole.outcome, 30.0)
    seen[1, whole.treated[1]] = False  # nobody treated came
    seen[2] = False
    outcome[3] = 37.123
    seen[4, :, 2:] = False  # two visits: a line each, and nothing left
    outcome[5] = outcome[5, :, :1]  # everybody stays where they are
    seen[6, 2:] = False
    seen[7, :, 1:] = False
    outcome[8, 0, 0] = np.inf  # as not seen
    found = slope_trials(outcome, seen, whole.treated, month=VISITS)
    assert found.converged.tolist() == [k in (0, 8, 9) for k in range(10)]
    lost = ~found.converged
    assert (found.p_value[lost] == 1.0).all()
    assert not found.boundary[lost].any()
    assert not found.slowing_bounded[lost].any()
    for name in ("estimate", "standard_error", "degrees_of_freedom", "slowing", "control_slope"):
        assert (getattr(found, name)[lost] == 0.0).all()
        assert np.isfinite(getattr(found, name)).all()
    for k in (0, 9):
        agree(found, k, alone(whole, k))


def test_a_trial_does_not_depend_on_those_beside_it() -> None:
    """Alone or in company, in any block, with one row of arms or one each: the same numbers."""
    whole = made(6, 300, 20, gaps=0.1)
    arm = whole.treated[0]
    found = slope_trials(whole.outcome, whole.seen, arm, month=VISITS)
    assert found.converged.all()
    for k in (0, 100, 299):
        one = slice(k, k + 1)
        single = slope_trials(whole.outcome[one], whole.seen[one], arm[None], month=VISITS)
        assert single.estimate[0] == pytest.approx(found.estimate[k], rel=ITERATED)
        assert single.p_value[0] == pytest.approx(found.p_value[k], abs=ITERATED)


def test_digits_survive_large_scores_and_people_without_visits() -> None:
    trials = made(8, 4, 40)
    trials.seen[:, 3] = False
    found = together(trials)
    far = slope_trials(1e6 + 1e3 * trials.outcome, trials.seen, trials.treated, month=VISITS)
    assert far.estimate == pytest.approx(1e3 * found.estimate, rel=ITERATED)
    assert far.p_value == pytest.approx(found.p_value, abs=ITERATED)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"month": VISITS[:3]}, "one number a visit"),
        ({"month": VISITS + np.nan}, "finite"),
        ({"treated": np.zeros(7, dtype=bool)}, "treated"),
        ({"method": "guess"}, "method"),
        ({"method": "ml", "freedom": Freedom.KENWARD_ROGER}, "REML"),
        ({"covariates": np.zeros((2, 5, 1))}, "covariates"),
        ({"covariates": np.full((2, 30, 1), np.nan)}, "person 0 in trial 0"),
    ],
)
def test_refuses_what_it_cannot_read(change: dict[str, object], words: str) -> None:
    trials = made(9, 2, 30)
    given = {
        "outcome": trials.outcome,
        "observed": trials.seen,
        "treated": trials.treated,
        "month": VISITS,
        **change,
    }
    with pytest.raises(InputError, match=words):
        slope_trials(**given)


def test_no_trials_give_no_numbers() -> None:
    none = slope_trials(
        np.zeros((0, 5, 6)), np.zeros((0, 5, 6), bool), np.zeros(5, bool), month=VISITS
    )
    assert none.estimate.shape == (0,)
