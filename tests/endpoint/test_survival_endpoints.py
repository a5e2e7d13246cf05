"""Curves, tests, hazard ratios and pairs against R (reference/survival_endpoints)."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy import ndarray as Array
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.endpoint.ancova_trials import ancova_trials
from slopewise.endpoint.joint_rank import joint_rank, rank_ancova
from slopewise.endpoint.pairs.pairwise import ScoreLevel, SurvivalLevel
from slopewise.endpoint.pairs.pairwise_trials import compare_trials
from slopewise.endpoint.pairs.rank_trials import rank_difference_trials
from slopewise.endpoint.responder import compare_shares
from slopewise.endpoint.responder_trials import compare_shares_trials
from slopewise.endpoint.survival.cox import CoxFit, CoxStatus, cox
from slopewise.endpoint.survival.cox_trials import cox_trials
from slopewise.endpoint.survival.kaplan_meier import (
    kaplan_meier,
    milestone_difference,
    restricted_mean_difference,
)
from slopewise.endpoint.survival.kaplan_meier_trials import (
    milestone_trials,
    restricted_mean_trials,
)
from slopewise.endpoint.survival.log_rank import LogRank, log_rank, log_rank_trials
from slopewise.endpoint.win_ratio import win_statistics

FILE = Path(__file__).resolve().parents[2] / "reference" / "survival_endpoints" / "values.json"
SETS = ("ties", "fine", "few", "veteran", "lung")
STRATIFIED = ("ties", "fine", "few")


@cache
def values() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def columns(name: str) -> dict[str, Array]:
    kept = ("month", "died", "arm", "stratum", "age", "base", "change")
    case = values()["sets"][name]
    size = len(case["month"])
    made = {key: np.broadcast_to(np.array(case[key], dtype=float), size) for key in kept}
    return made | {"died": made["died"] == 1, "arm": made["arm"] == 1}


def test_the_full_grid_is_there() -> None:
    assert set(values()["sets"]) == set(SETS)
    assert values()["version"].startswith("3.5")


@pytest.mark.parametrize("name", SETS)
def test_kaplan_meier_curve(name: str) -> None:
    data, theirs = columns(name), values()["sets"][name]["curve"]
    ours = kaplan_meier(data["month"][data["arm"]], data["died"][data["arm"]])
    assert ours.month == pytest.approx(theirs["month"], rel=CLOSED_FORM)
    assert list(ours.at_risk) == theirs["at_risk"]
    assert list(ours.deaths) == theirs["deaths"]
    inside = ours.survival > 0
    for ours_column, name_ in ((ours.survival, "survival"), (ours.standard_error, "standard_error"),
                               (ours.low, "low"), (ours.high, "high")):  # fmt: skip
        found = [x for x, kept in zip(theirs[name_], inside, strict=True) if kept]
        assert ours_column[inside] == pytest.approx(found, rel=CLOSED_FORM)


@pytest.mark.parametrize("name", SETS)
def test_restricted_mean_and_milestone(name: str) -> None:
    data, case = columns(name), values()["sets"][name]
    month, died, arm = data["month"], data["died"], data["arm"]
    tau = case["restriction"]
    mean = restricted_mean_difference(month, died, arm, restriction_month=tau)
    share = milestone_difference(month, died, arm, milestone_month=tau / 2)
    for ours, theirs in ((mean, case["mean"]), (share, case["share"])):
        found = (ours.treated, ours.treated_error, ours.controls, ours.controls_error)
        assert found == pytest.approx((*theirs["treated"], *theirs["controls"]), rel=CLOSED_FORM)
        error = math.hypot(theirs["treated"][1], theirs["controls"][1])
        assert ours.standard_error == pytest.approx(error, rel=CLOSED_FORM)


def check_log_rank(ours: LogRank, theirs: dict[str, float]) -> None:
    assert ours.chi_square == pytest.approx(theirs["chi_square"], rel=CLOSED_FORM)
    assert ours.observed == theirs["observed"]
    assert ours.expected == pytest.approx(theirs["expected"], rel=CLOSED_FORM)
    assert ours.variance == pytest.approx(theirs["variance"], rel=CLOSED_FORM)


@pytest.mark.parametrize("name", SETS)
def test_log_rank(name: str) -> None:
    data, case = columns(name), values()["sets"][name]
    ours = log_rank(data["month"], data["died"], data["arm"])
    check_log_rank(ours, case["log_rank"])
    batch = log_rank_trials(data["month"][None], data["died"][None], data["arm"])
    assert batch.z[0] == pytest.approx(ours.z, rel=CLOSED_FORM)
    assert batch.p_value[0] == pytest.approx(ours.p_value, rel=CLOSED_FORM)


@pytest.mark.parametrize("name", STRATIFIED)
def test_stratified_log_rank(name: str) -> None:
    data = columns(name)
    ours = log_rank(data["month"], data["died"], data["arm"], strata=data["stratum"])
    check_log_rank(ours, values()["sets"][name]["log_rank_strata"])


def check_cox(ours: CoxFit, theirs: dict[str, Any]) -> None:
    assert ours.status is CoxStatus.CONVERGED
    assert ours.log_hazard_ratios == pytest.approx(theirs["log_hazard_ratios"], rel=ITERATED)
    assert ours.standard_errors == pytest.approx(theirs["standard_errors"], rel=ITERATED)
    assert ours.log_likelihood == pytest.approx(theirs["log_likelihood"], rel=CLOSED_FORM)
    without = theirs["log_likelihood_without"]
    assert ours.log_likelihood_without == pytest.approx(without, rel=CLOSED_FORM)


@pytest.mark.parametrize("name", SETS)
def test_cox_with_efron_ties(name: str) -> None:
    data, case = columns(name), values()["sets"][name]
    month, died, arm = data["month"], data["died"], data["arm"]
    plain = cox(month, died, arm)
    check_cox(plain, case["cox"])
    adjusted = cox(month, died, arm, covariates=data["age"][:, None])
    check_cox(adjusted, case["cox_age"])
    assert adjusted.profile_low is not None
    assert adjusted.profile_high is not None
    profile = [math.log(adjusted.profile_low), math.log(adjusted.profile_high)]
    assert profile == pytest.approx(case["profile"], abs=1e-7)
    batch = cox_trials(month[None], died[None], arm)
    assert batch.finite.all()
    found = (batch.log_hazard_ratio[0], batch.standard_error[0], batch.p_value[0])
    expected = (plain.log_hazard_ratios[0], plain.standard_errors[0], plain.p_value)
    assert found == pytest.approx(expected, rel=ITERATED)


@pytest.mark.parametrize("name", STRATIFIED)
def test_stratified_cox(name: str) -> None:
    data = columns(name)
    ours = cox(
        data["month"], data["died"], data["arm"], covariates=data["age"], strata=data["stratum"]
    )
    check_cox(ours, values()["sets"][name]["cox_strata"])


@pytest.mark.parametrize("name", STRATIFIED)
def test_win_statistics(name: str) -> None:
    data, theirs = columns(name), values()["sets"][name]["pairs"]
    levels = [SurvivalLevel(data["month"], data["died"]), ScoreLevel(data["change"])]
    ours = win_statistics(levels, data["arm"])
    assert list(ours.wins_by_level) == theirs["wins"]
    assert list(ours.losses_by_level) == theirs["losses"]
    assert ours.ties == theirs["ties"]
    for statistic, pair in ((ours.win_ratio, "win_ratio"), (ours.net_benefit, "net_benefit"),
                            (ours.win_odds, "win_odds")):  # fmt: skip
        found = (statistic.estimate, statistic.standard_error)
        assert found == pytest.approx(theirs[pair], rel=CLOSED_FORM)


@pytest.mark.parametrize("name", STRATIFIED)
def test_joint_rank_and_its_analysis_of_covariance(name: str) -> None:
    data, theirs = columns(name), values()["sets"][name]["pairs"]
    levels = [SurvivalLevel(data["month"], data["died"]), ScoreLevel(data["change"])]
    baseline = np.column_stack([data["base"], data["age"]])
    ours = joint_rank(levels, data["arm"], baseline=baseline)
    assert list(ours.score) == theirs["score"]
    assert list(ours.rank) == theirs["rank"]
    assert ours.statistic == theirs["statistic"]
    assert ours.variance == pytest.approx(theirs["variance"], rel=CLOSED_FORM)
    assert ours.p_value == pytest.approx(theirs["p"], rel=CLOSED_FORM)
    plain = rank_ancova(ours.rank, data["arm"])
    for found, row in ((ours.rank_difference, theirs["ancova"]), (plain, theirs["plain"])):
        assert (found.estimate, found.standard_error, found.p_value) == pytest.approx(
            (row[0], row[1], row[3]), rel=CLOSED_FORM
        )


def test_shares_of_responders() -> None:
    for case in values()["responders"]:
        one, many, other, rest = case["counts"]
        ours = compare_shares((one, many), (other, rest))
        assert ours.p_value == pytest.approx(case["p"], rel=1e-7)
        assert ours.treated_share is not None
        assert ours.control_share is not None
        found = (*ours.treated_share[1:], *ours.control_share[1:])
        assert found == pytest.approx(case["wilson"], rel=CLOSED_FORM, abs=1e-12)


def with_others(name: str) -> tuple[dict[str, Array], Array]:
    """A trial of the reference, with ten people of a third arm mixed in; and who belongs to it."""
    rng = np.random.default_rng(7)
    data = columns(name)
    size = len(data["month"])
    kept = rng.permuted(np.arange(size + 10) < size)
    mixed = {}
    for key, values_ in data.items():
        other = rng.choice(values_, size + 10)
        other[kept] = values_
        mixed[key] = other[None]
    return mixed, kept[None]


@pytest.mark.parametrize("name", SETS)
def test_survival_of_many_trials_leaves_a_third_arm_out(name: str) -> None:
    case = values()["sets"][name]
    data, kept = with_others(name)
    three = data["month"], data["died"], data["arm"]
    ranks = log_rank_trials(*three, included=kept)
    assert ranks.z[0] ** 2 == pytest.approx(case["log_rank"]["chi_square"], rel=CLOSED_FORM)
    for fit, theirs in ((cox_trials(*three, included=kept), case["cox"]),
                        (cox_trials(*three, covariates=data["age"][..., None], included=kept),
                         case["cox_age"])):  # fmt: skip
        found = fit.log_hazard_ratio[0], fit.standard_error[0]
        expected = theirs["log_hazard_ratios"][0], theirs["standard_errors"][0]
        assert found == pytest.approx(expected, rel=ITERATED)
    tau = case["restriction"]
    mean = restricted_mean_trials(*three, restriction_month=tau, included=kept)
    share = milestone_trials(*three, milestone_month=tau / 2, included=kept)
    for ours, theirs in ((mean, case["mean"]), (share, case["share"])):
        (one, one_error), (other, other_error) = theirs["treated"], theirs["controls"]
        assert ours.finite[0]
        found = ours.treated[0], ours.controls[0], ours.standard_error[0]
        assert found == pytest.approx(
            (one, other, math.hypot(one_error, other_error)), rel=CLOSED_FORM
        )


@pytest.mark.parametrize("name", STRATIFIED)
def test_pairs_of_many_trials_leave_a_third_arm_out(name: str) -> None:
    theirs = values()["sets"][name]["pairs"]
    data, kept = with_others(name)
    found = compare_trials(
        data["month"], data["died"], data["arm"], change=data["change"][..., None],
        observed=np.ones((*kept.shape, 1), dtype=bool), included=kept,
    )  # fmt: skip
    assert list(found.score[kept]) == theirs["score"]
    assert found.joint_rank.statistic[0] == theirs["statistic"]
    assert found.joint_rank.p_value[0] == pytest.approx(theirs["p"], rel=CLOSED_FORM)
    wins = found.wins
    assert (wins.wins[0], wins.losses[0]) == (sum(theirs["wins"]), sum(theirs["losses"]))
    ratio, odds = np.exp(wins.log_win_ratio[0]), np.exp(wins.log_win_odds[0])
    for ours, pair in (((ratio, wins.log_win_ratio_error[0]), "win_ratio"),
                       ((wins.net_benefit[0], wins.net_benefit_error[0]), "net_benefit"),
                       ((odds, wins.log_win_odds_error[0]), "win_odds")):  # fmt: skip
        assert ours == pytest.approx(theirs[pair], rel=CLOSED_FORM)
    baseline = np.stack([data["base"], data["age"]], axis=2)
    adjusted = rank_difference_trials(found, data["arm"], baseline=baseline)
    plain = rank_difference_trials(found, data["arm"])
    for fit, row in ((adjusted, theirs["ancova"]), (plain, theirs["plain"])):
        numbers = fit.estimate[0], fit.standard_error[0], fit.p_value[0]
        assert numbers == pytest.approx((row[0], row[1], row[3]), rel=CLOSED_FORM)


@pytest.mark.parametrize("name", STRATIFIED)
def test_analysis_of_covariance_of_many_trials(name: str) -> None:
    """The ranks that R compared, given as an outcome of whom the mask keeps."""
    theirs = values()["sets"][name]["pairs"]
    data, kept = with_others(name)
    outcome = np.full(kept.shape, np.nan)
    outcome[kept] = theirs["rank"]
    baseline = np.stack([data["base"], data["age"]], axis=2)
    fit = ancova_trials(outcome, kept, data["arm"], baseline=baseline)
    numbers = fit.estimate[0], fit.standard_error[0], fit.p_value[0]
    row = theirs["ancova"]
    assert numbers == pytest.approx((row[0], row[1], row[3]), rel=CLOSED_FORM)


def test_shares_of_responders_in_many_trials() -> None:
    cases = values()["responders"]
    one, many, other, rest = np.array([case["counts"] for case in cases]).T
    ours = compare_shares_trials((one, many), (other, rest))
    assert ours.finite.all()
    assert ours.p_value == pytest.approx([case["p"] for case in cases], rel=1e-7)
