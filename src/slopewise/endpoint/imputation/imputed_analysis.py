"""Arms of one trial compared at a visit after multiple imputation, with a shift for those who left.

    completed score + delta × visits since the last one seen       (per visit)
    completed score + delta, where the person left before          (at the visit)

The shift is given to the treated who left, after imputation: a delta of −1 per visit says that they
did 1 point worse at every planned visit than the imputation says. Gaps and controls stay as drawn.
Scores are analysed by least squares (ANCOVA) and pooled by Rubin's rules.
Rubin's variance is what complete data would leave plus what was not seen. Under jump to reference
and copy reference it is larger than the variance of the estimate over repeated trials, because the
controls' data are used for both arms; it keeps the share of information that leaving takes
away as it is under missing at random (Cro, Carpenter & Kenward 2019), and the test is cautious
(Seaman, White & Leacy 2014).
References: Carpenter, Roger & Kenward 2013, doi:10.1080/10543406.2013.834911; Seaman, White &
Leacy 2014, doi:10.1080/10543406.2014.928306; Cro, Carpenter & Kenward 2019, doi:10.1111/rssa.12423.
Status: double (least squares of each data set), reference (R mice, pooling).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.endpoint.imputation.imputed_scores import ImputedScores, Strategy, impute_scores
from slopewise.endpoint.imputation.imputed_trials import arm_line
from slopewise.endpoint.imputation.rubin import Pooled, pool_imputations
from slopewise.errors import InputError
from slopewise.numerics.t_interval import t_interval

__all__ = [
    "DeltaForm",
    "ImputedAnalysis",
    "ImputedStatus",
    "ShiftedTrial",
    "analyse_imputed",
    "compare_imputed",
    "estimand_of",
    "shifted_trial",
]

_AFTER_LEAVING = {
    Strategy.MULTIPLE_IMPUTATION: "if what was not seen was like what was seen of people in the"
    " same arm with the same past (missing at random)",
    Strategy.JUMP_TO_REFERENCE: "if the treated who left lost at once all that treatment gave and"
    " went on as controls (jump to reference); what controls missed, and gaps, are taken as"
    " missing at random",
    Strategy.COPY_REFERENCE: "if the treated who left went on like controls with the same past"
    " (copy reference); what controls missed, and gaps, are taken as missing at random",
}


class DeltaForm(StrEnum):
    """How the shift of those who left grows."""

    PER_VISIT = "per-visit"
    AT_VISIT = "at-visit"


class ImputedStatus(StrEnum):
    """Whether the numbers may be read."""

    CONVERGED = "converged"
    TOO_FEW = "too_few"  # a visit has fewer people than its regression needs, or columns repeat


@dataclass(frozen=True, slots=True)
class ImputedAnalysis:
    """The difference at the visit, and how much of its doubt comes from what was not seen."""

    status: ImputedStatus
    method: str
    estimand: str
    imputations: int
    imputed_treated: int  # people whose score at the visit was drawn
    imputed_controls: int
    delta: float = 0.0
    estimate: float | None = None
    standard_error: float | None = None
    df: float | None = None  # Barnard and Rubin
    low: float | None = None
    high: float | None = None
    p_value: float | None = None  # two-sided
    within: float | None = None
    between: float | None = None
    fraction_missing: float | None = None
    monte_carlo_error: float | None = None  # of the estimate, from the number of imputations
    confidence: float = 0.95


@dataclass(frozen=True, eq=False, slots=True)
class ShiftedTrial:
    """One trial's analyses as functions of delta, with the same draws for every delta.

    estimate_m(δ) = estimate_m + δ·slope, and its variance is a parabola in δ.
    """

    estimates: Float[Array, " imputations"]
    slope: float
    variances: Float[Array, "imputations powers"]  # of δ⁰, δ¹, δ²
    freedom: float

    def at(self, delta: Float[Array, " deltas"]) -> Pooled:
        """Pooled at each delta."""
        shifts = np.asarray(delta, dtype=float)[:, None]
        constant, linear, square = self.variances.T
        spread = constant + shifts * linear + shifts**2 * square
        found = self.estimates + shifts * self.slope
        return pool_imputations(
            found, np.maximum(spread, 1e-300), complete_freedom=self.freedom
        )  # fmt: skip


def analyse_imputed(
    outcome: Float[Array, "patients visits"],
    observed: Bool[Array, "patients visits"],
    treated: Bool[Array, " patients"],
    *,
    baseline: Float[Array, " patients"] | None,
    strategy: Strategy | str,
    generator: np.random.Generator,
    imputations: int = 200,
    covariates: Float[Array, "patients covariates"] | None = None,
    visit: int = -1,
    delta: float = 0.0,
    form: DeltaForm | str = DeltaForm.PER_VISIT,
    confidence: float = 0.95,
) -> ImputedAnalysis:
    """Impute and compare one trial."""
    drawn = impute_scores(
        np.asarray(outcome)[None], np.asarray(observed)[None], np.asarray(treated)[None],
        baseline=None if baseline is None else np.asarray(baseline)[None],
        covariates=None if covariates is None else np.asarray(covariates)[None],
        strategy=strategy, imputations=imputations, generator=generator, visit=visit,
    )  # fmt: skip
    return compare_imputed(drawn, strategy=strategy, delta=delta, form=form, confidence=confidence)


def compare_imputed(
    drawn: ImputedScores,
    *,
    strategy: Strategy | str,
    delta: float = 0.0,
    form: DeltaForm | str = DeltaForm.PER_VISIT,
    confidence: float = 0.95,
) -> ImputedAnalysis:
    """Compare the arms of one trial's draws."""
    if not np.isfinite(delta):
        raise InputError(f"a delta of {delta} was asked for; give points, for instance -0.5")
    if not 0.0 < confidence < 1.0:
        raise InputError(f"confidence {confidence} is not between 0 and 1")
    arm = drawn.covariates[0, :, 1] > 0.5
    missing = ~drawn.seen[0]
    shift = _shift_words(delta, DeltaForm(form))
    imputations = drawn.scores.shape[1]
    head = {
        "method": f"multiple imputation ({Strategy(strategy).value}, {imputations} draws){shift},"
        " ANCOVA of each, Rubin's rules",
        "estimand": estimand_of(Strategy(strategy), shift=shift),
        "imputations": imputations,
        "imputed_treated": int((missing & arm).sum()),
        "imputed_controls": int((missing & ~arm).sum()),
        "delta": float(delta),
        "confidence": confidence,
    }
    trial = shifted_trial(drawn, form=form)
    if trial is None:
        return ImputedAnalysis(ImputedStatus.TOO_FEW, **head)
    pooled = trial.at(np.array([delta]))
    estimate, error = float(pooled.estimate[0]), float(pooled.standard_error[0])
    free = float(pooled.degrees_of_freedom[0])
    low, high, p_value = t_interval(estimate, error, free=free, confidence=confidence)
    between = float(pooled.between[0])
    return ImputedAnalysis(
        ImputedStatus.CONVERGED,
        **head,
        estimate=estimate,
        standard_error=error,
        df=free,
        low=low,
        high=high,
        p_value=p_value,
        within=float(pooled.within[0]),
        between=between,
        fraction_missing=float(pooled.fraction_missing[0]),
        monte_carlo_error=float(np.sqrt(between / imputations)),
    )


def shifted_trial(drawn: ImputedScores, *, form: DeltaForm | str) -> ShiftedTrial | None:
    """The analyses of one trial's draws at any delta; None where the trial cannot be analysed."""
    if len(drawn.scores) != 1:
        raise InputError(f"{len(drawn.scores)} trials were given; give the draws of one")
    line = arm_line(drawn)
    if not (drawn.regular[0] and line.stands[0]):
        return None
    after = drawn.after_leaving.astype(float)
    if DeltaForm(form) is DeltaForm.AT_VISIT:
        after = (after > 0.0).astype(float)
    shift = (after * (drawn.covariates[:, :, 1] > 0.5))[:, None]
    left, moved = line.leftover(drawn.scores)[0], line.leftover(shift)[0, 0]
    scale = line.factor[0] / line.freedom
    powers = [(left**2).sum(axis=1), 2.0 * left @ moved, np.full(len(left), moved @ moved)]
    if not (powers[0] > 0.0).all():
        return None
    return ShiftedTrial(
        estimates=line.estimates(drawn.scores)[0],
        slope=float(line.estimates(shift)[0, 0]),
        variances=scale * np.column_stack(powers),
        freedom=line.freedom,
    )


def estimand_of(strategy: Strategy, *, shift: str = "") -> str:
    """What is estimated, in words."""
    more = f";{shift.removeprefix(',')}" if shift else ""
    return (
        "Difference between arms in the mean outcome at the visit, in everybody randomised, had"
        " everybody lived until then (hypothetical strategy for death), "
        f"{_AFTER_LEAVING[strategy]}{more}."
    )


def _shift_words(delta: float, form: DeltaForm) -> str:
    if delta == 0.0:
        return ""
    each = " for every visit since" if form is DeltaForm.PER_VISIT else ""
    return f", the treated who left shifted by {delta:g} points{each}"
