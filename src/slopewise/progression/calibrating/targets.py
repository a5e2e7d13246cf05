"""Published summaries of untreated ALS, and what a simulated cohort says to each of them.

Every target has its source. `tolerance` is the standard error of the published figure where one can
be computed, else a judged one (`assumption:` in `basis`), which also holds doubt about how the
figure was made. `measure` computes the same summaries on any generator's virtual cohort.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from slopewise.progression.parameters import ROUNDING_VARIANCE

__all__ = ["MONTHS", "STRATA", "TARGETS", "Target", "VirtualCohort", "measure", "record"]

MONTHS = np.arange(19.0)  # virtual cohorts are followed monthly from entry to month 18
STRATA = ("slow", "intermediate", "fast")

_MIXED = "public trial-design scripts, linear mixed model, sizes match PRO-ACT (SIM_UTR)"
_PLATEAU = "Bedlack 2016, doi:10.1212/WNL.0000000000002251, abstract"
_OH = "Oh 2018, doi:10.1002/ana.25302, Table 3, untreated arm"
_NUROWN = "Cudkowicz 2022 (NurOwn phase 3), placebo arm"
_KAUFMANN = "Kaufmann 2007, doi:10.1080/17482960600888156, derived from ICC 0.93-0.95"


@dataclass(frozen=True, slots=True)
class Target:
    """One published summary: value in `unit`, how closely to match it, and where it is from."""

    name: str
    value: float
    tolerance: float
    unit: str
    source: str
    basis: str


@dataclass(frozen=True)
class VirtualCohort:
    """People followed monthly: expected function, error SD, weight, stratum index (-1 = none).

    `error` are standard normal draws, kept fixed so that summaries vary smoothly with parameters.
    """

    function: Float[Array, "people months"]
    residual_sd: Float[Array, " people"]
    weight: Float[Array, " people"]
    stratum: Int[Array, " people"]
    error: Float[Array, "people months"]


def _mixed(group: str, values: tuple[float, ...]) -> list[Target]:
    """Targets of one published mixed model: means, SDs, correlation (all only), residual SD."""
    spread = 1.0 if group == "all" else 1.5
    names = ("mean level", "mean slope", "SD of level", "SD of slope", "residual SD", "correlation")
    units = ("points", "points/month", "points", "points/month", "points", "-")
    # assumption: tolerances as wide as the published sources differ among themselves
    # (slope -0.98 to -1.23, SD of slope 0.70 to 0.78, residual SD 1.68 to 2.0)
    widths = (0.5, 0.07, 0.3, 0.05, 0.15, 0.06)
    return [
        Target(f"{name}, {group}", v, w * spread, u, _MIXED, "assumption: spread between sources")
        for name, v, w, u in zip(names, values, widths, units, strict=False)
    ]


TARGETS: tuple[Target, ...] = (
    *_mixed("all", (38.0, -1.0, 29.0**0.5, 0.61**0.5, 2.0, 0.157)),
    *_mixed("slow", (42.0, -0.74, 14.0**0.5, 0.4**0.5, 3.1**0.5)),
    *_mixed("intermediate", (37.0, -1.1, 19.0**0.5, 0.52**0.5, 4.2**0.5)),
    *_mixed("fast", (33.0, -1.5, 32.0**0.5, 0.92**0.5, 6.2**0.5)),
    # binomial SE 0.8, 0.8, 0.7 points; widened: ALSFRS and ALSFRS-R were mixed, attrition unknown
    Target("no decline over 6 months", 25.0, 3.0, "%", _PLATEAU, "n = 3,132; assumption: SE 3"),
    Target("no decline over 12 months", 16.0, 3.0, "%", _PLATEAU, "n = 2,105; assumption: SE 3"),
    Target("no decline over 18 months", 7.0, 3.0, "%", _PLATEAU, "n = 1,218; assumption: SE 3"),
    # SE of an SD: SD / sqrt(2 (n - 1)); of a mean: SD / sqrt(n)
    Target("slope change, mean, 4 months", 0.03, 0.26, "points/month", _OH, "n = 27"),
    Target("slope change, SD, 4 months", 1.33, 0.18, "points/month", _OH, "n = 27"),
    Target("slope change, mean, 6 months", 0.16, 0.29, "points/month", _OH, "n = 25"),
    Target("slope change, SD, 6 months", 1.46, 0.21, "points/month", _OH, "n = 25"),
    Target("change, SD, 4 months", 3.25, 0.45, "points", _OH, "n = 27"),
    Target("change, SD, 6 months", 4.53, 0.65, "points", _OH, "n = 25"),
    Target(
        "improvers by 1.25 points/month after an enriched run-in", 27.7, 4.6, "%", _NUROWN,
        "26 of 94; entry: at least 3 points lost in the run-in, binomial SE",
    ),
    Target(
        "change over 28 weeks after an enriched run-in", -5.88, 0.7, "points", _NUROWN,
        "topline report; assumption: SE 0.7",
    ),
    Target("rater's error SD", 1.55, 0.2, "points", _KAUFMANN, "1.2 to 1.9; assumption: SE 0.2"),
)  # fmt: skip

# Weibull hazard on current value per stratum (SIM_UTR value link): shape, log baseline, per point
_HAZARD = np.array(
    [(1.4, -1.9, -0.14), (1.7, -3.3, -0.11), (0.92, -0.6, -0.14), (1.4, -2.2, -0.12)]
)

_MIXED_VISITS = np.array([0, 1, 2, 3, 4, 6, 8, 10, 12])  # PRO-ACT: median 9 visits in 12 months


def measure(cohort: VirtualCohort) -> dict[str, float]:
    """The value of every target in a virtual cohort (strata that are absent are left out)."""
    scores = record(cohort)
    achieved = _mixed_model(cohort, np.ones(len(cohort.weight), dtype=bool), "all")
    for index, name in enumerate(STRATA):
        members = cohort.stratum == index
        if members.any():
            found = _mixed_model(cohort, members, name)
            found.pop(f"correlation, {name}")
            achieved |= found
    achieved |= _plateaus(cohort, scores)
    achieved |= _untreated_slope_change(cohort, scores)
    achieved |= _enriched_run_in(cohort, scores)
    achieved["rater's error SD"] = float(np.average(cohort.residual_sd, weights=cohort.weight))
    return achieved


def record(cohort: VirtualCohort) -> Float[Array, "people months"]:
    """The scores a rater would write: error, whole points, 0 to 48."""
    error_sd = np.sqrt(np.maximum(cohort.residual_sd**2 - ROUNDING_VARIANCE, 0.0))
    return np.asarray(
        np.clip(np.rint(cohort.function + error_sd[:, None] * cohort.error), 0.0, 48.0)
    )


def _mixed_model(cohort: VirtualCohort, members: Array, name: str) -> dict[str, float]:
    """Random-slope model estimates by moments (= REML on balanced visits), no deaths, unrounded.

    The published fits are likelihood fits, consistent when visits end because of the scores seen,
    so they estimate the whole population and not the survivors.
    """
    t = MONTHS[_MIXED_VISITS]
    y = (cohort.function + cohort.residual_sd[:, None] * cohort.error)[members][:, _MIXED_VISITS]
    w = cohort.weight[members] / cohort.weight[members].sum()
    centred = t - t.mean()
    sxx = float(centred @ centred)
    slope = y @ centred / sxx
    level = y.mean(axis=1) - slope * t.mean()
    left = y - level[:, None] - slope[:, None] * t
    residual = float(w @ (left**2).sum(axis=1)) / (len(t) - 2)
    mean_level, mean_slope = float(w @ level), float(w @ slope)
    dl, ds = level - mean_level, slope - mean_slope
    var_slope = float(w @ ds**2) - residual / sxx
    var_level = float(w @ dl**2) - residual * (1 / len(t) + t.mean() ** 2 / sxx)
    covariance = float(w @ (dl * ds)) + residual * t.mean() / sxx
    sd_level, sd_slope = max(var_level, 1e-6) ** 0.5, max(var_slope, 1e-6) ** 0.5
    return {
        f"mean level, {name}": mean_level,
        f"mean slope, {name}": mean_slope,
        f"SD of level, {name}": sd_level,
        f"SD of slope, {name}": sd_slope,
        f"residual SD, {name}": residual**0.5,
        f"correlation, {name}": covariance / (sd_level * sd_slope),
    }


def _plateaus(cohort: VirtualCohort, scores: Array) -> dict[str, float]:
    """Share without decline among those still alive, by the published hazards."""
    shape, log_base, per_point = _HAZARD[cohort.stratum].T
    value = np.clip(cohort.function, 0.0, 48.0)
    middle = MONTHS[:-1] + 0.5
    hazard = (
        shape[:, None]
        * middle ** (shape[:, None] - 1)
        * np.exp(log_base[:, None] + per_point[:, None] * (value[:, :-1] + value[:, 1:]) / 2)
    )
    alive = np.exp(-np.cumsum(hazard, axis=1))
    found = {}
    for month in (6, 12, 18):
        share = np.average(
            scores[:, month] >= scores[:, 0], weights=cohort.weight * alive[:, month - 1]
        )
        found[f"no decline over {month} months"] = 100.0 * float(share)
    return found


def _untreated_slope_change(cohort: VirtualCohort, scores: Array) -> dict[str, float]:
    """Oh 2018's untreated arm: three months of lead-in, then four or six.

    assumption: monthly visits and least-squares slopes.
    """
    before = _slopes(scores, 0, 3)
    found = {}
    for months in (4, 6):
        change = _slopes(scores, 3, 3 + months) - before
        found[f"slope change, mean, {months} months"] = _mean(change, cohort.weight)
        found[f"slope change, SD, {months} months"] = _sd(change, cohort.weight)
        found[f"change, SD, {months} months"] = _sd(
            scores[:, 3 + months] - scores[:, 3], cohort.weight
        )
    return found


def _enriched_run_in(cohort: VirtualCohort, scores: Array) -> dict[str, float]:
    """NurOwn phase 3 placebo: 18 weeks of run-in with at least 3 points lost, then 28 weeks.

    assumption: monthly visits, run-in months 0-4, follow-up months 4-10 and 28 weeks = 6.44 months.
    """
    entered = cohort.weight * (scores[:, 0] - scores[:, 4] >= 3.0)
    change = _slopes(scores, 4, 10) - _slopes(scores, 0, 4)
    late = scores[:, 10] + 0.44 * (scores[:, 11] - scores[:, 10])
    return {
        "improvers by 1.25 points/month after an enriched run-in": 100.0
        * _mean(change >= 1.25, entered),
        "change over 28 weeks after an enriched run-in": _mean(late - scores[:, 4], entered),
    }


def _slopes(scores: Array, first: int, last: int) -> Array:
    centred = MONTHS[first : last + 1] - MONTHS[first : last + 1].mean()
    return np.asarray(scores[:, first : last + 1] @ centred / (centred @ centred))


def _mean(values: Array, weight: Array) -> float:
    return float(np.average(values, weights=weight))


def _sd(values: Array, weight: Array) -> float:
    return float(np.sqrt(np.average((values - _mean(values, weight)) ** 2, weights=weight)))
