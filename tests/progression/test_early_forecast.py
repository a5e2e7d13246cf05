"""The forecast of later decline: exact against dense algebra, near the optimum when simulated."""

import gzip
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from tests.progression.examples import three_classes
from tests.tolerance import CLOSED_FORM, ITERATED, MONTE_CARLO

from slopewise.errors import InputError
from slopewise.progression.forecasting.early_forecast import fit_forecaster, forecast
from slopewise.progression.forecasting.natural_slope import EarlyScores, natural_slope
from slopewise.progression.forecasting.surface import fit_surface, predict_surface
from slopewise.progression.parameters import ParameterSets
from slopewise.progression.simulate import simulate

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "casi_forecast.py"
PARAMETERS = three_classes(sets=2)


def early_scores(first: np.ndarray, last: np.ndarray, months: float) -> EarlyScores:
    people = first.size
    return EarlyScores(first, last, np.full(people, months), np.full(people, 20.0))


def integrated(k: float, months: float) -> float:
    """Variance of the integral of a wander of SD 1 and correlation time k over some months."""
    return 2.0 * k**2 * (months / k - 1.0 + np.exp(-months / k))


def dense_moments(
    p: ParameterSets, place: tuple[int, int], months: tuple[float, float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of (first score, last score, slope from a to b) from m(t) alone."""
    of = {name: getattr(p, name)[place] for name in vars(p) if name != "wander_months"}
    k = float(p.wander_months[place[0], 0])
    gap, a, b = months

    def covariance(s: float, t: float) -> float:
        line = of["sd_level"] ** 2 + s * t * of["sd_slope"] ** 2
        line += (s + t) * of["correlation"] * of["sd_level"] * of["sd_slope"]
        shared = 0.5 * (integrated(k, s) + integrated(k, t) - integrated(k, abs(s - t)))
        return float(line + of["wander_sd"] ** 2 * shared)

    times = [0.0, gap, a, b]
    joint = np.array([[covariance(s, t) for t in times] for s in times])
    mean = of["mean_level"] + of["mean_slope"] * np.array(times)
    joint[0, 0] += of["residual_sd"] ** 2
    joint[1, 1] += of["residual_sd"] ** 2
    read = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1 / (b - a), 1 / (b - a)]])
    return read @ mean, read @ joint @ read.T


@pytest.mark.parametrize("gap", [0.5, 2.7, 4.0])
def test_the_natural_slope_is_the_posterior_mean_of_the_dense_normal_mixture(gap: float) -> None:
    scores = np.array([[40.0, 38.0], [31.0, 33.0], [25.0, 16.0]])
    start = max(3.0, gap)  # what is past is no forecast
    found = natural_slope(early_scores(*scores.T, gap), PARAMETERS, start_month=3.0, end_month=12.0)
    for i, pair in enumerate(scores):
        weight, mean, square = [], [], []
        for place in np.ndindex(PARAMETERS.weight.shape):
            centre, joint = dense_moments(PARAMETERS, place, (gap, start, 12.0))
            gain = np.linalg.solve(joint[:2, :2], joint[:2, 2])
            mean.append(centre[2] + gain @ (pair - centre[:2]))
            square.append(joint[2, 2] - gain @ joint[:2, 2] + mean[-1] ** 2)
            density = multivariate_normal(centre[:2], joint[:2, :2]).pdf(pair)
            weight.append(PARAMETERS.weight[place] * density)
        expected = np.average(mean, weights=weight)
        assert found.mean[i] == pytest.approx(expected, rel=CLOSED_FORM)
        variance = np.average(square, weights=weight) - expected**2
        assert found.variance[i] == pytest.approx(variance, rel=CLOSED_FORM)


def test_a_form_with_another_maximum_is_stretched_to_the_scale_of_the_natural_history() -> None:
    first, last = np.array([48.0, 36.0]), np.array([42.0, 36.0])
    whole = natural_slope(early_scores(first, last, 3.0), PARAMETERS, start_month=3, end_month=12)
    shorter = replace(early_scores(first / 1.2, last / 1.2, 3.0), maximum=40.0)
    found = natural_slope(shorter, PARAMETERS, start_month=3, end_month=12)
    assert found.mean * 1.2 == pytest.approx(whole.mean, rel=CLOSED_FORM)


def curved_people(people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    inputs, expected = generator.standard_normal((people, 3)), generator.normal(-0.7, 0.3, people)
    noise = 0.3 * generator.standard_normal(people)
    return inputs, expected + 0.4 * np.sin(2.0 * inputs[:, 0]) + noise, expected


def brute_covariance(surface: object, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Entry by entry from the equation; rows are inputs with n in the last column."""
    p = surface.parameters  # type: ignore[attr-defined]
    found = np.empty((len(a), len(b)))
    for i, x in enumerate(a):
        for j, z in enumerate(b):
            apart = sum(p.roughness[h] * (x[h] - z[h]) ** 2 for h in range(len(x) - 1))
            found[i, j] = p.surface_variance * np.exp(-apart / 2) + 1.0 + x[-1] * z[-1]
            found[i, j] += p.linear_variance * sum(x[h] * z[h] for h in range(len(x) - 1))
    return found


def test_the_surface_is_the_conditional_normal_of_its_equation() -> None:
    inputs, response, expected = curved_people(60)
    surface = fit_surface(inputs[:50], response[:50], expected[:50])
    known, new = (np.column_stack([inputs, expected])[rows] for rows in (slice(50), slice(50, 60)))
    whole = brute_covariance(surface, known, known)
    whole += surface.parameters.noise_variance * np.eye(50)
    gain = np.linalg.solve(whole, brute_covariance(surface, known, new))
    mean, variance = predict_surface(surface, inputs[50:], expected[50:])
    left = response[:50] - expected[:50]
    assert mean == pytest.approx(expected[50:] + gain.T @ left, rel=CLOSED_FORM)
    own = np.diag(brute_covariance(surface, new, new))
    explained = np.sum(gain * brute_covariance(surface, known, new), axis=0)
    assert variance == pytest.approx(own - explained, rel=1e-6)  # a difference of larger numbers
    density = multivariate_normal(np.zeros(50), whole).logpdf(left)
    assert surface.log_marginal == pytest.approx(density, rel=CLOSED_FORM)


def test_leaving_one_out_equals_predicting_that_person_from_the_others() -> None:
    inputs, response, expected = curved_people(40)
    surface = fit_surface(inputs, response, expected)
    rows = np.column_stack([inputs, expected])
    whole = brute_covariance(surface, rows, rows)
    noisy = whole + surface.parameters.noise_variance * np.eye(40)
    for i in (0, 17, 39):
        others = np.arange(40) != i
        gain = np.linalg.solve(noisy[np.ix_(others, others)], whole[others, i])
        predicted = expected[i] + gain @ (response - expected)[others]
        assert surface.left_out[i] == pytest.approx(predicted, rel=CLOSED_FORM)


def test_the_surface_stands_at_a_maximum_of_its_posterior() -> None:
    inputs, response, expected = curved_people(80)
    surface = fit_surface(inputs, response, expected)
    assert surface.status == "converged"
    rows = np.column_stack([inputs, expected])
    middle = np.log([0.05, 0.1, 0.1, 0.1, 0.02, 0.25])
    spread = np.array([1.0, 1.5, 1.5, 1.5, 1.0, 1.0])

    def height(logs: np.ndarray) -> float:
        value = np.exp(logs)
        moved = replace(
            surface,
            parameters=replace(
                surface.parameters,
                surface_variance=value[0],
                roughness=value[1:4],
                linear_variance=value[4],
            ),
        )
        whole = brute_covariance(moved, rows, rows) + value[5] * np.eye(80)
        density = multivariate_normal(np.zeros(80), whole).logpdf(response - expected)
        return float(density - 0.5 * np.sum(((logs - middle) / spread) ** 2))

    p = surface.parameters
    place = np.log([p.surface_variance, *p.roughness, p.linear_variance, p.noise_variance])
    for step in 0.05 * np.vstack([np.eye(6), -np.eye(6)]):
        assert height(place + step) < height(place)


def simulated(people: int, *, seed: int, effect: float) -> tuple[EarlyScores, np.ndarray, ...]:
    """People whose personal slope is moved by a covariate; scores not rounded, so that the
    posterior mean is known: the natural slope of the scores without the shift, plus the shift."""
    generator = np.random.default_rng(seed)
    gap, months = 2.7, [0.0, 2.7, 3.0, 12.0]
    drawn = simulate(PARAMETERS, months, people, generator=generator)
    covariates = generator.standard_normal((people, 2))
    shift = effect * covariates[:, 0]
    error = PARAMETERS.residual_sd[drawn.drawn_set, drawn.drawn_class][:, None]
    path = drawn.expected_function
    scores = path[:, :2] + error * generator.standard_normal((people, 2))
    plain = natural_slope(
        early_scores(scores[:, 0], np.minimum(scores[:, 1], 48.0), gap),
        PARAMETERS,
        start_month=3.0,
        end_month=12.0,
    ).mean
    early = EarlyScores(
        scores[:, 0],
        np.clip(scores[:, 1] + shift * gap, 0.0, 48.0),
        np.full(people, gap),
        generator.uniform(6.0, 40.0, people),
    )
    slope = (path[:, 3] - path[:, 2]) / 9.0 + shift
    return early, covariates, slope, plain + shift


def test_the_forecast_nears_the_exact_posterior_mean() -> None:
    early, covariates, slope, _ = simulated(700, seed=1, effect=0.4)
    forecaster = fit_forecaster(early, covariates, slope, parameters=PARAMETERS)
    assert forecaster.status == "converged"
    early, covariates, slope, optimum = simulated(3000, seed=2, effect=0.4)
    found = forecast(forecaster, early, covariates)
    best, reached, untaught = (
        np.mean((slope - told) ** 2) for told in (optimum, found.mean, found.natural)
    )
    # assumption: to learn about 17 parameters from 700 people costs 17 / 700; twice that is allowed
    assert reached < best * 1.05
    assert untaught - reached > 0.8 * (untaught - best)
    # nothing beats the posterior mean but by chance: paired standard error over the same people
    paired = (slope - optimum) ** 2 - (slope - found.mean) ** 2
    assert paired.mean() < MONTE_CARLO * paired.std() / 3000**0.5


def test_where_the_natural_history_is_true_it_is_believed() -> None:
    early, covariates, slope, _ = simulated(700, seed=3, effect=0.0)
    forecaster = fit_forecaster(early, covariates, slope, parameters=PARAMETERS)
    early, covariates, slope, optimum = simulated(3000, seed=4, effect=0.0)
    found = forecast(forecaster, early, covariates)
    assert found.natural == pytest.approx(optimum, abs=ITERATED)
    assert np.mean((slope - found.mean) ** 2) < 1.05 * np.mean((slope - optimum) ** 2)


def test_nine_in_ten_later_slopes_lie_within_the_90_percent_interval() -> None:
    early, covariates, slope, _ = simulated(700, seed=5, effect=0.4)
    forecaster = fit_forecaster(early, covariates, slope, parameters=PARAMETERS)
    early, covariates, slope, _ = simulated(3000, seed=6, effect=0.4)
    found = forecast(forecaster, early, covariates)
    share = np.mean(np.abs(slope - found.mean) < 1.6449 * found.sd)
    chance = (
        0.9 * 0.1 / 3000 + 0.9 * 0.1 / 700
    ) ** 0.5  # of the new people and of those learnt from
    assert abs(share - 0.9) < MONTE_CARLO * chance


def test_the_forecast_of_a_person_does_not_depend_on_who_else_is_asked_about() -> None:
    early, covariates, slope, _ = simulated(120, seed=7, effect=0.4)
    forecaster = fit_forecaster(early, covariates, slope, parameters=PARAMETERS)
    all_of_them = forecast(forecaster, early, covariates).mean
    alone = forecast(forecaster, early.take(slice(5, 6)), covariates[5:6]).mean
    assert alone == pytest.approx(all_of_them[5:6], rel=CLOSED_FORM)


def test_people_that_cannot_be_forecast_are_refused_with_a_reason() -> None:
    early, covariates, slope, _ = simulated(60, seed=8, effect=0.4)
    holed = covariates.copy()
    holed[3, 1] = np.nan
    with pytest.raises(InputError, match="covariate 2 "):
        fit_forecaster(early, holed, slope, parameters=PARAMETERS)
    with pytest.raises(InputError, match="20 people are too few"):
        fit_forecaster(early.take(slice(20)), covariates[:20], slope[:20], parameters=PARAMETERS)
    with pytest.raises(InputError, match="later slope"):
        fit_forecaster(early, covariates, slope[:-1], parameters=PARAMETERS)
    with pytest.raises(InputError, match=r"outside 0\.\.48"):
        replace(early, last_score=early.last_score + 30.0)
    with pytest.raises(InputError, match="above 0"):
        replace(early, months_between=np.zeros(60))
    forecaster = fit_forecaster(early, covariates, slope, parameters=PARAMETERS)
    with pytest.raises(InputError, match="1 covariates given"):
        forecast(forecaster, early, covariates[:, :1])


@pytest.fixture
def simulated_tables(tmp_path: Path) -> Path:
    """Two tables in the layout of the real ones, filled with simulated people."""
    items = "speech swallowing handwriting cutting dressing turning walking climbing.stairs"
    names = ["Onset.Delta", "last.alsfrs.score", "alsfrs.score.slope", "last.alsfrs.score.date"]
    names += [f"last.{item}" for item in items.split()]
    names += ["last.salivation", "fvc.liters.slope", "mean.slope.weight"]
    for file, people, seed in (("als_train", 90, 1), ("als_test_features", 30, 2)):
        early, _, slope, _ = simulated(people, seed=seed, effect=0.0)
        fall = (early.last_score - early.first_score) / early.months_between / 1.2
        columns = [np.full(people, -500.0), early.last_score / 1.2, fall, np.full(people, 82.0)]
        columns += [np.random.default_rng(seed).integers(0, 5, people) for _ in range(9)]
        columns += [fall / 20.0, fall]
        header, rows = ["row_id", *names], [np.arange(people), *columns]
        if file == "als_train":
            header, rows = [*header, "dFRS"], [*rows, slope / 1.2]
        lines = [",".join(header), *(",".join(f"{v:g}" for v in row) for row in zip(*rows))]  # noqa: B905
        with gzip.open(tmp_path / f"{file}.csv.gz", "wt") as written:
            written.write("\n".join(lines) + "\n")
    return tmp_path


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), str(folder), str(folder / "out.csv")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_command_writes_a_forecast_for_each_person(simulated_tables: Path) -> None:
    result = run(simulated_tables)
    assert result.returncode == 0, result.stderr
    lines = (simulated_tables / "out.csv").read_text().splitlines()
    assert lines[0] == "row_id,dFRS"
    assert [line.split(",")[0] for line in lines[1:]] == [str(i) for i in range(30)]
    assert all(-5.0 < float(line.split(",")[1]) < 2.0 for line in lines[1:])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fvc.liters.slope", "fvc", "lacks the column fvc.liters.slope"),
        (",82,", ",nan,", "last.alsfrs.score.date holds a value that is no finite number"),
        (",82,", ",soon,", "last.alsfrs.score.date holds a value that is no finite number"),
        ("\n2,", "\n1,", "row_id twice"),
    ],
)
def test_a_faulty_table_is_refused_with_a_reason(
    simulated_tables: Path, old: str, new: str, said: str
) -> None:
    file = simulated_tables / "als_train.csv.gz"
    text = gzip.decompress(file.read_bytes()).decode()
    file.write_bytes(gzip.compress(text.replace(old, new, 1).encode()))
    result = run(simulated_tables)
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.returncode == 1
    assert "als_train.csv.gz is not there" in result.stderr
