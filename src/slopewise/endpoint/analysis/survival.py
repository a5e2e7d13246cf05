"""Survival: the hazard ratio with the log-rank test, and the restricted mean, of one trial."""

from typing import Any

import numpy as np

from slopewise.endpoint.analysis.result import (
    EndpointName,
    EndpointResult,
    check_both_arms,
    who_left,
)
from slopewise.endpoint.refused_as_primary import restricted_mean_refused
from slopewise.endpoint.survival.cox import CoxFit, cox
from slopewise.endpoint.survival.kaplan_meier import (
    milestone_difference,
    restricted_mean_difference,
)
from slopewise.endpoint.survival.log_rank import LogRank, log_rank
from slopewise.endpoint.trial_record import TrialRecord
from slopewise.errors import InputError

__all__ = ["milestone_result", "rmst_result", "time_to_event_result"]

_UNKNOWN = "the event or its time is not known"


def time_to_event_result(record: TrialRecord) -> EndpointResult:
    """Cox's hazard ratio, adjusted for the covariates; the log-rank test stands beside it."""
    follow, complete = record.need_follow_up(), record.has_covariates()
    kept = check_both_arms(record, follow.known & complete, "a known event and time")
    month, died, treated = follow.month[kept], follow.died[kept], record.treated[kept]
    covariates = None if record.covariates is None else record.covariates[kept]
    found = cox(month, died, treated, covariates=covariates)
    test = log_rank(month, died, treated)
    return EndpointResult(
        endpoint=EndpointName.TIME_TO_EVENT,
        status=found.status.value,
        method=f"{found.method}, Wald interval and test",
        estimand=found.estimand,
        scale="hazard ratio",
        better="lower",
        is_ratio=True,
        estimate=found.estimate,
        standard_error=found.standard_error,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        treated=int(treated.sum()),
        controls=int((~treated).sum()),
        details={
            **_cox_details(found, ("arm", *record.covariate_names)),
            "events_treated": int((died & treated).sum()),
            "events_controls": int((died & ~treated).sum()),
            "log_rank": _log_rank_details(test),
        },
        left_out=(
            *who_left(record, ~follow.known, _UNKNOWN),
            *who_left(record, follow.known & ~complete, "a covariate is missing"),
        ),
    )


def _cox_details(found: CoxFit, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "log_likelihood": found.log_likelihood,
        "events": found.events,
        "profile_low": found.profile_low,
        "profile_high": found.profile_high,
        "log_hazard_ratios": [
            {"name": name, "estimate": log, "standard_error": error}
            for name, log, error in zip(
                names, found.log_hazard_ratios, found.standard_errors, strict=False
            )
        ],
    }


def _log_rank_details(test: LogRank) -> dict[str, Any]:
    return {
        "status": test.status.value,
        "observed": test.observed,
        "expected": test.expected,
        "variance": test.variance,
        "z": test.z,
        "chi_square": test.chi_square,
        "p_value": test.p_value,
    }


def rmst_result(record: TrialRecord, *, restriction_month: float | None = None) -> EndpointResult:
    """Months gained; by default up to the last month that both arms were followed to."""
    follow = record.need_follow_up()
    kept = check_both_arms(record, follow.known, "a known event and time")
    month, died, treated = follow.month[kept], follow.died[kept], record.treated[kept]
    ends = float(np.min([month[treated].max(), month[~treated].max()]))
    found = restricted_mean_difference(
        month, died, treated,
        restriction_month=ends if restriction_month is None else restriction_month,
    )  # fmt: skip
    remarks: tuple[str, ...] = ()
    if restriction_month is None:
        remarks = (
            f"The restriction month was not given; {ends:g} is the last one that both arms were"
            " followed to. For a planned analysis name it by --restriction-month.",
        )
    return EndpointResult(
        endpoint=EndpointName.RMST,
        status=found.status.value,
        method=found.method,
        estimand=found.estimand,
        scale=f"difference in mean survival within {found.month:g} months, months",
        better="higher",
        estimate=found.estimate,
        standard_error=found.standard_error,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        treated=int(treated.sum()),
        controls=int((~treated).sum()),
        details={
            "restriction_month": found.month,
            "treated_mean": found.treated,
            "treated_error": found.treated_error,
            "control_mean": found.controls,
            "control_error": found.controls_error,
            "events": int(died.sum()),
        },
        primary_refused=restricted_mean_refused(len(month)),
        left_out=who_left(record, ~follow.known, _UNKNOWN),
        remarks=remarks,
    )


def milestone_result(record: TrialRecord, *, milestone_month: float | None) -> EndpointResult:
    """Difference of the shares alive at one month, by Kaplan and Meier's curves."""
    if milestone_month is None:
        raise InputError(
            "milestone compares the shares alive at one month, and none was given; name the one"
            " that was planned by --restriction-month, for instance 12"
        )
    follow = record.need_follow_up()
    kept = check_both_arms(record, follow.known, "a known event and time")
    month, died, treated = follow.month[kept], follow.died[kept], record.treated[kept]
    found = milestone_difference(month, died, treated, milestone_month=milestone_month)
    # without a standard error the difference of 0 says nothing
    told = found.standard_error is not None
    return EndpointResult(
        endpoint=EndpointName.MILESTONE,
        status=found.status.value,
        method=found.method,
        estimand=found.estimand,
        scale=f"difference in the share alive at month {found.month:g}",
        better="higher",
        estimate=found.estimate if told else None,
        standard_error=found.standard_error,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        treated=int(treated.sum()),
        controls=int((~treated).sum()),
        details={
            "milestone_month": found.month,
            "treated_share": found.treated,
            "treated_error": found.treated_error,
            "control_share": found.controls,
            "control_error": found.controls_error,
            "events": int(died.sum()),
            "events_until_then": int((died & (month <= found.month)).sum()),
        },
        left_out=who_left(record, ~follow.known, _UNKNOWN),
    )
