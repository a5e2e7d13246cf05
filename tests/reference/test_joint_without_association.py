"""No association: the joint likelihood is the mixed model's plus the survival model's."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from tests.double.adaptive_quadrature import (
    JointData,
    JointParameters,
    Piecewise,
    Weibull,
    log_likelihood,
)
from tests.tolerance import CLOSED_FORM

ROOT = Path(__file__).parents[2] / "reference"
VALUES = json.loads((ROOT / "survival" / "values.json").read_text("utf-8"))["cohort"]


def columns(name: str) -> dict[str, np.ndarray]:
    with (ROOT / "quadrature" / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def cohort() -> JointData:
    visits, follow = columns("cohort_visits.csv"), columns("cohort_follow_up.csv")
    arm = follow["arm"][:, None]
    return JointData(
        visits["id"].astype(int) - 1, visits["time"], visits["y"], follow["stime"], follow["event"],
        slope_covariates=arm, hazard_covariates=arm,
    )  # fmt: skip


def parts(kind: str) -> tuple[Weibull | Piecewise, float, float]:
    """Baseline, effect of arm and log-likelihood of the survival model of that kind."""
    found = VALUES[kind]
    effect = found["hazard_effects[0]"]["estimate"]
    if kind == "weibull":
        return (
            Weibull(found["log_base"]["estimate"], found["shape"]["estimate"]),
            effect,
            found["log_likelihood"],
        )
    levels = found["log_levels"]["estimate"]
    return Piecewise(tuple(found["edges"]), tuple(levels)), effect, found["log_likelihood"]


@pytest.mark.parametrize("kind", ["weibull", "piecewise"])
def test_joint_likelihood_is_the_sum_of_the_two_models(kind: str) -> None:
    mixed = VALUES["mixed"]
    baseline, effect, survival = parts(kind)
    p = JointParameters(
        mean_level=mixed["mean_level"]["estimate"], mean_slope=mixed["mean_slope"]["estimate"],
        sd_level=mixed["sd_level"], sd_slope=mixed["sd_slope"], correlation=mixed["correlation"],
        residual_sd=mixed["residual_sd"], baseline=baseline,
        slope_effects=(mixed["slope_effects[0]"]["estimate"],), hazard_effects=(effect,),
    )  # fmt: skip
    found = log_likelihood(cohort(), p, nodes=3).sum()
    assert found == pytest.approx(mixed["log_likelihood"] + survival, rel=CLOSED_FORM)


def test_survreg_in_its_own_words_is_the_same_weibull_model() -> None:
    own, turned = VALUES["weibull"]["survreg"], VALUES["weibull"]
    assert turned["shape"]["estimate"] == pytest.approx(1 / own["scale"], rel=CLOSED_FORM)
    assert turned["log_base"]["estimate"] == pytest.approx(
        -own["intercept"] / own["scale"], rel=CLOSED_FORM
    )
