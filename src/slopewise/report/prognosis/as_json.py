"""A prognosis as an object for other programs: everything at once, unrounded."""

from typing import Any

from slopewise.condition.risk import (
    EVENT,
    SOURCES,
    TRICALS_EXAMPLE_WINDOW,
    BaselineFacts,
    Prognosis,
    is_extrapolated,
)
from slopewise.report.prognosis.words import LIMITS
from slopewise.version import VERSION

__all__ = ["prognosis_object"]

# the names of the command's options
_INPUTS = {
    "age_onset": "age_at_onset_years",
    "months_onset_to_diagnosis": "months_onset_to_diagnosis",
    "months_onset_to_assessment": "months_onset_to_assessment",
    "alsfrs": "alsfrs_total",
    "fvc": "fvc_percent_predicted",
    "bulbar": "bulbar_onset",
    "definite": "definite_el_escorial",
    "ftd": "ftd",
    "c9orf72": "c9orf72",
}
_OPTION = {field: option for option, field in _INPUTS.items()}


def prognosis_object(prognosis: Prognosis) -> dict[str, Any]:
    """The answer with its inputs, what was assumed, warnings, event, and sources.

    Numbers count unknown facts as no; `if_unknown_are_yes` has the same ones counted as yes.
    """
    facts = prognosis.facts
    unknown = [_OPTION[name] for name in facts.unknown]
    other = prognosis.if_yes
    return {
        **_numbers(prognosis),
        "tricals_window": list(TRICALS_EXAMPLE_WINDOW),
        "time_zero": "first symptom",
        "event": EVENT,
        "inputs": _inputs(facts),
        "slope_points_per_month": facts.slope,
        "assumed": dict.fromkeys(unknown, False),
        "if_unknown_are_yes": None if other is None else _numbers(other),
        "warnings": list(prognosis.warnings),
        "limits": list(LIMITS),
        "sources": SOURCES,
        "version": VERSION,
    }


def _numbers(prognosis: Prognosis) -> dict[str, Any]:
    about_half = prognosis.usual_range
    return {
        "lp_encals_2018": prognosis.lp_encals_2018,
        "lp_tricals": prognosis.lp_tricals,
        "tricals_eligible": prognosis.tricals_eligible,
        "risk_group": prognosis.group.value,
        "median_months_from_onset": prognosis.median.months,
        "median_status": prognosis.median.status,
        "median_is_extrapolated": _is_extrapolated(prognosis.median.months),
        "about_half_between_months_from_onset": None if about_half is None else list(about_half),
        "survival": {f"{month:g}": probability for month, probability in prognosis.survival},
        "survival_next_12_given_alive": prognosis.survival_next_12_given_alive,
    }


def _inputs(facts: BaselineFacts) -> dict[str, float | bool | None]:
    return {option: getattr(facts, field) for option, field in _INPUTS.items()}


def _is_extrapolated(months: float | None) -> bool | None:
    return None if months is None else is_extrapolated(months)
