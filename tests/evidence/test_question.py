"""The answer of each lane: what enters, what stands beside it, and the sentence."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tolerance import CLOSED_FORM

from slopewise.errors import InputError
from slopewise.evidence.design import Comparison, DesignClass, Lane
from slopewise.evidence.effects.spread import se_from_p
from slopewise.evidence.misprints.differences import find_contradictions
from slopewise.evidence.pooling.pooled_effect import Method, PoolStatus
from slopewise.evidence.question import FURTHER_QUESTIONS, QUESTIONS, QuestionAnswer, answer
from slopewise.evidence.studies import load_studies, load_study
from slopewise.evidence.study import (
    Bibliography,
    Citation,
    CitedNumber,
    Conclusions,
    Design,
    GroupDifference,
    GroupSummary,
    Interval,
    Overlap,
    People,
    ReportedSlowing,
    SlopeResult,
    Study,
)
from slopewise.evidence.study_effect import Measure

PAGE = Citation("https://example.org")
RANDOMISED, EXTERNAL, SINGLE = QUESTIONS


def trial(study_id: str, year: int = 2020, **parts: object) -> Study:
    made = Study(
        study_id,
        study_id.capitalize(),
        Bibliography(PAGE, year=year),
        Design(DesignClass.RCT_PARALLEL),
        "all",
        scale="ALSFRS-R",
    )
    return replace(made, **parts)


def change(
    treated: tuple[float, float | None, int],
    control: tuple[float, float | None, int],
    **parts: object,
) -> GroupDifference:
    """Mean change, SD and n of both arms at six months."""
    row = GroupDifference(
        PAGE,
        "ALSFRS-R change from baseline",
        Comparison.BETWEEN_ARMS,
        timepoint="6 months",
        treated=GroupSummary(n=treated[2], mean=treated[0], sd=treated[1]),
        control=GroupSummary(n=control[2], mean=control[0], sd=control[1]),
    )
    return replace(row, **parts)


SLOWED = change((-3.0, 3.0, 60), (-6.0, 3.0, 60))  # θ = 0.5
EQUAL = change((-6.0, 3.0, 60), (-6.0, 3.0, 60))  # θ = 0


def of_randomised(studies: Sequence[Study], **options: object) -> QuestionAnswer:
    return answer(RANDOMISED, studies, **options)  # type: ignore[arg-type]


def test_the_randomised_record_rests_on_one_trial_and_says_so() -> None:
    found = answer(RANDOMISED, load_studies())
    assert [effect.study_id for effect in found.effects] == ["oh_2018"]
    assert found.effects[0].timepoint == "6 months"
    assert found.pooled is not None
    assert found.pooled.status is PoolStatus.SINGLE_STUDY
    assert found.leave_one_out == ()
    assert len(found.cumulative) == 1
    silent = {one.study_id: one.direction for one in found.unconverted}
    for study_id in ("cudkowicz_2022", "alsummit_2025", "berry_2019", "aguera_2025"):
        assert silent[study_id] == "no difference shown"
    assert silent["geijo_barrientos_2020"] == "not said"  # one leg against the other
    assert found.sentence.startswith("One randomised trial printed enough to say: in it decline")
    # Fieller by hand: 38.837 r² - 40.176 r + 8.083 = 0 with r = 0.2735 and 0.7610, and θ = 1 - r;
    # the P of a normal test of θ would be smaller than that of the printed difference
    assert (found.pooled.low, found.pooled.high) == pytest.approx((0.2390, 0.7265), abs=1e-4)
    assert found.pooled.p_value is None
    assert "24 to 73 %" in found.sentence
    assert "four other randomised trials showed no difference" in found.sentence
    assert found.sentence.endswith("cannot be told from this.")


def test_borrowed_spreads_test_the_answer_and_never_enter_it() -> None:
    found = answer(RANDOMISED, load_studies())
    assert not any(effect.is_borrowed for effect in found.effects)
    lent = [left for left in found.left_out if left.effect.is_borrowed]
    assert {left.effect.study_id for left in lent} == {"cudkowicz_2022"}
    assert all("does not enter" in left.reason for left in lent)
    assert found.completed is not None
    assert found.completed.k == 2
    assert found.pooled is not None
    assert found.pooled.k == 1


def test_single_arms_stay_in_their_lane_with_arms_taken_together() -> None:
    found = answer(SINGLE, load_studies())
    estimates = {effect.study_id: effect for effect in found.effects}
    assert set(estimates) == {"gotkine_2023", "siwek_barczewska_interim"}
    # five people each: (0.58 + 0.65) / (0.88 + 1.43) = 0.5325
    assert estimates["gotkine_2023"].estimate == pytest.approx(1.23 / 2.31, rel=CLOSED_FORM)
    # errors of the differences 0.1918 and 0.0941: √(5² 0.1918² + 5² 0.0941²) / 10 / 1.155 = 0.0925
    assert estimates["gotkine_2023"].standard_error == pytest.approx(0.0925, abs=2e-4)
    assert estimates["gotkine_2023"].n_treated == 10
    parts = [left.effect.arm for left in found.left_out]
    assert parts == ["100 million cells", "250 million cells"]
    assert "Nobody was left untreated" in found.sentence
    reasons = {one.study_id: one.reason for one in found.unconverted}
    assert "without a P" in reasons["petrou_2016"]


def test_no_lane_takes_a_study_of_another() -> None:
    for question in QUESTIONS:
        found = answer(question, load_studies())
        rows = (*found.effects, *(left.effect for left in found.left_out), *found.unconverted)
        assert {row.lane for row in rows} <= {question.lane}
    found = answer(EXTERNAL, load_studies())
    assert found.pooled is None
    assert found.completed is None
    assert found.sentence.startswith("No study with a chosen comparison group printed enough")


def test_a_study_switched_off_is_nowhere() -> None:
    found = answer(RANDOMISED, load_studies(), without=frozenset({"oh_2018", "berry_2019"}))
    assert found.effects == ()
    named = {row.study_id for row in found.unconverted}
    assert "berry_2019" not in named
    assert "oh_2018" not in named
    assert found.sentence.startswith("No randomised trial printed enough")


def test_two_and_three_trials_are_pooled_by_year() -> None:
    studies = [
        trial("later", 2024, group_differences=(SLOWED,)),
        trial("first", 2019, group_differences=(EQUAL,)),
        trial("middle", 2021, group_differences=(SLOWED,)),
    ]
    found = of_randomised(studies, method=Method.DL, hartung_knapp=False)
    assert [effect.study_id for effect in found.effects] == ["first", "middle", "later"]
    assert [each.k for each in found.cumulative] == [1, 2, 3]
    assert [each.k for each in found.leave_one_out] == [2, 2, 2]
    assert found.leave_one_out[0].estimate == pytest.approx(0.5, rel=CLOSED_FORM)
    assert found.pooled is not None
    assert found.pooled.method is Method.DL
    assert found.sentence.startswith("In three randomised trials together")
    two = of_randomised(studies[:2])
    assert "In two randomised trials together" in two.sentence
    assert "anything from" in two.sentence
    assert two.sentence.endswith("Whether cells slow ALS cannot be told from this.")


def test_clear_slowing_is_called_so_and_silent_trials_take_it_back() -> None:
    counted = [trial(f"t{at}", 2020 + at, group_differences=(SLOWED,)) for at in range(4)]
    found = of_randomised(counted)
    assert "On these numbers cells slowed the decline." in found.sentence
    silent = trial("silent", conclusions=Conclusions(efficacy="no significant effect"))
    found = of_randomised([*counted, silent])
    assert "one other randomised trial showed no difference" in found.sentence
    assert "may be overstated" in found.sentence


def test_harm_is_said_as_plainly() -> None:
    faster = change((-9.0, 3.0, 60), (-6.0, 3.0, 60))  # θ = -0.5
    found = of_randomised([trial(f"t{at}", group_differences=(faster,)) for at in range(3)])
    assert "decline ran faster by" in found.sentence
    assert "cells sped up the decline" in found.sentence


def test_studies_that_may_share_patients_count_once() -> None:
    def people(number: int) -> People:
        return People(treated=CitedNumber(PAGE, "people", float(number)))

    small = trial(
        "small",
        group_differences=(change((-3.0, 3.0, 10), (-6.0, 3.0, 10)),),
        overlaps=(Overlap("same centre", ("large",)),),
        people=people(10),
    )
    large = trial("large", group_differences=(EQUAL,), people=people(60))
    found = of_randomised([small, large])
    assert [effect.study_id for effect in found.effects] == ["large"]
    (left,) = found.left_out
    assert left.effect.study_id == "small"
    assert "may share patients with Large" in left.reason


@pytest.mark.parametrize(
    "row",
    [
        replace(SLOWED, outcome="ALSFRS-R change from baseline, rapid-progressor subgroup"),
        replace(SLOWED, superseded_by="the erratum"),
        replace(SLOWED, comparison=Comparison.BETWEEN_LEGS),
        replace(SLOWED, outcome="FVC % change from baseline"),
        replace(SLOWED, outcome="ALSFRS change from baseline"),  # 40 points: another scale
        change((-3.0, None, 60), (-6.0, None, 60)),  # no spread of any kind
        change((-3.0, 3.0, 60), (0.5, 3.0, 60)),  # the controls did not decline
        change((9.0, 3.0, 60), (6.0, 3.0, 60)),  # the controls gained
    ],
)
def test_what_does_not_speak_for_the_whole_trial_never_enters(row: GroupDifference) -> None:
    found = of_randomised([trial("one", group_differences=(row,))])
    assert found.effects == ()
    assert found.pooled is None
    assert [each.study_id for each in found.unconverted] == ["one"]


def test_a_difference_with_its_interval_or_p_is_enough() -> None:
    plain = change((-3.0, None, 60), (-6.0, None, 60))
    # SE = 1.1: interval 3 ± 1.96 · 1.1; P of z = 3/1.1 = 2.727 is 0.00639
    for row in (
        replace(plain, difference=3.0, se=1.1),
        replace(plain, difference=3.0, interval95=Interval(0.844, 5.156)),
        replace(plain, p_value=0.00639),
    ):
        (effect,) = of_randomised([trial("one", group_differences=(row,))]).effects
        assert effect.estimate == pytest.approx(0.5, rel=CLOSED_FORM)
        # SD = 1.1/√(2/60), V = 0.605 in each arm: SE = √(0.605 + 0.25 · 0.605) / 6 = 0.14494
        assert effect.standard_error == pytest.approx(0.14494, rel=1e-3)


def test_the_time_nearest_six_months_is_taken() -> None:
    rows = tuple(replace(SLOWED, timepoint=time) for time in ("3 months", "28 weeks", "12 months"))
    found = of_randomised([trial("one", group_differences=rows)])
    assert found.effects[0].timepoint == "28 weeks"
    assert [left.effect.timepoint for left in found.left_out] == ["3 months", "12 months"]


def test_a_slowing_a_report_states_itself_enters_after_its_own_arms() -> None:
    stated = ReportedSlowing(PAGE, 0.2, se=0.1, timepoint="6 months")
    (effect,) = of_randomised([trial("one", slowing=(stated,))]).effects
    assert (effect.estimate, effect.standard_error) == (0.2, 0.1)
    both = trial("one", slowing=(stated,), group_differences=(SLOWED,))
    (effect,) = of_randomised([both]).effects
    assert effect.estimate == pytest.approx(0.5, rel=CLOSED_FORM)


def test_two_versions_of_the_same_slopes_are_not_paired_across_scales() -> None:
    def slope(period: str, mean: float, scale: str) -> SlopeResult:
        return SlopeResult(
            PAGE, "all", period, "points/month", scale, "negative", str(mean), mean=mean, n=20
        )

    p_row = GroupDifference(
        PAGE,
        "ALSFRS-R slope, after minus before",
        Comparison.WITHIN_ONE_ARM,
        arm="all",
        p_value=0.1,
    )
    series = trial(
        "series",
        design=Design(DesignClass.SINGLE_ARM_PRE_POST),
        slopes=(slope("pre", -1.0, "ALSFRS"), slope("post", -0.5, "ALSFRS-R")),
        group_differences=(p_row,),
    )
    assert answer(SINGLE, [series]).effects == ()
    mended = replace(series, slopes=(slope("pre", -1.0, "ALSFRS-R"), series.slopes[1]))
    assert answer(SINGLE, [mended]).effects[0].estimate == pytest.approx(0.5, rel=CLOSED_FORM)


def test_the_spread_of_a_superseded_or_subgroup_row_is_not_lent() -> None:
    silent = trial("silent", group_differences=(change((-5.5, None, 90), (-6.0, None, 90)),))
    lender = trial("lender", group_differences=(replace(SLOWED, superseded_by="a later figure"),))
    assert of_randomised([silent, lender]).completed is None
    lender = trial("lender", group_differences=(SLOWED,))
    found = of_randomised([silent, lender])
    assert found.completed is not None
    assert found.completed.k == 2


def test_directions_come_from_the_whole_group_comparison_before_the_words() -> None:
    said = Conclusions(efficacy="slower decline in a subgroup")
    row = change((-5.0, None, 9), (-6.0, None, 9), p_value=None, p_text="not significant")
    found = of_randomised([trial("one", group_differences=(row,), conclusions=said)])
    assert found.unconverted[0].direction == "no difference shown"
    for p_value, difference, direction in (
        (0.4, 2.0, "no difference shown"),
        (0.01, 2.0, "favours treatment"),
        (0.01, -2.0, "favours control"),
    ):
        row = replace(row, p_value=p_value, difference=difference, control=None)
        found = of_randomised([trial("one", group_differences=(row,), conclusions=said)])
        assert found.unconverted[0].direction == direction
    found = of_randomised([trial("one", conclusions=said)])
    assert found.unconverted[0].direction == "favours treatment"
    assert load_study("petrou_2016").lane is Lane.SINGLE_ARM


@pytest.mark.parametrize(
    ("row", "reason", "direction"),
    [
        (
            replace(
                change((0.0, None, 30), (0.0, None, 30)),
                outcome="ALSFRS-R slope",
                treated=GroupSummary(n=30),
                control=GroupSummary(n=30),
                difference=0.2,
                interval95=Interval(0.05, 0.35),  # z = 0.2 / 0.0765 = 2.6
            ),
            "without the decline of the controls",
            "favours treatment",
        ),
        (
            change((0.2, 3.0, 20), (-0.5, 3.0, 20), difference=0.7, se=0.95),
            "did not clearly decline",
            "no difference shown",
        ),
        (
            replace(SLOWED, outcome="ALSFRS change from baseline", p_value=0.01),
            "not mixed with ALSFRS-R",
            "favours treatment",
        ),
    ],
)
def test_the_reason_says_what_was_missing(
    row: GroupDifference, reason: str, direction: str
) -> None:
    (silent,) = of_randomised([trial("one", group_differences=(row,))]).unconverted
    assert reason in silent.reason
    assert silent.direction == direction


def test_breathing_is_a_question_of_its_own() -> None:
    (question,) = FURTHER_QUESTIONS
    found = answer(question, load_studies())
    (effect,) = found.effects
    # Oh 2018, FVC: -11.28 (10.06), n 31, against -10.75 (8.40), n 25 at 4 months
    assert effect.estimate == pytest.approx(-0.53, abs=1e-9)
    # √(10.06²/31 + 8.40²/25) = √(3.2646 + 2.8224) = 2.4672
    assert effect.standard_error == pytest.approx(2.4672, abs=1e-4)
    assert found.sentence.startswith(
        "In one randomised trial vital capacity ended 5.4 points lower to 4.3 points higher"
    )
    reasons = {one.study_id: one.reason for one in found.unconverted}
    assert "subgroup" in reasons["alsummit_2025"]
    alone = answer(question, load_studies(), without=frozenset({"oh_2018"}))
    assert alone.pooled is None
    assert alone.sentence.startswith("No randomised trial printed enough on breathing")


def test_a_printed_difference_of_breathing_needs_its_error() -> None:
    (question,) = FURTHER_QUESTIONS
    row = replace(
        change((-9.0, None, 30), (-12.0, None, 30)),
        outcome="FVC % change from baseline",
        difference=3.0,
    )
    silent = answer(question, [trial("one", vital_capacity_differences=(row,))])
    assert silent.effects == ()
    with_error = trial("one", vital_capacity_differences=(replace(row, se=1.5),))
    (effect,) = answer(question, [with_error]).effects
    assert (effect.estimate, effect.standard_error) == (3.0, 1.5)


numbers = st.one_of(st.none(), st.sampled_from([0.0, -6.0, 6.0]), st.floats(-50, 50))
positive = st.one_of(st.none(), st.sampled_from([0.0, 0.01, 3.0]), st.floats(0.01, 30))
people = st.one_of(st.none(), st.integers(0, 60))
summaries = st.one_of(st.none(), st.builds(GroupSummary, n=people, mean=numbers, sd=positive))
rows = st.builds(
    GroupDifference,
    st.just(PAGE),
    st.sampled_from(
        [
            "ALSFRS-R change from baseline",
            "ALSFRS-R slope",
            "change in ALSFRS-R slope",
            "ALSFRS change",
            "FVC % change from baseline",
        ]
    ),
    st.just(Comparison.BETWEEN_ARMS),
    timepoint=st.sampled_from([None, "0 months", "6 months", "28 weeks"]),
    treated=summaries,
    control=summaries,
    difference=numbers,
    se=positive,
    interval95=st.one_of(st.none(), st.builds(Interval, st.floats(-9, 9), st.floats(-9, 9))),
    p_value=st.one_of(st.none(), st.floats(0, 1)),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(rows, max_size=4), st.lists(rows, max_size=2), st.booleans())
def test_no_print_breaks_the_answer_and_no_number_of_it_is_nan(
    changes: list[GroupDifference], breathing: list[GroupDifference], knapp: bool
) -> None:
    studies = [
        trial("one", group_differences=tuple(changes), vital_capacity_differences=tuple(breathing)),
        trial("two", group_differences=tuple(changes[:1])),
        load_study("oh_2018"),
    ]
    for question in (*QUESTIONS, *FURTHER_QUESTIONS):
        found = answer(question, studies, hartung_knapp=knapp)
        assert "nan" not in found.sentence
        for effect in (*found.effects, *(left.effect for left in found.left_out)):
            assert math.isfinite(effect.estimate)
            assert effect.standard_error > 0
        for study in studies:
            find_contradictions(study)


def test_a_measure_nobody_reads_is_refused() -> None:
    with pytest.raises(InputError, match="log_hazard_ratio"):
        answer(replace(RANDOMISED, measure=Measure.LOG_HAZARD_RATIO), load_studies())


def test_two_trials_that_happen_to_agree_are_no_proof() -> None:
    weak = change((-4.5, 9.0, 30), (-6.0, 6.0, 30))
    found = of_randomised(
        [trial("one", group_differences=(weak,)), trial("two", group_differences=(weak,))]
    )
    assert found.pooled is not None
    assert found.pooled.low is not None
    error = found.effects[0].standard_error
    # t(0.975, 1) = 12.706, two equal weights: the Hartung-Knapp interval without floor has no width
    assert found.pooled.low == pytest.approx(0.25 - 12.7062047 * error / 2**0.5, rel=1e-6)
    assert found.sentence.endswith("cannot be told from this.")


@pytest.mark.parametrize(("se", "estimate"), [(None, -0.3), (0.0, 0.3)])
def test_a_stated_slowing_without_an_error_is_told_with_its_direction(
    se: float | None, estimate: float
) -> None:
    found = of_randomised([trial("one", slowing=(ReportedSlowing(PAGE, estimate, se=se),))])
    assert not found.effects
    assert "slowing is stated" in found.unconverted[0].reason
    side = "favours control" if estimate < 0 else "favours treatment"
    assert found.unconverted[0].direction == side


def test_a_printed_interval_of_a_stated_slowing_stays_as_printed() -> None:
    found = of_randomised(
        [trial("one", slowing=(ReportedSlowing(PAGE, 0.3, interval95=Interval(-0.5, 0.6)),))]
    )
    assert found.pooled is not None
    assert (found.pooled.low, found.pooled.high) == (-0.5, 0.6)


def test_the_people_of_a_stated_slowing_are_those_of_its_study() -> None:
    def count(number: int) -> CitedNumber:
        return CitedNumber(PAGE, "people", number)

    large = trial(
        "large",
        people=People(treated=count(100), control=count(100)),
        slowing=(ReportedSlowing(PAGE, 0.5, se=0.1),),
    )
    small = trial(
        "small",
        overlaps=(Overlap("same centre", ("large",)),),
        slowing=(ReportedSlowing(PAGE, 0.1, se=0.1, n_treated=5, n_control=5),),
    )
    found = of_randomised([small, large])
    assert [effect.study_id for effect in found.effects] == ["large"]


@pytest.mark.parametrize(
    ("outcome", "arm"),
    [
        ("ALSFRS-R in participants with baseline ALSFRS-R of 35 or more", None),
        ("ALSFRS-R, bulbar onset", None),
        ("ALSFRS-R, patients with less advanced disease", None),
        ("ALSFRS-R", "rapid progressors"),
    ],
)
def test_a_stated_slowing_of_some_of_the_people_never_enters(outcome: str, arm: str | None) -> None:
    part = ReportedSlowing(PAGE, 0.5, se=0.1, outcome=outcome, arm=arm)
    assert not of_randomised([trial("one", slowing=(part,))]).effects
    whole = replace(part, outcome="ALSFRS-R in patients with ALS", arm=None)
    assert of_randomised([trial("one", slowing=(whole,))]).effects


def test_points_lost_printed_without_a_sign_favour_whoever_lost_less() -> None:
    lost = change((3.1, None, 30), (6.5, None, 30), outcome="ALSFRS-R decline", p_value=0.003)
    no_people = replace(lost, treated=GroupSummary(mean=3.1), control=GroupSummary(mean=6.5))
    found = of_randomised([trial("one", group_differences=(no_people,))])
    assert found.unconverted[0].direction == "favours treatment"


def test_a_slowing_above_a_stop_is_not_told_in_percent() -> None:
    found = of_randomised([trial("one", slowing=(ReportedSlowing(PAGE, 1.5, se=0.1),))])
    assert "decline was stopped, or turned into gain" in found.sentence
    assert "130" not in found.sentence


def test_a_p_just_below_one_is_an_error_without_end_and_no_crash() -> None:
    assert se_from_p(-6.0, 0.9999999999999999) > 1e15
    assert se_from_p(1.0, 1e-300) == pytest.approx(1 / 37.06579, rel=1e-6)  # R: qnorm(5e-301)
