"""The three-level model agrees with metafor's rma.mv, variances and their intervals included."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.errors import InputError
from slopewise.evidence.pooling.nested import NestedEffect, pool_nested
from slopewise.evidence.pooling.pooled_effect import Method, PoolStatus

FOLDER = Path(__file__).parents[2] / "reference" / "metafor_nested"
VALUES = json.loads((FOLDER / "values.json").read_text("utf-8"))
FITS = [
    pytest.param(
        of_set["name"], fit, id=f"{of_set['name']}-{fit['method']}-{fit['moderator'] and 'm'}"
    )
    for of_set in VALUES["fits"]
    for fit in of_set["fits"]
]
# nlminb stops about 1e-6 (relative) from the top of a variance
VARIANCE = 1e-5


def ours(name: str, fit: dict[str, Any]) -> NestedEffect:
    data = VALUES["data"][name]
    return pool_nested(
        data["y"],
        np.sqrt(data["v"]).tolist(),
        [str(study) for study in data["study"]],
        moderators={"m": data["m"]} if fit["moderator"] else None,
        method=Method(fit["method"].lower()),
    )


def several(value: Any) -> list[float]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(("name", "fit"), FITS)
def test_rma_mv_agrees(name: str, fit: dict[str, Any]) -> None:
    found = ours(name, fit)
    assert found.between is not None
    assert found.within is not None
    variances = [found.between.variance, found.within.variance]
    np.testing.assert_allclose(variances, fit["sigma2"], rtol=VARIANCE, atol=1e-8)
    np.testing.assert_allclose(
        [found.between.i2, found.within.i2], fit["i2"], rtol=VARIANCE, atol=1e-5
    )
    for key, attribute in (
        ("beta", "estimate"),
        ("se", "standard_error"),
        ("low", "low"),
        ("high", "high"),
        ("low_t", "low_t"),
        ("high_t", "high_t"),
    ):
        mine = [getattr(one, attribute) for one in found.coefficients]
        np.testing.assert_allclose(mine, several(fit[key]), rtol=VARIANCE, atol=ITERATED)
    assert found.log_likelihood == pytest.approx(fit["loglik"], abs=1e-8)
    assert found.q == pytest.approx(fit["q"], rel=CLOSED_FORM)
    assert found.q_p == pytest.approx(fit["q_p"], rel=ITERATED)


@pytest.mark.parametrize(("name", "fit"), [one for one in FITS if not one.values[1]["moderator"]])
def test_profile_and_prediction_intervals_agree(name: str, fit: dict[str, Any]) -> None:
    found = ours(name, fit)
    for component, wanted in zip((found.between, found.within), fit["profile"], strict=True):
        assert component is not None
        np.testing.assert_allclose(
            [component.low, component.high], wanted, rtol=2 * VARIANCE, atol=1e-6
        )
    np.testing.assert_allclose(
        [found.prediction_low, found.prediction_high], fit["prediction"], rtol=VARIANCE
    )


def test_effects_that_differ_within_studies_only_lie_on_the_boundary() -> None:
    fit = next(one for one in VALUES["fits"] if one["name"] == "one_level_only")["fits"][0]
    found = ours("one_level_only", fit)
    assert found.status is PoolStatus.BOUNDARY
    assert found.between is not None
    assert found.between.variance == 0.0
    assert found.between.low == 0.0


def test_brute_force_covariance_gives_the_same_likelihood() -> None:
    """A second derivation: the whole covariance matrix, inverted as it stands."""
    data = VALUES["data"]["bornmann2007"]
    found = ours("bornmann2007", {"method": "REML", "moderator": False})
    assert found.between is not None
    assert found.within is not None
    y, names = np.array(data["y"]), np.array(data["study"])
    same = names[:, None] == names[None, :]
    covariance = np.diag(np.array(data["v"]) + found.within.variance)
    covariance = covariance + found.between.variance * same
    inverse, ones = np.linalg.inv(covariance), np.ones(len(y))
    gram = ones @ inverse @ ones
    rest = y - ones @ inverse @ y / gram
    height = -0.5 * (
        np.linalg.slogdet(covariance)[1]
        + rest @ inverse @ rest
        + np.log(gram)
        - np.log(len(y))
        + (len(y) - 1) * np.log(2 * np.pi)
    )
    assert found.log_likelihood == pytest.approx(height, rel=CLOSED_FORM)
    assert found.standard_error == pytest.approx(gram**-0.5, rel=CLOSED_FORM)


def test_too_few_studies_are_told_and_bad_input_is_refused() -> None:
    one_each = pool_nested([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], ["a", "b", "c"])
    assert one_each.status is PoolStatus.TOO_FEW
    assert one_each.estimate is None
    assert pool_nested([0.1, 0.2], [0.1, 0.1], ["a", "a"]).status is PoolStatus.TOO_FEW
    for wrong, words in (
        (([0.1], [0.1, 0.2], ["a"]), "one of each"),
        (([0.1, 0.2], [0.1, 0.0], ["a", "b"]), "above 0"),
        (([0.1, float("nan")], [0.1, 0.1], ["a", "b"]), "not a number"),
    ):
        with pytest.raises(InputError, match=words):
            pool_nested(*wrong)
    with pytest.raises(InputError, match="reml or ml"):
        pool_nested([0.1, 0.2], [0.1, 0.1], ["a", "a"], method=Method.DL)
    with pytest.raises(InputError, match="constant"):
        pool_nested([0.1, 0.2], [0.1, 0.1], ["a", "b"], moderators={"m": [1.0, 1.0]})
