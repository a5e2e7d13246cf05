"""Published summaries that nothing was fitted to: what the calibrated history predicts of them.

They are left out of the fit because the people differ in ways the model does not hold (vital
capacity, genes, a register from the diagnosis on), because they repeat a fitted summary, or because
nothing is published and the row is a check. Entry rules are simulated where they can be stated.
"""

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from slopewise.condition.risk import (
    BaselineFacts,
    conditional_survival,
    encals_linear_predictor,
)
from slopewise.progression.calibrating.calibration import AchievedTarget, achieved_target
from slopewise.progression.calibrating.hazard_fit import hazard_row
from slopewise.progression.calibrating.published_survival import group_weights
from slopewise.progression.calibrating.survival import (
    alive_by_month,
    months_since_onset,
    prepare,
)
from slopewise.progression.calibrating.targets import MONTHS, Target, VirtualCohort, measure, record
from slopewise.progression.calibrating.virtual_people import CohortNoise, virtual_cohort
from slopewise.progression.hazard import HazardSets
from slopewise.progression.parameters import ParameterSets

__all__ = ["measure_predicted", "placebo_arms", "predict_summaries"]

_WEEK = 7 / 30.4375  # months
_FORECAST_HORIZONS = (3, 6, 12)
_SEEN_MONTHS = (0, 1, 2, 3)

# typical baseline groups: the facts, and the months a virtual person may lie beside them
# assumption: limb onset, no FTD, no expansion; vital capacity as given, it is not in the model
_LIMB = {"bulbar_onset": False, "definite_el_escorial": False, "ftd": False, "c9orf72": False}
_ENCALS_GROUPS = {
    "38 points, 14 months from onset": BaselineFacts(58, 11, 14, 38, 88, **_LIMB),
    "33 points, 9 months from onset": BaselineFacts(66, 7, 9, 33, 72, **_LIMB),
    "40 points, 30 months from onset": BaselineFacts(45, 20, 30, 40, 95, **_LIMB),
}


def predict_summaries(
    parameters: ParameterSets, hazards: HazardSets, noise: CohortNoise
) -> tuple[AchievedTarget, ...]:
    """Every row, from all sets and their hazards."""
    measured = []
    for index in range(len(parameters)):
        cohort = virtual_cohort(parameters.take(np.array([index])), noise)
        measured.append(measure_predicted(cohort, hazard_row(hazards, index)))
    return tuple(achieved_target(t, [m[t.name] for m in measured]) for t in _published())


def measure_predicted(cohort: VirtualCohort, hazard: Float[Array, " 4"]) -> dict[str, float]:
    """What one set and its hazard say to every row."""
    scores = record(cohort)
    weight = cohort.weight / cohort.weight.sum()
    alive = alive_by_month(prepare(cohort), hazard)
    onset = months_since_onset(cohort)
    return {
        **_courses(cohort, weight),
        **placebo_arms(scores, weight, onset),
        **_survival(cohort, alive, weight, onset),
        **_forecast_errors(scores, weight),
    }


def _courses(cohort: VirtualCohort, weight: Array) -> dict[str, float]:
    straight = measure(cohort)
    bent = _bent_courses(cohort, weight)
    return {
        "mean slope, PRO-ACT": straight["mean slope, all"],
        "mean slope, Precision ALS": straight["mean slope, all"],
        "mean slope, definite ALS in PRO-ACT": straight["mean slope, all"],
        "SD of slope, definite ALS in PRO-ACT": straight["SD of slope, all"],
        "residual SD, definite ALS in PRO-ACT": straight["residual SD, all"],
        "residual SD, latent-age model": straight["residual SD, all"],
        **bent,
    }


def _bent_courses(cohort: VirtualCohort, weight: Array) -> dict[str, float]:
    """Each person's quadratic, least squares over months 0 to 18 (as the ceftriaxone model's)."""
    design = np.stack([np.ones_like(MONTHS), MONTHS, MONTHS**2], axis=1)
    solved = np.linalg.pinv(design)
    true = cohort.function @ solved.T
    seen = cohort.function + cohort.residual_sd[:, None] * cohort.error
    left = seen - seen @ solved.T @ design.T
    start = true[:, 1] - weight @ true[:, 1]
    return {
        "mean flattening, ceftriaxone": 2.0 * float(weight @ true[:, 2]),
        "SD of the slope at entry, ceftriaxone": float(np.sqrt(weight @ start**2)),
        "residual SD, ceftriaxone": float(
            np.sqrt(weight @ (left**2).sum(axis=1) / (len(MONTHS) - 3))
        ),
    }


def placebo_arms(scores: Array, weight: Array, onset: Array) -> dict[str, float]:
    """Placebo arms: a run-in of three months where the trial had one, then weeks of follow-up."""
    lost = scores[:, 0] - scores[:, 3]
    ran_in = weight * ((lost >= 1) & (lost <= 4))
    base = scores[:, 3]
    rows = np.stack([base, (base - 41.8) ** 2, lost], axis=1)
    members = ran_in > 0
    matched = group_weights(rows[members], np.array([41.8, 2.2**2, 1.7]), ran_in[members])
    enriched = weight * (scores[:, 0] - scores[:, 4] >= 3)
    recent = weight * (onset <= 18)
    centred = MONTHS[:7] - MONTHS[:7].mean()
    slope = scores[:, :7] @ centred / (centred @ centred)
    fast = weight * (np.arange(len(weight)) >= 2 * len(weight) // 3)
    return {
        "change over 24 weeks, MCI186-19 placebo": float(
            matched @ _change(scores, 3, 24 * _WEEK)[members]
        ),
        "change over 24 weeks, MCI186-16 placebo": float(
            np.average(_change(scores, 3, 24 * _WEEK), weights=ran_in)
        ),
        "score at the first dose, NurOwn placebo": float(
            np.average(scores[:, 4], weights=enriched)
        ),
        "mean slope over 24 weeks, CENTAUR placebo": float(np.average(slope, weights=recent)),
        "change over 28 weeks, VALOR placebo": float(
            np.average(_change(scores, 0, 28 * _WEEK), weights=fast)
        ),
    }


def _survival(cohort: VirtualCohort, alive: Array, weight: Array, onset: Array) -> dict[str, float]:
    recent = weight * (onset <= 18)
    found = {
        "survival at 12 months, register from the diagnosis": 100 * float(weight @ alive[:, 12]),
        "survival at 12 months, riluzole trials' placebo": 100 * float(weight @ alive[:, 12]),
        "survival at 18.5 months, CENTAUR placebo": 100
        * float(np.average(alive[:, 18], weights=recent)),
        "dead or ventilated within 24 weeks, HEALEY placebo": 100
        * float(1 - weight @ _between(alive, 24 * _WEEK)),
        "dead within 12 to 18 months, EMPOWER": 100
        * float(1 - weight @ (alive[:, 12] + alive[:, 18]) / 2),
    }
    for name, facts in _ENCALS_GROUPS.items():
        near = _near(cohort, onset, facts)
        chance = float(np.average(alive[:, 12], weights=np.maximum(weight * near, 1e-12)))
        found[f"survival over the next 12 months, {name}"] = 100 * chance
    return found


def _near(cohort: VirtualCohort, onset: Array, facts: BaselineFacts) -> Bool[Array, " people"]:
    months = facts.months_onset_to_assessment
    score = np.abs(cohort.function[:, 0] - facts.alsfrs_total) <= 2.0
    return np.asarray(score & (onset >= 0.75 * months) & (onset <= months / 0.75))


def _forecast_errors(scores: Array, weight: Array) -> dict[str, float]:
    """RMSE of the best linear forecast of a later score from monthly visits at months 0 to 3."""
    x = np.concatenate([np.ones((len(scores), 1)), scores[:, list(_SEEN_MONTHS)]], axis=1)
    found = {}
    for ahead in _FORECAST_HORIZONS:
        y = scores[:, _SEEN_MONTHS[-1] + ahead]
        coefficients = np.linalg.solve((x * weight[:, None]).T @ x, (x * weight[:, None]).T @ y)
        error = y - x @ coefficients
        found[f"forecast error {ahead} months ahead"] = float(np.sqrt(weight @ error**2))
    return found


def straight_line_forecast_error(ahead: float) -> float:
    """RMSE that the published straight-line model implies for the same forecast.

    y = b₀ + b₁ t + e with the covariance of all strata (SIM_UTR): √(x'Vx + σ²), V the covariance of
    (b₀, b₁) given four monthly scores.
    """
    covariance = np.array([[29.0, 0.66], [0.66, 0.61]])
    design = np.stack([np.ones(4), np.array(_SEEN_MONTHS, dtype=float)], axis=1)
    left = np.linalg.inv(np.linalg.inv(covariance) + design.T @ design / 4.0)
    x = np.array([1.0, _SEEN_MONTHS[-1] + ahead])
    return float(np.sqrt(x @ left @ x + 4.0))


def _change(scores: Array, first: int, months: float) -> Array:
    return np.asarray(_between(scores, first + months) - scores[:, first])


def _between(values: Array, month: float) -> Array:
    low = int(month)
    share = month - low
    return np.asarray((1 - share) * values[:, low] + share * values[:, low + 1])


def _published() -> tuple[Target, ...]:
    """The rows: published value, its standard error, source, and why it is not fitted."""
    rows = (*_COURSE_ROWS, *_ARM_ROWS, *_SURVIVAL_ROWS, *_encals_rows())
    forecasts = tuple(
        Target(
            f"forecast error {ahead} months ahead",
            straight_line_forecast_error(ahead),
            0.3,
            "points",
            "implied by the published straight-line model (SIM_UTR)",
            "no published value; four monthly visits seen; assumption: SE 0.3",
        )
        for ahead in _FORECAST_HORIZONS
    )
    return (*rows, *forecasts)


def _encals_rows() -> tuple[Target, ...]:
    found = []
    for name, facts in _ENCALS_GROUPS.items():
        start = facts.months_onset_to_assessment
        chance = conditional_survival(
            start + 12, alive_at=start, linear_predictor=encals_linear_predictor(facts)
        )
        found.append(
            Target(
                f"survival over the next 12 months, {name}", 100 * chance, 8.0, "%",
                "ENCALS model, Westeneng 2018, doi:10.1016/S1474-4422(18)30089-9",
                "assumption: SE 8; onset is a proxy here, and its event includes ventilation",
            )
        )  # fmt: skip
    return tuple(found)


_CODE = "reviewFRS, joint model (REVIEWFRS)"
_COURSE_ROWS = (
    Target("mean slope, PRO-ACT", -0.99, 0.07, "points/month",
           "Thakore 2018, doi:10.1002/mus.26042, n = 3,367", "repeats a fitted summary"),
    Target("mean slope, Precision ALS", -0.98, 0.07, "points/month",
           "7 European sites (PRECISION)", "repeats a fitted summary"),
    Target("mean slope, definite ALS in PRO-ACT", -1.23, 0.07, "points/month",
           "trial sample-size scripts (CB03)", "definite ALS is not in the model"),
    Target("SD of slope, definite ALS in PRO-ACT", 0.695, 0.05, "points/month",
           "trial sample-size scripts (CB03)", "definite ALS is not in the model"),
    Target("residual SD, definite ALS in PRO-ACT", 1.68, 0.15, "points",
           "trial sample-size scripts (CB03)", "definite ALS is not in the model"),
    Target("mean flattening, ceftriaxone", 0.032, 0.016, "points/month²", _CODE,
           "twice its quadratic term; assumption: SE half of it; no curvature is in the model"),
    Target("SD of the slope at entry, ceftriaxone", 1.31, 0.13, "points/month", _CODE,
           "assumption: SE a tenth; a wide random intercept makes it doubtful"),
    Target("residual SD, ceftriaxone", 2.18, 0.15, "points", _CODE, "repeats a fitted summary"),
    Target("residual SD, latent-age model", 1.95, 0.15, "points",
           "leaspy joint model on PRO-ACT (LEASPY_SIM)", "repeats a fitted summary"),
)  # fmt: skip
_ARM_ROWS = (
    Target("change over 24 weeks, MCI186-19 placebo", -7.5, 0.66, "points",
           "Lancet Neurol 2017 by a digest; baseline by JNNP table (EDA19)",
           "n = 66; people weighted to 41.8 (2.2) after losing 1.7 in 12 weeks; assumption: 1 to 4"
           " points lost in the run-in"),
    Target("change over 24 weeks, MCI186-16 placebo", -6.35, 0.84, "points",
           "Abe 2014, doi:10.3109/21678421.2014.959024 (EDA16)",
           "n = 99; assumption: 1 to 4 points lost in the run-in"),
    Target("mean slope over 24 weeks, CENTAUR placebo", -1.66, 0.16, "points/month",
           "CENTAUR, PMC9134321, Table 2",
           "n = 48; definite ALS is not in the model; assumption: at most 18 months since onset"),
    Target("score at the first dose, NurOwn placebo", 31.4, 0.63, "points",
           "NurOwn phase 3, PMC9305113, Table 1 (NUROWN_T1)",
           "SD 6.1, n = 94; only the run-in rule is simulated: at least 3 points lost"),
    Target("change over 28 weeks, VALOR placebo", -8.14, 1.5, "points",
           "NEJM 2022;387:1099 by a digest (VALOR)",
           "fast SOD1 is not in the model; assumption: the fast class, SE 1.5"),
)  # fmt: skip
_SURVIVAL_ROWS = (
    Target("survival at 12 months, register from the diagnosis", 65.9, 3.6, "%",
           "Wolf 2014, PMC4189670 (34.1 % died)",
           "n = 176, binomial SE; a register has people no trial would take"),
    Target("survival at 12 months, riluzole trials' placebo", 49.0, 5.0, "%",
           "Cochrane CD001447 by a digest (RILUZOLE)",
           "trials of the 1990s without riluzole; event with tracheostomy; assumption: SE 5"),
    Target("survival at 18.5 months, CENTAUR placebo", 50.0, 7.0, "%",
           "CENTAUR long-term survival (CENTAUR_OS), median 18.5 months",
           "binomial SE with n = 48; definite ALS, at most 18 months since onset (assumption)"),
    Target("dead or ventilated within 24 weeks, HEALEY placebo", 5.6, 1.8, "%",
           "HEALEY CNM-Au8 regimen by a digest", "binomial SE with n = 164; event is wider"),
    Target("dead within 12 to 18 months, EMPOWER", 20.6, 3.0, "%",
           "EMPOWER participant flow, NCT01281189", "194 of 942; follow-up of 12 to 18 months;"
           " assumption: half of it at each end, SE 3"),
)  # fmt: skip
