"""One patient's verdict: split at the first dose, filter, test, profile, words.

The only entry point other packages need is `assess`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.condition.alsfrs import Scale
from slopewise.condition.history import Visit
from slopewise.errors import InputError
from slopewise.progression.likelihood import log_density, mixture_log_density
from slopewise.progression.natural_history import NaturalHistory
from slopewise.progression.parameters import ParameterSets
from slopewise.progression.timeline import Exposure, scores_on, timeline
from slopewise.response import slowing_profile as profiles
from slopewise.response.assessment import (
    Belief,
    ExposureSensitivity,
    Flag,
    NaiveSlopes,
    PatientAssessment,
    Prior,
    Slowing,
    Verdict,
    VisitsNeeded,
    kind_of,
)
from slopewise.response.expected_course import expected_course
from slopewise.response.exposure import EFFECT_LASTS, SENSITIVITY, exposure
from slopewise.response.flags import find_flags, has_risen, is_at_floor
from slopewise.response.no_effect_test import Tails, least_squares_slopes, no_effect_test
from slopewise.response.patient import TreatedPatient
from slopewise.response.run_in import RunIn, run_in, thinned, usable_visits
from slopewise.response.verdict import (
    HALF_SLOWER,
    TAIL,
    Evidence,
    decide,
    is_long_enough,
    plain_change,
    sentence,
    what_would_change_it,
)

__all__ = ["assess"]

POWER = 0.8
DRAWS = 8000  # of later scores without effect
MORE_VISITS_LIMIT = 36  # three years of monthly visits
QUICK_SETS = 8  # parameter sets for planning questions and the sensitivity table
QUICK_DRAWS = 500  # draws of later scores for the same
DIARY_VISITS = 104  # more visits than this are a diary, and its weeks are averaged
_DAY, _WEEK = 1.0 / 30.4375, 7.0 / 30.4375  # months
_VISITS_STEP = 3  # more visits are counted in quarters of a year


def assess(
    patients: Sequence[TreatedPatient],
    natural_history: NaturalHistory,
    *,
    prior: Belief = Prior.SCEPTICAL,
    processes: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[PatientAssessment, ...]:
    """Assess each patient against the natural history, in the order given.

    With more than one process the answers are the same, sooner from some 40 patients on.
    """
    one = partial(_assess_safely, natural_history.parameter_sets, prior)
    if processes > 1:
        return _in_processes(one, patients, processes=processes, progress=progress)
    found = []
    for done, patient in enumerate(patients, start=1):
        found.append(one(patient))
        progress(done, len(patients))
    return tuple(found)


def _in_processes(
    one: Callable[[TreatedPatient], PatientAssessment],
    patients: Sequence[TreatedPatient],
    *,
    processes: int,
    progress: Callable[[int, int], None],
) -> tuple[PatientAssessment, ...]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    found = []
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent
    ) as pool:
        for done, answer in enumerate(pool.map(one, patients, chunksize=4), start=1):
            found.append(answer)
            progress(done, len(patients))
    return tuple(found)


def _leave_interrupts_to_the_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _assess_safely(
    parameters: ParameterSets, prior: Belief, patient: TreatedPatient
) -> PatientAssessment:
    """One patient; a numerical failure is a status of this patient and stops nobody else."""
    try:
        found = _assess_one(parameters, prior, patient)
    except np.linalg.LinAlgError:
        return _without_numbers(patient, prior, "non_finite")
    numbers = [n for n in (found.no_effect_tail, found.probability_any_slowing) if n is not None]
    if not np.all(np.isfinite(numbers)):
        return _without_numbers(patient, prior, "non_finite")
    return found


def _assess_one(
    parameters: ParameterSets, prior: Belief, patient: TreatedPatient
) -> PatientAssessment:
    visits = _scored(patient)
    if not visits:
        return _without_numbers(patient, prior, "no_scores")
    if not patient.doses:
        return _without_numbers(patient, prior, "no_dose")
    _check_clock(patient)
    before = [v for v in visits if v.month <= 0.0]
    after = [v for v in visits if v.month > 0.0]
    known = run_in(
        [v.month for v in before],
        _totals(before),
        parameters,
        onset_month=patient.history.onset_month,
    )
    usable = after[: int(usable_visits(known, [v.month for v in after])[0])]
    given = exposure(_dose_months(patient), EFFECT_LASTS, until_month=_last_month(usable))
    enough = is_long_enough(len(before), len(usable), _last_month(usable))
    main = _answer(usable, known, given, prior, draws=DRAWS, plan=enough)
    evidence = _evidence(before, after, len(usable), patient=patient, main=main)
    verdict = decide(evidence)
    needed = _visits_needed(usable, known, patient)
    density = profiles.density(main.profile, prior)
    return PatientAssessment(
        patient_id=patient.history.patient_id,
        verdict=verdict,
        sentence=sentence(verdict, evidence, main.slowing),
        status="assessed",
        prior=kind_of(prior),
        visits_before=len(before),
        visits_after=len(after),
        months_after=_last_month(after),
        flags=(*find_flags(patient), *_own_flags(known, evidence)),
        naive=_naive(before, after),
        what_would_change_it=what_would_change_it(verdict, evidence, needed),
        slowing=main.slowing,
        probability_any_slowing=profiles.probability_above(density, 0.0),
        probability_quarter_slower=profiles.probability_above(density, profiles.QUARTER_SLOWER),
        no_effect_tail=main.tails.slower,
        faster_tail=main.tails.faster,
        smallest_slowing_shown=main.smallest_slowing_shown,
        visits_needed=needed,
        density=density,
        expected_course=expected_course(known, until_month=visits[-1].month),
        sensitivity=_sensitivity(usable, known, patient, prior=prior, main=main),
        simulated=patient.simulated,
    )


def _check_clock(patient: TreatedPatient) -> None:
    first = min(_dose_months(patient))
    if abs(first) > 1e-6:
        raise InputError(
            f"the first dose lies at month {first:g}; months must count from the first dose, so"
            " subtract it from every month of this patient"
        )


def _last_month(visits: list[Visit]) -> float:
    return visits[-1].month if visits else 0.0


def _evidence(
    before: list[Visit],
    after: list[Visit],
    counting: int,
    *,
    patient: TreatedPatient,
    main: "_Answer",
) -> Evidence:
    """What the verdict rests on; the first `counting` later visits count."""
    usable = after[:counting]
    last = _last_month(usable)
    flat, slopes = profiles.density(main.profile, Prior.FLAT), _naive(before, usable)
    return Evidence(
        visits_before=len(before),
        visits_after=counting,
        months_after=last,
        no_effect_tail=main.tails.slower,
        faster_tail=main.tails.faster,
        plain_change=plain_change(slopes.slope_before, slopes.slope_after),
        visits_not_used=len(after) - counting,
        at_floor=any(is_at_floor(v) for v in patient.history.visits if 0.0 < v.month <= last),
        rose=has_risen(before, usable),
        half_slower_flat=profiles.probability_above(flat, HALF_SLOWER),
    )


def _own_flags(known: RunIn, evidence: Evidence) -> tuple[Flag, ...]:
    """Flags that come from the assessment itself and not from the record."""
    found = [_floor_flag(evidence.visits_not_used)] if evidence.visits_not_used else []
    if known.anchored:
        found.append(_ANCHOR_FLAG)
    if evidence.rose:
        found.append(_ROSE_FLAG)
    return tuple(found)


def _scored(patient: TreatedPatient) -> list[Visit]:
    """ALSFRS-R visits in time order; those of one day (of a diary: one week) become their mean."""
    usable = [v for v in patient.history.visits if v.scale is Scale.ALSFRS_R]
    usable.sort(key=lambda v: v.month)
    width = _WEEK if len(usable) > DIARY_VISITS else _DAY

    def period(visit: Visit) -> tuple[bool, int]:
        return visit.month > 0.0, round(visit.month / width)

    joined = []
    for _, group in groupby(usable, key=period):
        together = list(group)
        first = together[0]
        if len(together) > 1:
            month, total = (
                sum(getattr(v, name) for v in together) / len(together)
                for name in ("month", "alsfrs_total")
            )
            first = Visit(month, total, first.scale, None, first.rater, first.mode)
        joined.append(first)
    return joined


def _totals(visits: list[Visit]) -> Float[Array, "1 visits"]:
    return np.array([[v.alsfrs_total for v in visits]])


def _dose_months(patient: TreatedPatient) -> list[float]:
    return [dose.month for dose in patient.doses]


@dataclass(frozen=True)
class _Answer:
    profile: Float[Array, " theta"]
    slowing: Slowing
    tails: Tails
    smallest_slowing_shown: float | None


def _answer(
    after: list[Visit], known: RunIn, given: Exposure, prior: Belief, *, draws: int, plan: bool
) -> _Answer:
    """Profile and tails of the later visits; with `plan`, what they could have shown as well."""
    months = [v.month for v in after]
    if not months:
        flat = np.zeros_like(profiles.THETA)
        slowing = profiles.summarise(profiles.density(flat, prior))
        return _Answer(flat, slowing, Tails(1.0, 1.0), None)
    steps = timeline([months], [given], [known.month])
    totals = _totals(after)
    found, _ = log_density(
        scores_on(steps, totals),
        steps,
        known.parameters,
        theta=profiles.THETA,
        belief=known.belief,
    )
    profile = mixture_log_density(known.log_density + found, known.parameters)[0]
    profile = np.broadcast_to(profile, profiles.THETA.shape)  # flat while nothing has acted yet
    test = no_effect_test(known, months, given, draws=draws)
    return _Answer(
        profile=profile,
        slowing=profiles.summarise(profiles.density(profile, prior)),
        tails=test.tails(totals),
        smallest_slowing_shown=test.smallest_shown(tail=TAIL, power=POWER) if plan else None,
    )


def _sensitivity(
    after: list[Visit], known: RunIn, patient: TreatedPatient, *, prior: Belief, main: _Answer
) -> tuple[ExposureSensitivity, ...]:
    """The same patient under other assumptions about how the effect comes and goes."""
    quick, rows = thinned(known, QUICK_SETS), []
    for label, shape in SENSITIVITY if after else ():
        answer = main
        if shape != EFFECT_LASTS:
            given = exposure(_dose_months(patient), shape, until_month=after[-1].month)
            answer = _answer(after, quick, given, prior, draws=QUICK_DRAWS, plan=False)
        rows.append(
            ExposureSensitivity(
                label,
                shape.onset_delay,
                shape.waning_half_life,
                answer.slowing,
                answer.tails.slower,
            )
        )
    return tuple(rows)


def _visits_needed(
    after: list[Visit], known: RunIn, patient: TreatedPatient
) -> tuple[VisitsNeeded, ...]:
    """More monthly visits until 80 of 100 such patients would pass, for θ = 0.25 and 0.5.

    Only visits that would count: natural history may bring the score to its floor first.
    """
    quick = thinned(known, QUICK_SETS)
    now = after[-1].month if after else 0.0
    months = [v.month for v in after] + [now + 1.0 + i for i in range(MORE_VISITS_LIMIT)]
    counting = int(usable_visits(quick, months)[0])
    given = exposure(_dose_months(patient), EFFECT_LASTS, until_month=months[-1])
    limit = max(counting - len(after), 0)
    wanted = (profiles.QUARTER_SLOWER, 0.5)

    def reached(more: int) -> Float[Array, " theta"]:
        plan = months[: len(after) + more]
        if not plan or not is_long_enough(len(known.months), len(plan), plan[-1]):
            return np.zeros(len(wanted), dtype=bool)
        test = no_effect_test(quick, plan, given, draws=QUICK_DRAWS, weighing_sets=8)
        return test.power(np.array(wanted), tail=TAIL) >= POWER

    at_most = reached(limit)
    steps = range(0, limit, _VISITS_STEP) if at_most.any() else range(0)
    shown = [*((more, reached(more)) for more in steps), (limit, at_most)]
    return tuple(
        VisitsNeeded(theta, next((m for m, ok in shown if ok[i]), None), limit)
        for i, theta in enumerate(wanted)
    )


def _naive(before: list[Visit], after: list[Visit]) -> NaiveSlopes:
    """Least-squares slopes; the last visit before the first dose opens the period after it."""
    return NaiveSlopes(_slope(before), _slope([*before[-1:], *after]))


def _slope(visits: list[Visit]) -> float | None:
    if len(visits) < 2:
        return None
    return float(least_squares_slopes(np.array([v.month for v in visits]), _totals(visits))[0])


_ROSE_FLAG = Flag(
    "rose",
    "The score rose by 4 points or more and stayed there at another visit. Slowed decline does not"
    " explain a rise: look for a change of rater, way of asking or care. Fewer than 1 in 100"
    " untreated people keep such a rise for a year (Bedlack 2016).",
)

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


_WITHOUT_NUMBERS = {  # status: why, and what would change it
    "no_scores": (
        "there is no scored ALSFRS-R visit on record",
        "A record with a scored ALSFRS-R visit.",
    ),
    "no_dose": (
        "there is no dose of a cell product on record",
        "A record with a dose of a cell product.",
    ),
    "non_finite": (
        "the scores are so unlike any natural course that the computation failed",
        "A look at the scores: some may be typed wrongly.",
    ),
}


def _without_numbers(patient: TreatedPatient, prior: Belief, status: str) -> PatientAssessment:
    """Cannot tell, because nothing can be computed."""
    why, wish = _WITHOUT_NUMBERS[status]
    visits = _scored(patient)
    treated = bool(patient.doses)
    before = [v for v in visits if v.month <= 0.0 or not treated]
    after = [v for v in visits if v.month > 0.0 and treated]
    return PatientAssessment(
        patient_id=patient.history.patient_id,
        verdict=Verdict.CANNOT_TELL,
        sentence=f"Cannot tell: {why}.",
        status=status,
        prior=kind_of(prior),
        visits_before=len(before),
        visits_after=len(after),
        months_after=_last_month(after),
        flags=find_flags(patient),
        naive=_naive(before, after),
        what_would_change_it=(wish,),
        simulated=patient.simulated,
    )
