"""The published record in words and tables: counted sentences, undamaged numbers, plain gaps."""

import pytest

from slopewise.evidence.filters import StudyFilter, select
from slopewise.evidence.studies import load_studies, load_study
from slopewise.evidence.study import Citation, CitedNumber
from slopewise.report.evidence.record import (
    number_text,
    people_text,
    plain_words,
    printed,
    record_sentence,
    source_words,
    studies_table,
)
from slopewise.report.evidence.study import (
    bias_table,
    identifiers,
    printed_contradictions,
    sentence,
    tables,
)


def test_the_record_is_counted_in_one_sentence() -> None:
    # 45 = 7 + 6 + 32 with content read, 8 registered, 7 not retrieved: 60 in all
    assert record_sentence(load_studies()) == (
        "60 records: 45 with content read (7 randomised, 6 with an external or non-randomised "
        "control, 32 without a control group); 8 registered only; 7 not retrieved."
    )


def test_a_filtered_record_says_how_many_of_how_many() -> None:
    found = select(load_studies(), StudyFilter(lane="randomised"))
    assert record_sentence(found, total=60).startswith("7 of 60 records match: 7 with content")


def test_an_empty_record_says_what_to_do() -> None:
    assert record_sentence((), total=60) == (
        "0 of 60 records match: take a filter away to see more."
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (-3.1, "−3.1"),
        (0, "0"),
        (75.0, "75"),
        (420_000, "420\u202f000"),
        (24_000_000, "24 million"),
        (4_500_000, "4.5 million"),
        (1_000_000_000, "1\u202f000 million"),
        (0.0023, "0.0023"),
    ],
)
def test_a_number_keeps_its_digits(value: float | None, text: str) -> None:
    assert printed(value) == text


def test_a_number_given_in_words_stays_in_words() -> None:
    number = CitedNumber(Citation("https://example.org"), "administrations", text="1 or 2")
    assert number_text(number) == "1 or 2"


@pytest.mark.parametrize(
    ("typed", "proper"),
    [
        (">=25% slower", "≥25% slower"),
        ("1.76 +/- 1.36", "1.76 ± 1.36"),
        ("by -7.52, not -7.18", "by −7.52, not −7.18"),
        ("EudraCT 2011-006254-85, 0-3 months", "EudraCT 2011-006254-85, 0-3 months"),
    ],
)
def test_typed_signs_become_proper_ones(typed: str, proper: str) -> None:
    assert plain_words(typed) == proper


def test_people_of_both_groups_are_shown_and_plans_are_called_plans() -> None:
    assert people_text(load_study("cudkowicz_2022")) == "95 / 94"
    assert people_text(load_study("reg_NCT02917681")) == "28 enrolled or planned"
    assert people_text(load_study("magota")) == "–"


def test_every_study_has_a_row_and_a_sentence() -> None:
    assert len(studies_table(load_studies()).rows) == len(load_studies())
    assert all(sentence(study).endswith(".") for study in load_studies())


def test_a_single_arm_is_never_described_as_evidence_of_an_effect() -> None:
    said = sentence(load_study("gotkine_2023"))
    assert "Nobody untreated was followed alongside" in said


def test_a_study_that_was_not_retrieved_says_so() -> None:
    assert sentence(load_study("deda_2009")).startswith("Named in the literature, but no page")
    assert tables(load_study("deda_2009")) == ()


def test_superseded_and_derived_figures_say_so_in_their_row() -> None:
    rows = [row for table in tables(load_study("cudkowicz_2022")) for row in table.rows]
    remarks = [remark for row in rows for remark in row.remarks]
    assert remarks.count("Superseded by the journal figure of 33%") == 1
    assert remarks.count("Counts derived from percentages") == 3


def test_contradictions_of_a_study_are_listed() -> None:
    said = printed_contradictions(load_study("oh_2018"))
    assert [line.split(",")[0] for line in said] == [
        "AALS change from baseline (higher = worse)",
        "SF-36 change from baseline",
    ]
    assert printed_contradictions(load_study("gotkine_2023")) == ()


def test_a_bias_fact_that_was_not_read_is_neither_yes_nor_no() -> None:
    answers = dict(bias_table(load_study("oh_2018")).rows)
    assert answers["Randomised"] == "yes"
    assert answers["Allocation concealed"] == "not read"
    assert answers["Who was lost"].startswith("33 ")


def test_the_text_of_a_table_ends_in_the_source() -> None:
    table = next(iter(tables(load_study("oh_2015")))).plain()
    assert table.columns[-1].heading == "Source"
    assert all("scholarworks.bwise.kr" in row[-1] for row in table.rows)


def test_a_citation_of_two_pages_gives_two_links() -> None:
    words = source_words(Citation("https://a.org/x ; https://www.b.org/y", "Table 1", "read"))
    assert words.links == (("https://a.org/x", "a.org"), ("https://www.b.org/y", "b.org"))
    assert words.place == "Table 1 · read"


def test_a_citation_without_an_address_stays_text() -> None:
    words = source_words(Citation("ClinicalTrials.gov record (2022 snapshot)"))
    assert words.links == ()
    assert words.place == "reading status not recorded"


def test_a_registered_study_is_linked_to_each_of_its_entries() -> None:
    entries = [one for one in identifiers(load_study("petrou_2016")) if "Trials" in one.kind]
    assert [one.text for one in entries] == ["NCT01051882", "NCT01777646"]


def test_whose_cells_they_were_is_said_without_jargon() -> None:
    assert "received own (autologous) mesenchymal stromal cells (MSC; lenzumestrocel" in sentence(
        load_study("oh_2018")
    )
