"""Log densities of single patients with a wandering slope, by brute force over paths.

From the root of the repository:

    python reference/brute_force/run.py > reference/brute_force/values.json

Each case is a patient, one class's parameters and the estimate: log density, its Monte Carlo
standard error, the change when the grid's cells are halved, and the normal approximation at the
mode of the dense path (what a Laplace approximation without correction gives).
"""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.double.adaptive_quadrature import Piecewise, Weibull
from tests.double.brute_force_joint import Patient, WanderParameters, log_density

MONTHS, END = (0.0, 1.0, 3.0, 6.0), 7.5
STEADY = Patient(MONTHS, (38.0, 37.0, 33.5, 30.0), END, event=True)
PLATEAU = Patient(MONTHS, (41.0, 40.0, 41.0, 40.0), END, event=False)
FAST = Patient(MONTHS, (36.0, 33.0, 27.0, 15.0), END, event=True)
ONE_VISIT = Patient((0.0,), (30.0,), END, event=True)
COMMON = WanderParameters(
    mean_level=38.0, mean_slope=-1.0, sd_level=5.0, sd_slope=0.7, correlation=0.3, residual_sd=1.8,
    wander_sd=0.5, wander_months=6.0, baseline=Weibull(-3.5, 1.3), value_reference=36.0,
)  # fmt: skip
VALUE = replace(COMMON, association_value=-0.08)
SLOPE = replace(COMMON, association_slope=-0.9)
BOTH = replace(COMMON, association_value=-0.08, association_slope=-0.6)
STRONG = replace(
    COMMON, wander_sd=0.9, wander_months=4.0, association_value=-0.12, association_slope=-1.2,
    log_hazard_ratio=0.5,
)  # fmt: skip
TREATED = ((2.0, 1.0),)
WANING = ((2.0, 1.0), (4.0, 0.5))
CASES = {
    "value, steady, event": (STEADY, VALUE),
    "value, steady, censored": (replace(STEADY, event=False), VALUE),
    "value, plateau, censored": (PLATEAU, VALUE),
    "value, fast, event": (FAST, VALUE),
    "slope, steady, event": (STEADY, SLOPE),
    "slope, plateau, censored": (PLATEAU, SLOPE),
    "slope, fast, event": (FAST, SLOPE),
    "both, steady, event": (STEADY, BOTH),
    "both, steady, censored": (replace(STEADY, event=False), BOTH),
    "both, fast, event": (FAST, BOTH),
    "both, one visit, event": (ONE_VISIT, BOTH),
    "strong, steady, event": (STEADY, STRONG),
    "strong, fast, event": (FAST, STRONG),
    "strong, plateau, censored": (PLATEAU, STRONG),
    "both, treated from month 2, theta 0.4, event": (
        replace(STEADY, exposure=TREATED), replace(BOTH, theta=0.4),
    ),
    "both, treated from month 2, theta 1.5, censored": (
        replace(PLATEAU, exposure=TREATED), replace(BOTH, theta=1.5),
    ),
    "both, waning after month 4, theta -0.5, event": (
        replace(FAST, exposure=WANING), replace(BOTH, theta=-0.5),
    ),
    "both, piecewise baseline, event": (
        STEADY, replace(BOTH, baseline=Piecewise((3.0, 6.0), (-3.2, -2.8, -2.6))),
    ),
    "both, entering at month 3, event": (
        replace(STEADY, months=(3.0, 4.0, 6.0), scores=(33.5, 32.0, 30.0), entry=3.0), BOTH,
    ),
    "both, no wander, event": (STEADY, replace(BOTH, wander_sd=0.0)),
}  # fmt: skip


def main() -> None:
    found = []
    for name, (patient, parameters) in CASES.items():
        fine = log_density(patient, parameters, draws=100_000, cell=0.05)
        coarse = log_density(patient, parameters, draws=100_000, cell=0.1)
        found.append(
            {
                "case": name,
                "patient": asdict(patient),
                "parameters": asdict(parameters)
                | {"baseline": asdict(parameters.baseline)
                   | {"kind": type(parameters.baseline).__name__}},
                "log_density": fine.log_density,
                "standard_error": fine.standard_error,
                "change_of_grid": fine.log_density - coarse.log_density,
                "at_the_mode": fine.at_the_mode,
            }
        )  # fmt: skip
    sys.stdout.write(json.dumps({"draws": 100_000, "cell": 0.05, "cases": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
