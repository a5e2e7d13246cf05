"""How much worse must the treated who left have done, until the result is gone?

    tipping point = the delta nearest to 0 at which p(δ) > 1 − confidence

p(δ): of the pooled analysis after a shift of δ points for the treated who left, with the same draws
for all δ. The estimate is a straight line in δ, and at δ = −estimate / slope it is 0, so the point
lies before that; it is found on a grid of 1,000 steps and then by halving. In words: if
nobody believes that those who left did that much worse, the result does not hang on what was not
seen. It is no probability.
References: Carpenter & Kenward 2013, chapter 10, doi:10.1002/9781119942283; ICH E9(R1) 2019,
section A.5.2.1.
Status: double (the analysis repeated at each delta).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from slopewise.endpoint.imputation.imputed_analysis import DeltaForm, shifted_trial
from slopewise.endpoint.imputation.imputed_scores import ImputedScores

__all__ = ["TippingPoint", "TippingStatus", "find_tipping_point"]

_STEPS, _HALVINGS = 1_000, 60


class TippingStatus(StrEnum):
    """Whether there is such a point."""

    FOUND = "found"
    NOT_SIGNIFICANT = "not_significant"  # without any shift already
    NOBODY_LEFT = "nobody_left"  # of the treated: there is nobody to shift
    TOO_FEW = "too_few"  # the trial cannot be analysed


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """Points (per visit, or at the visit), and the answer there."""

    status: TippingStatus
    form: DeltaForm
    confidence: float
    delta: float | None = None
    estimate: float | None = None
    standard_error: float | None = None
    p_value: float | None = None
    mean_shift: float | None = None  # of the treated arm's mean, points


def find_tipping_point(
    drawn: ImputedScores,
    *,
    form: DeltaForm | str = DeltaForm.PER_VISIT,
    confidence: float = 0.95,
) -> TippingPoint:
    """The tipping point of one trial's draws."""
    chosen = DeltaForm(form)
    trial = shifted_trial(drawn, form=chosen)
    if trial is None:
        return TippingPoint(TippingStatus.TOO_FEW, chosen, confidence)
    level = 1.0 - confidence
    if float(trial.at(np.zeros(1)).p_value[0]) > level:
        return TippingPoint(TippingStatus.NOT_SIGNIFICANT, chosen, confidence)
    if trial.slope <= 0.0:
        return TippingPoint(TippingStatus.NOBODY_LEFT, chosen, confidence)
    # beyond this one the difference would point the other way
    end = -float(trial.estimates.mean()) / trial.slope
    grid = np.linspace(0.0, end, _STEPS + 1)
    gone = int(np.argmax(trial.at(grid).p_value > level))
    low, high = float(grid[gone - 1]), float(grid[gone])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if float(trial.at(np.array([middle])).p_value[0]) > level:
            high = middle
        else:
            low = middle
    there = trial.at(np.array([high]))
    return TippingPoint(
        TippingStatus.FOUND,
        chosen,
        confidence,
        delta=high,
        estimate=float(there.estimate[0]),
        standard_error=float(there.standard_error[0]),
        p_value=float(there.p_value[0]),
        mean_shift=high * trial.slope,
    )
