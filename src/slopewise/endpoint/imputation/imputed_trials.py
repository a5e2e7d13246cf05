"""Arms compared at one visit in many trials at once, after multiple imputation.

Each completed data set is analysed by least squares (ANCOVA): score at the visit on arm, baseline
and covariates, everybody randomised; the analyses are pooled by Rubin's rules. With a baseline in
the model the change and the score give the same difference.
Status: double (least squares of each data set), characteristics (coverage).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.endpoint.imputation.imputed_scores import ImputedScores, Strategy, impute_scores
from slopewise.endpoint.imputation.rubin import Pooled, pool_imputations

__all__ = ["ArmLine", "ImputedTrials", "arm_line", "imputed_trials"]


@dataclass(frozen=True, eq=False, slots=True)
class ImputedTrials:
    """Treated less controls, one a trial; where not `converged` the numbers are 0 and p is 1."""

    converged: Bool[Array, " trials"]
    estimate: Float[Array, " trials"]
    standard_error: Float[Array, " trials"]
    degrees_of_freedom: Float[Array, " trials"]  # Barnard and Rubin
    p_value: Float[Array, " trials"]  # two-sided
    fraction_missing: Float[Array, " trials"]


def imputed_trials(
    outcome: Float[Array, "trials patients visits"],
    observed: Bool[Array, "trials patients visits"],
    treated: Bool[Array, "*trials patients"],
    *,
    baseline: Float[Array, "trials patients"] | None,
    strategy: Strategy | str,
    imputations: int = 20,
    generator: np.random.Generator,
    visit: int = -1,
    covariates: Float[Array, "trials patients covariates"] | None = None,
) -> ImputedTrials:
    """Impute and compare every trial; `treated` may be one row for all."""
    drawn = impute_scores(
        outcome, observed, treated,
        baseline=baseline, strategy=strategy, imputations=imputations, generator=generator,
        covariates=covariates, visit=visit,
    )  # fmt: skip
    found = [np.zeros(len(drawn.regular)) for _ in range(5)]
    found[3][:] = 1.0
    line = arm_line(drawn)
    good = drawn.regular & line.stands
    chosen = np.flatnonzero(good)
    if len(chosen):
        pooled = _pooled(drawn, line, chosen)
        values = (
            pooled.estimate,
            pooled.standard_error,
            pooled.degrees_of_freedom,
            pooled.p_value,
            pooled.fraction_missing,
        )
        for place, value in zip(found, values, strict=True):
            place[chosen] = value
    return ImputedTrials(good, *found)


@dataclass(frozen=True, eq=False, slots=True)
class ArmLine:
    """The line that takes scores to the arm's coefficient, and what is left over to the rest."""

    weights: Float[Array, "trials patients"]  # estimate = Σ weights × score
    basis: Float[Array, "trials patients covariates"]  # orthonormal columns of the design
    factor: Float[Array, " trials"]  # squared standard error over the residual variance
    freedom: float
    stands: Bool[Array, " trials"]  # the arm is no combination of the other columns

    def estimates(self, scores: Float[Array, "trials rows patients"]) -> Array:
        """One a row of scores."""
        return np.asarray((scores @ self.weights[:, :, None])[:, :, 0])

    def leftover(self, scores: Float[Array, "trials rows patients"]) -> Array:
        """Scores less what the columns of the design explain."""
        return np.asarray(scores - (scores @ self.basis) @ np.swapaxes(self.basis, 1, 2))

    def variances(self, scores: Float[Array, "trials rows patients"]) -> Array:
        """Squared standard errors, one a row of scores."""
        left = self.leftover(scores)
        return np.asarray((left**2).sum(axis=2) / self.freedom * self.factor[:, None])


def arm_line(drawn: ImputedScores) -> ArmLine:
    """Least squares for the arm, by orthogonal columns with the arm as the last."""
    width = drawn.covariates.shape[2]
    order = [0, *range(2, width), 1]
    basis, triangle = np.linalg.qr(drawn.covariates[:, :, order])
    size = np.abs(np.einsum("nkk->nk", triangle))
    stands = (size > 1e-9 * np.sqrt(drawn.covariates.shape[1])).all(axis=1)
    last = np.where(stands, triangle[:, -1, -1], 1.0)
    freedom = float(drawn.covariates.shape[1] - width)
    stands &= freedom > 0.0
    return ArmLine(basis[:, :, -1] / last[:, None], basis, 1.0 / last**2, max(freedom, 1.0), stands)


def _pooled(drawn: ImputedScores, line: ArmLine, chosen: Array) -> Pooled:
    scores = drawn.scores[chosen]
    part = ArmLine(
        line.weights[chosen], line.basis[chosen], line.factor[chosen], line.freedom,
        line.stands[chosen],
    )  # fmt: skip
    variances = np.maximum(part.variances(scores), 1e-300)
    return pool_imputations(part.estimates(scores), variances, complete_freedom=line.freedom)
