"""Scores at planned visits made ready for imputation: who left when, and who missed visits between.

A person *left* after the last visit that was seen; a visit missed before that is a *gap*. Scores
are taken as distances from the visit's mean in units of the trial's standard deviation, so that
the numbers behind are of size 1.
"""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["VisitScores", "covariates_of", "products_of", "visit_scores"]


@dataclass(frozen=True, eq=False, slots=True)
class VisitScores:
    """A block of trials."""

    outcome: Float[Array, "trials patients visits"]  # standardised; 0 where not seen
    seen: Bool[Array, "trials patients visits"]
    covariates: Float[Array, "trials patients covariates"]  # 1, arm, baseline and others
    treated: Bool[Array, "trials patients"]
    last: Int[Array, "trials patients"]  # visits until the last one seen; 0: never seen
    middle: Float[Array, "trials visits"]
    unit: Float[Array, " trials"]

    @property
    def gap(self) -> Bool[Array, "trials patients visits"]:
        """Visits missed by people who came again."""
        visits = np.arange(self.outcome.shape[2])
        return np.asarray(~self.seen & (visits < self.last[:, :, None]))

    def take(self, trials: Int[Array, " trials"]) -> "VisitScores":
        """Some of the trials."""
        return VisitScores(*(getattr(self, one.name)[trials] for one in fields(self)))


def covariates_of(
    treated: Bool[Array, "trials patients"],
    baseline: Float[Array, "trials patients"] | None,
    others: Float[Array, "trials patients others"] | None,
) -> Float[Array, "trials patients covariates"]:
    """1, arm, then baseline and others about their mean in units of their spread."""
    columns = [np.ones(treated.shape), treated.astype(float)]
    more = [] if baseline is None else [np.asarray(baseline, dtype=float)]
    if others is not None:
        more += list(np.moveaxis(np.asarray(others, dtype=float), 2, 0))
    for one in more:
        if one.shape != treated.shape:
            raise InputError(f"a covariate has the shape {one.shape}; give {treated.shape}")
        if not np.isfinite(one).all():
            raise InputError(
                "a baseline or covariate is missing; leave those people out, and say so"
            )
        spread = np.maximum(one.std(axis=1, keepdims=True), 1e-12)
        columns.append((one - one.mean(axis=1, keepdims=True)) / spread)
    return np.stack(columns, axis=2)


def visit_scores(
    outcome: Float[Array, "trials patients visits"],
    observed: Bool[Array, "trials patients visits"],
    *,
    covariates: Float[Array, "trials patients covariates"],
    treated: Bool[Array, "trials patients"],
) -> VisitScores:
    """Standardise, and find when each person left."""
    seen = observed & np.isfinite(outcome)
    there = np.where(seen, outcome, 0.0)
    counts = np.maximum(seen.sum(axis=1), 1)
    middle = there.sum(axis=1) / counts
    left = np.where(seen, there - middle[:, None], 0.0)
    unit = np.sqrt((left**2).sum(axis=(1, 2)) / np.maximum(seen.sum(axis=(1, 2)), 1))
    unit = np.where(unit > 0.0, unit, 1.0)
    visits = outcome.shape[2]
    last = np.where(seen.any(axis=2), visits - np.argmax(seen[:, :, ::-1], axis=2), 0)
    return VisitScores(
        outcome=left / unit[:, None, None],
        seen=seen,
        covariates=covariates,
        treated=treated,
        last=last,
        middle=middle,
        unit=unit,
    )


def products_of(
    rows: Float[Array, "trials patients columns"],
    last: Int[Array, "trials patients"],
    visits: int,
) -> Float[Array, "visits trials columns columns"]:
    """Sums of products over the people still there at each visit."""
    found = np.empty((visits, len(rows), rows.shape[2], rows.shape[2]))
    for j in range(visits):
        kept = rows * (last > j)[:, :, None]
        found[j] = np.swapaxes(kept, 1, 2) @ rows
    return found
