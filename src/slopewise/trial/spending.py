"""How fast a trial may spend its chance of a false alarm, as a function of the information so far.

    Lan–DeMets, O'Brien–Fleming type  f(t) = s · 2 [1 − Φ(z_{1 − α/(2s)} / √t)],   s = sides
    Lan–DeMets, Pocock type           f(t) = α ln(1 + (e − 1) t)
    Kim–DeMets                        f(t) = α t^ρ,                    ρ > 0
    Hwang–Shih–DeCani                 f(t) = α (1 − e^{−γt}) / (1 − e^{−γ});   α t for γ = 0

t: share of the planned information seen (0 to 1, no unit). α: the total to be spent (the type I
error, or the type II error where futility is spent). f(t): what may be spent up to t. In words: an
O'Brien–Fleming type spends almost nothing early, so only an overwhelming early result stops the
trial; a Pocock type spends evenly. The two classical shapes fix the form of the bounds instead of
the spending: O'Brien–Fleming z_k = c / √t_k, Pocock z_k = c.
References: Lan & DeMets 1983, doi:10.1093/biomet/70.3.659; Kim & DeMets 1987,
doi:10.1093/biomet/74.1.149; Hwang, Shih & DeCani 1990, doi:10.1002/sim.4780091207;
O'Brien & Fleming 1979, doi:10.2307/2530245; Pocock 1977, doi:10.1093/biomet/64.2.191.
Status: reference (rpact).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from slopewise.errors import InputError

__all__ = ["Shape", "Spending", "spending_from_text", "spent"]


class Shape(StrEnum):
    """The form of the spending, or of the bounds themselves where it is called classical."""

    OBRIEN_FLEMING = "obrien-fleming"
    POCOCK = "pocock"
    KIM_DEMETS = "kim-demets"
    HWANG = "hwang"
    CLASSICAL_OBRIEN_FLEMING = "classical-of"
    CLASSICAL_POCOCK = "classical-pocock"


_WITH_PARAMETER = {Shape.KIM_DEMETS: "RHO", Shape.HWANG: "GAMMA"}


@dataclass(frozen=True, slots=True)
class Spending:
    """A shape, with ρ for Kim–DeMets or γ for Hwang–Shih–DeCani."""

    shape: Shape
    parameter: float | None = None

    def __post_init__(self) -> None:
        needed = _WITH_PARAMETER.get(self.shape)
        if needed is None and self.parameter is not None:
            raise InputError(
                f"spending {self.shape.value!r} takes no number, but {self.parameter:g} was given;"
                " leave it out"
            )
        if needed is not None and (self.parameter is None or not math.isfinite(self.parameter)):
            raise InputError(
                f"spending {self.shape.value!r} needs a number: write"
                f" {self.shape.value}:{needed}, for instance {self.shape.value}:2"
            )
        if self.shape is Shape.KIM_DEMETS and self.parameter is not None and self.parameter <= 0:
            raise InputError(
                f"the exponent of kim-demets is {self.parameter:g}; give a number above 0"
            )
        if self.shape is Shape.HWANG and abs(self.parameter or 0.0) > 50:
            raise InputError(
                f"the number of hwang is {self.parameter:g}; give one between −50 and 50"
            )

    @property
    def classical(self) -> bool:
        """Whether the bounds have a fixed form and nothing is spent by a function."""
        return self.shape in (Shape.CLASSICAL_OBRIEN_FLEMING, Shape.CLASSICAL_POCOCK)

    def __str__(self) -> str:
        return self.shape.value + ("" if self.parameter is None else f":{self.parameter:g}")


def spending_from_text(text: str) -> Spending:
    """Read `obrien-fleming`, `pocock`, `kim-demets:RHO`, `hwang:GAMMA`, `classical-of`, …"""
    name, colon, number = text.strip().lower().partition(":")
    try:
        shape = Shape(name)
    except ValueError:
        known = ", ".join(s.value + (f":{_WITH_PARAMETER[s]}" if s in _WITH_PARAMETER else "")
                          for s in Shape)  # fmt: skip
        raise InputError(f"spending {text!r} is not known; choose one of {known}") from None
    try:
        return Spending(shape, float(number) if colon else None)
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{number!r} in spending {text!r} is not a number; write for instance {name}:2"
        ) from None


def spent(
    spending: Spending, information: tuple[float, ...], *, total: float, sides: int = 1
) -> tuple[float, ...]:
    """What may have been spent of `total` at each share of information."""
    if spending.classical:
        raise InputError(
            f"{spending.shape.value} fixes the form of the bounds and has no spending function;"
            " choose obrien-fleming, pocock, kim-demets:RHO or hwang:GAMMA"
        )
    return tuple(_spent_at(spending, min(t, 1.0), total=total, sides=sides) for t in information)


def _spent_at(spending: Spending, t: float, *, total: float, sides: int) -> float:
    from scipy.special import ndtr, ndtri

    if t >= 1.0:
        return total
    parameter = spending.parameter or 0.0
    if spending.shape is Shape.OBRIEN_FLEMING:
        quantile = -float(ndtri(total / (2 * sides)))
        return 2 * sides * float(ndtr(-quantile / math.sqrt(t)))
    if spending.shape is Shape.POCOCK:
        return total * math.log1p((math.e - 1.0) * t)
    if spending.shape is Shape.KIM_DEMETS:
        return total * float(t**parameter)
    if parameter == 0.0:
        return total * t
    return total * math.expm1(-parameter * t) / math.expm1(-parameter)
