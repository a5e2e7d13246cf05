"""Imputation of a trial's scores: complete data, edges, refusals."""

import numpy as np
import pytest
from numpy import ndarray as Array
from scipy import stats

from slopewise.endpoint.imputation.imputed_analysis import analyse_imputed
from slopewise.endpoint.imputation.imputed_scores import Strategy, impute_scores
from slopewise.endpoint.imputation.imputed_trials import imputed_trials
from slopewise.endpoint.imputation.rubin import pool_imputations
from slopewise.endpoint.imputation.tipping_point import find_tipping_point
from slopewise.errors import InputError


def trials(
    many: int = 6, *, people: int = 40, visits: int = 3, left: float = 0.0, gaps: float = 0.0
) -> tuple[Array, Array, Array, Array]:
    generator = np.random.default_rng(9)
    arm = np.arange(people) % 2 == 0
    base = generator.normal(38.0, 4.0, (many, people))
    walk = generator.normal(-1.0, 1.0, (many, people, visits)).cumsum(axis=2)
    leave = generator.random((many, people)) < left
    seen = np.ones(walk.shape, dtype=bool)
    seen[..., -1] &= ~leave
    seen[..., 1] &= generator.random((many, people)) >= gaps
    return walk + 0.1 * base[..., None], seen, arm, base


def impute(strategy: str = "multiple-imputation", seed: int = 1, **more: object) -> object:
    outcome, seen, arm, base = trials(**{"left": 0.3, "gaps": 0.1, **more})  # type: ignore[arg-type]
    return imputed_trials(
        outcome, seen, arm,
        baseline=base, strategy=strategy, generator=np.random.default_rng(seed),
    )  # fmt: skip


@pytest.mark.parametrize("strategy", list(Strategy))
def test_without_missing_scores_it_is_the_analysis_of_covariance(strategy: Strategy) -> None:
    outcome, seen, arm, base = trials()
    found = imputed_trials(
        outcome, seen, arm,
        baseline=base, strategy=strategy, imputations=5, generator=np.random.default_rng(1),
    )  # fmt: skip
    assert found.converged.all()
    for k in range(len(outcome)):
        x = np.column_stack([np.ones(40), arm, base[k]])
        line, (rest,), *_ = np.linalg.lstsq(x, outcome[k, :, -1], rcond=None)
        error = np.sqrt(rest / 37 * np.linalg.inv(x.T @ x)[1, 1])
        assert found.estimate[k] == pytest.approx(line[1], rel=1e-10)
        assert found.standard_error[k] == pytest.approx(error, rel=1e-10)
        assert found.degrees_of_freedom[k] == pytest.approx(37.0, rel=1e-12)
        assert found.p_value[k] == pytest.approx(2 * stats.t.sf(abs(line[1] / error), 37), rel=1e-8)
        assert found.fraction_missing[k] == 0.0


def test_a_change_and_a_score_give_the_same_difference_and_units_do_not_matter() -> None:
    outcome, seen, arm, base = trials(left=0.3, gaps=0.1)
    asked = {"strategy": "jump-to-reference"}

    def found(scores: Array, before: Array) -> Array:
        result = imputed_trials(
            scores, seen, arm,
            baseline=before, generator=np.random.default_rng(4), **asked,
        )  # fmt: skip
        return np.stack([result.estimate, result.standard_error, result.p_value])

    plain = found(outcome, base)
    assert found(1000.0 * outcome + 5.0, 0.01 * base) == pytest.approx(
        plain * np.array([[1000.0], [1000.0], [1.0]]), rel=1e-9
    )
    assert found(outcome - base[..., None], base)[:2] == pytest.approx(plain[:2], abs=0.25)


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, two, other = impute(seed=1), impute(seed=1), impute(seed=2)
    assert (one.estimate == two.estimate).all()  # type: ignore[attr-defined]
    assert (one.estimate != other.estimate).all()  # type: ignore[attr-defined]


def test_scores_that_were_seen_stay_and_controls_are_drawn_alike() -> None:
    outcome, seen, arm, base = trials(left=0.3, gaps=0.1)
    drawn = {
        strategy: impute_scores(
            outcome,
            seen,
            arm,
            baseline=base,
            strategy=strategy,
            imputations=4,
            generator=np.random.default_rng(2),
        )
        for strategy in Strategy
    }
    last = seen[..., -1]
    for one in drawn.values():
        scores = np.swapaxes(one.scores, 1, 2)
        assert scores[last] == pytest.approx(np.repeat(outcome[..., -1][last][:, None], 4, axis=1))
        assert (one.after_leaving[last] == 0).all()
        assert (one.after_leaving[~last] >= 1).all()
    at_random, jump = drawn[Strategy.MULTIPLE_IMPUTATION], drawn[Strategy.JUMP_TO_REFERENCE]
    same = at_random.scores == jump.scores
    assert same[:, :, ~arm].all()
    assert not same[np.broadcast_to((~last & arm)[:, None], same.shape)].any()


def test_an_earlier_visit_may_be_named_and_later_visits_help() -> None:
    outcome, seen, arm, base = trials(left=0.2, gaps=0.2)
    drawn = impute_scores(
        outcome, seen, arm,
        baseline=base, strategy="jump-to-reference", imputations=50, visit=1,
        generator=np.random.default_rng(2),
    )  # fmt: skip
    gap = ~seen[..., 1] & seen[..., 2]
    middle = np.swapaxes(drawn.scores, 1, 2)[gap].mean(axis=1)
    assert np.corrcoef(middle, outcome[..., 2][gap])[0, 1] > 0.7
    assert (drawn.after_leaving[gap] == 0).all()


def test_a_trial_that_cannot_be_imputed_stops_no_other() -> None:
    outcome, seen, arm, base = trials(left=0.3)
    alone = imputed_trials(
        outcome[:2], seen[:2], arm,
        baseline=base[:2], strategy="copy-reference", generator=np.random.default_rng(3),
    )  # fmt: skip
    assert alone.converged.all()
    seen[0, 5:, -1] = False  # five people at the last visit
    outcome[1] = 3.0  # no spread at all
    outcome[2, :, 1] = outcome[2, :, 0]  # a visit that repeats another
    found = imputed_trials(
        outcome, seen, arm,
        baseline=base, strategy="copy-reference", generator=np.random.default_rng(3),
    )  # fmt: skip
    assert found.converged.tolist() == [False, False, False, True, True, True]
    assert (found.p_value[:3] == 1.0).all()
    assert (found.estimate[:3] == 0.0).all()
    assert np.isfinite(found.p_value).all()


def test_visits_never_seen_together_cannot_be_imputed() -> None:
    outcome, seen, _arm, base = trials()
    seen[:, ::2, 0] = False
    seen[:, 1::2, 1] = False
    found = imputed_trials(
        outcome, seen, np.arange(40) < 20,
        baseline=base, strategy="multiple-imputation", generator=np.random.default_rng(3),
    )  # fmt: skip
    assert not found.converged.any()


def test_one_trial_says_what_was_drawn_and_for_what_estimand() -> None:
    outcome, seen, arm, base = trials(1, people=60, left=0.4)
    for strategy, words in (
        ("multiple-imputation", "missing at random"),
        ("jump-to-reference", "lost at once all that treatment gave"),
        ("copy-reference", "went on like controls with the same past"),
    ):
        found = analyse_imputed(
            outcome[0], seen[0], arm,
            baseline=base[0], strategy=strategy, generator=np.random.default_rng(1), delta=-0.5,
        )  # fmt: skip
        assert words in found.estimand
        assert "had everybody lived" in found.estimand
        assert "shifted by -0.5 points for every visit since" in found.estimand
        assert found.imputed_treated == int((~seen[0, arm, -1]).sum())
        assert found.imputed_controls == int((~seen[0, ~arm, -1]).sum())


def test_no_tipping_point_where_there_is_nothing_to_tip() -> None:
    outcome, seen, arm, base = trials(1, people=60, left=0.3)
    outcome = outcome - 3.0 * arm[:, None]

    def point(scores: Array, there: Array) -> object:
        return find_tipping_point(
            impute_scores(
                scores,
                there,
                arm,
                baseline=base,
                strategy="multiple-imputation",
                imputations=20,
                generator=np.random.default_rng(1),
            )
        )

    worse = point(outcome, seen)
    assert worse.status == "found"
    assert worse.delta > 0.0
    level = outcome - outcome[:, arm].mean(axis=1, keepdims=True) * arm[:, None]
    level = level - outcome[:, ~arm].mean(axis=1, keepdims=True) * ~arm[:, None]
    assert point(level, seen).status == "not_significant"  # type: ignore[attr-defined]
    stayed = seen | arm[:, None]
    assert point(outcome, stayed).status == "nobody_left"  # type: ignore[attr-defined]
    few = np.zeros_like(seen)
    assert point(outcome, few).status == "too_few"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"strategy": "last"}, "choose one of multiple-imputation"),
        ({"imputations": 1}, "at least 2"),
        ({"visit": 3}, "visit 3 was asked for"),
        ({"observed": np.ones((6, 40), dtype=bool)}, "must both be trials"),
        ({"baseline": np.full((6, 40), np.nan)}, "leave those people out"),
        ({"baseline": np.ones((6, 39))}, "give \\(6, 40\\)"),
    ],
)
def test_wrong_questions_are_refused(more: dict[str, object], words: str) -> None:
    outcome, seen, arm, base = trials()
    asked = {"observed": seen, "baseline": base, "strategy": "copy-reference", **more}
    with pytest.raises(InputError, match=words):
        imputed_trials(
            outcome, treated=arm, generator=np.random.default_rng(1),
            **asked,  # type: ignore[arg-type]
        )  # fmt: skip


def test_rules_need_two_imputations_and_variances_above_zero() -> None:
    with pytest.raises(InputError, match="at least 2"):
        pool_imputations(np.ones((3, 1)), np.ones((3, 1)), complete_freedom=9.0)
    with pytest.raises(InputError, match="not above 0"):
        pool_imputations(np.ones((3, 2)), np.zeros((3, 2)), complete_freedom=9.0)
