"""The random intercept and slope model by statsmodels, with its two kinds of standard error.

In an environment that holds statsmodels (it is no dependency of the package), from the root:

    python reference/statsmodels/standard_errors.py > reference/statsmodels/standard_errors.json

Data: sleepstudy and Orthodont from reference/lme4/values.json, the simulated cohort of 300.
"""

import csv
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import statsmodels
from statsmodels.regression.mixed_linear_model import MixedLM

ROOT = Path(__file__).resolve().parents[1]


def cohort() -> dict[str, list[object]]:
    """Columns id, t, y and arm of the simulated cohort."""
    with (ROOT / "quadrature" / "cohort_follow_up.csv").open(encoding="utf-8") as file:
        arm = {row["id"]: float(row["arm"]) for row in csv.DictReader(file)}
    with (ROOT / "quadrature" / "cohort_visits.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        "id": [r["id"] for r in rows],
        "t": [float(r["time"]) for r in rows],
        "y": [float(r["y"]) for r in rows],
        "x": [arm[r["id"]] for r in rows],
    }


def fitted(table: dict[str, list[object]], *, reml: bool) -> dict[str, object]:
    t, y = np.asarray(table["t"], float), np.asarray(table["y"], float)
    design = [np.ones_like(t), t]
    if "x" in table:
        design.append(t * np.asarray(table["x"], float))
    X, Z = np.stack(design, 1), np.stack([np.ones_like(t), t], 1)
    began = time.process_time()
    found = MixedLM(y, X, groups=np.asarray(table["id"]), exog_re=Z).fit(
        reml=reml, method=["bfgs", "lbfgs"], gtol=1e-10, maxiter=2000
    )
    D = np.asarray(found.cov_re)
    names = ["mean_level", "mean_slope", "slope_effects[0]"][: X.shape[1]]
    given_variances = np.linalg.inv(
        sum(
            X[rows].T
            @ np.linalg.solve(Z[rows] @ D @ Z[rows].T + found.scale * np.eye(len(rows)), X[rows])
            for rows in (np.flatnonzero(np.asarray(table["id"]) == i) for i in set(table["id"]))
        )
    )
    return {
        "method": "REML" if reml else "ML",
        "converged": bool(found.converged),
        "log_likelihood": float(found.llf),
        "parameters": dict(zip(names, map(float, found.fe_params), strict=True))
        | {
            "sd_level": float(np.sqrt(D[0, 0])),
            "sd_slope": float(np.sqrt(D[1, 1])),
            "correlation": float(D[0, 1] / np.sqrt(D[0, 0] * D[1, 1])),
            "residual_sd": float(np.sqrt(found.scale)),
        },
        "standard_error_printed": dict(zip(names, map(float, found.bse_fe), strict=True)),
        "standard_error_given_variances": dict(
            zip(names, map(float, np.sqrt(np.diag(given_variances))), strict=True)
        ),
        "cpu_seconds": round(time.process_time() - began, 2),
    }


def main() -> None:
    warnings.simplefilter("ignore")
    stored = json.loads((ROOT / "lme4" / "values.json").read_text("utf-8"))["data"]
    tables = {"sleepstudy": stored["sleepstudy"], "Orthodont": stored["Orthodont"]}
    tables["cohort"] = cohort()
    fits = [
        {"data": name} | fitted(table, reml=reml)
        for name, table in tables.items()
        for reml in (False, True)
    ]
    answer = {"program": "statsmodels", "version": statsmodels.__version__, "fits": fits}
    sys.stdout.write(json.dumps(answer, indent=1) + "\n")


if __name__ == "__main__":
    main()
