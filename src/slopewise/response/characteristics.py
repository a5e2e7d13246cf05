"""How the verdict behaves on many simulated patients who share a visit plan.

The same run-in, test and decision as for one patient. The naive rule (slope after minus slope
before, least squares) is judged on the same scores.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.progression.parameters import ParameterSets
from slopewise.response.exposure import exposure
from slopewise.response.no_effect_test import no_effect_test
from slopewise.response.run_in import run_in, usable_visits
from slopewise.response.verdict import TAIL, is_long_enough

__all__ = ["ManyVerdicts", "VisitPlan", "many_verdicts"]

_LOW_TOTAL = 10.0  # without items, a total this low counts as the floor (response/flags.py)


@dataclass(frozen=True)
class VisitPlan:
    """Months of the scored visits before (<= 0, the last one at the dose) and after the dose."""

    name: str
    before: tuple[float, ...]
    after: tuple[float, ...]


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
    before = _slopes(months[:split], scores[:, :split])
    after = _slopes(months[split - 1 :], scores[:, split - 1 :])
    return ManyVerdicts(
        slower=said[:, 0] > 0,
        faster=said[:, 1] > 0,
        assessable=said[:, 2] > 0,
        no_effect_tail=said[:, 3],
        slope_before=before,
        slope_difference=after - before,
    )


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
    slower = tails.slower <= TAIL and not (seen <= _LOW_TOTAL).any()
    return float(slower), float(tails.faster <= TAIL), 1.0, tails.slower


def _slopes(months: Array, scores: Array) -> Float[Array, " patients"]:
    centred = months - months.mean()
    return np.asarray(scores @ centred / (centred @ centred))
