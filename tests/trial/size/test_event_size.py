"""Events and people for time to event, and the win ratio: rpact, closed forms, one worked out."""

import json
import math
from pathlib import Path

import pytest
from tests.tolerance import CLOSED_FORM

from slopewise.errors import InputError
from slopewise.trial.size.event_size import EventCourse, events_needed, share_with_event
from slopewise.trial.size.win_ratio_size import win_ratio_unit_variance

VALUES = json.loads(
    (Path(__file__).parents[3] / "reference" / "rpact_survival_size" / "values.json").read_text()
)


@pytest.mark.parametrize("case", VALUES["cases"], ids=lambda case: case["name"])
def test_events_and_people_as_rpact(case: dict[str, float]) -> None:
    treated = case["allocation"] / (1 + case["allocation"])
    events = events_needed(
        case["hazard_ratio"], case["power"], treated_share=treated, alpha=case["alpha"]
    )
    assert events == pytest.approx(case["events"], rel=1e-6)
    control = EventCourse(case["scale"], case["shape"])
    shares = [
        share_with_event(
            course,
            case["follow_up"],
            enrolment_months=case["enrolment"],
            dropout_per_month=case["dropout"],
        )
        for course in (control, control.with_hazard_ratio(case["hazard_ratio"]))
    ]
    share = (1 - treated) * shares[0] + treated * shares[1]
    assert events / share == pytest.approx(case["people"], rel=1e-5)


def test_exponential_events_with_leaving_have_a_closed_form() -> None:
    rate, leaving = 0.02, 0.01
    course = EventCourse(1 / rate)
    wanted = rate / (rate + leaving) * -math.expm1(-(rate + leaving) * 12)
    assert share_with_event(course, 12, dropout_per_month=leaving) == pytest.approx(
        wanted, rel=CLOSED_FORM
    )


def test_weibull_goes_through_its_survival_and_hazard_ratio() -> None:
    course = EventCourse.of_survival(0.8, 12, shape=2.03)
    assert course.survival(12) == pytest.approx(0.8, rel=CLOSED_FORM)
    assert course.with_hazard_ratio(0.5).survival(12) == pytest.approx(0.8**0.5, rel=CLOSED_FORM)
    assert share_with_event(course, 12) == pytest.approx(0.2, rel=CLOSED_FORM)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        EventCourse.of_survival(1.0, 12)
    with pytest.raises(InputError, match="above 0"):
        EventCourse(0.0)
    with pytest.raises(InputError, match="between 0"):
        win_ratio_unit_variance(0.5, 1.0)


def test_win_ratio_needs_what_the_formula_gives() -> None:
    # R package WRestimates 0.1.0, wr.ss(WR.true = 1.5, k = 0.5, p.tie = 0.1): sigma² 6.5185
    variance = win_ratio_unit_variance(0.5, 0.1)
    assert variance == pytest.approx(6.51852, abs=1e-5)
    people = variance * ((1.959964 + 1.281552) / math.log(1.5)) ** 2
    assert people == pytest.approx(416.6, abs=0.05)
