"""Scored predictions for the terminal: who and verdict first, then tables; intervals first."""

from slopewise.progression.checks.calibration_curve import CalibrationCurve
from slopewise.progression.checks.coverage import FunctionScores
from slopewise.progression.observed.scoring import ScoredPredictions
from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import NOT_AVAILABLE, decimal, interval, month, percent
from slopewise.report.progression.outlook_words import OUTLOOK_LIMITS
from slopewise.report.progression.scores_words import (
    mind_sentences,
    named_scores,
    summary_sentences,
    why_not,
)
from slopewise.report.tables import Column, Table

__all__ = ["calibration_table", "coverage_table", "scores_table", "scores_text"]

WIDTH = 88


def scores_text(found: ScoredPredictions) -> str:
    """The whole answer."""
    parts = [wrapped(sentence) for sentence in summary_sentences(found)]
    parts.append(lay_out(scores_table(found)))
    if found.survival is not None:
        parts.append(lay_out(calibration_table(found.survival.calibration[-1])))
    if found.function is not None:
        parts.append(lay_out(coverage_table(found.function)))
    parts.append("Mind:\n" + bullets(mind_sentences(found)))
    parts.append("What this is, and is not:\n" + bullets(OUTLOOK_LIMITS[:1]))
    parts.append(wrapped(f"Model: {found.forecaster.source}."))
    return "\n\n".join(parts)


def scores_table(found: ScoredPredictions) -> Table:
    """One row a score and horizon."""
    columns = (
        Column("Score"),
        Column("Months ahead", is_number=True),
        Column("95 % interval", is_number=True),
        Column("Estimate", is_number=True),
    )
    named = named_scores(found)
    rows = tuple(
        (
            name,
            "all" if ahead is None else month(ahead),
            "cannot tell"
            if score.lower is None or score.upper is None
            else interval(score.lower, score.upper, 3),
            "–" if score.value is None else decimal(score.value, 3),
        )
        for name, ahead, score in named
    )
    reasons = {s.status: why_not(s.status) for _, _, s in named if s.lower is None}
    told = "; ".join(reasons.values())
    note = (
        "Brier score: 0 is perfect, its reference is Kaplan–Meier's in the same people; index of "
        "prediction accuracy: 1 − Brier / reference, below 0 is worse than that. AUC and C: "
        "0.5 is chance. Calibration: level 0 and slope 1 when right. Skill: against the last score "
        "carried on." + (f" Cannot tell: {told}." if told else "")
    )
    return Table("Scores", columns, rows, note)


def calibration_table(curve: CalibrationCurve) -> Table:
    """Groups of similar risk: what happened beside what was told."""
    columns = (
        Column("Told, of 100", is_number=True),
        Column("Happened, 95 %", is_number=True),
        Column("Of 100", is_number=True),
        Column("People", is_number=True),
        Column("Events", is_number=True),
    )
    rows = tuple(
        (
            decimal(100 * group.predicted_risk, 1),
            "cannot tell"
            if group.lower is None or group.upper is None
            else interval(100 * group.lower, 100 * group.upper, 0),
            NOT_AVAILABLE if group.observed_risk is None else decimal(100 * group.observed_risk, 1),
            str(group.patients),
            str(group.events),
        )
        for group in curve.groups
    )
    note = (
        f"Groups of people told a similar risk of the event within {month(curve.horizon_month)} "
        "months; happened: 1 − Kaplan–Meier."
    )
    return Table("Calibration", columns, rows, note)


def coverage_table(function: FunctionScores) -> Table:
    """Share of later scores within each range."""
    columns = (
        Column("Range", is_number=True),
        Column("Held, 95 %", is_number=True),
        Column("Held", is_number=True),
    )
    rows = tuple(
        (
            percent(band.expected),
            f"{percent(band.lower)} to {percent(band.upper)}",
            percent(band.share),
        )
        for band in function.coverage
    )
    pit = ", ".join(percent(share) for share in function.pit_share)
    note = f"Places of the scores in their predictions, by tenths (each 10 % when right): {pit}."
    return Table("Coverage", columns, rows, note)
