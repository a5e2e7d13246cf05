"""From one patient's records to the three figures, each with its sentence and its table."""

import bisect

from slopewise.condition.alsfrs import Scale
from slopewise.condition.history import PatientHistory, Visit
from slopewise.condition.symptom_scales import Direction, scale_named
from slopewise.condition.symptoms import SYMPTOMS, symptom_named
from slopewise.report.figures.course import (
    CareBar,
    CoursePicture,
    CourseScore,
    ExpectedPoint,
    course_svg,
)
from slopewise.report.figures.density import DensityPicture, density_svg
from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.figures.symptoms import SymptomPanel, SymptomPicture, symptom_svg
from slopewise.report.numbers import decimal, interval, out_of_100, plural, points
from slopewise.report.numbers import month as month_words
from slopewise.report.patient.tables import MONTH, care_label, cut_off_words
from slopewise.report.patient.words import PRIOR_WORDS
from slopewise.report.tables import Column, Table
from slopewise.response.assessment import ExpectedCourse, PatientAssessment
from slopewise.response.patient import TreatedPatient

__all__ = ["course_drawing", "density_drawing", "symptom_drawing"]

_MOST_CARE_BARS = 6  # more would push the axis out of sight; the care table has them all
_SLOWING_RANGES = (
    (float("-inf"), 0.0, "faster, or no slowing"),
    (0.0, 0.25, "up to a quarter slower"),
    (0.25, 0.5, "a quarter to a half slower"),
    (0.5, 1.0, "half slower up to stopped"),
    (1.0, float("inf"), "better than stopped"),
)


def course_drawing(patient: TreatedPatient, assessment: PatientAssessment) -> Drawing:
    """The patient's picture."""
    history = patient.history
    visits = _plotted(history.visits)
    scale = visits[0].scale if visits else Scale.ALSFRS_R
    event = history.survival_event
    picture = CoursePicture(
        scale_name=scale.value,
        scale_maximum=scale.maximum,
        scores=tuple(CourseScore(v.month, v.alsfrs_total, v.items is not None) for v in visits),
        expected=_expected_points(assessment.expected_course),
        doses=tuple(dose.month for dose in patient.doses),
        care=_care_bars(history),
        event=(event.month, event.kind.value.replace("_", " ")) if event else None,
    )
    return Drawing(
        title="Scores, doses and what was expected",
        sentence=_course_sentence(visits, assessment.expected_course, doses=len(patient.doses)),
        svg=course_svg(picture, WIDE),
        narrow_svg=course_svg(picture, NARROW),
        table=_course_table(visits, assessment.expected_course, scale),
    )


def density_drawing(assessment: PatientAssessment) -> Drawing | None:
    """How likely each amount of slowing is; None where it was not computed."""
    density = assessment.density
    if density is None:
        return None
    prior = PRIOR_WORDS[assessment.prior]
    picture = DensityPicture(density, prior)
    quarter = out_of_100(assessment.probability_quarter_slower)
    return Drawing(
        title="How likely each amount of slowing is",
        sentence=(
            f"The chance that decline is a quarter slower or more is {quarter}; "
            f"that it is slower at all, {out_of_100(assessment.probability_any_slowing)}."
        ),
        svg=density_svg(picture, WIDE),
        narrow_svg=density_svg(picture, NARROW),
        table=Table(
            "Chance of each range of slowing",
            (
                Column("Decline is"),
                Column("With this patient's scores", is_number=True),
                Column(f"Before them ({prior})", is_number=True),
            ),
            tuple(
                (
                    words,
                    out_of_100(_share(density.theta, density.posterior, low=low, high=high)),
                    out_of_100(_share(density.theta, density.prior, low=low, high=high)),
                )
                for low, high, words in _SLOWING_RANGES
            ),
        ),
    )


def symptom_drawing(history: PatientHistory) -> Drawing | None:
    """Small panels for every scale that was used; None where none was."""
    used: dict[tuple[str, str], list[tuple[float, float]]] = {}
    order = [symptom.key for symptom in SYMPTOMS]
    for measured in sorted(history.symptoms, key=lambda one: order.index(one.symptom)):
        series = used.setdefault((measured.symptom, measured.scale), [])
        series.append((measured.month, measured.value))
    if not used:
        return None
    months = [measured.month for measured in history.symptoms]
    panels = tuple(_panel(key[0], key[1], tuple(values)) for key, values in used.items())
    picture = SymptomPicture(panels, min(months), max(months))
    measured_symptoms = len({symptom for symptom, _ in used})
    return Drawing(
        title="Symptoms over time",
        sentence=(
            f"{measured_symptoms} of the seven symptoms were measured, on "
            f"{plural(len(used), 'scale')}; with several scales some will seem better by chance."
        ),
        svg=symptom_svg(picture, WIDE),
        narrow_svg=symptom_svg(picture, NARROW),
        table=Table(
            "Every measurement of a symptom",
            (Column("Scale"), MONTH, Column("Value", is_number=True)),
            tuple(
                (_scale_label(scale), month_words(month), _plain(value))
                for (_, scale), values in used.items()
                for month, value in values
            ),
        ),
    )


def _plotted(visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """Visits of one form: ALSFRS-R where there are any; the two are never drawn together."""
    revised = tuple(visit for visit in visits if visit.scale is Scale.ALSFRS_R)
    return revised or visits


def _expected_points(course: ExpectedCourse | None) -> tuple[ExpectedPoint, ...]:
    if course is None:
        return ()
    columns = (
        course.month,
        course.median,
        course.low50,
        course.high50,
        course.low90,
        course.high90,
    )
    return tuple(ExpectedPoint(*(float(v) for v in row)) for row in zip(*columns, strict=True))


def _care_bars(history: PatientHistory) -> tuple[CareBar, ...]:
    spans: dict[str, list[tuple[float, float | None]]] = {}
    for span in history.care:
        spans.setdefault(care_label(span.kind), []).append((span.start_month, span.end_month))
    bars = tuple(CareBar(label, tuple(found)) for label, found in spans.items())
    return bars[:_MOST_CARE_BARS]


def _course_sentence(
    visits: tuple[Visit, ...], course: ExpectedCourse | None, *, doses: int
) -> str:
    if not visits:
        return "No visit was scored."
    first, last = visits[0], visits[-1]
    seen = (
        f"{plural(len(visits), 'scored visit')}, {plural(doses, 'dose')}: "
        f"{points(first.alsfrs_total)} points at month {month_words(first.month)}, "
        f"{points(last.alsfrs_total)} at month {month_words(last.month)}."
    )
    expected = _expected_at(course, last.month)
    if expected is None:
        return seen
    return (
        f"{seen} Without any effect, 50 of 100 such courses would by then lie between "
        f"{decimal(expected.low50, 0)} and {decimal(expected.high50, 0)} points, 90 of 100 "
        f"between {decimal(expected.low90, 0)} and {decimal(expected.high90, 0)}."
    )


def _course_table(visits: tuple[Visit, ...], course: ExpectedCourse | None, scale: Scale) -> Table:
    rows = []
    for visit in visits:
        expected = _expected_at(course, visit.month)
        rows.append(
            (
                month_words(visit.month),
                points(visit.alsfrs_total),
                decimal(expected.median) if expected else "–",
                interval(expected.low50, expected.high50) if expected else "–",
                interval(expected.low90, expected.high90) if expected else "–",
            )
        )
    columns = (
        MONTH,
        Column(f"{scale.value} total", is_number=True),
        Column("Expected, middle", is_number=True),
        Column("50 of 100", is_number=True),
        Column("90 of 100", is_number=True),
    )
    note = "Expected: without any effect, given the visits before the first dose. Points."
    return Table("Scores and what was expected", columns, tuple(rows), note)


def _expected_at(course: ExpectedCourse | None, month: float) -> ExpectedPoint | None:
    """The expected course at a month, on the straight line between its two nearest months."""
    grid = _expected_points(course)
    if not grid or not grid[0].month <= month <= grid[-1].month:
        return None
    right = max(1, bisect.bisect_left([point.month for point in grid], month))
    if len(grid) == 1:
        return grid[0]
    before, after = grid[right - 1], grid[right]
    share = (month - before.month) / (after.month - before.month)

    def between(name: str) -> float:
        low, high = getattr(before, name), getattr(after, name)
        return float(low + share * (high - low))

    names = ("median", "low50", "high50", "low90", "high90")
    return ExpectedPoint(month, *(between(name) for name in names))


def _share(
    theta: tuple[float, ...], density: tuple[float, ...], *, low: float, high: float
) -> float:
    """The part of a density between two values of θ, of the whole on its grid (trapezium rule)."""
    total = inside = 0.0
    for left in range(len(theta) - 1):
        width = theta[left + 1] - theta[left]
        area = width * (density[left] + density[left + 1]) / 2
        middle = (theta[left] + theta[left + 1]) / 2
        total += area
        inside += area if low <= middle < high else 0.0
    return inside / total if total > 0 else 0.0


def _panel(symptom: str, scale_key: str, values: tuple[tuple[float, float], ...]) -> SymptomPanel:
    known, scale = symptom_named(symptom), scale_named(scale_key)
    title = (known.label if known else symptom).split(" (")[0]
    found = [value for _, value in values]
    if scale is None:
        low, high = min(0.0, *found), max(1.0, 1.1 * max(found))
        return SymptomPanel(title, _scale_label(scale_key), "not a listed scale", low, high, values)
    cut = next((c for c in scale.cut_offs if c.verified), None)
    most = [*found, *([cut.value] if cut else [])]
    better = "high is better" if scale.direction is Direction.HIGHER_IS_BETTER else "high is worse"
    return SymptomPanel(
        title=title,
        scale=_scale_label(scale_key),
        direction=better,
        low=float(scale.low if scale.low is not None else min(0.0, *found)),
        high=float(scale.high if scale.high is not None else max(1.0, 1.15 * max(most))),
        values=values,
        cut_off=cut.value if cut else None,
        cut_off_words=f"dashed: {cut_off_words(cut)}" if cut else "",
    )


def _scale_label(scale_key: str) -> str:
    scale = scale_named(scale_key)
    label = scale.label if scale else scale_key.removeprefix("other: ")
    return label.split(" (")[0].split(";")[0]


def _plain(value: float) -> str:
    return decimal(value, 0 if value == round(value) else 1)
