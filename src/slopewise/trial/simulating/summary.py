"""Tables of replicates become what a design can do under one scenario."""

from collections.abc import Sequence

import numpy as np
from numpy import ndarray as Array

from slopewise.trial.analysing.answers import SCALES
from slopewise.trial.analysing.decisions import EFFICACY, FUTILITY
from slopewise.trial.analysing.truth import Truth
from slopewise.trial.design.words import EndpointRole
from slopewise.trial.simulating.characteristics import (
    Average,
    EndpointCharacteristics,
    LookCharacteristics,
    Rate,
    ScenarioCharacteristics,
)
from slopewise.trial.simulating.plan import TrialPlan, has_effect
from slopewise.trial.soundness.question import refused_why
from slopewise.trial.virtual.facts import ASSUMPTIONS

__all__ = ["assumptions_of", "summarise"]


def summarise(
    plan: TrialPlan,
    tables: Sequence[dict[str, Array]],
    truths: Sequence[Truth],
    *,
    replicates: int | None = None,
) -> ScenarioCharacteristics:
    """Characteristics of the first `replicates` rows of the blocks, which come in order."""
    joined = {name: np.concatenate([t[name] for t in tables])[:replicates] for name in tables[0]}
    return ScenarioCharacteristics(
        name=plan.scenario.name,
        scenario=plan.scenario,
        people=plan.people,
        has_effect=has_effect(plan.scenario),
        alpha=plan.design.multiplicity.alpha / plan.design.multiplicity.sides,
        replicates=len(joined["look"]),
        success=_rate(_succeeded(plan, joined)),
        endpoints=tuple(
            _endpoint(plan, joined, place, truth) for place, truth in enumerate(truths)
        ),
        looks=_looks(plan, joined),
        size=_average(joined["people"]),
        months=_average(joined["months"]),
        events=_average(joined["events"]),
        dead=_by_arm(plan, joined, "dead"),
        left=_by_arm(plan, joined, "left"),
        slowing_drawn=_average(joined["drawn_slowing"]) if "drawn_slowing" in joined else None,
    )


def _succeeded(plan: TrialPlan, table: dict[str, Array]) -> Array:
    """At least one primary endpoint is won."""
    primary = [
        plan.comparisons[place].endpoint.role is EndpointRole.PRIMARY for place in plan.tested
    ]
    return np.asarray((table["won"] & primary).any(axis=1))


def _endpoint(
    plan: TrialPlan, table: dict[str, Array], place: int, truth: Truth
) -> EndpointCharacteristics:
    one, start = plan.comparisons[place], f"e{place}."
    scale = SCALES[one.endpoint.analysis]
    read = table[start + "read"]
    alone = _alone(plan, table, start)
    won = table["won"][:, plan.tested.index(place)] if place in plan.tested else alone
    estimate = table[start + "estimate"][read]
    value = truth.value
    held = (
        (table[start + "low"] <= value) & (value <= table[start + "high"])
        if (value is not None)
        else None
    )
    return EndpointCharacteristics(
        name=one.endpoint.name,
        role=one.endpoint.role.value,
        analysis=one.endpoint.analysis.value,
        treatment=plan.arms[one.treatment],
        control=plan.arms[one.control],
        scale=scale.words,
        is_log=scale.is_log,
        better=scale.better,
        alpha=one.alpha / plan.design.multiplicity.sides,
        power=_rate(won),
        alone=_rate(alone),
        unread=int((~read).sum()),
        estimate=_average(estimate),
        standard_error=_average(table[start + "standard_error"][read]),
        truth=value,
        bias=None if value is None else _average(estimate - value),
        coverage=None if held is None else _rate(held[read]),
        slowing=_slowing(table, start),
        slowing_truth=truth.slowing,
        controls_responding=(
            _average(table[start + "controls_responding"][read])
            if start + "controls_responding" in table else None
        ),
        refused=refused_why(one.endpoint, people=plan.people),
    )  # fmt: skip


def _alone(plan: TrialPlan, table: dict[str, Array], start: str) -> Array:
    """Better for the treated at the whole alpha, whatever the looks and the other endpoints say."""
    rule = plan.design.multiplicity
    two_sided = rule.alpha if rule.sides == 2 else 2.0 * rule.alpha
    return np.asarray((table[start + "p_value"] <= two_sided) & (table[start + "z"] > 0.0))


def _slowing(table: dict[str, Array], start: str) -> Average | None:
    if start + "slowing" not in table:
        return None
    return _average(table[start + "slowing"][table[start + "slowing_read"]])


def _looks(plan: TrialPlan, table: dict[str, Array]) -> tuple[LookCharacteristics, ...]:
    if plan.looks is None:
        return ()
    found = []
    last = len(plan.looks.information) - 1
    for k, information in enumerate(plan.looks.information):
        at = table["look"] == k
        reached = np.isfinite(table["look_month"][:, k]) if k < last else at
        month = table["look_month"][:, k] if k < last else table["months"]
        people = table["look_people"][:, k] if k < last else table["people"]
        raises = plan.design.reestimation is not None and plan.design.reestimation.look == k + 1
        found.append(
            LookCharacteristics(
                look=k + 1,
                information=information,
                month=_average(month[reached]),
                people=_average(people[reached]),
                efficacy=_rate(at & (table["reason"] == EFFICACY) if k < last
                               else at & _succeeded(plan, table)),
                futility=_rate(at & (table["reason"] == FUTILITY)),
                reached=_rate(reached),
                enlarged=_rate(table["enlarged"] & raises),
            )
        )  # fmt: skip
    return tuple(found)


def _by_arm(plan: TrialPlan, table: dict[str, Array], name: str) -> tuple[tuple[str, Average], ...]:
    return tuple((arm, _average(table[f"{name}{i}"])) for i, arm in enumerate(plan.arms))


def _rate(marked: Array) -> Rate:
    return Rate(int(np.count_nonzero(marked)), len(marked))


def _average(values: Array) -> Average:
    if not len(values):
        return Average(0.0, 0.0, 0)
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return Average(float(np.mean(values)), spread, len(values))


def assumptions_of(plan: TrialPlan) -> tuple[str, ...]:
    """What the numbers rest on beside the design itself."""
    entry = plan.design.entry
    said = [
        "simulated: virtual people from the embedded natural history, calibrated to published"
        " summaries of trial participants; each trial draws one of its accepted parameter sets",
        "factors of randomisation do not change the course; visits within their window add to the"
        " error of the score; everybody who has not died or left makes every visit",
        *(text for name, text in ASSUMPTIONS.items() if getattr(entry, name) is not None),
    ]
    if plan.history.hazard is not None:
        said.append(f"the survival event is {plan.history.hazard.event}, whichever is asked for")
    if plan.outside_door is not None:
        said.append(
            "assumption: matching and propensity succeed fully in what the entry rules look at; the"
            " difference that nobody measured stays"
        )
    return tuple(said)
