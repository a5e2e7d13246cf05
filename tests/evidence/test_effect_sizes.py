"""What no reference program covers of the effect sizes: conversions, zero cells, refusals."""

import json
import math
from pathlib import Path

import pytest
from tests.tolerance import CLOSED_FORM

from slopewise.errors import InputError
from slopewise.evidence.effects import counts, hazard, means, paired, proportions, rates, spread
from slopewise.evidence.effects.effect_size import EffectSize, EffectStatus
from slopewise.evidence.effects.means import Group
from slopewise.evidence.effects.ratio import ratio

R = json.loads(
    (Path(__file__).parents[2] / "reference" / "escalc" / "values.json").read_text("utf-8")
)
PAIR, HAZARD = R["pair"], R["hazard"]


def near(value: float) -> object:
    return pytest.approx(value, rel=CLOSED_FORM)


def test_a_paired_t_test_is_taken_apart_as_r_put_it_together() -> None:
    freedom, apart, error = PAIR["n"] - 1, PAIR["difference"], PAIR["standard_error"]
    found = spread.se_from_p(apart, PAIR["p"], degrees_of_freedom=freedom)
    assert found == near(error)
    assert spread.p_from_se(apart, error, degrees_of_freedom=freedom) == near(PAIR["p"])
    ends = spread.interval_from_se(apart, error, degrees_of_freedom=freedom)
    assert ends == (near(PAIR["low"]), near(PAIR["high"]))
    found = spread.se_from_interval(PAIR["low"], PAIR["high"], degrees_of_freedom=freedom)
    assert found == near(error)
    assert spread.se_of_mean(PAIR["sd_change"], PAIR["n"]) == near(error)
    correlation = spread.correlation_from_change(
        PAIR["sd_before"], PAIR["sd_after"], sd_change=PAIR["sd_change"]
    )
    assert correlation == near(PAIR["correlation"])
    before = Group(PAIR["mean_before"], PAIR["sd_before"], 10)
    after = Group(PAIR["mean_after"], PAIR["sd_after"], 10)
    made = paired.paired_change(before, after, correlation=PAIR["correlation"])
    assert (made.estimate, made.standard_error) == (near(apart), near(error))
    made = paired.paired_change_from_p(apart, PAIR["p"], n=10)
    assert made.standard_error == near(error)


def test_one_sided_p_is_half_of_the_two_sided() -> None:
    assert spread.se_from_p(2.0, 0.025, one_sided=True) == near(spread.se_from_p(2.0, 0.05))
    assert spread.p_from_se(1.959963984540054, 1.0) == near(0.05)


def test_a_printed_hazard_ratio_is_the_cox_model_again() -> None:
    made = hazard.hazard_ratio(HAZARD["ratio"], HAZARD["low"], HAZARD["high"])
    assert made.estimate == pytest.approx(HAZARD["log_hazard_ratio"], rel=1e-6)
    assert made.standard_error == near(HAZARD["standard_error"])


def test_the_log_rank_test_gives_nearly_the_cox_model() -> None:
    made = hazard.hazard_ratio_from_log_rank(
        HAZARD["observed"], HAZARD["expected"], variance=HAZARD["variance"]
    )
    # one step from no effect, and another rule for ties: close, as the effect is small (0.018)
    assert made.estimate == pytest.approx(HAZARD["log_hazard_ratio"], abs=0.002)
    assert made.standard_error == pytest.approx(HAZARD["standard_error"], rel=0.01)
    by_p = hazard.hazard_ratio_from_p(
        HAZARD["p"],
        events=HAZARD["events"],
        n_treated=HAZARD["n"][1],
        n_control=HAZARD["n"][0],
        favours_treatment=False,
    )
    # V = 69 · 68 · 128 / 137² = 32.0 instead of the test's own 30.4
    assert by_p.estimate == pytest.approx(HAZARD["log_hazard_ratio"], abs=0.002)
    assert by_p.standard_error == pytest.approx(HAZARD["standard_error"], rel=0.03)


def test_half_is_added_only_where_a_cell_is_zero_and_it_is_said() -> None:
    assert counts.risk_ratio((3, 10), (1, 10)).assumptions == ()
    zero = counts.risk_ratio((3, 10), (0, 10))
    assert zero.estimate == near(math.log((3.5 / 11) / (0.5 / 11)))
    assert counts.ADDED_HALF in zero.assumptions
    assert counts.ADDED_HALF in counts.risk_difference((3, 10), (0, 10)).assumptions
    assert counts.arcsine_difference((3, 10), (0, 10)).assumptions == ()
    # Peto: a - E = 3 - 1.5, V = 10·10·3·17 / (400·19) = 0.671052…
    peto = counts.peto_odds_ratio((3, 10), (0, 10))
    assert peto.estimate == near(1.5 / (5100 / 7600))


@pytest.mark.parametrize("formula", [counts.risk_ratio, counts.odds_ratio, counts.peto_odds_ratio])
def test_a_ratio_without_any_event_says_nothing(formula: object) -> None:
    made = formula((0, 10), (0, 12))  # type: ignore[operator]
    assert made.status is EffectStatus.NO_EVENTS
    assert made.estimate is None
    assert formula((10, 10), (12, 12)).status is EffectStatus.NO_EVENTS  # type: ignore[operator]


def test_what_cannot_be_estimated_has_a_status_and_no_number() -> None:
    flat = Group(1.0, 0.0, 5)
    for made in (
        means.mean_difference(flat, flat),
        means.standardised_mean_difference(flat, flat),
        means.ratio_of_means(Group(-1.0, 1.0, 5), Group(1.0, 1.0, 5)),
        rates.rate_ratio((0, 5.0), (0, 7.0)),
    ):
        assert isinstance(made, EffectSize)
        assert made.status is not EffectStatus.ESTIMATED
        assert made.estimate is None
        assert made.standard_error is None


def test_slopes_and_changes_are_differences_under_their_own_names() -> None:
    treated, control = Group(-0.5, 0.6, 30), Group(-1.0, 0.8, 20)
    plain = means.mean_difference(treated, control)
    for made in (
        means.slope_difference(treated, control),
        means.change_difference(treated, control),
    ):
        assert made.estimate == plain.estimate
        assert made.standard_error == plain.standard_error
        assert made.measure != plain.measure
    ratio = means.ratio_of_slopes(treated, control)
    assert ratio.estimate == near(math.log(0.5))
    # Var = (0.6/0.5)²/30 + (0.8/1.0)²/20 = 0.048 + 0.032
    assert ratio.standard_error == near(math.sqrt(0.08))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: counts.risk_ratio((11, 10), (1, 10)),
        lambda: proportions.raw_proportion(1, 0),
        lambda: rates.rate(1, 0.0),
        lambda: hazard.hazard_ratio(1.0, 1.2, 0.8),
        lambda: hazard.hazard_ratio_from_log_rank(3, 2, variance=0.0),
        lambda: spread.se_from_p(1.0, 1.0),
        lambda: spread.se_from_interval(2.0, 1.0),
        lambda: Group(1.0, -1.0, 5),
    ],
)
def test_impossible_numbers_are_refused(wrong: object) -> None:
    with pytest.raises(InputError, match=r"give|must be"):
        wrong()  # type: ignore[operator]


def test_a_ratio_to_nothing_is_none() -> None:
    for bottom in (0.0, -2e-280):
        assert ratio((1.0, 0.1), (bottom, 0.1)) is None
