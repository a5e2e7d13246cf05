"""The ENCALS model and the TRICALS risk profile.

Worked examples: `encals_worked_examples` of the shared table of constants, computed from the
formula outside this program; its stated tolerances are 5e-4 on linear predictors, 0.05 month on
medians and 1e-4 on probabilities. Further values are derived again here with another method.
"""

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tolerance import CLOSED_FORM

from slopewise.condition.risk import (
    KNOTS_MONTHS,
    SHORTEST_DELAY_MONTHS,
    TRICALS_EXAMPLE_WINDOW,
    YES_NO_FACTS,
    BaselineFacts,
    RiskGroup,
    conditional_survival,
    encals_linear_predictor,
    is_extrapolated,
    median_months,
    risk_group,
    survival,
    tricals_risk_profile,
    usual_range,
)
from slopewise.errors import InputError
from slopewise.workflow.prognosis import give_prognosis

PREDICTOR, MONTHS, PROBABILITY = 5e-4, 0.05, 1e-4  # as the table states


class Example(NamedTuple):
    facts: BaselineFacts
    slope: float
    lp_encals: float
    lp_tricals: float
    eligible: bool
    median: float
    survival: tuple[float, ...]  # 12, 24, 36, 60 months
    next_12: float


def facts_of(*numbers: float, yes: tuple[str, ...] = ()) -> BaselineFacts:
    return BaselineFacts(*numbers, **{name: name in yes for name in YES_NO_FACTS})


EXAMPLES = {
    "E01": Example(
        facts_of(58, 11, 14, 38, 88),
        *(-0.714286, -4.2676, -4.2707, True, 33.92),
        (0.97421, 0.77845, 0.44718, 0.13042),
        0.75601,
    ),
    "E02": Example(
        facts_of(66, 7, 9, 33, 72, yes=("bulbar_onset", "definite_el_escorial")),
        *(-1.666667, -2.2583, -2.2561, True, 19.43),
        (0.83513, 0.32023, 0.09784, 0.01971),
        0.46629,
    ),
    "E03": Example(
        facts_of(45, 20, 30, 40, 95),
        *(-0.266667, -6.6835, -6.6825, False, 71.29),
        (0.99764, 0.97522, 0.90059, 0.62684),
        0.88977,
    ),
    "E04": Example(
        facts_of(71, 10, 12, 28, 60, yes=YES_NO_FACTS),
        *(-1.666667, -1.7279, -1.9574, False, 16.67),
        (0.74877, 0.21703, 0.05999, 0.01169),
        0.28985,
    ),
}
GOOD = {
    "age_at_onset_years": 58.0,
    "months_onset_to_diagnosis": 11.0,
    "months_onset_to_assessment": 14.0,
    "alsfrs_total": 38.0,
    "fvc_percent_predicted": 88.0,
}


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_the_worked_examples_come_out(example: Example) -> None:
    found = give_prognosis(example.facts)
    assert example.facts.slope == pytest.approx(example.slope, abs=1e-6)
    assert found.lp_encals_2018 == pytest.approx(example.lp_encals, abs=PREDICTOR)
    assert found.lp_tricals == pytest.approx(example.lp_tricals, abs=PREDICTOR)
    assert found.tricals_eligible is example.eligible
    assert found.median.status == "converged"
    assert found.median.months == pytest.approx(example.median, abs=MONTHS)
    assert [month for month, _ in found.survival] == [12, 24, 36, 60]
    assert [p for _, p in found.survival] == pytest.approx(example.survival, abs=PROBABILITY)
    assert found.survival_next_12_given_alive == pytest.approx(example.next_12, abs=PROBABILITY)


def spline_by_pieces(log_months: float) -> float:
    """A second derivation: cubics between the knots with s, s' and s'' joined, straight outside.

    The third derivative jumps at the knots only: by 6 g_j at inner knot j, and at the outer ones by
    what makes the ends straight. It is integrated three times on a fine grid.
    """
    first, *inner, last = 0.081, 3.108, 3.638, 5.917
    weights = (-0.546, 0.585)
    shares = [(last - knot) / (last - first) for knot in inner]
    grid = np.linspace(first, max(log_months, first), 400_001)
    third = np.full_like(grid, -6 * sum(w * s for w, s in zip(weights, shares, strict=True)))
    for weight, knot in zip(weights, inner, strict=True):
        third += 6 * weight * (grid >= knot)
    third *= grid < last
    step = grid[1] - grid[0]
    curved = third
    for _ in range(3):
        middle = (curved[1:] + curved[:-1]) / 2
        curved = np.concatenate([[0.0], np.cumsum(middle) * step])
    return -6.409 + 2.643 * log_months + float(curved[-1])


@pytest.mark.parametrize("months", [0.5, 5, 22, 30, 60, 200, 380, 480])
def test_survival_agrees_with_the_spline_integrated_from_its_third_derivative(
    months: float,
) -> None:
    odds = spline_by_pieces(math.log(months)) - 4.0
    assert survival(months, -4.0) == pytest.approx(1 / (1 + math.exp(odds)), abs=2e-5)


def test_beyond_the_outer_knots_the_log_odds_are_straight_in_log_time() -> None:
    """The public code leaves the last term uncubed; then this fails beyond 371 months."""

    def log_odds(months: float) -> float:
        alive = survival(months, -12.0)
        return math.log1p(-alive) - math.log(alive)

    for near, middle, far in ((400, 800, 1600), (0.1, 0.3, 0.9)):
        bend = (log_odds(far) - log_odds(middle)) - (log_odds(middle) - log_odds(near))
        assert bend == pytest.approx(0, abs=1e-6)
    assert not is_extrapolated(370)
    assert is_extrapolated(372)
    assert is_extrapolated(1.0)
    assert list(KNOTS_MONTHS) == pytest.approx([math.exp(0.081), math.exp(5.917)])


@given(
    months=st.floats(0.01, 2000),
    later=st.floats(0.001, 500),
    predictor=st.floats(-15, 5),
)
def test_survival_never_rises_and_the_share_of_those_alive_is_a_probability(
    months: float, later: float, predictor: float
) -> None:
    assert survival(months + later, predictor) <= survival(months, predictor) <= 1
    share = conditional_survival(months + later, alive_at=months, linear_predictor=predictor)
    assert 0 <= share <= 1
    assert survival(months + later, predictor) == pytest.approx(
        share * survival(months, predictor), rel=CLOSED_FORM, abs=1e-300
    )


def test_nobody_has_the_event_at_the_first_symptom() -> None:
    assert survival(0, 0.0) == 1


@given(predictor=st.floats(-10, -1), alive_at=st.floats(0, 60))
def test_at_the_median_half_of_those_alive_have_the_event(
    predictor: float, alive_at: float
) -> None:
    found = median_months(predictor, alive_at=alive_at)
    assert found.status == "converged"
    assert found.months is not None
    assert conditional_survival(
        found.months, alive_at=alive_at, linear_predictor=predictor
    ) == pytest.approx(0.5, rel=CLOSED_FORM)


def test_the_window_s_ends_mean_medians_of_57_and_18_months() -> None:
    """FORMULAS, section 3: about 57 and 18 months, computed there from the same spline."""
    low, high = TRICALS_EXAMPLE_WINDOW
    assert round(median_months(low).months or 0) == 57
    assert round(median_months(high).months or 0) == 18


@pytest.mark.parametrize("predictor", [-20.0, 10.0])
def test_a_median_outside_the_searched_months_is_a_status_and_no_number(predictor: float) -> None:
    found = median_months(predictor)
    assert (found.months, found.status) == (None, "boundary")


def test_the_range_is_half_to_twice_the_median_counted_from_the_diagnosis() -> None:
    """Knibb 2016 speaks of survival from the diagnosis, so D comes off before and on after."""
    facts = EXAMPLES["E02"].facts
    predictor = encals_linear_predictor(facts)
    alive = survival(7, predictor)
    months = np.linspace(7, 80, 200_001)
    at = np.interp(-0.5, [-survival(m, predictor) / alive for m in months[::100]], months[::100])
    low, high = usual_range(facts, predictor) or (0, 0)
    assert low == pytest.approx(7 + (at - 7) / 2, abs=0.01)
    assert high == pytest.approx(7 + 2 * (at - 7), abs=0.01)


def test_no_median_gives_no_range() -> None:
    assert usual_range(EXAMPLES["E01"].facts, -20.0) is None


@pytest.mark.parametrize(
    ("profile", "group"),
    [
        (-6.01, RiskGroup.LOWER),
        (-6.0, RiskGroup.WITHIN),
        (-2.0, RiskGroup.WITHIN),
        (-1.99, RiskGroup.HIGHER),
    ],
)
def test_the_window_holds_its_ends(profile: float, group: RiskGroup) -> None:
    assert risk_group(profile) is group


@pytest.mark.parametrize("name", YES_NO_FACTS)
def test_every_yes_raises_the_risk_and_unknown_counts_as_no(name: str) -> None:
    none = facts_of(58, 11, 14, 38, 88)
    one = facts_of(58, 11, 14, 38, 88, yes=(name,))
    assert encals_linear_predictor(one) > encals_linear_predictor(none)
    assert encals_linear_predictor(BaselineFacts(**GOOD)) == encals_linear_predictor(none)
    plays_a_part = name != "c9orf72"
    assert (tricals_risk_profile(one) > tricals_risk_profile(none)) is plays_a_part


def test_unknown_facts_are_answered_with_both_values() -> None:
    found = give_prognosis(BaselineFacts(**GOOD, bulbar_onset=False, definite_el_escorial=False))
    assert found.facts.unknown == ("ftd", "c9orf72")
    assert found.if_yes is not None
    # WESTENENG: 0.388 for FTD, 0.256 for C9orf72; TRICALS variant: 0.415 and none
    assert found.if_yes.lp_encals_2018 - found.lp_encals_2018 == pytest.approx(0.388 + 0.256)
    assert found.if_yes.lp_tricals - found.lp_tricals == pytest.approx(0.415)
    assert give_prognosis(EXAMPLES["E01"].facts).if_yes is None


def test_the_delay_s_term_turns_where_the_warning_begins() -> None:
    def predictor(months: float) -> float:
        return encals_linear_predictor(facts_of(58, months, 14, 38, 88))

    turning = SHORTEST_DELAY_MONTHS
    assert predictor(turning) > predictor(turning - 0.1)
    assert predictor(turning) > predictor(turning + 0.1)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("age_at_onset_years", 17.9, "18 to 100"),
        ("age_at_onset_years", 580.0, "age at onset 580"),
        ("months_onset_to_diagnosis", 0.0, "0 months from onset to diagnosis"),
        ("months_onset_to_diagnosis", -3.0, "-3 months"),
        ("months_onset_to_diagnosis", 15.0, "after the assessment at month 14"),
        ("months_onset_to_assessment", 0.0, "0 months from onset to assessment"),
        ("months_onset_to_assessment", 601.0, "at most 600"),
        ("months_onset_to_assessment", float("inf"), "inf months"),
        ("alsfrs_total", 48.0, "no loss since the first symptom"),
        ("alsfrs_total", 48.5, "from 0 to 48"),
        ("alsfrs_total", -1.0, "from 0 to 48"),
        ("alsfrs_total", float("nan"), "from 0 to 48"),
        ("fvc_percent_predicted", 3.2, "not litres"),
        ("fvc_percent_predicted", 201.0, "from 10 to 200"),
    ],
)
def test_impossible_facts_are_refused_with_value_and_remedy(
    field: str, value: float, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        BaselineFacts(**GOOD | {field: value})


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError, match=r"age at onset 5.*total 48"):
        BaselineFacts(**GOOD | {"age_at_onset_years": 5.0, "alsfrs_total": 48.0})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"months_onset_to_diagnosis": 2.0}, "formula turns round"),
        ({"months_onset_to_assessment": 24.0}, "13 months after the diagnosis"),
        ({"months_onset_to_assessment": 365.0}, "Extrapolated"),
        ({"months_onset_to_assessment": 80.0, "alsfrs_total": 1.0}, "slower than the model"),
        ({"months_onset_to_assessment": 40.0}, "the first part of the range is already over"),
        ({"fvc_percent_predicted": 160.0}, "check the value"),
        ({"months_onset_to_diagnosis": 0.05}, "outside 1 to 500"),
    ],
)
def test_answers_outside_the_model_s_setting_carry_a_warning(
    changed: dict[str, float], words: str
) -> None:
    assert not give_prognosis(facts_of(*GOOD.values())).warnings
    warnings = give_prognosis(facts_of(*(GOOD | changed).values())).warnings
    assert words in " ".join(warnings)
