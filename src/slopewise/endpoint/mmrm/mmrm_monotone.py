"""The unstructured repeated-measures model in closed form, for people who leave and never return.

With the visits that were seen nested in one another, the model is one regression after another,

    y_t = x'γ_t + Σ_{s<t} φ_ts y_s + e_t,   e_t ~ N(0, σ_t²),   over those seen at visit t,

and as γ_t = β_t − Σ φ_ts β_s has the Jacobian 1, the restricted likelihood is a product too. Least
squares gives γ_t and φ_t; σ_t² is the residual square over n_t − p (REML: p columns of x) or n_t
(ML). With L = (I − φ)⁻¹ and w = a'L for a comparison Σ a_t β_t, g_t = (X_t'X_t)⁻¹ at the arm and
S_t the squares of y_1 … y_{t−1} about X_t,

    estimate  Σ w_t γ_t,                v = Σ w_t² σ_t² g_t
    information of φ_t: S_t/σ_t²,       of log σ_t²: (n_t − p)/2,       blocks independent
    ∂v/∂φ_ts = 2 w_t Σ_u L_su w_u σ_u² g_u,       ∂v/∂log σ_t² = w_t² σ_t² g_t
    df = 2 v² / (g'Ag)                                                (Satterthwaite)
    Kenward and Roger: v + 2 Σ_t w_t² tr σ_t² S_t⁻¹ (g_t Σ − V)_{<t},    V: covariance of the β_s

Neither df nor the correction depends on how the covariance is parametrised, so these are the
numbers of the general search, without a search.
References: Rubin 1974, doi:10.1080/01621459.1974.10480157 (factored likelihood); Kenward & Roger
1997, doi:10.2307/2533558. Status: double (the general search), which is checked against R and SAS.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

__all__ = ["Monotone", "is_monotone", "monotone_contrast"]

ARM = 1  # place of the arm among the covariates
_PIVOT = 1e-11  # least part of a square that is left after the columns before


@dataclass(frozen=True, eq=False, slots=True)
class Monotone:
    """The comparison of each trial; where not `stands` the numbers are 0."""

    stands: Bool[Array, " trials"]
    estimate: Float[Array, " trials"]
    variance: Float[Array, " trials"]
    degrees_of_freedom: Float[Array, " trials"]


@dataclass(frozen=True, eq=False, slots=True)
class _Visit:
    """The regression at one visit: γ and its g at the arm, φ, σ², S⁻¹, and the degrees of σ²."""

    stands: Bool[Array, " trials"]
    arm: Float[Array, " trials"]
    leverage: Float[Array, " trials"]
    earlier: Float[Array, "trials before"]
    variance: Float[Array, " trials"]
    inverse: Float[Array, "trials before before"]
    freedom: Float[Array, " trials"]


def is_monotone(seen: Bool[Array, "trials people visits"]) -> bool:
    """Whether nobody returns after a missed visit."""
    return not bool((seen[:, :, 1:] & ~seen[:, :, :-1]).any())


def monotone_contrast(
    outcome: Float[Array, "trials people visits"],
    seen: Bool[Array, "trials people visits"],
    covariates: Float[Array, "trials people covariates"],
    *,
    weights: Float[Array, " visits"],
    reml: bool,
    adjusted: bool,
) -> Monotone:
    """Compare the arms; `weights` of the visits, `adjusted` enlarges the variance (REML).

    Visits after the last with a weight have no part in the answer.
    """
    last = int(np.flatnonzero(weights)[-1]) + 1
    width = covariates.shape[2]
    filled = np.where(seen[:, :, :last], outcome[:, :, :last], 0.0)
    columns = np.concatenate([covariates, filled], axis=2)
    with np.errstate(all="ignore"):  # trials that do not stand may hold anything
        visits = [
            _regression(columns[:, :, : width + t + 1], seen[:, :, t], width, reml=reml)
            for t in range(last)
        ]
        return _contrast(visits, weights[:last], adjusted=adjusted)


def _regression(
    columns: Float[Array, "trials people columns"],
    seen: Bool[Array, "trials people"],
    width: int,
    *,
    reml: bool,
) -> _Visit:
    """The last column on those before it, over who was seen."""
    own = columns * seen[:, :, None]
    gram = np.swapaxes(own, 1, 2) @ own
    size = gram.shape[1]
    root, stands = _root(gram)
    unit = root[:, :-1, :-1]
    inverted = np.linalg.inv(unit)
    found = (root[:, -1:, :-1] @ inverted)[:, 0]
    counted = seen.sum(axis=1).astype(float)
    freedom = counted - width if reml else counted
    stands &= counted > size - 1
    inside = inverted[:, :width, :width]
    outside = inverted[:, width:, width:]
    return _Visit(
        stands=stands,
        arm=found[:, ARM],
        leverage=(inside[:, :, ARM] ** 2).sum(axis=1),
        earlier=found[:, width:],
        variance=root[:, -1, -1] ** 2 / np.maximum(freedom, 1.0),
        inverse=np.swapaxes(outside, 1, 2) @ outside,
        freedom=np.maximum(freedom, 1.0),
    )


def _root(gram: Float[Array, "trials size size"]) -> tuple[Array, Bool[Array, " trials"]]:
    """Lower triangular root of each matrix, and which ones have one that is not rounding alone."""
    scale = np.sqrt(np.maximum(np.einsum("nii->ni", gram), 1e-300))
    unit = gram / (scale[:, :, None] * scale[:, None, :])
    try:
        root = np.linalg.cholesky(unit)
        stands = np.ones(len(gram), dtype=bool)
    except np.linalg.LinAlgError:  # somebody's: the others go on
        stands = np.linalg.eigvalsh(unit)[:, 0] > 1e-13
        root = np.linalg.cholesky(np.where(stands[:, None, None], unit, np.eye(unit.shape[1])))
    stands = stands & (np.einsum("nii->ni", root) ** 2 > _PIVOT).all(axis=1)
    return root * scale[:, :, None], stands


def _contrast(visits: list[_Visit], weights: Array, *, adjusted: bool) -> Monotone:
    """From the regressions to the comparison of the visits."""
    trials, many = len(visits[0].arm), len(visits)
    lower = np.zeros((trials, many, many))
    for t, visit in enumerate(visits):
        lower[:, t, :t] = -visit.earlier
    onward = np.linalg.inv(np.eye(many) + lower)  # L
    pull = weights @ onward  # w, one row a trial
    arm, leverage, variance = (
        np.stack([getattr(visit, name) for visit in visits], axis=1)
        for name in ("arm", "leverage", "variance")
    )
    own = pull**2 * variance * leverage
    total = own.sum(axis=1)
    spread = np.zeros(trials)
    extra = np.zeros(trials)
    reach = (onward @ (pull * variance * leverage)[:, :, None])[:, :, 0]
    sigma = beta = None
    if adjusted:
        sigma = (onward * variance[:, None, :]) @ np.swapaxes(onward, 1, 2)
        beta = (onward * (variance * leverage)[:, None, :]) @ np.swapaxes(onward, 1, 2)
    for t, visit in enumerate(visits):
        spread += 2.0 * own[:, t] ** 2 / visit.freedom
        if not t:
            continue
        slope = 2.0 * pull[:, t, None] * reach[:, :t]
        carried = (visit.inverse @ slope[:, :, None])[:, :, 0]
        spread += visit.variance * (slope * carried).sum(axis=1)
        if sigma is not None and beta is not None:
            gap = visit.leverage[:, None, None] * sigma[:, :t, :t] - beta[:, :t, :t]
            extra += pull[:, t] ** 2 * visit.variance * (visit.inverse * gap).sum(axis=(1, 2))
    stands = np.logical_and.reduce([visit.stands for visit in visits]) & (spread > 0.0)
    stands &= np.isfinite(spread) & np.isfinite(total) & (total > 0.0)
    freedom = 2.0 * total**2 / np.where(stands, spread, 1.0)
    estimate = (pull * arm).sum(axis=1)
    numbers = (np.where(stands, one, 0.0) for one in (estimate, total + 2.0 * extra, freedom))
    return Monotone(stands, *numbers)
