"""Function over time: the slope difference, and the difference at the last visit (MMRM)."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.analysis.result import (
    EndpointName,
    EndpointResult,
    WhoLeft,
    check_both_arms,
    who_left,
)
from slopewise.endpoint.mmrm.mmrm_analysis import MmrmAnalysis, analyse_mmrm
from slopewise.endpoint.refused_as_primary import covariance_refused
from slopewise.endpoint.slope import (
    Freedom,
    Intercept,
    SlopeDifference,
    SlopeRows,
    analyse_slope,
)
from slopewise.endpoint.trial_record import TrialRecord, TrialVisits
from slopewise.errors import InputError

__all__ = ["UNADJUSTED", "baseline_of", "mmrm_result", "need_plan", "run_in_left", "slope_result"]

_NO_COVARIATE = "a covariate is missing"
UNADJUSTED = ("No outcome at baseline was found to adjust for.",)


def slope_result(
    record: TrialRecord,
    *,
    intercept: Intercept = Intercept.COMMON,
    method: Literal["reml", "ml"] = "reml",
    freedom: Freedom = Freedom.SATTERTHWAITE,
) -> EndpointResult:
    """All visits from the baseline visit on; those before it (run-in) are left out and counted."""
    visits = record.need_visits()
    complete = record.has_covariates()
    kept = ~visits.is_run_in & complete[visits.person]
    seen = np.zeros(len(record.person), dtype=bool)
    seen[visits.person[kept]] = True
    check_both_arms(record, seen, "a visit with an outcome")
    person = visits.person[kept]
    found = analyse_slope(
        SlopeRows(
            person=person,
            month=visits.month[kept],
            outcome=visits.outcome[kept],
            treated=record.treated[person],
            covariates=None if record.covariates is None else record.covariates[person],
        ),
        intercept=intercept,
        method=method,
        freedom=freedom,
    )
    return EndpointResult(
        endpoint=EndpointName.SLOPE,
        status=found.status,
        method=found.method,
        estimand=found.estimand,
        scale="difference in slope, points per month",
        better="higher",
        estimate=found.estimate,
        standard_error=found.standard_error,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        confidence=found.confidence,
        treated=int((seen & record.treated).sum()),
        controls=int((seen & ~record.treated).sum()),
        rows=found.rows,
        details=_slope_details(found, record.covariate_names),
        left_out=(
            *run_in_left(visits),
            *who_left(record, ~complete, _NO_COVARIATE),
            *who_left(record, complete & ~seen, "no visit with an outcome"),
        ),
    )


def _slope_details(found: SlopeDifference, covariates: tuple[str, ...]) -> dict[str, Any]:
    named = dict(zip((f"covariate {n}" for n in range(1, 99)), covariates, strict=False))
    return {
        "df": found.degrees_of_freedom,
        "log_likelihood": found.log_likelihood,
        "control_slope": found.control_slope,
        "control_slope_error": found.control_slope_error,
        "treated_slope": found.treated_slope,
        "treated_slope_error": found.treated_slope_error,
        "slowing": None if found.slowing is None else asdict(found.slowing),
        "fixed_effects": [
            {"name": named.get(name, name), "estimate": estimate, "standard_error": error}
            for name, estimate, error in found.effects
        ],
        "variances": None if found.variances is None else _variances(found),
    }


def _variances(found: SlopeDifference) -> dict[str, float | None]:
    """A correlation that is not defined (an SD of 0) is None."""
    numbers = asdict(found.variances) if found.variances is not None else {}
    return {name: value if np.isfinite(value) else None for name, value in numbers.items()}


def run_in_left(visits: TrialVisits) -> tuple[WhoLeft, ...]:
    """The visits before treatment, as left out."""
    count = int(visits.is_run_in.sum())
    reason = "visits before the baseline visit (run-in), hence before treatment"
    return (WhoLeft("rows", reason, count),) if count else ()


def baseline_of(record: TrialRecord) -> Float[Array, " people"]:
    """The outcome at baseline: of its own column, else at the baseline visit; nan where unknown."""
    found = np.full(len(record.person), np.nan)
    if record.visits is not None:
        here = record.visits.is_baseline
        found[record.visits.person[here]] = record.visits.outcome[here]
    if record.baseline is None:
        return found
    return np.where(np.isfinite(record.baseline), record.baseline, found)


def mmrm_result(
    record: TrialRecord,
    *,
    covariance: str = "un",
    freedom: str = "satterthwaite",
    method: Literal["reml", "ml"] = "reml",
) -> EndpointResult:
    """The difference at the last planned visit, adjusted for the outcome at baseline."""
    visits = record.need_visits()
    visit = need_plan(visits)
    rows = _after_baseline(record, visits, visit)
    person = visits.person[rows.kept]
    found = analyse_mmrm(
        np.array(record.person)[person],
        visit[rows.kept],
        visits.outcome[rows.kept],
        treated=record.treated[person],
        baseline=None if rows.baseline is None else rows.baseline[person],
        covariates=_covariates(record, person),
        covariance=covariance,
        freedom=freedom,
        method=method,
    )
    seen = np.isin(np.arange(len(record.person)), person)
    return EndpointResult(
        endpoint=EndpointName.MMRM,
        status=found.status.value,
        method=found.method,
        estimand=found.estimand,
        scale=f"difference at visit {_last(found, visits)}, points",
        better="higher",
        estimate=found.estimate,
        standard_error=found.standard_error,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        confidence=found.confidence,
        treated=int((seen & record.treated).sum()),
        controls=int((seen & ~record.treated).sum()),
        rows=found.rows,
        details=_mmrm_details(found, visits),
        left_out=rows.left_out,
        remarks=UNADJUSTED if rows.baseline is None else (),
        primary_refused=covariance_refused(covariance),
    )


def need_plan(visits: TrialVisits) -> Int[Array, " rows"]:
    """The planned visit of each row; InputError where none is known."""
    if visits.visit is None:
        raise InputError(
            "mmrm compares planned visits, and no column holds them (each person at most once at"
            " each); name it by --visit"
        )
    return visits.visit


@dataclass(frozen=True, eq=False, slots=True)
class _AfterBaseline:
    """Rows for the MMRM; `baseline` is None where nobody's is known."""

    kept: Bool[Array, " rows"]
    baseline: Float[Array, " people"] | None
    left_out: tuple[WhoLeft, ...]


def _after_baseline(record: TrialRecord, visits: TrialVisits, visit: Array) -> _AfterBaseline:
    baseline, complete = baseline_of(record), record.has_covariates()
    has_baseline = np.isfinite(baseline)
    uses_baseline = bool(has_baseline.any())
    after = ~visits.is_run_in & ~visits.is_baseline & (visit >= 0)
    no_baseline = ~has_baseline & uses_baseline
    kept = after & (complete & ~no_baseline)[visits.person]
    everybody = np.arange(len(record.person))
    check_both_arms(
        record, np.isin(everybody, visits.person[kept]), "a visit after baseline with an outcome"
    )
    never = ~np.isin(everybody, visits.person[after])
    left_out = (
        *run_in_left(visits),
        *who_left(record, ~complete, _NO_COVARIATE),
        *who_left(record, no_baseline & complete, "no outcome at baseline"),
        *who_left(record, never & complete & ~no_baseline, "no visit after baseline"),
    )
    return _AfterBaseline(kept, baseline if uses_baseline else None, left_out)


def _covariates(record: TrialRecord, person: Array) -> dict[str, Array] | None:
    if record.covariates is None:
        return None
    return {
        name: record.covariates[person, column]
        for column, name in enumerate(record.covariate_names)
    }


def _last(found: MmrmAnalysis, visits: TrialVisits) -> str:
    return visits.visit_names[int(found.by_visit[-1][0])]


def _mmrm_details(found: MmrmAnalysis, visits: TrialVisits) -> dict[str, Any]:
    return {
        "df": found.degrees_of_freedom,
        "log_likelihood": found.log_likelihood,
        "missing_rows": found.missing_rows,
        "visit": _last(found, visits),
        "by_visit": [
            {
                "visit": visits.visit_names[int(place)],
                "estimate": one.estimate,
                "standard_error": one.standard_error,
                "low": one.low,
                "high": one.high,
                "p_value": one.p_value,
                "df": one.degrees_of_freedom,
            }
            for place, one in found.by_visit
        ],
    }
