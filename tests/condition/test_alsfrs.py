"""ALSFRS-R and ALSFRS: totals, subscores, item 5, missing items, the two forms, delta-FRS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slopewise.condition.alsfrs import (
    AlsfrsItems,
    Scale,
    delta_frs,
    item_columns,
    items_from_columns,
    one_scale,
    subscore,
    subscore_maximum,
    total,
    total_disagreement,
)
from slopewise.condition.alsfrs_form import CUTTING_WITH_GASTROSTOMY, ITEMS, Domain, item_named
from slopewise.errors import InputError

SCORE = st.integers(0, 4)
COMPLETE = st.tuples(*[SCORE] * 12)
WITH_GAPS = st.tuples(*[st.none() | SCORE] * 12)
# Item numbers of the four domains as printed in Bakker et al. 2017, doi:10.1007/s00415-017-8538-4
DOMAIN_NUMBERS = {
    Domain.BULBAR: {1, 2, 3},
    Domain.FINE_MOTOR: {4, 5, 6},
    Domain.GROSS_MOTOR: {7, 8, 9},
    Domain.RESPIRATORY: {10, 11, 12},
}


@given(COMPLETE)
def test_total_is_the_sum_of_the_items_and_within_0_to_48(scores):
    computed = total(AlsfrsItems(scores))
    by_counting = sum(level * scores.count(level) for level in (1, 2, 3, 4))
    assert computed == by_counting
    assert 0 <= computed <= 48


@given(COMPLETE)
def test_the_four_subscores_add_up_to_the_total(scores):
    items = AlsfrsItems(scores)
    parts = [subscore(items, domain) for domain in Domain]
    assert sum(parts) == total(items)
    assert all(0 <= part <= 12 for part in parts)


@given(COMPLETE, st.integers(0, 11))
def test_changing_one_item_changes_only_its_own_domain(scores, position):
    changed = tuple((4 - s) if i == position else s for i, s in enumerate(scores))
    before, after = AlsfrsItems(scores), AlsfrsItems(changed)
    for domain, numbers in DOMAIN_NUMBERS.items():
        difference = subscore(after, domain) - subscore(before, domain)
        expected = 4 - 2 * scores[position] if position + 1 in numbers else 0
        assert difference == expected


@given(WITH_GAPS)
def test_total_is_missing_exactly_when_an_item_is_missing(scores):
    items = AlsfrsItems(scores)
    assert (total(items) is None) == (None in scores)
    assert len(items.missing) == scores.count(None)


def test_total_is_missing_when_two_items_are_missing():
    scores = (4, None, 4, 4, 4, 4, 4, 4, 4, 4, 4, None)
    items = AlsfrsItems(scores)
    assert total(items) is None
    assert items.missing == ("salivation", "respiratory_insufficiency")


def test_a_subscore_is_missing_only_when_its_own_item_is_missing():
    items = AlsfrsItems((None, 3, 3, 2, 2, 2, 1, 1, 1, 4, 4, 4))
    assert subscore(items, Domain.BULBAR) is None
    assert subscore(items, Domain.GROSS_MOTOR) == 3


def test_fractions_are_kept_as_they_are():
    items = AlsfrsItems((3.5, *[4] * 11))
    assert total(items) == 47.5


@pytest.mark.parametrize("score", [-1, 5, 4.5, float("nan"), float("inf")])
def test_a_score_outside_0_to_4_is_refused_with_its_item_and_value(score):
    with pytest.raises(InputError, match=r"item walking = .*0 to 4"):
        AlsfrsItems((4, 4, 4, 4, 4, 4, 4, score, 4, 4, 4, 4))


@pytest.mark.parametrize("count", [0, 9, 11, 13])
def test_a_number_of_items_of_no_form_is_refused(count):
    with pytest.raises(InputError, match=r"12 for ALSFRS-R or 10"):
        AlsfrsItems((4,) * count)


def test_ten_items_are_an_original_alsfrs_with_a_total_up_to_40():
    items = AlsfrsItems((4,) * 10)
    assert items.scale is Scale.ALSFRS
    assert total(items) == 40
    assert subscore_maximum(Domain.RESPIRATORY, Scale.ALSFRS) == 4
    assert subscore_maximum(Domain.RESPIRATORY, Scale.ALSFRS_R) == 12


def test_mixing_the_two_forms_is_refused_with_what_to_do():
    with pytest.raises(InputError, match=r"cannot be converted; keep the visits of one form"):
        one_scale([Scale.ALSFRS_R, Scale.ALSFRS, Scale.ALSFRS_R])


def test_visits_of_one_form_give_that_form():
    assert one_scale([Scale.ALSFRS, Scale.ALSFRS]) is Scale.ALSFRS


def test_no_visit_has_no_form():
    with pytest.raises(InputError, match="no scored visit"):
        one_scale([])


def named(**changes):
    scores = dict.fromkeys((k for k in item_columns(Scale.ALSFRS_R) if k != "cutting_food"), 4)
    return scores | changes


def test_item_5_comes_from_5a_without_gastrostomy():
    items = items_from_columns(named(cutting_5a=2, cutting_5b=None), scale=Scale.ALSFRS_R)
    assert items.score("cutting_food") == 2
    assert items.cutting_with_gastrostomy is False
    assert total(items) == 46


def test_item_5_comes_from_5b_with_gastrostomy():
    items = items_from_columns(named(cutting_5b=1), scale=Scale.ALSFRS_R)
    assert items.score("cutting_food") == 1
    assert items.cutting_with_gastrostomy is True


def test_item_5_without_saying_which_leaves_gastrostomy_unknown():
    items = items_from_columns(named(cutting_food=3), scale=Scale.ALSFRS_R)
    assert items.cutting_with_gastrostomy is None
    assert total(items) == 47


def test_5a_and_5b_both_filled_is_refused_with_both_values():
    with pytest.raises(InputError, match=r"cutting_5a = 3 and cutting_5b = 0"):
        items_from_columns(named(cutting_5a=3, cutting_5b=0), scale=Scale.ALSFRS_R)


def test_neither_5a_nor_5b_is_a_missing_item():
    items = items_from_columns(named(), scale=Scale.ALSFRS_R)
    assert items.missing == ("cutting_food",)


def test_a_name_of_the_other_form_is_refused():
    with pytest.raises(InputError, match=r"no item 'orthopnea' on ALSFRS"):
        items_from_columns({"orthopnea": 4}, scale=Scale.ALSFRS)


def test_an_unknown_item_key_is_refused():
    with pytest.raises(InputError, match="no item 'smile'"):
        AlsfrsItems((4,) * 12).score("smile")


@given(WITH_GAPS, st.data())
def test_a_total_reachable_by_filling_the_gaps_never_contradicts(scores, data):
    filled = [data.draw(SCORE) if s is None else s for s in scores]
    assert total_disagreement(AlsfrsItems(scores), sum(filled)) is None


@given(WITH_GAPS, st.integers(0, 48))
def test_a_total_no_filling_can_reach_always_contradicts(scores, reported):
    lowest = sum(s or 0 for s in scores)
    highest = sum(4 if s is None else s for s in scores)
    contradicts = total_disagreement(AlsfrsItems(scores), reported) is not None
    assert contradicts == (reported < lowest or reported > highest)


def test_a_contradicting_total_is_named_with_the_sum():
    said = total_disagreement(AlsfrsItems((4,) * 12), 40)
    assert said == "total 40 contradicts the items, whose sum is 48; correct the total or the items"


def test_a_rounded_total_of_fractions_is_no_contradiction_but_a_point_off_is():
    items = AlsfrsItems((3.5, *[4] * 11))
    assert total_disagreement(items, 48) is None
    assert total_disagreement(items, 46) is not None


def test_half_a_point_off_whole_items_is_a_contradiction():
    assert total_disagreement(AlsfrsItems((4,) * 12), 47.5) is not None


@pytest.mark.parametrize(
    ("alsfrs_total", "months", "expected"),
    [
        (36, 12, 1.0),  # 12 points in 12 months
        (48, 10, 0.0),  # nothing lost
        (30, 24, 0.75),
    ],
)
def test_delta_frs_is_points_lost_per_month_since_onset(alsfrs_total, months, expected):
    got = delta_frs(alsfrs_total, scale=Scale.ALSFRS_R, months_since_onset=months)
    assert got == pytest.approx(expected, rel=1e-12)


def test_delta_frs_of_the_original_form_counts_from_40():
    assert delta_frs(30, scale=Scale.ALSFRS, months_since_onset=10) == pytest.approx(1.0)


@pytest.mark.parametrize("months", [0, -3, float("nan"), float("inf")])
def test_delta_frs_needs_an_onset_before_the_visit(months):
    with pytest.raises(InputError, match="onset before the visit"):
        delta_frs(40, scale=Scale.ALSFRS_R, months_since_onset=months)


def test_a_total_of_the_wrong_form_is_refused_with_a_hint():
    with pytest.raises(InputError, match=r"correct its scale"):
        delta_frs(44, scale=Scale.ALSFRS, months_since_onset=10)


def test_the_form_has_twelve_questions_in_the_published_domains():
    assert [item.number for item in ITEMS] == list(range(1, 13))
    by_domain = {d: {i.number for i in ITEMS if i.domain is d} for d in Domain}
    assert by_domain == DOMAIN_NUMBERS
    assert len({item.key for item in ITEMS}) == 12


@pytest.mark.parametrize(
    ("key", "score", "wording"),
    [  # read in the public form text (docest.com/doc/248964), shortened
        ("speech", 2, "intelligible with repeating"),
        ("swallowing", 1, "supplemental tube feeding"),
        ("handwriting", 0, "cannot grip pen"),
        ("walking", 2, "walks with assistance"),
        ("dressing_hygiene", 0, "total dependence"),
        ("turning_in_bed", 0, "helpless"),
    ],
)
def test_level_wordings_are_those_of_the_form(key, score, wording):
    assert item_named(key).levels[score] == wording


def test_item_5b_has_wordings_of_its_own():
    assert item_named("cutting_5b") is CUTTING_WITH_GASTROSTOMY
    assert item_named("cutting_5a").levels != CUTTING_WITH_GASTROSTOMY.levels
    assert item_named("smile") is None
