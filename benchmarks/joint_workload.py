"""The simulated cohort on which joint models are timed: the very draws of the stored baselines.

    level, slope ~ N((38, −1), SD (5.5, 0.8), correlation 0.2), slope + 0.25 in the second arm
    score_ij = level_i + slope_i t_ij + N(0, 2²)      months 0, 1, 2, 3, 6, 9, 12, 15, 18 (± 0.15)
    h_i(t) = (k / λ)(t / λ)^(k − 1) exp(−0.10 (level_i + slope_i t − 38))      k = 1.2, λ = 166.5

Months and points; scores are not clipped. About 22 % die within 18 months, 15 % drop out. Seeds
and the order of the draws are those of the generator that made the data for JM and JMbayes2, and
values are rounded to the six decimals they read, so that their estimates are of the same rows.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy import ndarray as Array

from slopewise.progression.joint.cohort import FollowUp, Measurements
from slopewise.progression.joint.specification import Baseline, Marker, ProgressionModel

__all__ = ["REFERENCE_ROWS", "Workload", "alive_after", "joint_cohort", "textbook", "write_tables"]

LAST_MONTH, SHAPE, SCALE, ASSOCIATION, CENTRE = 18.0, 1.2, 166.5, -0.10, 38.0
PLANNED = np.array([0.0, 1, 2, 3, 6, 9, 12, 15, 18])
REFERENCE_ROWS = {300: 2242, 1000: 7628, 5000: 37736}  # what the baselines' table counts


@dataclass(frozen=True)
class Workload:
    """A cohort as the engine takes it."""

    measurements: Measurements
    follow_up: FollowUp
    covariates: dict[str, Array]


def joint_cohort(patients: int) -> Workload:
    """The cohort of this many patients; the draws of one size are no part of those of another."""
    generator = np.random.default_rng(20240000 + patients)
    arm = np.arange(patients) % 2
    z = generator.standard_normal((patients, 2))
    level = CENTRE + 5.5 * z[:, 0]
    slope = -1.0 + 0.8 * (0.2 * z[:, 0] + np.sqrt(1 - 0.2**2) * z[:, 1]) + 0.25 * arm
    death = _deaths(level, slope, generator.exponential(size=patients))
    dropout = generator.exponential(-LAST_MONTH / np.log(1 - 0.15), patients)
    censored = np.minimum(dropout, LAST_MONTH)
    end = np.minimum(death, censored)
    month = PLANNED + 0.15 * generator.uniform(-1, 1, (patients, len(PLANNED)))
    month[:, 0] = 0.0
    month = np.minimum(month, LAST_MONTH)
    noise = 2.0 * generator.standard_normal(month.shape)
    score = level[:, None] + slope[:, None] * month + noise
    seen = month < end[:, None]
    seen[:, 0] = True
    patient, _ = np.nonzero(seen)
    if patients in REFERENCE_ROWS and len(patient) != REFERENCE_ROWS[patients]:
        raise RuntimeError(f"{len(patient)} rows, not the {REFERENCE_ROWS[patients]} of the table")
    return Workload(
        Measurements(
            patient, np.round(month[seen], 6), np.zeros_like(patient), np.round(score[seen], 6)
        ),
        FollowUp(np.zeros(patients), np.round(np.maximum(end, 0.01), 6), death <= censored),
        {"arm": arm.astype(float)},
    )


def _deaths(level: Array, slope: Array, limit: Array) -> Array:
    """Month at which the cumulative hazard reaches each patient's limit; inf where never."""
    grid = np.linspace(0.0, LAST_MONTH, 361)
    middle, step = 0.5 * (grid[1:] + grid[:-1]), np.diff((grid / SCALE) ** SHAPE)
    value = level[:, None] + slope[:, None] * middle
    risen = np.cumsum(step * np.exp(ASSOCIATION * (value - CENTRE)), axis=1)
    return np.array(
        [
            np.interp(last, np.append(0.0, hazard), grid, right=np.inf)
            for last, hazard in zip(limit, risen, strict=True)
        ]
    )


def textbook(baseline: str = "weibull") -> ProgressionModel:
    """Random level and slope, arm on slope and hazard, hazard on the current value."""
    return ProgressionModel(
        markers=(Marker("score", "points", reference_value=0.0),),
        wander=False,
        baseline=Baseline.from_text(baseline),
        slope_covariates=("arm",),
        hazard_covariates=("arm",),
    )


def alive_after(workload: Workload, landmark: float, *, until: float, count: int) -> Workload:
    """The first `count` patients seen beyond `until` without event; their data to the landmark."""
    seen = workload.follow_up
    chosen = np.flatnonzero(~seen.event & (seen.end_month > until))[:count]
    m = workload.measurements
    rows = np.isin(m.patient, chosen) & (m.month <= landmark)
    return Workload(
        Measurements(
            np.searchsorted(chosen, m.patient[rows]), m.month[rows], m.marker[rows], m.value[rows]
        ),
        FollowUp(
            np.zeros(len(chosen)),
            np.full(len(chosen), landmark),
            np.zeros(len(chosen), dtype=bool),
        ),
        {name: values[chosen] for name, values in workload.covariates.items()},
    )


def write_tables(workload: Workload, folder: Path) -> None:
    """visits.csv and follow_up.csv, as an R package reads them."""
    m, f, arm = workload.measurements, workload.follow_up, workload.covariates["arm"].astype(int)
    visits = [
        f"{i + 1},{arm[i]},{month:.6f},{value:.6f}"
        for i, month, value in zip(m.patient, m.month, m.value, strict=True)
    ]
    ends = [
        f"{i + 1},{arm[i]},{end:.6f},{int(event)}"
        for i, (end, event) in enumerate(zip(f.end_month, f.event, strict=True))
    ]
    (folder / "visits.csv").write_text("\n".join(["id,arm,time,y", *visits]) + "\n", "utf-8")
    (folder / "follow_up.csv").write_text("\n".join(["id,arm,stime,event", *ends]) + "\n", "utf-8")
