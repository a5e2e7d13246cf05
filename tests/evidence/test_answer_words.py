"""What a report is taken to have said, and how an answer is put in words."""

import pytest

from slopewise.evidence.design import DesignClass, Lane
from slopewise.evidence.pooling.pooled_effect import Method, PooledEffect, PoolStatus
from slopewise.evidence.slowing.rows import functional_scale, months_of, quantity_of
from slopewise.evidence.study import Bibliography, Citation, Conclusions, Design, Study
from slopewise.evidence.study_effect import Measure, ReportedDirection, StudyEffect, Unconverted
from slopewise.evidence.words.answer_sentence import slowing_sentence
from slopewise.evidence.words.direction import direction_of

PAGE = Citation("https://example.org")


def effect(cohort: str) -> StudyEffect:
    return StudyEffect(
        cohort, cohort, Lane.RANDOMISED, cohort, Measure.SLOWING, 0.5, 0.1, "", (), (PAGE,)
    )


def silent(direction: str, cohort: str = "other") -> Unconverted:
    said = ReportedDirection(direction)
    return Unconverted(cohort, cohort, Lane.RANDOMISED, cohort, "", said, (PAGE,))


def pooled(low: float, high: float, k: int = 1, **more: float) -> PooledEffect:
    return PooledEffect(
        PoolStatus.CONVERGED,
        Method.REML,
        hartung_knapp=True,
        k=k,
        estimate=(low + high) / 2,
        low=low,
        high=high,
        prediction_low=more.get("prediction_low"),
        prediction_high=more.get("prediction_high"),
    )


@pytest.mark.parametrize(
    ("words", "direction"),
    [
        ("no statistically significant effect on progression", "no difference shown"),
        ("missed primary and secondary endpoints overall; subgroup claims", "no difference shown"),
        ("primary and key secondary endpoints missed; subgroup positive", "no difference shown"),
        ("no overall slope difference; benefit confined to a subgroup", "no difference shown"),
        ("no clear clinical benefit", "no difference shown"),
        ("slower ALSFRS decline at 3 months v own run-in", "favours treatment"),
        ("medium-term benefit suggested", "favours treatment"),
        ("faster decline in those treated", "favours control"),
        ("efficacy not on the page read", "not said"),
        ("ALSFRS change in the ALS group not statistically significant", "not said"),
        ("disease continued to progress in all treated patients", "not said"),
        ("uncontrolled, selected survivors; cannot support a survival claim", "not said"),
        (None, "not said"),
    ],
)
def test_conclusions_are_read_as_they_were_written(words: str | None, direction: str) -> None:
    study = Study(
        "one",
        "One",
        Bibliography(PAGE),
        Design(DesignClass.SINGLE_ARM_PRE_POST),
        "all",
        conclusions=Conclusions(efficacy=words),
    )
    assert direction_of(study) == direction


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ("6 months", 6.0),
        ("post 0-3 months", 3.0),
        ("28 weeks", 28 * 7 / 30.4375),
        ("90 days", 90 / 30.4375),
        ("1 year", 12.0),
        ("over treatment", None),
        (None, None),
    ],
)
def test_times_are_read_in_months(words: str | None, months: float | None) -> None:
    assert months_of(words) == (None if months is None else pytest.approx(months))


def test_outcomes_are_known_by_their_words() -> None:
    assert functional_scale("ALSFRS-R change from baseline") == "ALSFRS-R"
    assert functional_scale("ALSFRS change from baseline") == "ALSFRS"
    assert functional_scale("FVC % change from baseline") is None
    assert quantity_of("ALSFRS-R change from baseline") == "mean change"
    assert quantity_of("change in ALSFRS-R slope, follow-up minus lead-in") == "slope change"
    assert quantity_of("ALSFRS-R slope after treatment") == "slope"
    assert quantity_of("ALSFRS-R, percent change") is None


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.29, 0.75, "decline was slowed by 29 to 75 %"),
        (-0.1, 0.6, "decline was anything from 10 % faster to 60 % slower"),
        (0.2, 1.3, "decline was slowed by 20 % up to stopped, or turned into gain"),
        (-0.4, 1.3, "decline was anything from 40 % faster to stopped, or turned into gain"),
        (-1.87, 0.6, "decline was anything from 2.9 times as fast to 60 % slower"),
        (-0.6, -0.2, "decline ran faster by 20 to 60 %"),
    ],
)
def test_the_interval_comes_first_in_plain_words(low: float, high: float, words: str) -> None:
    said = slowing_sentence(Lane.RANDOMISED, [effect("a")], pooled(low, high), unconverted=[])
    assert said.startswith(f"One randomised trial printed enough to say: in it {words}")
    assert said.endswith("Whether cells slow ALS cannot be told from this.")


def test_silent_trials_are_counted_by_what_they_said() -> None:
    said = slowing_sentence(
        Lane.RANDOMISED,
        [effect("a")],
        pooled(0.29, 0.75),
        unconverted=[
            silent("no difference shown", "b"),
            silent("no difference shown", "a"),  # may share patients: still not passed over
            silent("favours control", "c"),
            silent("not said", "d"),
        ],
    )
    assert (
        "of those that printed too little to be counted, two other randomised trials showed no "
        "difference, one favoured the control group and one did not say." in said
    )


def test_a_chosen_comparison_group_carries_no_verdict() -> None:
    effects = [effect(name) for name in "abcd"]
    said = slowing_sentence(Lane.EXTERNAL_CONTROL, effects, pooled(0.3, 0.5, k=4), unconverted=[])
    assert "not drawn by lot" in said
    assert said.endswith("cannot be told from this.")


def test_a_further_trial_may_find_none() -> None:
    effects = [effect(name) for name in "abcd"]
    whole = pooled(0.1, 0.5, k=4, prediction_low=-0.2, prediction_high=0.8)
    said = slowing_sentence(Lane.RANDOMISED, effects, whole, unconverted=[])
    assert (
        "On these numbers cells slowed the decline; a further trial could still find none." in said
    )


def test_an_answer_without_numbers_says_so() -> None:
    failed = PooledEffect(PoolStatus.NON_FINITE, Method.REML, hartung_knapp=True, k=2)
    said = slowing_sentence(
        Lane.RANDOMISED, [effect("a"), effect("b")], failed, unconverted=[silent("not said")]
    )
    assert said.startswith("Two randomised trials could not be brought together; of those")
    none = slowing_sentence(Lane.SINGLE_ARM, [], None, unconverted=[silent("not said")])
    assert none.startswith("No series without a control group printed enough")
