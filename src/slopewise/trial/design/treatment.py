"""What is given: cells, doses, imitations of the procedure; controls from elsewhere."""

from dataclasses import dataclass
from typing import Annotated

from slopewise.trial.design.limits import HazardRatio, Limits, Month, PositiveCount
from slopewise.trial.design.words import ArmRole, ExternalMethod

__all__ = ["Arm", "ExternalControl", "OpenPeriod"]

CellCount = Annotated[int, Limits(1, 10**12, "cells")]


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm. `dose_months` count from randomisation; the procedure may be imitated.

    `sham`: the giving is imitated (an injection without cells, or a prick). `aspiration`: fat or
    marrow is taken, also where no cells come of it. `enters_month`, `leaves_month`: calendar months
    of a platform between which people are randomised to this arm.
    """

    name: str
    role: ArmRole
    product: str | None = None
    cell_source: str | None = None
    donor: str | None = None
    route: str | None = None
    cells: CellCount | None = None
    cells_per_kg: CellCount | None = None
    dose_months: tuple[Month, ...] = ()
    sham: bool = False
    aspiration: bool = False
    enters_month: Month = 0.0
    leaves_month: Month | None = None


@dataclass(frozen=True, slots=True)
class ExternalControl:
    """Untreated people from elsewhere, and how they may differ in ways nobody measured.

    `slope_bias_per_month`: how much faster (negative) or slower (positive) they decline than the
    treated would have without treatment; `hazard_ratio_bias`: the same for the survival event.
    """

    source: str
    size: PositiveCount
    method: ExternalMethod = ExternalMethod.NONE
    slope_bias_per_month: Annotated[float, Limits(-2, 2, "points a month")] = 0.0
    hazard_ratio_bias: HazardRatio = 1.0


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """Months in which everybody is treated before being randomised to go on or to stop."""

    months: Annotated[float, Limits(0, 60, "months", above=True)]
    dose_months: tuple[Annotated[float, Limits(-60, 0, "months before randomisation")], ...]
    arm: str  # the arm whose product is given
    only_responders: bool = False
    minimum_slowing: Annotated[float, Limits(-1, 1)] | None = None
