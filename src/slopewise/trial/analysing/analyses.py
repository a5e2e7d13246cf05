"""Every endpoint of a design on a whole block of replicates: the right batch function, its options.

One function an analysis, found by `Analyses.answer`. Visits that were not made are never filled in,
but where the endpoint says so; those strategies mislead and are there to be seen failing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.endpoint.imputation.imputed_scores import Strategy
from slopewise.endpoint.pairs.pairwise_trials import PairTrials, compare_trials
from slopewise.trial.analysing.answers import (
    SCALES,
    EndpointAnswers,
    from_interval,
    from_normal,
    from_student,
)
from slopewise.trial.analysing.truth import restriction
from slopewise.trial.design.question import Endpoint
from slopewise.trial.design.words import Analysis, DegreesOfFreedom, Intercept, Likelihood, Missing
from slopewise.trial.simulating.data import ComparedArms, TrialData, compared
from slopewise.trial.simulating.plan import Comparison, TrialPlan

__all__ = ["IMPUTATIONS", "Analyses"]

# assumption: 20 imputations, as usual where up to a fifth is missing (White, Royston & Wood 2011,
# doi:10.1002/sim.4067: one for each per cent of people with missing values)
IMPUTATIONS = 20
_IMPUTED = {
    Missing.MULTIPLE_IMPUTATION: Strategy.MULTIPLE_IMPUTATION,
    Missing.JUMP_TO_REFERENCE: Strategy.JUMP_TO_REFERENCE,
    Missing.COPY_REFERENCE: Strategy.COPY_REFERENCE,
}


@dataclass(frozen=True, eq=False, slots=True)
class _Question:
    """One comparison on one set of data."""

    plan: TrialPlan
    data: TrialData
    one: Comparison
    arms: ComparedArms
    generator: np.random.Generator

    @property
    def endpoint(self) -> Endpoint:
        return self.one.endpoint

    @property
    def included(self) -> Bool[Array, "trials people"] | None:
        """None where everybody takes part, which is faster."""
        return None if self.arms.is_whole else self.arms.included

    @property
    def first(self) -> int:
        """Place of the visit at randomisation."""
        return self.plan.schedule.baseline

    @property
    def baseline(self) -> Float[Array, "trials people"]:
        return np.asarray(self.data.scores[:, :, self.first])

    def scores(self, *, from_visit: int) -> tuple[Array, Array, Array]:
        """Scores, whether seen (of those who take part), and months, from a visit on."""
        seen = self.data.observed[:, :, from_visit:]
        if not self.arms.is_whole:
            seen = seen & self.arms.included[:, :, None]
        return (
            self.data.scores[:, :, from_visit:],
            seen,
            self.plan.schedule.visit_month[from_visit:],
        )


@dataclass(eq=False, slots=True)
class Analyses:
    """The endpoints of a plan; joint rank and win ratio of the same data share their work."""

    plan: TrialPlan
    block: int
    _pairs: tuple[TrialData, object, PairTrials] | None = None

    def answer(self, data: TrialData, place: int) -> EndpointAnswers:
        """The answer of the comparison at this place of the plan."""
        one = self.plan.comparisons[place]
        seed = np.random.SeedSequence(self.plan.seed, spawn_key=(2, self.block, place))
        question = _Question(
            self.plan, data, one, compared(self.plan, data, one), np.random.default_rng(seed)
        )
        analysis = one.endpoint.analysis
        if analysis in {Analysis.JOINT_RANK, Analysis.WIN_RATIO}:
            pairs = self._compared(question)
            return (_joint_rank if analysis is Analysis.JOINT_RANK else _win_ratio)(question, pairs)
        return _ANALYSES[analysis](question)

    def statistic(self, data: TrialData, place: int) -> Float[Array, " trials"]:
        """z alone, for looks: the log-rank test needs no hazard ratio."""
        from slopewise.endpoint.survival.log_rank import log_rank_trials

        one = self.plan.comparisons[place]
        if one.endpoint.analysis is not Analysis.TIME_TO_EVENT or one.endpoint.covariates:
            return self.answer(data, place).z
        arms = compared(self.plan, data, one)
        found = log_rank_trials(
            data.month, data.died, arms.treated, included=None if arms.is_whole else arms.included
        )
        return -found.z

    def _compared(self, asked: _Question) -> PairTrials:
        key = (asked.one.treatment, asked.one.control, asked.endpoint.margin_points)
        if self._pairs is not None and self._pairs[0] is asked.data and self._pairs[1] == key:
            return self._pairs[2]
        scores, seen, _ = asked.scores(from_visit=asked.first + 1)
        found = compare_trials(
            asked.data.month, asked.data.died, asked.arms.treated,
            change=scores - asked.baseline[:, :, None], observed=seen,
            margin=asked.endpoint.margin_points or 0.0, included=asked.included,
        )  # fmt: skip
        self._pairs = (asked.data, key, found)
        return found


def _slope(asked: _Question) -> EndpointAnswers:
    from slopewise.endpoint.slope import Freedom
    from slopewise.endpoint.slope import Intercept as SlopeIntercept
    from slopewise.endpoint.slope_trials import slope_trials

    scores, seen, months = asked.scores(from_visit=asked.first)
    scores, seen = _filled(asked, scores, seen)
    by_arm = asked.endpoint.intercept is Intercept.BY_ARM
    kenward_roger = asked.endpoint.degrees_of_freedom is DegreesOfFreedom.KENWARD_ROGER
    found = slope_trials(
        scores, seen, asked.arms.treated, month=months,
        intercept=SlopeIntercept.BY_ARM if by_arm else SlopeIntercept.COMMON,
        method=_likelihood(asked.endpoint),
        freedom=Freedom.KENWARD_ROGER if kenward_roger else Freedom.SATTERTHWAITE,
        covariates=_covariates(asked),
    )  # fmt: skip
    answers = from_student(
        SCALES[Analysis.SLOPE], found.converged, found.estimate, error=found.standard_error,
        freedom=found.degrees_of_freedom, p_value=found.p_value,
    )  # fmt: skip
    return replace(answers, slowing=found.slowing, slowing_read=found.slowing_bounded)


def _mmrm(asked: _Question) -> EndpointAnswers:
    from slopewise.endpoint.mmrm.mmrm_trials import mmrm_trials

    scores, seen, months = asked.scores(from_visit=asked.first + 1)
    month = months[-1] if asked.endpoint.month is None else asked.endpoint.month
    place = int(np.argmin(np.abs(months - month)))
    if asked.endpoint.missing in _IMPUTED:
        return _imputed(asked, scores, seen, place)
    if asked.endpoint.missing is not Missing.LIKELIHOOD:
        return _ancova(asked, scores, seen, place)
    covariance = asked.endpoint.covariance
    found = mmrm_trials(
        scores - asked.baseline[:, :, None], seen, asked.arms.treated,
        baseline=asked.baseline, method=_likelihood(asked.endpoint),
        covariance="un" if covariance is None else covariance.value,
        visit_weights=np.eye(len(months))[place],
        kenward_roger=asked.endpoint.degrees_of_freedom is DegreesOfFreedom.KENWARD_ROGER,
    )  # fmt: skip
    return from_student(
        SCALES[Analysis.MMRM], found.converged, found.estimate, error=found.standard_error,
        freedom=found.degrees_of_freedom, p_value=found.p_value,
    )  # fmt: skip


def _imputed(asked: _Question, scores: Array, seen: Array, place: int) -> EndpointAnswers:
    """Trials with the same number of people in the comparison are imputed together."""
    from slopewise.endpoint.imputation.imputed_trials import imputed_trials

    included = asked.arms.included
    many = included.sum(axis=1)
    names = ("converged", "estimate", "standard_error", "degrees_of_freedom", "p_value")
    numbers = {name: np.zeros(len(many)) for name in names}
    for count in np.unique(many):
        chosen = np.flatnonzero(many == count)
        who = np.nonzero(included[chosen])[1].reshape(len(chosen), count)
        rows = chosen[:, None]
        found = imputed_trials(
            scores[rows, who][:, :, : place + 1], seen[rows, who][:, :, : place + 1],
            asked.arms.treated[rows, who], baseline=asked.baseline[rows, who],
            strategy=_IMPUTED[asked.endpoint.missing], imputations=IMPUTATIONS,
            generator=asked.generator,
        )  # fmt: skip
        for name in names:
            numbers[name][chosen] = getattr(found, name)
    return from_student(
        SCALES[Analysis.MMRM], numbers["converged"] > 0, numbers["estimate"],
        error=numbers["standard_error"], freedom=numbers["degrees_of_freedom"],
        p_value=numbers["p_value"],
    )  # fmt: skip


def _ancova(asked: _Question, scores: Array, seen: Array, place: int) -> EndpointAnswers:
    """The score at the visit on arm and baseline, gaps filled as the endpoint says."""
    from slopewise.endpoint.ancova_trials import ancova_trials

    scores, seen = _filled(asked, scores, seen)
    found = ancova_trials(
        scores[:, :, place], seen[:, :, place], asked.arms.treated,
        baseline=asked.baseline, included=asked.included,
    )  # fmt: skip
    return from_student(
        SCALES[Analysis.MMRM], found.finite, found.estimate, error=found.standard_error,
        freedom=found.degrees_of_freedom, p_value=found.p_value,
    )  # fmt: skip


def _filled(asked: _Question, scores: Array, seen: Array) -> tuple[Array, Array]:
    """Scores with gaps filled, where an endpoint that misleads asks for it."""
    from slopewise.endpoint.ancova_trials import carried_forward

    missing, part = asked.endpoint.missing, asked.arms.included[:, :, None]
    if missing is Missing.LOCF:
        start = np.concatenate([asked.baseline[:, :, None], scores], axis=2)
        known = np.concatenate([np.broadcast_to(part, (*part.shape[:2], 1)), seen], axis=2)
        return carried_forward(start, known).outcome[:, :, 1:], np.broadcast_to(part, seen.shape)
    if missing is Missing.ZERO:
        return np.where(seen, scores, 0.0), np.broadcast_to(part, seen.shape)
    if missing is Missing.COMPLETE_CASE:
        return scores, seen & seen.all(axis=2, keepdims=True)
    return scores, seen


def _joint_rank(asked: _Question, pairs: PairTrials) -> EndpointAnswers:
    """The difference in mean rank, and the test of Finkelstein and Schoenfeld.

    With covariates the test is that of the adjusted difference.
    """
    from slopewise.endpoint.pairs.rank_trials import rank_difference_trials

    adjusted = _covariates(asked)
    found = rank_difference_trials(pairs, asked.arms.treated, baseline=adjusted)
    return from_student(
        SCALES[Analysis.JOINT_RANK], pairs.joint_rank.decided & found.finite, found.estimate,
        error=found.standard_error, freedom=found.degrees_of_freedom,
        p_value=pairs.joint_rank.p_value if adjusted is None else found.p_value,
    )  # fmt: skip


def _win_ratio(asked: _Question, pairs: PairTrials) -> EndpointAnswers:
    wins = pairs.wins
    return from_normal(
        SCALES[Analysis.WIN_RATIO], wins.finite, wins.log_win_ratio,
        error=wins.log_win_ratio_error, p_value=wins.p_value,
    )  # fmt: skip


def _time_to_event(asked: _Question) -> EndpointAnswers:
    """Cox's hazard ratio; the test is the log-rank test, with covariates Wald's."""
    from slopewise.endpoint.survival.cox_trials import cox_trials
    from slopewise.endpoint.survival.log_rank import log_rank_trials

    follow = (asked.data.month, asked.data.died, asked.arms.treated)
    test = log_rank_trials(*follow, included=asked.included)
    adjusted = _covariates(asked)
    ratio = cox_trials(*follow, covariates=adjusted, included=asked.included)
    return from_normal(
        SCALES[Analysis.TIME_TO_EVENT], test.decided & ratio.finite, ratio.log_hazard_ratio,
        error=ratio.standard_error, p_value=test.p_value if adjusted is None else ratio.p_value,
    )  # fmt: skip


def _restricted_mean(asked: _Question) -> EndpointAnswers:
    from slopewise.endpoint.survival.kaplan_meier_trials import restricted_mean_trials

    found = restricted_mean_trials(
        asked.data.month, asked.data.died, asked.arms.treated,
        restriction_month=restriction(asked.plan, asked.one), included=asked.included,
    )  # fmt: skip
    return from_normal(
        SCALES[Analysis.RMST], found.finite, found.estimate, error=found.standard_error,
        p_value=found.p_value,
    )  # fmt: skip


def _responder(asked: _Question) -> EndpointAnswers:
    from slopewise.endpoint.responder import PercentImprovement, ResponderRule, SlopeChange
    from slopewise.endpoint.responder_trials import responder_trials

    percent, points = asked.endpoint.responder_percent, asked.endpoint.responder_points_per_month
    rule: ResponderRule
    rule = PercentImprovement(percent) if percent is not None else SlopeChange(points or 0.0)
    scores, seen, months = asked.scores(from_visit=0)
    found = responder_trials(
        scores, seen, month=months, treated=asked.arms.treated, rule=rule,
        run_in=months <= 0.0, included=asked.included,
    )  # fmt: skip
    answers = from_interval(
        SCALES[Analysis.RESPONDER], found.finite, found.estimate,
        low=found.low, high=found.high, p_value=found.p_value,
    )  # fmt: skip
    return replace(answers, controls_responding=found.control_share)


def _joint_model(asked: _Question) -> EndpointAnswers:
    from scipy.special import ndtr

    from slopewise.trial.analysing.joint_models import joint_slowing

    scores, seen, months = asked.scores(from_visit=asked.first)
    read, estimate, error = joint_slowing(
        scores, seen, months, month=asked.data.month, died=asked.data.died,
        treated=asked.arms.treated, included=asked.arms.included,
    )  # fmt: skip
    z = np.divide(estimate, error, out=np.zeros_like(estimate), where=read)
    answers = from_normal(
        SCALES[Analysis.JOINT_MODEL], read, estimate, error=error, p_value=2.0 * ndtr(-np.abs(z))
    )
    return replace(answers, slowing=estimate, slowing_read=read)


_ANALYSES: dict[Analysis, Callable[[_Question], EndpointAnswers]] = {
    Analysis.SLOPE: _slope,
    Analysis.MMRM: _mmrm,
    Analysis.TIME_TO_EVENT: _time_to_event,
    Analysis.RMST: _restricted_mean,
    Analysis.RESPONDER: _responder,
    Analysis.JOINT_MODEL: _joint_model,
}


def _likelihood(endpoint: Endpoint) -> Literal["reml", "ml"]:
    return "ml" if endpoint.likelihood is Likelihood.ML else "reml"


def _covariates(asked: _Question) -> Float[Array, "trials people covariates"] | None:
    """Factors as columns of 0 and 1, one for each level after the first."""
    factors = asked.plan.design.randomisation.factors
    columns = [
        (asked.data.levels[:, :, place] == level).astype(float)
        for place, factor in enumerate(factors)
        if factor.name in asked.endpoint.covariates
        for level in range(1, len(factor.levels))
    ]
    return np.stack(columns, axis=2) if columns else None
