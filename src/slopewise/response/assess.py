"""One patient's verdict: split at the first dose, filter, test, profile, words.

The only entry point other packages need is `assess`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.condition.alsfrs import Scale
from slopewise.condition.history import Visit
from slopewise.progression.forecast import course_moments, score_moments
from slopewise.progression.likelihood import Belief, log_density, mixture_log_density
from slopewise.progression.natural_history import NaturalHistory
from slopewise.progression.parameters import ParameterSets
from slopewise.progression.timeline import Exposure, Timeline, no_exposure, scores_on, timeline
from slopewise.response import slowing_profile as profiles
from slopewise.response.assessment import (
    ExpectedCourse,
    ExposureSensitivity,
    Flag,
    NaiveSlopes,
    PatientAssessment,
    Prior,
    Slowing,
    Verdict,
    VisitsNeeded,
)
from slopewise.response.exposure import EFFECT_LASTS, SENSITIVITY, EffectShape, exposure
from slopewise.response.flags import find_flags, is_at_floor
from slopewise.response.no_effect_test import POWER_THETA, NoEffectTest, no_effect_test
from slopewise.response.patient import TreatedPatient
from slopewise.response.verdict import TAIL, Evidence, decide, sentence, what_would_change_it

__all__ = ["assess"]

POWER = 0.8
SLOWING_LIMIT = 2.0  # beyond a reversal of decline nothing is claimed
MORE_VISITS_LIMIT = 36  # three years of monthly visits
QUICK_SETS = 16  # parameter sets for planning questions and the sensitivity table
FLOOR_CHANCE = 0.05  # a later visit counts only while 0 points without effect is this unlikely
ANCHOR_SD = 1.5  # points: 48 at onset, MODEL section 2
_COURSE_STEP = 0.5  # months between points of the drawn course


def assess(
    patients: Sequence[TreatedPatient],
    natural_history: NaturalHistory,
    *,
    prior: Prior = Prior.SCEPTICAL,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[PatientAssessment, ...]:
    """Assess each patient against the natural history, in the order given."""
    found = []
    for done, patient in enumerate(patients, start=1):
        found.append(_assess_one(patient, natural_history.parameter_sets, prior))
        progress(done, len(patients))
    return tuple(found)


@dataclass(frozen=True)
class _RunIn:
    """Everything known at the first dose."""

    belief: Belief
    log_density: Float[Array, "1 1 sets classes"]
    weight: Float[Array, "1 part"]  # posterior of (set, class)
    parameters: ParameterSets
    start: float  # month the belief refers to
    anchored: bool


def _assess_one(
    patient: TreatedPatient, parameters: ParameterSets, prior: Prior
) -> PatientAssessment:
    visits = _scored(patient)
    before = [v for v in visits if v.month <= 0.0]
    after = [v for v in visits if v.month > 0.0]
    flags = find_flags(patient)
    if not patient.doses or not visits:
        return _nothing_to_assess(patient, visits, prior, flags)
    run_in = _run_in(before, patient.history.onset_month, parameters)
    usable = _above_floor(after, run_in)
    if len(usable) < len(after):
        flags = (*flags, _floor_flag(len(after) - len(usable)))
    if run_in.anchored:
        flags = (*flags, _ANCHOR_FLAG)
    main = _answer(usable, run_in, _dose_months(patient), EFFECT_LASTS, prior)
    evidence = Evidence(
        visits_before=len(before),
        visits_after=len(usable),
        months_after=usable[-1].month if usable else 0.0,
        no_effect_tail=main.no_effect_tail,
        faster_tail=main.faster_tail,
        smallest_slowing_shown=main.smallest_slowing_shown,
        at_floor=any(is_at_floor(v) for v in usable),
    )
    verdict = decide(evidence)
    needed = _visits_needed(usable, run_in, patient)
    density = profiles.density(main.profile, prior)
    return PatientAssessment(
        patient_id=patient.history.patient_id,
        verdict=verdict,
        sentence=sentence(verdict, evidence, main.slowing),
        status="assessed",
        prior=prior,
        visits_before=len(before),
        visits_after=len(after),
        months_after=after[-1].month if after else 0.0,
        flags=flags,
        naive=_naive(before, after),
        what_would_change_it=what_would_change_it(verdict, evidence, needed),
        slowing=main.slowing,
        probability_any_slowing=profiles.probability_above(density, 0.0),
        probability_quarter_slower=profiles.probability_above(density, profiles.QUARTER_SLOWER),
        no_effect_tail=main.no_effect_tail,
        faster_tail=main.faster_tail,
        smallest_slowing_shown=main.smallest_slowing_shown,
        visits_needed=needed,
        density=density,
        expected_course=_expected_course(run_in, visits),
        sensitivity=_sensitivity(usable, run_in, patient, prior),
        simulated=patient.simulated,
    )


def _scored(patient: TreatedPatient) -> list[Visit]:
    """ALSFRS-R visits in time order; several on one day become their mean."""
    usable = [v for v in patient.history.visits if v.scale is Scale.ALSFRS_R]
    usable.sort(key=lambda v: v.month)
    joined = []
    for _, group in groupby(usable, key=lambda v: round(v.month, 3)):
        same_day = list(group)
        first = same_day[0]
        if len(same_day) > 1:
            mean = sum(v.alsfrs_total for v in same_day) / len(same_day)
            first = Visit(first.month, mean, first.scale, None, first.rater, first.mode)
        joined.append(first)
    return joined


def _dose_months(patient: TreatedPatient) -> list[float]:
    return [dose.month for dose in patient.doses]


def _run_in(before: list[Visit], onset_month: float | None, parameters: ParameterSets) -> _RunIn:
    months = [v.month for v in before]
    origin = months[0] if months else 0.0
    anchored = len(before) < 3 and onset_month is not None and onset_month < origin
    if anchored and onset_month is not None:
        origin, parameters = onset_month, _anchored(parameters)
    steps = timeline([months], [no_exposure()], [origin])
    scores = scores_on(steps, np.array([[v.alsfrs_total for v in before]]))
    found, belief = log_density(scores, steps, parameters, theta=np.zeros(1))
    part = found + np.log(parameters.weight)
    part = np.exp(part - part.max()).reshape(1, -1)
    return _RunIn(
        belief, found, part / part.sum(), parameters, months[-1] if months else origin, anchored
    )


def _anchored(parameters: ParameterSets) -> ParameterSets:
    """The same natural history started at onset with 48 points, give or take 1.5."""
    from dataclasses import replace

    return replace(
        parameters,
        mean_level=np.full_like(parameters.mean_level, 48.0),
        sd_level=np.full_like(parameters.sd_level, ANCHOR_SD),
        correlation=np.zeros_like(parameters.correlation),
    )


def _above_floor(after: list[Visit], run_in: _RunIn) -> list[Visit]:
    """Later visits, up to the first at which 0 points would be no surprise without any effect.

    Beyond it the score may be held up by the end of the scale instead of by a therapy. The rule
    looks only at the run-in, so it cannot favour a result.
    """
    if not after:
        return []
    from scipy.special import ndtr

    steps = timeline([[v.month for v in after]], [no_exposure()], [run_in.start])
    mean, variance = course_moments(run_in.belief, steps, run_in.parameters)
    parts = ndtr((0.5 - mean) / np.sqrt(variance)).reshape(-1, len(after))
    at_zero = (run_in.weight @ parts)[0]
    reached = np.flatnonzero(at_zero > FLOOR_CHANCE)
    return after[: reached[0]] if len(reached) else after


@dataclass(frozen=True)
class _Answer:
    profile: Float[Array, " theta"]
    slowing: Slowing
    no_effect_tail: float
    faster_tail: float
    smallest_slowing_shown: float | None


def _answer(
    after: list[Visit],
    run_in: _RunIn,
    dose_months: list[float],
    shape: EffectShape,
    prior: Prior,
) -> _Answer:
    months = [v.month for v in after]
    if not months:
        flat = np.zeros_like(profiles.THETA)
        slowing = profiles.summarise(profiles.density(flat, prior))
        return _Answer(flat, slowing, 1.0, 1.0, None)
    given = exposure(dose_months, shape, until_month=months[-1])
    steps = timeline([months], [given], [run_in.start])
    totals = np.array([[v.alsfrs_total for v in after]])
    found, _ = log_density(
        scores_on(steps, totals),
        steps,
        run_in.parameters,
        theta=profiles.THETA,
        belief=run_in.belief,
    )
    profile = mixture_log_density(run_in.log_density + found, run_in.parameters)[0]
    test = _test(steps, run_in)
    statistic = (test.direction * totals).sum(axis=1)
    upper = float(test.upper_tail(statistic)[0])
    shown = float(test.smallest_shown(tail=TAIL, power=POWER, limit=SLOWING_LIMIT)[0])
    return _Answer(
        profile=profile,
        slowing=profiles.summarise(profiles.density(profile, prior)),
        no_effect_tail=upper,
        faster_tail=1.0 - upper,
        smallest_slowing_shown=shown if np.isfinite(shown) else None,
    )


def _test(steps: Timeline, run_in: _RunIn) -> NoEffectTest:
    moments = score_moments(run_in.belief, steps, run_in.parameters, theta=POWER_THETA)
    return no_effect_test(run_in.weight, moments, exposed_months(steps))


def exposed_months(steps: Timeline) -> Float[Array, " visits"]:
    """Months of full effect behind each observed step of a shared plan."""
    return np.cumsum(steps.duration[0] * steps.exposure[0])[steps.observed[0]]


def _quick(run_in: _RunIn) -> _RunIn:
    """The same run-in on a thinned selection of parameter sets."""
    sets = len(run_in.parameters)
    chosen = np.unique(np.linspace(0, sets - 1, min(QUICK_SETS, sets)).round().astype(int))
    belief = Belief(
        **{
            name: value if value.shape[2] == 1 else value[:, :, chosen]
            for name, value in vars(run_in.belief).items()
        }
    )
    weight = run_in.weight.reshape(sets, -1)[chosen].reshape(1, -1)
    return _RunIn(
        belief,
        run_in.log_density[:, :, chosen],
        weight / weight.sum(),
        run_in.parameters.take(chosen),
        run_in.start,
        run_in.anchored,
    )


def _sensitivity(
    after: list[Visit], run_in: _RunIn, patient: TreatedPatient, prior: Prior
) -> tuple[ExposureSensitivity, ...]:
    if not after:
        return ()
    quick, rows = _quick(run_in), []
    for label, shape in SENSITIVITY:
        answer = _answer(after, quick, _dose_months(patient), shape, prior)
        rows.append(
            ExposureSensitivity(
                label,
                shape.onset_delay,
                shape.waning_half_life,
                answer.slowing,
                answer.no_effect_tail,
            )
        )
    return tuple(rows)


def _visits_needed(
    after: list[Visit], run_in: _RunIn, patient: TreatedPatient
) -> tuple[VisitsNeeded, ...]:
    """More monthly visits until 80 of 100 such patients would pass, for θ = 0.25 and 0.5."""
    quick = _quick(run_in)
    now = after[-1].month if after else 0.0
    future = [now + 1.0 + i for i in range(MORE_VISITS_LIMIT)]
    months = [v.month for v in after] + future
    given = exposure(_dose_months(patient), EFFECT_LASTS, until_month=months[-1])
    steps = timeline([months], [given], [quick.start])
    moments = score_moments(quick.belief, steps, quick.parameters, theta=POWER_THETA)
    gained = exposed_months(steps)

    def shown(theta: float, more: int) -> bool:
        keep = len(after) + more
        if keep == 0:
            return False
        test = no_effect_test(
            quick.weight,
            type(moments)(moments.mean[..., :keep], moments.covariance[..., :keep, :keep]),
            gained[:keep],
        )
        return bool(test.upper_tail(test.critical_value(TAIL), theta)[0] >= POWER)

    return tuple(
        VisitsNeeded(theta, _fewest(lambda more, t=theta: shown(t, more)), MORE_VISITS_LIMIT)
        for theta in (profiles.QUARTER_SLOWER, 0.5)
    )


def _fewest(enough: Callable[[int], bool]) -> int | None:
    if not enough(MORE_VISITS_LIMIT):
        return None
    low, high = -1, MORE_VISITS_LIMIT
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _expected_course(run_in: _RunIn, visits: list[Visit]) -> ExpectedCourse:
    """Bands of a scored visit without effect, from the first dose to the last visit, 0..48."""
    last = max(visits[-1].month, run_in.start + 1.0, 6.0)
    months = np.arange(max(run_in.start, 0.0), last + _COURSE_STEP, _COURSE_STEP)
    months = np.unique(np.maximum(months, run_in.start + 1e-3))
    steps = timeline([months.tolist()], [Exposure()], [run_in.start])
    mean, variance = course_moments(run_in.belief, steps, run_in.parameters)
    quantiles = _mixture_quantiles(
        run_in.weight[0],
        mean.reshape(-1, len(months)),
        np.sqrt(np.broadcast_to(variance, mean.shape).reshape(-1, len(months))),
    )
    low90, low50, median, high50, high90 = np.clip(quantiles, 0.0, 48.0)
    as_tuple = [tuple(a.tolist()) for a in (months, median, low50, high50, low90, high90)]
    return ExpectedCourse(*as_tuple)


def _mixture_quantiles(
    weight: Float[Array, " part"], mean: Array, sd: Array
) -> Float[Array, "5 visits"]:
    from scipy.special import ndtr

    wanted = np.array([0.05, 0.25, 0.5, 0.75, 0.95])[:, None]
    low = np.broadcast_to((mean - 8 * sd).min(axis=0), (5, mean.shape[1]))
    high = np.broadcast_to((mean + 8 * sd).max(axis=0), (5, mean.shape[1]))
    for _ in range(40):
        middle = 0.5 * (low + high)
        below = np.einsum("k,qkv->qv", weight, ndtr((middle[:, None] - mean) / sd))
        low, high = np.where(below < wanted, middle, low), np.where(below < wanted, high, middle)
    return 0.5 * (low + high)


def _naive(before: list[Visit], after: list[Visit]) -> NaiveSlopes:
    """Least-squares slopes; the last visit before the first dose opens the period after it."""
    return NaiveSlopes(_slope(before), _slope([*before[-1:], *after]))


def _slope(visits: list[Visit]) -> float | None:
    if len(visits) < 2:
        return None
    month = np.array([v.month for v in visits])
    total = np.array([v.alsfrs_total for v in visits])
    centred = month - month.mean()
    return float(centred @ total / (centred @ centred))


_ANCHOR_FLAG = Flag(
    "onset_anchor",
    "Fewer than three visits before the first dose: a full score of 48 at onset was assumed to"
    " judge the course before.",
)


def _floor_flag(left_out: int) -> Flag:
    visits = "1 later visit is" if left_out == 1 else f"{left_out} later visits are"
    return Flag(
        "floor_in_reach",
        f"{visits} shown but not used: by then the score could have reached 0 without"
        " any treatment, so standing still there says nothing.",
    )


def _nothing_to_assess(
    patient: TreatedPatient, visits: list[Visit], prior: Prior, flags: tuple[Flag, ...]
) -> PatientAssessment:
    """Cannot tell, because there is no dose or no score."""
    status = "no_scores" if not visits else "no_dose"
    missing = "no scored ALSFRS-R visit" if not visits else "no dose of a cell product"
    return PatientAssessment(
        patient_id=patient.history.patient_id,
        verdict=Verdict.CANNOT_TELL,
        sentence=f"Cannot tell: there is {missing} on record.",
        status=status,
        prior=prior,
        visits_before=len(visits) if not patient.doses else 0,
        visits_after=0,
        months_after=0.0,
        flags=flags,
        naive=NaiveSlopes(_slope(visits) if not patient.doses else None, None),
        what_would_change_it=(f"A record with {missing[3:]}.",),
        simulated=patient.simulated,
    )
