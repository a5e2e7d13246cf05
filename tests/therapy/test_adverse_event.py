"""Adverse events: grade, seriousness, severity and relation are separate answers."""

import pytest

from slopewise.errors import InputError
from slopewise.therapy.adverse_event import (
    CTCAE_GRADES,
    AdverseEvent,
    Outcome,
    Relation,
    Severity,
)


def test_grades_run_from_1_to_5():
    # CTCAE version 5.0, 2017: 1 mild, 2 moderate, 3 severe, 4 life-threatening, 5 death
    assert list(CTCAE_GRADES) == [1, 2, 3, 4, 5]
    assert CTCAE_GRADES[4] == "life-threatening"


@pytest.mark.parametrize("grade", [0, 6])
def test_a_grade_outside_1_to_5_is_refused(grade):
    with pytest.raises(InputError, match="grades run from 1 to 5"):
        AdverseEvent(0, "headache", grade)


def test_grade_seriousness_severity_and_relation_are_independent():
    event = AdverseEvent(
        0,
        "headache",
        grade=3,
        serious=False,
        relation=Relation.RELATED,
        outcome=Outcome.RECOVERED,
        end_month=0.2,
        severity=Severity.MODERATE,
    )
    assert (event.grade, event.serious, event.severity) == (3, False, Severity.MODERATE)
    assert AdverseEvent(0, "fever", grade=1, serious=True).serious


def test_what_is_not_documented_stays_unknown():
    event = AdverseEvent(0, "headache")
    assert (event.grade, event.serious, event.severity) == (None, None, None)
    assert (event.relation, event.outcome) == (Relation.UNKNOWN, Outcome.UNKNOWN)


def test_an_event_that_ends_before_it_starts_is_refused():
    with pytest.raises(InputError, match=r"ends at month 1, before it starts at month 2"):
        AdverseEvent(2, "headache", end_month=1)


def test_an_event_needs_a_term_and_a_month():
    with pytest.raises(InputError, match="say what happened"):
        AdverseEvent(0, " ")
    with pytest.raises(InputError, match="is not a number"):
        AdverseEvent(float("inf"), "headache")


def test_a_death_that_recovered_is_refused():
    with pytest.raises(InputError, match="grade 5"):
        AdverseEvent(0, "pneumonia", grade=5, outcome=Outcome.RECOVERED)


def test_a_death_that_is_not_serious_is_refused():
    with pytest.raises(InputError, match="not serious"):
        AdverseEvent(0, "pneumonia", grade=5, serious=False)
