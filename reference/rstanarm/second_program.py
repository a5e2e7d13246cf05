"""The same posterior by importance sampling on the quadrature likelihood, with rstanarm's priors.

From the root of the repository:

    python reference/rstanarm/second_program.py > reference/rstanarm/second_program.json

Draws from a Student t with 8 degrees of freedom at the maximum of the likelihood (coordinates: logs
of the SDs, of the residual SD and of the shape, atanh of the correlation, and log_base + shape ·
log 10, the log cumulative hazard at 10 months, instead of log_base, without which the shape bends
the ridge), weighted by likelihood × prior × Jacobian. Priors as in values.json: normal(0, 80)
on the level, normal(0, 3.70) and (0, 4.03) on the slopes, half-Cauchy 40 on the residual SD,
normal(0, 20) and (0, 2.5) on the log hazard's intercept and arm, half-Cauchy 2 on the shape,
normal(0, 0.28) on the association, half-Cauchy 80.34 and 14.81 on the SDs of level and slope,
correlation uniform.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "reference" / "quadrature")]

from run import VALUE, simulated, start  # noqa: E402
from tests.double.adaptive_quadrature import (  # noqa: E402
    JointData,
    JointParameters,
    Layout,
    hessian_of,
    log_likelihood,
    maximise,
    named_vector,
)

DRAWS, SEED, FREEDOM = 6_000, 20, 8
NORMAL = {
    "mean_level": 80.0, "mean_slope": 3.70, "slope_effects[0]": 4.03, "log_base": 20.0,
    "hazard_effects[0]": 2.5, "association_value": 0.28,
}  # fmt: skip
HALF_CAUCHY = {"residual_sd": 40.0, "shape": 2.0, "sd_level": 80.34, "sd_slope": 14.81}


def first_hundred() -> JointData:
    data = simulated()
    kept, covariates = data.patient < 100, data.slope_covariates
    assert covariates is not None
    return JointData(
        data.patient[kept], data.month[kept], data.score[kept], data.end[:100], data.event[:100],
        slope_covariates=covariates[:100], hazard_covariates=covariates[:100],
    )  # fmt: skip


def log_prior(values: dict[str, float]) -> float:
    """log prior density plus the log Jacobian of logs and atanh, up to a constant."""
    total = sum(-0.5 * (values[name] / scale) ** 2 for name, scale in NORMAL.items())
    for name, scale in HALF_CAUCHY.items():
        total += -np.log1p((values[name] / scale) ** 2) + np.log(values[name])
    return float(total + np.log1p(-(values["correlation"] ** 2)))


def main() -> None:
    data = first_hundred()
    first = start(data)
    found = maximise(data, first, nodes=5, fixed=VALUE)
    p = found.parameters
    moved = p.baseline.log_base - p.association_value * p.value_reference  # type: ignore[union-attr]
    p = replace(p, value_reference=0.0, baseline=replace(p.baseline, log_base=moved))
    layout = Layout(p, VALUE)
    names = layout.names()
    base, shape = names.index("log_base"), names.index("shape")

    def bent(x: np.ndarray) -> JointParameters:
        y = x.copy()
        y[base] -= np.exp(x[shape]) * np.log(10.0)
        return layout.parameters(y)

    centre = layout.vector()
    centre[base] += np.exp(centre[shape]) * np.log(10.0)

    def log_posterior(x: np.ndarray) -> float:
        q = bent(x)
        return float(log_likelihood(data, q, nodes=5).sum()) + log_prior(named_vector(q))

    axes = np.eye(len(centre)) * 0.01
    for _ in range(4):  # coordinates in which the curvature is the identity
        bend = hessian_of(lambda z, a=axes: -log_posterior(centre + a @ z), 0 * centre, 0.05)
        axes = axes @ np.linalg.inv(np.linalg.cholesky(bend)).T
    generator = np.random.default_rng(SEED)
    z = generator.standard_normal((DRAWS, len(centre)))
    z /= np.sqrt(generator.chisquare(FREEDOM, (DRAWS, 1)) / FREEDOM)
    log_proposal = -(FREEDOM + len(centre)) / 2 * np.log1p((z**2).sum(1) / FREEDOM)
    drawn = [centre + axes @ row for row in z]
    log_weight = np.array([log_posterior(x) for x in drawn]) - log_proposal
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    values = [named_vector(bent(x)) for x in drawn]
    table = {}
    for name in names:
        column = np.array([v[name] for v in values])
        mean = float(weight @ column)
        table[name] = {
            "maximum_likelihood": named_vector(p)[name],
            "mean": mean,
            "sd": float(np.sqrt(weight @ (column - mean) ** 2)),
        }
    answer = {
        "draws": DRAWS, "seed": SEED, "effective_draws": float(1 / (weight**2).sum()),
        "log_likelihood": found.log_likelihood, "posterior": table,
    }  # fmt: skip
    sys.stdout.write(json.dumps(answer, indent=1) + "\n")


if __name__ == "__main__":
    main()
