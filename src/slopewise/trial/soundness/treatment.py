"""Do arms, doses, kind of trial and scenario agree?"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from slopewise.errors import InputError
from slopewise.therapy.administration import check_route
from slopewise.therapy.product import check_donor
from slopewise.trial.design.design import Design
from slopewise.trial.design.limits import ByArm
from slopewise.trial.design.plain import Problem
from slopewise.trial.design.treatment import Arm
from slopewise.trial.design.words import ArmRole, TrialKind

__all__ = ["arm_problems", "effect_problems", "kind_problems", "word_problems"]


def kind_problems(design: Design) -> Iterator[Problem]:
    """The kind of trial fits its arms and tables."""
    kind = design.trial.kind
    place = ("trial", "kind")
    single = kind is TrialKind.SINGLE_ARM
    if single and (len(design.arms) != 1 or not design.treatments):
        yield Problem(place, "has one treatment arm only; remove the others or change the kind")
    if single and design.external_control is None:
        yield Problem(place, "needs controls from elsewhere; add the table [external_control]")
    if not single and design.external_control is not None:
        yield Problem(
            ("external_control",), "belongs to kind 'single-arm' only; remove it or change the kind"
        )
    if not single and not design.controls:
        yield Problem(("arms",), "hold no control; give one arm role = 'control'")
    if not design.treatments:
        yield Problem(("arms",), "hold no treatment; give one arm role = 'treatment'")
    if kind is TrialKind.PLATFORM and (len(design.treatments) < 2 or len(design.controls) != 1):
        yield Problem(place, "needs two or more treatments that share one control arm")
    yield from _withdrawal_problems(design)
    if kind is TrialKind.DELAYED_START and not all(
        control.dose_months
        and treated.dose_months
        and control.dose_months[0] > treated.dose_months[0]
        for control in design.controls
        for treated in design.treatments
    ):
        yield Problem(
            place, "needs dose_months in every arm, and later ones in the control than in treatment"
        )


def _withdrawal_problems(design: Design) -> Iterator[Problem]:
    withdraws = design.trial.kind is TrialKind.RANDOMISED_WITHDRAWAL
    period = design.open_period
    if withdraws and period is None:
        yield Problem(("trial", "kind"), "needs months in which all are treated; add [open_period]")
    if period is None:
        return
    if not withdraws:
        yield Problem(("open_period",), "belongs to kind 'randomised-withdrawal' only; remove it")
    if period.arm not in {arm.name for arm in design.treatments}:
        yield Problem(("open_period", "arm"), "names no treatment arm; correct it", period.arm)
    if any(month < -period.months for month in period.dose_months):
        yield Problem(
            ("open_period", "dose_months"),
            f"has a dose before the open period of {period.months:g} months begins; correct one",
            list(period.dose_months),
        )
    if period.only_responders and period.minimum_slowing is None:
        yield Problem(
            ("open_period", "only_responders"), "needs minimum_slowing: who counts as a responder"
        )


def arm_problems(design: Design) -> Iterator[Problem]:
    """Names once, doses in order and within the trial."""
    names = Counter(arm.name for arm in design.arms)
    delayed = design.trial.kind is TrialKind.DELAYED_START
    for i, arm in enumerate(design.arms):
        place = ("arms", i)
        if names[arm.name] > 1:
            yield Problem((*place, "name"), "is used twice; give every arm its own", arm.name)
        yield from _dose_problems(arm, place, design.trial.duration_months)
        if arm.role is ArmRole.CONTROL and not delayed and (arm.cells or arm.cells_per_kg):
            yield Problem(
                (*place, "cells" if arm.cells else "cells_per_kg"),
                "is given to a control; remove it, or use kind 'delayed-start'",
                arm.cells or arm.cells_per_kg,
            )
        if arm.leaves_month is not None and arm.leaves_month <= arm.enters_month:
            yield Problem((*place, "leaves_month"), "is not after enters_month", arm.leaves_month)
        moves = arm.enters_month > 0 or arm.leaves_month is not None
        if moves and design.trial.kind is not TrialKind.PLATFORM:
            yield Problem(
                (*place, "leaves_month" if arm.leaves_month is not None else "enters_month"),
                "is possible in kind 'platform' only; remove it or change the kind",
            )


def word_problems(design: Design) -> Iterator[Problem]:
    """Routes and donors are those the program knows."""
    for i, arm in enumerate(design.arms):
        for key, word, check in (
            ("route", arm.route, check_route),
            ("donor", arm.donor, check_donor),
        ):
            if word is None:
                continue
            try:
                check(word)
            except InputError as error:
                yield Problem(("arms", i, key), f"cannot be used: {error}", word)


def _dose_problems(arm: Arm, place: tuple[str, int], duration: float) -> Iterator[Problem]:
    months = arm.dose_months
    if any(b <= a for a, b in pairwise(months)):
        yield Problem((*place, "dose_months"), "do not increase; put them in order", list(months))
    if months and max(months) > duration:
        yield Problem(
            (*place, "dose_months"),
            f"has a dose after the end of the trial at month {duration:g}; correct one of them",
            list(months),
        )
    if arm.cells and arm.cells_per_kg:
        yield Problem(
            (*place, "cells_per_kg"), "is given beside cells; a dose is fixed or by weight"
        )


def effect_problems(design: Design) -> Iterator[Problem]:
    """The scenario names arms that exist, and its effect comes within the trial."""
    tables: tuple[tuple[str, str, ByArm], ...] = (
        ("scenario", "slowing", design.scenario.slowing),
        ("scenario", "log_hazard_ratio", design.scenario.log_hazard_ratio),
        ("dropout", "by_arm", design.dropout.by_arm),
    )
    known = [arm.name for arm in design.arms]
    for table, key, by_arm in tables:
        for name, value in by_arm:
            if name not in known:
                said = f"names an arm that does not exist; arms are {', '.join(known)}"
                yield Problem((table, key, name), said, value)
    if design.scenario.onset_delay_months >= design.trial.duration_months:
        yield Problem(
            ("scenario", "onset_delay_months"),
            f"is not shorter than the trial of {design.trial.duration_months:g} months, so the "
            "effect would never be seen; shorten it or make the trial longer",
            design.scenario.onset_delay_months,
        )
    if design.grid.slowing and not any(value for _, value in design.scenario.slowing):
        yield Problem(
            ("grid", "slowing"),
            "does not know which arm to vary; give that arm a slowing other than 0 in [scenario]",
        )
    below = [state.alsfrs_below for state in design.dropout.states]
    if len(set(below)) < len(below):
        yield Problem(("dropout", "states"), "give one score twice; keep one hazard ratio each")
