"""Counts, shares, P, odds ratios, people and spreads that cannot all be right are found."""

import math
from dataclasses import replace

import pytest

from slopewise.evidence.design import Comparison, DesignClass
from slopewise.evidence.misprints.differences import computed_remarks, find_contradictions
from slopewise.evidence.studies import load_studies, load_study
from slopewise.evidence.study import (
    AdverseEvent,
    Baseline,
    BaselineArm,
    BaselineMeasure,
    Bibliography,
    Citation,
    CitedNumber,
    Design,
    GroupDifference,
    GroupSummary,
    Interval,
    People,
    ResponderCount,
    ResponderResult,
    Safety,
    SlopeResult,
    Study,
    SurvivalResult,
)

PAGE = Citation("https://example.org")


def study(**parts: object) -> Study:
    made = Study("made_up", "Made up", Bibliography(PAGE), Design(DesignClass.RCT_PARALLEL), "all")
    return replace(made, **parts)


def responders(
    treated: tuple[int, int], control: tuple[int, int], **parts: object
) -> ResponderResult:
    row = ResponderResult(
        PAGE,
        "rule",
        "6 months",
        ResponderCount(n=treated[1], responders=treated[0]),
        ResponderCount(n=control[1], responders=control[0]),
    )
    return replace(row, **parts)


def said(*rows: ResponderResult) -> str:
    return " | ".join(each.remark for each in find_contradictions(study(responders=rows)))


def slope(period: str, mean: float, **parts: object) -> SlopeResult:
    row = SlopeResult(
        PAGE, "all", period, "points/month", "ALSFRS-R", "negative", str(mean), mean=mean
    )
    return replace(row, **parts)


def test_the_arithmetic_finds_the_aals_row_without_the_reader() -> None:
    rows = load_study("oh_2018").group_differences
    found = [row.outcome for row in rows if computed_remarks(replace(row, check=None))]
    assert found == ["AALS change from baseline (higher = worse)"]
    (remark,) = computed_remarks(rows[4])
    assert "differ by -7.52" in remark
    assert "centred on it, so a mean" in remark  # (-12.71 - 1.64) / 2 = -7.175


def test_the_published_record_holds_these_and_no_others() -> None:
    found = [(one.study_id, each) for one in load_studies() for each in find_contradictions(one)]
    assert [study_id for study_id, _ in found] == [
        "cudkowicz_2022",
        "cudkowicz_2022",
        "oh_2018",
        "oh_2018",
    ]
    odds, topline = found[0][1], found[1][1]
    assert "1.33 is printed, but the counts give 1.27" in odds.remark  # 31·68 / (64·26)
    assert "adjusted" in (odds.explained or "")
    assert topline.is_superseded
    assert "34.7 %" in topline.remark  # 33 / 95


@pytest.mark.parametrize(
    ("change", "words"),
    [
        # 3.38 / 1.07 = 3.16: P = 0.0016 (normal) to 0.010 (t, 10 df); printed 0.003
        ({"p_value": 0.003}, None),
        ({"p_value": 0.3}, "P is printed as 0.3"),
        ({"p_text": "<0.05"}, None),
        ({"p_text": "<0.0001"}, "P is printed as below 0.0001"),
        ({"p_text": "not significant"}, None),
        ({"se": None, "interval95": Interval(1.23, 5.54), "p_value": 0.3}, "P is printed as 0.3"),
    ],
)
def test_a_p_is_held_against_the_difference(change: dict[str, object], words: str | None) -> None:
    row = GroupDifference(
        PAGE,
        "total",
        Comparison.BETWEEN_ARMS,
        treated=GroupSummary(n=31, mean=-3.1),
        control=GroupSummary(n=25, mean=-6.48),
        difference=3.38,
        se=1.07,
    )
    found = " | ".join(computed_remarks(replace(row, **change)))
    assert (words in found) if words else found == ""


def test_a_share_is_held_against_its_count() -> None:
    row = responders((31, 95), (26, 94))
    share = replace(row, treated=ResponderCount(n=95, responders=31, percent=33.0))
    assert said(share) == ""  # 32.6 rounds to 33
    share = replace(row, treated=ResponderCount(n=95, responders=31, percent=34.7))
    assert "33 of 95 would be 34.7 %" in said(share)
    share = replace(row, treated=ResponderCount(n=10, responders=3, percent=33.0))
    assert "no count of 10 gives it" in said(share)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        # Oh 2018, 100 % rule at 6 months: 8 of 32 against 1 of 27, Fisher 0.031
        (responders((8, 32), (1, 27), p_value=0.031), None),
        (responders((8, 32), (1, 27), p_value=0.4), "P is printed as 0.4"),
        (responders((8, 32), (8, 27), p_text="<0.001"), "P is printed as below 0.001"),
        (responders((31, 95), (26, 94), odds_ratio=1.27), None),
        (responders((31, 95), (26, 94), odds_ratio=1.72), "counts give 1.27"),
        (responders((33, 32), (1, 27)), "33 responders of 32"),
        (responders((0, 9), (0, 9), p_value=0.5), None),
    ],
)
def test_a_two_by_two_is_held_against_what_was_printed_of_it(
    row: ResponderResult, words: str | None
) -> None:
    found = said(row)
    assert (words in found) if words else found == ""


def test_slower_same_and_faster_add_up() -> None:
    row = ResponderResult(
        PAGE, "rule", "6 months", ResponderCount(n=67, slower=21, same=33, faster=12)
    )
    assert "21 + 33 + 12 = 66, not 67" in said(row)


def test_people_and_events_stay_within_their_groups() -> None:
    def number(value: float) -> CitedNumber:
        return CitedNumber(PAGE, "people", value)

    made = study(
        people=People(enrolled=number(40), treated=number(33), control=number(10)),
        survival=(SurvivalResult(PAGE, "deaths", n=6, deaths=5, survivors=2),),
        safety=Safety(PAGE, adverse_events=(AdverseEvent("headache", count=9, denominator=7),)),
        group_differences=(
            GroupDifference(
                PAGE, "total", Comparison.BETWEEN_ARMS, treated=GroupSummary(n=34, mean=-1.0)
            ),
        ),
    )
    found = " | ".join(each.remark for each in find_contradictions(made))
    for words in ("33 treated and 10 controls", "5 died and 2 lived", "9 of 7", "34 treated"):
        assert words in found


def test_an_sd_no_values_can_have_is_named() -> None:
    # 10 values from 0 to 48 with mean 40: SD² <= 40 · 8 · 10/9 = 355.6, SD <= 18.86
    def measured(sd: float, mean: float = 40.0) -> Study:
        line = BaselineMeasure("ALSFRS-R total", "points", mean=mean, sd=sd)
        return study(baseline=Baseline(PAGE, (BaselineArm("all", (line,), n=10),)))

    assert find_contradictions(measured(18.8)) == ()
    (found,) = find_contradictions(measured(19.0))
    assert f"{math.sqrt(40 * 8 * 10 / 9):.2f}" in found.remark
    (found,) = find_contradictions(measured(1.0, mean=49.0))
    assert "outside 0 to 48" in found.remark


def test_slopes_are_held_against_their_errors_and_the_paired_p() -> None:
    paired = GroupDifference(
        PAGE, "ALSFRS-R slope", Comparison.WITHIN_ONE_ARM, arm="all", p_value=0.014
    )

    def with_p(p_value: float) -> str:
        made = study(
            slopes=(
                slope("pre", -1.76, sd=1.36, n=25),
                slope("post", -1.06, sd=0.9, n=25),
            ),
            group_differences=(replace(paired, p_value=p_value),),
        )
        return " | ".join(each.remark for each in find_contradictions(made))

    assert with_p(0.014) == ""  # correlation 0.37
    assert "correlation" in with_p(0.9)  # SE of the difference 5.5: SD 27 from SDs 1.36 and 0.9
    (found,) = find_contradictions(study(slopes=(slope("pre", -1.0, sd=1.0, se=0.5, n=25),)))
    assert "gives 0.2" in found.remark
    row = slope("pre", -1.0, interval95=Interval(-2.0, -0.5))
    (found,) = find_contradictions(study(slopes=(row,)))
    assert "centred on -1.25" in found.remark
