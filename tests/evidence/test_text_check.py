"""Any text can be checked: known claims are found as they are said, and ignorance is admitted."""

import json
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from slopewise.evidence.claims.answers import answer_claims
from slopewise.evidence.claims.claim import Verdict
from slopewise.evidence.claims.known import known_claims
from slopewise.evidence.claims.sentences import split_sentences, text_of_html
from slopewise.evidence.claims.text_check import (
    NO_CLAIM_IN_SENTENCE,
    NO_CLAIM_IN_TEXT,
    ClaimInText,
    check_text,
)
from slopewise.evidence.studies import load_studies

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = json.loads(
    (HERE / "claim_sentences.json").read_text(encoding="utf-8")
)["sentences"]
ARTICLE = "000_a3626f1c21f8dd2f.txt"
ROOT = Path(__file__).resolve().parents[2]
ARTICLE_PLACES = [folder / "shared" / "facts" / ARTICLE for folder in (ROOT, ROOT.parent)]


def claims_in(text: str) -> dict[str, ClaimInText]:
    checked = check_text(text, ())
    return {claim.claim_id: claim for one in checked.sentences for claim in one.claims}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["text"])[:40])
def test_a_reader_finds_the_same_claims(case: dict[str, Any]) -> None:
    found = claims_in(case["text"])
    for expected in case["claims"]:
        claim = found[expected["claim"]]
        says = set(expected.get("says", ()))
        assert claim.is_negated is ("negated" in says)
        assert claim.is_hedged or "hedged" not in says
        assert not claim.is_hedged or says
        assert claim.is_question or "question" not in says
        assert claim.is_attributed or "attributed" not in says
    if case.get("only"):
        assert set(found) == {expected["claim"] for expected in case["claims"]}


def test_every_known_claim_is_found_in_some_sentence() -> None:
    expected = {one["claim"] for case in CASES for one in case["claims"]}
    assert {claim.claim_id for claim in known_claims()} - expected <= {"als_symptoms"}


def test_a_text_without_a_known_claim_is_not_called_right() -> None:
    checked = check_text("The garden has roses. They bloom in June.", ())
    assert checked.sentence == NO_CLAIM_IN_TEXT
    assert [one.remark for one in checked.sentences] == [NO_CLAIM_IN_SENTENCE] * 2


def test_an_empty_text_has_no_sentence_and_no_claim() -> None:
    assert check_text("", ()).sentences == ()
    assert check_text(" \n\n - \n", ()).sentence == NO_CLAIM_IN_TEXT


def test_verdicts_are_those_of_the_answers() -> None:
    answers = answer_claims(load_studies())
    checked = check_text("Stem cells cure ALS.", answers)
    assert checked.sentences[0].claims[0].verdict is Verdict.CONTRADICTED


def test_a_denied_claim_is_marked_as_the_opposite() -> None:
    found = claims_in(
        "Cell therapy has not been shown to be safe, and it is not approved by the FDA."
    )
    assert found["safe_well_tolerated"].is_negated
    assert found["approved_by_regulators"].is_negated


def test_denials_in_a_row_each_count_once() -> None:
    found = claims_in("The cells are not approved by the FDA, not safe, not effective.")
    assert all(claim.is_negated for claim in found.values())
    twice = claims_in("There is no evidence that the cells do not slow ALS.")
    assert not twice["slows_progression"].is_negated


def test_a_denial_ends_with_its_clause() -> None:
    found = claims_in("Stem cells are not a cure, but they slow the progression of ALS.")
    assert found["cure_or_reversal"].is_negated
    assert not found["slows_progression"].is_negated


def test_words_far_apart_make_no_claim() -> None:
    near = "The cells slow the decline."
    far = (
        "The cells slow a reaction seen on glass in the first laboratory at which, years before "
        "the hospital was built, nobody spoke of a decline."
    )
    assert "slows_progression" in claims_in(near)
    assert "slows_progression" not in claims_in(far)


def test_a_sentence_about_another_treatment_makes_no_claim_for_cells() -> None:
    text = "Stem cells were studied. Riluzole is safe and slows progression of the disease."
    second = check_text(text, ()).sentences[1]
    assert not second.claims


def test_spans_are_places_in_the_text() -> None:
    text = "Intro line\n\n• Stem cells are safe.\n• They slow ALS (Dr. Who, 2.5 points)! Really?"
    checked = check_text(text, ())
    assert [one.number for one in checked.sentences] == [1, 2, 3, 4]
    for one in checked.sentences:
        there = " ".join(text[one.start : one.end].split())
        assert there.endswith(one.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. A. Smith saw 2.5 points, e.g. in Fig. 3. It ended.", 2),
        ("Results of Oh et al. 2018 stand. See p. 4.", 2),
        ("The U.S. agency refused it. It was no. 7 of 9.", 2),
        ("One\nTwo\nThree", 3),
        ("A heading\n\nA sentence that\ngoes on here. And ends.", 3),
        ("“It works.” She said so.", 2),
        ("Is it safe? Yes! Good…", 3),
        ("1. First item\n2. Second item", 2),
        ("It ended in vitamin C. Then more.", 2),
        ("a.m. or p.m. does not matter", 1),
        ("...", 0),
        ("\r\nOne line.\r\nTwo lines.\r\n", 2),
    ],
)
def test_sentences_are_those_a_reader_counts(text: str, expected: int) -> None:
    assert len(split_sentences(text)) == expected


def test_a_paragraph_with_broken_lines_is_one() -> None:
    text = (
        "Stem cell therapy was given to people with ALS over the course of\n"
        "a year and the progression of the disease\nwas slowed."
    )
    assert len(split_sentences(text)) == 1


def test_a_page_is_read_without_its_tags_and_scripts() -> None:
    page = (
        "<html><head><title>Clinic</title><script>var x='stem cells cure ALS';</script></head>"
        "<body><h1>Cells</h1><ul><li>Stem cells are&nbsp;<b>safe</b></li>"
        "<li>Slower decline</li></ul>"
        "<p>R&amp;D<br>here</p></body></html>"
    )
    text = text_of_html(page)
    assert "var x" not in text
    assert "Stem cells are safe" in text.replace("\u00a0", " ")
    assert [one.text for one in split_sentences(text)] == [
        "Clinic",
        "Cells",
        "Stem cells are safe",
        "Slower decline",
        "R&D",
        "here",
    ]


def test_curly_quotes_and_hyphens_make_no_difference() -> None:
    straight = claims_in("The cells don't slow ALS and help the body's natural healing.")
    curly = claims_in("The cells don’t slow ALS and help the body’s natural healing.")
    assert set(straight) == set(curly) >= {"slows_progression", "stimulates_natural_healing"}
    assert "no_significant_side_effects" in claims_in(
        "The cells have no side‐effects.".replace("‐", "-")
    )


def test_a_long_text_is_checked_in_a_second_or_so() -> None:
    text = "\n".join(str(case["text"]) for case in CASES) * 100
    started = perf_counter()
    checked = check_text(text, ())
    assert len(checked.sentences) > 9_000
    assert perf_counter() - started < 20  # about 3 s alone; the limit allows for a busy machine


@pytest.mark.parametrize("unit", ["e.g. ", "a. ", "Stem cells are safe. ", "- x\n", "no results\n"])
def test_a_text_ten_times_as_long_takes_about_ten_times_as_long(unit: str) -> None:
    """With a cost that grows as the square this would take minutes."""
    started = perf_counter()
    check_text(unit * (300_000 // len(unit)), ())
    assert perf_counter() - started < 20


def test_a_sentence_without_end_is_checked_too() -> None:
    found = claims_in("word " * 5_000 + "stem cells cure ALS")
    assert "cure_or_reversal" in found


def test_odd_letters_do_no_harm() -> None:
    checked = check_text("\ufeff\u202eStem cells\u0000 are safe 😀. — ‘’ ٣٤ ½.", ())
    assert any(one.claims for one in checked.sentences)


# For each sentence of the article, by number, the claims that a reader finds; words stay with it.
FOUND_BY_A_READER = {
    1: {"standard_care_only_symptoms"},
    2: {"alternative_to_standard_care", "manages_symptoms"},
    3: {"initial_results_positive", "studied_in_several_trials"},
    5: {"targeted_delivery"},
    6: {"slows_progression", "manages_symptoms", "prevents_new_symptoms"},
    7: {"cells_naturally_present"},
    8: {"mesenchymal_most_used"},
    9: {"cell_sources"},
    10: {"safe_well_tolerated", "potentially_effective", "regenerates_damaged_tissue"},
    11: {"potentially_effective"},
    13: {"als_is_neurodegenerative"},
    14: {"als_course_varies"},
    15: {"als_symptoms"},
    24: {"still_being_studied"},
    25: {"initial_results_positive"},
    26: {"slows_progression", "manages_symptoms", "alternative_to_standard_care"},
    27: {"stimulates_natural_healing", "regenerates_damaged_tissue"},
    28: {"improves_function"},
    29: {"no_significant_side_effects", "safe_well_tolerated"},
    30: {"repeat_dosing_safe", "maintenance_if_it_works", "slows_progression", "stabilises"},
    31: {"large_trials_to_come"},
    33: {"currently_available", "manages_symptoms"},
} | {number: {"als_symptoms"} for number in range(16, 23)}


def test_every_claim_of_a_clinic_article_is_found() -> None:
    place = next((one for one in ARTICLE_PLACES if one.is_file()), None)
    if place is None:
        pytest.skip("the article is not beside this checkout")
    checked = check_text(place.read_text(encoding="utf-8"), answer_claims(load_studies()))
    found = {one.number: {claim.claim_id for claim in one.claims} for one in checked.sentences}
    missing = {
        number: claims - found[number]
        for number, claims in FOUND_BY_A_READER.items()
        if claims - found[number]
    }
    assert not missing
    hedged = {
        (one.number, claim.claim_id)
        for one in checked.sentences
        for claim in one.claims
        if claim.is_hedged
    }
    assert {
        (6, "slows_progression"),
        (10, "potentially_effective"),
        (31, "large_trials_to_come"),
    } <= hedged
    assert (10, "safe_well_tolerated") not in hedged
    assert not any(claim.is_negated for one in checked.sentences for claim in one.claims)


def test_no_rest_is_spoken_of_where_every_sentence_makes_a_claim() -> None:
    checked = check_text("Stem cells slow the progression of ALS.", answer_claims(load_studies()))
    assert checked.sentence == "1 of 1 sentences makes a known claim (1 different claim)."
