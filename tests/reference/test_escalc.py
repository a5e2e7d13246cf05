"""Effect sizes agree with escalc of metafor 3.8 on public sets (reference/escalc)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from slopewise.evidence.effects import counts, means, paired, proportions, rates
from slopewise.evidence.effects.effect_size import EffectSize, EffectStatus
from slopewise.evidence.effects.means import Group

VALUES = json.loads(
    (Path(__file__).parents[2] / "reference" / "escalc" / "values.json").read_text("utf-8")
)
SAME_FORMULA = 1e-10  # both sides evaluate one closed form; JSON keeps 15 digits
Row = list[float]


def two_arms(formula: Callable[..., EffectSize]) -> Callable[[Row], EffectSize]:
    return lambda row: formula((round(row[0]), round(row[1])), (round(row[2]), round(row[3])))


def one_arm(formula: Callable[..., EffectSize]) -> Callable[[Row], EffectSize]:
    return lambda row: formula(round(row[0]), round(row[1]))


def groups(row: Row) -> tuple[Group, Group]:
    return Group(row[0], row[1], round(row[2])), Group(row[3], row[4], round(row[5]))


FORMULAS: dict[str, Callable[[Row], EffectSize]] = {
    "RR": two_arms(counts.risk_ratio),
    "OR": two_arms(counts.odds_ratio),
    "RD": two_arms(counts.risk_difference),
    "PETO": two_arms(counts.peto_odds_ratio),
    "AS": two_arms(counts.arcsine_difference),
    "PR": one_arm(proportions.raw_proportion),
    "PLO": one_arm(proportions.logit_proportion),
    "PAS": one_arm(proportions.arcsine_proportion),
    "PFT": one_arm(proportions.freeman_tukey_proportion),
    "MD_LS": lambda row: means.mean_difference(*groups(row)),
    "MD_HO": lambda row: means.mean_difference(*groups(row), equal_spread=True),
    "SMD": lambda row: means.standardised_mean_difference(*groups(row)),
    "ROM": lambda row: means.ratio_of_means(*groups(row)),
    "MC": lambda row: paired.paired_change(*groups(row), correlation=row[6]),
    "IRR": lambda row: rates.rate_ratio((row[0], row[1]), (row[2], row[3])),
    "IRD": lambda row: rates.rate_difference((row[0], row[1]), (row[2], row[3])),
    "IR": lambda row: rates.rate(row[0], row[1]),
    "IRLN": lambda row: rates.log_rate(row[0], row[1]),
}


def test_every_measure_is_compared() -> None:
    assert {case["measure"] for case in VALUES["cases"]} == set(FORMULAS)
    sets = {case["set"] for case in VALUES["cases"]}
    assert len(sets) >= 8
    assert VALUES["metafor"] == "3.8.1"


@pytest.mark.parametrize("case", VALUES["cases"], ids=lambda one: f"{one['measure']}-{one['set']}")
def test_effect_sizes_agree_with_escalc(case: dict[str, Any]) -> None:
    compared = 0
    for row, estimate, variance in zip(
        case["data"], case["estimate"], case["variance"], strict=True
    ):
        ours = FORMULAS[case["measure"]](row)
        if ours.status is EffectStatus.NO_EVENTS:
            # escalc adds its half also where nothing happened at all; here no number is given
            assert row[0] + row[2] == 0
            continue
        if ours.status is not EffectStatus.ESTIMATED:
            assert variance in {"NA", 0}
            continue
        assert ours.estimate == pytest.approx(estimate, rel=SAME_FORMULA, abs=SAME_FORMULA)
        assert ours.standard_error is not None
        assert ours.standard_error**2 == pytest.approx(variance, rel=SAME_FORMULA)
        compared += 1
    assert compared >= len(case["data"]) / 2
