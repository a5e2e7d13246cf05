"""What published trials let one expect of a new one: a Bayesian normal-normal model.

    y_i | θ_i ~ N(θ_i, s_i² + b_i²)     estimate of trial i, its standard error, its bias allowance
    θ_i | μ, τ ~ N(μ, τ²)               trials differ
    μ ~ N(m, d²), τ ~ half-normal(h)

Given τ everything is normal and closed; τ is integrated out by quadrature (Röver 2020,
doi:10.18637/jss.v093.i06). The predictive distribution of a new trial's θ is a mixture of normals
over τ, and is what a trial may be planned with. One patient's own θ spreads around the trial's.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.evidence.pooling.pooled_effect import AssumedSpread

__all__ = [
    "HierarchyPrior",
    "Mixture",
    "Predictive",
    "mean_with_assumed_spread",
    "predict_new_trial",
]

# assumption: as for one patient (response/slowing_profile), no effect is likeliest and 5 chances in
# 100 are left to a halving or more
SCEPTICAL_SD = 0.5 / 1.6449
# assumption: a half-normal scale of 0.25 leaves 5 chances in 100 to trials whose true slowing
# spreads with an SD above 0.49, from none to a full stop; weakly informative in the sense of
# Röver et al. 2021, doi:10.1002/jrsm.1475, who give no scale for a slowing
HETEROGENEITY_SCALE = 0.25
# assumption: patients of one trial differ in their slowing as widely as the sceptical prior lets
# one patient differ from no effect; no trial has measured it
PATIENT_SD = SCEPTICAL_SD

# assumption: of the average effect next to nothing is known where it stands beside a pooled one; on
# this scale 1 is a full stop
WIDE_SD = 10.0

_NODES = 400
_REACH = 9.0  # half-normal scales; beyond lies less than 1 in 10^18


@dataclass(frozen=True, slots=True)
class HierarchyPrior:
    """The prior of the mean slowing and of the spread between trials."""

    centre: float = 0.0
    sd: float = SCEPTICAL_SD
    heterogeneity_scale: float = HETEROGENEITY_SCALE


@dataclass(frozen=True, slots=True)
class Mixture:
    """A weighted mixture of normal distributions."""

    weights: Float[Array, " part"]
    means: Float[Array, " part"]
    sds: Float[Array, " part"]

    def density(self, at: Float[Array, " place"]) -> Float[Array, " place"]:
        z = (np.asarray(at)[:, None] - self.means) / self.sds
        parts = np.exp(-0.5 * z**2) / (self.sds * math.sqrt(2.0 * math.pi))
        return np.asarray(parts @ self.weights)

    def below(self, value: float) -> float:
        """Probability of lying below the value."""
        from scipy.special import ndtr

        return float(ndtr((value - self.means) / self.sds) @ self.weights)

    def quantile(self, probability: float) -> float:
        from scipy.optimize import brentq

        low = float(np.min(self.means - 12.0 * self.sds))
        high = float(np.max(self.means + 12.0 * self.sds))
        return float(brentq(lambda value: self.below(value) - probability, low, high, xtol=1e-12))

    def widened(self, sd: float) -> "Mixture":
        """With an independent normal spread of that SD added."""
        return Mixture(self.weights, self.means, np.hypot(self.sds, sd))


@dataclass(frozen=True, slots=True)
class Predictive:
    """Posterior of the mean slowing, and what it lets one expect of a new trial or patient.

    `spread_median` and its 90 % interval are of τ. Without any trial all is the prior.
    """

    mean: Mixture  # of μ
    new_trial: Mixture  # of a new trial's θ
    new_patient: Mixture  # of one patient's θ in a new trial: patients differ as assumed
    spread_low90: float
    spread_median: float
    spread_high90: float
    log_evidence: float  # log of the density of the trials' estimates under the model


def predict_new_trial(
    estimates: Sequence[float],
    standard_errors: Sequence[float],
    *,
    bias_sds: Sequence[float] | None = None,
    prior: HierarchyPrior | None = None,
    patient_sd: float = PATIENT_SD,
) -> Predictive:
    """The model's answer; `bias_sds` widen trials that may be biased (Turner et al. 2009).

    An allowance for bias adds variance and moves nothing (additive, centred on 0;
    doi:10.1111/j.1467-985X.2008.00547.x).
    """
    assumed = prior or HierarchyPrior()
    y, variances = _checked(estimates, standard_errors, bias_sds)
    tau, weights = _spreads(assumed.heterogeneity_scale)
    each = 1.0 / (variances + tau[:, None] ** 2)  # precision of each trial, by τ
    precision = each.sum(axis=1) + assumed.sd**-2
    centre = (each @ y + assumed.centre / assumed.sd**2) / precision
    log_marginal = (
        0.5 * np.log(each).sum(axis=1)
        - 0.5 * len(y) * math.log(2.0 * math.pi)
        - math.log(assumed.sd)
        - 0.5 * np.log(precision)
        - 0.5 * (each @ y**2 + (assumed.centre / assumed.sd) ** 2 - precision * centre**2)
    )
    top = float(log_marginal.max())
    posterior = weights * np.exp(log_marginal - top)
    total = float(posterior.sum())
    posterior = posterior / total
    mean = Mixture(posterior, centre, precision**-0.5)
    new_trial = Mixture(posterior, centre, np.hypot(precision**-0.5, tau))
    low, median, high = np.interp([0.05, 0.5, 0.95], np.cumsum(posterior) - posterior / 2, tau)
    return Predictive(
        mean=mean,
        new_trial=new_trial,
        new_patient=new_trial.widened(patient_sd),
        spread_low90=float(low),
        spread_median=float(median),
        spread_high90=float(high),
        log_evidence=top + math.log(total),
    )


def mean_with_assumed_spread(
    estimates: Sequence[float], standard_errors: Sequence[float]
) -> AssumedSpread | None:
    """The average slowing of few studies, with the half-normal spread between them assumed.

    Two studies hardly tell how much studies differ: Hartung–Knapp's interval then rests on one
    degree of freedom and may run from −3 to 3. This stands beside it, never in its place. None
    where nothing can be computed. Röver et al. 2021, doi:10.1002/jrsm.1475.
    """
    if not estimates:
        return None
    prior = HierarchyPrior(sd=WIDE_SD)
    with np.errstate(all="ignore"):
        found = predict_new_trial(estimates, standard_errors, prior=prior).mean
        if not all(np.isfinite(part).all() for part in (found.weights, found.means, found.sds)):
            return None
        low, median, high = (found.quantile(share) for share in (0.025, 0.5, 0.975))
    return AssumedSpread(len(estimates), median, low, high, prior.heterogeneity_scale, WIDE_SD)


def _checked(
    estimates: Sequence[float], errors: Sequence[float], bias_sds: Sequence[float] | None
) -> tuple[Array, Array]:
    y, s = np.asarray(estimates, dtype=float), np.asarray(errors, dtype=float)
    b = np.zeros_like(s) if bias_sds is None else np.asarray(bias_sds, dtype=float)
    if not y.shape == s.shape == b.shape:
        raise InputError(
            f"{len(y)} estimates, {len(s)} standard errors and {len(b)} allowances for bias; "
            "give one of each for a trial"
        )
    if not (np.all(np.isfinite(y)) and np.all(np.isfinite(s)) and np.all(np.isfinite(b))):
        raise InputError("an estimate or its error is not a number; leave that trial out")
    if np.any(s <= 0.0) or np.any(b < 0.0):
        raise InputError("a standard error must be above 0, an allowance for bias 0 or above")
    return y, s**2 + b**2


def _spreads(scale: float) -> tuple[Array, Array]:
    """Places of τ and the half-normal's probability there; closer together towards 0."""
    nodes, shares = _gauss_legendre()
    u, share = 0.5 * (nodes + 1.0), 0.5 * shares
    tau = _REACH * scale * u**2
    slope = 2.0 * _REACH * scale * u
    density = math.sqrt(2.0 / math.pi) / scale * np.exp(-0.5 * (tau / scale) ** 2)
    return tau, share * slope * density


@lru_cache(maxsize=1)
def _gauss_legendre() -> tuple[Array, Array]:
    """Places and weights on (-1, 1): always the same, and found by a large eigenvalue problem."""
    nodes, shares = np.polynomial.legendre.leggauss(_NODES)
    return nodes, shares
