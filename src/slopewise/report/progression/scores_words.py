"""The words of scored predictions: who was scored, the verdict, and what to mind."""

from slopewise.progression.checks.report import PredictionScores, scores_as_rows
from slopewise.progression.checks.score_estimate import ScoreEstimate
from slopewise.progression.observed.scoring import ScoredPredictions
from slopewise.report.numbers import decimal, interval, month, months, percent, plural
from slopewise.report.progression.outlook_words import scored
from slopewise.report.progression.study_words import SIMULATED_STUDY, left_out_sentences

__all__ = ["mind_sentences", "named_scores", "summary_sentences", "why_not"]

_FEWEST_EVENTS = 10  # assumption: with fewer, normal intervals of the scores mean little
_WHY = {
    "beyond_follow_up": "nobody is followed beyond this month; choose a shorter --horizon",
    "no_event": "nobody had the event by then",
    "no_survivor": "everybody had the event by then",
    "no_pair": "no two people can be compared",
    "no_spread": "all were told the same chance",
    "certain_prediction": "somebody was told a chance of exactly 0 or 1",
    "separated": "too few events: one threshold divides events from survivors",
    "one_patient": "scores of one person only",
    "no_naive": "nothing to compare with",
    "naive_perfect": "no score changed",
    "reference_perfect": "the average chance is already right for everybody",
    "nothing_expected": "no event was expected",
    "step_limit": "the equation was not solved",
    "non_finite": "not a finite number",
    "at_limit": "the score is at the end of its range",
}


def why_not(status: str) -> str:
    """Why a score or its interval cannot be told."""
    return _WHY.get(status, status.replace("_", " "))


def named_scores(found: ScoredPredictions) -> list[tuple[str, float | None, ScoreEstimate]]:
    """Name, horizon (None: over all), score; of function after those of the event."""
    rows = [] if found.survival is None else scores_as_rows(found.survival)
    function = found.function
    if function is not None:
        unit = found.marker.unit
        rows += [
            (f"CRPS, {unit}", None, function.crps),
            (f"mean squared error, {unit}²", None, function.mean_squared_error),
            (f"mean absolute error, {unit}", None, function.mean_absolute_error),
            (f"mean error, {unit}", None, function.mean_error),
            ("squared-error skill", None, function.squared_error_skill),
            ("CRPS skill", None, function.crps_skill),
        ]
    return rows


def summary_sentences(found: ScoredPredictions) -> tuple[str, ...]:
    """Who was scored and what came out; ranges before single numbers."""
    asked = found.request
    event = found.event
    happened = (
        f"; {plural(found.events, 'event')} ({event.words}) within {months(asked.horizon)}"
        if found.survival is not None
        else ""
    )
    who = (
        f"{plural(found.people, 'person', 'people')} predicted at month {month(asked.at_month)} "
        f"from the visits up to it{happened}."
    )
    return tuple(one for one in (who, _survival(found), _function(found)) if one)


def mind_sentences(found: ScoredPredictions) -> tuple[str, ...]:
    """What to mind when reading the scores."""
    last = found.forecaster.last_month
    said = (
        SIMULATED_STUDY
        if found.simulated == found.people
        else f"{found.simulated} of {found.people} people are simulated: made by a computer."
        if found.simulated
        else None,
        _optimism(found),
        f"{found.treated} of {plural(found.people, 'person', 'people')} were treated; they are "
        "predicted as if untreated."
        if found.treated
        else None,
        f"Extrapolated: the data behind the model end at month {month(last)} after the first visit."
        if found.is_extrapolated
        else None,
        "Ranges of scores and CRPS take each predicted score as normal with its mean and spread; "
        "the prediction itself is a mixture of normals."
        if found.function is not None
        else None,
        "Who was lost before the horizon is stood for by those followed longer, which is right "
        "only if being lost has nothing to do with the risk."
        if found.survival is not None
        else None,
    )
    left_out = left_out_sentences(found.left_out)
    return (*(one for one in said if one), *left_out, *found.remarks)


def _survival(found: ScoredPredictions) -> str:
    if found.survival is None:
        return "The model has no event, so only its predictions of scores are judged."
    gain = found.survival.brier.accuracy[-1]
    ahead = months(found.request.horizon)
    if 0 < found.events < _FEWEST_EVENTS:
        return (
            f"Event within {ahead}: cannot tell how good the chances were "
            f"({plural(found.events, 'event')}; with fewer than {_FEWEST_EVENTS} the intervals "
            "below are too short)."
        )
    if gain.lower is None or gain.upper is None:
        why = why_not(gain.status)
        return f"Event within {ahead}: cannot tell how good the chances were ({why})."
    if gain.lower > 0:
        verdict = "closer to what happened than the average chance told to everybody"
    elif gain.upper < 0:
        verdict = "FURTHER from what happened than the average chance told to everybody"
    else:
        verdict = "cannot tell whether better than the average chance told to everybody"
    return (
        f"Event within {ahead}: {verdict}. Share of the Brier score taken away from Kaplan–Meier: "
        f"{percent(gain.lower)} to {percent(gain.upper)} (95 % interval), estimate "
        f"{percent(gain.value)}.{_how_often(found.survival)}"
    )


def _how_often(scores: PredictionScores) -> str:
    """Events that happened for each that was told, at the horizon."""
    ratio = scores.calibration[-1].observed_to_expected
    if ratio.lower is None or ratio.upper is None or ratio.value is None:
        return ""
    return (
        f" The event happened {interval(ratio.lower, ratio.upper, 2)} times as often as told (95 % "
        f"interval), estimate {decimal(ratio.value, 2)}."
    )


def _function(found: ScoredPredictions) -> str:
    if found.function is None:
        return f"No {scored(found.marker)} is on record between the month and the horizon."
    band = found.function.coverage[-1]
    if band.lower > band.expected:
        verdict = "the ranges were wider than needed"
    elif band.upper < band.expected:
        verdict = "the ranges promised TOO MUCH"
    else:
        verdict = "in keeping with what was promised"
    return (
        f"Later scores ({plural(found.function.scores, 'value')} of "
        f"{plural(found.function.patients, 'person', 'people')}): the 90 % ranges held "
        f"{percent(band.lower)} to {percent(band.upper)} of them (95 % interval), here "
        f"{decimal(100 * band.share, 0)} %; {verdict}."
    )


def _optimism(found: ScoredPredictions) -> str:
    if found.was_fitted_to is False:
        return "The embedded natural history was not fitted to visits of these people."
    if found.was_fitted_to:
        return (
            "OPTIMISTIC: the model was fitted to these very people and visits, so every score "
            "flatters it. Score people it was not fitted to."
        )
    source = found.forecaster.source
    return (
        f"If any of these people were among those the model was fitted to ({source}), every score "
        "flatters it. The file holds no patient, so this cannot be told from it."
    )
