"""Bounds for the looks of a trial, and how often it would stop at each."""

import re
import shlex
from dataclasses import dataclass

from slopewise.errors import InputError
from slopewise.trial.boundary import boundary
from slopewise.trial.design.design import Design
from slopewise.trial.planned_looks import (
    LookReading,
    LookTaken,
    PlannedLooks,
    planned_looks,
    read_look,
)
from slopewise.trial.spending import spending_from_text

__all__ = [
    "BoundaryRequest",
    "boundary_command",
    "looks_from_text",
    "plan_looks",
    "read_taken_look",
    "request_of_design",
]

_SHARE = re.compile(r"(\d+\.?\d*|\.\d+)(?:\s*/\s*(\d+\.?\d*|\.\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryRequest:
    """What was asked for, as text where it is a list or a spending."""

    looks: str
    alpha: float = 0.025
    sides: int = 1
    spending: str = "obrien-fleming"
    beta: float = 0.1
    futility: str | None = None
    is_binding: bool = False


def plan_looks(request: BoundaryRequest) -> PlannedLooks:
    """Find the bounds; raises InputError that says which option cannot be."""
    plan = boundary(
        looks_from_text(request.looks),
        spending_from_text(request.spending),
        alpha=request.alpha,
        sides=request.sides,
        beta=request.beta,
        futility=None if request.futility is None else spending_from_text(request.futility),
        binding=request.is_binding,
    )
    return planned_looks(plan)


def read_taken_look(
    looks: PlannedLooks,
    look: int | None,
    *,
    estimate: float | None,
    standard_error: float | None,
) -> LookReading | None:
    """What a look that was taken means; None where none was given."""
    given = (look, estimate, standard_error)
    if all(one is None for one in given):
        return None
    if look is None or estimate is None or standard_error is None:
        raise InputError(
            "--at-look, --estimate and --standard-error belong together; give all three or none"
        )
    return read_look(looks.plan, LookTaken(look, estimate, standard_error))


def request_of_design(design: Design) -> BoundaryRequest | None:
    """The looks of a design; None without looks, or where only their months are known."""
    interim = design.interim
    if interim is None or not interim.information:
        return None
    return BoundaryRequest(
        looks=",".join(f"{share:g}" for share in interim.information),
        alpha=design.multiplicity.alpha,
        sides=design.multiplicity.sides,
        spending=interim.spending,
        beta=interim.beta,
        futility=interim.futility,
        is_binding=interim.binding,
    )


def boundary_command(request: BoundaryRequest) -> str:
    """The command that finds the same bounds."""
    words = ["slopewise", "trial", "boundary", "--looks", request.looks]
    words += ["--alpha", f"{request.alpha:g}", "--sides", str(request.sides)]
    words += ["--spending", request.spending, "--beta", f"{request.beta:g}"]
    if request.futility is not None:
        words += ["--futility", request.futility]
    if request.is_binding:
        words.append("--binding")
    return shlex.join(words)


def looks_from_text(text: str) -> tuple[float, ...]:
    """Shares of information: `0.33,0.67,1`, or as fractions `1/3,2/3,1`."""
    return tuple(_share(part.strip()) for part in text.split(","))


def _share(text: str) -> float:
    match = _SHARE.fullmatch(text)
    below = float(match.group(2) or 1.0) if match else 0.0
    if match is None or below == 0.0:
        raise InputError(
            f"--looks: {text!r} is no share of the planned information; write the looks as numbers"
            " that rise to 1 with commas between them, for instance 0.33,0.67,1 or 1/3,2/3,1"
        )
    return float(match.group(1)) / below
