"""Slowing from printed numbers: worked by hand from the papers, and by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tolerance import CLOSED_FORM, MONTE_CARLO

from slopewise.evidence.effects.effect_size import EffectSize, EffectStatus
from slopewise.evidence.effects.ratio import ratio
from slopewise.evidence.slowing.before_after import (
    slowing_from_before_and_after,
    slowing_from_paired_p,
)
from slopewise.evidence.slowing.borrowed import (
    Lender,
    slowing_with_borrowed_spread,
    spread_at,
)
from slopewise.evidence.slowing.mean_change import (
    ArmMean,
    slowing_from_difference,
    slowing_from_mean_changes,
)
from slopewise.evidence.slowing.responders import (
    slope_difference_by_logit,
    slope_difference_by_probit,
)
from slopewise.evidence.slowing.slope_change import slowing_from_slope_difference
from slopewise.evidence.study import Citation

BY_HAND = 5e-4  # absolute: the arithmetic in the comments keeps four digits
PAGE = Citation("https://example.org")
OH_TREATED, OH_CONTROL = ArmMean(-3.10, 3.51, 31), ArmMean(-6.48, 4.53, 25)
LENDER = Lender("oh_2018", "Oh 2018", 4.0, 56, "ALSFRS-R", PAGE, months=6.0)


def numbers(made: EffectSize | None) -> tuple[float, float, float, float]:
    assert made is not None
    assert made.estimate is not None
    assert made.standard_error is not None
    assert made.low is not None
    assert made.high is not None
    return made.estimate, made.standard_error, made.low, made.high


def test_oh_2018_at_six_months() -> None:
    # Table 3 (doi:10.1002/ana.25302): -3.10 (3.51), n 31, against -6.48 (4.53), n 25
    # R = 3.10 / 6.48 = 0.4784; SE_T = 3.51/√31 = 0.6304; SE_C = 4.53/√25 = 0.9060
    # SE = √(0.6304² + 0.4784² · 0.9060²) / 6.48 = √(0.3974 + 0.1879) / 6.48 = 0.1181
    # Fieller, z = 1.96: 6.48² - z² · 0.8208 = 38.837; 3.10 · 6.48 = 20.088;
    # 3.10² - z² · 0.3974 = 8.0834; (20.088 ± √(403.53 - 313.94)) / 38.837 = 0.2735, 0.7610
    estimate, error, low, high = numbers(slowing_from_mean_changes(OH_TREATED, OH_CONTROL))
    assert estimate == pytest.approx(0.5216, abs=BY_HAND)
    assert error == pytest.approx(0.1181, abs=BY_HAND)
    assert (low, high) == (
        pytest.approx(1 - 0.7610, abs=BY_HAND),
        pytest.approx(1 - 0.2735, abs=BY_HAND),
    )
    # at θ = 0: √(0.3974 + 0.8208) / 6.48 = 0.1703; 3.38 / 1.1037 = 3.062, P 0.0022 (print: .003)
    said = slowing_from_mean_changes(OH_TREATED, OH_CONTROL).assumptions[-1]
    assert "it would be 0.17 (P of no difference 0.0022)" in said


def test_the_polish_series_before_and_after() -> None:
    # 1.76 (1.36) before, 1.06 (0.90) after, n 25, P .014: t(24) = 2.655, SE_d = 0.70/2.655 = 0.2637
    # r = (1.8496 + 0.81 - 25 · 0.2637²) / (2 · 1.36 · 0.90) = 0.9212 / 2.448 = 0.3763
    # R = 0.6023; V_a = 0.0324, V_b = 0.07398, C = 0.3763 · 1.224 / 25 = 0.01842
    # SE = √(0.0324 + 0.02684 - 0.02219) / 1.76 = 0.1094
    made = slowing_from_before_and_after((-1.76, 1.36), (-1.06, 0.9), n=25, se_difference=0.2637)
    estimate, error, _, _ = numbers(made)
    assert estimate == pytest.approx(0.3977, abs=BY_HAND)
    assert error == pytest.approx(0.1094, abs=BY_HAND)
    assert any("0.38" in said for said in made.assumptions) if made else False


def test_gotkine_by_p_alone() -> None:
    # 100 million cells: -0.88 to -0.30, P .039, n 5: t(4) = 3.018; SE_d = 0.58 / 3.018 = 0.1922
    # θ = 0.58 / 0.88 = 0.6591; SE = 0.1922 / 0.88 = 0.2184
    made = slowing_from_paired_p(-0.88, -0.30, n=5, p_value=0.039)
    estimate, error, _, _ = numbers(made)
    assert estimate == pytest.approx(0.6591, abs=BY_HAND)
    assert error == pytest.approx(0.2180, abs=2 * BY_HAND)


def test_sds_and_p_that_no_correlation_joins_give_nothing() -> None:
    assert (
        slowing_from_before_and_after((-1.76, 1.36), (-1.06, 0.9), n=25, se_difference=2.0) is None
    )


def test_a_printed_difference_does_as_well_as_the_arms() -> None:
    # one SD of 4 in both arms: SE_D = 4 √(1/31 + 1/25) gives the SD back
    error = 4 * math.sqrt(1 / 31 + 1 / 25)
    by_difference = slowing_from_difference(
        3.38, error, control_mean=-6.48, n_treated=31, n_control=25
    )
    by_arms = slowing_from_mean_changes(ArmMean(-3.10, 4, 31), ArmMean(-6.48, 4, 25))
    assert numbers(by_difference) == pytest.approx(numbers(by_arms), rel=CLOSED_FORM)
    assert len(by_difference.assumptions) == len(by_arms.assumptions) + 1


def test_slope_change_of_oh_2018() -> None:
    # 0.92 (SE 0.38) points/month; control slope -6.48/6 = -1.08, SE 0.9060/6 = 0.1510
    # θ = 0.8519; SE = √(0.38² + 0.8519² · 0.1510²) / 1.08 = √(0.1444 + 0.01655) / 1.08 = 0.3715
    made = slowing_from_slope_difference((0.92, 0.38), (-1.08, 0.1510))
    estimate, error, low, high = numbers(made)
    assert (estimate, error) == pytest.approx((0.8519, 0.3715), abs=BY_HAND)
    assert low < estimate < high


def test_a_control_arm_that_may_not_decline_gives_no_slowing() -> None:
    made = slowing_from_mean_changes(OH_TREATED, ArmMean(-1.0, 4.53, 25))
    assert made.status is EffectStatus.UNBOUNDED  # 1.96 · 0.906 > 1.0
    assert made.estimate is None
    assert slowing_from_slope_difference((0.9, 0.4), (0.0, 0.1)).status is EffectStatus.UNBOUNDED
    none = slowing_from_mean_changes(ArmMean(-3, 0.0, 5), ArmMean(-6, 0.0, 5))
    assert none.status is EffectStatus.NOT_ESTIMABLE


@given(
    st.floats(0.1, 10),
    st.floats(-20, 2),
    st.floats(-30, -5),
    st.floats(0.5, 3),
    st.integers(20, 200),
)
def test_slowing_has_no_unit(
    factor: float, treated: float, control: float, sd: float, n: int
) -> None:
    plain = slowing_from_mean_changes(ArmMean(treated, sd, n), ArmMean(control, sd, n))
    scaled = slowing_from_mean_changes(
        ArmMean(factor * treated, factor * sd, n), ArmMean(factor * control, factor * sd, n)
    )
    assert numbers(scaled) == pytest.approx(numbers(plain), rel=1e-9, abs=1e-9)
    mirrored = slowing_from_mean_changes(ArmMean(-treated, sd, n), ArmMean(-control, sd, n))
    assert numbers(mirrored) == pytest.approx(numbers(plain), rel=1e-9, abs=1e-9)


@given(st.floats(-30, -5), st.floats(0.5, 3), st.integers(20, 200))
def test_equal_arms_have_no_slowing(mean: float, sd: float, n: int) -> None:
    estimate, _, low, high = numbers(
        slowing_from_mean_changes(ArmMean(mean, sd, n), ArmMean(mean, sd, n))
    )
    assert estimate == 0
    assert low < 0 < high


def test_fieller_covers_as_often_as_it_says_and_the_delta_error_is_the_spread() -> None:
    """Second derivation: 40,000 trials drawn with θ = 0.4; false alarm 1 in 1,000 per check."""
    generator = np.random.default_rng(20)
    draws, theta = 40_000, 0.4
    for control, is_delta_close in ((-6.48, False), (-30.0, True)):
        bottoms = generator.normal(control, OH_CONTROL.se, draws)
        tops = generator.normal((1 - theta) * control, OH_TREATED.se, draws)
        covered, estimates = 0, []
        for top, bottom in zip(tops, bottoms, strict=True):
            made = ratio((top, OH_TREATED.se), (bottom, OH_CONTROL.se))
            assert made is not None
            # (a - ρb)² against its variance: the set is the interval, where it is one
            assert made.low is not None
            assert made.high is not None
            covered += made.low <= 1 - theta <= made.high
            estimates.append(1 - made.value)
        allowed = MONTE_CARLO * math.sqrt(0.95 * 0.05 / draws)
        assert covered / draws == pytest.approx(0.95, abs=allowed)
        if is_delta_close:  # the delta method is a limit: denominator 33 errors from zero
            made = ratio(((1 - theta) * control, OH_TREATED.se), (control, OH_CONTROL.se))
            assert made is not None
            spread = float(np.std(estimates))
            assert spread == pytest.approx(
                made.standard_error, rel=MONTE_CARLO / math.sqrt(2 * draws)
            )


def test_the_before_and_after_error_is_the_spread_of_simulated_series() -> None:
    generator = np.random.default_rng(7)
    draws, n, correlation = 20_000, 400, 0.4
    covariance = correlation * 1.36 * 0.9
    cov = [[1.36**2, covariance], [covariance, 0.9**2]]
    means = generator.multivariate_normal([-1.76, -1.06], np.array(cov) / n, draws)
    spread = float(np.std(1 - means[:, 1] / means[:, 0]))
    error = math.sqrt((1.36**2 + 0.9**2 - 2 * covariance) / n)
    made = slowing_from_before_and_after((-1.76, 1.36), (-1.06, 0.9), n=n, se_difference=error)
    _, ours, _, _ = numbers(made)
    covered = 0
    for before, after in means:
        found = ratio(
            (after, 0.9 / math.sqrt(n)), (before, 1.36 / math.sqrt(n)), covariance=covariance / n
        )
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 1.06 / 1.76 <= found.high
    allowed = MONTE_CARLO * math.sqrt(0.95 * 0.05 / draws)
    assert covered / draws == pytest.approx(0.95, abs=allowed)
    assert spread == pytest.approx(ours, rel=MONTE_CARLO / math.sqrt(2 * draws) + 0.005)


def test_counts_of_responders_give_the_slope_difference_they_were_cut_from() -> None:
    """Latent normal changes (SD 1.3, means 0.6 and 0.2), counted above 1.25 points/month."""
    generator = np.random.default_rng(11)
    draws, n, sd, threshold = 4_000, 2_000, 1.3, 1.25
    normal = [0.6, 0.2]
    shares = [0.5 * math.erfc((threshold - mean) / sd / math.sqrt(2)) for mean in normal]
    counts = [generator.binomial(n, share, draws) for share in shares]
    estimates, errors = [], []
    for treated, control in zip(*counts, strict=True):
        made = slope_difference_by_probit((int(treated), n), (int(control), n), sd=sd)
        estimate, error, _, _ = numbers(made)
        estimates.append(estimate)
        errors.append(error)
    spread = float(np.std(estimates))
    assert np.mean(estimates) == pytest.approx(0.4, abs=MONTE_CARLO * spread / math.sqrt(draws))
    assert np.mean(errors) == pytest.approx(spread, rel=MONTE_CARLO / math.sqrt(2 * draws))


def test_probit_and_logit_by_hand() -> None:
    # NurOwn phase 3: 31 of 95 against 26 of 94; Φ⁻¹(0.3263) = -0.4501, Φ⁻¹(0.2766) = -0.5930
    probit = slope_difference_by_probit((31, 95), (26, 94), sd=1.0)
    assert probit.estimate == pytest.approx(0.1429, abs=BY_HAND)
    # ln OR = ln(31 · 68 / (64 · 26)) = ln 1.2668 = 0.2365; × √3/π = 0.1304
    logit = slope_difference_by_logit((31, 95), (26, 94), sd=1.0)
    assert logit.estimate == pytest.approx(0.1304, abs=BY_HAND)
    # √(1/31 + 1/64 + 1/26 + 1/68) = 0.3178; × √3/π = 0.1752
    assert logit.standard_error == pytest.approx(0.1752, abs=BY_HAND)
    empty = slope_difference_by_probit((0, 9), (3, 9), sd=1.0)
    assert empty.status is EffectStatus.NO_EVENTS


def test_a_borrowed_spread_grows_with_time_and_is_said() -> None:
    assert spread_at(12.0, LENDER) == 8.0  # twice as long: twice as wide
    assert spread_at(1.5, LENDER) == 2.0  # a quarter: half, the wider of the two rules
    # NurOwn phase 3: -5.52 (95) against -5.88 (94) at 6 months with SD 4: θ = 0.36/5.88 = 0.0612
    # SE = √(16/95 + 0.9388² · 16/94) / 5.88 = √(0.1684 + 0.1500) / 5.88 = 0.0960
    made = slowing_with_borrowed_spread((-5.52, 95), (-5.88, 94), months=6.0, lender=LENDER)
    estimate, error, _, _ = numbers(made)
    assert (estimate, error) == pytest.approx((0.0612, 0.0960), abs=BY_HAND)
    assert "Oh 2018" in made.assumptions[-1]
