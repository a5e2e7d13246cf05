"""The words of a prognosis; the page and the terminal use the same."""

from collections.abc import Callable
from dataclasses import dataclass

from slopewise.condition.risk import (
    EVENT,
    SOURCES,
    TRICALS_EXAMPLE_WINDOW,
    Prognosis,
    RiskGroup,
    median_months,
)
from slopewise.report.numbers import NOT_AVAILABLE, decimal, interval, out_of_100, slope
from slopewise.report.patient.words import Fact

__all__ = [
    "CURVE_INVITATION",
    "FACT_WORDS",
    "GROUP_WORDS",
    "LIMITS",
    "PROGNOSIS_SOURCES",
    "PrognosisAnswer",
    "curve_facts",
    "ends",
    "of_100",
    "prognosis_answer",
]

GROUP_WORDS: dict[RiskGroup, str] = {
    RiskGroup.LOWER: "a slower course is expected than in the trial window",
    RiskGroup.WITHIN: "the expected course lies within the trial window",
    RiskGroup.HIGHER: "a faster course is expected than in the trial window",
}
FACT_WORDS = {
    "bulbar_onset": "bulbar onset",
    "definite_el_escorial": "definite ALS by El Escorial",
    "ftd": "frontotemporal dementia",
    "c9orf72": "C9orf72 repeat expansion",
}
LIMITS = (
    "Research use only: no medical advice, and no treatment should be started, kept or stopped "
    "because of it.",
    "It describes groups of people with the same facts. What happens to one person can be quite "
    "different, in both directions.",
    f"The event is {EVENT}, whichever comes first. It is not death alone. Months are counted from "
    "the first symptom.",
    "The model was made with people of 14 specialised centres in nine European countries, with "
    "facts of the day of diagnosis or soon after. How well it fits elsewhere, or later, is not "
    "known. Treatment, genes other than C9orf72 and neurofilament have no part in it.",
    "The uncertainty of the model itself is not included: the covariance of its coefficients was "
    "not found in print, so no interval around the curve can be given. The range is a rule of "
    "thumb of another study instead (575 people in South-East England): about half of survival "
    "times from the diagnosis lie between half and twice the predicted median.",
)
CURVE_INVITATION = (
    "The next step shows a predicted middle and, as a curve and in numbers, for how many of 100 "
    "people with these facts the event has not happened after one, two, three and five years. Not "
    "everybody wants to see this, and nothing else here depends on it."
)
PROGNOSIS_SOURCES = tuple(SOURCES.values())


@dataclass(frozen=True, slots=True)
class PrognosisAnswer:
    """What is shown before any curve: the group and the range, and what to mind with them."""

    group: str
    sentence: str
    window: str
    facts: tuple[Fact, ...]
    remarks: tuple[str, ...]


def prognosis_answer(prognosis: Prognosis) -> PrognosisAnswer:
    """The group and the range in words; over both values of what is not known."""
    return PrognosisAnswer(
        group=_group(prognosis),
        sentence=_range_sentence(prognosis),
        window=_window_sentence(),
        facts=_facts(prognosis),
        remarks=(*_unknown_remarks(prognosis), *_warnings(prognosis)),
    )


def curve_facts(prognosis: Prognosis) -> tuple[Fact, ...]:
    """The numbers that go with the curve."""
    middle = ends(prognosis, lambda one: one.median.months)
    low, high = middle if middle else (None, None)
    return (
        Fact(
            "Predicted middle, from the first symptom",
            NOT_AVAILABLE if low is None else f"{_span(low, high, 0)} months",
            "Half of people with these facts have had the event by then, by the model.",
        ),
        Fact(
            "No event in the 12 months after the assessment",
            of_100(prognosis, lambda one: one.survival_next_12_given_alive),
            "Of 100 people with these facts who had no event at the assessment.",
        ),
    )


def ends(
    prognosis: Prognosis, number: Callable[[Prognosis], float | None]
) -> tuple[float, float] | None:
    """A number's lowest and highest value over what is not known; None where one is missing."""
    found = [number(one) for one in _both(prognosis)]
    known = [value for value in found if value is not None]
    return (min(known), max(known)) if len(known) == len(found) else None


def of_100(prognosis: Prognosis, probability: Callable[[Prognosis], float]) -> str:
    """A probability as "44 out of 100", or "44 to 67 out of 100" over what is not known."""
    found = ends(prognosis, probability)
    low, high = (out_of_100(None if found is None else value) for value in found or (0.0, 0.0))
    if low == high:
        return low
    return f"{low.removesuffix(' out of 100')} to {high}"


def _both(prognosis: Prognosis) -> tuple[Prognosis, ...]:
    return (prognosis,) if prognosis.if_yes is None else (prognosis, prognosis.if_yes)


def _group(prognosis: Prognosis) -> str:
    groups = list(dict.fromkeys(one.group for one in _both(prognosis)))
    words = ", or ".join(GROUP_WORDS[group] for group in groups)
    depends = ", depending on what is not known" if len(groups) > 1 else ""
    return words[0].upper() + words[1:] + depends


def _range_sentence(prognosis: Prognosis) -> str:
    found = [one.usual_range for one in _both(prognosis)]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return "The predicted middle lies beyond what the model can say, so no range is given."
    low, high = min(one[0] for one in known), max(one[1] for one in known)
    half = "about half" if len(known) == 1 else "about half or more"
    return (
        f"Of people with these facts, {half} have the event ({EVENT}) between {low:.0f} and "
        f"{high:.0f} months after the first symptom; the others earlier or later."
    )


def _window_sentence() -> str:
    lowest, highest = TRICALS_EXAMPLE_WINDOW
    # a low risk profile is a long survival, so the ends change places
    soonest, latest = (median_months(profile).months for profile in (highest, lowest))
    return (
        f"The trial window is the example of the TRICALS code, a risk profile of "
        f"{interval(lowest, highest, 0)}: people whose predicted middle lies about "
        f"{soonest:.0f} to {latest:.0f} months after the first symptom. Each trial states its own "
        "window, and has further criteria. Other risk groups are not used, because their limits "
        "were not found in a source."
    )


def _facts(prognosis: Prognosis) -> tuple[Fact, ...]:
    eligible = dict.fromkeys(one.tricals_eligible for one in _both(prognosis))
    inside = " or ".join("inside" if one else "outside" for one in eligible)
    window = interval(*TRICALS_EXAMPLE_WINDOW, 0)
    return (
        Fact(
            "TRICALS risk profile",
            _predictor(prognosis, lambda one: one.lp_tricals),
            f"{inside.capitalize()} the example window of {window}. Higher = faster course.",
        ),
        Fact(
            "ENCALS 2018 linear predictor",
            _predictor(prognosis, lambda one: one.lp_encals_2018),
            "Higher = faster course.",
        ),
        Fact(
            "Change since the first symptom",
            slope(prognosis.facts.slope),
            "From 48 points at the first symptom to the assessment.",
        ),
    )


def _predictor(prognosis: Prognosis, number: Callable[[Prognosis], float]) -> str:
    low, high = ends(prognosis, number) or (None, None)
    return NOT_AVAILABLE if low is None else _span(low, high, 2)


def _span(low: float, high: float | None, places: int) -> str:
    first, last = decimal(low, places), decimal(high, places)
    return first if first == last else f"{first} to {last}"


def _unknown_remarks(prognosis: Prognosis) -> tuple[str, ...]:
    names = [FACT_WORDS[name] for name in prognosis.facts.unknown]
    if not names:
        return ()
    return (
        f"Not known: {', '.join(names)}. Every range here runs over both answers: all counted as "
        "no, which makes survival longer, and all counted as yes.",
    )


def _warnings(prognosis: Prognosis) -> tuple[str, ...]:
    told = [warning for one in _both(prognosis) for warning in one.warnings]
    return tuple(dict.fromkeys(told))
