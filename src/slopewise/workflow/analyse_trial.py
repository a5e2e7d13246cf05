"""One trial's tables to the answer of one endpoint, or of every endpoint that its data allow."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slopewise.errors import InputError
from slopewise.workflow.trial_request import IMPUTED, AnalysisRequest, check_request

if TYPE_CHECKING:
    from slopewise.endpoint.analysis.result import EndpointName, EndpointResult
    from slopewise.endpoint.trial_record import TrialRecord
    from slopewise.records.trials.trial_columns import TrialColumns
    from slopewise.records.trials.trial_reader import TrialRead

__all__ = ["TrialAnalysis", "TrialComparison", "analyse_trial", "compare_trial"]


@dataclass(frozen=True, slots=True)
class TrialAnalysis:
    """The answer, and what was read."""

    result: "EndpointResult"
    read: "TrialRead"


@dataclass(frozen=True, slots=True)
class TrialComparison:
    """Every analysis that the data allow, and why the others are not there."""

    results: "tuple[EndpointResult, ...]"
    refused: tuple[tuple[str, str], ...]  # endpoint, reason
    read: "TrialRead"


def analyse_trial(path: Path, columns: "TrialColumns", request: AnalysisRequest) -> TrialAnalysis:
    """Read the tables and analyse one endpoint. Raises InputError where they do not allow it."""
    from slopewise.records.trials.trial_reader import read_trial

    check_request(request)
    read = read_trial(path, columns)
    return TrialAnalysis(_result(read.record, request), read)


def compare_trial(path: Path, columns: "TrialColumns", request: AnalysisRequest) -> TrialComparison:
    """The same data by every endpoint that could decide a trial.

    Not by the joint model, which takes minutes, responder rules, which are no answer, nor a
    milestone, whose month somebody must have planned.
    """
    from slopewise.endpoint.analysis.result import EndpointName
    from slopewise.records.trials.trial_reader import read_trial

    read = read_trial(path, columns)
    left_out = {EndpointName.JOINT_MODEL, EndpointName.RESPONDER, EndpointName.MILESTONE}
    results, refused = [], []
    for name in EndpointName:
        if name in left_out:
            continue
        try:
            results.append(_result(read.record, replace(request, endpoint=name.value)))
        except InputError as error:
            refused.append((name.value, str(error)))
    if not results:
        raise InputError("; ".join(f"{name}: {reason}" for name, reason in refused))
    return TrialComparison(tuple(results), tuple(refused), read)


def _result(record: "TrialRecord", request: AnalysisRequest) -> "EndpointResult":
    from slopewise.endpoint.analysis.result import EndpointName

    name = EndpointName(request.endpoint)
    if name in (EndpointName.SLOPE, EndpointName.MMRM):
        return _function(record, request)
    if name is EndpointName.JOINT_MODEL:
        from slopewise.workflow.analyse_joint_model import joint_model_result

        return joint_model_result(record, seed=request.seed)
    if name in (EndpointName.JOINT_RANK, EndpointName.WIN_RATIO):
        from slopewise.endpoint.analysis.hierarchy import joint_rank_result, win_ratio_result

        if name is EndpointName.WIN_RATIO:
            return win_ratio_result(record)
        return joint_rank_result(record)
    if name is EndpointName.RESPONDER:
        from slopewise.endpoint.analysis.responders import responder_result, responder_rule

        rule = responder_rule(points=request.responder_points, percent=request.responder_percent)
        return responder_result(record, rule)
    return _survival(record, name, request=request)


def _survival(
    record: "TrialRecord", name: "EndpointName", *, request: AnalysisRequest
) -> "EndpointResult":
    from slopewise.endpoint.analysis.result import EndpointName
    from slopewise.endpoint.analysis.survival import (
        milestone_result,
        rmst_result,
        time_to_event_result,
    )

    if name is EndpointName.RMST:
        return rmst_result(record, restriction_month=request.restriction_month)
    if name is EndpointName.MILESTONE:
        return milestone_result(record, milestone_month=request.restriction_month)
    return time_to_event_result(record)


def _function(record: "TrialRecord", request: AnalysisRequest) -> "EndpointResult":
    from slopewise.endpoint.analysis.function import mmrm_result, slope_result
    from slopewise.endpoint.slope import Freedom, Intercept

    if request.missing in IMPUTED:
        return _imputed(record, request)
    if request.endpoint == "mmrm":
        return mmrm_result(
            record,
            covariance=request.covariance,
            freedom=request.df or "satterthwaite",
            method=request.method,
        )
    return slope_result(
        record,
        intercept=Intercept(request.intercept),
        method=request.method,
        freedom=Freedom(request.df or "satterthwaite"),
    )


def _imputed(record: "TrialRecord", request: AnalysisRequest) -> "EndpointResult":
    import numpy as np

    from slopewise.endpoint.analysis.imputed import ImputationPlan, imputed_result
    from slopewise.endpoint.imputation.imputed_analysis import DeltaForm
    from slopewise.endpoint.imputation.imputed_scores import Strategy

    usual = ImputationPlan(strategy=Strategy(request.missing))
    plan = replace(
        usual,
        imputations=usual.imputations if request.imputations is None else request.imputations,
        delta=0.0 if request.delta is None else request.delta,
        form=usual.form if request.delta_form is None else DeltaForm(request.delta_form),
        tipping_point=request.tipping_point,
    )
    found = imputed_result(record, plan, generator=np.random.default_rng(request.seed))
    return replace(found, details={**found.details, "seed": request.seed})
