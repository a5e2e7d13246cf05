"""One patient's joint density with a wandering slope, by importance sampling of whole paths.

    dm = (1 − θ g(t)) (r + w) dt,  dw = −κ w dt + τ √(2κ) dB,  (m(0), r) ~ N(μ, Σ), w(0) ~ N(0, τ²)
    y_j = m(t_j) + e_j,            h(t) = h0(t) exp(z'γ + α_value (m − m_ref) + α_slope dm/dt)

    log p(y, T, d) = log E[ Π_j N(y_j; m(t_j), σ²) h(T)^d exp(−∫_0^T h dt) ]

The expectation runs over the level, the rate and the path of w on a grid of months (steps exact
for the process, hazard by the trapezium on each cell with h0's own mass). All of it is one dense
normal vector: path = mean + F ε with ε ~ N(0, I). Paths are drawn from a normal law at the mode of
the whole integrand (`proposal="joint"`: weights nearly equal) or, as a check of that, from the law
given the scores alone (`proposal="scores"`, where the average is over the survival factor only),
and weighted by the ratio of densities: right for any proposal, up to the Monte Carlo error that is
returned and the grid's own, which halving `cell` shows. No filter, no approximation, no quadrature.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from tests.double.adaptive_quadrature import Piecewise, Weibull

__all__ = ["Estimate", "Patient", "WanderParameters", "log_density"]

Array = np.ndarray


@dataclass(frozen=True)
class WanderParameters:
    """One class of the natural history with survival; months and points."""

    mean_level: float
    mean_slope: float
    sd_level: float
    sd_slope: float
    correlation: float
    residual_sd: float
    wander_sd: float  # τ, points per month; 0 is the textbook model
    wander_months: float  # 1/κ
    baseline: Weibull | Piecewise
    association_value: float = 0.0
    association_slope: float = 0.0
    value_reference: float = 0.0
    theta: float = 0.0
    log_hazard_ratio: float = 0.0  # z'γ: covariates and a direct effect together


@dataclass(frozen=True)
class Patient:
    """Visits and follow-up; `exposure` is (month, share of full effect from then on), 0 before."""

    months: tuple[float, ...]
    scores: tuple[float, ...]
    end: float
    event: bool
    entry: float = 0.0
    exposure: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Estimate:
    """log density, its Monte Carlo standard error, and the normal approximation at the mode."""

    log_density: float
    standard_error: float
    at_the_mode: float
    draws: int


@dataclass(frozen=True)
class Paths:
    """The path as mean + F ε on the grid, and what the integrand needs of it, in terms of ε."""

    score_mean: Array  # (visits,)
    score_map: Array  # (visits, dimension)
    risk_mean: Array  # (2 cells,) log relative risk at both ends of each cell at ε = 0
    risk_map: Array  # (2 cells, dimension)
    mass: Array  # (2 cells,) half of h0's integral over the cell
    end_mean: float  # log relative risk at the end of follow-up at ε = 0
    end_map: Array  # (dimension,)


def cumulative(baseline: Weibull | Piecewise, t: Array) -> Array:
    """∫_0^t h0, closed form."""
    if isinstance(baseline, Weibull):
        return np.asarray(np.exp(baseline.log_base) * t**baseline.shape)
    start = np.array([0.0, *baseline.edges])
    stop = np.array([*baseline.edges, np.inf])
    spent = np.clip(t[:, None], start, stop) - start
    return np.asarray(spent @ np.exp(baseline.log_levels))


def month_grid(patient: Patient, cell: float) -> Array:
    """From 0 to the end of follow-up, with every visit and change of exposure on it."""
    corners = {0.0, patient.end, *patient.months, *(month for month, _ in patient.exposure)}
    inside = sorted(c for c in corners if 0 <= c <= patient.end)
    pieces = [
        np.linspace(a, b, max(1, round((b - a) / cell)) + 1)[:-1] for a, b in pairwise(inside)
    ]
    return np.concatenate([*pieces, [patient.end]])


def speed(patient: Patient, p: WanderParameters, grid: Array) -> Array:
    """1 − θ g on each cell."""
    middle = (grid[1:] + grid[:-1]) / 2
    share = np.zeros_like(middle)
    for month, level in sorted(patient.exposure):
        share[middle > month] = level
    return 1 - p.theta * share


def step_noise(p: WanderParameters, dt: float) -> tuple[float, float, Array]:
    """e^(−κ dt), ∫ e^(−κ s) ds, and the factor of the covariance of (∫ w, w) after dt given w."""
    kappa = 1 / p.wander_months
    decay, reach = np.exp(-kappa * dt), -np.expm1(-kappa * dt) / kappa
    variance = p.wander_sd**2 * -np.expm1(-2 * kappa * dt)
    both = p.wander_sd**2 * kappa * reach**2
    area = p.wander_sd**2 * (2 * dt - 2 * reach - kappa * reach**2) / kappa
    if p.wander_sd == 0:
        return decay, reach, np.zeros((2, 2))
    first = np.sqrt(area)
    rest = variance - (both / first) ** 2
    return decay, reach, np.array([[first, 0.0], [both / first, np.sqrt(max(rest, 0.0))]])


def paths(patient: Patient, p: WanderParameters, cell: float) -> Paths:
    """Level m, rate r and wander w on the grid as rows that multiply ε."""
    grid = month_grid(patient, cell)
    cells, moving = len(grid) - 1, speed(patient, p, grid)
    size = 3 + 2 * cells
    level, rate, wander = np.zeros((cells + 1, size)), np.zeros(size), np.zeros((cells + 1, size))
    level[0, 0] = p.sd_level
    rate[:2] = p.sd_slope * np.array([p.correlation, np.sqrt(1 - p.correlation**2)])
    wander[0, 2] = p.wander_sd
    level_mean = p.mean_level + p.mean_slope * np.concatenate(
        [[0], np.cumsum(moving * np.diff(grid))]
    )
    for k, dt in enumerate(np.diff(grid)):
        decay, reach, factor = step_noise(p, float(dt))
        own = slice(3 + 2 * k, 5 + 2 * k)
        level[k + 1] = level[k] + moving[k] * (rate * dt + wander[k] * reach)
        level[k + 1, own] += moving[k] * factor[0]
        wander[k + 1] = decay * wander[k]
        wander[k + 1, own] += factor[1]
    ends = np.stack([np.arange(cells), np.arange(1, cells + 1)], 1).ravel()
    of_cell = np.repeat(moving, 2)
    risk_mean = p.association_value * (level_mean[ends] - p.value_reference)
    risk_mean = risk_mean + p.association_slope * of_cell * p.mean_slope + p.log_hazard_ratio
    risk_map = p.association_value * level[ends]
    risk_map = risk_map + p.association_slope * of_cell[:, None] * (rate + wander[ends])
    at = np.searchsorted(grid, patient.months)
    return Paths(
        level_mean[at], level[at], risk_mean, risk_map,
        np.repeat(np.diff(cumulative(p.baseline, grid)) / 2, 2), float(risk_mean[-1]), risk_map[-1],
    )  # fmt: skip


def log_integrand(path: Paths, patient: Patient, p: WanderParameters, draws: Array) -> Array:
    """log of scores × follow-up × prior over ε, shape (draws,), without the (2π) of ε."""
    missed = np.asarray(patient.scores) - path.score_mean - draws @ path.score_map.T
    found = -0.5 * (missed**2).sum(1) / p.residual_sd**2 - 0.5 * (draws**2).sum(1)
    found -= len(patient.scores) * np.log(np.sqrt(2 * np.pi) * p.residual_sd)
    found -= np.exp(path.risk_mean + draws @ path.risk_map.T) @ path.mass
    if patient.event:
        at_end = p.baseline.log_hazard(np.array([patient.end]))[0]
        found += at_end + path.end_mean + draws @ path.end_map
    return found


def centre(
    path: Paths, patient: Patient, p: WanderParameters, *, joint: bool
) -> tuple[Array, Array]:
    """Mean and precision of the proposal for ε: of the whole integrand, or of the scores' part."""
    size = path.score_map.shape[1]
    precision = np.eye(size) + path.score_map.T @ path.score_map / p.residual_sd**2
    pull = path.score_map.T @ (np.asarray(patient.scores) - path.score_mean) / p.residual_sd**2
    here = np.linalg.solve(precision, pull)
    if not joint:
        return here, precision
    pull = pull + (path.end_map if patient.event else 0.0)
    for _ in range(100):
        risk = path.mass * np.exp(path.risk_mean + path.risk_map @ here)
        curvature = precision + path.risk_map.T @ (risk[:, None] * path.risk_map)
        step = np.linalg.solve(curvature, pull - precision @ here - path.risk_map.T @ risk)
        here = here + step * min(1.0, 2.0 / np.abs(step).max())
        if np.abs(step).max() < 1e-10:
            return here, curvature
    raise ArithmeticError("the mode of the integrand was not found")


def whole(patient: Patient, p: WanderParameters, how: tuple[int, float, str, int]) -> Estimate:
    """The integral without regard to late entry."""
    draws, cell, proposal, seed = how
    generator, path = np.random.default_rng(seed), paths(patient, p, cell)
    mean, precision = centre(path, patient, p, joint=proposal == "joint")
    factor = np.linalg.cholesky(precision)
    log_det = 2 * np.log(np.diagonal(factor)).sum()
    ratios = []
    for start in range(0, draws, 10_000):
        noise = generator.standard_normal((min(10_000, draws - start) // 2, len(mean)))
        noise = np.concatenate([noise, -noise])  # opposite paths in pairs
        sampled = mean + np.linalg.solve(factor.T, noise.T).T
        value = log_integrand(path, patient, p, sampled)
        pair = (value + 0.5 * (noise**2).sum(1) - 0.5 * log_det).reshape(2, -1)
        ratios.append(pair)
    log_ratio = np.concatenate(ratios, axis=1)
    top = log_ratio.max()
    weight = np.exp(log_ratio - top).mean(axis=0)  # a pair's two paths are one draw
    at_mode = log_integrand(path, patient, p, mean[None])[0] - 0.5 * log_det
    error = weight.std(ddof=1) / weight.mean() / np.sqrt(len(weight))
    return Estimate(float(top + np.log(weight.mean())), float(error), float(at_mode), draws)


def log_density(
    patient: Patient,
    parameters: WanderParameters,
    *,
    draws: int = 100_000,
    cell: float = 0.05,
    proposal: str = "joint",
    seed: int = 20,
) -> Estimate:
    """log p(scores, follow-up), given being under observation at `entry` where that is late."""
    how = (draws, cell, proposal, seed)
    found = whole(patient, parameters, how)
    if patient.entry <= 0:
        return found
    unseen = replace(patient, months=(), scores=(), end=patient.entry, event=False, entry=0.0)
    alive = whole(unseen, parameters, how)
    return Estimate(
        found.log_density - alive.log_density,
        float(np.hypot(found.standard_error, alive.standard_error)),
        found.at_the_mode - alive.at_the_mode,
        draws,
    )
