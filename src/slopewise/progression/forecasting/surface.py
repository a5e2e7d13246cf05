"""Regression on a smooth surface: a Gaussian process whose mean is an earlier expectation.

    y = b n + a + Σ_j c_j x_j + f(x) + e
    b ~ N(1, 1)   a ~ N(0, 1)   c_j ~ N(0, λ²)   f ~ GP(0, ν² exp(−½ Σ_j ρ_j (x_j − x'_j)²))
    e ~ N(0, σ²)

n is what is expected without the inputs x (here the slope expected from the natural history), and b
how far it is believed: 1 wholly, 0 not at all. x are standardised inputs. ν, ρ_j, λ and σ maximise
the marginal likelihood times wide log-normal priors; a, b, c and f are integrated exactly. One
roughness ρ_j for each input lets an input that says nothing fade out. Cost n³ for n people.

Leave-one-out predictions are exact and free: y_i − α_i / (K⁻¹)_ii with α = K⁻¹ (y − n).
Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, eq. 2.25–2.26, 5.9, 5.10–5.12.
Status: double (Bayesian linear regression in closed form; brute-force gradient and leave-one-out).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

__all__ = ["Surface", "SurfaceParameters", "fit_surface", "predict_surface"]

# assumption: prior medians for standardised inputs and a response in points/month; the SD of each
# logarithm is 1 (1.5 for roughness), so a factor of 7 (20) either way stays likely
_MEDIAN_SURFACE, _MEDIAN_ROUGHNESS, _MEDIAN_LINEAR, _MEDIAN_NOISE = 0.05, 0.1, 0.02, 0.25
_LOG_SD, _LOG_SD_ROUGHNESS = 1.0, 1.5
_STEPS = 200


@dataclass(frozen=True)
class SurfaceParameters:
    """Variances of the parts and the roughness of each input (per squared SD of the input)."""

    surface_variance: float  # ν²
    roughness: Float[Array, " inputs"]  # ρ
    linear_variance: float  # λ²
    noise_variance: float  # σ²


@dataclass(frozen=True)
class Surface:
    """A fitted surface. `status`: "converged", "step_limit" or "non_finite"."""

    parameters: SurfaceParameters
    inputs: Float[Array, "patients inputs"]
    expected: Float[Array, " patients"]
    weight: Float[Array, " patients"]  # α
    factor: Float[Array, "patients patients"]  # lower Cholesky factor of K
    left_out: Float[Array, " patients"]  # leave-one-out prediction of each response
    log_marginal: float
    status: str

    @property
    def belief_in_expected(self) -> float:
        """Posterior mean of b."""
        return 1.0 + float(self.expected @ self.weight)


def fit_surface(
    inputs: Float[Array, "patients inputs"],
    response: Float[Array, " patients"],
    expected: Float[Array, " patients"],
    *,
    steps: int = _STEPS,
) -> Surface:
    """Maximum of the penalised marginal likelihood by L-BFGS with exact gradients."""
    from scipy.optimize import minimize

    problem = _Problem(inputs, response - expected, expected)
    middle, _ = _prior(inputs.shape[1])
    found = minimize(
        problem.penalty, middle, jac=True, method="L-BFGS-B", options={"maxiter": steps}
    )
    status = "converged" if found.success else "step_limit"
    place = np.asarray(found.x)
    if not (np.all(np.isfinite(place)) and np.isfinite(found.fun)):
        status, place = "non_finite", middle
    return problem.solved(place, status)


def predict_surface(
    surface: Surface,
    inputs: Float[Array, "people inputs"],
    expected: Float[Array, " people"],
) -> tuple[Float[Array, " people"], Float[Array, " people"]]:
    """Mean and variance of the surface (noise not included) at new inputs."""
    from scipy.linalg import solve_triangular

    p = surface.parameters
    across = _covariance(p, (inputs, surface.inputs), (expected, surface.expected))[0]
    reduced = solve_triangular(surface.factor, across.T, lower=True)
    own = p.surface_variance + p.linear_variance * np.sum(inputs**2, axis=1) + 1.0 + expected**2
    return expected + across @ surface.weight, np.maximum(own - np.sum(reduced**2, axis=0), 0.0)


@dataclass(frozen=True)
class _Problem:
    """One data set: what is left of the response after the expectation."""

    inputs: Array
    rest: Array
    expected: Array

    def penalty(self, logs: Array) -> tuple[float, Array]:
        """Minus log posterior of the log parameters, and its gradient."""
        from scipy.linalg.lapack import dpotri

        p = _natural(logs)
        factor, surface, weight = self._solve(p)
        inverse = dpotri(factor, lower=1)[0]
        inverse = np.tril(inverse) + np.tril(inverse, -1).T
        misfit = inverse - np.outer(weight, weight)
        middle, spread = _prior(self.inputs.shape[1])
        standard = (logs - middle) / spread
        value = self._minus_log_marginal(factor, weight) + 0.5 * float(standard @ standard)
        slopes = 0.5 * _trace_slopes(p, misfit, misfit * surface, self.inputs)
        return value, slopes + standard / spread

    def solved(self, logs: Array, status: str) -> Surface:
        from scipy.linalg.lapack import dpotri

        p = _natural(logs)
        factor, _, weight = self._solve(p)
        precision = np.diag(dpotri(factor, lower=1)[0])
        return Surface(
            parameters=p,
            inputs=self.inputs,
            expected=self.expected,
            weight=weight,
            factor=factor,
            left_out=self.expected + self.rest - weight / precision,
            log_marginal=-self._minus_log_marginal(factor, weight),
            status=status,
        )

    def _solve(self, p: SurfaceParameters) -> tuple[Array, Array, Array]:
        """Lower factor of K, the surface's part of K, and α."""
        from scipy.linalg import cho_solve, cholesky

        pair, expected = (self.inputs, self.inputs), (self.expected, self.expected)
        whole, surface = _covariance(p, pair, expected)
        whole[np.diag_indices_from(whole)] += p.noise_variance
        factor = cholesky(whole, lower=True, overwrite_a=True, check_finite=False)
        return factor, surface, cho_solve((factor, True), self.rest, check_finite=False)

    def _minus_log_marginal(self, factor: Array, weight: Array) -> float:
        half_log_determinant = np.sum(np.log(np.diag(factor)))
        constant = 0.5 * weight.size * np.log(2.0 * np.pi)
        return float(0.5 * self.rest @ weight + half_log_determinant + constant)


def _covariance(
    p: SurfaceParameters, inputs: tuple[Array, Array], expected: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Covariance of the surface between two groups of people; and the part of f alone."""
    a, b = (x * np.sqrt(p.roughness) for x in inputs)
    squared = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1) - 2.0 * a @ b.T
    surface = p.surface_variance * np.exp(-0.5 * np.maximum(squared, 0.0))
    linear = p.linear_variance * inputs[0] @ inputs[1].T
    return surface + linear + 1.0 + np.outer(*expected), surface


def _trace_slopes(p: SurfaceParameters, misfit: Array, shared: Array, inputs: Array) -> Array:
    """tr(M ∂K/∂log θ), M = K⁻¹ − αα'; `shared` = M ∘ K_f.

    Σ_ik S_ik (x_i − x_k)² = 2 Σ_i x_i² Σ_k S_ik − 2 x'Sx needs no array of differences.
    """
    by_person = shared.sum(axis=1)
    apart = 2.0 * (by_person @ inputs**2 - np.sum(inputs * (shared @ inputs), axis=0))
    return np.concatenate(
        [
            [shared.sum()],
            -0.5 * p.roughness * apart,
            [p.linear_variance * np.sum(inputs * (misfit @ inputs))],
            [p.noise_variance * np.trace(misfit)],
        ]
    )


def _natural(logs: Array) -> SurfaceParameters:
    value = np.exp(logs)
    return SurfaceParameters(float(value[0]), value[1:-2], float(value[-2]), float(value[-1]))


def _prior(inputs: int) -> tuple[Array, Array]:
    """Middle and SD of the logarithms: surface, roughness of each input, linear, noise."""
    rough = [_MEDIAN_ROUGHNESS] * inputs
    middle = np.log([_MEDIAN_SURFACE, *rough, _MEDIAN_LINEAR, _MEDIAN_NOISE])
    spread = np.array([_LOG_SD, *([_LOG_SD_ROUGHNESS] * inputs), _LOG_SD, _LOG_SD])
    return middle, spread
