"""K = 1 without wander is the textbook model: nlme and lme4 must agree."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.textbook import TEXTBOOK_PARAMETERS as PARAMETERS
from tests.textbook import fit_textbook

from slopewise.errors import InputError
from slopewise.progression.likelihood import log_density
from slopewise.progression.parameters import ParameterSets
from slopewise.progression.timeline import no_exposure, timeline

VALUES = json.loads(
    (Path(__file__).parents[2] / "reference" / "lme4" / "values.json").read_text("utf-8")
)
CASES = [(fit["program"], fit["data"]) for fit in VALUES["fits"]]


def reference_fit(program: str, data: str) -> dict[str, float]:
    return next(f for f in VALUES["fits"] if f["program"] == program and f["data"] == data)


def by_patient(data: str) -> tuple[list[list[float]], list[list[float]]]:
    table = VALUES["data"][data]
    patients = sorted(set(table["id"]))
    rows = list(zip(table["id"], table["t"], table["y"], strict=True))
    chosen = [sorted((t, y) for i, t, y in rows if i == patient) for patient in patients]
    return [[t for t, _ in r] for r in chosen], [[y for _, y in r] for r in chosen]


def textbook_parameters(estimate: dict[str, float]) -> ParameterSets:
    """One set of one class without wander."""
    columns = {name: np.array([[estimate[name]]]) for name in PARAMETERS}
    one, none = np.ones((1, 1)), np.zeros((1, 1))
    return ParameterSets(weight=one, wander_sd=none, wander_months=one, **columns)


def test_the_full_grid_of_programs_and_data_is_there() -> None:
    assert sorted(CASES) == sorted(
        (program, data)
        for program in ("nlme", "lme4")
        for data in ("sleepstudy", "Orthodont", "sleepstudy_thinned")
    )


@pytest.mark.parametrize(("program", "data"), CASES)
def test_likelihood_at_the_other_programs_estimates_agrees(program: str, data: str) -> None:
    months, scores = by_patient(data)
    found = reference_fit(program, data)
    steps = timeline(months, [no_exposure()] * len(months), [0.0] * len(months))
    padded = np.zeros(steps.duration.shape)
    for row, values in enumerate(scores):
        padded[row, steps.observed[row]] = values
    density, _ = log_density(
        padded, steps, textbook_parameters({k: found[k] for k in PARAMETERS}), theta=np.zeros(1)
    )
    assert float(density.sum()) == pytest.approx(found["log_likelihood"], rel=1e-8)


@pytest.mark.parametrize("data", ["sleepstudy", "Orthodont", "sleepstudy_thinned"])
def test_estimates_agree_with_lme4_and_nlme(data: str) -> None:
    months, scores = by_patient(data)
    fit = fit_textbook(months, scores)
    assert fit.status == "converged"
    for program in ("lme4", "nlme"):
        found = reference_fit(program, data)
        # never below the other program's maximum, and at the same height
        assert fit.log_likelihood == pytest.approx(found["log_likelihood"], rel=1e-9)
        for name in PARAMETERS:
            # each program stops at its own tolerance; the two agree with one another to 2e-5
            assert fit.parameters[name].estimate == pytest.approx(found[name], rel=2e-5), (
                program,
                name,
            )


@pytest.mark.parametrize("data", ["sleepstudy", "Orthodont", "sleepstudy_thinned"])
def test_estimates_lie_within_a_millionth_of_the_nearer_program(data: str) -> None:
    months, scores = by_patient(data)
    fit = fit_textbook(months, scores)
    for name in PARAMETERS:
        nearest = min(
            abs(fit.parameters[name].estimate / reference_fit(program, data)[name] - 1.0)
            for program in ("lme4", "nlme")
        )
        assert nearest < 1e-6, name


def test_standard_error_of_the_slope_is_that_of_the_balanced_closed_form() -> None:
    # balanced visits: the slope estimate is the mean of the patients' own slopes, so its
    # variance is the variance of a patient's slope over the number of patients (ML: / n)
    months, scores = by_patient("sleepstudy")
    slopes = [np.polyfit(m, s, 1)[0] for m, s in zip(months, scores, strict=True)]
    fit = fit_textbook(months, scores)
    assert fit.parameters["mean_slope"].standard_error == pytest.approx(
        np.std(slopes) / np.sqrt(len(slopes)), rel=1e-5
    )


def test_a_vanished_variance_is_a_boundary_and_not_a_success() -> None:
    generator = np.random.default_rng(3)
    months = [[float(m) for m in range(6)]] * 40
    scores = (40.0 - np.arange(6) + generator.standard_normal((40, 6))).tolist()  # no person effect
    assert fit_textbook(months, scores).status != "converged"


def test_a_score_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(InputError, match="not a finite number"):
        fit_textbook([[0.0, 1.0]] * 3, [[40.0, float("nan")]] * 3)
