"""Looking early: interim looks, stopping for benefit or as hopeless, changing the size."""

from dataclasses import dataclass
from typing import Annotated

from slopewise.trial.design.limits import Limits, Month, PositiveCount

__all__ = ["Interim", "Reestimation"]


@dataclass(frozen=True, slots=True)
class Interim:
    """Looks at shares of the information (the last is 1), or at calendar months, never both.

    The last month stands for the final analysis, made when the last person's follow-up is over.
    """

    information: tuple[Annotated[float, Limits(0, 1, above=True)], ...] = ()
    months: tuple[Month, ...] = ()
    spending: str = "obrien-fleming"
    futility: str | None = None  # spending of beta; absent = no stopping as hopeless
    beta: Annotated[float, Limits(0, 0.5, above=True)] = 0.1
    binding: bool = False


@dataclass(frozen=True, slots=True)
class Reestimation:
    """The size may grow once, at a look, when conditional power is promising (Mehta & Pocock 2011,

    doi:10.1002/sim.4102): between `promising_from` and `power`, up to `maximum_size`.
    """

    look: Annotated[int, Limits(1, 20)]
    maximum_size: PositiveCount
    promising_from: Annotated[float, Limits(0, 1)] = 0.5  # assumption
    power: Annotated[float, Limits(0.5, 0.999)] = 0.9  # assumption
