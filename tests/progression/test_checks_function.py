"""Scores of predictions of function: CRPS, bands, transform, errors and skill."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from tests.tolerance import CLOSED_FORM, MONTE_CARLO, QUADRATURE

from slopewise.errors import InputError
from slopewise.progression.checks.coverage import (
    FunctionPredictions,
    binomial_interval,
    function_scores,
)
from slopewise.progression.checks.normal_mixture import (
    NormalMixture,
    crps,
    distribution_at,
    mixture_mean,
    mixture_quantile,
)

MIXED = NormalMixture(
    np.array([[0.5, 0.3, 0.2], [0.1, 0.9, 0.0]]),
    np.array([[30.0, 36.0, 40.0], [20.0, 22.0, 5.0]]),
    np.array([[2.0, 1.0, 4.0], [0.5, 3.0, 1.0]]),
)
OBSERVED = np.array([33.0, 25.0])


def plain(mean: float, sd: float, scores: int = 1) -> NormalMixture:
    shape = (scores, 1)
    return NormalMixture(np.ones(shape), np.full(shape, mean), np.full(shape, sd))


def by_hand(row: int, x: float) -> float:
    parts = zip(MIXED.weight[row], MIXED.mean[row], MIXED.sd[row], strict=True)
    return float(sum(w * norm.cdf(x, m, s) for w, m, s in parts))


def drawn(scores: int, seed: int, *, stated_sd: float = 3.0) -> FunctionPredictions:
    """Whole scores of a right prediction (sd 3), whose stated SD may be wrong."""
    generator = np.random.default_rng(seed)
    mean = generator.uniform(15.0, 40.0, scores)
    observed = np.round(mean + 3.0 * generator.standard_normal(scores))
    prediction = NormalMixture(np.ones((scores, 1)), mean[:, None], np.full((scores, 1), stated_sd))
    return FunctionPredictions(observed, prediction, naive_mean=np.full(scores, 27.5))


def test_crps_of_a_normal_is_the_published_closed_form() -> None:
    # Gneiting & Raftery 2007, section 4.2, doi:10.1198/016214506000001437
    z = (38.0 - 35.0) / 2.0
    expected = 2.0 * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / np.sqrt(np.pi))
    assert crps(plain(35.0, 2.0), np.array([38.0]))[0] == pytest.approx(expected, rel=CLOSED_FORM)


@pytest.mark.parametrize("row", [0, 1])
def test_crps_of_a_mixture_is_the_integral_that_defines_it(row: int) -> None:
    y = OBSERVED[row]
    below, _ = quad(lambda x: by_hand(row, x) ** 2, -20.0, y, epsabs=1e-12, limit=400)
    above, _ = quad(lambda x: (1.0 - by_hand(row, x)) ** 2, y, 80.0, epsabs=1e-12, limit=400)
    assert crps(MIXED, OBSERVED)[row] == pytest.approx(below + above, abs=QUADRATURE)


def test_crps_of_an_all_but_sure_prediction_is_the_absolute_error() -> None:
    assert crps(plain(35.0, 1e-9), np.array([38.0]))[0] == pytest.approx(3.0, abs=1e-8)


@pytest.mark.parametrize("least_sd", [1.0, 0.01])  # a grid of points; pairs of components
def test_crps_of_many_components_equals_the_sum_over_all_pairs(least_sd: float) -> None:
    generator = np.random.default_rng(5)
    shape = (3, 700)  # two mixtures at most are held at once
    weight, mean = generator.dirichlet(np.ones(700), size=3), generator.normal(30.0, 4.0, shape)
    sd, observed = generator.uniform(least_sd, 3.0, shape), np.array([20.0, 31.0, 45.0])

    def distance(m: np.ndarray, s: np.ndarray) -> np.ndarray:
        """E|X| of a normal."""
        return 2.0 * s * norm.pdf(m / s) + m * (2.0 * norm.cdf(m / s) - 1.0)

    for i in range(3):
        pairs = distance(np.subtract.outer(mean[i], mean[i]), np.hypot.outer(sd[i], sd[i]))
        near = weight[i] @ distance(observed[i] - mean[i], sd[i])
        expected = near - 0.5 * weight[i] @ pairs @ weight[i]
        found = crps(NormalMixture(weight, mean, sd), observed)[i]
        assert found == pytest.approx(expected, rel=CLOSED_FORM)


def test_quantile_and_distribution_of_a_mixture_are_inverse() -> None:
    for probability in (0.001, 0.25, 0.5, 0.95):
        at = mixture_quantile(MIXED, probability)
        assert distribution_at(MIXED, at) == pytest.approx([probability] * 2, rel=CLOSED_FORM)
        assert by_hand(0, at[0]) == pytest.approx(probability, rel=CLOSED_FORM)
    assert mixture_mean(MIXED) == pytest.approx([33.8, 21.8], rel=CLOSED_FORM)


@pytest.mark.parametrize(
    ("within", "of", "confidence", "lower", "upper"),
    [  # R 4.2.2: binom.test(7, 20), binom.test(0, 26), binom.test(19, 20, conf.level = 0.9)
        (7, 20, 0.95, 0.153909204784541, 0.592188534532828),
        (0, 26, 0.95, 0.0, 0.132274604497754),
        (19, 20, 0.9, 0.783893835793153, 0.997438621223470),
    ],
)
def test_binomial_interval_agrees_with_r(
    within: int, of: int, confidence: float, lower: float, upper: float
) -> None:
    found = binomial_interval(within, of, confidence=confidence)
    assert found == pytest.approx((lower, upper), rel=CLOSED_FORM)


def test_the_histogram_of_a_right_prediction_of_whole_scores_is_flat() -> None:
    shares = function_scores(drawn(20_000, 6)).pit_share
    assert sum(shares) == pytest.approx(1.0)
    error = np.sqrt(0.1 * 0.9 / 20_000)  # at most: spreading a score takes variance away
    assert shares == pytest.approx([0.1] * 10, abs=MONTE_CARLO * error)


def test_the_histogram_of_too_sure_a_prediction_is_a_bowl() -> None:
    shares = function_scores(drawn(20_000, 6, stated_sd=2.0)).pit_share
    # outermost tenths: 2 Φ(−1.2816 · 2/3) = 0.393
    assert shares[0] + shares[-1] == pytest.approx(2.0 * norm.cdf(norm.ppf(0.1) * 2 / 3), abs=0.02)


def test_a_whole_score_is_spread_over_its_rounding_interval() -> None:
    # 31 of N(30, 1): from Φ(0.5) to Φ(1.5), of which the part up to 0.75 falls into the third part
    start, end = norm.cdf(0.5), norm.cdf(1.5)
    third = (0.75 - start) / (end - start)
    found = function_scores(FunctionPredictions(np.array([31.0]), plain(30.0, 1.0)), parts=4)
    assert found.pit_share == pytest.approx((0.0, 0.0, third, 1.0 - third), rel=CLOSED_FORM)


def test_a_sharp_transform_falls_into_one_part() -> None:
    prediction = FunctionPredictions(np.array([30.0, 90.0]), plain(30.0, 5.0, 2), step=0.0)
    assert function_scores(prediction, parts=4).pit_share == (0.0, 0.5, 0.0, 0.5)


def test_bands_of_a_right_prediction_hold_their_share() -> None:
    generator = np.random.default_rng(8)
    observed = 30.0 + 2.0 * generator.standard_normal(5000)
    found = function_scores(FunctionPredictions(observed, plain(30.0, 2.0, 5000), step=0.0))
    assert [b.expected for b in found.coverage] == [0.5, 0.8, 0.9]
    for band in found.coverage:
        error = np.sqrt(band.expected * (1.0 - band.expected) / 5000)
        assert band.share == pytest.approx(band.expected, abs=MONTE_CARLO * error)
        expected = binomial_interval(band.within, 5000)
        assert (band.lower, band.upper) == pytest.approx(expected, rel=CLOSED_FORM)


def test_the_interval_of_repeated_scores_is_that_of_the_patients() -> None:
    # every patient measured four times with the same result: 50 patients say as much as 200 scores
    once = drawn(50, 9)
    repeated = np.repeat(np.arange(50), 4)
    predicted = NormalMixture(
        *(
            np.repeat(a, 4, axis=0)
            for a in (once.predicted.weight, once.predicted.mean, once.predicted.sd)
        )
    )
    found = function_scores(
        FunctionPredictions(once.observed[repeated], predicted, patient=repeated)
    )
    single = function_scores(once)
    for many, few in zip(found.coverage, single.coverage, strict=True):
        assert many.share == few.share
        expected = binomial_interval(few.share * 49.0, 49.0)  # c − 1 of c patients
        assert (many.lower, many.upper) == pytest.approx(expected, rel=CLOSED_FORM)
    assert found.crps.standard_error == pytest.approx(single.crps.standard_error, rel=CLOSED_FORM)


def test_errors_and_skill_of_a_worked_example() -> None:
    observed, naive = np.array([10.0, 12.0, 20.0]), np.array([12.0, 12.0, 16.0])
    prediction = FunctionPredictions(
        observed,
        NormalMixture(np.ones((3, 1)), np.array([[11.0], [12.0], [18.0]]), np.ones((3, 1))),
        naive_mean=naive,
    )
    found = function_scores(prediction)
    assert found.mean_error.value == pytest.approx(1.0 / 3.0)
    assert found.mean_absolute_error.value == pytest.approx(1.0)
    assert found.mean_squared_error.value == pytest.approx(5.0 / 3.0)
    assert found.squared_error_skill.value == pytest.approx(1.0 - 5.0 / 20.0)
    assert found.crps_skill.value == pytest.approx(1.0 - found.crps.value * 3.0 / 6.0)
    # standard error of the mean squared error: SD of (1, 0, 4) over √3
    assert found.mean_squared_error.standard_error == pytest.approx(
        np.std([1.0, 0.0, 4.0], ddof=1) / np.sqrt(3.0)
    )


def test_the_error_of_skill_equals_leaving_out_one_patient_at_a_time() -> None:
    # the jackknife estimates the same variance; the two differ by terms of order 1/n
    prediction = drawn(400, 10)
    found = function_scores(prediction).squared_error_skill
    error = (prediction.observed - prediction.predicted.mean[:, 0]) ** 2
    naive = (prediction.observed - 27.5) ** 2
    left = 1.0 - (error.sum() - error) / (naive.sum() - naive)
    expected = np.sqrt(399.0 / 400.0 * np.sum((left - left.mean()) ** 2))
    assert found.standard_error == pytest.approx(expected, rel=0.01)


def test_what_cannot_be_given_says_why() -> None:
    alone = FunctionPredictions(
        np.array([30.0, 31.0]), plain(30.0, 2.0, 2), patient=np.array(["A", "A"])
    )
    found = function_scores(alone)
    assert (found.status, found.crps.status) == ("one_patient", "one_patient")
    assert found.squared_error_skill.status == "no_naive"
    perfect = FunctionPredictions(
        np.array([30.0, 31.0]), plain(30.0, 2.0, 2), naive_mean=np.array([30.0, 31.0])
    )
    assert function_scores(perfect).squared_error_skill.status == "naive_perfect"


@pytest.mark.parametrize(
    ("weight", "mean", "sd", "message"),
    [
        ([[1.0]], [[30.0]], [[0.0]], "not above 0"),
        ([[0.5]], [[30.0]], [[1.0]], "sum to 1"),
        ([[1.0]], [[np.nan]], [[1.0]], "not a finite number"),
        ([[1.0]], [[30.0, 31.0]], [[1.0]], "one shape"),
    ],
)
def test_a_mixture_that_cannot_be_is_refused(
    weight: list[list[float]], mean: list[list[float]], sd: list[list[float]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        NormalMixture(np.array(weight), np.array(mean), np.array(sd))


def test_predictions_that_do_not_fit_the_scores_are_refused() -> None:
    one, two = np.array([30.0]), np.array([30.0, 31.0])
    with pytest.raises(InputError, match="one prediction for each"):
        FunctionPredictions(two, plain(30.0, 2.0))
    with pytest.raises(InputError, match="observed score is not a finite"):
        FunctionPredictions(np.array([np.nan]), plain(30.0, 2.0))
    with pytest.raises(InputError, match="one patient label"):
        FunctionPredictions(one, plain(30.0, 2.0), patient=two)
    with pytest.raises(InputError, match="one finite naive"):
        FunctionPredictions(one, plain(30.0, 2.0), naive_mean=np.array([np.inf]))
    with pytest.raises(InputError, match="step -1"):
        FunctionPredictions(one, plain(30.0, 2.0), step=-1.0)
    with pytest.raises(InputError, match="1 or more parts"):
        function_scores(FunctionPredictions(one, plain(30.0, 2.0)), parts=0)
    with pytest.raises(InputError, match="probability 1 "):
        mixture_quantile(plain(30.0, 2.0), 1.0)
