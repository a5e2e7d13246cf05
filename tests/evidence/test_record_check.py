"""The check of the record finds what is there, and nothing that is not."""

from dataclasses import replace
from typing import Any

from slopewise.evidence.checks.claim_rows import claims_without_rows
from slopewise.evidence.checks.numbers import numbers_of
from slopewise.evidence.checks.record_check import CheckPart, CheckSection, check_record
from slopewise.evidence.claims.known import known_claims
from slopewise.evidence.registry.entries import load_entries
from slopewise.evidence.studies import load_studies, load_study
from slopewise.evidence.study import Citation, CitedNumber, Overlap


def section(part: CheckPart, *studies: Any) -> CheckSection:
    found = check_record(studies or load_studies(), load_entries())
    return next(one for one in found if one.part is part)


def test_every_number_of_a_study_is_met_once_with_its_citation() -> None:
    study = load_study("gotkine_2023")
    found = {number.place: number for number in numbers_of(study)}
    assert len(found) == len(numbers_of(study))
    assert found["people.treated.value"].value == 10
    assert study.people.treated is not None
    assert found["people.treated.value"].citation is study.people.treated.citation
    assert not any(place.startswith("arms") for place in found)


def test_replaced_figures_of_the_record_are_those_of_the_phase_3_trial() -> None:
    remarks = section(CheckPart.SUPERSEDED).remarks
    assert [one.about for one in remarks] == ["cudkowicz_2022"] * 3


def test_the_record_has_no_overlap_or_link_that_only_one_side_names() -> None:
    assert section(CheckPart.OVERLAPS).remarks == ()
    assert section(CheckPart.LINKS).remarks == ()


def test_an_overlap_that_only_one_side_names_is_found() -> None:
    one = replace(load_study("yamashita_2023"), overlaps=(Overlap("same", ("li_2017",)),))
    said = section(CheckPart.OVERLAPS, one, load_study("li_2017")).remarks
    assert [(each.about, each.text) for each in said] == [
        ("yamashita_2023", "names li_2017, which does not name it back")
    ]


def test_a_registry_page_and_a_report_that_count_differently_are_found() -> None:
    # AstroRx: 16 in the registry, 10 in the paper (Gotkine 2023, doi:10.1186/s12967-023-03903-3)
    said = {one.about: one.text for one in section(CheckPart.SIZES).remarks}
    assert said["gotkine_2023"] == "a registry page says 16 enrolled, the report counts 10"
    assert said["aguera_2025"].startswith("NCT02290886 says 52 enrolled")
    assert said["cudkowicz_2022"].startswith("NCT03280056 says 263 enrolled")


def test_arms_of_the_record_add_up_to_the_people_treated() -> None:
    assert section(CheckPart.ARMS).remarks == ()
    study = load_study("petrou_2016")
    treated = CitedNumber(Citation("https://example.org"), "people", value=27)
    wrong = replace(study, people=replace(study.people, treated=treated))
    said = section(CheckPart.ARMS, wrong).remarks
    assert [one.text for one in said] == ["the treated arms hold 26 people, but 27 were treated"]


def test_unjudged_domains_are_counted() -> None:
    found = section(CheckPart.UNJUDGED, load_study("oh_2018"))
    assert [(one.about, one.count) for one in found.remarks] == [("oh_2018", 2)]
    assert "randomisation process" in found.remarks[0].text
    without = replace(load_study("oh_2018"), risk_of_bias_judgements=None)
    assert section(CheckPart.UNJUDGED, without).remarks[0].text == "no domain of bias is judged"


def test_secondary_sources_and_unknown_reading_are_counted_by_row() -> None:
    found = section(CheckPart.SECONDARY, load_study("cudkowicz_2022"))
    assert [one.text.split(":")[0] for one in found.remarks] == [
        "group_differences[0]",
        "group_differences[1]",
        "group_differences[2]",
    ]
    # 95, -5.52, 94, -5.88 and 0.36
    assert found.remarks[0].count == 5
    status = section(CheckPart.STATUS, load_study("petrou_2021"))
    assert [(one.text, one.count) for one in status.remarks] == [
        ("safety: 2 numbers, no reading status", 2)
    ]


def test_a_claim_that_names_a_missing_row_is_found() -> None:
    claims = known_claims()
    assert claims_without_rows(claims, load_studies()).remarks == ()
    left = [study for study in load_studies() if study.study_id != "staff_2016"]
    found = claims_without_rows(claims, left)
    assert found.remarks
    assert all(
        one.text.endswith("names staff_2016, which is no study here") for one in found.remarks
    )
    silent = [
        replace(study, safety=None) if study.study_id == "staff_2016" else study
        for study in load_studies()
    ]
    texts = [one.text for one in claims_without_rows(claims, silent).remarks]
    assert texts
    assert all(text.endswith("names staff_2016, which has no such row") for text in texts)
