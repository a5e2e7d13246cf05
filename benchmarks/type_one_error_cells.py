"""Worlds without an effect, and the analyses whose false alarms are counted in them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from slopewise.progression.natural_history import embedded
from slopewise.records.designs.templates import template_text
from slopewise.trial.analysing.analyses import Analyses
from slopewise.trial.analysing.answers import EndpointAnswers
from slopewise.trial.design.design import Design
from slopewise.trial.design.people import DropoutState
from slopewise.trial.design.question import Endpoint
from slopewise.trial.design.words import (
    Analysis,
    Covariance,
    DegreesOfFreedom,
    EndpointRole,
    Intercept,
    Missing,
    Procedure,
)
from slopewise.trial.simulating.block import simulate_block
from slopewise.trial.simulating.data import seen_at
from slopewise.trial.simulating.plan import TrialPlan, plan_trial, without_effect
from slopewise.workflow.trial_design import read_design_text

__all__ = ["ANALYSES", "WORLDS", "Measured", "answered", "effort", "plan_of", "refused"]

SLOW, IMPUTED, SLOWEST = "slow", "imputed", "slowest"
SEED = 31415

# name: endpoint, and how much work it is ("" = little)
ANALYSES: dict[str, tuple[Endpoint, str]] = {}
# name: what it is, in words
WORLDS: dict[str, str] = {
    "no effect": "the two-arm template as it is: 0.9 of 100 leave a month, twice as many of those"
    " below 20 points, in both arms alike",
    "treated leave more": "function and survival alike in both arms, but 3 of 100 treated and 1.5"
    " of 100 controls leave a month, and four times as many of those below 30 points (assumption)",
    "treated live longer": "function alike in both arms; the treated have half the hazard of the"
    " survival event (assumption): a difference that analyses of survival are right to find",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Alarms among replicates: all, those in favour of the treated, and those without an answer."""

    replicates: int
    alarms: int
    in_favour: int
    unread: int


def _add(name: str, analysis: Analysis, estimand: str, work: str = "", **options: object) -> None:
    endpoint = Endpoint(name, EndpointRole.PRIMARY, analysis, estimand, **options)  # type: ignore[arg-type]
    ANALYSES[name] = (endpoint, work)


def _fill() -> None:
    for intercept in Intercept:
        for freedom in DegreesOfFreedom:
            slow = SLOW if freedom is DegreesOfFreedom.KENWARD_ROGER else ""
            _add(f"slope, intercept {intercept.value}, {freedom.value}", Analysis.SLOPE, "decline",
                 slow, intercept=intercept, degrees_of_freedom=freedom)  # fmt: skip
    for freedom in DegreesOfFreedom:
        _add(f"mmrm un, {freedom.value}", Analysis.MMRM, "change", month=12,
             covariance=Covariance.UNSTRUCTURED, degrees_of_freedom=freedom)  # fmt: skip
    _add("joint rank", Analysis.JOINT_RANK, "composite")
    _add("win ratio", Analysis.WIN_RATIO, "composite")
    _add("time to event", Analysis.TIME_TO_EVENT, "survival")
    _add("restricted mean", Analysis.RMST, "survival", month=12)
    for missing in (
        Missing.MULTIPLE_IMPUTATION, Missing.JUMP_TO_REFERENCE, Missing.COPY_REFERENCE,
    ):  # fmt: skip
        _add(missing.value, Analysis.MMRM, "change", IMPUTED, month=12, missing=missing)
    for shape in list(Covariance)[1:]:
        _add(f"mmrm {shape.value}, satterthwaite", Analysis.MMRM, "change", SLOWEST, month=12,
             covariance=shape)  # fmt: skip
    for missing in (Missing.LOCF, Missing.COMPLETE_CASE, Missing.ZERO):
        _add(missing.value, Analysis.MMRM, "change", month=12, missing=missing)
    _add("responders, 25 % slower", Analysis.RESPONDER, "responders", responder_percent=25.0)


_fill()


def effort(name: str) -> str:
    """How much work an analysis is."""
    return ANALYSES[name][1]


def refused(name: str) -> bool:
    """Whether the program refuses it as primary."""
    from slopewise.trial.soundness.question import refused_why

    return bool(refused_why(ANALYSES[name][0]))


def plan_of(world: str, people: int, names: list[str]) -> TrialPlan:
    """A trial of this world with these endpoints."""
    design: Design = read_design_text(template_text("two-arm")).design
    scenario = without_effect(design.scenario)
    if world == "treated leave more":
        leaving = replace(
            design.dropout, per_month=0.015, by_arm=(("cells", 0.03),),
            states=(DropoutState(30.0, 4.0),),
        )  # fmt: skip
        design = replace(design, dropout=leaving)
    if world == "treated live longer":
        scenario = replace(scenario, log_hazard_ratio=(("cells", -0.6931),))
    design = replace(
        design,
        endpoints=tuple(ANALYSES[name][0] for name in names),
        multiplicity=replace(design.multiplicity, procedure=Procedure.NONE, order=()),
        interim=None,
        reestimation=None,
    )
    return plan_trial(design, scenario, history=embedded(), people=people, seed=SEED)


def answered(
    plan: TrialPlan, names: list[str], wanted: dict[str, int]
) -> Iterator[dict[str, EndpointAnswers]]:
    """Answers block by block: of every analysis that wants so many replicates still."""
    for block in range(-(-max(wanted.values()) // plan.block)):
        data = seen_at(plan, simulate_block(plan, block))
        analyses = Analyses(plan, block)
        yield {
            name: analyses.answer(data, place)
            for place, name in enumerate(names)
            if block * plan.block < wanted[name]
        }
