"""How the verdict behaves on many simulated patients who share a visit plan.

The same run-in, test and decision as for one patient. The naive rule (slope after minus slope
before, least squares) is judged on the same scores.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.progression.parameters import ParameterSets
from slopewise.progression.rival_histories import RIVALS, rival_scores
from slopewise.progression.simulate import simulate
from slopewise.response.exposure import exposure
from slopewise.response.flags import LOW_TOTAL, RISE
from slopewise.response.no_effect_test import least_squares_slopes, no_effect_test
from slopewise.response.run_in import run_in, usable_visits
from slopewise.response.verdict import TAIL, is_long_enough, plain_change

__all__ = [
    "EMBEDDED",
    "HISTORIES",
    "PLANS",
    "Cell",
    "ManyVerdicts",
    "VisitPlan",
    "draw_scores",
    "many_verdicts",
    "measure_cell",
]

EMBEDDED = "embedded"
HISTORIES: tuple[str, ...] = (EMBEDDED, *(rival.name for rival in RIVALS))
_FAST_SHARE = 0.25  # "the run-in looked fast": the steepest quarter of slopes before the dose


@dataclass(frozen=True)
class VisitPlan:
    """Months of the scored visits before (<= 0, the last one at the dose) and after the dose."""

    name: str
    before: tuple[float, ...]
    after: tuple[float, ...]


PLANS: tuple[VisitPlan, ...] = (
    VisitPlan("12 + 12 months, monthly", tuple(range(-11, 1)), tuple(range(1, 13))),
    VisitPlan("6 + 12 months, monthly", tuple(range(-5, 1)), tuple(range(1, 13))),
    VisitPlan("3 + 6 months, monthly", tuple(range(-3, 1)), tuple(range(1, 7))),
    VisitPlan("12 + 12 months, every third", (-12, -9, -6, -3, 0), (3, 6, 9, 12)),
)


@dataclass(frozen=True)
class Cell:
    """One history and plan: percent of patients called slower, without effect and with.

    `power` and `naive_power` are for `theta`; the naive rule's threshold gives it the same false
    alarms as the verdict in this very cell; `naive_false_fast` are those among fast run-ins.
    """

    history: str
    plan: str
    people: int
    assessable: float
    false_slower: float
    false_slower_fast: float
    false_faster: float
    theta: tuple[float, ...]
    people_with_effect: int
    power: tuple[float, ...]
    naive_power: tuple[float, ...]
    naive_false_fast: float


@dataclass(frozen=True)
class ManyVerdicts:
    """What was said of each patient, and the naive rule's statistic (points/month)."""

    slower: Bool[Array, " patients"]
    faster: Bool[Array, " patients"]
    assessable: Bool[Array, " patients"]
    no_effect_tail: Float[Array, " patients"]
    slope_before: Float[Array, " patients"]
    slope_difference: Float[Array, " patients"]


def many_verdicts(
    plan: VisitPlan,
    scores: Float[Array, "patients visits"],
    parameters: ParameterSets,
    *,
    draws: int = 1000,
) -> ManyVerdicts:
    """Judge patients; `scores` are in the order of `plan.before` then `plan.after`."""
    said = np.array([_one(plan, row, parameters, draws) for row in scores])
    months, split = np.asarray(plan.before + plan.after), len(plan.before)
    before = least_squares_slopes(months[:split], scores[:, :split])
    after = least_squares_slopes(months[split - 1 :], scores[:, split - 1 :])
    return ManyVerdicts(
        slower=said[:, 0] > 0,
        faster=said[:, 1] > 0,
        assessable=said[:, 2] > 0,
        no_effect_tail=said[:, 3],
        slope_before=before,
        slope_difference=after - before,
    )


def draw_scores(
    history: str,
    plan: VisitPlan,
    parameters: ParameterSets,
    *,
    people: int,
    theta: float,
    generator: np.random.Generator,
) -> Float[Array, "people visits"]:
    """Simulated scores of one history at the visits of a plan; θ acts from month 0 on."""
    months = plan.before + plan.after
    if history == EMBEDDED:
        given = exposure([0.0], until_month=plan.after[-1])
        return simulate(
            parameters, months, people, generator=generator, theta=theta, exposure=given
        ).scores
    before = int(-plan.before[0])
    scores = rival_scores(
        next(rival for rival in RIVALS if rival.name == history),
        months_before=before,
        months_after=int(plan.after[-1]),
        people=people,
        generator=generator,
        theta=theta,
    )
    return scores[:, [int(month) + before for month in months]]


def measure_cell(
    history: str,
    plan: VisitPlan,
    parameters: ParameterSets,
    *,
    people: int,
    people_with_effect: int,
    theta: tuple[float, ...] = (0.3, 0.5, 1.0),
    seed: int = 1,
) -> Cell:
    """False alarms and power in one history and plan; deterministic for a seed."""
    place = (HISTORIES.index(history), [p.name for p in PLANS].index(plan.name))

    def verdicts(effect: float, count: int, stream: int) -> ManyVerdicts:
        generator = np.random.default_rng([seed, *place, stream])
        scores = draw_scores(
            history, plan, parameters, people=count, theta=effect, generator=generator
        )
        return many_verdicts(plan, scores, parameters)

    none = verdicts(0.0, people, 0)
    fast = none.slope_before <= np.quantile(none.slope_before, _FAST_SHARE)
    threshold = np.quantile(none.slope_difference, 1.0 - none.slower.mean())
    treated = [verdicts(value, people_with_effect, i + 1) for i, value in enumerate(theta)]
    return Cell(
        history=history,
        plan=plan.name,
        people=people,
        assessable=_percent(none.assessable),
        false_slower=_percent(none.slower),
        false_slower_fast=_percent(none.slower[fast]),
        false_faster=_percent(none.faster),
        theta=theta,
        people_with_effect=people_with_effect,
        power=tuple(_percent(t.slower) for t in treated),
        naive_power=tuple(_percent(t.slope_difference > threshold) for t in treated),
        naive_false_fast=_percent(none.slope_difference[fast] > threshold),
    )


def _percent(flags: Bool[Array, " people"]) -> float:
    return round(100.0 * float(flags.mean()), 2)


def _one(
    plan: VisitPlan, scores: Float[Array, " visits"], parameters: ParameterSets, draws: int
) -> tuple[float, float, float, float]:
    """Slower, faster, assessable (0 or 1) and the no-effect tail of one patient."""
    split = len(plan.before)
    known = run_in(plan.before, scores[None, :split], parameters)
    used = int(usable_visits(known, plan.after)[0])
    after, seen = plan.after[:used], scores[split : split + used]
    if not is_long_enough(split, used, after[-1] if used else 0.0):
        return 0.0, 0.0, 0.0, 1.0
    test = no_effect_test(known, after, exposure([0.0], until_month=after[-1]), draws=draws)
    tails = test.tails(seen[None])
    months = np.asarray(plan.before + after)
    change = plain_change(
        float(least_squares_slopes(months[:split], scores[:split])),
        float(least_squares_slopes(months[split - 1 :], scores[split - 1 : split + used])),
    )
    rose = (seen - scores[split - 1] >= RISE).sum() >= 2
    slower = tails.slower <= TAIL and not (seen <= LOW_TOTAL).any() and change > 0
    return float(slower), float(tails.faster <= TAIL and change < 0 and not rose), 1.0, tails.slower
