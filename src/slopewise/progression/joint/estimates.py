"""Named parameters with units and standard errors, from the working vector and its information."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.joint.layout import Layout, covariance_factor
from slopewise.progression.joint.specification import BaselineKind, Marker

__all__ = ["Estimate", "estimates", "natural_values", "reorder_classes"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One parameter: its estimate, standard error (None when it cannot be had) and unit."""

    estimate: float
    standard_error: float | None
    unit: str


def estimates(
    layout: Layout,
    working: Float[Array, " size"],
    covariance: Float[Array, "size size"] | None,
    *,
    undetermined: tuple[int, ...] = (),
) -> dict[str, Estimate]:
    """Every parameter on its natural scale; standard errors by the delta method.

    A parameter that moves with an `undetermined` working entry has no standard error.
    """
    named = natural_values(layout, working)
    values = np.array([value for value, _ in named.values()])
    errors = np.full(len(values), np.nan)
    if covariance is not None:
        jacobian = _jacobian(layout, working, len(values))
        with np.errstate(invalid="ignore"):
            errors = np.sqrt(np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian))
        moves = np.abs(jacobian[:, list(undetermined)]).max(axis=1, initial=0.0)
        errors[moves > 1e-6 * np.maximum(np.abs(values), 1e-6)] = np.nan
    return {
        name: Estimate(
            float(value), float(error) if np.isfinite(error) and error > 0.0 else None, unit
        )
        for (name, (value, unit)), error in zip(named.items(), errors, strict=True)
    }


def _jacobian(layout: Layout, working: Array, count: int) -> Array:
    columns = []
    for i in range(layout.size):
        step = np.zeros(layout.size)
        step[i] = 1e-5 * max(1.0, abs(working[i]))
        up, down = (natural_values(layout, working + sign * step) for sign in (1, -1))
        difference = [u[0] - d[0] for u, d in zip(up.values(), down.values(), strict=True)]
        columns.append(np.array(difference) / (2.0 * step[i]))
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0))


def natural_values(layout: Layout, working: Float[Array, " size"]) -> dict[str, tuple[float, str]]:
    """Name → (value, unit) of every parameter on its natural scale."""
    found: dict[str, tuple[float, str]] = {}
    take = {name: layout.take(working[None], name)[0] for name in layout.blocks}
    model = layout.model
    _weights(layout, take, found)
    for k, class_name in enumerate(model.class_names):
        for j, marker in enumerate(model.markers):
            end = _ending(layout, marker, class_name)
            found[f"mean_level{end}"] = (float(take["mean_level"][k, j]), marker.unit)
            found[f"mean_slope{end}"] = (float(take["mean_slope"][k, j]), f"{marker.unit}/month")
        _spreads(layout, take, k, found)
        for j, marker in enumerate(model.markers):
            end = _ending(layout, marker, class_name)
            found[f"residual_sd{end}"] = (float(np.exp(take["log_residual_sd"][k, j])), marker.unit)
    if model.wander:
        found["wander_months"] = (float(np.exp(take["log_wander_months"][0])), "months")
    _covariates(layout, take, found)
    if model.survival:
        _hazard(layout, take, found)
    if model.slowing:
        found["slowing"] = (float(take["slowing"][0]), "fraction of decline")
    return found


def _ending(layout: Layout, marker: Marker, class_name: str) -> str:
    several = f".{marker.name}" if len(layout.model.markers) > 1 else ""
    return several + (f".{class_name}" if class_name else "")


def _weights(layout: Layout, take: dict[str, Array], found: dict[str, tuple[float, str]]) -> None:
    model = layout.model
    if model.classes == 1:
        return
    logits = np.append(0.0, take["weight"][:, 0])
    weights = np.exp(logits - np.logaddexp.reduce(logits))
    for name, weight in zip(model.class_names, weights, strict=True):
        found[f"class_weight.{name}"] = (float(weight), "share")
    for i, covariate in enumerate(model.class_covariates):
        for name, value in zip(model.class_names[1:], take["weight"][:, 1 + i], strict=True):
            found[f"class:{covariate}.{name}"] = (float(value), f"log odds per unit of {covariate}")


def _spreads(
    layout: Layout, take: dict[str, Array], k: int, found: dict[str, tuple[float, str]]
) -> None:
    """Standard deviations and correlations of random effects and wander of one class."""
    model = layout.model
    markers, class_name = model.markers, model.class_names[k]
    j = len(markers)
    sd, correlation = _split(covariance_factor(take["random_effects"][k], 2 * j))
    tails = [_ending(layout, marker, "") for marker in markers]
    end = f".{class_name}" if class_name else ""
    names = [f"level{tail}" for tail in tails] + [f"slope{tail}" for tail in tails]
    units = [m.unit for m in markers] + [f"{m.unit}/month" for m in markers]
    for name, value, unit in zip(names, sd, units, strict=True):
        found[f"sd_{name}{end}"] = (float(value), unit)
    if j == 1:
        found[f"correlation{end}"] = (float(correlation[1, 0]), "-")
    else:
        for a in range(2 * j):
            for b in range(a):
                found[f"correlation.{names[b]}.{names[a]}{end}"] = (float(correlation[a, b]), "-")
    if not model.wander:
        return
    sd, correlation = _split(covariance_factor(take["wander"][k], j))
    for a, marker in enumerate(markers):
        found[f"wander_sd{tails[a]}{end}"] = (float(sd[a]), f"{marker.unit}/month")
        for b in range(a):
            name = f"wander_correlation{tails[b]}{tails[a]}{end}"
            found[name] = (float(correlation[a, b]), "-")


def _split(factor: Array) -> tuple[Array, Array]:
    covariance = factor @ factor.T
    sd = np.sqrt(np.diag(covariance))
    return sd, covariance / np.outer(sd, sd)


def _covariates(
    layout: Layout, take: dict[str, Array], found: dict[str, tuple[float, str]]
) -> None:
    model = layout.model
    for what, per_month in (("level", ""), ("slope", "/month")):
        for i, covariate in enumerate(getattr(model, f"{what}_covariates")):
            for j, marker in enumerate(model.markers):
                name = f"{what}:{covariate}{_ending(layout, marker, '')}"
                value = float(take[f"{what}_covariates"][i, j])
                found[name] = (value, f"{marker.unit}{per_month} per unit of {covariate}")


def _hazard(layout: Layout, take: dict[str, Array], found: dict[str, tuple[float, str]]) -> None:
    model, baseline = layout.model, take["baseline"]
    if model.baseline.kind is BaselineKind.WEIBULL:
        found["log_baseline"] = (float(baseline[0]), "log events/month at the reference value")
        found["weibull_shape"] = (float(np.exp(baseline[1])), "-")
    else:
        word = (
            "log_hazard" if model.baseline.kind is BaselineKind.PIECEWISE else "log_hazard_spline"
        )
        for i, value in enumerate(baseline):
            found[f"{word}.{i + 1}"] = (float(value), "log events/month at the reference value")
    for what, per_month in (("value", ""), ("slope", "/month")):
        for j, value in enumerate(take[f"association_{what}"]):
            marker = model.markers[j]
            unit = f"log hazard ratio per {marker.unit}{per_month}"
            found[f"association_{what}{_ending(layout, marker, '')}"] = (float(value), unit)
    for covariate, value in zip(model.hazard_covariates, take["hazard_covariates"], strict=True):
        found[f"hazard:{covariate}"] = (float(value), f"log hazard ratio per unit of {covariate}")
    if model.direct_effect:
        direct = float(take["direct_log_hazard_ratio"][0])
        found["direct_log_hazard_ratio"] = (direct, "log hazard ratio under full exposure")


def reorder_classes(layout: Layout, working: Float[Array, " size"]) -> Float[Array, " size"]:
    """The same model with classes named in order: slowest decline of the first marker first."""
    model = layout.model
    if model.classes == 1:
        return working
    worse = 1.0 if model.markers[0].falling_is_worse else -1.0
    order = np.argsort(-worse * layout.take(working[None], "mean_slope")[0, :, 0])
    moved = working.copy()
    for name in ("mean_level", "mean_slope", "random_effects", "wander", "log_residual_sd"):
        place, shape = layout.blocks[name]
        if np.prod(shape):
            moved[place] = working[place].reshape(shape)[order].ravel()
    place, shape = layout.blocks["weight"]
    logits = np.concatenate([np.zeros((1, shape[1])), working[place].reshape(shape)])[order]
    moved[place] = (logits[1:] - logits[0]).ravel()
    return moved
