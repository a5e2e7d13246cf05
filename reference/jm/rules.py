"""What JM's quadrature rules give on the same likelihood, at JM's printed estimates.

From the root of the repository:

    python reference/jm/rules.py FOLDER_OF_DATA > reference/jm/rules.json

JM's nodes never move. Its plain rule (`…-GH`) lays 15 × 15 Gauss–Hermite points around zero with
the covariance of the random effects that lme found; its pseudo-adaptive rule (`…-aGH`) lays 5 × 5
points at lme's prediction of each patient's random effects with their covariance given the scores
alone, follow-up ignored. Both are written here from that description (package source, version 1.5:
the fitting functions and the default controls), and applied to the integrand of the second program.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "quadrature")]

from run import aids, pbc2, piecewise, spline, start  # noqa: E402
from tests.double.adaptive_quadrature import (  # noqa: E402
    JointData,
    JointParameters,
    Weibull,
    fixed_part,
    integrand,
    log_likelihood,
    named_vector,
    precision,
    sums,
    with_values,
)

STARTS = json.loads((HERE / "starts.json").read_text("utf-8"))
FITS = {f["name"]: f for f in json.loads((HERE / "values.json").read_text("utf-8"))["fits"]}


def upper_root(covariance: np.ndarray) -> np.ndarray:
    """Upper triangular R with R R' = covariance."""
    return np.linalg.inv(np.linalg.cholesky(np.linalg.inv(covariance)).swapaxes(-1, -2))


def fixed_rule(
    data: JointData, p: JointParameters, centre: np.ndarray, root: np.ndarray, points: int
) -> float:
    """Gauss–Hermite sum with the nodes at centre + √2 root x for every patient."""
    x, w = np.polynomial.hermite.hermgauss(points)
    grid = np.stack(np.meshgrid(x, x, indexing="ij"), -1).reshape(-1, 2)
    log_weight = (np.log(w)[:, None] + np.log(w)).ravel() + (grid**2).sum(1)
    u = centre[:, None] + np.sqrt(2) * np.einsum("nij,kj->nki", root, grid)
    terms = integrand(data, p).at(u) + log_weight
    terms += np.log(2) + np.linalg.slogdet(root)[1][:, None]
    top = terms.max(1, keepdims=True)
    return float((top[:, 0] + np.log(np.exp(terms - top).sum(1))).sum())


def beginning(data: JointData, found: dict[str, object]) -> JointParameters:
    """lme's own fit as parameters, without follow-up."""
    effects = found["fixed"]
    assert isinstance(effects, dict)
    level = effects["(Intercept)"]
    at_level = [v for k, v in effects.items() if k in {"ddI", "pen"}]
    at_slope = [v for k, v in effects.items() if ":" in k]
    slope = next(v for k, v in effects.items() if k in {"obstime", "year"})
    values = {k: float(found[k]) for k in ("sd_level", "sd_slope", "correlation", "residual_sd")}  # type: ignore[arg-type]
    p = replace(start(data), mean_level=level, mean_slope=slope, **values)
    return replace(p, level_effects=tuple(at_level), slope_effects=tuple(at_slope))


def predicted(data: JointData, p: JointParameters) -> tuple[np.ndarray, np.ndarray]:
    """Random effects given the scores alone: mean and covariance of every patient."""
    s = sums(data, *fixed_part(data, p))
    design = np.stack([np.stack([s.count, s.t], -1), np.stack([s.t, s.tt], -1)], -2)
    covariance = np.linalg.inv(design / p.residual_sd**2 + precision(p)[0])
    return (covariance @ np.stack([s.r, s.rt], -1)[..., None])[
        ..., 0
    ] / p.residual_sd**2, covariance


def at_jm(name: str, p: JointParameters) -> JointParameters:
    """The parameters as JM printed them, four decimals."""
    printed = {k: v[0] for k, v in FITS[name]["parameters"].items()}
    if "log_shape" in printed:
        printed["shape"] = float(np.exp(printed.pop("log_shape")))
    p = replace(p, value_reference=0.0)
    return with_values(p, named_vector(p) | printed)


def compared(name: str, data: JointData, p: JointParameters, found: dict[str, object]) -> dict:
    first, printed = beginning(data, found), at_jm(name, p)
    centre, covariance = predicted(data, first)
    D = np.linalg.inv(precision(first)[0])
    patients = len(data.end)
    around_zero = np.broadcast_to(upper_root(D), (patients, 2, 2))
    return {
        "name": name,
        "printed_by_jm": FITS[name]["log_likelihood"],
        "plain_15_points": fixed_rule(data, printed, 0 * centre, around_zero, 15),
        "plain_60_points": fixed_rule(data, printed, 0 * centre, around_zero, 60),
        "pseudo_adaptive_5_points": fixed_rule(data, printed, centre, upper_root(covariance), 5),
        "pseudo_adaptive_15_points": fixed_rule(data, printed, centre, upper_root(covariance), 15),
        "adaptive_15_points": float(log_likelihood(data, printed, nodes=15).sum()),
    }


def main(folder: Path) -> None:
    root, plain, liver = aids(folder, np.sqrt), aids(folder, np.asarray), pbc2(folder)
    plain = replace(plain, level_covariates=plain.slope_covariates)
    root_start, plain_start = piecewise(root, start(root)), spline(plain, start(plain))
    liver_start = replace(start(liver), baseline=Weibull(0.0, 1.0))
    answer = [
        compared("aids sqrt(CD4) piecewise value", root, root_start, STARTS["aids_root"]),
        compared("aids CD4 drug spline value", plain, plain_start, STARTS["aids_plain"]),
        compared("pbc2 weibull value", liver, liver_start, STARTS["pbc2"]),
    ]
    sys.stdout.write(json.dumps(answer, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
