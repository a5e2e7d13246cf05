"""Proportions agree with R: binom.test, poisson.test, own likelihoods, metafor, lme4 and VGAM."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.tolerance import CLOSED_FORM, ITERATED

from slopewise.evidence.proportions.beta_binomial import pool_beta_binomial
from slopewise.evidence.proportions.binomial_normal import (
    adaptive_log_likelihood,
    pool_binomial_normal,
)
from slopewise.evidence.proportions.exact import (
    add_up,
    exact_proportion,
    exact_rate,
    wilson_interval,
)
from slopewise.evidence.proportions.pooled_proportion import (
    CountedStudy,
    CountStatus,
    PooledProportion,
)

FOLDER = Path(__file__).parents[2] / "reference" / "proportions"
VALUES = json.loads((FOLDER / "values.json").read_text("utf-8"))
FITS = [pytest.param(fit, id=fit["name"]) for fit in VALUES["fits"]]
ALIKE = ("alike", "hine1989")  # the studies differ less than by chance
REGULAR = [pytest.param(fit, id=fit["name"]) for fit in VALUES["fits"] if fit["name"] not in ALIKE]
# glmer stops where bobyqa's steps end and takes its standard errors from plain differences
LME4_STOPS = 2e-5
LME4_DIFFERENCES = 1e-3


def counted(name: str) -> list[CountedStudy]:
    data = VALUES["data"][name]
    return [
        CountedStudy(f"study {at}", x, n)
        for at, (x, n) in enumerate(zip(data["x"], data["n"], strict=True), start=1)
    ]


@cache
def beta_binomial(name: str) -> PooledProportion:
    return pool_beta_binomial(counted(name))


def close(value: float | None, wanted: float, relative: float = ITERATED) -> None:
    assert value == pytest.approx(wanted, rel=relative, abs=relative)


def test_nine_tables_are_there_sparse_ones_among_them() -> None:
    assert len(FITS) == 9
    assert {"pritz1997", "debruin2009", "hine1989", "sparse", "one_event", "alike"} <= {
        fit["name"] for fit in VALUES["fits"]
    }


@pytest.mark.parametrize("one", VALUES["one"], ids=lambda one: f"{one['events']}of{one['total']}")
def test_one_proportion_is_that_of_binom_test_and_prop_test(one: dict[str, Any]) -> None:
    study = CountedStudy("one", one["events"], one["total"])
    ours = exact_proportion(study)
    np.testing.assert_allclose([ours.low, ours.high], one["exact"], rtol=CLOSED_FORM, atol=1e-12)
    close(ours.upper_one_sided, one["upper"], CLOSED_FORM)
    np.testing.assert_allclose(wilson_interval(study), one["wilson"], rtol=CLOSED_FORM, atol=1e-12)


@pytest.mark.parametrize("rate", VALUES["rates"], ids=lambda rate: str(rate["events"]))
def test_a_rate_is_that_of_poisson_test(rate: dict[str, Any]) -> None:
    ours = exact_rate(rate["events"], rate["months"])
    np.testing.assert_allclose([ours.low, ours.high], rate["exact"], rtol=CLOSED_FORM)
    close(ours.upper_one_sided, rate["upper"], CLOSED_FORM)


@pytest.mark.parametrize("fit", FITS)
def test_the_plain_sum_is_that_of_binom_test(fit: dict[str, Any]) -> None:
    whole = add_up(counted(fit["name"]))
    np.testing.assert_allclose([whole.low, whole.high], fit["exact"], rtol=CLOSED_FORM)


@pytest.mark.parametrize("fit", REGULAR)
def test_the_binomial_normal_model_reaches_the_maximum(fit: dict[str, Any]) -> None:
    ours, wanted = pool_binomial_normal(counted(fit["name"]), nodes=61), fit["own"]["glmm"]
    assert ours.status is CountStatus.CONVERGED
    close(ours.logit, wanted["logit"])
    close(ours.standard_error, wanted["se"], 10 * ITERATED)  # second differences on both sides
    assert ours.between_study_variance is not None
    close(ours.between_study_variance**0.5, wanted["spread"])
    close(ours.log_likelihood, wanted["loglik"])


@pytest.mark.parametrize("fit", REGULAR)
def test_the_beta_binomial_model_reaches_the_maximum(fit: dict[str, Any]) -> None:
    ours, wanted = beta_binomial(fit["name"]), fit["own"]["beta"]
    assert ours.status is CountStatus.CONVERGED
    close(ours.logit, wanted["logit"])
    close(ours.overdispersion, wanted["rho"])
    close(ours.standard_error, wanted["se"], 10 * ITERATED)
    close(ours.log_likelihood, wanted["loglik"])
    np.testing.assert_allclose([ours.low, ours.high], wanted["profile"], rtol=10 * ITERATED)


@pytest.mark.parametrize("fit", REGULAR)
def test_lme4_and_metafor_agree_node_for_node(fit: dict[str, Any]) -> None:
    """The same quadrature with the same nodes: 25 with glmer, 7 with rma.glmm."""
    lme4, metafor = fit["programs"]["lme4"], fit["programs"].get("metafor")
    ours = pool_binomial_normal(counted(fit["name"]), nodes=25)
    close(ours.logit, lme4["logit"], LME4_STOPS)
    close(ours.between_study_variance, lme4["spread"] ** 2, 10 * LME4_STOPS)
    close(ours.standard_error, lme4["se"], LME4_DIFFERENCES)
    if metafor:
        seven = pool_binomial_normal(counted(fit["name"]), nodes=7)
        close(seven.logit, metafor["logit"], LME4_STOPS)
        close(seven.between_study_variance, metafor["tau2"], 10 * LME4_STOPS)
        close(seven.standard_error, metafor["se"], LME4_DIFFERENCES)


@pytest.mark.parametrize("fit", REGULAR)
def test_vgam_never_stands_higher(fit: dict[str, Any]) -> None:
    """VGAM stops early on sparse tables: its log-likelihood may be lower, never higher."""
    ours, vgam = beta_binomial(fit["name"]), fit["programs"].get("VGAM")
    if vgam:
        assert ours.log_likelihood is not None
        assert ours.log_likelihood >= vgam["loglik"] - 1e-7


@pytest.mark.parametrize("name", ALIKE)
def test_studies_that_agree_lie_on_the_boundary_and_give_the_plain_model(name: str) -> None:
    fit = next(fit for fit in VALUES["fits"] if fit["name"] == name)
    for ours in (beta_binomial(name), pool_binomial_normal(counted(name))):
        assert ours.status is CountStatus.BOUNDARY
        close(ours.logit, fit["own"]["glmm"]["logit"])
        close(ours.standard_error, fit["own"]["glmm"]["se"])
        close(ours.log_likelihood, fit["own"]["glmm"]["loglik"])


def test_without_spread_the_integral_is_the_binomial_likelihood() -> None:
    x, n, p = np.array([1, 4]), np.array([10, 20]), 0.2
    wanted = np.log(10 * p * (1 - p) ** 9) + np.log(4845 * p**4 * (1 - p) ** 16)
    close(adaptive_log_likelihood(x, n, logit=np.log(0.25), spread=0.0), wanted, CLOSED_FORM)
