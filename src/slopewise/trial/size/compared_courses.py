"""One treatment against one control, as closed forms need it, and what each analysis sees of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.trial.design.question import Endpoint
from slopewise.trial.design.words import Analysis, Intercept
from slopewise.trial.size.assumed_course import AssumedCourse, hazard_ratio_of
from slopewise.trial.size.event_size import event_unit_variance
from slopewise.trial.size.joint_rank_power import JointRankCourse, win_chances
from slopewise.trial.size.mmrm_size import visit_contrast
from slopewise.trial.size.people_needed import DriftOf, contrast_drift, joint_rank_drift
from slopewise.trial.size.slope_size import SlopeCourse, slope_contrast
from slopewise.trial.size.win_ratio_size import win_ratio_unit_variance

__all__ = ["ComparedCourses", "Drift", "PairShares", "drift_of_endpoint"]

_NO_CLOSED_FORM = {
    Analysis.RMST: "restricted mean survival has no closed form for hazards that follow decline",
    Analysis.JOINT_MODEL: "the joint model has no closed form",
    Analysis.RESPONDER: "who meets the rule by chance depends on visits, run-in and entry rules",
}
_LARGE = "large-sample form; assumption: a trial of under about 50 people needs a few more"


@dataclass(frozen=True, slots=True)
class PairShares:
    """Of all pairs of a treated person and a control: won, lost, tied by the treated."""

    won: float
    lost: float

    @property
    def tied(self) -> float:
        """Nobody wins."""
        return 1.0 - self.won - self.lost


@dataclass(frozen=True, eq=False, slots=True)
class ComparedCourses:
    """Both arms' courses, the share treated, and wins by survival, then change, among pairs."""

    control: AssumedCourse
    treated: AssumedCourse
    treated_share: float
    pairs: PairShares | None = None

    @property
    def kept(self) -> Float[Array, " visits"]:
        """What an analysis is expected to see kept at each visit, in points.

        Deaths that follow decline hide a little of the truth: the frailest controls are gone.
        """
        return np.asarray(self.treated.means - self.control.means)

    @property
    def log_hazard_ratio(self) -> float | None:
        """Of the survival event, slowing and direct effect together; None where nobody has it."""
        return hazard_ratio_of(self.control, self.treated)

    @property
    def line(self) -> SlopeCourse:
        """The controls' mean line, with variances that are the mean of both arms'."""
        own, other, p = self.control.line, self.treated.line, self.treated_share
        return SlopeCourse(
            own.mean_level,
            own.mean_slope,
            (1 - p) * own.level_variance + p * other.level_variance,
            (1 - p) * own.slope_variance + p * other.slope_variance,
            (1 - p) * own.covariance + p * other.covariance,
            (1 - p) * own.residual_variance + p * other.residual_variance,
        )

    @property
    def covariance(self) -> Float[Array, "visits visits"]:
        """Of the scores at the visits, the mean of both arms'."""
        p = self.treated_share
        return np.asarray((1 - p) * self.control.covariance + p * self.treated.covariance)

    @property
    def own_covariances(
        self,
    ) -> tuple[Float[Array, "visits visits"], Float[Array, "visits visits"]]:
        """Of the scores of controls and of treated."""
        return self.control.covariance, self.treated.covariance

    @property
    def last_visit(self) -> tuple[Sequence[float], Sequence[float]]:
        """Shares of last visits of controls and treated."""
        return self.control.last_visit.tolist(), self.treated.last_visit.tolist()


@dataclass(frozen=True, eq=False, slots=True)
class Drift:
    """What an analysis expects of its statistic as the people compared grow in number."""

    of: DriftOf
    method: str
    effect: float
    effect_in_words: str
    is_none: bool = False
    event_share: float | None = None
    remarks: tuple[str, ...] = ()


def drift_of_endpoint(
    endpoint: Endpoint, comparison: ComparedCourses, *, alpha: float
) -> Drift | str:
    """The drift at one-sided alpha, or why there is no closed form."""
    match endpoint.analysis:
        case Analysis.SLOPE:
            is_common = endpoint.intercept is not Intercept.BY_ARM
            return _slope(comparison, is_common=is_common, alpha=alpha)
        case Analysis.MMRM:
            return _mmrm(endpoint, comparison, alpha=alpha)
        case Analysis.JOINT_RANK:
            return _joint_rank(comparison, alpha=alpha)
        case Analysis.TIME_TO_EVENT:
            return _events(comparison, alpha=alpha)
        case Analysis.WIN_RATIO:
            return _win_ratio(comparison, alpha=alpha)
        case other:
            return _NO_CLOSED_FORM[other]


def _slope(comparison: ComparedCourses, *, is_common: bool, alpha: float) -> Drift:
    found = slope_contrast(
        comparison.line,
        comparison.control.months,
        comparison.kept.tolist(),
        treated_share=comparison.treated_share,
        last_visit=comparison.last_visit,
        own_covariances=comparison.own_covariances,
        is_common_intercept=is_common,
    )
    return Drift(
        contrast_drift(
            found.effect,
            found.unit_variance,
            sampling_variance=found.sampling_variance,
            alpha=alpha,
        ),
        "random-slope mixed model, expected information",
        found.effect,
        "points/month kept",
        is_none=found.effect <= 0,
        remarks=(_LARGE,),
    )


def _mmrm(endpoint: Endpoint, comparison: ComparedCourses, *, alpha: float) -> Drift:
    months = comparison.control.months
    visit = len(months) - 1 if endpoint.month is None else months.index(endpoint.month)
    found = visit_contrast(
        comparison.covariance,
        comparison.kept.tolist(),
        treated_share=comparison.treated_share,
        last_visit=comparison.last_visit,
        own_covariances=comparison.own_covariances,
        visit=visit,
    )
    return Drift(
        contrast_drift(
            found.effect,
            found.unit_variance,
            sampling_variance=found.sampling_variance,
            alpha=alpha,
        ),
        "repeated-measures model, expected information",
        found.effect,
        f"points kept at month {months[visit]:g}",
        is_none=found.effect <= 0,
        remarks=(_LARGE,),
    )


def _joint_rank(comparison: ComparedCourses, *, alpha: float) -> Drift:
    kept, control, treated = comparison.kept, comparison.control, comparison.treated
    variance = np.array([control.change_sd, treated.change_sd]) ** 2
    share = comparison.treated_share
    chances = win_chances(
        JointRankCourse(
            control.hazard,
            treated.hazard,
            control.months[-1],
            float(kept[-1]),
            math.sqrt(float(variance @ [1 - share, share])),
        )
    )
    return Drift(
        joint_rank_drift(chances, treated_share=share, alpha=alpha),
        "joint rank, closed form for exponential survival and normal change",
        chances.one_one,
        "of pairs: the treated stand higher",
        is_none=chances.one_one <= 0.5,
        remarks=(
            "nobody leaves alive in this formula, and change does not depend on survival: hopeful",
        ),
    )


def _events(comparison: ComparedCourses, *, alpha: float) -> Drift | str:
    if comparison.log_hazard_ratio is None:
        return "nothing is known of survival here"
    p = comparison.treated_share
    share = (1 - p) * comparison.control.event_share + p * comparison.treated.event_share
    if share <= 0:
        return "nobody is expected to have the event"
    log_ratio = comparison.log_hazard_ratio
    return Drift(
        contrast_drift(-log_ratio, event_unit_variance(p, share), alpha=alpha),
        "log-rank test, Schoenfeld's number of events",
        math.exp(log_ratio),
        "hazard ratio, all effects together",
        is_none=log_ratio >= 0,
        event_share=share,
        remarks=("hazards taken as proportional",),
    )


def _win_ratio(comparison: ComparedCourses, *, alpha: float) -> Drift | str:
    pairs = comparison.pairs
    if pairs is None or min(pairs.won, pairs.lost) <= 0:
        return "wins and losses are not known here"
    ratio = pairs.won / pairs.lost
    return Drift(
        contrast_drift(
            math.log(ratio),
            win_ratio_unit_variance(comparison.treated_share, pairs.tied),
            alpha=alpha,
        ),
        "win ratio, formula of Yu and Ganju",
        ratio,
        f"wins for each loss, {100 * pairs.tied:.0f} % ties",
        is_none=ratio <= 1,
        remarks=("a little too large: the variance is that without an effect",),
    )
