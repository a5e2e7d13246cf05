"""What is asked of a trial's data, and which choices go together."""

from dataclasses import dataclass
from typing import Literal

from slopewise.errors import InputError

__all__ = ["IMPUTED", "AnalysisRequest", "check_request"]

IMPUTED = ("multiple-imputation", "jump-to-reference", "copy-reference")
_HAVE_FREEDOM = ("slope", "mmrm")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRequest:
    """Which endpoint, and the choices of its method; None = the method's own usual."""

    endpoint: str
    intercept: str = "common"
    covariance: str = "un"
    df: str | None = None
    method: Literal["reml", "ml"] = "reml"
    restriction_month: float | None = None
    missing: str = "likelihood"
    imputations: int | None = None
    delta: float | None = None  # points
    delta_form: str | None = None
    tipping_point: bool = False
    responder_points: float | None = None
    responder_percent: float | None = None
    seed: int = 1


def check_request(request: AnalysisRequest) -> None:
    """Refuse choices that belong to another endpoint or method."""
    if request.df is not None and request.endpoint not in _HAVE_FREEDOM:
        raise InputError(
            f"--df {request.df} is for --endpoint slope and mmrm; --endpoint {request.endpoint} has"
            " no such choice"
        )
    if request.df == "normal" and request.endpoint != "slope":
        raise InputError("--df normal is offered for --endpoint slope only")
    rules = (request.responder_points, request.responder_percent)
    if any(rule is not None for rule in rules) and request.endpoint != "responder":
        raise InputError(
            "--responder-points and --responder-percent are for --endpoint responder; leave them"
            " out, or ask for it"
        )
    if request.missing in IMPUTED:
        _check_imputed(request)
    else:
        _check_not_imputed(request)


def _check_imputed(request: AnalysisRequest) -> None:
    named = f"--missing {request.missing}"
    if request.endpoint != "mmrm":
        remedy = (
            "the slope's model already counts every visit under missing at random; for other"
            " assumptions use --endpoint mmrm"
            if request.endpoint == "slope"
            else "use it with --endpoint mmrm, or leave it out"
        )
        raise InputError(
            f"{named} fills in scores at planned visits and compares the last one; --endpoint"
            f" {request.endpoint} is not offered with it: {remedy}"
        )
    if request.covariance != "un" or request.df is not None or request.method != "reml":
        raise InputError(
            f"{named} draws from an unstructured covariance and analyses each completed table by"
            " least squares; --covariance, --df and --method have no part in it, leave them out"
        )


def _check_not_imputed(request: AnalysisRequest) -> None:
    given = {
        "--imputations": request.imputations is not None,
        "--delta": request.delta is not None,
        "--delta-form": request.delta_form is not None,
        "--tipping-point": request.tipping_point,
    }
    names = ", ".join(name for name, is_given in given.items() if is_given)
    if names:
        raise InputError(
            f"{names} changes or counts scores that are filled in, and nothing is; add --endpoint"
            f" mmrm --missing one of {', '.join(IMPUTED)}"
        )
