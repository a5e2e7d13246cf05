"""Responder rules on one trial's record: each person's slope before treatment and after."""

import math

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.endpoint.analysis.result import EndpointName, EndpointResult, who_left
from slopewise.endpoint.refused_as_primary import RESPONDER_REFUSED
from slopewise.endpoint.responder import (
    PercentImprovement,
    ResponderComparison,
    ResponderRule,
    SlopeChange,
    compare_responders,
    find_responders,
)
from slopewise.endpoint.trial_record import TrialRecord
from slopewise.errors import InputError

__all__ = ["responder_result", "responder_rule"]

_FEW_SCORES = 3  # assumption: as of a planned run-in; with fewer a slope is mostly error


def responder_rule(*, points: float | None, percent: float | None) -> ResponderRule:
    """The rule of one of the two numbers."""
    if (points is None) == (percent is None):
        raise InputError(
            "responder needs one rule: by how many points a month the slope must be better"
            " (--responder-points, for instance 1.5), or by which share (--responder-percent, for"
            " instance 50)"
        )
    if points is not None:
        if not (math.isfinite(points) and points > 0.0):
            raise InputError(f"--responder-points {points:g} is no improvement; give more than 0")
        return SlopeChange(points)
    assert percent is not None
    return PercentImprovement(percent)


def responder_result(record: TrialRecord, rule: ResponderRule) -> EndpointResult:
    """Slopes by least squares: run-in with the baseline visit before, the later visits after.

    As in simulated trials: a score in both slopes would make chance look like help. People without
    a slope before are left out; the dead and those without one after do not respond.
    """
    visits = record.need_visits()
    if not visits.is_run_in.any():
        raise InputError(
            "responder compares with the slope before treatment, and there is no visit before month"
            " 0; give the visits of the run-in as negative months"
        )
    before, scores = _slopes(record, visits.is_run_in | visits.is_baseline)
    after, _ = _slopes(record, ~visits.is_run_in & ~visits.is_baseline)
    known = np.isfinite(before)
    observed = np.isfinite(after)
    if record.follow_up is not None:
        observed &= ~(record.follow_up.died & record.follow_up.known)
    found = compare_responders(
        rule,
        find_responders(
            rule, before[known], np.where(observed, after, 0.0)[known], observed=observed[known]
        ),
        record.treated[known],
    )
    few = int((known & (scores < _FEW_SCORES)).sum())
    remarks = [found.warning]
    if few:
        remarks.append(
            f"The slope before treatment rests on fewer than {_FEW_SCORES} scores in {few} people."
        )
    if found.not_defined:
        remarks.append(
            f"The rule is not defined for {found.not_defined} people who did not decline before"
            " treatment; they take no part."
        )
    return _told(found, left_out_before=~known, record=record, remarks=tuple(remarks))


def _told(
    found: ResponderComparison,
    *,
    left_out_before: Bool[Array, " people"],
    record: TrialRecord,
    remarks: tuple[str, ...],
) -> EndpointResult:
    shares = (found.treated_share, found.control_share)
    error = None
    if shares[0] is not None and shares[1] is not None:
        spread = [
            share[0] * (1.0 - share[0]) / people
            for share, people in zip(shares, (found.treated, found.controls), strict=True)
            if share is not None
        ]
        error = math.sqrt(sum(spread))
    return EndpointResult(
        endpoint=EndpointName.RESPONDER,
        status=found.status.value,
        method=found.method,
        estimand=found.estimand,
        scale="difference in the share of responders",
        better="higher",
        estimate=found.estimate,
        standard_error=error,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        treated=found.treated,
        controls=found.controls,
        details={
            "treated_responders": found.treated_responders,
            "control_responders": found.control_responders,
            "treated_share": found.treated_share,
            "control_share": found.control_share,
            "not_defined": found.not_defined,
        },
        left_out=who_left(
            record, left_out_before, "no slope before treatment (fewer than two visits)"
        ),
        remarks=remarks,
        primary_refused=RESPONDER_REFUSED,
    )


def _slopes(
    record: TrialRecord, chosen: Bool[Array, " rows"]
) -> tuple[Float[Array, " people"], Float[Array, " people"]]:
    """Least-squares slope of each person (nan where months do not differ), and scores behind it."""
    visits, many = record.need_visits(), len(record.person)
    person, month, outcome = (
        column[chosen] for column in (visits.person, visits.month, visits.outcome)
    )
    count = np.bincount(person, minlength=many).astype(float)
    safe = np.maximum(count, 1.0)
    month = month - (np.bincount(person, month, many) / safe)[person]
    outcome = outcome - (np.bincount(person, outcome, many) / safe)[person]
    spread = np.bincount(person, month * month, many)
    there = spread > 1e-9
    slope = np.bincount(person, month * outcome, many) / np.where(there, spread, 1.0)
    return np.where(there, slope, np.nan), count
