"""Simulated people with survival, made by small steps in time: no code of the engine."""

from dataclasses import dataclass

import numpy as np

from slopewise.progression.joint.cohort import FollowUp, Measurements

__all__ = ["Truth", "simulated"]


@dataclass(frozen=True)
class Truth:
    """One class; a Weibull hazard above `log_baseline` at 38 points."""

    mean_level: float = 38.0
    mean_slope: float = -1.0
    sd_level: float = 5.0
    sd_slope: float = 0.6
    correlation: float = 0.2
    residual_sd: float = 1.8
    wander_sd: float = 0.8
    wander_months: float = 3.0
    log_baseline: float = -4.4
    weibull_shape: float = 1.2
    association_value: float = -0.10
    association_slope: float = 0.0
    slowing: float = 0.0
    direct_log_hazard_ratio: float = 0.0


def simulated(
    truth: Truth, patients: int, *, seed: int, treated: np.ndarray | None = None, step: float = 0.02
) -> tuple[Measurements, FollowUp]:
    """Monthly visits to month 12 or death, by Euler steps of `step` months."""
    draw = np.random.default_rng(seed)
    t = truth
    share = np.zeros(patients) if treated is None else treated
    first, second = draw.standard_normal((2, patients))
    m = t.mean_level + t.sd_level * first
    rest = np.sqrt(1.0 - t.correlation**2)
    r = t.mean_slope + t.sd_slope * (t.correlation * first + rest * second)
    w = t.wander_sd * draw.standard_normal(patients)
    alive, end = np.ones(patients, dtype=bool), np.full(patients, 12.0)
    rows: list[tuple[np.ndarray, float, np.ndarray]] = []
    kept = np.exp(-step / t.wander_months)
    for number in range(round(12.0 / step) + 1):
        month = number * step
        if number % round(1.0 / step) == 0:
            scores = m + t.residual_sd * draw.standard_normal(patients)
            here = np.flatnonzero(alive)
            rows.append((here, float(round(month)), scores[here]))
        slope = (1.0 - t.slowing * share) * (r + w)
        middle = month + 0.5 * step
        eta = t.association_value * (m + 0.5 * step * slope - 38.0) + t.association_slope * slope
        hazard = (
            t.weibull_shape
            * middle ** (t.weibull_shape - 1.0)
            * np.exp(t.log_baseline + eta + t.direct_log_hazard_ratio * share)
        )
        dies = alive & (draw.random(patients) < -np.expm1(-hazard * step)) & (middle < 12.0)
        end[dies], alive = middle, alive & ~dies
        m = m + slope * step
        w = kept * w + t.wander_sd * np.sqrt(1.0 - kept**2) * draw.standard_normal(patients)
    patient = np.concatenate([here for here, _, _ in rows])
    month_of = np.concatenate([np.full(len(here), month) for here, month, _ in rows])
    value = np.concatenate([scores for _, _, scores in rows])
    measurements = Measurements(patient, month_of, np.zeros(len(patient), dtype=int), value)
    return measurements, FollowUp(np.zeros(patients), end, ~alive)
