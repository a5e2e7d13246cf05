"""The verdict for one patient: what must hold whatever the numbers."""

from dataclasses import replace

import numpy as np
import pytest
from tests.response.examples import quick_history, treated

from slopewise.condition.alsfrs import Scale
from slopewise.condition.history import PatientHistory, Visit
from slopewise.errors import InputError
from slopewise.response import slowing_profile
from slopewise.response.assess import assess
from slopewise.response.assessment import PatientAssessment, Prior, Verdict
from slopewise.response.patient import TreatedPatient

BEFORE = list(range(-11, 1))
AFTER = list(range(1, 13))
STEADY = [46.0 - i for i in range(12)]  # one point a month, 46 to 35


def answer(patient: TreatedPatient, prior: Prior = Prior.SCEPTICAL) -> PatientAssessment:
    return assess([patient], quick_history(), prior=prior)[0]


def after_steady(totals: list[float]) -> PatientAssessment:
    return answer(treated(BEFORE + AFTER, STEADY + totals))


def test_a_complete_stop_after_a_steady_year_is_slower_than_expected() -> None:
    found = after_steady([35.0] * 12)
    assert found.verdict is Verdict.SLOWER
    assert found.no_effect_tail is not None
    assert found.no_effect_tail <= 0.05
    assert "than expected" in found.sentence
    assert "because" not in found.sentence


def test_decline_that_triples_is_faster_than_expected() -> None:
    found = after_steady([max(35.0 - 3 * i, 0.0) for i in range(1, 13)])
    assert found.verdict is Verdict.FASTER


def test_unchanged_decline_is_never_called_slower_or_faster() -> None:
    found = after_steady([35.0 - i for i in range(1, 13)])
    assert found.verdict in {Verdict.NOT_SHOWN, Verdict.CANNOT_TELL}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([-1, 0], list(range(1, 13))),  # two visits before
        (BEFORE, [3, 6, 9]),  # three visits after
        (BEFORE, [1, 2, 3, 4, 5]),  # under six months
    ],
)
def test_too_little_follow_up_is_never_better_than_cannot_tell(
    before: list[int], after: list[int]
) -> None:
    totals = [40.0] * (len(before) + len(after))
    found = answer(treated(before + after, totals))
    assert found.verdict is Verdict.CANNOT_TELL
    assert any("At least" in wish for wish in found.what_would_change_it)


def test_probabilities_and_interval_hang_together() -> None:
    found = after_steady([35.0 - 0.5 * i for i in range(1, 13)])
    assert found.slowing is not None
    assert found.density is not None
    assert found.probability_any_slowing is not None
    assert found.probability_quarter_slower is not None
    assert found.slowing.low90 < found.slowing.median < found.slowing.high90
    assert 0.0 <= found.probability_quarter_slower <= found.probability_any_slowing <= 1.0
    # second road to the median: half the area of the density lies below it
    grid, height = np.array(found.density.theta), np.array(found.density.posterior)
    below = grid <= found.slowing.median
    assert np.trapezoid(height[below], grid[below]) == pytest.approx(0.5, abs=0.01)


def test_without_later_visits_the_posterior_is_the_prior() -> None:
    found = answer(treated(BEFORE, STEADY))
    assert found.density is not None
    assert found.density.posterior == pytest.approx(found.density.prior, abs=1e-9)
    assert found.verdict is Verdict.CANNOT_TELL


def test_the_flat_prior_leaves_the_data_more_room() -> None:
    patient = treated(BEFORE + AFTER, STEADY + [35.0] * 12)
    sceptical, flat = answer(patient), answer(patient, Prior.FLAT)
    assert sceptical.slowing is not None
    assert flat.slowing is not None
    assert flat.slowing.median > sceptical.slowing.median
    # the tail is a matter of the data, not of the prior
    assert flat.no_effect_tail == sceptical.no_effect_tail


def test_a_rise_is_flagged_and_not_described_as_slowing_or_called_faster() -> None:
    found = after_steady([44.0] * 12)
    assert "rose" in {flag.code for flag in found.flags}
    assert "Slowing lies" not in found.sentence
    assert found.verdict is not Verdict.FASTER


@pytest.mark.parametrize(
    "totals", [[47.0] * 16, [46.0, 46.0, 46.0, *[45.0] * 13]], ids=["flat", "one point early"]
)
def test_someone_who_does_not_decline_is_never_called_slower(totals: list[float]) -> None:
    found = answer(treated([*BEFORE, 2, 4, 5, 6], totals))
    assert found.verdict is not Verdict.SLOWER


@pytest.mark.parametrize("last", [5.979, 5.947])  # 26 weeks; 1 February to 1 August
def test_six_calendar_months_are_six_months(last: float) -> None:
    found = answer(treated([*BEFORE, 1.5, 3.0, 4.5, last], [*STEADY, 34.0, 33.0, 31.0, 30.0]))
    assert not any("6 months" in wish for wish in found.what_would_change_it)


def test_the_reason_for_cannot_tell_names_what_is_missing() -> None:
    short = answer(treated([*BEFORE, 1, 2, 3, 4, 5], STEADY + [35.0] * 5))
    assert "span less than six months" in short.sentence
    floor = answer(treated(BEFORE + AFTER, [30.0 - 2 * i for i in range(12)] + [8.0] * 12))
    assert "reached its floor" in floor.sentence


def test_a_course_beyond_all_reason_is_a_status_and_stops_nobody_else() -> None:
    wild = treated(list(range(-199, 5)), [48.0 * (i % 2) for i in range(204)])
    calm = treated(BEFORE + AFTER, STEADY + [35.0] * 12)
    found = assess([wild, calm], quick_history())
    assert found[0].verdict is Verdict.CANNOT_TELL
    assert found[1].status == "assessed"


def test_a_daily_diary_gets_a_finite_answer_from_weekly_means() -> None:
    months = [day / 30.4375 for day in range(-180, 240)]
    found = answer(treated(months, [40.0 - 0.5 * (m + 6) for m in months]))
    assert found.status == "assessed"
    assert found.visits_after < 40


def test_the_posterior_of_dense_visits_is_that_of_a_fine_grid() -> None:
    # the profile is computed on a coarse grid; a direct evaluation on a fine one must agree
    months = [*BEFORE, *(i / 4 for i in range(1, 41))]
    patient = treated(months, STEADY + [round(35 - 0.5 * i / 4) for i in range(1, 41)])
    coarse = answer(patient, Prior.FLAT)
    fine_grid = np.linspace(-1.0, 2.0, 301)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slowing_profile, "THETA", fine_grid)
        fine = answer(patient, Prior.FLAT)
    assert coarse.slowing is not None
    assert fine.slowing is not None
    assert coarse.slowing.low90 == pytest.approx(fine.slowing.low90, abs=0.01)
    assert coarse.slowing.high90 == pytest.approx(fine.slowing.high90, abs=0.01)


def test_a_rater_who_changed_during_the_run_in_is_flagged() -> None:
    first, second = treated(BEFORE + AFTER, STEADY + [35.0] * 12), "B"
    seen = tuple(replace(v, rater="A" if v.month < -3 else second) for v in first.history.visits)
    found = answer(replace(first, history=replace(first.history, visits=seen)))
    assert "rater_changed" in {flag.code for flag in found.flags}


@pytest.mark.parametrize("slope", [0.05, 0.1, 0.3, 0.5, 1.0, 1.5])
@pytest.mark.parametrize("before", [6, 12])
def test_an_unchanged_steady_slope_is_never_called_slower(slope: float, before: int) -> None:
    months = list(range(1 - before, 13))
    found = answer(treated(months, [44.0 - slope * i for i in range(len(months))]))
    assert found.verdict is not Verdict.SLOWER


def test_a_first_dose_away_from_month_zero_is_refused() -> None:
    with pytest.raises(InputError, match="count from the first dose"):
        answer(treated(BEFORE, STEADY, doses=(5.0,)))


def test_two_processes_give_the_same_answers() -> None:
    patients = [
        treated(BEFORE + AFTER, STEADY + [35.0 - s * i for i in AFTER]) for s in (0, 0.5, 1)
    ]
    assert assess(patients, quick_history(), processes=2) == assess(patients, quick_history())


def test_visits_after_the_floor_comes_in_reach_are_not_used() -> None:
    fast = [30.0 - 2 * i for i in range(12)]  # 30 to 8, two points a month
    found = answer(treated(BEFORE + AFTER, fast + [8.0] * 12))
    assert "floor_in_reach" in {flag.code for flag in found.flags}
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.visits_after == 12


def test_original_alsfrs_scores_are_never_mixed_in() -> None:
    totals = STEADY + [35.0] * 12
    months = [float(m) for m in BEFORE + AFTER]
    mixed = tuple(
        Visit(m, t if m <= 0 else 30.0, Scale.ALSFRS_R if m <= 0 else Scale.ALSFRS)
        for m, t in zip(months, totals, strict=True)
    )
    patient = TreatedPatient(PatientHistory("DEMO-002", mixed), treated([0], [40]).doses)
    found = answer(patient)
    assert found.visits_after == 0
    assert "scale" in {flag.code for flag in found.flags}


@pytest.mark.parametrize("status", ["no_dose", "no_scores"])
def test_nothing_to_assess_is_an_answer_and_no_error(status: str) -> None:
    doses = () if status == "no_dose" else (0.0,)
    months = BEFORE if status == "no_dose" else []
    found = answer(treated(months, STEADY[: len(months)], doses=doses))
    assert found.status == status
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.slowing is None


def test_fewer_than_three_visits_before_lean_on_the_onset() -> None:
    found = answer(treated([0, *AFTER], [36.0 - i for i in range(13)], onset_month=-14.0))
    assert "onset_anchor" in {flag.code for flag in found.flags}


def test_naive_slopes_are_least_squares() -> None:
    found = after_steady([35.0 - 0.5 * i for i in range(1, 13)])
    assert found.naive.slope_before == pytest.approx(-1.0)
    assert found.naive.slope_after == pytest.approx(-0.5)


def test_a_delayed_effect_not_yet_begun_leaves_the_prior() -> None:
    # every later visit lies within the month before a delayed effect would start
    found = answer(treated([*BEFORE, 0.5], [*STEADY, 35.0]))
    delayed = next(row for row in found.sensitivity if row.onset_delay == 1.0)
    assert delayed.slowing.median == pytest.approx(0.0, abs=1e-3)  # the grid of θ


def test_the_same_patient_gets_the_same_answer_alone_and_in_company() -> None:
    first = treated(BEFORE + AFTER, STEADY + [35.0] * 12)
    second = treated(BEFORE + AFTER, STEADY + [35.0 - i for i in range(1, 13)])
    together = assess([second, first], quick_history())
    assert together[1] == answer(first)


def test_expected_course_bands_nest_and_stay_on_the_scale() -> None:
    found = after_steady([35.0] * 12)
    course = found.expected_course
    assert course is not None
    low90, low50, median, high50, high90 = map(
        np.array, (course.low90, course.low50, course.median, course.high50, course.high90)
    )
    assert np.all((low90 <= low50) & (low50 <= median) & (median <= high50) & (high50 <= high90))
    assert low90.min() >= 0.0
    assert high90.max() <= 48.0
