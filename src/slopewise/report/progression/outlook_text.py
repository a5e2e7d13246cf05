"""A prediction for the terminal: range in words, then tables; survival only with the curve."""

from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.observed.outlook import LookBack, Outlook
from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import decimal, interval, month, out_of_100, plural
from slopewise.report.progression.outlook_words import (
    CURVE_HINT,
    OUTLOOK_LIMITS,
    course_sentence,
    event_sentence,
    leaving_sentence,
    look_back_sentence,
    outlook_remarks,
    range_sentence,
    scored,
)
from slopewise.report.tables import Column, Table

__all__ = ["course_table", "look_back_table", "outlook_text", "survival_table"]

WIDTH = 88
_ROWS = 12  # of the table of function; the curve has every month


def outlook_text(outlook: Outlook, *, with_curve: bool) -> str:
    """The answer; months of survival after it only where they were asked for."""
    seen = (
        f"{outlook.patient.patient_id}: {plural(outlook.values_used, 'value')} of "
        f"{scored(outlook.marker)} to month {month(outlook.landmark_month)}, the last "
        f"{decimal(outlook.last_value, 0 if outlook.last_value % 1 == 0 else 1)} "
        f"{outlook.marker.unit}."
    )
    said = (range_sentence(outlook), event_sentence(outlook), course_sentence(outlook))
    parts = [wrapped(seen), *(wrapped(sentence) for sentence in said if sentence)]
    if outlook.leaving:
        parts.append("\n".join(wrapped(leaving_sentence(one, outlook)) for one in outlook.leaving))
    parts.append(lay_out(course_table(outlook)))
    if with_curve and outlook.prediction.survival is not None:
        parts.append(lay_out(survival_table(outlook)))
    if outlook.look_back:
        parts += [lay_out(look_back_table(outlook)), wrapped(look_back_sentence(outlook.look_back))]
    parts.append("Mind:\n" + bullets(outlook_remarks(outlook)))
    parts.append("What this is, and is not:\n" + bullets(OUTLOOK_LIMITS))
    parts.append(wrapped(f"Model: {outlook.forecaster.source}."))
    if not with_curve and outlook.prediction.survival is not None:
        parts.append(wrapped(CURVE_HINT))
    return "\n\n".join(parts)


def course_table(outlook: Outlook) -> Table:
    """Expected function and what would be scored, by month; ranges before middles."""
    prediction = outlook.prediction
    steps = range(1, len(prediction.horizons)) if len(prediction.horizons) > 1 else range(1)
    stride = max(1, -(-len(steps) // _ROWS))
    shown = sorted({*list(steps)[stride - 1 :: stride], len(prediction.horizons) - 1})
    places = 0 if outlook.marker.name == "alsfrs_total" else 1
    rows = tuple(
        (
            month(prediction.horizons[step]),
            interval(*_ends(prediction.score_quantiles[0, step], 0), places),
            interval(*_ends(prediction.function_quantiles[0, step], 0), places),
            interval(*_ends(prediction.function_quantiles[0, step], 1), places),
            decimal(float(prediction.function_quantiles[0, step, 2]), places),
        )
        for step in shown
    )
    columns = (
        Column("Months ahead", is_number=True),
        Column("Score, 90 %", is_number=True),
        Column("Function, 90 %", is_number=True),
        Column("50 %", is_number=True),
        Column("Middle", is_number=True),
    )
    alive = " Of those without the event by then." if outlook.event.is_modelled else ""
    note = (
        f"{scored(outlook.marker)}, {outlook.marker.unit}. Score: what would be recorded, with the "
        f"rater's error; function: without it.{alive}"
    )
    return Table("Expected course", columns, rows, note)


def survival_table(outlook: Outlook) -> Table:
    """Of 100 such people, for how many the event has not happened; range over parameter doubt."""
    prediction = outlook.prediction
    survival, low, high = prediction.survival, prediction.survival_low, prediction.survival_high
    assert survival is not None
    assert low is not None
    assert high is not None
    rows = tuple(
        (
            month(ahead),
            f"{_hundredths(low[0, step])} to {_hundredths(high[0, step])}",
            _hundredths(survival[0, step]),
        )
        for step, ahead in enumerate(prediction.horizons)
        if step > 0
    )
    columns = (
        Column("Months ahead", is_number=True),
        Column("90 %", is_number=True),
        Column("Of 100", is_number=True),
    )
    note = (
        f"Of 100 people with such scores, for how many the event ({outlook.event.words}) has not "
        "happened. 90 %: doubt about the model's parameters; what happens to one person is not in "
        "it."
    )
    return Table("Without the event", columns, rows, note)


def look_back_table(outlook: Outlook) -> Table:
    """Each earlier prediction beside what then happened."""
    columns = (
        Column("At month", is_number=True),
        Column("Score then", is_number=True),
        Column("For month", is_number=True),
        Column("Predicted, 90 %", is_number=True),
        Column("Middle", is_number=True),
        Column("What happened"),
    )
    rows = tuple(
        (
            month(one.landmark_month),
            decimal(one.score_then, 0 if one.score_then % 1 == 0 else 1),
            month(one.month),
            interval(one.low90, one.high90, 0),
            decimal(one.median, 0),
            _happened(one),
        )
        for one in outlook.look_back
    )
    note = (
        "Each prediction used the visits up to its month only, and is for the visit nearest to the "
        f"horizon of {outlook.horizon:g} months; the model's parameters are the same for all."
    )
    return Table("Looking back", columns, rows, note)


def _happened(one: LookBack) -> str:
    if one.score is None:
        return one.outcome
    score = decimal(one.score, 0 if one.score % 1 == 0 else 1)
    return f"{score}, {'inside' if one.is_inside else 'OUTSIDE'}"


def _ends(quantiles: Float[Array, " quantiles"], place: int) -> tuple[float, float]:
    return float(quantiles[place]), float(quantiles[-1 - place])


def _hundredths(probability: float) -> str:
    return out_of_100(float(probability)).removesuffix(" out of 100")
