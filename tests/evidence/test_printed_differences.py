"""Contradictions among printed numbers are found, and agreement is not called one."""

from dataclasses import replace

import pytest

from slopewise.evidence.design import Comparison
from slopewise.evidence.misprints.differences import contradictions, remarks
from slopewise.evidence.studies import load_studies, load_study
from slopewise.evidence.study import Citation, GroupDifference, GroupSummary, Interval


def printed(
    *,
    means: tuple[float, float] = (-3.1, -6.48),
    difference: float = 3.38,
    se: float = 1.07,
    interval: tuple[float, float] = (1.23, 5.54),
) -> GroupDifference:
    """The 6-month row of Oh 2018, Table 3 (doi:10.1002/ana.25302), or one like it."""
    return GroupDifference(
        Citation("https://example.org"),
        "total",
        Comparison.BETWEEN_ARMS,
        treated=GroupSummary(n=31, mean=means[0]),
        control=GroupSummary(n=25, mean=means[1]),
        difference=difference,
        se=se,
        interval95=Interval(*interval),
    )


def test_a_row_that_agrees_has_no_remark() -> None:
    assert remarks(printed()) == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        # AALS row of the same table: means 10.44 and 17.96, difference printed as -7.18
        (
            printed(means=(10.44, 17.96), difference=-7.18, se=2.76, interval=(-12.71, -1.64)),
            "differ by -7.52",
        ),
        (printed(interval=(1.43, 5.74)), "centred on 3.585"),
        # SF-36 row: standard error printed as 12.18 beside an interval of -3.74 to 9.29
        (
            printed(means=(-9.06, -11.83), difference=2.78, se=12.18, interval=(-3.74, 9.29)),
            "standard error 12.18",
        ),
    ],
)
def test_a_contradiction_is_named(row: GroupDifference, said: str) -> None:
    assert len(remarks(row)) == 1
    assert said in remarks(row)[0]


def test_the_last_digit_may_be_rounded() -> None:
    assert remarks(printed(difference=3.39)) == ()
    assert remarks(printed(difference=3.40)) != ()


def test_the_published_contradictions_are_those_two_of_oh_2018() -> None:
    found = {
        (study.study_id, row.outcome)
        for study in load_studies()
        for row, _ in contradictions(study)
    }
    assert found == {
        ("oh_2018", "AALS change from baseline (higher = worse)"),
        ("oh_2018", "SF-36 change from baseline"),
    }


def test_the_recorded_remark_is_also_what_the_arithmetic_says() -> None:
    row = load_study("oh_2018").group_differences[4]
    assert "-7.52" in (row.check or "")
    assert "-7.52" in remarks(replace(row, check=None))[0]
