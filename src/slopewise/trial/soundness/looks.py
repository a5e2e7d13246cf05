"""Do interim looks, spending and a changing size agree?"""

from collections.abc import Iterator
from itertools import pairwise

from slopewise.errors import InputError
from slopewise.trial.design.design import Design
from slopewise.trial.design.looks import Interim
from slopewise.trial.design.plain import Problem
from slopewise.trial.spending import spending_from_text

__all__ = ["look_problems", "reestimation_problems"]


def look_problems(design: Design) -> Iterator[Problem]:
    """Looks increase and end with the trial; spending is known."""
    interim = design.interim
    if interim is None:
        return
    if bool(interim.information) == bool(interim.months):
        yield Problem(
            ("interim", "information"),
            "or months, not both and not neither; give shares of the information or months",
        )
        return
    yield from _order_problems(design, interim)
    yield from _spending_problems(design, interim)


def _order_problems(design: Design, interim: Interim) -> Iterator[Problem]:
    key = "information" if interim.information else "months"
    looks = interim.information or interim.months
    if any(b <= a for a, b in pairwise(looks)):
        yield Problem(("interim", key), "do not increase; a later look must have more", list(looks))
    if interim.information and interim.information[-1] != 1:
        yield Problem(("interim", key), "must end with 1, the final analysis; add it", list(looks))
    latest = design.enrolment.months + design.trial.duration_months
    if interim.months and interim.months[-1] > latest:
        yield Problem(
            ("interim", key),
            f"has a look after the last person's last visit at month {latest:g} at the latest",
            list(looks),
        )


def _spending_problems(design: Design, interim: Interim) -> Iterator[Problem]:
    for key, text in (("spending", interim.spending), ("futility", interim.futility)):
        if text is None:
            continue
        try:
            spending = spending_from_text(text)
        except InputError as error:
            yield Problem(("interim", key), f"cannot be used: {error}", text)
            continue
        if key == "futility" and spending.classical:
            yield Problem(
                ("interim", key), "fixes bounds and spends nothing; use obrien-fleming", text
            )
    if interim.binding and interim.futility is None:
        yield Problem(("interim", "binding"), "has no use without futility; name its spending")
    if interim.futility is not None and interim.beta + design.multiplicity.alpha >= 1:
        yield Problem(("interim", "beta"), "and alpha add up to 1 or more", interim.beta)


def reestimation_problems(design: Design) -> Iterator[Problem]:
    """The size changes at a look before the last, and only upwards."""
    plan = design.reestimation
    if plan is None:
        return
    looks = (
        0 if design.interim is None else len(design.interim.information or design.interim.months)
    )
    if plan.look >= looks:
        yield Problem(
            ("reestimation", "look"),
            f"is not an interim look: there are {max(looks - 1, 0)} before the final analysis; "
            "add looks in [interim] or correct it",
            plan.look,
        )
    if plan.maximum_size < design.trial.size:
        yield Problem(
            ("reestimation", "maximum_size"),
            f"is below the planned size of {design.trial.size}; the size may only grow",
            plan.maximum_size,
        )
    if plan.promising_from >= plan.power:
        yield Problem(("reestimation", "promising_from"), "is not below the power that is aimed at")
