"""Published survival of untreated ALS, as targets for the hazard of the natural history.

Joint models are published as parameters, not as survival: `implied_survival` integrates them,

    S(t) = E exp(−∫₀ᵗ k s^(k−1) exp(b + α_m m(s) + α_s m'(s)) ds),  m(s) = Σ_p u_p s^p,  u ~ N(μ, D)

by Gauss–Hermite over the person's coefficients u and Gauss–Legendre over s^k. A value link and a
slope link fitted to the same people do not say quite the same: that disagreement is the tolerance.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy import ndarray as Array

from slopewise.progression.calibrating.targets import Target

__all__ = [
    "TRIALS",
    "JointModel",
    "TrialSurvival",
    "group_weights",
    "implied_survival",
    "published_joint_models",
    "survival_targets",
]

SURVIVAL_MONTHS = (6, 12, 18)
_SIM_UTR = "public trial-design scripts, joint models per stratum (SIM_UTR)"
_REVIEW = "joint model said to mimic the ceftriaxone trial (REVIEWFRS)"
_TTE19 = "van Eijk 2019, J Neurol Neurosurg Psychiatry 90:1331, Table 1 (TTE19)"
# assumption: the coefficients are printed with two digits; half a unit of α_m = -0.12 a point is
# 0.19 on the log hazard at 38 points, which moves 18-month survival by about 5 points of per cent
_LEAST_TOLERANCE = 2.0
_ENTRY_DOUBT = 8.0  # assumption: per cent; vital capacity rules are not in the model


@dataclass(frozen=True, slots=True)
class JointModel:
    """A published polynomial course with its Weibull hazard on value and slope."""

    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    weibull_shape: float
    log_baseline: float
    association_value: float = 0.0
    association_slope: float = 0.0


@dataclass(frozen=True, slots=True)
class TrialSurvival:
    """Observed survival of one trial, its event and what is known of who was let in.

    `survival` in per cent at `month`; `hazard` in events a 100 person-months, −ln S/t of it (no
    further fact); `onset_months`: the months since the first symptom that were allowed.
    """

    name: str
    people: int
    event: str
    month: float
    survival: float
    hazard: float
    onset_months: tuple[float, float]
    basis: str


_COMPOSITE = "death, tracheostomy or ventilation"
_USUAL = "assumption: 6 to 36 months since onset; its rule was not read"
TRIALS = (
    TrialSurvival(
        "Xaliproden I (2004)", 867, _COMPOSITE, 18, 53.8, 3.4, (6, 60),
        "6 months to 5 years since onset (abstract read)",
    ),
    TrialSurvival("Pentoxifylline (2006)", 400, "death", 18, 59.7, 2.9, (6, 36), _USUAL),
    TrialSurvival("Valproic acid (2009)", 163, _COMPOSITE, 16, 75.1, 1.8, (6, 36), _USUAL),
    TrialSurvival(
        "Dexpramipexole (2013)", 942, _COMPOSITE, 12, 80.7, 1.8, (6, 36),
        f"{_USUAL}; month 12, as its hazard of 1.8 is -ln S/t there",
    ),
    TrialSurvival(
        "Olesoxime (2014)", 512, _COMPOSITE, 18, 67.2, 2.2, (6, 36),
        f"{_USUAL}; slow vital capacity of at least 70 % (abstract read)",
    ),
    TrialSurvival("Ozanezumab (2017)", 303, "death", 11, 96.1, 0.4, (6, 36), _USUAL),
)  # fmt: skip


@cache
def published_joint_models() -> dict[str, tuple[JointModel, JointModel]]:
    """By group: the value-link and the slope-link model (SIM_UTR; "ceftriaxone": one, twice)."""
    found = {}
    for group, level, value, slope in (
        ("slow", 42.0, (-0.74, 14.0, -0.01, 0.40, 1.4, -1.9, -0.14),
         (-0.74, 14.0, 0.0, 0.41, 3.0, -12.0, -1.7)),
        ("intermediate", 37.0, (-1.1, 19.0, -0.13, 0.52, 1.7, -3.3, -0.11),
         (-1.1, 19.0, -0.11, 0.53, 3.3, -12.0, -1.5)),
        ("fast", 33.0, (-1.5, 32.0, -1.1, 0.92, 0.92, -0.6, -0.14),
         (-1.6, 31.0, -0.89, 0.90, 3.0, -11.0, -1.5)),
        ("all", 38.0, (-1.0, 29.0, 0.66, 0.61, 1.4, -2.2, -0.12),
         (-1.0, 29.0, 0.73, 0.62, 3.1, -12.0, -1.6)),
    ):  # fmt: skip
        (bv, v0, v01, v1, vk, vb, va), (bs, s0, s01, s1, sk, sb, sa) = value, slope
        found[group] = (
            JointModel((level, bv), ((v0, v01), (v01, v1)), vk, vb, association_value=va),
            JointModel((level, bs), ((s0, s01), (s01, s1)), sk, sb, association_slope=sa),
        )
    review = JointModel(
        (37.30083837, -1.26686491, 0.01598739),
        (
            (54.1809471, 2.6775778, -0.201746783),
            (2.6775778, 1.72379573, -0.078242505),
            (-0.201746783, -0.078242505, 0.005542269),
        ),
        1.05022, -1.571722, association_value=-0.1088009, association_slope=-0.5024612,
    )  # fmt: skip
    return {**found, "ceftriaxone": (review, review)}


def implied_survival(model: JointModel, month: float) -> float:
    """S(month) of a published joint model, as a probability."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(32)
    size = len(model.mean)
    factor = np.linalg.cholesky(np.array(model.covariance))
    grids = np.meshgrid(*[nodes] * size, indexing="ij")
    people = np.array(model.mean) + np.stack([g.ravel() for g in grids], axis=1) @ factor.T
    share = np.ones(1)
    for _ in range(size):
        share = np.multiply.outer(share, weights / weights.sum()).ravel()
    legendre, legendre_weights = np.polynomial.legendre.leggauss(48)
    power = (legendre + 1.0) / 2.0 * month**model.weibull_shape  # s^k
    s = power ** (1.0 / model.weibull_shape)
    degree = np.arange(size)[:, None]
    log_hazard = (
        model.log_baseline
        + model.association_value * (people @ s**degree)
        + model.association_slope * (people[:, 1:] @ (degree[1:] * s ** (degree[1:] - 1)))
    )
    width = legendre_weights / 2.0 * month**model.weibull_shape
    return float(share @ np.exp(-(np.exp(log_hazard) @ width)))


@cache
def survival_targets() -> tuple[Target, ...]:
    """Every published summary of survival that the hazard is fitted to."""
    return (*_strata(), *_ceftriaxone(), *_shape_and_associations(), *_trials())


def _strata() -> list[Target]:
    found = []
    for group in ("all", "slow", "intermediate", "fast"):
        by_value, by_slope = published_joint_models()[group]
        for month in SURVIVAL_MONTHS:
            one, other = (100 * implied_survival(m, month) for m in (by_value, by_slope))
            found.append(
                Target(
                    f"survival at {month} months, {group}",
                    (one + other) / 2.0,
                    max(abs(one - other), _LEAST_TOLERANCE),
                    "%",
                    _SIM_UTR,
                    f"value link {one:.1f}, slope link {other:.1f}: their gap, at least 2",
                )
            )
    return found


def _ceftriaxone() -> list[Target]:
    model = published_joint_models()["ceftriaxone"][0]
    return [
        Target(
            f"survival at {month} months, ceftriaxone",
            100 * implied_survival(model, month),
            5.0,
            "%",
            _REVIEW,
            "assumption: SE 5; people weighted to its level (mean, SD) and mean loss in 12 months",
        )
        for month in (12, 18)
    ]


def _shape_and_associations() -> list[Target]:
    return [
        Target(
            "Weibull shape of survival", 2.03, 0.3, "-", _TTE19,
            "95 % 1.93 to 2.15; assumption: 0.3, the joint models above imply 1.4 to 2.7",
        ),
        Target(
            "log hazard ratio of value alone", -0.12, 0.015, "1/point", _SIM_UTR,
            "assumption: the strata say -0.11 to -0.14",
        ),
        Target(
            "log hazard ratio of slope alone", -1.6, 0.15, "months/point", _SIM_UTR,
            "assumption: the strata say -1.5 to -1.7",
        ),
        Target(
            "log hazard ratio of value beside slope", -0.109, 0.03, "1/point", _REVIEW,
            "assumption: SE 0.03, none was published",
        ),
        Target(
            "log hazard ratio of slope beside value", -0.502, 0.4, "months/point", _REVIEW,
            "assumption: SE 0.4, none was published",
        ),
    ]  # fmt: skip


def _trials() -> list[Target]:
    found = []
    for trial in TRIALS:
        share = trial.survival / 100.0
        sampling = 100.0 * float(np.sqrt(share * (1.0 - share) / trial.people))
        found.append(
            Target(
                f"survival at {trial.month:g} months, {trial.name}",
                trial.survival,
                float(np.hypot(sampling, _ENTRY_DOUBT)),
                "%",
                _TTE19,
                f"n = {trial.people}; {trial.event}; {trial.basis}; assumption: SE 8 for entry",
            )
        )
    return found


def group_weights(rows: Array, wanted: Array, weight: Array) -> Array:
    """Weights nearest to `weight` (least relative entropy) that make the rows' means `wanted`.

    Exponential tilting: w ∝ weight · exp(λ · row), λ by Newton on the convex dual.
    """
    scale = np.maximum(rows.std(axis=0), 1e-9)
    x = (rows - wanted) / scale
    multiplier = np.zeros(x.shape[1])
    for _ in range(25):
        exponent = x @ multiplier
        tilted = weight * np.exp(exponent - exponent.max())
        tilted = tilted / tilted.sum()
        mean = tilted @ x
        if np.abs(mean).max() < 1e-10:
            break
        step = np.linalg.solve((x * tilted[:, None]).T @ x - np.outer(mean, mean), mean)
        multiplier = multiplier - step / max(1.0, float(np.abs(step).max()))
    return np.asarray(tilted)
