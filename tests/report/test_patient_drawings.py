"""The figures of one patient: what is drawn, what is said, what stands in the table."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.builders import an_assessed_patient, an_assessment, an_unassessed_patient

from slopewise.condition.alsfrs import Scale
from slopewise.condition.history import PatientHistory, Visit
from slopewise.report.figures import style
from slopewise.report.figures.course import course_svg
from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.patient.drawings import course_drawing, density_drawing, symptom_drawing
from slopewise.response.assessment import SlowingDensity
from slopewise.response.patient import TreatedPatient

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def course() -> Drawing:
    return course_drawing(an_assessed_patient(), an_assessment())


@pytest.fixture(scope="module")
def density() -> Drawing:
    drawn = density_drawing(an_assessment())
    assert drawn is not None
    return drawn


def marks(svg: str, color: str) -> int:
    """How many marks have this colour as fill or stroke."""
    return sum(
        color in (e.get("fill"), e.get("stroke")) for e in ElementTree.fromstring(svg).iter()
    )


def words(svg: str) -> list[str]:
    lines = (
        e for e in ElementTree.fromstring(svg).iter() if e.tag in {f"{SVG}text", f"{SVG}tspan"}
    )
    return [line.text for line in lines if line.text]


def test_a_drawing_is_one_named_image(course: Drawing) -> None:
    root = ElementTree.fromstring(course.svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label")


def test_a_drawing_needs_no_script_style_or_font_of_another_place(course: Drawing) -> None:
    assert not re.search(r"<script|<style|style=|href|url\(|@font-face|\son\w+=", course.svg)


def test_the_same_patient_is_drawn_the_same(course: Drawing) -> None:
    course_svg.cache_clear()
    assert course_drawing(an_assessed_patient(), an_assessment()).svg == course.svg


def test_a_drawing_is_kept_so_that_the_page_is_quick(course: Drawing) -> None:
    before = course_svg.cache_info().hits
    course_drawing(an_assessed_patient(), an_assessment())
    assert course_svg.cache_info().hits == before + 2


def test_the_narrow_drawing_is_narrower(course: Drawing) -> None:
    wide, narrow = (
        float(ElementTree.fromstring(s).get("width") or 0) for s in (course.svg, course.narrow_svg)
    )
    assert narrow < 360 < WIDE <= wide
    assert narrow >= NARROW


def test_every_dose_is_marked_and_numbered(course: Drawing) -> None:
    numbered = ElementTree.fromstring(course.svg).iter(f"{SVG}text")
    assert [e.text for e in numbered if e.get("fill") == style.DOSE] == ["1", "2", "3"]
    heads_and_ticks = 2 * 3 + 1  # and one in the key
    numbers = 3
    assert marks(course.svg, style.DOSE) == heads_and_ticks + numbers


def test_a_total_without_items_looks_different_not_only_coloured(course: Drawing) -> None:
    assert {"scored visit", "total without items"} <= set(words(course.svg))


def test_standard_care_is_named_and_an_arrow_says_it_goes_on(course: Drawing) -> None:
    named = words(course.svg)
    assert "Riluzole →" in named
    assert "Physiotherapy and exercise" in named


def test_the_sentence_tells_the_bands_at_the_last_visit(course: Drawing) -> None:
    """At month 12 the middle is 35 - 11.4 = 23.6; the bands lie 3 and 7.8 points around it."""
    assert "50 of 100 such courses would by then lie between 21 and 27" in course.sentence
    assert "90 of 100 between 16 and 31" in course.sentence


def test_the_table_reads_the_expected_course_between_its_months() -> None:
    assessment = an_assessment()
    course = assessment.expected_course
    assert course is not None
    every_second = {
        name: getattr(course, name)[::2]
        for name in ("month", "median", "low50", "high50", "low90", "high90")
    }
    sparse = replace(assessment, expected_course=replace(course, **every_second))
    table = course_drawing(an_assessed_patient(), sparse).table
    at_month_1 = next(row for row in table.rows if row[0] == "1")
    assert at_month_1[2] == "34.0" or at_month_1[2] == "34.1"  # 35 - 0.95, rounded half to even


def test_nothing_is_expected_before_the_expected_course_begins(course: Drawing) -> None:
    assert [row[2] for row in course.table.rows[:4]] == ["–"] * 4


def test_the_two_forms_are_never_drawn_together() -> None:
    visits = (Visit(-2.0, 38, Scale.ALSFRS), Visit(-1.0, 44, Scale.ALSFRS_R))
    patient = TreatedPatient(PatientHistory("DEMO-001", visits))
    drawn = course_drawing(patient, an_assessment())
    assert len(drawn.table.rows) == 1
    assert "ALSFRS-R total, points" in words(drawn.svg)


def test_a_patient_without_dose_or_answer_is_drawn_from_the_first_visit() -> None:
    bare = replace(an_assessment(), expected_course=None)
    drawn = course_drawing(an_unassessed_patient(), bare)
    assert "Months from the first visit" in words(drawn.svg)
    assert "expected without treatment" not in words(drawn.svg)


def test_a_patient_without_a_visit_has_a_sentence_and_an_empty_picture() -> None:
    patient = TreatedPatient(PatientHistory("DEMO-001", ()))
    drawn = course_drawing(patient, replace(an_assessment(), expected_course=None))
    assert drawn.sentence == "No visit was scored."
    assert ElementTree.fromstring(drawn.svg) is not None


def test_the_axis_of_slowing_is_labelled_in_words(density: Drawing) -> None:
    told = " ".join(words(density.svg))
    assert "slowing θ (0 = no effect, 0.25 = a quarter slower, 1 = stopped)" in told


def test_the_ranges_of_slowing_add_up_to_everybody(density: Drawing) -> None:
    for column in (1, 2):
        said = [re.findall(r"\d+", row[column])[0] for row in density.table.rows]
        few = sum("fewer" in row[column] for row in density.table.rows)
        assert 97 <= sum(map(int, said)) - few <= 103


def test_a_range_holds_its_share_of_the_density() -> None:
    """All of a flat density on -1..2: a third lies below 0, a third above 1."""
    theta = tuple(-1 + 0.01 * step for step in range(301))
    flat = SlowingDensity(theta, (1 / 3,) * 301, (1 / 3,) * 301, (0.0,) * 301)
    drawn = density_drawing(replace(an_assessment(), density=flat))
    assert drawn is not None
    assert [row[1] for row in drawn.table.rows] == [
        "33 out of 100",
        "8 out of 100",
        "8 out of 100",
        "17 out of 100",
        "33 out of 100",
    ]


def test_without_a_density_there_is_no_drawing_of_it() -> None:
    assert density_drawing(replace(an_assessment(), density=None)) is None


def test_a_cut_off_is_drawn_and_named_where_one_is_published() -> None:
    drawn = symptom_drawing(an_assessed_patient().history)
    assert drawn is not None
    assert "dashed: 11 or more" in words(drawn.svg)
    assert "high is worse" in words(drawn.svg)


def test_symptoms_that_were_not_measured_are_not_drawn() -> None:
    assert symptom_drawing(an_unassessed_patient().history) is None
