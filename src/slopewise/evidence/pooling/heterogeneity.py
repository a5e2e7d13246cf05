"""How much studies differ: Cochran's Q, I² and H², and the Q-profile interval of τ².

    Q = y'P(0)y ~ χ²(k − p) when all share one effect
    I² = 100 τ² / (τ² + s²),   H² = 1 + τ² / s²,   s² = (k − p) / tr P(0), the typical variance

Sources: Higgins & Thompson 2002, doi:10.1002/sim.1186; Viechtbauer 2007, doi:10.1002/sim.2514.
"""

from dataclasses import dataclass

import numpy as np

from slopewise.evidence.pooling.between_study_variance import (
    Sample,
    generalised_q_root,
    typical_variance,
    weigh,
)
from slopewise.evidence.pooling.pooled_effect import Method

__all__ = ["Heterogeneity", "measure_heterogeneity"]

OUTSIDE = 0.025  # of the 95 % interval, on each side


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Q with its p-value, I² in percent, H², and the interval of τ²."""

    q: float
    q_p: float
    i2: float
    h2: float
    variance_low: float
    variance_high: float


def measure_heterogeneity(sample: Sample, variance: float, method: Method) -> Heterogeneity:
    """The measures for the first meta-analysis of the sample; `variance` is its τ².

    With equal effects there is no τ²: I² and H² then come from Q, as usual for that model.
    """
    from scipy.special import chdtrc, chdtri

    q = max(0.0, float(weigh(sample, np.zeros(1)).q[0]))
    freedom = sample.freedom
    if freedom == 0:
        return Heterogeneity(0.0, 1.0, 0.0, 1.0, 0.0, 0.0)
    typical = typical_variance(sample)
    unit = float(sample.scale[0]) ** 2
    low, high = (
        float(generalised_q_root(sample, float(chdtri(freedom, tail)))[0][0]) * unit
        for tail in (OUTSIDE, 1.0 - OUTSIDE)
    )
    if method is Method.EE:
        i2, h2 = (max(0.0, 100.0 * (q - freedom) / q) if q > 0.0 else 0.0), q / freedom
    else:
        i2, h2 = 100.0 * variance / (variance + typical), 1.0 + variance / typical
    return Heterogeneity(q, float(chdtrc(freedom, q)), i2, h2, low, high)
