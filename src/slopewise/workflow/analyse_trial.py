"""One trial's tables to the answer of one endpoint, or of every endpoint that its data allow."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from slopewise.errors import InputError

if TYPE_CHECKING:
    from slopewise.endpoint.analysis.result import EndpointResult
    from slopewise.endpoint.trial_record import TrialRecord
    from slopewise.records.trials.trial_columns import TrialColumns
    from slopewise.records.trials.trial_reader import TrialRead

__all__ = ["AnalysisRequest", "TrialAnalysis", "TrialComparison", "analyse_trial", "compare_trial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRequest:
    """Which endpoint, and the choices of its method; None = the method's own usual."""

    endpoint: str
    intercept: str = "common"
    covariance: str = "un"
    df: str | None = None
    method: Literal["reml", "ml"] = "reml"
    restriction_month: float | None = None
    seed: int = 1


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

    _check(request)
    read = read_trial(path, columns)
    return TrialAnalysis(_result(read.record, request), read)


def compare_trial(path: Path, columns: "TrialColumns", request: AnalysisRequest) -> TrialComparison:
    """The same data by every endpoint but the joint model, which takes minutes."""
    from slopewise.endpoint.analysis.result import EndpointName
    from slopewise.records.trials.trial_reader import read_trial

    read = read_trial(path, columns)
    results, refused = [], []
    for name in EndpointName:
        if name is EndpointName.JOINT_MODEL:
            continue
        try:
            results.append(_result(read.record, replace(request, endpoint=name.value)))
        except InputError as error:
            refused.append((name.value, str(error)))
    if not results:
        raise InputError("; ".join(f"{name}: {reason}" for name, reason in refused))
    return TrialComparison(tuple(results), tuple(refused), read)


def _check(request: AnalysisRequest) -> None:
    """Refuse choices that belong to another endpoint."""
    if request.df is not None and request.endpoint not in ("slope", "mmrm"):
        raise InputError(
            f"--df {request.df} is for --endpoint slope and mmrm; --endpoint {request.endpoint} has"
            " no such choice"
        )
    if request.df == "normal" and request.endpoint != "slope":
        raise InputError("--df normal is offered for --endpoint slope only")


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
    from slopewise.endpoint.analysis.survival import rmst_result, time_to_event_result

    if name is EndpointName.RMST:
        return rmst_result(record, restriction_month=request.restriction_month)
    return time_to_event_result(record)


def _function(record: "TrialRecord", request: AnalysisRequest) -> "EndpointResult":
    from slopewise.endpoint.analysis.function import mmrm_result, slope_result
    from slopewise.endpoint.slope import Freedom, Intercept

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
