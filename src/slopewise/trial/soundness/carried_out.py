"""Can what the design asks for be carried out? Options that an analysis or a rule cannot serve."""

from collections.abc import Iterator

from slopewise.trial.design.design import Design
from slopewise.trial.design.plain import Problem
from slopewise.trial.design.words import Analysis, Missing, Procedure

__all__ = ["covariate_problems", "missing_problems", "procedure_problems", "responder_problems"]

_ADJUSTED = {Analysis.SLOPE, Analysis.JOINT_RANK, Analysis.TIME_TO_EVENT}
_IMPUTED = {Missing.MULTIPLE_IMPUTATION, Missing.JUMP_TO_REFERENCE, Missing.COPY_REFERENCE}
_FILLED = {Missing.LOCF, Missing.COMPLETE_CASE, Missing.ZERO}
_AT_LOOKS = {Procedure.NONE, Procedure.FIXED_SEQUENCE, Procedure.BONFERRONI}
_FEWEST = 2  # scores for a slope


def covariate_problems(design: Design) -> Iterator[Problem]:
    """Covariates are factors of the randomisation, in analyses that adjust for them."""
    factors = {factor.name for factor in design.randomisation.factors}
    for i, endpoint in enumerate(design.endpoints):
        place = ("endpoints", i, "covariates")
        if endpoint.covariates and endpoint.analysis not in _ADJUSTED:
            named = " or ".join(sorted(one.value for one in _ADJUSTED))
            yield Problem(
                place,
                f"are for {named}; {endpoint.analysis.value} adjusts for the score at month 0 or "
                "for nothing: remove them",
                list(endpoint.covariates),
            )
            continue
        for k, name in enumerate(endpoint.covariates):
            if name not in factors:
                known = ", ".join(sorted(factors)) or "none"
                yield Problem(
                    (*place, k), f"is no factor of [randomisation]; there is {known}", name
                )


def missing_problems(design: Design) -> Iterator[Problem]:
    """Imputation belongs to the comparison at a visit; filling in to scores at all."""
    for i, endpoint in enumerate(design.endpoints):
        place = ("endpoints", i, "missing")
        if endpoint.missing in _IMPUTED and endpoint.analysis is not Analysis.MMRM:
            yield Problem(
                place,
                "imputes the score at a visit; use it with analysis = 'mmrm', or 'likelihood' here",
                endpoint.missing.value,
            )
        functional = {Analysis.MMRM, Analysis.SLOPE}
        if endpoint.missing in _FILLED and endpoint.analysis not in functional:
            yield Problem(
                place, "fills in scores; use it with 'mmrm' or 'slope' only", endpoint.missing.value
            )


def procedure_problems(design: Design) -> Iterator[Problem]:
    """At looks every endpoint has bounds of its own, for a share of alpha that stays as it is."""
    procedure = design.multiplicity.procedure
    if design.interim is not None and procedure not in _AT_LOOKS:
        yield Problem(
            ("multiplicity", "procedure"),
            "cannot be combined with interim looks here: alpha that is passed on would change the "
            "bounds; use fixed-sequence or bonferroni, or remove [interim]",
            procedure.value,
        )


def responder_problems(design: Design) -> Iterator[Problem]:
    """An open period that keeps responders compares two slopes, each of two scores at least."""
    period = design.open_period
    if period is None or not period.only_responders:
        return
    months = (*design.run_in.visit_months, 0.0)
    before = sum(month <= -period.months for month in months)
    if before < _FEWEST or len(months) - before < _FEWEST:
        yield Problem(
            ("open_period", "only_responders"),
            f"compares the slope before treatment with the slope under it, but there are {before} "
            f"scores before month -{period.months:g} and {len(months) - before} after it (month 0 "
            "counts); give visit_months in [run_in] so that there are two of each",
        )
