"""The random-slope linear mixed model by ML or REML, exact and in time linear in patients.

    y_ij = x_ij'β + u0_i + u1_i t_ij + e_ij,   (u0_i, u1_i) ~ N(0, D),   e_ij ~ N(0, σ²)

β: fixed effects (outcome units per unit of the design's column). u0, u1: how far a patient's level
at time 0 and slope lie from what the fixed effects say; D: their covariance. σ: how far a score
lies from the patient's own line. Rows may be ragged, times irregular, design columns may change
from row to row (time, arm × time).
Reference: Laird & Ware 1982, doi:10.2307/2529876; Bates et al. 2015, doi:10.18637/jss.v067.i01.
Status: reference (lme4, nlme, statsmodels on public data) and double (Kalman filter, dense normal
density).
"""

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float, Shaped
from numpy import ndarray as Array

from slopewise.errors import ConvergenceError, InputError
from slopewise.numerics.random_slope_search import Summit, climb, relative_errors, starting_place
from slopewise.numerics.random_slope_sums import Frame, PatientSums, patient_sums

__all__ = ["PredictedRandomEffects", "RandomSlopeFit", "VarianceComponents", "fit_random_slope"]


def fit_random_slope(
    patient: Shaped[Array, " rows"],
    time: Float[Array, " rows"],
    outcome: Float[Array, " rows"],
    *,
    design: Float[Array, "rows effects"],
    method: Literal["reml", "ml"] = "reml",
    random_effects: Literal["slope", "intercept"] = "slope",
    throw: bool = False,
) -> "RandomSlopeFit":
    """Fit to flat rows in any order; `patient` may hold numbers or names.

    `design` holds one column per fixed effect, a column of ones among them if there is a mean.
    `random_effects="intercept"` leaves the random slope out. Raises InputError on bad input and,
    with `throw`, ConvergenceError when no maximum was found.
    """
    if method not in ("reml", "ml") or random_effects not in ("slope", "intercept"):
        raise InputError(
            f"method {method!r} with random_effects {random_effects!r} is not known; choose"
            " 'reml' or 'ml', and 'slope' or 'intercept'"
        )
    reml, slope = method == "reml", random_effects == "slope"
    sums, frame = patient_sums(patient, time, outcome, design=design, slope=slope)
    _check_enough(sums, slope=slope)
    with np.errstate(
        all="ignore"
    ):  # a place without a likelihood is a value: the search steps back
        summit = climb(sums, starting_place(sums, slope=slope), reml=reml, slope=slope)
    if throw and summit.status in ("step_limit", "non_finite"):
        raise ConvergenceError(
            f"the mixed model did not reach a maximum ({summit.status} after {summit.iterations}"
            " steps); look for scores without any spread about the patients' own lines"
        )
    return _fit(sums, frame, summit, method=method, random_effects=random_effects)


@dataclass(frozen=True)
class VarianceComponents:
    """SDs of patients' intercepts (outcome units) and slopes (per unit of time), their
    correlation, and the residual SD; or the standard errors of these four."""

    intercept_sd: float
    slope_sd: float
    correlation: float
    residual_sd: float

    @property
    def covariance(self) -> Float[Array, "2 2"]:
        """D, the random effects' covariance."""
        cross = self.intercept_sd * self.slope_sd
        cross = cross * self.correlation if cross else 0.0
        return np.array([[self.intercept_sd**2, cross], [cross, self.slope_sd**2]])


@dataclass(frozen=True)
class PredictedRandomEffects:
    """Each patient's predicted deviation (BLUP), and its SD given data and estimates.

    The SDs leave out the doubt about fixed effects and variances, as lme4's conditional variances.
    """

    patient: Shaped[Array, " patients"]
    intercept: Float[Array, " patients"]
    slope: Float[Array, " patients"]
    intercept_sd: Float[Array, " patients"]
    slope_sd: Float[Array, " patients"]


@dataclass(frozen=True, eq=False)
class RandomSlopeFit:
    """Estimates, their standard errors, and how they were found.

    `fixed_effect_errors`: square roots of the diagonal of (X'V⁻¹X)⁻¹ at the estimated variances,
    as vcov() of lme4 and nlme: not enlarged for the doubt about the variances, nor by the factor
    √(N/(N − p)) that summary() of nlme applies under ML.
    `variance_errors`: from the observed information of the four (ML or REML), by the delta method;
    nan where not defined: for an effect that was left out, and at a boundary for all but the
    residual SD, whose error then refers to the model without the vanished direction.
    `log_likelihood`: as logLik() of lme4 and nlme prints it, constants included.
    `status`: converged; boundary (a random-effects variance is 0 or the correlation ±1: a maximum,
    but of a simpler model); step_limit; non_finite (no estimates: nan).
    """

    fixed_effects: Float[Array, " effects"]
    fixed_effect_errors: Float[Array, " effects"]
    fixed_effect_covariance: Float[Array, "effects effects"]
    variances: VarianceComponents
    variance_errors: VarianceComponents
    log_likelihood: float
    method: str  # reml, ml
    random_effects: str  # slope, intercept
    patients: int
    rows: int
    iterations: int
    status: str
    sums: PatientSums = field(repr=False)
    frame: Frame = field(repr=False)
    summit: Summit = field(repr=False)

    def predict_random_effects(self) -> PredictedRandomEffects:
        """Best linear unbiased predictions δ Z'H⁻¹(y − Xβ) of every patient's own deviation."""
        place, point = self.summit.place, self.summit.point
        d11, d12, d22 = place.delta
        contrast = np.append(-point.change, 1.0)
        left = contrast @ self.sums.cross
        _, s11, s12, s22, determinant = self.sums.moments
        both = (place.first * place.second) ** 2
        whole = 1.0 + d11 * s11 + 2.0 * d12 * s12 + d22 * s22 + both * determinant
        # δ(I + Sδ)⁻¹ = (δ + |δ| adj S)/|I + Sδ|
        q11, q12, q22 = (d11 + both * s22), (d12 - both * s12), (d22 + both * s11)
        level, slope = (q11 * left[0] + q12 * left[1]), (q12 * left[0] + q22 * left[1])
        back = self.frame.standardising
        shift, stretch = back[0, 1], back[1, 1]
        unit, variance = self.frame.unit, point.residual_variance
        at_zero = q11 + 2.0 * shift * q12 + shift**2 * q22
        return PredictedRandomEffects(
            patient=self.frame.patient,
            intercept=unit * (level + shift * slope) / whole,
            slope=unit * stretch * slope / whole,
            intercept_sd=unit * np.sqrt(np.maximum(variance * at_zero / whole, 0.0)),
            slope_sd=unit * stretch * np.sqrt(np.maximum(variance * q22 / whole, 0.0)),
        )


def _check_enough(sums: PatientSums, *, slope: bool) -> None:
    """Whether the rows can tell the residual SD from the random effects."""
    _, visits, _, squares, determinant = sums.moments
    if len(visits) < 2:
        raise InputError("all rows are of one patient; differences between patients need two")
    lines = determinant > 1e-12 * visits * squares if slope else np.zeros(len(visits), bool)
    if sums.rows <= len(visits) + np.count_nonzero(lines):
        needed = "three visits" if slope else "two visits"
        raise InputError(
            f"{sums.rows} rows of {len(visits)} patients leave nothing to estimate the residual SD"
            f" from; at least one patient needs {needed}"
        )


def _fit(
    sums: PatientSums, frame: Frame, summit: Summit, *, method: str, random_effects: str
) -> RandomSlopeFit:
    """The record, in the units of the data."""
    point = summit.point
    freedom = sums.rows - sums.effects if method == "reml" else sums.rows
    height = point.height + freedom * (1.0 + math.log(2.0 * math.pi) + 2.0 * math.log(frame.unit))
    if method == "reml":
        height += 2.0 * float(np.log(np.abs(np.diag(frame.triangle))).sum())
    to_data = frame.unit * np.linalg.solve(frame.triangle, point.root_inverse.T)
    covariance = point.residual_variance * (to_data @ to_data.T)
    estimate, error = _variances(frame, summit, freedom=freedom, slope=random_effects == "slope")
    return RandomSlopeFit(
        fixed_effects=frame.effects(point.change),
        fixed_effect_errors=np.sqrt(np.diag(covariance)),
        fixed_effect_covariance=covariance,
        variances=estimate,
        variance_errors=error,
        log_likelihood=-0.5 * height,
        method=method,
        random_effects=random_effects,
        patients=sums.moments.shape[1],
        rows=sums.rows,
        iterations=summit.iterations,
        status=summit.status,
        sums=sums,
        frame=frame,
        summit=summit,
    )


def _variances(
    frame: Frame, summit: Summit, *, freedom: int, slope: bool
) -> tuple[VarianceComponents, VarianceComponents]:
    """SDs, correlation and residual SD with their standard errors, in the units of the data."""
    residual_sd = frame.unit * math.sqrt(summit.point.residual_variance)
    variance = residual_sd**2
    t = frame.standardising
    carried = variance * np.array(  # (D11, D12, D22) from (δ11, δ12, δ22)
        [
            [1.0, 2.0 * t[0, 1], t[0, 1] ** 2],
            [0.0, t[1, 1], t[0, 1] * t[1, 1]],
            [0.0, 0.0, t[1, 1] ** 2],
        ]
    )
    d11, d12, d22 = np.maximum(carried @ summit.place.delta, (0.0, -np.inf, 0.0)).tolist()
    sd0, sd1 = math.sqrt(d11), math.sqrt(d22)
    both = sd0 * sd1
    rho = max(-1.0, min(1.0, d12 / both)) if both > 0.0 else math.nan
    estimate = VarianceComponents(sd0, sd1, rho, residual_sd)
    if summit.status not in ("converged", "boundary"):
        return estimate, VarianceComponents(*[math.nan] * 4)
    spread = relative_errors(summit, freedom=freedom, slope=slope)
    residual_error = 0.5 * residual_sd * math.sqrt(spread[3, 3])
    if summit.status == "boundary" or not slope:
        first = math.nan
        if summit.status != "boundary" and sd0 > 0.0:
            way = np.array([variance / (2.0 * sd0), 0.0, 0.0, 0.5 * sd0])
            first = math.sqrt(way @ spread @ way)
        return estimate, VarianceComponents(first, math.nan, math.nan, residual_error)
    to_d = np.column_stack([carried, [d11, d12, d22]])  # last column: ∂D/∂ log σ²
    to_sd = np.array(
        [
            [0.5 / sd0, 0.0, 0.0],
            [0.0, 0.0, 0.5 / sd1],
            [-0.5 * rho / d11, 1.0 / both, -0.5 * rho / d22],
        ]
    )
    jacobian = to_sd @ to_d
    errors = np.sqrt(np.diag(jacobian @ spread @ jacobian.T)).tolist()
    return estimate, VarianceComponents(errors[0], errors[1], errors[2], residual_error)
