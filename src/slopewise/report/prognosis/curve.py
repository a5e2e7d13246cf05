"""The survival curve of a prognosis with its sentence and the numbers behind it."""

from slopewise.condition.risk import (
    KNOTS_MONTHS,
    Prognosis,
    conditional_survival,
    survival,
)
from slopewise.report.figures.survival import SurvivalPicture, SurvivalPoint, survival_svg
from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.numbers import decimal
from slopewise.report.numbers import month as month_words
from slopewise.report.prognosis.words import of_100
from slopewise.report.tables import Column, Table

__all__ = ["survival_drawing", "survival_table"]

_TITLE = "Survival without the event"
_SHOWN_MONTHS = 60.0
_POINTS = 80


def survival_drawing(prognosis: Prognosis) -> Drawing:
    """The curve from the assessment on, for people who had no event until then."""
    picture = _picture(prognosis)
    return Drawing(
        title=_TITLE,
        sentence=_sentence(prognosis),
        svg=survival_svg(picture, WIDE),
        narrow_svg=survival_svg(picture, NARROW),
        table=survival_table(prognosis),
    )


def survival_table(prognosis: Prognosis) -> Table:
    """Of 100 people, those without event by a month; of all, and of those at the assessment."""
    assessment = prognosis.facts.months_onset_to_assessment
    months = sorted({*(month for month, _ in prognosis.survival), assessment + 12.0})
    rows = tuple(
        (
            month_words(month),
            _from_onset(prognosis, month),
            "–" if month < assessment else _from_assessment(prognosis, month),
        )
        for month in months
    )
    columns = (
        Column("Months from the first symptom", is_number=True),
        Column("Of all", is_number=True),
        Column("Of those without event at the assessment", is_number=True),
    )
    note = (
        "Of 100 people with these facts, for how many the event has not happened. Of all: counted "
        f"from the first symptom. The assessment was at month {month_words(assessment)}, a year "
        f"after it is month {month_words(assessment + 12.0)}; – = before it."
    )
    return Table(_TITLE, columns, rows, note)


def _sentence(prognosis: Prognosis) -> str:
    assessment = prognosis.facts.months_onset_to_assessment
    told = _from_assessment(prognosis, assessment + 12.0)
    number = "number" if " to " not in told else "range"
    return (
        f"Of 100 people with these facts and without event at the assessment (month "
        f"{month_words(assessment)}), the event has not happened a year later for {told}. The "
        f"{number} is for a group; it does not say on which side of it one person will be, and the "
        "uncertainty of the model itself is not included."
    )


def _from_onset(prognosis: Prognosis, month: float) -> str:
    return _bare(of_100(prognosis, lambda one: survival(month, one.lp_encals_2018)))


def _from_assessment(prognosis: Prognosis, month: float) -> str:
    return _bare(of_100(prognosis, lambda one: _given_alive(one, month)))


def _given_alive(prognosis: Prognosis, month: float) -> float:
    return conditional_survival(
        month,
        alive_at=prognosis.facts.months_onset_to_assessment,
        linear_predictor=prognosis.lp_encals_2018,
    )


def _bare(out_of_100: str) -> str:
    return out_of_100.removesuffix(" out of 100")


def _picture(prognosis: Prognosis) -> SurvivalPicture:
    start = prognosis.facts.months_onset_to_assessment
    last_knot = KNOTS_MONTHS[1]
    wanted = max(_SHOWN_MONTHS, start + 24.0, 2 * (prognosis.median.months or 0.0))
    end = min(wanted, max(last_knot, start + 24.0))
    months = [start + (end - start) * step / _POINTS for step in range(_POINTS + 1)]
    other = prognosis.if_yes or prognosis
    return SurvivalPicture(
        points=tuple(
            SurvivalPoint(
                month=month,
                high=100 * _given_alive(prognosis, month),
                low=100 * _given_alive(other, month),
            )
            for month in months
        ),
        known_until=last_knot,
        is_range=prognosis.if_yes is not None,
        start_words=f"assessment, month {decimal(start, 0)}",
    )
