"""The mixed model for repeated measures (MMRM) of one trial, by REML or ML.

    y_ij = x_ij'β + e_ij,    (e_i1 … e_iT) ~ N(0, Σ),  the seen visits of each patient

β: fixed effects (outcome units per unit of the design's column). Σ: how the T planned visits of one
patient vary together, of the shape asked for. No shape over time is assumed when the design holds
a mean for every visit and Σ is unstructured. In words: it compares arms at one visit, and lets what
was seen of a patient earlier speak for the visits that are missing.
Reference: Mallinckrodt et al. 2008, doi:10.1177/009286150804200402.
Status: reference (nlme, lme4, lmerTest, pbkrtest, emmeans; SAS PROC MIXED where published) and
double (dense normal density).
"""

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Shaped
from numpy import ndarray as Array

from slopewise.endpoint.mmrm.mmrm_covariance import Covariance, Shape, shape_of
from slopewise.endpoint.mmrm.mmrm_inference import adjusted_covariance, satterthwaite
from slopewise.endpoint.mmrm.mmrm_likelihood import Point, expected_information, inverse
from slopewise.endpoint.mmrm.mmrm_search import MmrmStatus, climb, starting_place
from slopewise.endpoint.mmrm.mmrm_sums import RowSums, row_sums
from slopewise.errors import InputError
from slopewise.numerics.t_interval import t_interval

__all__ = ["Freedom", "MmrmContrast", "MmrmFit", "fit_mmrm"]

_DEPENDENT = 1e-9


class Freedom(StrEnum):
    """Where degrees of freedom come from."""

    SATTERTHWAITE = "satterthwaite"
    KENWARD_ROGER = "kenward-roger"
    KENWARD_ROGER_LINEAR = "kenward-roger-linear"
    BETWEEN_WITHIN = "between-within"
    RESIDUAL = "residual"


@dataclass(frozen=True, slots=True)
class MmrmContrast:
    """One weighted sum of fixed effects; numbers are None unless the status is converged."""

    status: MmrmStatus
    method: str
    estimate: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None  # two-sided
    degrees_of_freedom: float | None = None


def fit_mmrm(
    patient: Shaped[Array, " rows"],
    visit: Shaped[Array, " rows"],
    outcome: Float[Array, " rows"],
    *,
    design: Float[Array, "rows effects"],
    names: tuple[str, ...] | None = None,
    covariance: Covariance | str = Covariance.UNSTRUCTURED,
    method: Literal["reml", "ml"] = "reml",
) -> "MmrmFit":
    """Fit to flat rows in any order, one for each patient and planned visit that was seen.

    `visit` may be numbers or names that sort in order of time; all visits that occur are planned.
    `names` label the design's columns. Raises InputError on bad input; a search without an answer
    is a status.
    """
    shape_name = _known(covariance, method)
    patient, visit, outcome, design = _checked(patient, visit, outcome, design)
    rows, effects = design.shape
    names = names or tuple(f"column {k}" for k in range(effects))
    people, who = np.unique(patient, return_inverse=True)
    visits, when = np.unique(visit, return_inverse=True)
    who, when = who.reshape(-1), when.reshape(-1)
    _no_visit_twice(who, when, patient, visit)
    orthogonal, triangle = _factor(design, names)
    least_squares = orthogonal.T @ outcome
    left = outcome - orthogonal @ least_squares
    unit = math.sqrt(float(left @ left) / rows)
    empty = MmrmFit(
        status=MmrmStatus.TOO_FEW,
        visits=visits,
        names=names,
        covariance=shape_name,
        method=method,
        patients=len(people),
        rows=rows,
        frame=_Frame(triangle, least_squares, unit, _constant(design, who)),
        shape=shape_of(shape_name, len(visits)),
    )
    enough = rows > effects + empty.shape.parameters
    if not enough or not unit > 1e-12 * float(np.abs(outcome).max()):
        return empty
    seen = np.zeros((len(people), len(visits)), dtype=bool)
    columns = np.zeros((*seen.shape, effects + 1))
    seen[who, when] = True
    columns[who, when, :-1], columns[who, when, -1] = orthogonal, left / unit
    return _climbed(empty, row_sums(seen, columns))


def _climbed(empty: "MmrmFit", sums: RowSums) -> "MmrmFit":
    """The fit with what the search found."""
    start = starting_place(sums, empty.shape)
    with np.errstate(all="ignore"):  # places without a likelihood are stepped back from
        found = climb(sums, empty.shape, start, reml=empty.method == "reml")
    return replace(
        empty,
        status=found.status[0],
        iterations=int(found.iterations[0]),
        sums=sums,
        point=found.point,
    )


@dataclass(frozen=True, eq=False)
class _Frame:
    """From the orthogonal, scaled columns back to the data's."""

    triangle: Float[Array, "effects effects"]
    least_squares: Float[Array, " effects"]
    unit: float
    constant: Array  # columns that do not change within any patient


@dataclass(frozen=True, eq=False)
class MmrmFit:
    """Estimates and everything contrasts need; None where the status is not converged."""

    status: MmrmStatus
    visits: Shaped[Array, " visits"]
    names: tuple[str, ...]
    covariance: Covariance
    method: str  # reml, ml
    patients: int
    rows: int
    frame: _Frame = field(repr=False)
    shape: Shape = field(repr=False)
    iterations: int = 0
    sums: RowSums | None = field(default=None, repr=False)
    point: Point | None = field(default=None, repr=False)
    adjusted: dict[tuple[bool, str], Array] = field(default_factory=dict, repr=False)

    @cached_property
    def fixed_effects(self) -> Float[Array, " effects"] | None:
        """One for each column of the design."""
        if self.point is None or self.status is not MmrmStatus.CONVERGED:
            return None
        change = self.frame.unit * self.point.change[0]
        found: Array = np.linalg.solve(self.frame.triangle, self.frame.least_squares + change)
        return found

    @cached_property
    def fixed_effect_covariance(self) -> Float[Array, "effects effects"] | None:
        """(X'Σ⁻¹X)⁻¹ at the estimated Σ."""
        if self.point is None or self.status is not MmrmStatus.CONVERGED:
            return None
        return self._to_data(self.point.phi[0])

    @property
    def visit_covariance(self) -> Float[Array, "visits visits"] | None:
        """Σ."""
        if self.point is None or self.status is not MmrmStatus.CONVERGED:
            return None
        first, second = np.triu_indices(len(self.visits))
        made = np.empty((len(self.visits), len(self.visits)))
        made[first, second] = self.shape.entries(self.point.theta)[0] * self.frame.unit**2
        made[second, first] = made[first, second]
        return made

    @property
    def log_likelihood(self) -> float | None:
        """With all constants, as logLik() of nlme and mmrm."""
        if self.point is None or self.status is not MmrmStatus.CONVERGED:
            return None
        reml = self.method == "reml"
        free = self.rows - len(self.names) if reml else self.rows
        height = float(self.point.height[0]) + free * math.log(2.0 * math.pi)
        height += 2.0 * free * math.log(self.frame.unit)
        if reml:
            height += 2.0 * float(np.log(np.abs(np.diag(self.frame.triangle))).sum())
        return -0.5 * height

    def contrast(
        self,
        line: Float[Array, " effects"],
        *,
        freedom: Freedom | str = Freedom.SATTERTHWAITE,
        confidence: float = 0.95,
        information: Literal["observed", "expected"] = "observed",
    ) -> MmrmContrast:
        """The weighted sum `line` of the fixed effects, tested against 0.

        `information` is that of Σ's parameters: observed as in SAS, mmrm and lmerTest, expected as
        in pbkrtest.
        """
        kind = _freedom(freedom)
        line = np.asarray(line, dtype=float)
        if line.shape != (len(self.names),) or not np.isfinite(line).all() or not line.any():
            raise InputError(
                f"a contrast needs {len(self.names)} finite weights, one for each column of the"
                f" design and not all 0; got {line.tolist()}"
            )
        if not 0.0 < confidence < 1.0:
            raise InputError(f"confidence is {confidence:g}; give a share such as 0.95")
        words = f"MMRM, {self.covariance.value}, {self.method.upper()}, {kind.value}"
        effects = self.fixed_effects
        if self.point is None or self.sums is None or effects is None:
            return MmrmContrast(self.status, words)
        if kind.value.startswith("kenward") and self.method != "reml":
            raise InputError("Kenward–Roger degrees of freedom need REML; ask for method 'reml'")
        inside = np.linalg.solve(self.frame.triangle.T, line)
        uncertainty = self._observed if information == "observed" else self._expected
        variance, free = satterthwaite(
            self.shape, self.point, inside[None], uncertainty=uncertainty
        )
        spread, number = float(variance[0]), float(free[0])
        if kind.value.startswith("kenward"):
            adjusted = self._adjusted(
                linear=kind is Freedom.KENWARD_ROGER_LINEAR, information=information
            )
            spread = float(inside @ adjusted @ inside)
        elif kind is not Freedom.SATTERTHWAITE:
            number = self._counted(line, kind)
        error = self.frame.unit * math.sqrt(max(spread, 0.0))
        if not (error > 0.0 and number > 0.0):
            return MmrmContrast(MmrmStatus.TOO_FEW, words)
        estimate = float(line @ effects)
        return _with_t(estimate, error, free=number, confidence=confidence, method=words)

    def _adjusted(self, *, linear: bool, information: str) -> Array:
        """Kenward and Roger's covariance, made once for all contrasts."""
        assert self.point is not None and self.sums is not None  # noqa: PT018
        key = (linear, information)
        if key not in self.adjusted:
            uncertainty = self._observed if information == "observed" else self._expected
            self.adjusted[key] = adjusted_covariance(
                self.sums, self.shape, self.point, uncertainty=uncertainty, linear=linear
            )[0]
        return self.adjusted[key]

    def _counted(self, line: Array, kind: Freedom) -> float:
        """Degrees of freedom by counting rows and patients."""
        if kind is Freedom.RESIDUAL:
            return float(self.rows - len(self.names))
        between = int(self.frame.constant.sum())
        within = len(self.names) - between
        if (line[self.frame.constant] != 0.0).any():
            return float(self.patients - between)
        return float(self.rows - self.patients - within)

    def _to_data(self, phi: Array) -> Array:
        half = np.linalg.solve(self.frame.triangle, np.linalg.cholesky(phi))
        return np.asarray(self.frame.unit**2 * (half @ half.T))

    @cached_property
    def _observed(self) -> Array:
        assert self.point is not None
        return inverse(0.5 * self.point.curvature)

    @cached_property
    def _expected(self) -> Array:
        assert self.point is not None and self.sums is not None  # noqa: PT018
        reml = self.method == "reml"
        return inverse(expected_information(self.sums, self.shape, self.point, reml=reml))


def _with_t(
    estimate: float, error: float, *, free: float, confidence: float, method: str
) -> MmrmContrast:
    low, high, p_value = t_interval(estimate, error, free=free, confidence=confidence)
    return MmrmContrast(
        MmrmStatus.CONVERGED,
        method,
        estimate,
        error,
        low,
        high,
        p_value,
        free,
    )


def _known(covariance: Covariance | str, method: str) -> Covariance:
    if covariance not in tuple(Covariance) or method not in ("reml", "ml"):
        raise InputError(
            f"covariance {str(covariance)!r} with method {method!r} is not known; choose one of"
            f" {', '.join(Covariance)}, and 'reml' or 'ml'"
        )
    return Covariance(covariance)


def _freedom(freedom: Freedom | str) -> Freedom:
    if freedom not in tuple(Freedom):
        raise InputError(
            f"degrees of freedom {str(freedom)!r} are not known; choose one of {', '.join(Freedom)}"
        )
    return Freedom(freedom)


def _checked(patient: Any, visit: Any, outcome: Any, design: Any) -> tuple[Array, ...]:
    """The inputs as arrays of matching length that hold finite numbers only."""
    patient, visit = np.asarray(patient), np.asarray(visit)
    outcome, design = np.asarray(outcome, dtype=float), np.asarray(design, dtype=float)
    rows = len(outcome) if outcome.ndim == 1 else -1
    if rows < 1 or patient.shape != (rows,) or visit.shape != (rows,) or len(design) != rows:
        raise InputError(
            f"patient {patient.shape}, visit {visit.shape}, outcome {outcome.shape} and design"
            f" {design.shape} must have one entry per row, and at least one row"
        )
    if design.ndim != 2 or not 1 <= design.shape[1] <= rows:
        raise InputError(
            f"design has the shape {design.shape}; give one column per fixed effect and no more"
            " columns than rows"
        )
    good = np.isfinite(outcome) & np.isfinite(design).all(axis=1)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise InputError(
            f"row {row} (patient {patient[row]}, visit {visit[row]}) holds a value that is not a"
            f" number (outcome {outcome[row]}); leave rows without an outcome out"
        )
    return patient, visit, outcome, design


def _no_visit_twice(who: Array, when: Array, patient: Array, visit: Array) -> None:
    place = who * (int(when.max()) + 1) + when
    _, first, many = np.unique(place, return_index=True, return_counts=True)
    if (many > 1).any():
        row = int(first[np.argmax(many > 1)])
        raise InputError(
            f"patient {patient[row]} has visit {visit[row]} {int(many.max())} times; keep one row"
            " for each planned visit"
        )


def _factor(design: Array, names: tuple[str, ...]) -> tuple[Array, Array]:
    if len(names) != design.shape[1]:
        raise InputError(f"{len(names)} names for {design.shape[1]} columns; give one for each")
    orthogonal, triangle = np.linalg.qr(design)
    length = np.sqrt((design**2).sum(axis=0))
    dependent = np.abs(np.diag(triangle)) <= _DEPENDENT * np.maximum(length, 1e-300)
    if dependent.any():
        column = int(np.flatnonzero(dependent)[0])
        raise InputError(
            f"{names[column]} (design column {column}, counted from 0) is a combination of the"
            " columns before it; leave it out, or leave out a visit that an arm does not have"
        )
    return orthogonal, triangle


def _constant(design: Array, who: Array) -> Array:
    """Columns with one value in each patient."""
    order = np.argsort(who, kind="stable")
    same = who[order][1:] == who[order][:-1]
    step = np.diff(design[order], axis=0)[same]
    return np.asarray(~(step != 0.0).any(axis=0))
