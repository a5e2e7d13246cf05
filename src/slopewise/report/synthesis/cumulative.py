"""How the pooled answer moved as studies came in, and how it moves when one is left out."""

from collections.abc import Sequence

from slopewise.evidence.pooling.pooled_effect import PooledEffect
from slopewise.evidence.question import QuestionAnswer
from slopewise.evidence.study_effect import Measure
from slopewise.report.figures.forest import ForestMark, ForestPicture, forest_svg
from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.numbers import plural
from slopewise.report.synthesis.effect_words import axis_title, effect_text, interval_text
from slopewise.report.synthesis.forest import QUARTER
from slopewise.report.tables import Column, Table

__all__ = ["cumulative", "leave_one_out"]

_Rows = Sequence[tuple[str, str, PooledEffect]]  # label, year, pooled


def cumulative(answer: QuestionAnswer) -> Drawing | None:
    """The pooled effect after each study, in order of year; None with fewer than two studies."""
    rows = [
        (f"{'' if number == 0 else '+ '}{effect.label}", str(effect.year or "–"), pooled)
        for number, (effect, pooled) in enumerate(
            zip(answer.effects, answer.cumulative, strict=False)
        )
    ]
    return _drawing(
        answer,
        rows,
        title=f"How the answer moved: {answer.question.lane.words}",
        sentence="Each row is the answer from the studies up to that one, in order of year.",
    )


def leave_one_out(answer: QuestionAnswer) -> Drawing | None:
    """The pooled effect without each study; None with fewer than two studies."""
    rows = [
        (f"− {effect.label}", str(effect.year or "–"), pooled)
        for effect, pooled in zip(answer.effects, answer.leave_one_out, strict=False)
    ]
    return _drawing(
        answer,
        rows,
        title=f"Without one study at a time: {answer.question.lane.words}",
        sentence="Each row is the answer when that one study is left out.",
    )


def _drawing(answer: QuestionAnswer, rows: _Rows, *, title: str, sentence: str) -> Drawing | None:
    if len(answer.effects) < 2 or not rows:
        return None
    marks = tuple(
        ForestMark(
            kind="running",
            label=label if len(label) < 30 else f"{label[:28].rstrip()}…",
            low=pooled.low,
            high=pooled.high,
            estimate=pooled.estimate,
            cells=(interval_text(answer.question.measure, pooled.low, pooled.high), year),
        )
        for label, year, pooled in rows
        if pooled.low is not None and pooled.high is not None
    )
    if not marks:
        return None
    is_slowing = answer.question.measure is Measure.SLOWING
    picture = ForestPicture(
        name=title,
        axis_title=axis_title(answer.question.measure),
        headings=("95 % interval", "Year"),
        marks=marks,
        is_percent=is_slowing,
        threshold=QUARTER if is_slowing else None,
    )
    silent = len(rows) - len(marks)
    more = (
        f" {plural(silent, 'row has', 'rows have')} no interval and stand in the table only."
        if silent
        else ""
    )
    return Drawing(
        title=title,
        sentence=sentence + more,
        svg=forest_svg(picture, WIDE),
        narrow_svg=forest_svg(picture, NARROW),
        table=_table(answer, rows, title),
    )


def _table(answer: QuestionAnswer, rows: _Rows, title: str) -> Table:
    measure = answer.question.measure
    return Table(
        title,
        (
            Column("Study"),
            Column("Year", is_number=True),
            Column("95 % interval", is_number=True),
            Column("Estimate", is_number=True),
            Column("Studies", is_number=True),
        ),
        tuple(
            (
                label,
                year,
                interval_text(measure, pooled.low, pooled.high),
                effect_text(measure, pooled.estimate),
                str(pooled.k),
            )
            for label, year, pooled in rows
        ),
        f"{' '.join(axis_title(measure))}.",
    )
