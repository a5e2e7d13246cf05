"""How sure a contrast of fixed effects is: standard error, degrees of freedom, small-sample repair.

    Satterthwaite   ν = 2 (l'Φl)² / (g'Ag),   g = ∂(l'Φl)/∂θ,   A = (observed information of θ)⁻¹
    Kenward–Roger   Φ + 2Φ{Σ_hk A_hk (Q_hk − P_hΦP_k − ¼R_hk)}Φ in place of Φ in the standard error;
                    for one contrast ν is Satterthwaite's

P_h = −X'Σ⁻¹Σ_hΣ⁻¹X, Q_hk = X'Σ⁻¹Σ_hΣ⁻¹Σ_kΣ⁻¹X, R_hk = X'Σ⁻¹Σ_hkΣ⁻¹X; Σ_h: derivative in θ_h.
The linear form leaves R out (ddfm=kenwardroger(firstorder) in SAS, Kenward-Roger-Linear in mmrm);
the two are one where Σ is linear in θ. In words: the variances were estimated too; Satterthwaite
widens the t distribution for it, Kenward–Roger also the standard error.
References: Satterthwaite 1946, doi:10.2307/3002019; Kenward & Roger 1997, doi:10.2307/2533558;
Kenward & Roger 2009, doi:10.1016/j.csda.2008.12.013.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.endpoint.mmrm.mmrm_covariance import Shape, pairs_of
from slopewise.endpoint.mmrm.mmrm_likelihood import Point
from slopewise.endpoint.mmrm.mmrm_sums import Sums

__all__ = ["adjusted_covariance", "satterthwaite"]


def satterthwaite(
    shape: Shape,
    point: Point,
    contrast: Float[Array, "trials effects"],
    *,
    uncertainty: Float[Array, "trials parameters parameters"],
) -> tuple[Float[Array, " trials"], Float[Array, " trials"]]:
    """Model-based variance of the contrast, and its degrees of freedom."""
    line = (point.phi @ contrast[:, :, None])[:, :, 0]
    variance = (line * contrast).sum(axis=1)
    by_entry = -(line[:, None, None, :] @ point.pulls @ line[:, None, :, None])[:, :, 0, 0]
    slope = (by_entry[:, None, :] @ shape.jacobian(point.theta))[:, 0]
    spread = (slope[:, None, :] @ uncertainty @ slope[:, :, None])[:, 0, 0]
    return variance, 2.0 * variance**2 / spread


def adjusted_covariance(
    sums: Sums,
    shape: Shape,
    point: Point,
    *,
    uncertainty: Float[Array, "trials parameters parameters"],
    linear: bool,
) -> Float[Array, "trials effects effects"]:
    """Kenward and Roger's covariance of the fixed effects."""
    first, second, number = pairs_of(shape.visits)
    jacobian = shape.jacobian(point.theta)
    among = jacobian @ uncertainty @ np.swapaxes(jacobian, 1, 2)
    # Σ_st A_st E_s ⊗ E_t, then its middle indices are closed by Σ⁻¹ of each pattern
    four = among[:, number][:, :, :, number]
    weights = point.weights
    inner = np.einsum("nabcd,npbc->npad", four, weights)
    middle = weights @ inner @ weights
    bend = None if linear else shape.second(point.theta)
    if bend is not None:
        both = sums.seen[:, :, None] & sums.seen[:, None, :]
        turned = np.einsum("nshk,nhk->ns", bend, uncertainty)[:, number]
        middle = middle - 0.25 * (weights @ (turned[:, None] * both) @ weights)
    middle = 0.5 * (middle + np.swapaxes(middle, 2, 3))
    packed = np.moveaxis(middle[..., first, second], 1, 2)[:, None]
    whole = sums.normal(packed)[:, 0]
    trials, pairs, effects, _ = point.pulls.shape
    mixed = among @ point.pulls.reshape(trials, pairs, -1)
    left = np.swapaxes(point.pulls @ point.phi[:, None], 1, 2).reshape(trials, effects, -1)
    crossed = left @ mixed.reshape(trials, pairs * effects, effects)
    return np.asarray(point.phi + 2.0 * point.phi @ (whole - crossed) @ point.phi)
