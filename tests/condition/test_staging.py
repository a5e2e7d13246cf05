"""King's and MiToS stages against the published rule tables, derived a second time here.

King's: Balendra et al. 2014, doi:10.3109/21678421.2014.897357. MiToS: Chiò et al. 2015, JNNP
86:38-44, Table 1. `second_kings` and `second_mitos` are written from the tables by item number, not
from our code, and the examples are worked by hand.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slopewise.condition.alsfrs import AlsfrsItems
from slopewise.condition.staging import kings_stage, mitos_stage

COMPLETE = st.tuples(*[st.integers(0, 4)] * 12)


def scored(**by_number):
    """Twelve scores of 4 except those given as n1=..., n10=..."""
    return tuple(by_number.get(f"n{number}", 4) for number in range(1, 13))


def second_kings(scores, *, gastrostomy):
    item = dict(enumerate(scores, start=1))
    if gastrostomy or item[10] == 0 or item[12] in {0, 1, 2, 3}:
        return 4
    bulbar = min(item[1], item[2], item[3]) <= 3
    upper_limb = min(item[4], item[5]) <= 3
    lower_limb = item[8] <= 3
    return [bulbar, upper_limb, lower_limb].count(True)


# Domain: its alternatives, each a set of (item number, highest lost score) that are all needed
MITOS_TABLE = {
    "movement": [{(8, 1)}, {(6, 1)}],
    "swallowing": [{(3, 1)}],
    "communication": [{(1, 1), (4, 1)}],
    "breathing": [{(10, 1)}, {(12, 2)}],
}


def second_mitos(scores):
    points = 0
    for alternatives in MITOS_TABLE.values():
        met = [all(scores[n - 1] <= limit for n, limit in needed) for needed in alternatives]
        points += 1 if True in met else 0
    return points


@given(COMPLETE, st.booleans())
def test_kings_agrees_with_the_second_derivation(scores, gastrostomy):
    stage = kings_stage(AlsfrsItems(scores, gastrostomy))
    assert stage.stage == second_kings(scores, gastrostomy=gastrostomy)
    assert stage.missing == ()


@given(COMPLETE)
def test_mitos_agrees_with_the_second_derivation(scores):
    assert mitos_stage(AlsfrsItems(scores)).stage == second_mitos(scores)


@pytest.mark.parametrize(
    ("scores", "gastrostomy", "stage", "label"),
    [  # worked by hand from the rule table
        (scored(n2=3), False, 1, "1"),  # salivation only: bulbar
        (scored(n5=3), False, 1, "1"),  # cutting food: upper limb
        (scored(n1=3, n4=2), False, 2, "2"),  # bulbar and upper limb
        (scored(n4=0, n8=1), False, 2, "2"),  # arms and legs, speech kept
        (scored(n3=2, n5=1, n8=3), False, 3, "3"),
        (scored(n1=3), True, 4, "4A"),
        (scored(n10=0), False, 4, "4B"),
        (scored(n12=3), False, 4, "4B"),  # intermittent NIV
        (scored(n12=0), True, 4, "4A+4B"),
        (scored(n10=1, n8=3), False, 1, "1"),  # breathless at rest, but neither 4B rule holds
        (scored(n6=2, n7=1, n9=0, n11=0), False, 0, "0"),  # items the rule does not use
    ],
)
def test_kings_worked_examples(scores, gastrostomy, stage, label):
    got = kings_stage(AlsfrsItems(scores, gastrostomy))
    assert (got.stage, got.label) == (stage, label)


@pytest.mark.parametrize(
    ("scores", "stage", "lost"),
    [  # worked by hand from Table 1
        (scored(), 0, ()),
        (scored(n8=1), 1, ("movement",)),
        (scored(n6=1), 1, ("movement",)),
        (scored(n8=1, n6=0), 1, ("movement",)),  # one domain, counted once
        (scored(n3=1), 1, ("swallowing",)),
        (scored(n1=0), 0, ()),  # speech lost but writing kept: communication is not lost
        (scored(n4=0), 0, ()),  # writing lost but speech kept
        (scored(n1=1, n4=1), 1, ("communication",)),
        (scored(n10=1), 1, ("breathing",)),
        (scored(n12=2), 1, ("breathing",)),
        (scored(n12=3), 0, ()),  # intermittent NIV is not yet a lost domain
        ((0,) * 12, 4, ("movement", "swallowing", "communication", "breathing")),
    ],
)
def test_mitos_worked_examples(scores, stage, lost):
    got = mitos_stage(AlsfrsItems(scores))
    assert (got.stage, got.domains_lost) == (stage, lost)


@given(COMPLETE, st.tuples(*[st.integers(0, 4)] * 12), st.booleans(), st.booleans())
def test_a_stage_never_falls_when_every_item_falls(scores, losses, tube_before, new_tube):
    worse = tuple(max(score - loss, 0) for score, loss in zip(scores, losses, strict=True))
    tube_after = tube_before or new_tube
    assert (
        kings_stage(AlsfrsItems(worse, tube_after)).stage
        >= kings_stage(AlsfrsItems(scores, tube_before)).stage
    )
    assert mitos_stage(AlsfrsItems(worse)).stage >= mitos_stage(AlsfrsItems(scores)).stage


@given(COMPLETE, st.booleans(), st.sets(st.integers(0, 11), min_size=1, max_size=6))
def test_a_stage_is_missing_exactly_when_the_missing_items_could_change_it(scores, tube, gone):
    holes = tuple(None if i in gone else s for i, s in enumerate(scores))
    best = tuple(4 if s is None else s for s in holes)
    worst = tuple(0 if s is None else s for s in holes)
    kings = kings_stage(AlsfrsItems(holes, tube))
    bounds = {second_kings(best, gastrostomy=tube), second_kings(worst, gastrostomy=tube)}
    assert kings.stage == (bounds.pop() if len(bounds) == 1 else None)
    assert bool(kings.missing) == (kings.stage is None)
    mitos = mitos_stage(AlsfrsItems(holes))
    bounds = {second_mitos(best), second_mitos(worst)}
    assert mitos.stage == (bounds.pop() if len(bounds) == 1 else None)
    assert bool(mitos.missing) == (mitos.stage is None)


def test_the_missing_items_that_matter_are_named():
    items = AlsfrsItems(
        (4, 4, 4, 4, 4, 4, 4, None, None, 4, 4, None), cutting_with_gastrostomy=False
    )
    assert kings_stage(items).missing == ("walking", "respiratory_insufficiency")
    assert mitos_stage(items).missing == ("walking", "respiratory_insufficiency")


def test_death_is_stage_5_even_without_items():
    assert kings_stage(None, died=True).stage == 5
    assert mitos_stage(None, died=True).stage == 5


def test_without_items_both_stages_are_missing():
    assert kings_stage(None).stage is None
    assert mitos_stage(None).stage is None


def test_no_region_shown_is_0_with_a_flag_and_1_when_asked_for():
    items = AlsfrsItems(scored(n9=2), cutting_with_gastrostomy=False)
    assert kings_stage(items).stage == 0
    assert kings_stage(items).no_region_shown
    raised = kings_stage(items, min_stage_1=True)
    assert (raised.stage, raised.no_region_shown) == (1, True)


def test_unknown_gastrostomy_leaves_kings_open_and_a_care_record_closes_it():
    items = AlsfrsItems(scored(n1=3))
    assert kings_stage(items).stage is None
    assert kings_stage(items).missing == ("gastrostomy (5a or 5b)",)
    assert kings_stage(items, gastrostomy=False).stage == 1
    assert kings_stage(items, gastrostomy=True).label == "4A"


def test_unknown_gastrostomy_does_not_matter_when_4b_holds():
    assert kings_stage(AlsfrsItems(scored(n12=1))).label == "4B"


def test_the_breathing_item_of_the_original_form_is_not_item_10():
    items = AlsfrsItems((4,) * 9 + (0,), cutting_with_gastrostomy=False)
    assert kings_stage(items).missing == ("dyspnea", "respiratory_insufficiency")
    assert mitos_stage(items).missing == ("dyspnea", "respiratory_insufficiency")


def test_regions_are_named():
    items = AlsfrsItems(scored(n2=1, n8=0), cutting_with_gastrostomy=False)
    assert kings_stage(items).regions == ("bulbar", "lower limb")
