"""Studies that may share patients stand in one cohort, in both directions and through chains."""

import dataclasses

from slopewise.evidence.cohorts import cohort_names, largest_of_each
from slopewise.evidence.studies import load_studies
from slopewise.evidence.study import Overlap


def test_a_cohort_is_named_by_its_largest_study() -> None:
    names = cohort_names(load_studies())
    assert names["barczewska_2019"] == "barczewska_2020"
    assert names["karussis_2010"] == "petrou_2016"
    assert names["petrou_2021"] == "petrou_2016"
    assert names["yamashita_2023"] == "yamashita_2023"


def test_overlap_said_by_one_side_only_holds_for_both() -> None:
    """Two studies name a third, which names none: all three are one cohort."""
    wanted = ("gotkine_2023", "oh_2015", "yamashita_2023")
    *speaking, silent = (s for s in load_studies() if s.study_id in wanted)
    shared = [
        dataclasses.replace(study, overlaps=(Overlap("may share", (silent.study_id,)),))
        for study in speaking
    ]
    names = cohort_names((dataclasses.replace(silent, overlaps=()), *shared))
    assert set(names.values()) == {"gotkine_2023"}


def test_a_chain_is_one_cohort() -> None:
    studies = load_studies()  # the two Novara trials are tied only by their long-term report
    names = cohort_names(studies)
    assert names["mazzini_2003"] == names["mazzini_2010"] == names["mazzini_2012"]
    assert names["mazzini_2015"] != names["mazzini_2012"]


def test_one_study_of_each_cohort_is_kept_the_largest() -> None:
    studies = load_studies()
    kept = largest_of_each(studies)
    assert len(kept) == len(set(cohort_names(studies).values()))
    wanted = {"barczewska_2019", "barczewska_2020", "petrou_2016", "petrou_2021"}
    some = tuple(study for study in studies if study.study_id in wanted)
    assert [study.study_id for study in largest_of_each(some)] == ["barczewska_2020", "petrou_2016"]


def test_the_names_of_the_whole_record_keep_a_chain_whose_middle_is_left_out() -> None:
    studies = load_studies()
    ends = [s for s in studies if s.study_id in {"mazzini_2003", "mazzini_2010"}]
    assert len(largest_of_each(ends)) == 2
    assert len(largest_of_each(ends, cohorts=cohort_names(studies))) == 1


def test_equal_studies_are_ordered_by_year() -> None:
    first, second = (s for s in load_studies() if s.study_id in {"glass_2012", "riley_2014"})
    same = dataclasses.replace(second, people=first.people)
    assert cohort_names((first, same))[second.study_id] == "glass_2012"
