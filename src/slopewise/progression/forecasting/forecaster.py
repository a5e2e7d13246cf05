"""What a forecast is made with: parameter draws of a model, from a fit or embedded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.progression.joint.layout import Layout, layout_of
from slopewise.progression.joint.specification import Association, Marker, ProgressionModel
from slopewise.progression.natural_history import NaturalHistory, embedded

if TYPE_CHECKING:
    from slopewise.progression.fitting.fit import ProgressionFit

__all__ = ["Forecaster", "embedded_forecaster", "forecaster_of_fit"]


@dataclass(frozen=True)
class Forecaster:
    """Parameter draws on the working scale and what is needed to use them on new patients."""

    layout: Layout
    draws: Float[Array, "draws size"]
    reference: Float[Array, " markers"]
    covariate_means: dict[str, float]
    last_month: float  # the data behind it end here; later months are extrapolated
    source: str
    event: str

    def plug_in(self) -> "Forecaster":
        """The first draw only (a fit's maximum): no parameter doubt, and much faster."""
        return Forecaster(
            self.layout,
            self.draws[:1],
            self.reference,
            self.covariate_means,
            self.last_month,
            self.source,
            self.event,
        )


def embedded_forecaster(natural_history: NaturalHistory | None = None) -> Forecaster:
    """The embedded natural history (or another): three classes, wander, survival."""
    history = natural_history or embedded()
    if history.hazard is None:
        raise InputError("this natural history has no hazard; calibrate it again")
    sets, hazard = history.parameter_sets, history.hazard
    model = ProgressionModel(
        markers=(Marker("alsfrs_total", "points", 0.0, 48.0, True, hazard.reference_value),),  # noqa: FBT003
        classes=sets.classes,
        association=Association.VALUE_SLOPE,
    )
    layout = layout_of(model, ())
    draws = np.zeros((len(sets), layout.size))

    def put(name: str, value: Array) -> None:
        place, _ = layout.blocks[name]
        draws[:, place] = value.reshape(len(sets), -1)

    put("weight", np.log(sets.weight[:, 1:] / sets.weight[:, :1]))
    put("mean_level", sets.mean_level)
    put("mean_slope", sets.mean_slope)
    left = np.sqrt(1.0 - sets.correlation**2)
    entries = [np.log(sets.sd_level), sets.correlation / left, np.log(sets.sd_slope * left)]
    put("random_effects", np.stack(entries, axis=-1))
    put("wander", np.log(np.maximum(sets.wander_sd, 1e-6)))
    put("log_wander_months", np.log(sets.wander_months))
    put("log_residual_sd", np.log(sets.residual_sd))
    put("baseline", np.stack([hazard.log_baseline, np.log(hazard.weibull_shape)], axis=-1))
    put("association_value", hazard.association_value)
    put("association_slope", hazard.association_slope)
    return Forecaster(
        layout=layout,
        draws=draws,
        reference=np.array([hazard.reference_value]),
        covariate_means={},
        last_month=18.0,  # its targets end there
        source=history.name,
        event=hazard.event,
    )


def forecaster_of_fit(
    fit: "ProgressionFit",
    *,
    draws: int = 200,
    generator: np.random.Generator,
    event: str = "the survival event as the data define it",
) -> Forecaster:
    """The maximum first, then draws of the normal approximation to the posterior."""
    covariance = fit.covariance
    if covariance is None or fit.status not in ("converged", "boundary"):
        raise InputError("the fit did not converge; forecasts from it would mean nothing")
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    spread = generator.standard_normal((max(draws - 1, 0), len(values))) @ root.T
    return Forecaster(
        layout=fit.layout,
        draws=np.concatenate([fit.working[None], fit.working + spread]),
        reference=fit.reference,
        covariate_means=dict(fit.covariate_means),
        last_month=fit.last_month,
        source=f"fit to {fit.patients} patients",
        event=event,
    )
