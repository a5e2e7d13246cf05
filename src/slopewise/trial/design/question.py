"""What is asked: estimands, what happens about intercurrent events, endpoints, and their alpha."""

from dataclasses import dataclass
from typing import Annotated

from slopewise.trial.design.limits import Limits, Month, Percent, Positive, Share
from slopewise.trial.design.words import (
    Analysis,
    Covariance,
    DegreesOfFreedom,
    EndpointRole,
    Event,
    Intercept,
    Likelihood,
    Missing,
    Procedure,
    Strategy,
    SurvivalEvents,
)

__all__ = ["Endpoint", "Estimand", "IntercurrentEvent", "Multiplicity"]


@dataclass(frozen=True, slots=True)
class IntercurrentEvent:
    """An event, and how the estimands deal with it; `reason` says why."""

    event: Event
    strategy: Strategy
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Estimand:
    """Treatment against control, in whom, in which variable, summarised how (ICH E9(R1), A.3)."""

    name: str
    treatment: str
    control: str
    variable: str
    summary: str
    population: str = "everybody randomised"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One analysis that answers an estimand; options of other analyses are refused.

    `month`: where arms are compared (mmrm, rmst); absent = the last visit. `margin_points`: a
    difference in function that counts as a win. `responder_percent` or
    `responder_points_per_month`: by how much decline must have slowed against the run-in.
    """

    name: str
    role: EndpointRole
    analysis: Analysis
    estimand: str
    month: Month | None = None
    missing: Missing = Missing.LIKELIHOOD
    covariates: tuple[str, ...] = ()
    intercept: Intercept | None = None  # slope; common where not given
    likelihood: Likelihood | None = None  # slope, mmrm; reml where not given
    covariance: Covariance | None = None  # mmrm; un where not given
    degrees_of_freedom: DegreesOfFreedom | None = None  # slope, mmrm; satterthwaite where not given
    survival_event: SurvivalEvents = SurvivalEvents.DEATH_OR_VENTILATION
    margin_points: Annotated[float, Limits(0, 48, "points")] | None = None
    responder_percent: Percent | None = None
    responder_points_per_month: Positive | None = None


@dataclass(frozen=True, slots=True)
class Multiplicity:
    """How the tested endpoints share alpha; `order` names them.

    `alpha`: type I error of the whole trial; 0.025 on one side is half the usual two-sided 0.05
    (ICH E9 1998, section 5.5). `weights`: share of alpha of each (graphical, bonferroni).
    `transitions`: row i says how endpoint i's alpha is passed on when it is won (graphical).
    """

    procedure: Procedure = Procedure.NONE
    alpha: Annotated[float, Limits(0, 0.5, above=True)] = 0.025
    sides: Annotated[int, Limits(1, 2)] = 1
    order: tuple[str, ...] = ()
    weights: tuple[Share, ...] = ()
    transitions: tuple[tuple[Share, ...], ...] = ()
