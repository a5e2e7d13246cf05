"""The picture of cells, routes and people treated says what its table says."""

import re

from slopewise.evidence.filters import StudyFilter, select
from slopewise.evidence.studies import load_studies
from slopewise.report.evidence.map import evidence_map


def test_every_study_that_states_its_people_has_one_mark_and_one_number() -> None:
    picture = evidence_map(load_studies())
    assert picture is not None
    stated = [
        study.people.treated.value for study in load_studies() if study.people.treated is not None
    ]
    listed = [
        int(n)
        for row in picture.table.rows
        for cell in row[1:]
        for n in cell.split(", ")
        if n != "–"
    ]
    assert sorted(listed) == sorted(stated)
    marks = re.findall(r'stroke-width="2"', str(picture.svg))
    assert len(marks) == len(stated) + 3  # and three in the key


def test_the_sentence_counts_what_is_drawn() -> None:
    # 37 of the 60 records state people treated; the largest randomised one is the phase 3 trial
    # of NurOwn with 95 treated (Cudkowicz 2022, Table 1, doi:10.1002/mus.27472)
    picture = evidence_map(load_studies())
    assert picture is not None
    assert picture.sentence == (
        "Of 60 records, 37 state how many people were treated; 5 of those are randomised, the "
        "largest with 95 people treated. No randomised study among: Wharton's jelly, embryonic "
        "stem cell line, fetal neural tissue, peripheral blood."
    )


def test_studies_without_numbers_of_people_give_no_picture() -> None:
    assert evidence_map(select(load_studies(), StudyFilter(lane="no_result"))) is None


def test_the_same_studies_give_the_same_drawing() -> None:
    chosen = select(load_studies(), StudyFilter(donor="allogeneic"))
    first, second = evidence_map(chosen), evidence_map(tuple(reversed(chosen)))
    assert first is not None
    assert second is not None
    assert first.svg == second.svg
