"""The expected course ahead as a picture beside the scores so far; ALSFRS-R only."""

from slopewise.progression.joint.specification import ALSFRS_R
from slopewise.progression.observed.outlook import Outlook
from slopewise.report.figures.course import CoursePicture, CourseScore, ExpectedPoint, course_svg
from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.progression.outlook_text import course_table
from slopewise.report.progression.outlook_words import range_sentence

__all__ = ["course_drawing"]


def course_drawing(outlook: Outlook) -> Drawing:
    """Scores to the landmark, then the bands that hold 50 and 90 of 100 scores ahead."""
    origin = outlook.patient.origin_month
    scores = tuple(
        CourseScore(month=value.month + origin, total=value.value, from_items=True)
        for value in outlook.patient.values
        if value.marker == outlook.marker.name and value.month + origin <= outlook.landmark_month
    )
    quantiles = outlook.prediction.score_quantiles[0]
    expected = tuple(
        ExpectedPoint(
            month=outlook.landmark_month + ahead,
            median=float(row[2]),
            low50=float(row[1]),
            high50=float(row[3]),
            low90=float(row[0]),
            high90=float(row[4]),
        )
        for ahead, row in zip(outlook.prediction.horizons, quantiles, strict=True)
    )
    picture = CoursePicture(
        scale_name="ALSFRS-R",
        scale_maximum=int(ALSFRS_R.high or 48),
        scores=scores,
        expected=expected,
        doses=tuple(
            month + origin
            for month in outlook.patient.exposure.start_month
            if month + origin <= outlook.landmark_month
        ),
    )
    return Drawing(
        title="Expected course",
        sentence=range_sentence(outlook),
        svg=course_svg(picture, WIDE),
        narrow_svg=course_svg(picture, NARROW),
        table=course_table(outlook),
    )
