"""What changed between two states of the record, and why: hand-made conclusions."""

from dataclasses import replace

import pytest

from slopewise.evidence.change import Change, changes
from slopewise.evidence.conclusions import Aside, Conclusion, Entry, Judged, conclusions
from slopewise.evidence.design import Lane
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.studies import load_studies, load_study
from slopewise.evidence.study import Citation

OH = load_study("oh_2018")
MAZZINI = load_study("mazzini_2012")
ROW = EvidenceRow("0 of 33", Citation("page"), "oh_2018", "Oh 2018")
BEFORE = Conclusion(
    key="question.made_up",
    about="Made up?",
    sentence="It was slowed.",
    numbers=(("studies", 1.0), ("estimate", 0.5), ("low", 0.1), ("high", 0.9)),
    entries=(Entry("old", "Old 2020", 0.5, 0.2, 1.0),),
    lane=Lane.RANDOMISED,
)


def only(before: Conclusion, after: Conclusion, *, moved: object = (OH,)) -> Change:
    (made,) = changes((before,), (after,), moved=moved)  # type: ignore[arg-type]
    return made


def test_a_new_estimate_is_named_with_its_weight_and_what_it_moved() -> None:
    after = replace(
        BEFORE,
        sentence="It cannot be told.",
        numbers=(("studies", 2.0), ("estimate", 0.2), ("low", -0.1), ("high", 0.5)),
        entries=(
            Entry("old", "Old 2020", 0.5, 0.2, 0.25),
            Entry("new", "New 2027", 0.1, 0.1, 0.75),
        ),
    )
    made = only(BEFORE, after)
    assert made.is_changed
    assert (made.was, made.now) == ("It was slowed.", "It cannot be told.")
    assert made.why == (
        "New 2027 enters with 0.100 (standard error 0.100), 75 % of the weight",
        "studies: from 1 to 2",
        "estimate: from 0.500 to 0.200",
        "95 % interval: from (0.100, 0.900) to (-0.100, 0.500)",
        "the interval no longer excludes 0",
    )


def test_a_study_taken_out_is_named_and_the_interval_excludes_zero_again() -> None:
    wide = replace(BEFORE, numbers=(("low", -0.1), ("high", 0.9)), entries=())
    made = only(replace(BEFORE, numbers=(("low", 0.1), ("high", 0.9))), wide)
    assert made.why[0] == (
        "Old 2020 leaves, which had 0.500 (standard error 0.200), 100 % of the weight"
    )
    assert "the interval no longer excludes 0" in made.why
    assert "the interval now excludes 0" in only(wide, BEFORE).why


def test_a_changed_estimate_says_what_it_was() -> None:
    after = replace(BEFORE, entries=(Entry("old", "Old 2020", 0.4, 0.2, 1.0),), sentence="Now.")
    assert only(BEFORE, after).why[0] == (
        "Old 2020 now has 0.400 (standard error 0.200), 100 % of the weight; "
        "it had 0.500 (standard error 0.200), 100 % of the weight"
    )


def test_a_study_that_could_not_enter_stands_aside_with_its_reason() -> None:
    aside = Aside("oh_2018", "Oh 2018", "may share patients with Old 2020")
    after = replace(BEFORE, sentence="Said otherwise.", asides=(aside,))
    assert only(BEFORE, after).why == (
        "Oh 2018 stands beside the answer and does not enter: may share patients with Old 2020",
    )


@pytest.mark.parametrize(
    ("moved", "asides", "why"),
    [
        (MAZZINI, (), "is in another lane (no control group), and lanes are never mixed"),
        (load_study("magota"), (), "has no result that was read"),
        (OH, (Aside("oh_2018", "Oh 2018", "no spread"),), "does not enter: no spread"),
        (OH, (), "holds no number about this"),
    ],
)
def test_what_did_not_change_says_why_not(
    moved: object, asides: tuple[Aside, ...], why: str
) -> None:
    same = replace(BEFORE, asides=asides)
    made = only(same, same, moved=(moved,))
    assert not made.is_changed
    assert made.why[0].endswith(why)


def test_rows_alone_change_a_conclusion_whose_answer_stays() -> None:
    bare = replace(BEFORE, numbers=(), entries=())
    made = only(bare, replace(bare, rows=(ROW,)))
    assert made.is_changed
    assert made.is_same_answer
    assert made.why == ("new row of Oh 2018: 0 of 33",)


def test_steps_of_certainty_that_move_are_told() -> None:
    before = replace(BEFORE, steps=(Judged("imprecision", "-1", "few"), Judged("bias", "-1", "a")))
    after = replace(BEFORE, steps=(Judged("imprecision", "-2", "wide"),))
    assert only(before, after).why == (
        "imprecision, from -1 to -2: wide",
        "bias, no longer -1: a",
    )


def test_last_digits_of_an_optimiser_are_no_change() -> None:
    after = replace(
        BEFORE, numbers=(("studies", 1.0), ("estimate", 0.5 + 1e-13), ("low", 0.1), ("high", 0.9))
    )
    assert not only(BEFORE, after).is_changed


def test_a_conclusion_that_comes_or_goes_is_a_change() -> None:
    (came,) = changes((), (BEFORE,))
    (went,) = changes((BEFORE,), ())
    assert (came.was, went.now) == ("", "")
    assert came.is_changed
    assert went.is_changed


def test_the_record_has_a_conclusion_for_each_question_event_certainty_and_claim() -> None:
    made = conclusions(load_studies())
    keys = [one.key for one in made]
    assert len(set(keys)) == len(keys)
    assert {key.split(".")[0] for key in keys} == {"question", "safety", "certainty", "claim"}
    assert all(one.sentence for one in made)
    assert not any(one.is_changed for one in changes(made, conclusions(load_studies())))


def test_a_study_that_leaves_is_said_to_leave_once() -> None:
    beside = tuple(Aside("old", "Old 2020", reason) for reason in ("another time", "a part"))
    gone = Aside("far", "Far 2021", "another scale"), Aside("far", "Far 2021", "a part")
    before = replace(BEFORE, asides=(*beside, *gone))
    why = only(before, replace(BEFORE, entries=(), numbers=(("studies", 0.0),))).why
    assert [one for one in why if one.startswith("Old 2020")] == [
        "Old 2020 leaves, which had 0.500 (standard error 0.200), 100 % of the weight"
    ]
    assert why.count("Far 2021 no longer stands beside the answer") == 1


def test_the_interval_of_a_share_is_called_one() -> None:
    before = replace(BEFORE, numbers=(("share_low", 0.0), ("share_high", 0.02)))
    after = replace(BEFORE, numbers=(("share_low", 0.0), ("share_high", 0.03)))
    assert only(before, after).why == ("95 % interval of the share: from (0, 0.020) to (0, 0.030)",)
