"""Vital capacity: FVC and SVC are never mixed; unusual values are pointed out, not refused."""

import pytest

from slopewise.condition.breathing import VitalCapacity, is_unusual_percent_predicted, one_measure
from slopewise.errors import InputError


def test_fvc_and_svc_are_never_mixed():
    with pytest.raises(InputError, match="FVC and SVC is mixed"):
        one_measure(["SVC", "FVC", "SVC"])


def test_tests_of_one_manoeuvre_give_that_manoeuvre():
    assert one_measure(["SVC", "SVC"]) is VitalCapacity.SVC


def test_no_test_has_no_manoeuvre():
    with pytest.raises(InputError, match="at least one FVC or SVC"):
        one_measure([])


@pytest.mark.parametrize(("value", "unusual"), [(3.1, True), (10, False), (84, False), (151, True)])
def test_litres_entered_as_percent_are_pointed_out(value, unusual):
    assert is_unusual_percent_predicted(value) is unusual
