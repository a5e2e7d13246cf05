"""The baseline hazard over time: its log at a month, and its weight at the nodes of an interval.

    Weibull     log h0(t) = b + log k + (k − 1) log t        (b = log_baseline, k = weibull_shape)
    piecewise   log h0(t) = b_j on the j-th interval
    spline      log h0(t) = Σ b_j B_j(t), cubic B-splines

An interval's cumulative hazard ∫ h0(t) exp(η(t)) dt is Σ_q c_q exp(η(t_q)) at its two nodes. For
the Weibull the weights c are those of product integration (exact for exp(η) linear in t, whatever
the shape, also where h0 is infinite at 0); else Gauss-Legendre weights times h0 at the node.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.joint.cohort import Cohort
from slopewise.progression.joint.specification import Baseline, BaselineKind

__all__ = ["BaselineGrid", "baseline_grid", "baseline_names", "quantile_cuts"]

_EDGE = 0.2125  # keeps product weights positive: the mean time lies between the nodes


@dataclass(frozen=True)
class BaselineGrid:
    """The baseline hazard of one cohort as a function of its parameters."""

    baseline: Baseline
    start: Float[Array, "intervals patients"]
    end: Float[Array, "intervals patients"]
    node_month: Float[Array, "nodes patients"]
    node_basis: Float[Array, "nodes patients coefficients"] | None  # piecewise and spline
    last_month: Float[Array, " patients"]
    last_basis: Float[Array, "patients coefficients"] | None

    def log_node_weights(
        self, coefficients: Float[Array, "components coefficients"]
    ) -> tuple[Float[Array, "nodes components patients"], Float[Array, "..."]]:
        """log c at the nodes (−inf where not at risk) and its derivative by each coefficient.

        The derivative has shape (coefficients, nodes, components, patients).
        """
        if self.baseline.kind is BaselineKind.WEIBULL:
            return self._weibull_weights(coefficients)
        assert self.node_basis is not None
        width = np.repeat(self.end - self.start, 2, axis=0) / 2.0
        with np.errstate(divide="ignore"):
            log_width = np.log(width)[:, None, :]
        found = log_width + np.einsum("gnj,cj->gcn", self.node_basis, coefficients)
        slope = np.moveaxis(self.node_basis, -1, 0)[:, :, None, :]
        return found, slope

    def log_hazard_at_end(
        self, coefficients: Float[Array, "components coefficients"]
    ) -> tuple[Float[Array, "components patients"], Float[Array, "..."]]:
        """log h0 at the end and its derivative (coefficients, components, patients)."""
        if self.baseline.kind is BaselineKind.WEIBULL:
            log_t = np.log(np.maximum(self.last_month, 1e-12))
            shape = np.exp(coefficients[:, 1])[:, None]
            found = coefficients[:, :1] + np.log(shape) + (shape - 1.0) * log_t
            return found, np.stack([np.ones_like(found), 1.0 + shape * log_t])
        assert self.last_basis is not None
        found = coefficients @ self.last_basis.T
        return found, self.last_basis.T[:, None, :]

    def _weibull_weights(self, coefficients: Array) -> tuple[Array, Array]:
        """Product integration of k t^(k−1) e^b; coefficients are (b, log k)."""
        k = np.exp(coefficients[:, 1])[None, :, None]
        a, b = self.start[:, None, :], self.end[:, None, :]
        (zeroth, d_zeroth), (first, d_first) = _moments(a, b, k)
        width = np.where(b > a, b - a, 1.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (first / zeroth - a) / width
            d_mean = (d_first - first / zeroth * d_zeroth) / zeroth / width
        inside = (mean > _EDGE) & (mean < 1.0 - _EDGE)
        mean = np.clip(np.where(b > a, mean, 0.5), _EDGE, 1.0 - _EDGE)
        d_mean = np.where(inside & (b > a), d_mean, 0.0)
        share = 0.5 + np.sqrt(3.0) * (mean - 0.5)  # of the later node
        d_share = np.sqrt(3.0) * d_mean
        both = np.stack([1.0 - share, share], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_weight = coefficients[:, 0][None, None, :, None] + np.log(zeroth[:, None] * both)
            d_log = d_zeroth[:, None] / zeroth[:, None] + np.stack([-d_share, d_share], 1) / both
        nodes = (-1, *log_weight.shape[2:])
        log_weight = np.where(np.isfinite(log_weight), log_weight, -np.inf).reshape(nodes)
        d_shape = np.where(np.isfinite(d_log), d_log * k[:, None], 0.0).reshape(nodes)
        return log_weight, np.stack([np.ones_like(d_shape), d_shape])


def _moments(a: Array, b: Array, k: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """∫ k t^(k−1) dt and ∫ k t^k dt over a..b, each with its derivative by k."""

    def power(t: Array, exponent: Array) -> tuple[Array, Array]:
        positive = t > 0
        log_t = np.log(np.where(positive, t, 1.0))
        value = np.where(positive, np.exp(exponent * log_t), 0.0)
        return value, value * log_t

    (b0, db0), (a0, da0) = power(b, k), power(a, k)
    (b1, db1), (a1, da1) = power(b, k + 1.0), power(a, k + 1.0)
    ratio = k / (k + 1.0)
    first = ratio * (b1 - a1)
    d_first = (b1 - a1) / (k + 1.0) ** 2 + ratio * (db1 - da1)
    return (b0 - a0, db0 - da0), (first, d_first)


def baseline_names(baseline: Baseline) -> tuple[str, ...]:
    """Names of the coefficients on the working scale."""
    if baseline.kind is BaselineKind.WEIBULL:
        return ("log_baseline", "log_weibull_shape")
    count = baseline.pieces + (4 if baseline.kind is BaselineKind.SPLINE else 0)
    word = "log_hazard" if baseline.kind is BaselineKind.PIECEWISE else "log_hazard_spline"
    return tuple(f"{word}.{number + 1}" for number in range(count))


def quantile_cuts(baseline: Baseline, event_months: Float[Array, " events"]) -> tuple[float, ...]:
    """Cuts (piecewise) or interior knots (spline) at equal shares of the events."""
    if baseline.kind is BaselineKind.WEIBULL:
        return ()
    cuts = baseline.pieces - 1 if baseline.kind is BaselineKind.PIECEWISE else baseline.pieces
    if cuts == 0 or len(event_months) == 0:
        return ()
    return tuple(np.unique(np.quantile(event_months, np.arange(1, cuts + 1) / (cuts + 1))).tolist())


def baseline_grid(
    cohort: Cohort, baseline: Baseline, cuts: tuple[float, ...], last: float
) -> BaselineGrid:
    """Prepare the baseline on a cohort's nodes; `last` (month) ends the spline's range."""
    end = cohort.follow_up.end_month
    node_basis = last_basis = None
    if baseline.kind is not BaselineKind.WEIBULL:
        node_basis = _basis(baseline, cuts, last, cohort.node_month)
        last_basis = _basis(baseline, cuts, last, end)
    return BaselineGrid(
        baseline=baseline,
        start=cohort.interval_start,
        end=cohort.interval_end,
        node_month=cohort.node_month,
        node_basis=node_basis,
        last_month=end,
        last_basis=last_basis,
    )


def _basis(baseline: Baseline, cuts: tuple[float, ...], last: float, month: Array) -> Array:
    """The basis functions at given months, on a new last axis; constant beyond the range."""
    if baseline.kind is BaselineKind.PIECEWISE:
        place = np.searchsorted(np.asarray(cuts), month, side="left")
        return np.eye(len(cuts) + 1)[place]
    from scipy.interpolate import BSpline

    knots = np.concatenate([np.zeros(4), cuts, np.full(4, last)])
    inside = np.clip(month, 0.0, last)
    found: Array = BSpline.design_matrix(inside.ravel(), knots, 3).toarray()
    return found.reshape(*month.shape, -1)
