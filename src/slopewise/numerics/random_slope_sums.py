"""What the random-slope mixed model needs of the data: a few sums per patient.

With z = (t − m)/s the standardised time and Z_i = [1, z] of patient i, every likelihood value,
derivative and prediction is 2×2 algebra on

    S_i = Z_i'Z_i,   C_i = Z_i'[Q_i, e_i]   and, over all rows,   M = [Q, e]'[Q, e],

where X = QR (Q has orthonormal columns) and e = y − X β_ols. Working with e and Q instead of y and
X changes nothing but keeps digits: sums of squares of raw scores would lose them.
The sums are additive over patients, so that many data sets can later share one call.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped
from numpy import ndarray as Array

from slopewise.errors import InputError

__all__ = ["Frame", "PatientSums", "patient_sums"]

_WELL_CONDITIONED = 1e-3  # smallest diagonal of the unit-column Cholesky factor that is trusted
_DEPENDENT = 1e-9  # a column this close to the span of the others is one of them
_NOTHING = 1e-28  # squared, of the largest score
_PATIENTS_A_BLOCK = 1024  # so that a block's working arrays stay in the processor's cache
_ROWS_A_BLOCK = 8192


@dataclass(frozen=True)
class PatientSums:
    """Sums per patient, in the frame's units; `effects` = columns of Q, the last of C is e.

    `moments`: 1, S11, S12, S22 and det S. `cross`: C, intercept row then slope row.
    `squares`: Σ e² of the patient. `total`: M.
    """

    moments: Float[Array, "5 patients"]
    cross: Float[Array, "2 columns patients"]
    squares: Float[Array, " patients"]
    total: Float[Array, "columns columns"]
    rows: int

    @property
    def effects(self) -> int:
        """Number of fixed effects."""
        return len(self.total) - 1


@dataclass(frozen=True)
class Frame:
    """How the sums' units return to those of the data.

    z = (time − middle)/spread, X = Q R, outcome = `unit` × the scores that were summed.
    """

    patient: Shaped[Array, " patients"]
    middle: float
    spread: float
    unit: float
    triangle: Float[Array, "effects effects"]
    least_squares: Float[Array, " effects"]  # of outcome/unit on Q

    def effects(self, change: Float[Array, " effects"]) -> Float[Array, " effects"]:
        """Fixed effects on X whose coefficients on Q are the least-squares ones plus `change`."""
        found: Array = np.linalg.solve(self.triangle, self.least_squares + change)
        return self.unit * found

    @property
    def standardising(self) -> Float[Array, "2 2"]:
        """T with (intercept, slope) in time = T (intercept, slope) in z."""
        return np.array([[1.0, -self.middle / self.spread], [0.0, 1.0 / self.spread]])


def patient_sums(
    patient: Any, time: Any, outcome: Any, *, design: Any, slope: bool = True
) -> tuple[PatientSums, Frame]:
    """Check the rows, standardise them and add them up per patient.

    Rows of one patient may lie anywhere. Raises InputError when the model cannot be estimated.
    """
    patient, time, outcome, design = _checked(patient, time, outcome, design)
    patient, starts, order = _runs(patient)
    if order is not None:
        time, outcome, design = time[order], outcome[order], design[order]
    columns = np.empty((design.shape[1] + 1, len(time)))
    unit = float(np.abs(outcome).max()) or 1.0
    columns[:-1] = design.T
    np.divide(outcome, unit, out=columns[-1])
    triangle, least_squares = _factor(columns)
    middle, spread = _scale_of_time(time) if slope else (0.0, 1.0)
    frame = Frame(patient, middle, spread, unit, triangle, least_squares)
    return _added(time, columns, starts, frame=frame), frame


def _scale_of_time(time: Float[Array, " rows"]) -> tuple[float, float]:
    """Mean and SD over the rows."""
    middle, spread = float(time.mean()), float(time.std())
    if not math.isfinite(spread):
        raise InputError(f"times of the size {np.abs(time).max():g} are too large; change the unit")
    if not spread > 1e-12 * max(abs(middle), 1e-300):
        raise InputError(
            f"every row is at time {middle:g}; a slope needs visits at different times"
            " (or ask for random_effects='intercept')"
        )
    return middle, spread


def _checked(patient: Any, time: Any, outcome: Any, design: Any) -> tuple[Array, ...]:
    """The four inputs as arrays of matching length that hold finite numbers only."""
    patient = np.asarray(patient)
    time = np.asarray(time, dtype=np.float64)
    outcome = np.asarray(outcome, dtype=np.float64)
    design = np.asarray(design, dtype=np.float64)
    rows = len(patient) if patient.ndim == 1 else -1
    if rows < 1 or time.shape != (rows,) or outcome.shape != (rows,) or len(design) != rows:
        raise InputError(
            f"patient {patient.shape}, time {time.shape}, outcome {outcome.shape} and design"
            f" {design.shape} must have one entry per row, and at least one row"
        )
    if design.ndim != 2 or not 1 <= design.shape[1] < rows:
        raise InputError(
            f"design has the shape {design.shape}; give one column per fixed effect (a column of"
            " ones for the mean) and fewer columns than rows"
        )
    for name, values in (("time", time), ("outcome", outcome), ("design", design)):
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values.reshape(rows, -1)).all(axis=1))[0])
            raise InputError(
                f"{name} of row {row} (patient {patient[row]}) is {values[row]}; correct it or"
                " leave the row out"
            )
    return patient, time, outcome, design


def _runs(
    patient: Shaped[Array, " rows"],
) -> tuple[Shaped[Array, " patients"], Int[Array, " patients"], Int[Array, " rows"] | None]:
    """Each patient once, where their rows start, and the order that brings rows together."""
    heads = np.flatnonzero(patient[1:] != patient[:-1]) + 1
    starts = np.concatenate([[0], heads])
    first = patient[starts]
    if np.all(first[1:] > first[:-1]) or len(np.unique(first)) == len(first):
        return first, starts, None
    names, code = np.unique(patient, return_inverse=True)
    order = np.argsort(code, kind="stable")
    counts = np.bincount(code)
    return names, np.concatenate([[0], np.cumsum(counts)[:-1]]), order


def _factor(
    columns: Float[Array, "columns rows"],
) -> tuple[Float[Array, "effects effects"], Float[Array, " effects"]]:
    """R with X = Q R, and the least-squares coefficients on Q; `columns` holds X, then y.

    R comes from the Gram matrix (fast) unless the columns of X are nearly dependent.
    """
    effects = len(columns) - 1
    products = np.zeros((effects, effects + 1))
    for low in range(0, columns.shape[1], _ROWS_A_BLOCK):
        block = columns[:, low : low + _ROWS_A_BLOCK]
        products += block[:-1] @ block.T
    if not np.isfinite(products).all():
        size = np.abs(columns[:-1]).max()
        raise InputError(f"design values of the size {size:g} are too large; change their unit")
    gram = products[:, :-1]
    length = np.sqrt(np.diag(gram))
    triangle = _cholesky(gram / np.outer(length, length)) if np.all(length > 0.0) else None
    if triangle is not None and np.min(np.diag(triangle)) > _WELL_CONDITIONED:
        triangle = triangle * length
    else:
        triangle = np.asarray(np.linalg.qr(columns[:-1].T, mode="r"))
        dependent = np.abs(np.diag(triangle)) <= _DEPENDENT * np.maximum(length, 1e-300)
        if np.any(dependent):
            column = int(np.flatnonzero(dependent)[0])
            raise InputError(
                f"design column {column} (counted from 0) is a combination of the columns before"
                " it; leave it out"
            )
    least_squares: Array = np.linalg.solve(triangle.T, products[:, -1])
    return triangle, least_squares


def _cholesky(gram: Float[Array, "effects effects"]) -> Float[Array, "effects effects"] | None:
    """Upper triangle R with R'R = gram, or nothing where gram is singular."""
    try:
        found: Array = np.linalg.cholesky(gram).T
    except np.linalg.LinAlgError:
        return None
    return found


def _added(
    time: Float[Array, " rows"],
    columns: Float[Array, "columns rows"],
    starts: Int[Array, " patients"],
    *,
    frame: Frame,
) -> PatientSums:
    """The sums, block by block of patients."""
    patients, rows, wide = len(starts), len(time), len(columns)
    moments = np.ones((5, patients))
    cross = np.empty((2, wide, patients))
    squares = np.empty(patients)
    total = np.zeros((wide, wide))
    ends = np.append(starts[1:], rows)
    np.subtract(ends, starts, out=moments[1])
    to_unit = np.linalg.inv(frame.triangle).T
    for low in range(0, patients, _PATIENTS_A_BLOCK):
        block = slice(low, low + _PATIENTS_A_BLOCK)
        here = slice(starts[low], ends[block][-1])
        at = starts[block] - starts[low]
        z = (time[here] - frame.middle) / frame.spread
        values = columns[:, here].copy()
        np.matmul(to_unit, columns[:-1, here], out=values[:-1])
        values[-1] -= frame.least_squares @ values[:-1]
        np.add.reduceat(z, at, out=moments[2, block])
        np.add.reduceat(z * z, at, out=moments[3, block])
        np.add.reduceat(values, at, axis=1, out=cross[0, :, block])
        np.add.reduceat(values * z, at, axis=1, out=cross[1, :, block])
        np.add.reduceat(values[-1] ** 2, at, out=squares[block])
        total[:-1] += values[:-1] @ values.T
    total[-1, :-1] = total[:-1, -1]
    total[-1, -1] = squares.sum()
    if total[-1, -1] <= _NOTHING * rows:  # rounding is all that is left: zero says so
        cross[:, -1], squares[:], total[-1] = 0.0, 0.0, 0.0
    moments[4] = np.maximum(moments[1] * moments[3] - moments[2] ** 2, 0.0)
    return PatientSums(moments, cross, squares, total, rows)
