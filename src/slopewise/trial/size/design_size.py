"""How many people a design needs for each of its endpoints, and the power it has as it stands.

Variances are the mean of both arms', weighted by allocation, as a mixed model with one covariance
sees them. An endpoint without a closed form says so and points to simulation.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from slopewise.trial.boundary import Boundary
from slopewise.trial.design.design import Design
from slopewise.trial.design.question import Endpoint
from slopewise.trial.design.words import EndpointRole, Procedure, TrialKind
from slopewise.trial.size.comparison import Comparison, Drift, drift_of_endpoint
from slopewise.trial.size.people_needed import (
    expected_share,
    people_for,
    planned_test,
    power_of,
)

__all__ = ["EndpointSize", "SizeStatus", "alpha_of", "size_endpoint", "sizes_of"]


class SizeStatus(StrEnum):
    """Whether there is a number."""

    FOUND = "found"
    NO_CLOSED_FORM = "no_closed_form"  # only simulation can tell
    NO_EFFECT = "no_effect"  # the scenario has none in this comparison
    TOO_LARGE = "too_large"  # ten million people would not be enough


@dataclass(frozen=True, slots=True)
class EndpointSize:
    """People for the power asked, and the power at the design's own size.

    `people`: in all, every arm included, whole blocks of the allocation; `expected_people`: on
    average with looks, if the effect is as planned. `alpha` over `sides`. `events`: those expected
    with that many people, in the two arms compared. `remarks`: what the number leaves out.
    """

    endpoint: str
    role: str
    analysis: str
    treatment: str
    control: str
    status: SizeStatus
    alpha: float
    sides: int
    power: float
    why: str = ""
    method: str = ""
    effect: float | None = None
    effect_in_words: str = ""
    people: int | None = None
    people_by_arm: tuple[tuple[str, int], ...] = ()
    expected_people: float | None = None
    events: int | None = None
    inflation: float = 1.0
    power_at_design_size: float | None = None
    remarks: tuple[str, ...] = ()


def sizes_of(
    design: Design, comparisons: Mapping[str, Comparison], *, power: float = 0.9
) -> tuple[EndpointSize, ...]:
    """Every endpoint of the design; `comparisons` by the name of the estimand."""
    return tuple(
        size_endpoint(design, one, comparisons[one.estimand], power=power)
        for one in design.endpoints
    )


def size_endpoint(
    design: Design, endpoint: Endpoint, comparison: Comparison, *, power: float = 0.9
) -> EndpointSize:
    """People for one endpoint; where there is no number, why."""
    alpha, remark = alpha_of(design, endpoint)
    is_primary = endpoint.role is EndpointRole.PRIMARY
    interim = design.interim if is_primary else None
    plan = planned_test(interim, alpha=alpha, sides=design.multiplicity.sides, power=power)
    one_sided = alpha / design.multiplicity.sides
    found = _refused(design) or drift_of_endpoint(endpoint, comparison, alpha=one_sided)
    remarks = [remark] if remark else []
    if isinstance(found, Drift):
        remarks += found.remarks
    if is_primary and design.interim is not None and design.interim.months:
        remarks.append("looks at calendar months are not counted: the share of information that"
                       " they bring needs simulation")  # fmt: skip
    return _sized(design, endpoint, plan, found=found, power=power, remarks=tuple(remarks))


def alpha_of(design: Design, endpoint: Endpoint) -> tuple[float, str]:
    """The alpha this endpoint is sized at, and a remark where it is not sure of it."""
    plan = design.multiplicity
    if plan.procedure is Procedure.NONE or endpoint.name not in plan.order:
        is_other = endpoint.role is EndpointRole.SECONDARY
        return plan.alpha, "its own p-value only: it shares no alpha" if is_other else ""
    place, many = plan.order.index(endpoint.name), len(plan.order)
    if plan.procedure is Procedure.FIXED_SEQUENCE:
        before = ", ".join(plan.order[:place])
        return plan.alpha, f"tested only if {before} won before it" if before else ""
    weight = plan.weights[place] if plan.weights else 1.0 / many
    if plan.procedure is Procedure.BONFERRONI:
        return _share(plan.alpha, weight)
    if plan.procedure is Procedure.GRAPHICAL:
        alpha, remark = _share(plan.alpha, weight)
        return alpha, remark or "at its first share of alpha; what others pass on comes on top"
    alpha, remark = _share(plan.alpha, weight)
    return alpha, remark or "at the least alpha it can get; more if others win"


def _share(alpha: float, weight: float) -> tuple[float, str]:
    if weight <= 0:
        return alpha, "has no alpha of its own; sized as if all of it had been passed on"
    return alpha * weight, ""


def _refused(design: Design) -> str:
    if design.trial.kind is TrialKind.SINGLE_ARM:
        return (
            "controls from elsewhere do not grow with the trial, and their bias does not shrink"
            " with it"
        )
    return ""


def _sized(
    design: Design,
    endpoint: Endpoint,
    plan: Boundary,
    *,
    found: "Drift | str",
    power: float,
    remarks: tuple[str, ...],
) -> EndpointSize:
    estimand = next(one for one in design.estimands if one.name == endpoint.estimand)
    blank = EndpointSize(
        endpoint.name, endpoint.role.value, endpoint.analysis.value, estimand.treatment,
        estimand.control, SizeStatus.NO_CLOSED_FORM, plan.alpha, plan.sides, power,
        remarks=remarks,
    )  # fmt: skip
    if isinstance(found, str):
        return replace(blank, why=found)
    blank = replace(blank, method=found.method, effect=found.effect,
                    effect_in_words=found.effect_in_words)  # fmt: skip
    if found.is_none:
        return replace(blank, status=SizeStatus.NO_EFFECT,
                       why="the scenario has no effect in this comparison")  # fmt: skip
    shares = dict(zip([arm.name for arm in design.arms], design.allocation, strict=True))
    block, compared = sum(shares.values()), shares[estimand.treatment] + shares[estimand.control]
    own = power_of(found.of, plan, design.trial.size * compared / block)
    needed = people_for(found.of, plan, power)
    if needed is None:
        return replace(blank, status=SizeStatus.TOO_LARGE, power_at_design_size=own,
                       why="more than ten million people would be needed")  # fmt: skip
    blocks = math.ceil(needed / compared - 1e-9)
    share = expected_share(found.of, plan, blocks * compared)
    return replace(
        blank,
        status=SizeStatus.FOUND,
        people=blocks * block,
        people_by_arm=tuple((arm, blocks * one) for arm, one in shares.items()),
        expected_people=blocks * block * share,
        events=None if found.event_share is None
        else math.ceil(blocks * compared * found.event_share - 1e-9),
        inflation=plan.inflation,
        power_at_design_size=own,
    )  # fmt: skip
