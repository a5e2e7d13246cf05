"""A patient's history: months are numbers, records are in time order, contradictions named."""

import pytest

from slopewise.condition.alsfrs import AlsfrsItems, Scale
from slopewise.condition.history import (
    BreathingTest,
    CareSpan,
    PatientHistory,
    SurvivalEvent,
    SurvivalEventKind,
    SymptomMeasurement,
    Visit,
    contradictions,
    in_time_order,
    scale_of_visits,
)
from slopewise.errors import InputError

NAN = float("nan")


def visit(month, alsfrs_total=40.0, scale=Scale.ALSFRS_R):
    return Visit(month, alsfrs_total, scale)


def history(*visits, **facts):
    return PatientHistory("DEMO-001", tuple(visits), **facts)


@pytest.mark.parametrize("alsfrs_total", [-1, 49, NAN])
def test_a_total_outside_the_form_is_refused(alsfrs_total):
    with pytest.raises(InputError, match="it runs from 0 to 48"):
        visit(0, alsfrs_total)


def test_a_total_above_40_on_the_original_form_is_refused_with_a_hint():
    with pytest.raises(InputError, match="correct its scale"):
        visit(0, 41, Scale.ALSFRS)


def test_a_total_that_contradicts_its_items_is_refused():
    with pytest.raises(InputError, match=r"month 2: total 40 contradicts the items"):
        Visit(2, 40, Scale.ALSFRS_R, AlsfrsItems((4,) * 12))


def test_items_of_the_other_form_are_refused():
    with pytest.raises(InputError, match=r"labelled ALSFRS but has 12 items"):
        Visit(2, 40, Scale.ALSFRS, AlsfrsItems((4,) * 12))


@pytest.mark.parametrize(
    "make",
    [
        lambda: visit(NAN),
        lambda: BreathingTest(NAN, "SVC", 80),
        lambda: SymptomMeasurement(NAN, "cramps", "cramps_per_day", 3),
        lambda: CareSpan("niv", NAN),
        lambda: SurvivalEvent(NAN, SurvivalEventKind.DEATH),
        lambda: history(onset_month=NAN),
    ],
)
def test_a_month_that_is_not_a_number_is_refused(make):
    with pytest.raises(InputError, match="is not a number"):
        make()


@pytest.mark.parametrize(("measure", "value"), [("SVC", -1), ("FVC", 3100), ("SVC", NAN)])
def test_vital_capacity_outside_its_range_is_refused(measure, value):
    with pytest.raises(InputError, match="percent of predicted, not litres"):
        BreathingTest(0, measure, value)


def test_an_unknown_breathing_measure_is_refused():
    with pytest.raises(InputError, match="write FVC or SVC"):
        BreathingTest(0, "VC", 80)


def test_care_that_ends_before_it_starts_is_refused():
    with pytest.raises(InputError, match=r"riluzole ends at month 1, before it starts at month 2"):
        CareSpan("riluzole", 2, 1)


def test_care_of_one_day_and_care_going_on_are_accepted():
    assert CareSpan("riluzole", 2, 2).end_month == 2
    assert CareSpan("niv", 2, hours_per_day=8).end_month is None


def test_niv_of_more_than_24_hours_a_day_is_refused():
    with pytest.raises(InputError, match="a day has 0 to 24"):
        CareSpan("niv", 0, hours_per_day=25)


def test_visits_out_of_time_order_are_refused_and_can_be_sorted():
    visits = (visit(3, 38), visit(1, 40))
    with pytest.raises(InputError, match=r"DEMO-001 are not in time order \(month 1 follows"):
        history(*visits)
    assert [v.month for v in history(*in_time_order(visits)).visits] == [1, 3]


def test_sorting_keeps_the_order_within_a_month():
    first, second = visit(1, 40), visit(1, 39)
    assert in_time_order((visit(2), first, second))[:2] == (first, second)


def test_care_out_of_time_order_is_refused():
    with pytest.raises(InputError, match="care of patient DEMO-001"):
        history(care=(CareSpan("niv", 5), CareSpan("riluzole", 0)))


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"onset_site": "arm"}, "onset site 'arm'"),
        ({"age_at_onset": 1960}, "age at onset 1960"),
    ],
)
def test_wrong_facts_are_refused_with_their_value(facts, message):
    with pytest.raises(InputError, match=message):
        history(**facts)


def test_a_patient_needs_an_identifier():
    with pytest.raises(InputError, match="pseudonym such as DEMO-001"):
        PatientHistory(" ", ())


def test_mixed_forms_are_refused_where_totals_are_computed_with():
    mixed = history(visit(0, 30, Scale.ALSFRS), visit(1))
    with pytest.raises(InputError, match=r"patient DEMO-001: totals of ALSFRS \(0-40\)"):
        scale_of_visits(mixed)
    assert scale_of_visits(history(visit(0), visit(1))) is Scale.ALSFRS_R


def test_a_sound_history_has_no_contradictions():
    sound = history(
        visit(0),
        visit(1),
        onset_month=-12,
        diagnosis_month=-3,
        survival_event=SurvivalEvent(1, SurvivalEventKind.DEATH),
    )
    assert contradictions(sound) == ()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"onset_month": 2, "diagnosis_month": 3}, "visit at month 1 before onset at month 2"),
        (
            {"onset_month": 0, "diagnosis_month": -1},
            "diagnosis at month -1 before onset at month 0",
        ),
        (
            {"survival_event": SurvivalEvent(0.5, SurvivalEventKind.DEATH)},
            "visit at month 1 after death at month 0.5",
        ),
    ],
)
def test_an_impossible_order_of_life_is_named(facts, sentence):
    (found,) = contradictions(history(visit(1), **facts))
    assert found == f"{sentence}; correct one of the dates"


def test_visits_after_a_tracheostomy_are_no_contradiction():
    event = SurvivalEvent(0, SurvivalEventKind.TRACHEOSTOMY)
    assert contradictions(history(visit(1), survival_event=event)) == ()


def test_two_visits_of_one_month_are_named_once():
    (found,) = contradictions(history(visit(1, 40), visit(1, 39)))
    assert found == "two visits at month 1; keep one of them"


def test_two_forms_in_one_history_are_named():
    (found,) = contradictions(history(visit(0, 30, Scale.ALSFRS), visit(1)))
    assert "cannot be converted" in found
