"""The map and the timeline draw every study once, and say what their tables say."""

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from tests.evidence_answers import CITATION

from slopewise.evidence.design import Lane
from slopewise.evidence.registry.entry import EntryKind, RegistryEntry
from slopewise.evidence.studies import load_studies
from slopewise.evidence.study import CitedNumber
from slopewise.report.figures.bubbles import Bubble, packed, radius, swarm
from slopewise.report.landscape.harvest_map import harvest_map
from slopewise.report.landscape.timeline import timeline

READ = [study for study in load_studies() if study.is_content_read]


def test_every_study_with_content_is_one_bubble_and_one_entry_of_the_table() -> None:
    picture = harvest_map(load_studies())
    assert picture is not None
    told = [
        entry
        for row in picture.table.rows
        for cell in row[1:]
        for entry in cell.split(", ")
        if entry != "–"
    ]
    stated = [s.people.treated.value for s in READ if s.people.treated is not None]
    assert Counter(told) == Counter(
        [f"{value:g}" for value in stated] + ["?"] * (len(READ) - len(stated))
    )
    for svg in (picture.svg, picture.narrow_svg):
        assert len(re.findall("<path[^>]*translate", str(svg))) == len(READ) + 3  # and the key


def test_the_sentence_of_the_map_counts_the_randomised_combinations() -> None:
    picture = harvest_map(load_studies())
    assert picture is not None
    combinations_tried = len(picture.table.rows)
    randomised = sum(row[1] != "–" for row in picture.table.rows)
    assert f"Of {combinations_tried} combinations of cells and route, {randomised} have" in (
        picture.sentence
    )


def test_the_timeline_names_every_dated_study_and_says_how_many_are_not() -> None:
    picture = timeline(load_studies())
    assert picture is not None
    dated = [study for study in load_studies() if study.bibliography.year is not None]
    assert sorted(row[0] for row in picture.table.rows) == sorted(s.label for s in dated)
    years = [int(row[1]) for row in picture.table.rows]
    assert years == sorted(years)
    assert f"{len(load_studies()) - len(dated)} records have no year read" in picture.sentence
    for svg in (picture.svg, picture.narrow_svg):
        assert len(re.findall("<path[^>]*translate", str(svg))) == len(dated)


def test_registered_trials_without_a_result_stand_at_the_year_of_their_start() -> None:
    entry = RegistryEntry(
        identifier="NCT00000000",
        title="made up",
        kind=EntryKind.TRIAL,
        status="unknown",
        citation=CITATION,
        start="2016-05",
        size=CitedNumber(CITATION, "people", 40.0),
    )
    reported = replace(entry, identifier="NCT11111111", study_ids=("oh_2018",))
    plain, picture = timeline(load_studies()), timeline(load_studies(), [entry, reported])
    assert plain is not None
    assert picture is not None
    added = set(picture.table.rows) - set(plain.table.rows)
    assert added == {("NCT00000000: unknown", "2016", "No result read", "40")}
    assert "Of 1 registered trial no result was read" in picture.sentence


def test_no_studies_no_pictures() -> None:
    assert harvest_map(()) is None
    assert timeline(()) is None


@pytest.mark.parametrize("width", [860, 270])
def test_bubbles_never_cover_one_another(width: int) -> None:
    people = (1, 95, 20, 20, 20, 3, None, 48, 7, 7, 7, 12, 67, 5)
    bubbles = [Bubble(Lane.SINGLE_ARM, one, at=100 + 4.0 * n) for n, one in enumerate(people)]
    for placed, _ in (packed(bubbles, 90, width), swarm(bubbles, width)):
        assert len(placed) == len(bubbles)
        for one, other in combinations(placed, 2):
            apart = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
            assert apart >= radius(one.bubble.people, width) + radius(other.bubble.people, width)


def test_area_grows_with_people() -> None:
    assert radius(80, 860) ** 2 == pytest.approx(4 * radius(20, 860) ** 2)
