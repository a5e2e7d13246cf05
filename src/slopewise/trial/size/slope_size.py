"""How large a trial must be to see a difference in slope by the random-slope mixed model.

    y_ij = β0 + β1 t_j + β2 a_i t_j [+ β3 a_i] + u0_i + u1_i t_j + e_ij,    V = Z Ψ Z' + σ² I
    β2 = Δ,     var(β̂2) from `expected_information`; all visits seen, arms with their own
    intercepts and equally many people, this is the printed form

    n per arm = 2 (z_{1−α/2} + z_{1−β})² (ψ_slope + σ² / Σ (t_j − t̄)²) / Δ²

a: 1 treated; t: months; Ψ: variances of people's own levels and slopes, and their covariance; σ²:
residual variance (points²); Δ: difference in slope (points per month), or, when the effect comes
late or fades, the straight line that the model would draw through the points kept at each visit.
In words: people differ in how fast they decline, and that difference, not the error of the scale,
sets the size of a trial; more visits soon stop to help. One intercept for both arms (`common`,
right when people are randomised) needs a few people less.
References: Diggle, Heagerty, Liang & Zeger 2002, Analysis of longitudinal data, section 2.4; Yi &
Panzarella 2002, doi:10.1016/S0197-2456(02)00223-4 (with losses).
Status: published (eight sizes of an ALS trial-design study), double (rows of every person).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.trial.size.expected_information import (
    ArmPlan,
    ExpectedContrast,
    expected_contrast,
)

__all__ = ["SlopeCourse", "slope_contrast"]

Visits = Float[Array, "visits visits"]


@dataclass(frozen=True, slots=True)
class SlopeCourse:
    """The course that is assumed without treatment: a line for each person, and scatter about it.

    Points and months; `covariance` is that of people's levels at month 0 with their slopes.
    """

    mean_level: float
    mean_slope: float
    level_variance: float
    slope_variance: float
    covariance: float
    residual_variance: float

    def __post_init__(self) -> None:
        least = min(self.level_variance, self.slope_variance)
        if least < 0 or self.residual_variance <= 0:
            raise InputError("variances are 0 or more, and the residual variance above 0")
        if self.covariance**2 > self.level_variance * self.slope_variance * (1 + 1e-9):
            raise InputError(
                f"covariance {self.covariance:g} of levels and slopes is larger than their"
                " variances allow; correct one of the three"
            )

    def of_visits(self, months: Sequence[float]) -> Float[Array, "visits visits"]:
        """Covariance of the scores at the visits: ZΨZ' + σ²I."""
        t = np.asarray(months, dtype=float)
        own = (
            self.level_variance
            + self.covariance * (t[:, None] + t)
            + t[:, None] * t * (self.slope_variance)
        )
        return np.asarray(own + self.residual_variance * np.eye(len(t)))


def slope_contrast(
    course: SlopeCourse,
    months: Sequence[float],
    points_kept: Sequence[float],
    *,
    treated_share: float,
    last_visit: tuple[Sequence[float], Sequence[float]] | None = None,
    own_covariances: tuple[Visits, Visits] | None = None,
    is_common_intercept: bool = True,
) -> ExpectedContrast:
    """Difference in slope and its unit variance.

    `points_kept`: what the treatment keeps on average at each visit. `last_visit`: shares of
    controls and of treated by last visit; absent = everybody is seen at every visit.
    `own_covariances`: of the scores of controls and of treated; absent = as the course says.
    """
    t = np.asarray(months, dtype=float)
    kept = np.asarray(points_kept, dtype=float)
    if len(t) < 2 or kept.shape != t.shape or not 0 < treated_share < 1:
        raise InputError(
            f"{len(t)} visits, {kept.size} points kept, share treated {treated_share:g}; give two"
            " visits at least, the points kept at each, and a share between 0 and 1"
        )
    whole = np.eye(len(t))[-1]
    controls, treated = (whole, whole) if last_visit is None else map(np.asarray, last_visit)
    one, none = np.ones_like(t), np.zeros_like(t)
    columns = [np.column_stack([one, t, a * t, a * one]) for a in (0.0, 1.0)]
    if is_common_intercept:
        columns = [table[:, :3] for table in columns]
    own, others = own_covariances or (None, None)
    arms = (
        ArmPlan(1.0 - treated_share, columns[0], controls, none, own),
        ArmPlan(treated_share, columns[1], treated, kept, others),
    )
    contrast = np.eye(columns[0].shape[1])[2]
    return expected_contrast(arms, course.of_visits(months), contrast)
