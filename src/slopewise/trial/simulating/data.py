"""What is known of simulated trials when they are looked at: at a calendar month, or at the end.

A person is followed to the event, to leaving, to the end of their follow-up, or to the look,
whichever comes first. Visits count until then.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.trial.design.words import TrialKind
from slopewise.trial.simulating.block import SimulatedTrials
from slopewise.trial.simulating.plan import Comparison, TrialPlan

__all__ = ["ComparedArms", "TrialData", "compared", "seen_at"]


@dataclass(frozen=True, eq=False, slots=True)
class TrialData:
    """Replicates as they look at one moment; `month`: of the event or of the last time without."""

    arm: Int[Array, "trials people"]
    included: Bool[Array, "trials people"]
    month: Float[Array, "trials people"]
    died: Bool[Array, "trials people"]
    scores: Float[Array, "trials people visits"]
    observed: Bool[Array, "trials people visits"]
    levels: Int[Array, "trials people factors"]
    enrolled: Float[Array, "trials people"]


@dataclass(frozen=True, eq=False, slots=True)
class ComparedArms:
    """The people of one comparison: who takes part, who is treated."""

    included: Bool[Array, "trials people"]
    treated: Bool[Array, "trials people"]
    is_whole: bool  # everybody takes part


def seen_at(
    plan: TrialPlan,
    trials: SimulatedTrials,
    *,
    people: Int[Array, " trials"] | None = None,
    month: Float[Array, " trials"] | None = None,
    chosen: Array | None = None,
) -> TrialData:
    """The data of the chosen replicates at a calendar month (infinite or None: at the end).

    `people`: how many of those who come are randomised (None: the planned size).
    """
    pick = slice(None) if chosen is None else chosen
    enrolled, event, leave = (
        trials.enrolled[pick],
        trials.event_month[pick],
        trials.leave_month[pick],
    )
    follow = np.full(enrolled.shape, plan.design.trial.duration_months)
    included = trials.present[pick] & _within_size(plan, enrolled, people)
    if month is not None:
        since = month[:, None] - enrolled
        included &= since > 0.0
        follow = np.minimum(follow, np.maximum(since, 0.0))
    stays = np.minimum(leave, follow)
    died = event <= stays
    until = np.minimum(event, stays)
    scores = trials.scores[pick]
    visits = plan.schedule.visit_month[: scores.shape[2]]
    observed = included[:, :, None] & ((visits <= until[:, :, None]) | (visits <= 0.0))
    return TrialData(
        arm=trials.arm[pick],
        included=included,
        month=until,
        died=died & included,
        scores=scores,
        observed=observed,
        levels=trials.levels[pick],
        enrolled=enrolled,
    )


def _within_size(plan: TrialPlan, enrolled: Array, people: Array | None) -> Bool[Array, "..."]:
    """The first to come, and everybody from outside."""
    planned = enrolled.shape[1] if plan.outside_door is None else plan.most_people
    place = np.arange(enrolled.shape[1])
    if people is None:
        return np.asarray((place < plan.people) | (place >= planned))[None, :]
    return np.asarray((place < people[:, None]) | (place >= planned))


def compared(plan: TrialPlan, data: TrialData, comparison: Comparison) -> ComparedArms:
    """The two arms of a comparison; in a platform, controls of the same months only."""
    treated = data.arm == comparison.treatment
    included = data.included
    if len(plan.arms) == 2:
        return ComparedArms(included, treated, bool(included.all()))
    included = included & (treated | (data.arm == comparison.control))
    if plan.design.trial.kind is TrialKind.PLATFORM:
        arm = plan.design.arms[comparison.treatment]
        included &= data.enrolled >= arm.enters_month
        if arm.leaves_month is not None:
            included &= data.enrolled < arm.leaves_month
    return ComparedArms(included, treated, is_whole=False)
