"""The baseline hazard over time: its log at a month, and its weight at the nodes of an interval.

    Weibull     log h0(t) = b + log k + (k − 1) log t        (b = log_baseline, k = weibull_shape)
    piecewise   log h0(t) = b_j on the j-th interval
    spline      log h0(t) = Σ b_j B_j(t), cubic B-splines

An interval's cumulative hazard ∫ h0(t) exp(η(t)) dt is Σ_q c_q exp(η(t_q)) at its nodes: two
Gauss-Legendre ones, or three Gauss-Radau ones where follow-up ends in it. For the Weibull the
weights c are those of product integration (exact for exp(η) linear or quadratic in t, whatever the
shape, also where h0 is infinite at 0); else the rule's weights times h0 at the node.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.progression.joint.cohort import LEGENDRE, RADAU, HazardNodes
from slopewise.progression.joint.specification import Baseline, BaselineKind

__all__ = ["BaselineGrid", "baseline_grid", "quantile_cuts"]

_LEAST_SHARE = 0.002  # of an interval's weight on a node: product weights stay positive
_RADAU_WEIGHTS = ((16.0 - np.sqrt(6.0)) / 36.0, (16.0 + np.sqrt(6.0)) / 36.0, 1.0 / 9.0)
# moments (1, mean, mean square) on 0..1 → weights on the nodes
_FROM_MOMENTS = {
    nodes: np.linalg.inv(np.vander(nodes, increasing=True).T) for nodes in (LEGENDRE, RADAU)
}


@dataclass(frozen=True)
class BaselineGrid:
    """The baseline hazard of one cohort as a function of its parameters."""

    baseline: Baseline
    nodes: HazardNodes
    node_basis: Float[Array, "nodes patients coefficients"] | None  # piecewise and spline

    def log_node_weights(
        self, coefficients: Float[Array, "components coefficients"]
    ) -> tuple[Float[Array, "nodes components patients"], Float[Array, "..."]]:
        """log c at the nodes (−inf where not at risk) and its derivative by each coefficient.

        The derivative has shape (coefficients, nodes, components, patients).
        """
        if self.baseline.kind is BaselineKind.WEIBULL:
            return self._weibull_weights(coefficients)
        assert self.node_basis is not None
        radau = np.array(_RADAU_WEIGHTS)[:, None]
        spans = self.nodes.end - self.nodes.start
        inner = (spans[:, None] * np.where(self.nodes.last[:, None], radau[:2], 0.5)).reshape(
            -1, spans.shape[1]
        )
        at_end = (spans * self.nodes.last).sum(0) * radau[2]
        width = np.concatenate([inner, at_end[None]])
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
            log_t = np.log(np.maximum(self.nodes.month[-1], 1e-12))
            shape = np.exp(coefficients[:, 1])[:, None]
            found = coefficients[:, :1] + np.log(shape) + (shape - 1.0) * log_t
            return found, np.stack([np.ones_like(found), 1.0 + shape * log_t])
        assert self.node_basis is not None
        basis = self.node_basis[-1]
        return coefficients @ basis.T, basis.T[:, None, :]

    def _weibull_weights(self, coefficients: Array) -> tuple[Array, Array]:
        """Product integration of k t^(k−1) e^b; coefficients are (b, log k)."""
        k = np.exp(coefficients[:, 1])[None, :, None]
        total, moments = _moments(self.nodes.start[:, None, :], self.nodes.end[:, None, :], k)
        last = self.nodes.last[:, None, :]
        rows = []
        for node in range(3):
            radau = [np.tensordot(_FROM_MOMENTS[RADAU][node], m, 1) for m in moments]
            if node == 2:
                found = [np.where(last, r, 0.0).sum(0, keepdims=True) for r in radau]
            else:
                pair = [np.tensordot(_FROM_MOMENTS[LEGENDRE][node], m[:2], 1) for m in moments]
                found = [np.where(last, r, p) for r, p in zip(radau, pair, strict=True)]
            rows.append(found)
        totals = [np.where(last, t, 0.0).sum(0, keepdims=True) for t in total]
        inner = [np.stack([rows[0][i], rows[1][i]], axis=1) for i in range(2)]
        share, d_share = (
            np.concatenate([part.reshape(-1, *part.shape[2:]), end])
            for part, end in zip(inner, rows[2], strict=True)
        )
        whole, d_whole = (
            np.concatenate([np.repeat(part, 2, axis=0), end])
            for part, end in zip(total, totals, strict=True)
        )
        at_risk = whole > 0
        d_share = np.where(share > _LEAST_SHARE, d_share, 0.0)
        share = np.maximum(share, _LEAST_SHARE)
        together, d_together = (self._summed(part) for part in (share, d_share))
        d_share = d_share / together - share * d_together / together**2
        share = share / together
        with np.errstate(divide="ignore", invalid="ignore"):
            log_weight = coefficients[:, 0][None, :, None] + np.log(whole) + np.log(share)
            d_log = (d_whole / whole + d_share / share) * k
        log_weight = np.where(at_risk, log_weight, -np.inf)
        return log_weight, np.stack([np.ones_like(log_weight), np.where(at_risk, d_log, 0.0)])

    def _summed(self, part: Array) -> Array:
        """Sum over the nodes of each interval, repeated for each of them."""
        last = self.nodes.last[:, None, :]
        pairs = part[:-1].reshape(-1, 2, *part.shape[1:]).sum(axis=1)
        whole = pairs + np.where(last, part[-1], 0.0)
        at_end = np.where(last, whole, 0.0).sum(axis=0, keepdims=True)
        at_end = np.where(np.any(last, axis=0), at_end, 1.0)
        return np.concatenate([np.repeat(whole, 2, axis=0), at_end])


def _moments(a: Array, b: Array, k: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Of k t^(k−1) over a..b: the total, and (1, mean, mean square) of (t − a)/(b − a).

    Each with its derivative by k; moments have a new first axis.
    """
    raw, d_raw = zip(*(_power_integral(a, b, k, power) for power in range(3)), strict=True)
    whole = np.where(raw[0] > 0, raw[0], 1.0)
    width = np.where(b > a, b - a, 1.0)
    first, second = raw[1] / whole, raw[2] / whole
    d_first, d_second = ((d_raw[i] - raw[i] / whole * d_raw[0]) / whole for i in (1, 2))
    one = np.ones_like(first)
    values = [one, (first - a) / width, (second - 2.0 * a * first + a**2) / width**2]
    slopes = [0.0 * one, d_first / width, (d_second - 2.0 * a * d_first) / width**2]
    return (raw[0], d_raw[0]), (np.stack(values), np.stack(slopes))


def _power_integral(a: Array, b: Array, k: Array, power: int) -> tuple[Array, Array]:
    """∫ k t^(k−1+power) dt over a..b and its derivative by k."""

    def at(t: Array) -> tuple[Array, Array]:
        log_t = np.log(np.where(t > 0, t, 1.0))
        value = np.where(t > 0, np.exp((k + power) * log_t), 0.0)
        return value, value * log_t

    (upper, d_upper), (lower, d_lower) = at(b), at(a)
    ratio = k / (k + power)
    slope = power / (k + power) ** 2 * (upper - lower) + ratio * (d_upper - d_lower)
    return ratio * (upper - lower), slope


def quantile_cuts(baseline: Baseline, event_months: Float[Array, " events"]) -> tuple[float, ...]:
    """Cuts (piecewise) or interior knots (spline) at equal shares of the events."""
    if baseline.kind is BaselineKind.WEIBULL:
        return ()
    cuts = baseline.pieces - 1 if baseline.kind is BaselineKind.PIECEWISE else baseline.pieces
    if cuts == 0 or len(event_months) == 0:
        return ()
    return tuple(np.unique(np.quantile(event_months, np.arange(1, cuts + 1) / (cuts + 1))).tolist())


def baseline_grid(
    baseline: Baseline, knots: tuple[tuple[float, ...], float], hazard_nodes: HazardNodes
) -> BaselineGrid:
    """Prepare the baseline on hazard nodes; `knots` are the cuts and the spline's last month."""
    node_basis = None
    if baseline.kind is not BaselineKind.WEIBULL:
        node_basis = _basis(baseline, *knots, hazard_nodes.month)
    return BaselineGrid(baseline, hazard_nodes, node_basis)


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
