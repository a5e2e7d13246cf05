"""The analysis of a trial as an object for other programs: everything, unrounded, never NaN."""

from collections.abc import Sequence
from typing import Any

from slopewise.endpoint.analysis.result import EndpointResult
from slopewise.progression.observed.patients import LeftOut
from slopewise.report.trial.analysis_text import AsRead, result_sentence
from slopewise.version import VERSION

__all__ = ["analysis_object", "comparison_object", "result_object"]


def result_object(result: EndpointResult) -> dict[str, Any]:
    """One endpoint; the method's own numbers stand beside the common ones."""
    return {
        "endpoint": result.endpoint.value,
        "status": result.status,
        "estimate": result.estimate,
        "standard_error": result.standard_error,
        "low": result.low,
        "high": result.high,
        "p_value": result.p_value,
        "primary": not result.primary_refused,
        "primary_refused": result.primary_refused or None,
        "confidence": result.confidence,
        "scale": result.scale,
        "standard_error_of": "logarithm" if result.is_ratio else "estimate",
        "no_difference": result.no_difference,
        "better": result.better,
        "method": result.method,
        "estimand": result.estimand,
        "answer": result_sentence(result),
        "treated": result.treated,
        "controls": result.controls,
        "rows": result.rows,
        **result.details,
        "left_out_of_analysis": [
            {"what": one.what, "reason": one.reason, "count": one.count, "which": list(one.which)}
            for one in result.left_out
        ],
        "remarks": list(result.remarks),
    }


def analysis_object(result: EndpointResult, read: AsRead) -> dict[str, Any]:
    """The answer with what was read for it."""
    return {**result_object(result), "data": _data(read), "version": VERSION}


def comparison_object(
    results: Sequence[EndpointResult], refused: Sequence[tuple[str, str]], read: AsRead
) -> dict[str, Any]:
    """Every analysis of the same data."""
    return {
        "analyses": [result_object(result) for result in results],
        "not_possible": [{"endpoint": name, "reason": reason} for name, reason in refused],
        "data": _data(read),
        "version": VERSION,
    }


def _data(read: AsRead) -> dict[str, Any]:
    return {
        "treated_arm": read.treated_arm,
        "control_arm": read.control_arm,
        "columns": dict(read.columns),
        "left_out": [_left_out(one) for one in read.left_out],
        "remarks": list(read.remarks),
        "files": [{"name": name, "sha256": sha256} for name, sha256 in read.sources],
    }


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {
        "what": one.what, "reason": one.reason, "count": one.count, "which": list(one.which)
    }  # fmt: skip
