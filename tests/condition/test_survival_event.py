"""Survival events carry the definition of permanent ventilation that was used."""

import pytest

from slopewise.condition.survival_event import (
    PERMANENT_VENTILATION_ENCALS,
    PERMANENT_VENTILATION_USUAL,
    SurvivalEvent,
    SurvivalEventKind,
    VentilationDefinition,
)
from slopewise.errors import InputError

PERMANENT = SurvivalEventKind.PERMANENT_ASSISTED_VENTILATION


def test_the_definition_is_stored_with_the_event():
    event = SurvivalEvent(7, PERMANENT, PERMANENT_VENTILATION_USUAL)
    assert (event.definition.more_than_hours_per_day, event.definition.at_least_days) == (22, 7)


def test_the_encals_definition_differs_from_the_usual_one():
    # Westeneng et al. 2018, doi:10.1016/S1474-4422(18)30089-9: more than 23 hours a day
    assert PERMANENT_VENTILATION_ENCALS.more_than_hours_per_day == 23
    assert PERMANENT_VENTILATION_ENCALS.at_least_days is None


def test_an_event_without_a_definition_is_kept_as_not_documented():
    assert SurvivalEvent(7, PERMANENT).definition is None


def test_a_definition_belongs_to_permanent_ventilation_only():
    with pytest.raises(InputError, match="permanent assisted ventilation only"):
        SurvivalEvent(7, SurvivalEventKind.DEATH, PERMANENT_VENTILATION_USUAL)


@pytest.mark.parametrize(("hours", "days"), [(0, 7), (24, 7), (22, 0)])
def test_an_impossible_definition_is_refused(hours, days):
    with pytest.raises(InputError, match="permanent ventilation"):
        VentilationDefinition(hours, days, "test")
