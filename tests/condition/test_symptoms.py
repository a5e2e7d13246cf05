"""The seven symptoms: scales with ranges and directions, what ALSFRS-R sees, citations."""

from pathlib import Path

import pytest

from slopewise.condition.alsfrs import Scale, item_columns
from slopewise.condition.history import SymptomMeasurement
from slopewise.condition.symptom_scales import SCALES, CutOffSide, Direction, scale_named
from slopewise.condition.symptoms import (
    NOT_SEEN_BY_ALSFRS,
    SYMPTOMS,
    scales_of,
    symptom_named,
)
from slopewise.errors import InputError


def test_there_are_seven_symptoms_each_with_a_scale_and_usual_care():
    assert [symptom.key for symptom in SYMPTOMS] == [
        "walking",
        "falls",
        "hand_weakness",
        "speech",
        "cramps",
        "pseudobulbar_affect",
        "cognition_behaviour",
    ]
    assert all(scales_of(s.key) and s.usual_care for s in SYMPTOMS)


def test_cramps_pseudobulbar_affect_and_cognition_are_not_seen_by_alsfrs_r():
    unseen = {symptom.key for symptom in SYMPTOMS if not symptom.seen_by_alsfrs}
    assert unseen == {"cramps", "pseudobulbar_affect", "cognition_behaviour"}
    assert "not measured by any ALSFRS-R item" in NOT_SEEN_BY_ALSFRS


def test_linked_items_are_items_of_the_form():
    keys = set(item_columns(Scale.ALSFRS_R))
    linked = {key for s in SYMPTOMS for key in (*s.alsfrs_items, *s.weak_items)}
    assert linked <= keys


def test_every_scale_belongs_to_a_symptom_and_every_number_has_a_source():
    assert len({scale.key for scale in SCALES}) == len(SCALES)
    for scale in SCALES:
        assert symptom_named(scale.symptom) is not None
        assert scale.source
        assert all(cut_off.source for cut_off in scale.cut_offs)
    assert all(fact.source for s in SYMPTOMS for fact in (*s.facts, *s.usual_care))


def test_every_cut_off_lies_within_its_scale_and_on_its_worse_side():
    for scale in SCALES:
        worse = (
            CutOffSide.AT_MOST
            if scale.direction is Direction.HIGHER_IS_BETTER
            else CutOffSide.AT_LEAST
        )
        for cut_off in scale.cut_offs:
            assert cut_off.side is worse
            assert cut_off.value >= (scale.low or 0)
            assert scale.high is None or cut_off.value <= scale.high


@pytest.mark.parametrize(
    ("key", "low", "high", "direction", "cut_offs"),
    [  # CNS-LS: NINDS CDE 23507 and PMID 38625649; CNS-BFS: CDE 23494; ECAS: Abrahams 2014
        ("cns_ls", 7, 35, Direction.HIGHER_IS_WORSE, [11, 12, 13]),
        ("cns_bfs_9", 9, 45, Direction.HIGHER_IS_WORSE, [21]),
        ("ecas_total", 0, 136, Direction.HIGHER_IS_BETTER, [105, 110]),
        ("ecas_als_specific", 0, 100, Direction.HIGHER_IS_BETTER, [77, 82]),
        ("ecas_non_specific", 0, 36, Direction.HIGHER_IS_BETTER, [24]),
    ],
)
def test_published_ranges_and_cut_offs(key, low, high, direction, cut_offs):
    scale = scale_named(key)
    assert (scale.low, scale.high, scale.direction) == (low, high, direction)
    assert [cut_off.value for cut_off in scale.cut_offs] == cut_offs


def test_the_page_of_the_symptoms_names_every_scale_with_its_cut_offs():
    page = Path(__file__).parents[2] / "docs" / "models" / "symptoms.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    for scale in SCALES:
        (line,) = [text for text in lines if f"(`{scale.key}`)" in text]
        assert ("**unverified**" in line.split("|")[1]) is not scale.verified
        for cut_off in scale.cut_offs:
            assert f"{cut_off.side.value} {cut_off.value:g}: {cut_off.meaning}" in line


def test_numbers_that_were_not_read_keep_their_mark():
    assert not any(cut.verified for cut in scale_named("als_cbs_cognitive").cut_offs)
    assert all(cut.verified for cut in scale_named("cns_ls").cut_offs)
    assert not scale_named("alsaq40_mobility").verified


def test_the_parts_of_ecas_add_up_to_its_total():
    parts = scale_named("ecas_als_specific").high + scale_named("ecas_non_specific").high
    assert scale_named("ecas_total").high == parts


@pytest.mark.parametrize("value", [6, 36])
def test_a_value_outside_the_scale_is_refused_with_its_range(value):
    with pytest.raises(InputError, match=r"runs from 7 to 35"):
        SymptomMeasurement(0, "pseudobulbar_affect", "cns_ls", value)


def test_a_negative_count_is_refused_and_a_large_one_kept():
    with pytest.raises(InputError, match="no upper end"):
        SymptomMeasurement(0, "falls", "falls_3_months", -1)
    assert SymptomMeasurement(0, "falls", "falls_3_months", 60).value == 60


def test_half_a_fall_is_refused():
    with pytest.raises(InputError, match="whole numbers"):
        SymptomMeasurement(0, "falls", "falls_3_months", 1.5)


def test_a_scale_of_another_symptom_is_refused_with_the_right_ones():
    with pytest.raises(InputError, match=r"does not measure cramps; use one of cramps_per_day"):
        SymptomMeasurement(0, "cramps", "cns_ls", 12)


def test_an_unknown_symptom_is_refused():
    with pytest.raises(InputError, match="symptom 'sleep' is not known"):
        SymptomMeasurement(0, "sleep", "hours", 7)


def test_a_scale_of_ones_own_is_kept_when_marked_as_other():
    assert SymptomMeasurement(0, "cramps", "other: cramp diary", -3).value == -3
    with pytest.raises(InputError, match="is not a number"):
        SymptomMeasurement(0, "cramps", "other: cramp diary", float("nan"))
