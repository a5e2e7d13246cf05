"""The joint density against brute force (paths of the wander) and adaptive quadrature (lines)."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.double import adaptive_quadrature as quadrature

from slopewise.progression.joint.cohort import FollowUp, Measurements, gather
from slopewise.progression.joint.density import Problem, log_density
from slopewise.progression.joint.layout import Layout, layout_of
from slopewise.progression.joint.scores import log_density_scores
from slopewise.progression.joint.sites import refined_scores
from slopewise.progression.joint.specification import (
    ALSFRS_R,
    Association,
    Baseline,
    Marker,
    ProgressionModel,
)
from slopewise.progression.timeline import Exposure

VALUES = Path(__file__).parents[2] / "reference" / "brute_force" / "values.json"
CASES = json.loads(VALUES.read_text(encoding="utf-8"))["cases"]


def vector(layout: Layout, blocks: dict[str, object]) -> np.ndarray:
    working = np.zeros(layout.size)
    for name, value in blocks.items():
        place, shape = layout.blocks[name]
        working[place] = np.broadcast_to(np.asarray(value, dtype=float), shape).ravel()
    return working


def random_effects(sd_level: float, sd_slope: float, correlation: float) -> list[float]:
    left = np.sqrt(1.0 - correlation**2)
    return [np.log(sd_level), correlation / left, np.log(sd_slope * left)]


def one_patient(case: dict, *, intervals: int = 6, refined: bool = True) -> float:
    """Our log density of one brute-force case."""
    patient, p = case["patient"], case["parameters"]
    weibull = p["baseline"]["kind"] == "Weibull"
    cuts = () if weibull else tuple(p["baseline"]["edges"])
    baseline = Baseline() if weibull else Baseline.from_text(f"piecewise:{len(cuts) + 1}")
    model = ProgressionModel(
        wander=p["wander_sd"] > 0,
        association=Association.VALUE_SLOPE,
        baseline=baseline,
        slowing=True,
    )
    layout = layout_of(model, cuts)
    starts = [month for month, _ in patient["exposure"]]
    exposure = Exposure(tuple(starts), tuple(level for _, level in patient["exposure"]))
    cohort = gather(
        Measurements(
            np.zeros(len(patient["months"]), dtype=int),
            np.array(patient["months"], dtype=float),
            np.zeros(len(patient["months"]), dtype=int),
            np.array(patient["scores"], dtype=float),
        ),
        FollowUp(
            np.array([patient["entry"]]), np.array([patient["end"]]), np.array([patient["event"]])
        ),
        exposures=[exposure],
        cuts=(*cuts, *starts),
        intervals=intervals,
    )
    reference = np.array([p["value_reference"]])
    problem = Problem.of(layout, cohort, reference=reference, last=patient["end"], means={})
    base = p["baseline"]
    levels = [base["log_base"], np.log(base["shape"])] if weibull else np.array(base["log_levels"])
    blocks: dict[str, object] = {
        "mean_level": p["mean_level"],
        "mean_slope": p["mean_slope"],
        "random_effects": random_effects(p["sd_level"], p["sd_slope"], p["correlation"]),
        "log_residual_sd": np.log(p["residual_sd"]),
        "baseline": np.asarray(levels) + np.array(
            [p["log_hazard_ratio"], 0.0] if weibull else p["log_hazard_ratio"]
        ),
        "association_value": p["association_value"],
        "association_slope": p["association_slope"],
        "slowing": p["theta"],
    }  # fmt: skip
    if model.wander:
        blocks |= {
            "wander": np.log(p["wander_sd"]),
            "log_wander_months": np.log(p["wander_months"]),
        }
    return float(
        (
            refined_scores(problem, vector(layout, blocks))[0]
            if refined
            else log_density(problem, vector(layout, blocks)[None])[0]
        )[0]
    )


@pytest.mark.parametrize("number", range(len(CASES)))
def test_refined_density_is_that_of_brute_force(number: int) -> None:
    """Within a thousandth; within a hundredth where exposure changes or the wander is wild."""
    case = CASES[number]
    hard = case["parameters"]["wander_sd"] > 0.8 or bool(case["patient"]["exposure"])
    allowed = (0.012 if hard else 0.0012) + 3.3 * case["standard_error"]
    if case["parameters"]["association_slope"] == 0.0:
        allowed = 5e-5
    if len(case["patient"]["months"]) == 1:  # a path that only survival holds is less normal
        allowed = 0.01
    assert one_patient(case, intervals=24) == pytest.approx(case["log_density"], abs=allowed)


def test_refined_beats_laplace_and_one_pass_of_moment_matching() -> None:
    """In root mean square over the cases with a slope link."""
    cases = [c for c in CASES if c["parameters"]["association_slope"] and not c["patient"]["entry"]]
    truth = np.array([case["log_density"] for case in cases])
    refined = np.array([one_patient(case, intervals=24) for case in cases]) - truth
    matched = np.array([one_patient(case, intervals=24, refined=False) for case in cases]) - truth
    laplace = np.array([case["at_the_mode"] for case in cases]) - truth
    assert np.sqrt(np.mean(refined**2)) < 0.5 * np.sqrt(np.mean(laplace**2))
    assert np.sqrt(np.mean(refined**2)) < 0.1 * np.sqrt(np.mean(matched**2))


# Lines without wander, against adaptive quadrature with 15 × 15 nodes


def some_lines(*, entry: bool) -> tuple[Measurements, FollowUp, np.ndarray]:
    draw = np.random.default_rng(11)
    patients = 40
    level = 38.0 + 5.0 * draw.standard_normal(patients)
    slope = -1.0 + 0.7 * draw.standard_normal(patients)
    end = draw.uniform(1.0, 18.0, patients)
    event = draw.random(patients) < 0.5
    start = np.where(draw.random(patients) < 0.4, 0.4 * end, 0.0) if entry else np.zeros(patients)
    patient, month = (a.ravel() for a in np.meshgrid(np.arange(patients), [0.0, 1, 2, 4, 7, 12, 16], indexing="ij"))  # fmt: skip # noqa: E501
    seen = month <= end[patient]
    patient, month = patient[seen], month[seen]
    value = level[patient] + slope[patient] * month + 2.0 * draw.standard_normal(len(month))
    measurements = Measurements(patient, month, np.zeros(len(month), dtype=int), value)
    return measurements, FollowUp(start, end, event), draw.standard_normal(patients)


BASELINES = {
    "weibull": (
        Baseline(),
        (),
        [-3.4, np.log(1.4)],
        quadrature.Weibull(-3.4, 1.4),
    ),
    "piecewise:3": (
        Baseline.from_text("piecewise:3"),
        (4.0, 9.0),
        [-4.0, -3.2, -2.9],
        quadrature.Piecewise((4.0, 9.0), (-4.0, -3.2, -2.9)),
    ),
    "spline:1": (
        Baseline.from_text("spline:1"),
        (8.0,),
        [-4.2, -3.8, -3.3, -3.0, -2.8],
        quadrature.LogSpline(
            quadrature.clamped_knots(np.array([8.0]), start=0.0, end=18.0),
            (-4.2, -3.8, -3.3, -3.0, -2.8),
        ),
    ),
}


@pytest.mark.parametrize("entry", [False, True])
@pytest.mark.parametrize("baseline", list(BASELINES))
@pytest.mark.parametrize(("value", "slope"), [(-0.1, 0.0), (0.0, -0.9), (-0.08, -0.5)])
def test_lines_agree_with_adaptive_quadrature(
    baseline: str, value: float, slope: float, *, entry: bool
) -> None:
    measurements, follow_up, covariate = some_lines(entry=entry)
    kind, cuts, coefficients, other = BASELINES[baseline]
    association = {
        (True, False): Association.VALUE,
        (False, True): Association.SLOPE,
        (True, True): Association.VALUE_SLOPE,
    }[value != 0.0, slope != 0.0]
    model = ProgressionModel(
        wander=False,
        association=association,
        baseline=kind,
        level_covariates=("x",),
        slope_covariates=("x",),
        hazard_covariates=("x",),
    )
    layout = layout_of(model, cuts)
    cohort = gather(measurements, follow_up, covariates={"x": covariate}, cuts=cuts, intervals=18)
    problem = Problem.of(layout, cohort, reference=np.array([38.0]), last=18.0, means={"x": 0.0})
    blocks: dict[str, object] = {
        "mean_level": 38.2,
        "mean_slope": -0.95,
        "level_covariates": 0.6,
        "slope_covariates": -0.2,
        "hazard_covariates": 0.3,
        "random_effects": random_effects(5.0, 0.7, 0.2),
        "log_residual_sd": np.log(2.0),
        "baseline": coefficients,
    }
    if value:
        blocks["association_value"] = value
    if slope:
        blocks["association_slope"] = slope
    ours, _, _ = refined_scores(problem, vector(layout, blocks))
    columns = covariate[:, None]
    data = quadrature.JointData(
        patient=measurements.patient,
        month=measurements.month,
        score=measurements.value,
        end=follow_up.end_month,
        event=follow_up.event,
        entry=follow_up.entry_month,
        level_covariates=columns,
        slope_covariates=columns,
        hazard_covariates=columns,
    )
    parameters = quadrature.JointParameters(
        mean_level=38.2,
        mean_slope=-0.95,
        sd_level=5.0,
        sd_slope=0.7,
        correlation=0.2,
        residual_sd=2.0,
        baseline=other,
        association_value=value,
        association_slope=slope,
        value_reference=38.0,
        level_effects=(0.6,),
        slope_effects=(-0.2,),
        hazard_effects=(0.3,),
    )
    theirs = quadrature.log_likelihood(data, parameters, nodes=15)
    assert ours == pytest.approx(theirs, abs=3e-3 if slope else 1e-3)
    assert ours.mean() == pytest.approx(theirs.mean(), abs=4e-4)


# Derivatives, and what must not matter


def rich_problem(
    markers: int, baseline: str, cuts: tuple[float, ...]
) -> tuple[Problem, np.ndarray]:
    """Everything at once: classes, wander, covariates, exposure, late entry, several markers."""
    measurements, follow_up, covariate = some_lines(entry=True)
    if markers == 2:
        measurements = Measurements(
            np.tile(measurements.patient, 2),
            np.tile(measurements.month, 2),
            np.repeat([0, 1], len(measurements.month)),
            np.concatenate([measurements.value, 2.0 * measurements.value + 5.0]),
        )
    names = ("x",)
    model = ProgressionModel(
        markers=(ALSFRS_R, Marker("svc", "%", 0.0, 150.0))[:markers],
        classes=3,
        association=Association.VALUE_SLOPE,
        baseline=Baseline.from_text(baseline),
        level_covariates=names,
        slope_covariates=names,
        hazard_covariates=names,
        class_covariates=names,
        slowing=True,
        direct_effect=True,
    )
    layout = layout_of(model, cuts)
    exposures = [Exposure((3.0, 8.0), (1.0, 0.5)) if i % 2 else Exposure() for i in range(40)]
    cohort = gather(
        measurements,
        follow_up,
        covariates={"x": covariate},
        exposures=exposures,
        cuts=cuts,
        onset=np.where(np.arange(40) % 3, np.linspace(6.0, 40.0, 40), np.nan),
    )
    reference = np.array([38.0, 80.0])[:markers]
    problem = Problem.of(layout, cohort, reference=reference, last=18.0, means={"x": 0.1})
    working = 0.2 * np.random.default_rng(5).standard_normal(layout.size)
    shifts = {"mean_level": 37.0, "mean_slope": -1.0, "log_residual_sd": 0.8, "baseline": -3.5}
    for name, shift in shifts.items():
        working[layout.blocks[name][0]] += shift
    working[layout.blocks["association_value"][0]] = -0.06
    working[layout.blocks["log_wander_months"][0]] += 1.0
    return problem, working


@pytest.mark.parametrize("markers", [1, 2])
@pytest.mark.parametrize(
    ("baseline", "cuts"), [("weibull", ()), ("piecewise:2", (6.0,)), ("spline:1", (6.0,))]
)
def test_gradient_is_that_of_finite_differences(
    markers: int, baseline: str, cuts: tuple[float, ...]
) -> None:
    problem, working = rich_problem(markers, baseline, cuts)
    total, scores = log_density_scores(problem, working)
    assert total == pytest.approx(log_density(problem, working[None])[0], abs=1e-10)
    steps = 1e-5 * np.eye(len(working))
    shifted = np.concatenate([working + steps, working - steps])
    found = log_density(problem, shifted).reshape(2, len(working), -1)
    assert pytest.approx((found[0] - found[1]) / 2e-5, abs=2e-5) == scores.T


def test_refined_gradient_is_that_of_finite_differences() -> None:
    problem, working = rich_problem(1, "weibull", ())
    _, scores, sites = refined_scores(problem, working)
    for i in range(len(working)):
        step = np.zeros(len(working))
        step[i] = 1e-4
        up, down = (refined_scores(problem, working + s, start=sites)[0] for s in (step, -step))
        assert scores[:, i].sum() == pytest.approx((up - down).sum() / 2e-4, abs=2e-3)


def test_order_of_patients_and_padding_do_not_matter() -> None:
    problem, working = rich_problem(1, "weibull", ())
    measurements, follow_up, covariate = some_lines(entry=True)
    order = np.random.default_rng(2).permutation(40)
    place = np.argsort(order)
    exposures = [Exposure((3.0, 8.0), (1.0, 0.5)) if i % 2 else Exposure() for i in range(40)]
    moved = gather(
        replace(measurements, patient=place[measurements.patient]),
        FollowUp(follow_up.entry_month[order], follow_up.end_month[order], follow_up.event[order]),
        covariates={"x": covariate[order]},
        exposures=[exposures[i] for i in order],
        onset=np.where(np.arange(40) % 3, np.linspace(6.0, 40.0, 40), np.nan)[order],
    )
    again = Problem.of(
        problem.layout, moved, reference=problem.reference, last=18.0, means={"x": 0.1}
    )
    first = log_density(problem, working[None])[0]
    assert log_density(again, working[None])[0] == pytest.approx(first[order], abs=1e-9)


def test_without_association_scores_and_survival_part() -> None:
    """log p(scores, follow-up) is the sum of the two alone."""
    measurements, follow_up, _ = some_lines(entry=False)

    def total(*, survival: bool) -> np.ndarray:
        model = ProgressionModel(survival=survival, association=Association.NONE)
        layout = layout_of(model, ())
        cohort = gather(measurements, follow_up, survival=survival)
        problem = Problem.of(layout, cohort, reference=np.array([38.0]), last=18.0, means={})
        working = np.full(layout.size, 0.3)
        working[layout.blocks["mean_level"][0]] = 38.0
        if survival:
            working[layout.blocks["baseline"][0]] = [-3.0, np.log(1.3)]
        return log_density(problem, working[None])[0]

    month, event = follow_up.end_month, follow_up.event
    hazard = event * (-3.0 + np.log(1.3) + 0.3 * np.log(month)) - np.exp(-3.0) * month**1.3
    assert total(survival=True) - total(survival=False) == pytest.approx(hazard, abs=1e-9)


def test_anchor_is_the_score_of_48_points_at_onset() -> None:
    """The dense normal density of four scores, the wander's covariances by quadrature."""
    model = ProgressionModel(survival=False)
    layout = layout_of(model, ())
    onset, months = 9.0, np.array([0.0, 2.0, 5.0])
    scores = np.array([41.0, 40.0, 36.0])
    nobody = np.zeros(3, dtype=int)
    anchored = gather(
        Measurements(nobody, months, nobody, scores),
        FollowUp(np.zeros(1), np.array([5.0]), np.array([False])),
        survival=False,
        onset=np.array([onset]),
    )
    problem = Problem.of(layout, anchored, reference=np.array([38.0]), last=5.0, means={})
    blocks: dict[str, object] = {
        "mean_level": 39.0,
        "mean_slope": -0.9,
        "random_effects": random_effects(4.0, 0.6, 0.3),
        "wander": np.log(0.7),
        "log_wander_months": np.log(3.0),
        "log_residual_sd": np.log(1.7),
    }
    ours = log_density(problem, vector(layout, blocks)[None])[0, 0]
    month = np.append(-onset, months)
    design = np.stack([np.ones(4), month], axis=1)
    effects = np.array([[16.0, 0.3 * 4.0 * 0.6], [0.3 * 4.0 * 0.6, 0.36]])

    def path(s: float, t: float) -> float:
        """Cov of the wander's integrals from 0 to s and from 0 to t, by quadrature."""
        u, w = np.polynomial.legendre.leggauss(200)
        a, b = 0.5 * s * (u + 1.0), 0.5 * t * (u + 1.0)
        kernel = 0.49 * np.exp(-np.abs(a[:, None] - b[None]) / 3.0)
        return float((0.5 * s * w) @ kernel @ (0.5 * t * w))

    wander = np.array([[path(s, t) for t in month] for s in month])
    noise = np.diag([1.5**2, *(1.7**2 * np.ones(3))])
    covariance = design @ effects @ design.T + wander + noise
    left = np.append(48.0, scores) - (39.0 - 0.9 * month)
    _, determinant = np.linalg.slogdet(2.0 * np.pi * covariance)
    dense = -0.5 * (determinant + left @ np.linalg.solve(covariance, left))
    assert ours == pytest.approx(dense, abs=2e-4)
