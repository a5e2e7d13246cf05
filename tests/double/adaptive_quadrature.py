"""The textbook joint model a second time: adaptive Gauss–Hermite, straight from its equations.

For one patient, with u = (u0, u1) ~ N(0, D) and t in months,

    m(t) = (mean_level + x_level'β + u0) + (mean_slope + x_slope'β + u1) t
    y_j  = m(t_j) + e_j,  e_j ~ N(0, σ²)
    h(t) = h0(t) exp(z'γ + α_value (m(t) − m_ref) + α_slope dm/dt)

    log L = log ∫ Π_j N(y_j; m(t_j), σ²) h(T)^d exp(−H(0, T)) N(u; 0, D) du
            − log ∫ exp(−H(0, entry)) N(u; 0, D) du

The last term is there for late entry: who died before `entry` could not be seen. Every constant is
kept (the (2π)s of the scores; the log hazard at the event is a density per unit of time), so that
the value compares with nlme, lme4 and JM, whose time unit must be the same.

The outer integral runs over `nodes` × `nodes` points placed at the mode and curvature of each
patient's integrand, the inner one (cumulative hazard) over Gauss–Legendre points on every piece on
which h0 is smooth. It shares no code with the package and is made for reading, not for speed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

import numpy as np

__all__ = [
    "JointData",
    "JointMaximum",
    "JointParameters",
    "LogSpline",
    "Piecewise",
    "Weibull",
    "clamped_knots",
    "log_likelihood",
    "maximise",
    "named_vector",
]

Array = np.ndarray


def on_panel(start: Array, end: Array, points: int) -> tuple[Array, Array]:
    """Gauss–Legendre points and weights on [start, end]: shape (…, points)."""
    x, w = np.polynomial.legendre.leggauss(points)
    half, middle = (end - start) / 2, (end + start) / 2
    return middle[..., None] + half[..., None] * x, half[..., None] * w


def over_pieces(end: Array, edges: Array) -> tuple[Array, Array]:
    """Points and weights of ∫_0^end over the pieces between the edges: shape (patients, points)."""
    inner = edges[np.isfinite(edges) & (edges > 0)]
    corners = np.concatenate([[0.0], inner, [np.inf]])
    start, stop = np.minimum(corners[:-1], end[:, None]), np.minimum(corners[1:], end[:, None])
    t, w = on_panel(start, stop, 12)
    return t.reshape(len(end), -1), w.reshape(len(end), -1)


@dataclass(frozen=True)
class Weibull:
    """h0(t) = shape · t^(shape − 1) · exp(log_base), per month."""

    log_base: float
    shape: float

    def log_hazard(self, t: Array) -> Array:
        return self.log_base + np.log(self.shape) + (self.shape - 1) * np.log(t)

    def measure(self, end: Array) -> tuple[Array, Array]:
        """Points t and weights h0(t)dt of [0, end]; t^shape = end^shape · x⁴ keeps 0 harmless."""
        zero, one = np.zeros_like(end), np.ones_like(end)
        x, w = on_panel(zero, one, 24)
        whole = np.exp(self.log_base) * end[:, None] ** self.shape
        return end[:, None] * x ** (4 / self.shape), whole * 4 * x**3 * w


@dataclass(frozen=True)
class Piecewise:
    """h0(t) = exp(log_levels[k]) between edges[k − 1] and edges[k]; inner edges only, in months."""

    edges: tuple[float, ...]
    log_levels: tuple[float, ...]

    def log_hazard(self, t: Array) -> Array:
        # an event on an edge belongs to the piece that ends there
        return np.asarray(self.log_levels)[np.searchsorted(np.asarray(self.edges), t, side="left")]

    def measure(self, end: Array) -> tuple[Array, Array]:
        t, w = over_pieces(end, np.asarray(self.edges))
        return t, w * np.exp(self.log_hazard(t))


@dataclass(frozen=True)
class LogSpline:
    """log h0(t) = Σ coefficient · B-spline of `degree` on `knots` (all of them, ends repeated)."""

    knots: tuple[float, ...]
    coefficients: tuple[float, ...]
    degree: int = 3

    def log_hazard(self, t: Array) -> Array:
        from scipy.interpolate import BSpline

        spline = BSpline(np.asarray(self.knots), np.asarray(self.coefficients), self.degree)
        return np.asarray(spline(np.clip(t, self.knots[0], self.knots[-1])))

    def measure(self, end: Array) -> tuple[Array, Array]:
        t, w = over_pieces(end, np.unique(self.knots))
        return t, w * np.exp(self.log_hazard(t))


Baseline = Weibull | Piecewise | LogSpline


def clamped_knots(inner: Array, *, start: float, end: float, degree: int = 3) -> tuple[float, ...]:
    """All knots of a B-spline on [start, end]: both ends repeated degree + 1 times."""
    ends = [start] * (degree + 1), [end] * (degree + 1)
    return (*map(float, ends[0]), *map(float, inner), *map(float, ends[1]))


@dataclass(frozen=True)
class JointData:
    """Visits in rows, patients numbered 0 … n − 1; months since the clock's origin.

    Covariates are one row a patient; `entry` is where a patient comes under observation.
    """

    patient: Array  # (rows,) number of the patient
    month: Array  # (rows,)
    score: Array  # (rows,)
    end: Array  # (patients,) month of the event or of censoring
    event: Array  # (patients,) 1 event, 0 censored
    entry: Array | None = None  # (patients,) month; none means 0
    level_covariates: Array | None = None  # (patients, a)
    slope_covariates: Array | None = None  # (patients, b)
    hazard_covariates: Array | None = None  # (patients, c)


@dataclass(frozen=True)
class JointParameters:
    """Parameters in the units of the data; effects in the order of the covariate columns."""

    mean_level: float
    mean_slope: float
    sd_level: float
    sd_slope: float
    correlation: float
    residual_sd: float
    baseline: Baseline
    association_value: float = 0.0  # α_value, log hazard ratio per point
    association_slope: float = 0.0  # α_slope, log hazard ratio per point per month
    value_reference: float = 0.0  # m_ref; fixed, never estimated
    level_effects: tuple[float, ...] = ()
    slope_effects: tuple[float, ...] = ()
    hazard_effects: tuple[float, ...] = ()


@dataclass(frozen=True)
class Sums:
    """What the scores say: Σ over a patient's visits, r = score − fixed part."""

    count: Array
    r: Array
    rr: Array
    rt: Array
    t: Array
    tt: Array


@dataclass(frozen=True)
class Integrand:
    """log of the function of u = (u0, u1) under one patient's integral, for all patients.

    = constant − ½ u'Au + b'u − Σ_q weight_q exp(direction_q'u)
    """

    constant: Array  # (patients,)
    A: Array  # (patients, 2, 2)
    b: Array  # (patients, 2)
    weight: Array  # (patients, points)
    direction: Array  # (patients, points, 2)

    def at(self, u: Array) -> Array:
        """Value at u of shape (patients, k, 2): (patients, k)."""
        square = ((u @ self.A) * u).sum(-1)
        risen = np.exp(u @ np.swapaxes(self.direction, 1, 2))
        hazard = (risen @ self.weight[..., None])[..., 0]
        return self.constant[:, None] - square / 2 + (u @ self.b[..., None])[..., 0] - hazard

    def slopes_at(self, u: Array) -> tuple[Array, Array]:
        """Gradient (patients, 2) and minus the second derivative (patients, 2, 2) at u."""
        risen = np.exp((self.direction @ u[..., None])[..., 0])
        pulled = (self.weight * risen)[..., None] * self.direction
        gradient = self.b - (self.A @ u[..., None])[..., 0] - pulled.sum(1)
        return gradient, self.A + np.swapaxes(pulled, 1, 2) @ self.direction


def linear(covariates: Array | None, effects: tuple[float, ...], n: int) -> Array:
    """Covariates times effects, one value a patient."""
    if covariates is None or not effects:
        return np.zeros(n)
    return np.asarray(covariates, float) @ np.asarray(effects)


def fixed_part(data: JointData, p: JointParameters) -> tuple[Array, Array]:
    """Expected level and slope of each patient before random effects."""
    n = len(data.end)
    level = p.mean_level + linear(data.level_covariates, p.level_effects, n)
    return level, p.mean_slope + linear(data.slope_covariates, p.slope_effects, n)


def sums(data: JointData, level: Array, slope: Array) -> Sums:
    """Sums over visits by patient."""
    n, i, t = len(data.end), data.patient, np.asarray(data.month, float)
    r = data.score - level[i] - slope[i] * t

    def total(values: Array) -> Array:
        return np.bincount(i, weights=values, minlength=n)

    return Sums(
        total(np.ones_like(t)), total(r), total(r * r), total(r * t), total(t), total(t * t)
    )


def precision(p: JointParameters) -> tuple[Array, float]:
    """Inverse and log determinant of the random effects' covariance."""
    cross = p.correlation * p.sd_level * p.sd_slope
    D = np.array([[p.sd_level**2, cross], [cross, p.sd_slope**2]])
    return np.linalg.inv(D), float(np.linalg.slogdet(D)[1])


def hazard_part(
    data: JointData, p: JointParameters, end: Array
) -> tuple[Array, Array, Callable[[Array], tuple[Array, Array]]]:
    """Weights and directions of H(0, end), and the log hazard's constant and direction at t."""
    level, slope = fixed_part(data, p)
    still = linear(data.hazard_covariates, p.hazard_effects, len(end)) - (
        p.association_value * p.value_reference
    )

    def log_relative(t: Array) -> tuple[Array, Array]:
        """log h / h0 at u = 0 and its derivative in u, for t of shape (patients, points)."""
        at_zero = still[:, None] + p.association_value * (level[:, None] + slope[:, None] * t)
        at_zero = at_zero + p.association_slope * slope[:, None]
        by_slope = p.association_value * t + p.association_slope
        return at_zero, np.stack([np.full_like(t, p.association_value), by_slope], axis=-1)

    t, w = p.baseline.measure(end)
    at_zero, direction = log_relative(t)
    return w * np.exp(at_zero), direction, log_relative


def integrand(data: JointData, p: JointParameters) -> Integrand:
    """The function under the integral of visits and follow-up."""
    level, slope = fixed_part(data, p)
    s, (P, log_det) = sums(data, level, slope), precision(p)
    variance = p.residual_sd**2
    design = np.stack([np.stack([s.count, s.t], -1), np.stack([s.t, s.tt], -1)], -2)
    end, event = np.asarray(data.end, float), np.asarray(data.event, float)
    weight, direction, log_relative = hazard_part(data, p, end)
    at_event, event_direction = log_relative(end[:, None])
    constant = -0.5 * s.rr / variance - s.count * np.log(p.residual_sd)
    constant = constant - 0.5 * (s.count + 2) * np.log(2 * np.pi) - 0.5 * log_det
    constant = constant + event * (p.baseline.log_hazard(end) + at_event[:, 0])
    b = np.stack([s.r, s.rt], -1) / variance + event[:, None] * event_direction[:, 0]
    return Integrand(constant, design / variance + P, b, weight, direction)


def entry_integrand(data: JointData, p: JointParameters, entry: Array) -> Integrand:
    """The function under the integral of being alive at entry."""
    n, (P, log_det) = len(entry), precision(p)
    weight, direction, _ = hazard_part(data, p, entry)
    constant = np.full(n, -np.log(2 * np.pi) - 0.5 * log_det)
    return Integrand(constant, np.broadcast_to(P, (n, 2, 2)), np.zeros((n, 2)), weight, direction)


def mode(f: Integrand) -> tuple[Array, Array]:
    """Where each integrand is largest and its curvature there: Newton, halving where it falls."""
    u = np.zeros_like(f.b)
    with np.errstate(over="ignore"):
        value = f.at(u[:, None])[:, 0]
        for _ in range(60):
            gradient, curvature = f.slopes_at(u)
            step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
            for _ in range(40):
                moved = f.at((u + step)[:, None])[:, 0]
                worse = ~(moved >= value - 1e-12 * np.abs(value))
                if not worse.any():
                    break
                step[worse] /= 2
            u, value = u + step, moved
            if np.max(np.abs(step) * np.sqrt(np.diagonal(curvature, axis1=1, axis2=2))) < 1e-9:
                return u, f.slopes_at(u)[1]
    raise ArithmeticError("the mode of a patient's integrand was not found in 60 steps")


def log_integral(f: Integrand, nodes: int) -> Array:
    """log ∫ exp f(u) du by adaptive Gauss–Hermite on nodes × nodes points, one value a patient."""
    centre, curvature = mode(f)
    spread = np.linalg.cholesky(np.linalg.inv(curvature))
    x, w = np.polynomial.hermite.hermgauss(nodes)
    grid = np.stack(np.meshgrid(x, x, indexing="ij"), -1).reshape(-1, 2)
    log_weight = (np.log(w)[:, None] + np.log(w)[None, :]).ravel() + (grid**2).sum(1)
    u = centre[:, None] + np.sqrt(2) * np.einsum("nij,kj->nki", spread, grid)
    with np.errstate(over="ignore", under="ignore"):
        terms = f.at(u) + log_weight
        top = terms.max(axis=1, keepdims=True)
        total = top[:, 0] + np.log(np.exp(terms - top).sum(axis=1))
    volume = np.log(2.0) + np.log(np.diagonal(spread, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(total + volume)


def log_likelihood(data: JointData, parameters: JointParameters, *, nodes: int = 9) -> Array:
    """Marginal log-likelihood of visits and follow-up, one value a patient."""
    found = log_integral(integrand(data, parameters), nodes)
    if data.entry is not None and np.any(np.asarray(data.entry) > 0):
        entry = np.asarray(data.entry, float)
        late = entry > 0
        alive = log_integral(entry_integrand(data, parameters, np.where(late, entry, 1.0)), nodes)
        found = found - np.where(late, alive, 0.0)
    return found


# ---------------------------------------------------------------- the maximum and its curvature
LOGGED = ("sd_level", "sd_slope", "residual_sd", "shape")


@dataclass(frozen=True)
class JointMaximum:
    """Estimates with standard errors from the observed information (inverse Hessian)."""

    parameters: JointParameters
    log_likelihood: float
    standard_error: dict[str, float]
    newton_decrement: float  # gradient' · inverse Hessian · gradient: twice the rise still possible


@dataclass(frozen=True)
class Layout:
    """Which parameters are free, and how they lie in one vector (logs; atanh: correlation)."""

    template: JointParameters
    fixed: frozenset[str] = field(default_factory=frozenset)

    def names(self) -> list[str]:
        return [name for name in named_vector(self.template) if name not in self.fixed]

    def vector(self) -> Array:
        values = named_vector(self.template)
        return np.array([to_line(name, values[name]) for name in self.names()])

    def parameters(self, vector: Array) -> JointParameters:
        values = dict(named_vector(self.template))
        for name, x in zip(self.names(), vector, strict=True):
            values[name] = from_line(name, float(x))
        return with_values(self.template, values)


def to_line(name: str, value: float) -> float:
    if name in LOGGED:
        return float(np.log(value))
    return float(np.arctanh(value)) if name == "correlation" else value


def from_line(name: str, x: float) -> float:
    if name in LOGGED:
        return float(np.exp(x))
    return float(np.tanh(x)) if name == "correlation" else x


def named_vector(p: JointParameters) -> dict[str, float]:
    """Every number that may be estimated: `shape`, `hazard_effects[0]`, `log_levels[2]`, …"""
    found: dict[str, float] = {}
    for part in (p, p.baseline):
        for f in fields(part):
            value = getattr(part, f.name)
            if f.name in {"baseline", "value_reference", "edges", "knots", "degree"}:
                continue
            if isinstance(value, tuple):
                found |= {f"{f.name}[{k}]": float(x) for k, x in enumerate(value)}
            else:
                found[f.name] = float(value)
    return found


def with_values(p: JointParameters, values: dict[str, float]) -> JointParameters:
    """The same parameters with other numbers, by the names of `named_vector`."""

    def changed(part: object) -> dict[str, object]:
        new: dict[str, object] = {}
        for f in fields(part):  # type: ignore[arg-type]
            old = getattr(part, f.name)
            if f.name in values:
                new[f.name] = values[f.name]
            elif isinstance(old, tuple) and f"{f.name}[0]" in values:
                new[f.name] = tuple(values[f"{f.name}[{k}]"] for k in range(len(old)))
        return new

    baseline = replace(p.baseline, **changed(p.baseline))  # type: ignore[arg-type]
    return replace(p, baseline=baseline, **changed(p))  # type: ignore[arg-type]


def gradient_of(f: Callable[[Array], float], x: Array, h: float) -> Array:
    """Central differences of step h in every coordinate."""
    return np.array([(f(x + s) - f(x - s)) / (2 * h) for s in h * np.eye(len(x))])


def hessian_of(f: Callable[[Array], float], x: Array, h: float) -> Array:
    """Second differences of step h, all pairs, symmetric about x."""
    n, steps, here = len(x), h * np.eye(len(x)), f(x)

    def bend(direction: Array) -> float:
        return f(x + direction) + f(x - direction) - 2 * here

    alone = np.array([bend(step) for step in steps])
    found = np.diag(alone)
    for i in range(n):
        for j in range(i):
            together = bend(steps[i] + steps[j])
            found[i, j] = found[j, i] = (together - alone[i] - alone[j]) / 2
    return found / h**2


def maximise(
    data: JointData,
    start: JointParameters,
    *,
    nodes: int = 9,
    fixed: frozenset[str] = frozenset(),
    rounds: int = 12,
) -> JointMaximum:
    """Maximum of the marginal likelihood: BFGS in the curvature's own units, then Newton steps.

    `fixed` names parameters that stay as they are in `start`, in the words of `named_vector`; both
    associations are free unless named there. Standard errors: inverse of the observed information,
    by second differences in coordinates in which that information is the identity (a plain grid
    is wrong by 4 % for parameters as correlated as log_base and association_value).
    """
    from scipy.optimize import minimize

    layout = Layout(start, fixed)

    def loss(x: Array) -> float:
        try:
            total = -float(log_likelihood(data, layout.parameters(x), nodes=nodes).sum())
        except (ArithmeticError, np.linalg.LinAlgError):
            return 1e10
        return total if np.isfinite(total) else 1e10

    x = layout.vector()
    unit = np.maximum(1e-3, 0.05 * np.abs(x))
    for _ in range(2):  # each parameter's own curvature gives its unit
        risen = np.array([loss(x + s) + loss(x - s) - 2 * loss(x) for s in np.diag(unit)])
        unit = np.clip(1 / np.sqrt(np.maximum(risen / unit**2, 1e-6)), 1e-6, 1.0)
    axes = np.diag(unit)
    for _ in range(rounds):

        def along(z: Array, x: Array = x, axes: Array = axes) -> float:
            return loss(x + axes @ z)

        zero = np.zeros(len(x))
        found = minimize(
            along,
            zero,
            jac=lambda z, f=along: gradient_of(f, z, 1e-3),
            method="BFGS",
            options={"gtol": 1e-4, "maxiter": 60},
        )
        x = x + axes @ found.x
        curvature = hessian_of(lambda z, x=x, axes=axes: loss(x + axes @ z), zero, 0.02)
        gradient = gradient_of(lambda z, x=x, axes=axes: loss(x + axes @ z), zero, 1e-3)
        values, vectors = np.linalg.eigh(curvature)
        root = vectors / np.sqrt(np.maximum(values, 1e-8))
        decrement = float(np.sum((root.T @ gradient) ** 2))
        axes = axes @ root
        if decrement < 1e-7 and np.abs(values - 1).max() < 0.1:
            break

    def near(z: Array) -> float:
        return loss(x + axes @ z)

    zero = np.zeros(len(x))
    information = (4 * hessian_of(near, zero, 0.05) - hessian_of(near, zero, 0.1)) / 3
    covariance = axes @ np.linalg.inv(information) @ axes.T
    return JointMaximum(
        layout.parameters(x), -loss(x), natural_errors(layout, x, covariance), decrement
    )


def natural_errors(layout: Layout, x: Array, covariance: Array) -> dict[str, float]:
    """Standard errors in the parameters' own units (delta method through log and tanh)."""
    found = {}
    for name, value, variance in zip(layout.names(), x, np.diag(covariance), strict=True):
        natural = from_line(name, float(value))
        slope = natural if name in LOGGED else 1 - natural**2 if name == "correlation" else 1.0
        found[name] = float(np.sqrt(variance)) * slope
    return found
