"""One replicate's rows through the functions that analyse one real trial."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy import ndarray as Array

from slopewise.endpoint.joint_rank import joint_rank, rank_ancova
from slopewise.endpoint.mmrm.mmrm_analysis import analyse_mmrm
from slopewise.endpoint.pairs.pairwise import SurvivalLevel, VisitsLevel
from slopewise.endpoint.responder import (
    PercentImprovement,
    Responders,
    SlopeChange,
    compare_responders,
)
from slopewise.endpoint.slope import Freedom, Intercept, SlopeRows, analyse_slope
from slopewise.endpoint.survival.cox import cox
from slopewise.endpoint.survival.kaplan_meier import restricted_mean_difference
from slopewise.endpoint.survival.log_rank import log_rank
from slopewise.endpoint.win_ratio import win_statistics
from slopewise.errors import InputError
from slopewise.trial.design.question import Endpoint
from slopewise.trial.design.words import Analysis, DegreesOfFreedom, Missing
from slopewise.trial.design.words import Intercept as Word

__all__ = ["Answer", "OneTrial", "answer_of"]

Answer = tuple[float, float, float]  # estimate, standard error (nan: none of its own), two-sided p
NAN = math.nan


@dataclass(frozen=True)
class OneTrial:
    """The people of one comparison; `scores` people by visits, nan where not seen."""

    scores: Array
    months: Array
    month: Array
    died: Array
    treated: Array
    end: float
    covariates: Array | None = None

    @property
    def baseline(self) -> Array:
        return np.asarray(self.scores[:, self.months == 0.0][:, 0])

    def after(self, *, with_baseline: bool = False) -> tuple[Array, Array]:
        kept = self.months >= 0.0 if with_baseline else self.months > 0.0
        return self.scores[:, kept], self.months[kept]


def answer_of(endpoint: Endpoint, trial: OneTrial) -> Answer:
    """Estimate, standard error and p; numbers that are None there raise TypeError here."""
    if endpoint.analysis is Analysis.MMRM and endpoint.missing is not Missing.LIKELIHOOD:
        return _filled(endpoint, trial)
    return _ROADS[endpoint.analysis](endpoint, trial)


def _numbers(*values: float | None) -> Answer:
    return tuple(float(value) for value in values)  # type: ignore[arg-type,return-value]


def _slope(endpoint: Endpoint, trial: OneTrial) -> Answer:
    scores, months = trial.after(with_baseline=True)
    if endpoint.missing is not Missing.LIKELIHOOD:
        scores = _without_gaps(endpoint.missing, scores)
    person, visit = np.nonzero(np.isfinite(scores))
    kenward_roger = endpoint.degrees_of_freedom is DegreesOfFreedom.KENWARD_ROGER
    found = analyse_slope(
        SlopeRows(
            person, months[visit], scores[person, visit], trial.treated[person],
            None if trial.covariates is None else trial.covariates[person],
        ),
        intercept=Intercept.BY_ARM if endpoint.intercept is Word.BY_ARM else Intercept.COMMON,
        freedom=Freedom.KENWARD_ROGER if kenward_roger else Freedom.SATTERTHWAITE,
    )  # fmt: skip
    return _numbers(found.estimate, found.standard_error, found.p_value)


def _mmrm(endpoint: Endpoint, trial: OneTrial) -> Answer:
    scores, months = trial.after()
    change = scores - trial.baseline[:, None]
    person, visit = np.nonzero(np.isfinite(change))
    freedom = endpoint.degrees_of_freedom or DegreesOfFreedom.SATTERTHWAITE
    found = analyse_mmrm(
        person, visit, change[person, visit], treated=trial.treated[person],
        baseline=trial.baseline[person],
        covariance="un" if endpoint.covariance is None else endpoint.covariance.value,
        freedom=freedom.value,
    )  # fmt: skip
    wanted = months[-1] if endpoint.month is None else endpoint.month
    made = [float(m) for m in months[np.unique(visit)]]
    if wanted not in made:
        raise InputError("nobody was seen at the visit")
    one = found.by_visit[made.index(wanted)][1]
    return _numbers(one.estimate, one.standard_error, one.p_value)


def _without_gaps(missing: Missing, scores: Array) -> Array:
    """Scores from month 0 on, filled in or left out row by row."""
    rows = []
    for row in scores:
        filled, last = [], row[0]
        for value in row:
            last = value if np.isfinite(value) else last
            zero = value if np.isfinite(value) else 0.0
            filled.append(last if missing is Missing.LOCF else zero)
        whole = bool(np.isfinite(row).all())
        rows.append([*row] if whole else [NAN] * len(row) if missing is Missing.COMPLETE_CASE
                    else filled)  # fmt: skip
    return np.array(rows)


def _filled(endpoint: Endpoint, trial: OneTrial) -> Answer:
    """Gaps filled person by person, then least squares on arm and baseline."""
    scores, months = trial.after()
    wanted = months[-1] if endpoint.month is None else endpoint.month
    place = int(np.flatnonzero(months == wanted)[0])
    values = []
    for first, row in zip(trial.baseline, scores, strict=True):
        seen = np.isfinite(row)
        if endpoint.missing is Missing.LOCF:
            until = [first, *row[: place + 1][seen[: place + 1]]]
            values.append(until[-1])
        elif endpoint.missing is Missing.ZERO:
            values.append(row[place] if seen[place] else 0.0)
        else:
            values.append(row[place] if seen.all() else NAN)
    value = np.array(values)
    kept = np.isfinite(value)
    found = rank_ancova(value[kept], trial.treated[kept], baseline=trial.baseline[kept, None])
    return _numbers(found.estimate, found.standard_error, found.p_value)


def _levels(endpoint: Endpoint, trial: OneTrial) -> list[SurvivalLevel | VisitsLevel]:
    scores, _ = trial.after()
    change, seen = scores - trial.baseline[:, None], np.isfinite(scores)
    return [
        SurvivalLevel(trial.month, trial.died),
        VisitsLevel(np.where(seen, change, 0.0), seen, endpoint.margin_points or 0.0),
    ]


def _joint_rank(endpoint: Endpoint, trial: OneTrial) -> Answer:
    found = joint_rank(_levels(endpoint, trial), trial.treated, baseline=trial.covariates)
    rank = found.rank_difference
    p = found.p_value if trial.covariates is None else rank.p_value
    return _numbers(rank.estimate, rank.standard_error, p)


def _win_ratio(endpoint: Endpoint, trial: OneTrial) -> Answer:
    found = win_statistics(_levels(endpoint, trial), trial.treated).win_ratio
    assert found.estimate is not None
    return _numbers(math.log(found.estimate), found.standard_error, found.p_value)


def _time_to_event(endpoint: Endpoint, trial: OneTrial) -> Answer:
    del endpoint
    rows = (trial.month, trial.died, trial.treated)
    ratio = cox(*rows, covariates=trial.covariates)
    p = log_rank(*rows).p_value if trial.covariates is None else ratio.p_value
    assert ratio.estimate is not None
    return _numbers(math.log(ratio.estimate), ratio.standard_error, p)


def _restricted_mean(endpoint: Endpoint, trial: OneTrial) -> Answer:
    found = restricted_mean_difference(
        trial.month, trial.died, trial.treated, restriction_month=endpoint.month or trial.end
    )
    return _numbers(found.estimate, found.standard_error, found.p_value)


def _responder(endpoint: Endpoint, trial: OneTrial) -> Answer:
    """Slopes as exact fractions: whole scores often lie exactly on the rule's edge."""
    percent = endpoint.responder_percent
    rule = (PercentImprovement(percent) if percent is not None
            else SlopeChange(endpoint.responder_points_per_month or 0.0))  # fmt: skip
    responds, defined = [], []
    for row in trial.scores:
        before, after = (
            _fraction_slope(trial.months[own], row[own])
            for own in (
                (trial.months <= 0.0) & np.isfinite(row),
                (trial.months > 0.0) & np.isfinite(row),
            )
        )
        assert before is not None
        if percent is None:
            points = Fraction(endpoint.responder_points_per_month or 0.0)
            defined.append(True)
            responds.append(after is not None and after - before >= points)
        else:
            defined.append(before < 0)
            wanted = (1 - Fraction(percent) / 100) * before
            responds.append(before < 0 and after is not None and after >= wanted)
    found = compare_responders(
        rule, Responders(np.array(responds), np.array(defined)), trial.treated
    )
    return _numbers(found.estimate, NAN, found.p_value)


def _fraction_slope(months: Array, scores: Array) -> Fraction | None:
    if len(months) < 2:
        return None
    t, y = [Fraction(float(m)) for m in months], [Fraction(float(s)) for s in scores]
    middle = sum(t, Fraction(0)) / len(t)
    across = sum(((a - middle) * b for a, b in zip(t, y, strict=True)), Fraction(0))
    return across / sum(((a - middle) ** 2 for a in t), Fraction(0))


_ROADS = {
    Analysis.SLOPE: _slope,
    Analysis.MMRM: _mmrm,
    Analysis.JOINT_RANK: _joint_rank,
    Analysis.WIN_RATIO: _win_ratio,
    Analysis.TIME_TO_EVENT: _time_to_event,
    Analysis.RMST: _restricted_mean,
    Analysis.RESPONDER: _responder,
}
