"""The report in one file: the same words as the page, nothing from elsewhere."""

import re
from dataclasses import replace

import pytest
from tests.builders import an_assessed_patient, an_assessment, an_unassessed_patient

from slopewise.errors import InputError
from slopewise.report.patient.section import patient_section
from slopewise.report.patient.tables import (
    dose_table,
    stage_table,
    symptom_table,
    visits_needed_table,
)
from slopewise.report.patient.words import facts_of, naive_sentence
from slopewise.report.patient_report import html, summary_sentence
from slopewise.report.tables import Column, Table
from slopewise.response.assessment import (
    AssessmentRun,
    LeftOutRow,
    NaiveSlopes,
    Prior,
    Verdict,
    VisitsNeeded,
)

LEFT_OUT = LeftOutRow("visits.csv", 14, "alsfrs_total", "61", "above 48; correct the value")


def a_run(verdict: Verdict = Verdict.SLOWER) -> AssessmentRun:
    return AssessmentRun(
        version="9.9.9",
        natural_history="made by hand",
        parameter_sets=64,
        prior=Prior.SCEPTICAL,
        patients=(an_assessment(), an_assessment("DEMO-002", verdict=verdict)),
        left_out=(LEFT_OUT,),
    )


@pytest.fixture(scope="module")
def report() -> str:
    return html(a_run(), (an_assessed_patient(), an_assessed_patient("DEMO-002")))


def test_the_report_needs_no_other_file(report: str) -> None:
    assert not re.search(r"<link|<script|<img|src=|@import|url\(", report)


def test_the_report_says_that_it_is_simulated(report: str) -> None:
    assert "Simulated: no person stands behind these numbers." in report


def test_real_patients_are_not_called_simulated() -> None:
    run = replace(a_run(), patients=(replace(an_assessment(), simulated=False),))
    patient = replace(an_assessed_patient(), simulated=False)
    assert "imulated" not in re.sub(r"<style>.*?</style>", "", html(run, (patient,)), flags=re.S)


@pytest.mark.parametrize(
    "told", ["9.9.9", "made by hand", "64 accepted parameter sets", "sceptical prior"]
)
def test_the_report_says_how_it_was_made(report: str, told: str) -> None:
    assert told in report


def test_what_was_left_out_is_in_the_report(report: str) -> None:
    for told in ("visits.csv", "14", "alsfrs_total", "61", "above 48; correct the value"):
        assert f">{told}<" in report


def test_identifiers_stay_single_when_there_are_several_patients(report: str) -> None:
    found = re.findall(r'\sid="([^"]+)"', report)
    assert len(found) == len(set(found))


def test_a_patient_without_records_is_refused() -> None:
    with pytest.raises(InputError, match="1 of the assessed patients"):
        html(a_run(), (an_assessed_patient(),))


def test_the_summary_counts_each_answer() -> None:
    told = summary_sentence(a_run(Verdict.CANNOT_TELL))
    assert told == "2 patients assessed: 1 slower than expected, 1 cannot tell."


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_words_and_never_a_cause(verdict: Verdict) -> None:
    section = patient_section(an_assessed_patient(), an_assessment(verdict=verdict))
    assert section.verdict_words
    assert "because of" not in section.verdict_words


def test_an_answer_that_was_not_computed_shows_no_numbers() -> None:
    nothing = replace(
        an_assessment("DEMO-009", verdict=Verdict.CANNOT_TELL),
        status="no_dose",
        slowing=None,
        density=None,
        expected_course=None,
        probability_any_slowing=None,
        probability_quarter_slower=None,
        no_effect_tail=None,
        smallest_slowing_shown=None,
        sensitivity=(),
        visits_needed=(),
        naive=NaiveSlopes(None, None),
    )
    section = patient_section(an_unassessed_patient(), nothing)
    assert section.facts == ()
    assert section.tail_sentence == ""
    assert section.density is None
    assert "needs at least two visits" in naive_sentence(nothing)
    report = html(replace(a_run(), patients=(nothing,)), (an_unassessed_patient(),))
    assert not re.search(r"\bnan\b|\bNone\b(?! is recorded)|not available to", report)


def test_the_interval_comes_before_the_middle() -> None:
    first = facts_of(an_assessment())[0]
    assert first.answer == "8\u202f% to 73\u202f% slower"
    assert first.meaning == "Middle of what is likely: 41\u202f% slower."


def test_what_is_not_documented_of_a_dose_is_said() -> None:
    table = dose_table(an_assessed_patient().doses)
    assert table is not None
    assert table.rows[2][2:] == (
        "MSC-8 (name not documented)",
        "not documented; donor not documented",
        "not documented",
        "not documented",
        "not documented",
    )


def test_cells_and_cells_per_kilogram_are_told_apart() -> None:
    table = dose_table(an_assessed_patient().doses)
    assert table is not None
    assert [row[5] for row in table.rows[:2]] == [
        "80\u202f000\u202f000",
        "1\u202f000\u202f000 per kg",
    ]


def test_a_visit_without_items_has_no_stage_and_says_why() -> None:
    table = stage_table(an_assessed_patient().history)
    assert table is not None
    assert table.rows[0][2:4] == ("items not recorded", "items not recorded")


def test_a_cut_off_stands_with_its_source() -> None:
    table = symptom_table(an_assessed_patient().history)
    row = next(row for row in table.rows if row[0] == "Pseudobulbar affect")
    assert "11 or more" in row[4]
    assert "NINDS" in row[4]


def test_a_table_refuses_a_row_of_another_length() -> None:
    with pytest.raises(InputError, match="row 1"):
        Table("A table", (Column("One"), Column("Two")), (("only one",),))


def test_a_slowing_out_of_reach_is_not_said_to_need_more_visits_than_so_many() -> None:
    # visits are counted only as far as the score stays clear of 0, so more of them may not exist
    table = visits_needed_table(an_assessment())
    assert table is not None
    assert [row[1] for row in table.rows] == ["not within 36", "4"]
    needed = (VisitsNeeded(0.25, None, 0),)
    table = visits_needed_table(replace(an_assessment(), visits_needed=needed))
    assert table is not None
    assert [row[1] for row in table.rows] == ["not by more visits"]
