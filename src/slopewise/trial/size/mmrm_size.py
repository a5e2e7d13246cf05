"""How large a trial must be to see a difference at one visit by the repeated-measures model.

    y_i ~ N(μ_{arm}, Σ),   μ_{treated,0} = μ_{control,0}   (randomised arms start equal)
    contrast μ_{treated,v} − μ_{control,v}

Σ: covariance of the scores at the visits, unstructured; v: the visit compared. Scores before
randomisation are an outcome here with one mean for both arms, which in large samples is as precise
as adjusting for baseline by visit. In words: the visits in between tell what the missing last visit
would have been, as far as scores go together; nothing is filled in.
References: Lu, Luo & Chen 2008, doi:10.2202/1557-4679.1098; Liang & Zeger 2000, Sankhya B
62:134-148 (one mean at baseline).
Status: double (rows of every person), closed form (analysis of covariance with two visits).
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from slopewise.errors import InputError
from slopewise.trial.size.expected_information import (
    ArmPlan,
    ExpectedContrast,
    expected_contrast,
)

__all__ = ["visit_contrast"]

Visits = Float[Array, "visits visits"]


def visit_contrast(
    covariance: Float[Array, "visits visits"],
    points_kept: Sequence[float],
    *,
    treated_share: float,
    last_visit: tuple[Sequence[float], Sequence[float]] | None = None,
    own_covariances: tuple[Visits, Visits] | None = None,
    visit: int = -1,
    is_common_baseline: bool = True,
) -> ExpectedContrast:
    """Difference at a visit and its unit variance; the first visit is month 0.

    `points_kept`: what the treatment keeps on average at each visit. `last_visit`: shares of
    controls and of treated by last visit; absent = everybody is seen at every visit.
    `own_covariances`: of the scores of controls and of treated; absent = as given for both.
    """
    many = len(covariance)
    kept = np.asarray(points_kept, dtype=float)
    if many < 2 or kept.shape != (many,) or not 0 < treated_share < 1:
        raise InputError(
            f"{many} visits, {kept.size} points kept, share treated {treated_share:g}; give two"
            " visits at least, the points kept at each, and a share between 0 and 1"
        )
    whole = np.eye(many)[-1]
    controls, treated = (whole, whole) if last_visit is None else map(np.asarray, last_visit)
    means, differ = np.eye(many), np.eye(many)[:, 1 if is_common_baseline else 0 :]
    own, others = own_covariances or (None, None)
    arms = tuple(
        ArmPlan(share, np.column_stack([means, a * differ]), seen, a * kept, spread)
        for a, share, seen, spread in (
            (0.0, 1.0 - treated_share, controls, own),
            (1.0, treated_share, treated, others),
        )
    )
    contrast = np.concatenate([np.zeros(many), np.eye(many)[visit] @ differ])
    return expected_contrast(arms, covariance, contrast)
