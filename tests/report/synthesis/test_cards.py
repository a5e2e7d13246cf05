"""Cards begin with the answer and say how it moved."""

from dataclasses import replace

from tests.evidence_answers import made_answer, pooled

from slopewise.evidence.certainty.grade import Certainty, Level
from slopewise.evidence.pooling.pooled_effect import AssumedSpread, PoolStatus
from slopewise.report.numbers import THIN_SPACE
from slopewise.report.synthesis.cards import comparison_card, moved, statistics

VERY_LOW = Certainty(Level.VERY_LOW, Level.HIGH, ())


def test_a_card_counts_studies_and_people() -> None:
    card = comparison_card(made_answer(), made_answer(), VERY_LOW)
    assert card.sentence == "Between 12 % faster and 57 % slower: cannot tell."
    assert card.studies == "2 studies with a number, 1 without, 1 not counted"
    assert card.people == "78 people"
    assert card.certainty == ("●○○○", "very low", "the true answer may be quite different")
    assert card.was is None


def test_leaving_a_study_out_says_what_the_answer_was_and_is() -> None:
    made = made_answer()
    less = replace(made, effects=made.effects[1:], pooled=pooled(0.07, -0.32, 0.46, weights=(1,)))
    assert moved(less, made) == (
        f"Was slowing of −12{THIN_SPACE}% to 57{THIN_SPACE}% (2 studies); "
        f"is now slowing of −32{THIN_SPACE}% to 46{THIN_SPACE}% (1 study)."
    )
    nothing = replace(made, effects=(), pooled=None)
    assert "is now without an estimate (0 studies)" in (moved(nothing, made) or "")


def test_people_that_were_not_read_are_not_counted_as_none() -> None:
    made = made_answer()
    unread = replace(made.effects[0], n_treated=None, n_control=None)
    card = comparison_card(replace(made, effects=(unread, made.effects[1])), made, None)
    assert card.people == "at least 39 people"
    assert card.certainty is None


def test_the_technical_view_names_every_number_that_is_there() -> None:
    told = dict(statistics(made_answer()))
    assert told["Method"] == "REML, Hartung–Knapp"
    assert told["Between-study variance τ²"] == "0.02"
    assert told["I²"] == "37 %"
    assert "H²" not in told
    assert "a test of the answer" in told["With borrowed spreads counted"]


def test_one_study_alone_was_pooled_by_no_method() -> None:
    made = made_answer()
    assert made.pooled is not None
    alone = replace(made.pooled, status=PoolStatus.SINGLE_STUDY, k=1, p_value=9.96e-6)
    told = dict(statistics(replace(made, pooled=alone)))
    assert told["Method"] == "nothing pooled: the study's own interval"
    assert told["P"] == "under 0.0001"


def test_an_assumed_spread_is_named_as_an_assumption() -> None:
    assumed = AssumedSpread(2, 0.28, -0.18, 0.75, 0.25, 10.0)
    shown = dict(statistics(replace(made_answer(), assumed=assumed, completed_assumed=assumed)))
    told = shown["Average effect, spread between studies assumed"]
    assert told.startswith("−18")
    assert "rests on the assumption" in told
    assert "scale 0.25" in told
    assert "The same, spread between studies assumed" in shown
    plain = dict(statistics(made_answer()))
    assert "Average effect, spread between studies assumed" not in plain
