"""Random intercept and slope model, REML and ML, by statsmodels' MixedLM.

Run: python run.py > values.json   (statsmodels, which slopewise itself does not need)
The tables are those written by ../lme4/random_slope.R.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import statsmodels
from statsmodels.regression.mixed_linear_model import MixedLM

TABLES = json.loads((Path(__file__).parent.parent / "lme4/random_slope.json").read_text("utf-8"))
NAMES = ("sleepstudy", "Orthodont", "sleepstudy_thinned", "ragged")


def design_of(name: str) -> np.ndarray:
    """Ones, then the columns the R formula names."""
    table = {key: np.asarray(values) for key, values in TABLES["data"][name].items()}
    terms = TABLES["designs"][name]
    columns = [np.ones(len(table["y"]))]
    columns.extend(
        np.prod([table[part] for part in term.split(":")], axis=0)
        for term in ([terms] if isinstance(terms, str) else terms)
    )
    return np.column_stack(columns).astype(float)


def fit(name: str, *, reml: bool) -> dict[str, object]:
    """One fit, tightened until the gradient is as small as the program's optimisers make it."""
    table = TABLES["data"][name]
    time = np.asarray(table["t"], dtype=float)
    model = MixedLM(
        np.asarray(table["y"]),
        design_of(name),
        groups=np.asarray(table["id"]),
        exog_re=np.column_stack([np.ones_like(time), time]),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = model.fit(reml=reml, method=["bfgs", "lbfgs", "cg"], gtol=1e-10)
    covariance = np.asarray(found.cov_re)
    sd = np.sqrt(np.diag(covariance))
    return {
        "program": "statsmodels",
        "version": statsmodels.__version__,
        "data": name,
        "call": f"MixedLM(y, X, groups=id, exog_re=[1, t]).fit(reml={reml})",
        "method": "reml" if reml else "ml",
        "fixed_effects": np.asarray(found.fe_params).tolist(),
        "intercept_sd": float(sd[0]),
        "slope_sd": float(sd[1]),
        "correlation": float(covariance[0, 1] / (sd[0] * sd[1])),
        "residual_sd": float(np.sqrt(found.scale)),
        "log_likelihood": float(found.llf),
        "converged": bool(found.converged),
    }


fits = [fit(name, reml=reml) for name in NAMES for reml in (True, False)]
sys.stdout.write(json.dumps({"fits": fits}) + "\n")
