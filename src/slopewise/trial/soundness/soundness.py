"""Every contradiction of a design; a design made in code is checked like one from a file."""

from collections.abc import Callable, Iterator
from typing import Any

from slopewise.errors import InputError
from slopewise.trial.design.design import Design
from slopewise.trial.design.plain import Problem, as_plain, from_plain
from slopewise.trial.soundness.carried_out import (
    covariate_problems,
    missing_problems,
    procedure_problems,
    responder_problems,
)
from slopewise.trial.soundness.looks import look_problems, reestimation_problems
from slopewise.trial.soundness.people import (
    enrolment_problems,
    factor_problems,
    randomisation_problems,
    size_problems,
    visit_problems,
)
from slopewise.trial.soundness.question import (
    analysis_problems,
    estimand_problems,
    event_problems,
    multiplicity_problems,
    refused_problems,
)
from slopewise.trial.soundness.treatment import (
    arm_problems,
    effect_problems,
    kind_problems,
    word_problems,
)

__all__ = ["checked", "design_from_plain"]

Check = Callable[[Design], Iterator[Problem]]

# the tables, or keys, a check looks at, and the check: it waits until these are free of slips
_CHECKS: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("trial.kind", "arms", "external_control", "open_period"), kind_problems),
    (("arms",), word_problems),
    (("trial.kind", "trial.duration_months", "arms"), arm_problems),
    (("arms", "scenario", "grid", "dropout", "trial.duration_months"), effect_problems),
    (("trial.kind", "arms", "randomisation"), randomisation_problems),
    (("trial.size", "arms"), size_problems),
    (("randomisation",), factor_problems),
    (("trial.size", "enrolment", "reestimation"), enrolment_problems),
    (("trial.duration_months", "visits.months", "run_in", "entry"), visit_problems),
    (("trial.kind", "arms", "estimands", "endpoints"), estimand_problems),
    (("endpoints", "trial.reenacts"), refused_problems),
    (("endpoints", "visits.months", "run_in", "trial.duration_months"), analysis_problems),
    (("endpoints", "intercurrent_events"), event_problems),
    (("endpoints", "multiplicity"), multiplicity_problems),
    (("interim", "multiplicity", "trial.duration_months", "enrolment"), look_problems),
    (("interim", "reestimation", "trial.size"), reestimation_problems),
    (("endpoints", "randomisation"), covariate_problems),
    (("endpoints",), missing_problems),
    (("interim", "multiplicity"), procedure_problems),
    (("open_period", "run_in"), responder_problems),
)


def design_from_plain(tables: dict[str, Any]) -> tuple[Design | None, tuple[Problem, ...]]:
    """A design of plain values, or None and everything that is wrong with it."""
    design, slips = from_plain(Design, tables)
    broken = {".".join(map(str, slip.path[:n])) for slip in slips for n in (1, 2)}
    gone = {slip.path[0] for slip in slips if len(slip.path) == 1}
    contradictions = tuple(
        problem
        for looked_at, check in _CHECKS
        if not broken & set(looked_at) and not gone & {need.split(".")[0] for need in looked_at}
        for problem in check(design)
    )
    problems = (*slips, *contradictions)
    return (None if problems else design), problems


def checked(design: Design) -> Design:
    """The design itself; InputError with all that is wrong with it."""
    _, problems = design_from_plain(as_plain(design))
    if problems:
        said = "; ".join(f"{'.'.join(map(str, p.path))} {p.message}" for p in problems)
        raise InputError(f"the design cannot be used: {said}")
    return design
