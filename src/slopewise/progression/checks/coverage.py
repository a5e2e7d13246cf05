"""How good predictions of function were: bands, probability integral transform, CRPS and error.

    coverage_q = share of scores within their q band
    PIT_i      = F_i(y_i)                       uniform on 0..1 when the predictions are right
    skill      = 1 − Σ loss / Σ loss of the naive prediction      (loss: squared error or CRPS)

Scores are whole points, predictions are continuous: a score y stands for y − ½ … y + ½ (`step` is
1), and its PIT is spread over F(y − ½) … F(y + ½): rounding alone does not bend the histogram.
Scores of one patient are not independent. With `patient` given, standard errors sum the influences
within patients, and the binomial interval of a share uses the number of independent scores that has
the same variance, never more than there are scores. Status: double.

Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404; Korn & Graubard 1998 (Survey Methodology 24,
193–201: effective number); Czado et al. 2009, doi:10.1111/j.1541-0420.2009.01191.x (PIT of counts);
Gneiting & Raftery 2007, doi:10.1198/016214506000001437.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.checks.normal_mixture import (
    NormalMixture,
    crps,
    distribution_at,
    mixture_mean,
    mixture_quantile,
)
from slopewise.progression.checks.score_estimate import ScoreEstimate, estimate, not_given

__all__ = [
    "BANDS",
    "BandCoverage",
    "FunctionPredictions",
    "FunctionScores",
    "binomial_interval",
    "function_scores",
]

BANDS = (0.5, 0.8, 0.9)


@dataclass(frozen=True)
class FunctionPredictions:
    """Observed scores, what was predicted for each, and whose they are.

    `naive_mean` is a prediction to beat, for instance the last score carried on or the straight
    line through the scores so far, points.
    """

    observed: Float[Array, " scores"]
    predicted: NormalMixture
    patient: Array | None = None  # any label; None when each score is of another patient
    naive_mean: Float[Array, " scores"] | None = None
    step: float = 1.0  # distance between possible scores; 0 for a continuous marker

    def __post_init__(self) -> None:
        n = self.observed.size
        if not n or self.observed.shape != (n,) or self.predicted.mean.shape[0] != n:
            raise InputError(
                f"{self.observed.shape} observed scores and {self.predicted.mean.shape[0]}"
                " predictions; give one or more scores and one prediction for each"
            )
        if not np.all(np.isfinite(self.observed)):
            raise InputError("an observed score is not a finite number; leave out that visit")
        if self.patient is not None and self.patient.shape != (n,):
            raise InputError("give one patient label for each score")
        naive = self.naive_mean
        if naive is not None and (naive.shape != (n,) or not np.all(np.isfinite(naive))):
            raise InputError("give one finite naive prediction for each score")
        if self.step < 0.0:
            raise InputError(f"step {self.step:g} is below 0; give the distance between scores")


@dataclass(frozen=True)
class BandCoverage:
    """Share of scores within a band that should hold `expected` of them."""

    expected: float
    within: int
    share: float
    lower: float
    upper: float


@dataclass(frozen=True)
class FunctionScores:
    """Scores of predictions of function. Points, or points² for the mean squared error."""

    scores: int
    patients: int
    coverage: tuple[BandCoverage, ...]
    pit_share: tuple[float, ...]  # share of the PIT in equal parts of 0..1; flat when right
    crps: ScoreEstimate
    mean_squared_error: ScoreEstimate
    mean_absolute_error: ScoreEstimate
    mean_error: ScoreEstimate  # observed minus predicted; below 0: worse than predicted
    squared_error_skill: ScoreEstimate
    crps_skill: ScoreEstimate
    status: str  # "ok", "one_patient" (no standard errors)


def function_scores(
    predictions: FunctionPredictions, *, parts: int = 10, confidence: float = 0.95
) -> FunctionScores:
    """Score predictions of function; bands are central ones of the mixture.

    A score counts as within a band when the score itself lies in it, ends included. Without
    `naive_mean` the skills are not given ("no_naive"); the naive prediction is a sure one, so that
    its CRPS is its absolute error.
    """
    if parts < 1:
        raise InputError(f"the histogram needs 1 or more parts, not {parts}")
    owner, patients = _owners(predictions)
    error = predictions.observed - mixture_mean(predictions.predicted)
    ranked = crps(predictions.predicted, predictions.observed)

    def mean(values: Array) -> ScoreEstimate:
        if patients < 2:
            return not_given("one_patient")
        influence = np.bincount(owner, weights=(values - values.mean()) / values.size)
        return estimate(values.mean(), influence, confidence=confidence)

    return FunctionScores(
        scores=int(predictions.observed.size),
        patients=patients,
        coverage=tuple(_coverage(predictions, owner, q, confidence) for q in BANDS),
        pit_share=_pit_shares(predictions, parts),
        crps=mean(ranked),
        mean_squared_error=mean(error**2),
        mean_absolute_error=mean(np.abs(error)),
        mean_error=mean(error),
        squared_error_skill=_skill(predictions, owner, (error**2, 2), confidence=confidence),
        crps_skill=_skill(predictions, owner, (ranked, 1), confidence=confidence),
        status="ok" if patients > 1 else "one_patient",
    )


def binomial_interval(within: float, of: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Exact (Clopper–Pearson) interval of a share; counts may be effective ones, not whole."""
    from scipy.special import betaincinv

    tail = 0.5 - confidence / 2.0
    lower = float(betaincinv(within, of - within + 1.0, tail)) if within > 0.0 else 0.0
    upper = float(betaincinv(within + 1.0, of - within, 1.0 - tail)) if within < of else 1.0
    return lower, upper


def _owners(predictions: FunctionPredictions) -> tuple[Array, int]:
    if predictions.patient is None:
        n = predictions.observed.size
        return np.arange(n), n
    labels, owner = np.unique(predictions.patient, return_inverse=True)
    return owner.reshape(-1), int(labels.size)


def _coverage(
    predictions: FunctionPredictions, owner: Array, expected: float, confidence: float
) -> BandCoverage:
    lower = mixture_quantile(predictions.predicted, 0.5 - expected / 2.0)
    upper = mixture_quantile(predictions.predicted, 0.5 + expected / 2.0)
    inside = (predictions.observed >= lower) & (predictions.observed <= upper)
    share = float(np.mean(inside))
    effective = _effective_number(inside - share, owner)
    limits = binomial_interval(share * effective, effective, confidence=confidence)
    return BandCoverage(expected, int(inside.sum()), share, *limits)


def _effective_number(residual: Array, owner: Array) -> float:
    """Independent scores with the variance of the patients' sums; never more than there are."""
    n, sums = float(residual.size), np.bincount(owner, weights=residual)
    single = float(np.mean(residual**2))
    if sums.size == n or single <= 0.0:  # all within or all outside: count the patients
        return float(sums.size)
    variance = float(np.sum(sums**2)) / n**2 * sums.size / max(sums.size - 1, 1)
    return min(n, single / variance) if variance > 0.0 else n


def _pit_shares(predictions: FunctionPredictions, parts: int) -> tuple[float, ...]:
    """Histogram of the PIT, each score's spread evenly over its rounding interval."""
    edges = np.linspace(0.0, 1.0, parts + 1)
    reach = 0.5 * predictions.step
    low = distribution_at(predictions.predicted, predictions.observed - reach)
    high = distribution_at(predictions.predicted, predictions.observed + reach)
    wide = high - low > 1e-12
    span = np.where(wide, high - low, 1.0)
    spread = np.clip((edges[None, :] - low[:, None]) / span[:, None], 0.0, 1.0)
    sharp = (edges[None, :] >= high[:, None]).astype(np.float64)
    reached = np.where(wide[:, None], spread, sharp)
    reached[:, 0], reached[:, -1] = 0.0, 1.0
    return tuple(np.diff(reached.mean(axis=0)).tolist())


def _skill(
    predictions: FunctionPredictions, owner: Array, loss: tuple[Array, int], *, confidence: float
) -> ScoreEstimate:
    """1 − Σ loss / Σ |naive error|^power by the delta method, over the same scores."""
    if predictions.naive_mean is None:
        return not_given("no_naive")
    own, power = loss
    naive = np.abs(predictions.observed - predictions.naive_mean) ** power
    if naive.mean() <= 0.0:
        return not_given("naive_perfect")
    if int(owner.max()) < 1:
        return not_given("one_patient")
    ratio = own.mean() / naive.mean()
    influence = np.bincount(owner, weights=-(own - ratio * naive) / naive.sum())
    return estimate(1.0 - ratio, influence, confidence=confidence)
