"""Certainty falls by the rules of GRADE, and every step down names the rows that caused it."""

from dataclasses import replace

import pytest

from slopewise.evidence.bias.judgement import BiasTool, Judgement
from slopewise.evidence.certainty.body import Body, Outcome
from slopewise.evidence.certainty.grade import Domain, Level
from slopewise.evidence.certainty.outcomes import certainties
from slopewise.evidence.certainty.rating import rate
from slopewise.evidence.certainty.rows import row_of
from slopewise.evidence.design import DesignClass, Lane
from slopewise.evidence.studies import load_studies
from slopewise.evidence.study import (
    BiasDomain,
    BiasJudgements,
    Bibliography,
    Citation,
    CitedNumber,
    Design,
    People,
    Study,
    Treatment,
)
from slopewise.evidence.study_effect import ReportedDirection, Unconverted

PAGE = Citation("https://example.org/paper", "Table 2", "read")


def number(value: float, unit: str = "people") -> CitedNumber:
    return CitedNumber(PAGE, unit, value)


def judged(*words: Judgement) -> BiasJudgements:
    domains = BiasTool.ROB_2.domains
    padded = [*words, *[Judgement.LOW] * (len(domains) - len(words))]
    return BiasJudgements(
        BiasTool.ROB_2,
        "ALSFRS-R",
        tuple(
            BiasDomain(name, word, f"because of {name}", PAGE)
            for name, word in zip(domains, padded, strict=True)
        ),
    )


def study(study_id: str, *words: Judgement, country: str = "Spain") -> Study:
    return Study(
        study_id=study_id,
        label=study_id.capitalize(),
        bibliography=Bibliography(PAGE),
        design=Design(DesignClass.RCT_PARALLEL),
        evidence_level_read="full text",
        treatment=Treatment("MSC", "bone marrow", "autologous", ("intrathecal",)),
        people=People(treated=number(300), control=number(300)),
        country=country,
        scale="ALSFRS-R",
        follow_up=number(12, "months"),
        risk_of_bias_judgements=judged(*words),
    )


def body(*studies: Study, lane: Lane = Lane.RANDOMISED) -> Body:
    """Nothing to complain of: two large trials, a narrow interval clear of zero."""
    taken = studies or (study("one"), study("two", country="France"))
    return Body(
        Outcome.SLOWING,
        lane,
        studies=taken,
        weights=tuple(1 / len(taken) for _ in taken),
        rows=tuple(row_of(one, "slowing 0.40") for one in taken),
        estimate=0.4,
        low=0.3,
        high=0.5,
        no_effect=0.0,
        useful=0.25,
        people=600 * len(taken),
    )


def silent(direction: str, people: int = 50) -> Unconverted:
    return Unconverted(
        "quiet",
        "Quiet 2020",
        Lane.RANDOMISED,
        "quiet",
        "no spread",
        ReportedDirection(direction),
        (PAGE,),
        people,
        0,
    )


def levels(found: Body) -> dict[Domain, int]:
    return {step.domain: step.levels for step in rate(found).steps}


def test_randomised_evidence_without_fault_stays_high() -> None:
    certainty = rate(body())
    assert certainty.level is Level.HIGH
    assert not any(step.levels for step in certainty.steps)


@pytest.mark.parametrize("lane", [Lane.EXTERNAL_CONTROL, Lane.SINGLE_ARM])
def test_evidence_without_lots_drawn_starts_low(lane: Lane) -> None:
    # Guyatt 2008, doi:10.1136/bmj.39489.470347.AD
    certainty = rate(body(lane=lane))
    assert certainty.start is Level.LOW
    assert certainty.level is Level.LOW


def test_nothing_read_is_no_evidence_rather_than_very_low() -> None:
    assert rate(Body(Outcome.SURVIVAL, Lane.RANDOMISED)).level is Level.NONE


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((Judgement.SOME_CONCERNS,), -1),
        ((Judgement.NOT_JUDGED,), -1),
        ((Judgement.HIGH,), -1),
        ((Judgement.HIGH, Judgement.SOME_CONCERNS), -2),
    ],
)
def test_bias_of_the_bulk_lowers(words: tuple[Judgement, ...], expected: int) -> None:
    found = body(study("one", *words), study("two", *words, country="France"))
    assert levels(found)[Domain.RISK_OF_BIAS] == expected


def test_bias_of_a_study_with_little_weight_does_not_lower() -> None:
    found = body(study("one"), study("two", Judgement.HIGH, country="France"))
    assert levels(replace(found, weights=(0.9, 0.1)))[Domain.RISK_OF_BIAS] == 0
    assert levels(replace(found, weights=(0.4, 0.6)))[Domain.RISK_OF_BIAS] == -1


def test_rows_of_bias_name_the_domain_and_its_basis() -> None:
    found = body(study("one", Judgement.HIGH), study("two", Judgement.HIGH))
    step = rate(found).steps[0]
    assert {row.study_id for row in step.rows} == {"one", "two"}
    assert "randomisation process: high" in step.rows[0].fact


@pytest.mark.parametrize(("i2", "expected"), [(49.0, 0), (50.0, -1), (75.0, -2)])
def test_inconsistency_follows_i2(i2: float, expected: int) -> None:
    assert levels(replace(body(), heterogeneity_i2=i2))[Domain.INCONSISTENCY] == expected


def test_a_next_study_that_may_find_nothing_lowers() -> None:
    found = replace(body(), prediction_low=-0.1, prediction_high=0.9)
    assert levels(found)[Domain.INCONSISTENCY] == -1


def test_a_silent_trial_that_saw_nothing_lowers_and_is_named() -> None:
    found = replace(body(), silent=(silent("no difference shown"),))
    step = rate(found).steps[1]
    assert step.levels == -1
    assert step.rows[0].study_id == "quiet"
    agreeing = replace(body(), silent=(silent("favours treatment"),))
    assert levels(agreeing)[Domain.INCONSISTENCY] == 0


@pytest.mark.parametrize(
    ("low", "high", "people", "expected"),
    [
        (0.1, 0.5, 1200, 0),
        (-0.1, 0.5, 1200, -1),  # none and a quarter both fit
        (-0.3, 0.5, 1200, -2),  # a quarter worse fits too
        (-0.1, 0.1, 1200, 0),  # none fits, a useful one does not: a clear answer
        (0.3, 0.5, 399, -1),  # Guyatt 2011: about 400 people, doi:10.1016/j.jclinepi.2011.01.012
        (0.3, 0.5, 400, 0),
    ],
)
def test_imprecision_follows_interval_and_size(
    low: float, high: float, people: int, expected: int
) -> None:
    found = replace(body(), low=low, high=high, people=people)
    assert levels(found)[Domain.IMPRECISION] == expected


def test_no_interval_is_very_imprecise() -> None:
    assert levels(replace(body(), low=None, high=None))[Domain.IMPRECISION] == -2


def test_people_of_silent_trials_count_against_those_who_spoke() -> None:
    few = replace(body(), silent=(silent("not said", 100),))
    many = replace(body(), silent=(silent("not said", 1200),))
    assert levels(few)[Domain.PUBLICATION_BIAS] == 0
    assert levels(many)[Domain.PUBLICATION_BIAS] == -1


def test_a_cohort_that_counts_is_not_missing() -> None:
    overlapping = replace(silent("not said", 1200), cohort="one")
    found = replace(body(), silent=(overlapping,))
    assert levels(found)[Domain.PUBLICATION_BIAS] == 0


def test_two_gaps_make_evidence_indirect() -> None:
    single = study("one")
    assert levels(body(single))[Domain.INDIRECTNESS] == 0  # one country only
    other_scale = replace(single, scale="ALSFRS")
    assert levels(body(other_scale))[Domain.INDIRECTNESS] == -1


def test_every_step_down_in_the_record_names_its_rows() -> None:
    for rated in certainties(load_studies()):
        for step in rated.certainty.steps:
            assert step.rows or not step.levels or rated.numbers.k == 0, (rated.outcome, step)
            assert all(row.citation.source for row in step.rows)


def test_slowing_in_randomised_trials_is_very_uncertain_and_says_why() -> None:
    rated = certainties(load_studies())[0]
    assert (rated.outcome, rated.lane) == (Outcome.SLOWING, Lane.RANDOMISED)
    assert rated.certainty.level is Level.VERY_LOW
    because = {step.domain: {row.study_id for row in step.rows} for step in rated.certainty.steps}
    assert because[Domain.RISK_OF_BIAS] == {"oh_2018"}
    assert "cudkowicz_2022" in because[Domain.INCONSISTENCY]


def test_counts_of_harm_are_those_of_the_reports() -> None:
    rated = {(one.outcome, one.lane): one.numbers for one in certainties(load_studies())}
    headache = rated[Outcome.HEADACHE, Lane.SINGLE_ARM]
    # Barczewska 2019: 1 of 43; Syková 2017: 30 % of 26
    assert (headache.events, headache.people) == (9, 69)
    serious = rated[Outcome.SERIOUS_EVENTS, Lane.RANDOMISED]
    assert (serious.events, serious.people) == (0, 33)  # Oh 2018
    # Clopper-Pearson after none of n: 1 - 0.025^(1/n)
    assert serious.high == pytest.approx(1 - 0.025 ** (1 / 33), rel=1e-12)


def test_an_empty_record_has_no_evidence_anywhere() -> None:
    assert {one.certainty.level for one in certainties(())} == {Level.NONE}


def test_a_trial_that_saw_nothing_costs_one_level_not_two() -> None:
    found = replace(body(), silent=(silent("no difference shown", 1200),))
    assert levels(found)[Domain.INCONSISTENCY] == -1
    assert levels(found)[Domain.PUBLICATION_BIAS] == 0
    assert "count under inconsistency" in rate(found).steps[-1].reason


def test_trials_that_leave_an_outcome_out_are_missing_from_it() -> None:
    rated = {(one.outcome, one.lane): one.certainty for one in certainties(load_studies())}
    for outcome in (Outcome.BREATHING, Outcome.SURVIVAL):
        step = rated[outcome, Lane.RANDOMISED].steps[-1]
        assert step.domain is Domain.PUBLICATION_BIAS
        assert "berry_2019" in {row.study_id for row in step.rows}
        assert step.levels == -1


def test_shares_too_far_apart_get_no_single_figure() -> None:
    found = next(
        one
        for one in certainties(load_studies())
        if (one.outcome, one.lane) == (Outcome.HEADACHE, Lane.SINGLE_ARM)
    )
    assert "too much for one figure" in found.sentence
    assert found.numbers.low is found.numbers.high is found.numbers.estimate is None
