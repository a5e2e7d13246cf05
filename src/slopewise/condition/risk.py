"""Survival from facts at baseline: the ENCALS model and the TRICALS risk profile.

Model: Westeneng et al. 2018, Lancet Neurol 17:423-433, doi:10.1016/S1474-4422(18)30089-9.
Coefficients, transformations and spline as in the authors' group's code (source key ENCALS_CODE:
github.com/rpavaneijk/Precision-ALS, file "ENCALS risk modelling.R"), read and compared; without
that code's two slips (last spline term not cubed; a misplaced bracket in one copy of the profile).

Time is counted in months from the first symptom. A higher linear predictor is a higher risk.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.condition.alsfrs import Scale, check_total
from slopewise.errors import InputError

__all__ = [
    "EVENT",
    "KNOTS_MONTHS",
    "SHORTEST_DELAY_MONTHS",
    "SOURCES",
    "TRICALS_EXAMPLE_WINDOW",
    "YES_NO_FACTS",
    "BaselineFacts",
    "MedianSurvival",
    "Prognosis",
    "RiskGroup",
    "baseline_problems",
    "conditional_survival",
    "encals_linear_predictor",
    "is_extrapolated",
    "median_months",
    "risk_group",
    "survival",
    "tricals_risk_profile",
    "tricals_risk_profiles",
    "usual_range",
]

SOURCES: dict[str, str] = {
    "WESTENENG": "Westeneng et al. 2018, doi:10.1016/S1474-4422(18)30089-9 (abstract read)",
    "ENCALS_CODE": 'github.com/rpavaneijk/Precision-ALS, file "ENCALS risk modelling.R"',
    "KNIBB": "Knibb et al. 2016, doi:10.1136/jnnp-2015-312908, PMC5136716 (abstract read)",
}
# WESTENENG, abstract; the hours of permanent ventilation differ from the usual 22
EVENT = "non-invasive ventilation for more than 23 hours a day, tracheostomy or death"

# ENCALS_CODE; WESTENENG: the published model
_ENCALS = {
    "slope": -1.837,
    "delay": -2.373,
    "age": -0.267,
    "breathing": 0.477,
    "bulbar_onset": 0.269,
    "definite_el_escorial": 0.233,
    "ftd": 0.388,
    "c9orf72": 0.256,
}
# ENCALS_CODE: the variant used to select participants for trials; C9orf72 has no part in it
_TRICALS = {
    "slope": -1.839,
    "delay": -2.376,
    "age": -0.264,
    "breathing": 0.474,
    "bulbar_onset": 0.271,
    "definite_el_escorial": 0.238,
    "ftd": 0.415,
}
# ENCALS_CODE: the example in the code; each trial states its own window
TRICALS_EXAMPLE_WINDOW = (-6.0, -2.0)
# ENCALS_CODE: intercept, log time, and two terms of a restricted cubic spline in log months
_SPLINE = (-6.409, 2.643, -0.546, 0.585)
_KNOT_FIRST, _KNOTS_INNER, _KNOT_LAST = 0.081, (3.108, 3.638), 5.917  # ENCALS_CODE, ln months
KNOTS_MONTHS = (math.exp(_KNOT_FIRST), math.exp(_KNOT_LAST))  # 1.08 and 371 months
# The delay's term falls down to 2.5 months and rises above: derivative of x^-1/2 + ln x at x = 1/4
SHORTEST_DELAY_MONTHS = 2.5
# The median is looked for here; s rises by at least 2.34 a unit of ln t everywhere, so it is single
_SEARCH_MONTHS = (1.0, 500.0)
_HALVINGS = 64

YES_NO_FACTS = ("bulbar_onset", "definite_el_escorial", "ftd", "c9orf72")


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """What is known of a person at an assessment near the diagnosis; a yes-or-no may be unknown.

    Ages in years, times in months from the first symptom, FVC in percent of predicted. Raises
    InputError with everything that is wrong.
    """

    age_at_onset_years: float
    months_onset_to_diagnosis: float
    months_onset_to_assessment: float
    alsfrs_total: float
    fvc_percent_predicted: float
    bulbar_onset: bool | None = None
    definite_el_escorial: bool | None = None
    ftd: bool | None = None
    c9orf72: bool | None = None

    def __post_init__(self) -> None:
        numbers = {key: value for key, value in asdict(self).items() if key not in YES_NO_FACTS}
        problems = baseline_problems(numbers)
        if problems:
            raise InputError("; ".join(problems.values()))

    @property
    def slope(self) -> float:
        """(total - 48) / months since onset, points a month; negative = loss."""
        return (self.alsfrs_total - Scale.ALSFRS_R.maximum) / self.months_onset_to_assessment

    @property
    def unknown(self) -> tuple[str, ...]:
        """The yes-or-no facts that are not known."""
        return tuple(name for name in YES_NO_FACTS if getattr(self, name) is None)

    def with_unknown(self, *, counted_as: bool) -> "BaselineFacts":
        """The same facts with every unknown one counted as yes or as no."""
        return replace(self, **dict.fromkeys(self.unknown, counted_as))


class RiskGroup(Enum):
    """Where the TRICALS risk profile lies to the example window; no other cut-offs were found."""

    LOWER = "below the window"
    WITHIN = "within the window"
    HIGHER = "above the window"


@dataclass(frozen=True, slots=True)
class MedianSurvival:
    """The month at which half have had the event, counted from the first symptom.

    `status`: "converged", or "boundary" when it lies outside 1 to 500 months (then None).
    """

    months: float | None
    status: str


@dataclass(frozen=True, slots=True)
class Prognosis:
    """What the models say of people with these facts; unknown facts counted as no.

    `if_yes`: the same with every unknown fact counted as yes. Each of them raises the risk, so any
    other combination lies between the two; None when everything is known. `usual_range`: months
    from the first symptom between which about half of the events fall (see `usual_range`).
    """

    facts: BaselineFacts
    lp_encals_2018: float
    lp_tricals: float
    group: RiskGroup
    median: MedianSurvival
    usual_range: tuple[float, float] | None
    survival: tuple[tuple[float, float], ...]  # (months from the first symptom, probability)
    survival_next_12_given_alive: float
    if_yes: "Prognosis | None" = None
    warnings: tuple[str, ...] = ()

    @property
    def tricals_eligible(self) -> bool:
        """Whether the risk profile lies in the example window; trials have further criteria."""
        return self.group is RiskGroup.WITHIN


def baseline_problems(numbers: Mapping[str, float]) -> dict[str, str]:
    """What is wrong with the numbers of BaselineFacts, by field; a field left out is not looked at.

    assumption: the limits. The formula takes any positive number, but the model was made with
    adults and measured values.
    """
    found = {}
    for name, check in _CHECKS.items():
        if name in numbers:
            problem = check(numbers[name])
            if problem:
                found[name] = problem
    diagnosis, assessment = "months_onset_to_diagnosis", "months_onset_to_assessment"
    known = {diagnosis, assessment} <= numbers.keys() - found.keys()
    if known and numbers[diagnosis] > numbers[assessment]:
        found[diagnosis] = (
            f"the diagnosis at month {numbers[diagnosis]:g} is after the assessment at month "
            f"{numbers[assessment]:g}; correct one of them, or use an assessment after the "
            "diagnosis"
        )
    return found


def encals_linear_predictor(facts: BaselineFacts) -> float:
    """The linear predictor of the ENCALS 2018 model; unknown facts count as no.

    LP = -1.837 (0.1 - b)^-1/2 - 2.373 [(D/10)^-1/2 + ln(D/10)] - 0.267 (A/100)^-2
         + 0.477 [(F/100)^-1 + (F/100)^-1/2] + 0.269 bulbar + 0.233 definite + 0.388 FTD
         + 0.256 C9orf72,
    b: slope since onset (points a month, negative), D: months from onset to diagnosis, A: age at
    onset (years), F: FVC (percent of predicted). No intercept: it is in the spline.
    """
    return _linear_predictor(facts, _ENCALS)


def tricals_risk_profile(facts: BaselineFacts) -> float:
    """The TRICALS risk profile: the same terms with the coefficients used for trial selection."""
    return _linear_predictor(facts, _TRICALS)


def risk_group(lp_tricals: float) -> RiskGroup:
    """Where a risk profile lies to the example window, ends included (as in ENCALS_CODE)."""
    low, high = TRICALS_EXAMPLE_WINDOW
    if low <= lp_tricals <= high:
        return RiskGroup.WITHIN
    return RiskGroup.LOWER if lp_tricals < low else RiskGroup.HIGHER


def survival(months: float, linear_predictor: float) -> float:
    """Probability that the event has not happened by a month from the first symptom.

    S(t) = 1 / (1 + exp(s(ln t) + LP)), a Royston-Parmar model of the log cumulative odds.
    """
    return math.exp(_log_survival(months, linear_predictor))


def conditional_survival(months: float, *, alive_at: float, linear_predictor: float) -> float:
    """Probability of no event by `months` for a person without event at `alive_at`: S(t)/S(t0)."""
    return math.exp(
        _log_survival(months, linear_predictor) - _log_survival(alive_at, linear_predictor)
    )


def median_months(linear_predictor: float, *, alive_at: float = 0.0) -> MedianSurvival:
    """The month from the first symptom at which half of those alive at `alive_at` have the event.

    Solves s(ln m) + LP = logit of the probability of the event, by bisection on ln m.
    """
    log_half = _log_survival(alive_at, linear_predictor) - math.log(2.0)
    wanted = -log_half + math.log(-math.expm1(log_half)) - linear_predictor
    low, high = (math.log(month) for month in _SEARCH_MONTHS)
    if not _log_odds(low) <= wanted <= _log_odds(high):
        return MedianSurvival(None, "boundary")
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _log_odds(middle) < wanted else (low, middle)
    return MedianSurvival(math.exp((low + high) / 2), "converged")


def usual_range(facts: BaselineFacts, linear_predictor: float) -> tuple[float, float] | None:
    """Months from the first symptom between which about half of such people have the event.

    KNIBB: survival from the diagnosis has a roughly 50 % chance to fall between half and twice the
    predicted median. D + m/2 to D + 2m, D months from onset to diagnosis, m the ENCALS median from
    the diagnosis on. The rule was found with another model (n = 575); that it holds for this one is
    an assumption. None where the median is not known.
    """
    delay = facts.months_onset_to_diagnosis
    median = median_months(linear_predictor, alive_at=delay).months
    if median is None:
        return None
    from_diagnosis = median - delay
    return delay + from_diagnosis / 2, delay + 2 * from_diagnosis


def is_extrapolated(months: float) -> bool:
    """Whether a month lies beyond the spline's outer knots, where a straight line is drawn on."""
    first, last = KNOTS_MONTHS
    return not first <= months <= last


def tricals_risk_profiles(
    facts: Mapping[str, Float[Array, "..."]],
) -> Float[Array, "..."]:
    """The TRICALS risk profile of many people.

    `facts` by name: slope (points a month, negative), delay (months from onset to diagnosis), age
    (at onset, years), breathing (FVC, percent of predicted); a yes-or-no that is left out is a no.
    """
    return np.asarray(_predictor(facts, _TRICALS))


def _linear_predictor(facts: BaselineFacts, coefficients: Mapping[str, float]) -> float:
    numbers: dict[str, Any] = {
        "slope": facts.slope,
        "delay": facts.months_onset_to_diagnosis,
        "age": facts.age_at_onset_years,
        "breathing": facts.fvc_percent_predicted,
    }
    numbers |= {name: float(getattr(facts, name) or 0) for name in YES_NO_FACTS}
    return float(_predictor(numbers, coefficients))


def _predictor(facts: Mapping[str, Any], coefficients: Mapping[str, float]) -> Any:
    delay, breathing = facts["delay"] / 10, facts["breathing"] / 100
    terms: dict[str, Any] = {
        "slope": (0.1 - facts["slope"]) ** -0.5,
        "delay": delay**-0.5 + np.log(delay),
        "age": (facts["age"] / 100) ** -2,
        "breathing": 1 / breathing + breathing**-0.5,
    }
    terms |= {name: facts[name] for name in YES_NO_FACTS if name in facts}
    return sum(coefficients[name] * term for name, term in terms.items() if name in coefficients)


def _log_survival(months: float, linear_predictor: float) -> float:
    """ln S(t) = -ln(1 + exp(s + LP)), without overflow; 0 at and before the first symptom."""
    if months <= 0:
        return 0.0
    odds = _log_odds(math.log(months)) + linear_predictor
    return -(max(odds, 0.0) + math.log1p(math.exp(-abs(odds))))


def _log_odds(log_months: float) -> float:
    """s(x) = g0 + g1 x + g2 z1(x) + g3 z2(x), x = ln months.

    z_j = (x - k_j)+^3 - l_j (x - k_first)+^3 - (1 - l_j)(x - k_last)+^3,
    l_j = (k_last - k_j) / (k_last - k_first).
    """
    total = _SPLINE[0] + _SPLINE[1] * log_months
    for weight, knot in zip(_SPLINE[2:], _KNOTS_INNER, strict=True):
        share = (_KNOT_LAST - knot) / (_KNOT_LAST - _KNOT_FIRST)
        total += weight * (
            max(log_months - knot, 0.0) ** 3
            - share * max(log_months - _KNOT_FIRST, 0.0) ** 3
            - (1 - share) * max(log_months - _KNOT_LAST, 0.0) ** 3
        )
    return total


def _age_problem(years: float) -> str:
    if 18 <= years <= 100:
        return ""
    return (
        f"age at onset {years:g}; the model is for adults of 18 to 100 years: give the age in "
        "years at the first symptom"
    )


def _delay_problem(months: float) -> str:
    return _months_problem(months, "diagnosis")


def _assessment_problem(months: float) -> str:
    return _months_problem(months, "assessment")


def _months_problem(months: float, until: str) -> str:
    if 0 < months <= 600:
        return ""
    return (
        f"{months:g} months from onset to {until}; it is above 0 and at most 600: count whole and "
        f"part months from the first symptom to the {until}"
    )


def _alsfrs_problem(total: float) -> str:
    try:
        check_total(total, Scale.ALSFRS_R)
    except InputError as error:
        return str(error)
    if total == Scale.ALSFRS_R.maximum:
        return (
            "ALSFRS-R total 48 shows no loss since the first symptom, so there is no slope to go "
            "by; use an assessment at which function has been lost"
        )
    return ""


def _fvc_problem(percent: float) -> str:
    if 10 <= percent <= 200:
        return ""
    return (
        f"FVC {percent:g} percent of predicted; it runs from 10 to 200 here: give percent of the "
        "predicted value, not litres or a fraction"
    )


_CHECKS = {
    "age_at_onset_years": _age_problem,
    "months_onset_to_diagnosis": _delay_problem,
    "months_onset_to_assessment": _assessment_problem,
    "alsfrs_total": _alsfrs_problem,
    "fvc_percent_predicted": _fvc_problem,
}
