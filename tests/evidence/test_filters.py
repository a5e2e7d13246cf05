"""Choosing, counting and ordering the published studies."""

import pytest

from slopewise.errors import InputError
from slopewise.evidence.filters import (
    SORT_KEYS,
    StudyFilter,
    cell_source_family,
    count_by,
    route_families,
    scale_families,
    select,
    sort_studies,
)
from slopewise.evidence.studies import load_studies, load_study


def chosen(wanted: StudyFilter) -> set[str]:
    return {study.study_id for study in select(load_studies(), wanted)}


def test_an_open_filter_keeps_every_study() -> None:
    assert StudyFilter().is_open
    assert select(load_studies(), StudyFilter()) == load_studies()


def test_wharton_s_jelly_is_not_umbilical_cord() -> None:
    assert chosen(StudyFilter(cell_source="Wharton's jelly")) == {
        "barczewska_2019",
        "barczewska_2020",
    }


def test_a_combined_route_counts_under_each_of_its_routes() -> None:
    # NurOwn phase 2 gave cells into the cerebrospinal fluid and into muscle in one session
    assert route_families(load_study("berry_2019")) == ("intrathecal", "intramuscular")
    intramuscular = {"berry_2019", "petrou_2016", "geijo_barrientos_2020"}
    assert chosen(StudyFilter(route="intramuscular")) == intramuscular


def test_an_irradiated_patient_s_infusion_is_intravenous() -> None:
    assert route_families(load_study("appel_2008")) == ("intravenous",)


def test_the_older_scale_is_never_found_under_the_revised_one() -> None:
    # Karussis 2010, Syková 2017 and Blanquer 2012 used ALSFRS, 0 to 40
    older = chosen(StudyFilter(scale="ALSFRS"))
    assert {"karussis_2010", "sykova_2017", "blanquer_2012"} <= older
    assert not older & chosen(StudyFilter(scale="ALSFRS-R"))


def test_filters_are_met_together() -> None:
    randomised = StudyFilter(lane="randomised", cell_source="adipose")
    assert chosen(randomised) == {"aguera_2025"}


def test_text_is_found_in_any_order_and_any_case() -> None:
    assert chosen(StudyFilter(text="NUROWN expanded")) == {"nurown_eap_2025"}
    assert chosen(StudyFilter(text="NCT01363401")) == {"oh_2018"}


def test_studies_without_results_can_be_left_out() -> None:
    with_numbers = chosen(StudyFilter(has_numbers=True))
    assert "oh_2018" in with_numbers
    assert "oh_2015" not in with_numbers
    assert with_numbers.isdisjoint(chosen(StudyFilter(has_numbers=False)))


def test_a_value_nobody_has_finds_nothing() -> None:
    assert chosen(StudyFilter(route="by post")) == set()


def test_an_unknown_lane_is_refused() -> None:
    with pytest.raises(InputError, match='no lane "best"'):
        StudyFilter(lane="best")


def test_every_printed_cell_source_has_its_family() -> None:
    printed = {study.treatment.cell_source for study in load_studies()}
    families = {cell_source_family(study) for study in load_studies()}
    assert len(families) < len(printed)
    assert not any("(" in family for family in families)


def test_what_was_not_read_is_counted_last() -> None:
    counted = count_by(load_studies(), scale_families)
    assert counted[0][0] == "ALSFRS-R"
    assert counted[-1][0] == "not read"


def test_order_by_people_puts_the_largest_first_and_the_unknown_last() -> None:
    ordered = sort_studies(load_studies(), "people")
    assert ordered[0].study_id == "sharma_2021"  # 150 treated
    assert ordered[-1].people.treated is None


@pytest.mark.parametrize("order", sorted(SORT_KEYS))
def test_an_order_keeps_every_study(order: str) -> None:
    assert set(sort_studies(load_studies(), order)) == set(load_studies())


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(InputError, match='cannot sort by "luck"'):
        sort_studies(load_studies(), "luck")
