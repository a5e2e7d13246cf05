"""What a mixed model is expected to learn of a contrast, when people leave and die on the way.

    M = Σ_arm π_arm Σ_k s_{arm,k} X_k' V_k⁻¹ X_k ,     var(c'β̂) = c' M⁻¹ c / N
    c'β* = c' M⁻¹ Σ_arm π_arm Σ_k s_{arm,k} X_k' V_k⁻¹ μ_k
    var*(c'β̂) = c' M⁻¹ [Σ_arm π_arm Σ_k s_{arm,k} X_k' V_k⁻¹ C_{arm,k} V_k⁻¹ X_k] M⁻¹ c / N

π: share of people in an arm; s: share of an arm whose last visit is visit k (visits until k seen);
X, V, μ: the model's columns, covariance and true means at the visits until k; N: people in all;
β*: what generalised least squares estimates when the means are μ; C: an arm's own covariance, where
it is not V: var is then what the analysis prints, var* how its estimates really spread. In words:
somebody seen for half the time still tells something, but less; the sum over everybody's expected
last visit gives the standard error of the trial. Variances are taken as known (large samples),
and visits as missing at random.
References: Laird & Ware 1982, doi:10.2307/2529876; Lu, Luo & Chen 2008, doi:10.2202/1557-4679.1098
(mixed models with missing visits).
Status: double (every person's rows written out).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["ArmPlan", "ExpectedContrast", "expected_contrast"]

_WHOLE = 1e-6  # shares add up to 1 this closely


@dataclass(frozen=True, eq=False, slots=True)
class ArmPlan:
    """One arm: its share of the people, its columns, and who is seen until which visit.

    `last_visit`: share of the arm whose last visit is each visit; they add up to 1.
    """

    share: float
    columns: Float[Array, "visits effects"]
    last_visit: Float[Array, " visits"]
    means: Float[Array, " visits"] | None = None
    own_covariance: Float[Array, "visits visits"] | None = None  # absent: that of the model


@dataclass(frozen=True, slots=True)
class ExpectedContrast:
    """The contrast's expectation, and the variance of its estimate times the people in all.

    `unit_variance`: as the analysis would print it; `sampling_variance`: as it really is.
    """

    effect: float
    unit_variance: float
    sampling_variance: float


def expected_contrast(
    arms: Sequence[ArmPlan],
    covariance: Float[Array, "visits visits"],
    contrast: Float[Array, " effects"],
) -> ExpectedContrast:
    """Expectation and precision of a contrast of the effects."""
    _check(arms, covariance)
    effects = len(contrast)
    information, score = np.zeros((effects, effects)), np.zeros(effects)
    spread = np.zeros((effects, effects))
    for last in range(len(covariance)):
        part = slice(0, last + 1)
        weight = np.linalg.inv(covariance[part, part])
        for arm in arms:
            columns = arm.columns[part]
            share, moved = arm.share * arm.last_visit[last], columns.T @ weight
            own = covariance if arm.own_covariance is None else arm.own_covariance
            information += share * moved @ columns
            spread += share * moved @ own[part, part] @ moved.T
            if arm.means is not None:
                score += share * moved @ arm.means[part]
    if np.linalg.matrix_rank(information) < effects:
        raise InputError(
            "with these visits and losses nothing can be said about the contrast; give each arm"
            " people who are seen at two visits at least"
        )
    line = np.linalg.solve(information, contrast)
    return ExpectedContrast(
        float(line @ score), float(line @ contrast), float(line @ spread @ line)
    )


def _check(arms: Sequence[ArmPlan], covariance: Array) -> None:
    if abs(sum(arm.share for arm in arms) - 1.0) > _WHOLE:
        raise InputError("the arms' shares do not add up to 1; give each arm its share of people")
    for arm in arms:
        seen = arm.last_visit
        if seen.shape != (len(covariance),) or np.any(seen < 0) or abs(seen.sum() - 1) > _WHOLE:
            raise InputError(
                f"shares of last visits {np.round(seen, 4).tolist()} for {len(covariance)} visits;"
                " give one from 0 for each, together 1"
            )
    if not np.all(np.linalg.eigvalsh(covariance) > 0):
        raise InputError("the covariance of the visits is no covariance; correct the variances")
