"""The words of a prediction: range and likelihood in words first, numbers of a curve on request."""

from collections.abc import Sequence

from slopewise.progression.joint.specification import Marker
from slopewise.progression.observed.outlook import Leaving, LookBack, Outlook
from slopewise.report.numbers import decimal, month, months, plural
from slopewise.report.progression.study_words import SIMULATED_STUDY

__all__ = [
    "CURVE_HINT",
    "CURVE_INVITATION",
    "OUTLOOK_LIMITS",
    "course_sentence",
    "event_sentence",
    "leaving_sentence",
    "look_back_sentence",
    "outlook_remarks",
    "range_sentence",
    "scored",
]

OUTLOOK_LIMITS = (
    "Research use only: no medical advice, and no treatment should be started, kept or stopped "
    "because of it.",
    "It describes what happened to groups of people with scores like these. What happens to one "
    "person can be quite different, in both directions.",
)
CURVE_HINT = (
    "Probabilities of the event, month by month, are shown only when asked for: run the command "
    "again with --curve."
)
CURVE_INVITATION = (
    "The next step shows, in numbers, for how many of 100 people with such scores the event has "
    "not happened by each month. Not everybody wants to see this, and nothing else here depends "
    "on it."
)
# assumption: words for a probability that the event has not happened
_LIKELIHOOD = (
    (0.9, "very likely"),
    (0.75, "likely"),
    (0.5, "more likely than not"),
    (0.25, "less likely than not"),
    (0.0, "unlikely"),
)
_COURSES = {"slow": "slower", "intermediate": "middle", "fast": "faster"}
_SAME_MONTH = 1e-6
_CLEAR_SHARE = 0.6  # assumption: below it no single group is named


def scored(marker: Marker) -> str:
    """The marker as people say it."""
    return "ALSFRS-R" if marker.name == "alsfrs_total" else marker.name


def range_sentence(outlook: Outlook) -> str:
    """The range of scores at the horizon for nine of ten people."""
    quantiles = outlook.prediction.score_quantiles[0, -1]
    places = 0 if outlook.marker.name == "alsfrs_total" else 1
    alive = ", of those without the event by then," if outlook.event.is_modelled else ""
    return (
        f"In {months(outlook.horizon)} (month {month(outlook.landmark_month + outlook.horizon)}), "
        f"9 of 10 people with such scores{alive} are between "
        f"{decimal(float(quantiles[0]), places)} and {decimal(float(quantiles[-1]), places)} "
        f"{outlook.marker.unit} on the {scored(outlook.marker)}."
    )


def course_sentence(outlook: Outlook) -> str:
    """Which group of courses this one is most like; empty for a model without groups."""
    model = outlook.forecaster.layout.model
    if model.classes == 1:
        return ""
    share = outlook.prediction.class_share[0]
    best = int(share.argmax())
    if model.classes != len(_COURSES):
        return f"Of {model.classes} groups of courses it is most like number {best + 1}."
    if share[best] < _CLEAR_SHARE:
        return (
            "Which of three groups of courses (slower, middle, faster) it is like is not clear yet."
        )
    return (
        f"Of three groups of courses (slower, middle, faster) this one is most like the "
        f"{_COURSES[model.class_names[best]]} one."
    )


def event_sentence(outlook: Outlook) -> str:
    """How likely it is, in words, that the event has not happened by the horizon."""
    survival = outlook.prediction.survival
    if survival is None or not outlook.event.is_modelled:
        return "No event is modelled."
    chance = float(survival[0, -1])
    words = next(words for least, words in _LIKELIHOOD if chance >= least)
    return f"Event: {outlook.event.words}. That it has not happened by then is {words}."


def other_events_sentence(outlook: Outlook) -> str:
    """Which events the model does not hold, and how to get one that does."""
    missing = [name for name in ("gastrostomy", "niv") if name != outlook.event.name]
    told = " and to ".join("NIV" if name == "niv" else name for name in missing)
    model = "the embedded natural history" if outlook.is_embedded else "this model"
    return (
        f"Time to {told}: not modelled by {model}; fit one with `slopewise fit progression FOLDER "
        f"--event {missing[0]} --output FIT.json`."
    )


def leaving_sentence(found: Leaving, outlook: Outlook) -> str:
    """When a score window is left; range first."""
    marker = outlook.marker
    side = "below" if marker.falling_is_worse else "above"
    threshold = f"{side} {decimal(found.threshold, 0 if found.threshold % 1 == 0 else 1)}"
    within = months(outlook.horizon)
    if found.high90 is not None and found.high90 == 0.0:
        return f"Expected {scored(marker)} {threshold} {marker.unit}: already so."
    if found.low90 is None:
        what = f"Expected {scored(marker)} {threshold} {marker.unit}"
        return f"{what}: hardly anyone within {within}."
    last = f"more than {within}" if found.high90 is None else months(found.high90)
    middle = "not within" if found.median is None else "by"
    half = within if found.median is None else months(found.median)
    alive = " (of those without the event)" if outlook.event.is_modelled else ""
    what = f"Expected {scored(marker)} {threshold} {marker.unit}"
    nine = f"after {month(found.low90)} to {last} for 9 of 10"
    return f"{what}: {nine}; for half {middle} {half}{alive}."


def look_back_sentence(look_back: Sequence[LookBack]) -> str:
    """How often the score lay in the range that was predicted for it."""
    judged = [one for one in look_back if one.is_inside is not None]
    if not judged:
        return "No earlier prediction can be judged yet: no visit lies near its horizon."
    inside = sum(bool(one.is_inside) for one in judged)
    events = sum(one.outcome == "event" for one in look_back)
    also = f" For {plural(events, 'prediction')} the event came first." if events else ""
    return (
        f"{inside} of {plural(len(judged), 'earlier prediction')} held the later score in its 90 % "
        f"range.{also} Predictions of one person share scores, so this is no test of the model."
    )


def _late_start(outlook: Outlook) -> str | None:
    """What a prediction from after the last score takes for granted; None from a visit."""
    marker, landmark = outlook.marker.name, outlook.landmark_month
    origin = outlook.patient.origin_month
    seen = [one.month + origin for one in outlook.patient.values if one.marker == marker]
    last = max(when for when in seen if when <= landmark + _SAME_MONTH)
    if landmark - last <= _SAME_MONTH:
        return None
    alive = (
        ", and takes for granted that the event had not happened by then"
        if outlook.event.is_modelled
        else ""
    )
    return (
        f"The prediction starts at month {month(landmark)}, {months(landmark - last)} after the "
        f"last score{alive}."
    )


def outlook_remarks(outlook: Outlook) -> tuple[str, ...]:
    """What to mind when reading the prediction."""
    patient = outlook.patient
    happened = outlook.happened_month
    last = outlook.forecaster.last_month
    said = (
        SIMULATED_STUDY if patient.simulated else None,
        None
        if happened is None
        else f"The event is on record at month {month(happened)}; the prediction knows nothing of "
        f"what came after month {month(outlook.landmark_month)}.",
        "Treated with a cell product: the prediction is of the course without it, and counts later "
        "visits as if untreated. Whether it slowed the decline is what `slopewise assess` answers."
        if patient.is_treated
        else None,
        _late_start(outlook),
        "With one value so far the prediction is little more than what is usual."
        if outlook.values_used == 1
        else None,
        f"Extrapolated: the data behind the model end at month {month(last)} after the first "
        f"visit, the horizon is month "
        f"{month(outlook.landmark_month - patient.origin_month + outlook.horizon)} after it."
        if outlook.prediction.status == "extrapolated"
        else None,
    )
    is_own_table = outlook.event.name in {"study", "none"}
    others = () if is_own_table else (other_events_sentence(outlook),)
    return (*(one for one in said if one), *others, *outlook.remarks)
