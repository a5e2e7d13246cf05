"""The forest plot of one question: what each study found, what they say together, what is outside.

One lane a figure. Estimates that do not enter are drawn hollow with the reason; trials without an
estimate stand in a table of their own with the direction they reported.
"""

from collections.abc import Sequence
from dataclasses import replace

from slopewise.evidence.pooling.pooled_effect import PooledEffect, PoolStatus
from slopewise.evidence.question import LeftOut, QuestionAnswer
from slopewise.evidence.study_effect import Measure, StudyEffect, Unconverted
from slopewise.report.evidence.record import heading
from slopewise.report.figures.forest import ForestMark, ForestPicture, forest_svg
from slopewise.report.figures.svg import NARROW, WIDE, Drawing
from slopewise.report.numbers import plural, whole
from slopewise.report.synthesis.effect_words import (
    axis_title,
    effect_text,
    interval_text,
    share_text,
)
from slopewise.report.tables import Column, Table

__all__ = ["QUARTER", "forest", "is_pooled", "people_of"]

QUARTER = (0.25, "a quarter slower")
_POOLED = {PoolStatus.CONVERGED, PoolStatus.BOUNDARY}
_HEADINGS = ("95 % interval", "Weight", "People")
_BORROWED = "not counted: spread borrowed"
_NOT_COUNTED = "not counted: another result"
_ALL_ARMS = {None, "all"}
_LONGEST = 29  # letters of a label left of the plot


def is_pooled(pooled: PooledEffect | None) -> bool:
    """Whether several studies were pooled and the numbers may be read."""
    return pooled is not None and pooled.status in _POOLED and pooled.estimate is not None


def forest(answer: QuestionAnswer, *, with_alternatives: bool = False) -> Drawing | None:
    """The figure; None where no study of the lane has an estimate.

    A study has one row, unless its other results are asked for too: they never count.
    """
    left_out = answer.left_out if with_alternatives else _first_of_each(answer)
    if not answer.effects and not left_out:
        return None
    hollow = tuple(_hollow(left, with_alternatives=with_alternatives) for left in left_out)
    picture = ForestPicture(
        name=f"Forest plot, {answer.question.lane.words}",
        axis_title=axis_title(answer.question.measure),
        headings=_HEADINGS,
        marks=(*_counted(answer), *_together(answer), *hollow),
        is_percent=answer.question.measure is Measure.SLOWING,
        threshold=QUARTER if answer.question.measure is Measure.SLOWING else None,
    )
    return Drawing(
        title=f"Each study and all together: {answer.question.lane.words}",
        sentence=_sentence(answer, left_out),
        svg=forest_svg(picture, WIDE),
        narrow_svg=forest_svg(picture, NARROW),
        table=_table(answer, left_out),
    )


def people_of(row: StudyEffect | Unconverted) -> str:
    """People treated and in the comparison group: "21 / 20"."""
    if row.n_treated is None and row.n_control is None:
        return "–"
    treated = "–" if row.n_treated is None else whole(row.n_treated)
    return treated if row.n_control is None else f"{treated} / {whole(row.n_control)}"


def _weights(answer: QuestionAnswer) -> tuple[float | None, ...]:
    weights = answer.pooled.weights if answer.pooled is not None else ()
    return weights if len(weights) == len(answer.effects) else (None,) * len(answer.effects)


def _counted(answer: QuestionAnswer) -> list[ForestMark]:
    return [
        _mark("counted", effect, weight=weight)
        for effect, weight in zip(answer.effects, _weights(answer), strict=True)
    ]


def _first_of_each(answer: QuestionAnswer) -> tuple[LeftOut, ...]:
    """Of each study that does not enter at all, the best of its estimates."""
    seen = {effect.study_id for effect in answer.effects}
    kept = []
    for left in answer.left_out:
        if left.effect.study_id not in seen:
            seen.add(left.effect.study_id)
            kept.append(left)
    return tuple(kept)


def _hollow(left: LeftOut, *, with_alternatives: bool) -> ForestMark:
    remark = _BORROWED if left.effect.is_borrowed else _NOT_COUNTED
    mark = _mark("hollow", left.effect, remark=remark)
    return replace(mark, label=_short(_which(left.effect))) if with_alternatives else mark


def _which(effect: StudyEffect) -> str:
    """The study with the arm or the time, where one study has several results."""
    if effect.arm not in _ALL_ARMS:
        return f"{effect.label}, {effect.arm}"
    return f"{effect.label}, {effect.timepoint}" if effect.timepoint else effect.label


def _mark(
    kind: str, effect: StudyEffect, *, weight: float | None = None, remark: str = ""
) -> ForestMark:
    ends = effect.interval95
    return ForestMark(
        kind=kind,
        label=_short(effect.label),
        low=ends.low,
        high=ends.high,
        estimate=effect.estimate,
        weight=weight,
        cells=(
            interval_text(effect.measure, ends.low, ends.high),
            share_text(weight),
            people_of(effect),
        ),
        remark=remark,
    )


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…"


def _together(answer: QuestionAnswer) -> list[ForestMark]:
    """The diamond, and where a further study would fall."""
    pooled, measure = answer.pooled, answer.question.measure
    if pooled is None or not is_pooled(pooled) or pooled.low is None or pooled.high is None:
        return []
    rows = [
        ForestMark(
            kind="pooled",
            label="All together",
            low=pooled.low,
            high=pooled.high,
            estimate=pooled.estimate,
            cells=(interval_text(measure, pooled.low, pooled.high), "", ""),
        )
    ]
    if pooled.prediction_low is not None and pooled.prediction_high is not None:
        low, high = pooled.prediction_low, pooled.prediction_high
        rows.append(
            ForestMark(
                kind="prediction",
                label="A further study would fall in",
                low=low,
                high=high,
                cells=(interval_text(measure, low, high), "", ""),
            )
        )
    return rows


def _sentence(answer: QuestionAnswer, left_out: Sequence[LeftOut]) -> str:
    parts = []
    if answer.effects:
        parts.append(
            "Each square is one study, the line its 95 % interval; a larger square weighs more."
        )
    if is_pooled(answer.pooled):
        parts.append("The diamond is all of them together.")
    elif len(answer.effects) == 1:
        parts.append("Only one study has a number, so nothing is pooled.")
    if left_out:
        parts.append(
            f"{plural(len(left_out), 'hollow square is', 'hollow squares are')} shown and "
            "not counted; the reasons stand in the table."
        )
    if answer.unconverted:
        several = plural(len(answer.unconverted), "study", "studies")
        stand = "stands" if len(answer.unconverted) == 1 else "stand"
        parts.append(f"{several} without a usable number {stand} in the list below.")
    return " ".join(parts)


def _table(answer: QuestionAnswer, left_out: Sequence[LeftOut]) -> Table:
    measure = answer.question.measure
    rows = [
        _row(effect, share_text(weight), effect.method)
        for effect, weight in zip(answer.effects, _weights(answer), strict=True)
    ]
    pooled = answer.pooled
    if pooled is not None and is_pooled(pooled):
        interval = interval_text(measure, pooled.low, pooled.high)
        rows.append(("All together", interval, effect_text(measure, pooled.estimate), "–", "–", ""))
        if pooled.prediction_low is not None:
            interval = interval_text(measure, pooled.prediction_low, pooled.prediction_high)
            rows.append(("A further study would fall in", interval, "–", "–", "–", ""))
    rows += [
        _row(left.effect, "0", f"{heading(left.reason)} ({left.effect.method})")
        for left in left_out
    ]
    return Table(
        f"Studies, {answer.question.lane.words}",
        (
            Column("Study"),
            Column("95 % interval", is_number=True),
            Column("Estimate", is_number=True),
            Column("Weight", is_number=True),
            Column("People treated / compared", is_number=True),
            Column("How it was come by"),
        ),
        tuple(rows),
        f"{' '.join(axis_title(measure))}. –: not known or not given.",
    )


def _row(effect: StudyEffect, weight: str, method: str) -> tuple[str, ...]:
    ends = effect.interval95
    return (
        _which(effect),
        interval_text(effect.measure, ends.low, ends.high),
        effect_text(effect.measure, effect.estimate),
        weight,
        people_of(effect),
        heading(method),
    )
