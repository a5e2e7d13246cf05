"""Arms compared at the last visit by the mixed model for repeated measures.

The estimand is hypothetical: the mean difference had everybody lived and stayed until the visit,
if those who left went on as those of their arm with the same past who stayed (missing at random).
Deaths are not part of it; where many die, read it beside a joint rank or survival.
References: Mallinckrodt et al. 2008, doi:10.1177/009286150804200402; ICH E9(R1) 2019.
Status: reference (emmeans on nlme's fit, SAS PROC MIXED where published).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float, Shaped
from numpy import ndarray as Array

from slopewise.endpoint.mmrm.mmrm_covariance import Covariance
from slopewise.endpoint.mmrm.mmrm_design import MmrmDesign, mmrm_design
from slopewise.endpoint.mmrm.mmrm_fit import Freedom, MmrmContrast, MmrmFit, fit_mmrm
from slopewise.endpoint.mmrm.mmrm_search import MmrmStatus
from slopewise.errors import InputError

__all__ = ["LeastSquaresMean", "MmrmAnalysis", "analyse_mmrm"]

ESTIMAND = (
    "Difference between arms in the mean outcome at the last planned visit, had everybody lived and"
    " stayed until then (hypothetical strategy for death and for leaving), if what was not seen was"
    " like what was seen of people in the same arm with the same past (missing at random)."
)


@dataclass(frozen=True, slots=True)
class LeastSquaresMean:
    """Mean of one arm at one visit, at average covariates."""

    visit: str
    treated: bool
    mean: MmrmContrast


@dataclass(frozen=True, eq=False, slots=True)
class MmrmAnalysis:
    """The difference at the last visit, and what stands beside it."""

    status: MmrmStatus
    method: str
    estimate: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    p_value: float | None  # two-sided
    degrees_of_freedom: float | None
    log_likelihood: float | None
    by_visit: tuple[tuple[str, MmrmContrast], ...]
    average: MmrmContrast  # of all visits, each with the same weight
    means: tuple[LeastSquaresMean, ...]
    patients: int
    rows: int
    missing_rows: int  # planned visits without an outcome, of patients seen at least once
    confidence: float
    fit: MmrmFit = field(repr=False)
    design: MmrmDesign = field(repr=False)
    estimand: str = ESTIMAND


def analyse_mmrm(
    patient: Shaped[Array, " rows"],
    visit: Shaped[Array, " rows"],
    outcome: Float[Array, " rows"],
    *,
    treated: Bool[Array, " rows"],
    baseline: Float[Array, " rows"] | None = None,
    covariates: Mapping[str, Any] | None = None,
    factors: Mapping[str, Any] | None = None,
    covariance: Covariance | str = Covariance.UNSTRUCTURED,
    method: Literal["reml", "ml"] = "reml",
    freedom: Freedom | str = Freedom.SATTERTHWAITE,
    confidence: float = 0.95,
) -> MmrmAnalysis:
    """Analyse rows of visits after baseline; rows without an outcome are left out and counted."""
    patient, visit = np.asarray(patient), np.asarray(visit)
    outcome, arm = np.asarray(outcome, dtype=float), np.asarray(treated, dtype=bool)
    if not patient.shape == visit.shape == outcome.shape == arm.shape or outcome.ndim != 1:
        raise InputError(
            f"patient {patient.shape}, visit {visit.shape}, outcome {outcome.shape} and treated"
            f" {arm.shape} must have one entry per row"
        )
    there = np.isfinite(outcome)
    if not 0 < np.count_nonzero(arm & there) < np.count_nonzero(there):
        raise InputError("one arm has no outcome after baseline: both arms need people")
    _one_arm_each(patient, arm)
    design = mmrm_design(
        visit[there],
        arm[there],
        baseline=None if baseline is None else np.asarray(baseline, dtype=float)[there],
        covariates=_kept(covariates, there),
        factors=_kept(factors, there),
    )
    fit = fit_mmrm(
        patient[there], visit[there], outcome[there],
        design=design.matrix, names=design.names, covariance=covariance, method=method,
    )  # fmt: skip
    return _read(fit, design, freedom=freedom, confidence=confidence)


def _read(
    fit: MmrmFit, design: MmrmDesign, *, freedom: Freedom | str, confidence: float
) -> MmrmAnalysis:
    """All contrasts of one fit."""

    def contrast(line: Array) -> MmrmContrast:
        return fit.contrast(line, freedom=freedom, confidence=confidence)

    many = len(design.visits)
    each = [contrast(design.difference(weights)) for weights in np.eye(many)]
    last = each[-1]
    return MmrmAnalysis(
        status=last.status,
        method=last.method,
        estimate=last.estimate,
        standard_error=last.standard_error,
        low=last.low,
        high=last.high,
        p_value=last.p_value,
        degrees_of_freedom=last.degrees_of_freedom,
        log_likelihood=fit.log_likelihood,
        by_visit=tuple((str(v), found) for v, found in zip(design.visits, each, strict=True)),
        average=contrast(design.difference(np.full(many, 1.0 / many))),
        means=tuple(
            LeastSquaresMean(str(v), treated, contrast(design.mean(visit=k, treated=treated)))
            for k, v in enumerate(design.visits)
            for treated in (False, True)
        ),
        patients=fit.patients,
        rows=fit.rows,
        missing_rows=fit.patients * many - fit.rows,
        confidence=confidence,
        fit=fit,
        design=design,
    )


def _one_arm_each(patient: Array, arm: Array) -> None:
    names, who = np.unique(patient, return_inverse=True)
    share = np.bincount(who.reshape(-1), weights=arm) / np.bincount(who.reshape(-1))
    mixed = (share > 0.0) & (share < 1.0)
    if mixed.any():
        raise InputError(
            f"patient {names[np.argmax(mixed)]} is in both arms; give the arm a patient was"
            " assigned to in every row"
        )


def _kept(given: Mapping[str, Any] | None, there: Array) -> dict[str, Array] | None:
    if given is None:
        return None
    for name, values in given.items():
        if np.shape(values) != there.shape:
            raise InputError(f"{name} has the shape {np.shape(values)}; give one entry per row")
    return {name: np.asarray(values)[there] for name, values in given.items()}
