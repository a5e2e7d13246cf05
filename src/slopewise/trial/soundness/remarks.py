"""What could mislead although the design is sound: a short list of honest remarks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from slopewise.trial.design.design import Design
from slopewise.trial.design.words import (
    Analysis,
    Blinding,
    EndpointRole,
    Event,
    RandomisationMethod,
    Strategy,
    TrialKind,
)
from slopewise.trial.soundness.question import refused_why

__all__ = ["Remark", "expected_dropout", "remarks"]

MUCH_DROPOUT = 0.2  # assumption: above a fifth the unseen decide too much
PROMISING_KEEPS_ALPHA = 0.5  # Chen, DeMets & Lan 2004, doi:10.1002/sim.1719
FUNCTION_ONLY = {Analysis.SLOPE, Analysis.MMRM}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know: about what, and what it does."""

    about: str
    text: str


def remarks(design: Design) -> tuple[Remark, ...]:
    """Everything that could mislead, gravest first."""
    return (
        *_about_control(design),
        *_about_analysis(design),
        *_about_blinding(design),
        *_about_leaving(design),
        *_about_looks(design),
    )


def expected_dropout(design: Design) -> float:
    """Share of the living expected to have left by the end at the planned rate, states aside."""
    return -math.expm1(-design.dropout.per_month * design.trial.duration_months)


def _about_control(design: Design) -> Iterator[Remark]:
    kind = design.trial.kind
    if kind is TrialKind.SINGLE_ARM:
        yield Remark(
            "no randomised control",
            "people who join a trial differ from those who do not in ways no record holds; "
            "matching cannot mend what was not measured. A small difference in decline looks "
            "exactly like an effect, and a larger trial makes this bias surer, not smaller.",
        )
    if kind is TrialKind.PLATFORM and any(arm.enters_month > 0 for arm in design.arms):
        yield Remark(
            "arms that enter later",
            "compare them with controls randomised at the same time only: earlier controls had "
            "other care and other entry.",
        )
    if kind is TrialKind.RANDOMISED_WITHDRAWAL:
        yield Remark(
            "carry-over",
            "cells already given may go on working in those who stop; then arms differ less than "
            "the treatment deserves. The answer holds for people who stayed in the open period.",
        )
    if kind is TrialKind.DELAYED_START:
        yield Remark(
            "after the delayed start",
            "controls are treated from then on: the difference before it is the effect, the "
            "difference after it asks whether starting early was worth it, and takes more people.",
        )
    if design.entry.run_in_decline_per_month is not None:
        yield Remark(
            "entry by decline in the run-in",
            "people let in after a bad spell decline more slowly afterwards without any treatment. "
            "Randomised arms share this; any comparison with before does not.",
        )


def _about_analysis(design: Design) -> Iterator[Remark]:
    for endpoint in design.endpoints:
        why = refused_why(endpoint, people=design.trial.size)
        if why and endpoint.role is EndpointRole.PRIMARY:
            yield Remark(f"primary endpoint {endpoint.name}", f"kept as published; {why}.")
        elif why:
            yield Remark(f"endpoint {endpoint.name}", f"read it with care: {why}.")
    primary_ignores_death = any(one.analysis in FUNCTION_ONLY for one in design.primary)
    if primary_ignores_death and any(v for _, v in design.scenario.log_hazard_ratio):
        yield Remark(
            "deaths differ between arms",
            "the primary analysis looks at function alone while the scenario changes survival: the "
            "frailest drop out of one arm sooner, and its mean looks better than it is.",
        )
    for one in design.intercurrent_events:
        if one.event is Event.DEATH and one.strategy is Strategy.HYPOTHETICAL:
            yield Remark(
                "death is hypothetical",
                "the estimand is the decline people would have had if nobody died: a number about "
                "a world that does not exist. Show survival beside it.",
            )
        if one.strategy is Strategy.PRINCIPAL_STRATUM:
            yield Remark(
                f"principal stratum for {one.event.value}",
                "nobody can see who belongs to it; the answer leans on assumptions that cannot be "
                "checked.",
            )
    scenario = design.scenario
    if scenario.waning_half_life_months or scenario.onset_delay_months:
        yield Remark(
            "an effect that comes late or fades",
            "a single slope over the whole trial averages it away; the month of the comparison "
            "decides what is seen.",
        )


def _about_blinding(design: Design) -> Iterator[Remark]:
    open_label = design.trial.blinding is Blinding.OPEN_LABEL
    if open_label:
        yield Remark(
            "open label",
            "ALSFRS-R is an interview: people who know that they were treated, and their raters, "
            "score better. Survival is harder to talk up.",
        )
    aspirated = any(arm.aspiration or arm.donor == "autologous" for arm in design.treatments)
    if not open_label and aspirated and any(not arm.aspiration for arm in design.controls):
        yield Remark(
            "controls without aspiration",
            "people whose marrow or fat was not taken know their arm; the trial is not blind.",
        )
    if not open_label and any(not arm.sham for arm in design.controls):
        yield Remark(
            "controls without a sham",
            "nothing imitates the giving of cells in the control arm; say how people stay blind.",
        )
    table = design.randomisation
    foretold = table.method is RandomisationMethod.PERMUTED_BLOCKS and len(design.block_sizes) == 1
    if foretold and open_label:
        yield Remark(
            "one block size, open label",
            "who counts knows the last arm of every block; use two or more block sizes.",
        )
    if table.method is RandomisationMethod.MINIMISATION and table.best_arm_probability >= 1:
        yield Remark(
            "minimisation without chance", "the next arm can be foretold; use a probability of 0.8."
        )
    if (
        "site" in table.strata
        and sum(s.sites for s in design.enrolment.sites) * 8 > design.trial.size
    ):
        yield Remark(
            "many small strata",
            "blocks within sites of a few people stay unfinished, and arms may end up unequal.",
        )


def _about_leaving(design: Design) -> Iterator[Remark]:
    share = expected_dropout(design)
    if share > MUCH_DROPOUT:
        yield Remark(
            "many leave",
            f"about {100 * share:.0f} % of the living leave before the end; check the answer with "
            "jump-to-reference and a tipping point.",
        )
    rates = {rate for _, rate in design.dropout.by_arm}
    if rates and (len(rates) > 1 or rates != {design.dropout.per_month}):
        yield Remark(
            "people leave the arms at different rates",
            "who stays is then no longer decided by chance.",
        )
    if design.dropout.states:
        yield Remark(
            "the frail leave more often",
            "analyses that use every score allow for it as long as the scores before leaving show "
            "it; comparisons of those who stayed do not.",
        )


def _about_looks(design: Design) -> Iterator[Remark]:
    if design.interim is not None:
        yield Remark(
            "stopping early",
            "a trial stopped because it looked good overstates the effect; report the adjusted "
            "estimate. An early look has seen short follow-up and few deaths.",
        )
    if design.reestimation is not None:
        yield Remark(
            "size changed after a look",
            "who learns the new size can work back the interim result; keep the rule closed. The "
            "bounds stay as they were, which keeps alpha only where conditional power was at least "
            "a half; people still followed at the look tell more than its share of information "
            "says, so simulate the type I error.",
        )
        if design.reestimation.promising_from < PROMISING_KEEPS_ALPHA:
            yield Remark(
                "larger from little promise",
                f"raising the size from a conditional power of "
                f"{design.reestimation.promising_from:g} raises the type I error; use 0.5 or more.",
            )
    if design.interim is not None and design.interim.months:
        yield Remark(
            "looks by the calendar",
            "the last month stands for the final analysis, which comes when the last person's "
            "follow-up is over, whatever month is written.",
        )
    if design.scenario.responder_share < 1 or design.scenario.slowing_spread > 0:
        yield Remark(
            "unequal effects",
            "the trial answers for the mean; it does not say who benefits.",
        )
