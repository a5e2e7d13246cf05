"""The design of a repeated-measures trial: a mean for every visit and arm, baseline by visit.

    columns   visit; arm × visit; baseline × visit; covariates; factors (first level left out)

Least-squares means follow emmeans: numeric covariates and baseline at their mean over the analysed
rows, every level of a factor with the same weight (not its share of the patients).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Shaped
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["MmrmDesign", "mmrm_design"]


@dataclass(frozen=True, eq=False, slots=True)
class MmrmDesign:
    """The columns, their names, and the lines that pick means and differences from them."""

    matrix: Float[Array, "rows effects"]
    names: tuple[str, ...]
    visits: Shaped[Array, " visits"]
    average: Float[Array, " effects"]  # covariates and factors of an average row; 0 elsewhere
    baseline_mean: float | None

    def mean(self, *, visit: int, treated: bool) -> Float[Array, " effects"]:
        """Weights of the least-squares mean of an arm at the visit of that number."""
        many = len(self.visits)
        line = self.average.copy()
        line[visit] = 1.0
        line[many + visit] = float(treated)
        if self.baseline_mean is not None:
            line[2 * many + visit] = self.baseline_mean
        return line

    def difference(self, weights: Float[Array, " visits"]) -> Float[Array, " effects"]:
        """Treated less controls, visits weighted as given."""
        many = len(self.visits)
        line = np.zeros(len(self.names))
        line[many : 2 * many] = weights
        return line


def mmrm_design(
    visit: Shaped[Array, " rows"],
    treated: Bool[Array, " rows"],
    *,
    baseline: Float[Array, " rows"] | None = None,
    covariates: Mapping[str, Any] | None = None,
    factors: Mapping[str, Any] | None = None,
) -> MmrmDesign:
    """Columns for rows of observed visits; `covariates` are numbers, `factors` labels."""
    visit, treated = np.asarray(visit), np.asarray(treated, dtype=float)
    visits = np.unique(visit)
    at = (visit[:, None] == visits).astype(float)
    columns = [*at.T, *(at * treated[:, None]).T]
    names = [f"visit {v}" for v in visits] + [f"arm at visit {v}" for v in visits]
    average = [0.0] * len(columns)
    middle = None
    if baseline is not None:
        before = _numbers("baseline", baseline, len(visit))
        middle = float(before.mean())
        columns.extend((at * before[:, None]).T)
        names.extend(f"baseline at visit {v}" for v in visits)
        average.extend([0.0] * len(visits))
    for name, given in (covariates or {}).items():
        values = _numbers(name, given, len(visit))
        columns.append(values)
        names.append(name)
        average.append(float(values.mean()))
    for name, given in (factors or {}).items():
        labels = np.asarray(given)
        if labels.shape != visit.shape:
            raise InputError(f"{name} has the shape {labels.shape}; give one label for each row")
        levels = np.unique(labels)
        for level in levels[1:]:
            columns.append((labels == level).astype(float))
            names.append(f"{name} {level}")
            average.append(1.0 / len(levels))
    return MmrmDesign(np.column_stack(columns), tuple(names), visits, np.array(average), middle)


def _numbers(name: str, given: Any, rows: int) -> Array:
    values = np.asarray(given, dtype=float)
    if values.shape != (rows,):
        raise InputError(f"{name} has the shape {values.shape}; give one number for each row")
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise InputError(
            f"{name} of row {row} is {values[row]}; give everybody's, or analyse without it"
        )
    return values
