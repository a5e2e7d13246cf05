"""The difference at the last visit after multiple imputation, of one trial's record."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.endpoint.analysis.function import UNADJUSTED, baseline_of, need_plan, run_in_left
from slopewise.endpoint.analysis.result import (
    EndpointName,
    EndpointResult,
    WhoLeft,
    check_both_arms,
    who_left,
)
from slopewise.endpoint.imputation.imputed_analysis import (
    DeltaForm,
    ImputedAnalysis,
    compare_imputed,
)
from slopewise.endpoint.imputation.imputed_scores import ImputedScores, Strategy, impute_scores
from slopewise.endpoint.imputation.tipping_point import TippingPoint, find_tipping_point
from slopewise.endpoint.refused_as_primary import SHIFT_REFUSED
from slopewise.endpoint.trial_record import TrialRecord

__all__ = ["ImputationPlan", "imputed_result"]

_CAUTIOUS = (
    "The standard error by Rubin's rules is larger than the spread over repeated trials would be:"
    " leaving takes as much information away as under missing at random, and the test is cautious."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputationPlan:
    """How missing scores are drawn; `delta` in points."""

    strategy: Strategy
    imputations: int = 200
    delta: float = 0.0
    form: DeltaForm = DeltaForm.PER_VISIT
    tipping_point: bool = False


def imputed_result(
    record: TrialRecord, plan: ImputationPlan, *, generator: np.random.Generator
) -> EndpointResult:
    """Everybody randomised with a baseline; adjusted for the outcome at baseline."""
    table = _table(record)
    kept = table.kept
    drawn = impute_scores(
        table.outcome[None], table.seen[None], record.treated[kept][None],
        baseline=None if table.baseline is None else table.baseline[kept][None],
        covariates=None if record.covariates is None else record.covariates[kept][None],
        strategy=plan.strategy, imputations=plan.imputations, generator=generator,
    )  # fmt: skip
    found = compare_imputed(drawn, strategy=plan.strategy, delta=plan.delta, form=plan.form)
    tipping = find_tipping_point(drawn, form=plan.form) if plan.tipping_point else None
    dead = _dead_among(record, kept, ~drawn.seen[0])
    return EndpointResult(
        endpoint=EndpointName.MMRM,
        status=found.status.value,
        method=found.method,
        estimand=found.estimand,
        scale=f"difference at visit {table.last}, points",
        better="higher",
        estimate=found.estimate,
        standard_error=found.standard_error,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        confidence=found.confidence,
        treated=int((kept & record.treated).sum()),
        controls=int((kept & ~record.treated).sum()),
        rows=int(table.seen.sum()),
        details={
            **_details(found, plan, tipping),
            "visit": table.last,
            "imputed_dead": dead,
        },
        left_out=table.left_out,
        remarks=_remarks(found, plan, table, drawn=drawn, dead=dead),
        primary_refused=SHIFT_REFUSED if plan.delta != 0.0 else "",
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Table:
    """Scores at planned visits after baseline, of those who take part."""

    kept: Bool[Array, " people"]
    outcome: Float[Array, "patients visits"]
    seen: Bool[Array, "patients visits"]
    baseline: Float[Array, " people"] | None
    last: str
    left_out: tuple[WhoLeft, ...]


def _table(record: TrialRecord) -> _Table:
    visits = record.need_visits()
    visit = need_plan(visits)
    baseline, complete = baseline_of(record), record.has_covariates()
    has_baseline = np.isfinite(baseline)
    uses_baseline = bool(has_baseline.any())
    kept = complete & (has_baseline | (not uses_baseline))
    after = ~visits.is_run_in & ~visits.is_baseline & (visit >= 0) & kept[visits.person]
    everybody = np.arange(len(record.person))
    check_both_arms(
        record, np.isin(everybody, visits.person[after]), "a visit after baseline with an outcome"
    )
    planned: Int[Array, " visits"] = np.unique(visit[after])
    outcome = np.zeros((len(record.person), len(planned)))
    seen = np.zeros(outcome.shape, dtype=bool)
    place = (visits.person[after], np.searchsorted(planned, visit[after]))
    outcome[place], seen[place] = visits.outcome[after], True
    return _Table(
        kept=kept,
        outcome=outcome[kept],
        seen=seen[kept],
        baseline=baseline if uses_baseline else None,
        last=visits.visit_names[int(planned[-1])],
        left_out=(
            *run_in_left(visits),
            *who_left(record, ~complete, "a covariate is missing"),
            *who_left(record, complete & ~kept, "no outcome at baseline"),
        ),
    )


def _dead_among(record: TrialRecord, kept: Array, missing: Array) -> int | None:
    """How many of those whose score was drawn died; None where deaths are not known."""
    if record.follow_up is None:
        return None
    died = record.follow_up.died & record.follow_up.known
    return int((died[kept] & missing).sum())


def _details(
    found: ImputedAnalysis, plan: ImputationPlan, tipping: TippingPoint | None
) -> dict[str, Any]:
    return {
        "df": found.df,
        "missing": plan.strategy.value,
        "imputations": found.imputations,
        "imputed_treated": found.imputed_treated,
        "imputed_controls": found.imputed_controls,
        "within": found.within,
        "between": found.between,
        "fraction_missing": found.fraction_missing,
        "monte_carlo_error": found.monte_carlo_error,
        "delta": found.delta,
        "delta_form": plan.form.value,
        "tipping_point": None if tipping is None else asdict(tipping),
    }


def _remarks(
    found: ImputedAnalysis,
    plan: ImputationPlan,
    table: _Table,
    *,
    drawn: ImputedScores,
    dead: int | None,
) -> tuple[str, ...]:
    said = []
    if dead:
        said.append(
            f"{dead} of the people whose score was drawn died: after a death there is no score, and"
            " the answer is about a world in which they lived. Read it beside joint-rank."
        )
    never = int((~table.seen.any(axis=1)).sum())
    if never:
        said.append(f"{never} people were never seen after baseline; their scores were drawn too.")
    if plan.strategy is not Strategy.MULTIPLE_IMPUTATION:
        gone = int((drawn.after_leaving[0] > 0).sum())
        said.append(
            "Who left is read from the visits: the last visit with an outcome counts as the end of"
            f" treatment ({gone} people before visit {table.last}). {_CAUTIOUS}"
        )
    error, draws = found.standard_error, found.monte_carlo_error
    if error is not None and draws is not None and draws > 0.1 * error:
        said.append(
            f"The draws alone move the estimate by {draws:.2g} points; take more by --imputations."
        )
    return (*said, *(UNADJUSTED if table.baseline is None else ()))
