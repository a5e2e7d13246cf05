"""Treatment's effect on survival, split: through function (indirect), beside it (direct), total.

log HR(h) = log(−log S1(h)) − log(−log S0(h)),   S the chance to live h months, averaged over
people like those of the model, at mean covariates

total     slowing θ and the direct hazard ratio both act, against neither
indirect  θ alone, against neither: what slower decline does to the hazard by the association
direct    total − indirect: what is left beside function
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.forecasting.forecaster import Forecaster
from slopewise.progression.forecasting.prediction import predict
from slopewise.progression.joint.cohort import FollowUp, Measurements

__all__ = ["EffectOnSurvival", "effects_on_survival"]


@dataclass(frozen=True)
class EffectOnSurvival:
    """Log hazard ratios over `horizon` months with 90 % ranges over the forecaster's draws."""

    horizon: float
    total: tuple[float, float, float]  # estimate (first draw), low, high
    indirect: tuple[float, float, float]
    direct: tuple[float, float, float]
    survival_treated: float
    survival_untreated: float


def effects_on_survival(
    forecaster: Forecaster, *, horizons: Sequence[float], slowing: float | None = None
) -> tuple[EffectOnSurvival, ...]:
    """Effects of full exposure from month 0, for each horizon.

    `slowing` fixes θ where the model did not estimate it (a scenario). Raises InputError for a
    model without survival, or with neither slowing nor direct effect nor a given θ. Where nobody
    or everybody has the event there is no ratio, and the answer is empty.
    """
    model = forecaster.layout.model
    if not model.survival:
        raise InputError("the model has no survival; fit one with an association")
    if not (model.slowing or model.direct_effect or slowing is not None):
        raise InputError("the model has no treatment effect; fit with --slowing or give a slowing")
    rows = [_of_draw(forecaster, draw, tuple(horizons), slowing) for draw in forecaster.draws]
    survival = np.array(rows)  # draws, scenarios, horizons
    survival = survival[np.all((survival > 0.0) & (survival < 1.0), axis=(1, 2))]
    if len(survival) < len(rows):  # a ratio of rates that are nil or without end means nothing
        return ()
    hazard = np.log(-np.log(survival))
    total = hazard[:, 1] - hazard[:, 0]
    indirect = hazard[:, 2] - hazard[:, 0]
    return tuple(
        EffectOnSurvival(
            horizon=float(horizon),
            total=_range(total[:, h]),
            indirect=_range(indirect[:, h]),
            direct=_range(total[:, h] - indirect[:, h]),
            survival_treated=float(survival[0, 1, h]),
            survival_untreated=float(survival[0, 0, h]),
        )
        for h, horizon in enumerate(horizons)
    )


def _of_draw(
    forecaster: Forecaster, draw: Array, horizons: tuple[float, ...], slowing: float | None
) -> list[Float[Array, " horizons"]]:
    """Survival untreated, treated, and treated without the direct effect."""
    layout = forecaster.layout
    if slowing is not None and not layout.model.slowing:
        raise InputError("a scenario's slowing needs a model laid out with slowing")
    treated = draw.copy()
    if slowing is not None:
        treated[layout.blocks["slowing"][0]] = slowing
    through_function = treated.copy()
    through_function[layout.blocks["direct_log_hazard_ratio"][0]] = 0.0
    found = []
    for working, exposure in ((treated, 0.0), (treated, 1.0), (through_function, 1.0)):
        alone = replace(forecaster, draws=working[None])
        nobody = np.zeros(0)
        prediction = predict(
            alone,
            Measurements(nobody.astype(int), nobody, nobody.astype(int), nobody),
            FollowUp(np.zeros(1), np.zeros(1), np.zeros(1, dtype=bool)),
            horizons=horizons,
            covariates={name: np.array([mean]) for name, mean in alone.covariate_means.items()},
            exposure=exposure,
        )
        assert prediction.survival is not None
        found.append(prediction.survival[0])
    return found


def _range(values: Float[Array, " draws"]) -> tuple[float, float, float]:
    low, high = np.quantile(values, (0.05, 0.95))
    return float(values[0]), float(low), float(high)
