"""A slowing that a report states enters as it stands."""

import pytest
from tests.tolerance import CLOSED_FORM

from slopewise.evidence.design import DesignClass, Lane
from slopewise.evidence.slowing.reported import reported_slowing
from slopewise.evidence.study import (
    Bibliography,
    Citation,
    Design,
    Interval,
    ReportedSlowing,
    Study,
)
from slopewise.evidence.study_effect import StudyEffect, Unconverted

PAGE = Citation("https://example.org/trial", "Table 2")


def one(row: ReportedSlowing) -> StudyEffect | Unconverted:
    study = Study(
        "new_2027",
        "New 2027",
        Bibliography(PAGE),
        Design(DesignClass.RCT_PARALLEL),
        "full text",
        slowing=(row,),
    )
    (made,) = reported_slowing(study, cohorts={"new_2027": "old_2020"})
    return made


def test_a_standard_error_is_taken_as_printed() -> None:
    made = one(ReportedSlowing(PAGE, 0.2, se=0.1, n_treated=10))
    assert isinstance(made, StudyEffect)
    assert (made.estimate, made.standard_error, made.n_treated) == (0.2, 0.1, 10)
    assert (made.lane, made.cohort, made.citations) == (Lane.RANDOMISED, "old_2020", (PAGE,))


def test_a_standard_error_comes_from_the_interval() -> None:
    # half of 0.392 / 1.959964 (normal quantile of 0.975): 0.1000018
    made = one(ReportedSlowing(PAGE, 0.2, interval95=Interval(0.004, 0.396)))
    assert isinstance(made, StudyEffect)
    assert made.standard_error == pytest.approx(0.392 / 3.919927969080108, rel=CLOSED_FORM)


def test_a_standard_error_comes_from_the_p_value() -> None:
    # z of p = 0.05 is 1.959963984540054, so 0.2 / z
    made = one(ReportedSlowing(PAGE, -0.2, p_value=0.05))
    assert isinstance(made, StudyEffect)
    assert made.standard_error == pytest.approx(0.2 / 1.959963984540054, rel=CLOSED_FORM)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (ReportedSlowing(PAGE, 0.2), "neither an interval nor a p-value"),
        (ReportedSlowing(PAGE, 0.2, se=0.0), "given as 0"),
        (ReportedSlowing(PAGE, 0.0, p_value=0.9), "gives none"),
        (ReportedSlowing(PAGE, 0.2, interval95=Interval(0.3, 0.3)), "no width"),
    ],
)
def test_a_slowing_without_a_usable_spread_stands_aside_with_its_reason(
    row: ReportedSlowing, why: str
) -> None:
    made = one(row)
    assert isinstance(made, Unconverted)
    assert why in made.reason
