"""Do entry, run-in, visits, enrolment and randomisation agree?"""

from collections.abc import Iterator
from itertools import pairwise

from slopewise.trial.design.design import Design
from slopewise.trial.design.plain import Problem
from slopewise.trial.design.words import RandomisationMethod, TrialKind

__all__ = [
    "enrolment_problems",
    "factor_problems",
    "randomisation_problems",
    "size_problems",
    "visit_problems",
]

SITE = "site"  # a factor every trial has


def randomisation_problems(design: Design) -> Iterator[Problem]:
    """Allocation and blocks fit the arms; somebody is randomised unless the trial has one arm."""
    table = design.randomisation
    single = design.trial.kind is TrialKind.SINGLE_ARM
    if single != (table.method is RandomisationMethod.NONE):
        said = (
            "randomises a single arm; write method = 'none'"
            if single
            else "compares arms without chance; choose permuted-blocks, minimisation or simple"
        )
        yield Problem(("randomisation", "method"), said, table.method.value)
    if table.allocation and len(table.allocation) != len(design.arms):
        yield Problem(
            ("randomisation", "allocation"),
            f"has {len(table.allocation)} numbers for {len(design.arms)} arms; give one for each, "
            "in the order of the arms",
            list(table.allocation),
        )
        return
    whole = sum(design.allocation)
    for i, size in enumerate(table.block_sizes):
        if size % whole:
            yield Problem(
                ("randomisation", "block_sizes", i),
                f"is no multiple of {whole}, the sum of the allocation, so no block can hold it",
                size,
            )


def size_problems(design: Design) -> Iterator[Problem]:
    """Every arm can have people."""
    if design.trial.size < 2 * len(design.arms):
        yield Problem(
            ("trial", "size"),
            f"is too small for {len(design.arms)} arms; each needs at least two people",
            design.trial.size,
        )


def factor_problems(design: Design) -> Iterator[Problem]:
    """Strata are factors; factors have levels whose shares add up to 1."""
    table = design.randomisation
    known = {factor.name for factor in table.factors} | {SITE}
    for i, name in enumerate(table.strata):
        if name not in known:
            yield Problem(
                ("randomisation", "strata", i),
                "is not a factor; describe it in [[randomisation.factors]] with levels and shares, "
                "or use 'site'",
                name,
            )
    if table.method is RandomisationMethod.MINIMISATION and not table.strata:
        yield Problem(
            ("randomisation", "strata"), "is needed by minimisation: name what is to be balanced"
        )
    if table.method is RandomisationMethod.SIMPLE and table.strata:
        yield Problem(
            ("randomisation", "strata"), "has no use with method 'simple'; use permuted-blocks"
        )
    for i, factor in enumerate(table.factors):
        place = ("randomisation", "factors", i, "shares")
        if len(factor.levels) < 2 or len(set(factor.levels)) < len(factor.levels):
            yield Problem((*place[:3], "levels"), "needs two or more different levels")
        elif len(factor.levels) != len(factor.shares):
            yield Problem(
                place,
                f"has {len(factor.shares)} numbers for {len(factor.levels)} levels; give one each",
            )
        elif abs(sum(factor.shares) - 1) > 1e-6:
            yield Problem(
                place,
                f"add up to {sum(factor.shares):g}; they must add up to 1",
                list(factor.shares),
            )


def enrolment_problems(design: Design) -> Iterator[Problem]:
    """Sites exist, and can bring enough people in time."""
    table = design.enrolment
    if not table.sites:
        yield Problem(
            ("enrolment", "sites"), "is missing; add [[enrolment.sites]] with people_per_month"
        )
        return
    expected = sum(
        site.sites * site.people_per_month * max(table.months - site.opens_month, 0.0)
        for site in table.sites
    )
    if expected < design.maximum_size:
        yield Problem(
            ("enrolment", "months"),
            f"is too short: these sites bring about {expected:.0f} people in {table.months:g} "
            f"months, and {design.maximum_size} are wanted; add sites or months",
            table.months,
        )


def visit_problems(design: Design) -> Iterator[Problem]:
    """Visits start at 0, increase and end in time; so do those of the run-in."""
    visits, run_in, end = design.visits, design.run_in, design.trial.duration_months
    months = visits.months
    place = ("visits", "months")
    if not months or months[0] != 0:
        yield Problem(place, "does not begin with 0, the visit at randomisation", list(months))
    for key in ("months", "vital_capacity_months"):
        planned: tuple[float, ...] = getattr(visits, key)
        if any(b <= a for a, b in pairwise(planned)):
            yield Problem(("visits", key), "do not increase; put them in order", list(planned))
        late = [month for month in planned if month > end]
        if late:
            yield Problem(
                ("visits", key),
                f"has visits after the end of the trial at month {end:g}: "
                f"{', '.join(f'{m:g}' for m in late)}; remove them or make the trial longer",
                list(planned),
            )
    wrong = [m for m in run_in.visit_months if not -run_in.months <= m < 0]
    if wrong:
        yield Problem(
            ("run_in", "visit_months"),
            f"has {', '.join(f'{m:g}' for m in wrong)}, which is not between -{run_in.months:g} "
            "(the start of the run-in) and 0 (randomisation); write months before it as negative",
            list(run_in.visit_months),
        )
    if any(b <= a for a, b in pairwise(run_in.visit_months)):
        yield Problem(("run_in", "visit_months"), "do not increase; put them in order")
    if design.entry.run_in_decline_per_month is not None and not run_in.visit_months:
        yield Problem(
            ("entry", "run_in_decline_per_month"),
            "needs a run-in with at least one visit; add [run_in] months and visit_months",
        )
