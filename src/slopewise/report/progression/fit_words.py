"""The words of a fit: intervals of its parameters, what they mean, and what to mind."""

import math
from dataclasses import dataclass

from slopewise.progression.fitting.fit import ProgressionFit
from slopewise.progression.fitting.posterior import Posterior
from slopewise.progression.forecasting.effects import EffectOnSurvival
from slopewise.progression.joint.estimates import Estimate
from slopewise.report.numbers import decimal, plural

__all__ = [
    "FIT_LIMITS",
    "USABLE",
    "Interval",
    "association_sentences",
    "class_names_remark",
    "effect_sentence",
    "interval_of",
    "meaning_of",
    "posterior_sentence",
    "starts_remark",
]

USABLE = ("converged", "boundary")
_NORMAL_95 = 1.6448536269514722  # the 95 % point of the normal: a 90 % interval
_POSITIVE = ("sd_", "residual_sd", "wander_sd", "wander_months", "weibull_shape")
_SAME_HEIGHT = 0.5  # log-likelihood; starts are climbed only roughly before the best goes on
FIT_LIMITS = (
    "Research use only: no medical advice, and no treatment should be started, kept or stopped "
    "because of it.",
    "Estimates describe the people of these files, as they were followed. People who left the "
    "study because they became worse, in ways that neither the outcome nor the event shows, make "
    "the course look milder than it was.",
)
_MEANINGS: tuple[tuple[str, str], ...] = (
    ("class_weight", "share of people in the class"),
    ("class:", "how the odds of the class change with the covariate"),
    ("mean_level", "mean of the expected outcome at the first visit"),
    ("mean_slope", "mean change a month"),
    ("sd_level", "how much people differ at the first visit (standard deviation)"),
    ("sd_slope", "how much people differ in their lasting slope (standard deviation)"),
    ("wander_correlation", "whether spells of two outcomes come together"),
    ("correlation", "whether a higher level goes with a slower decline"),
    ("wander_sd", "how far a person's slope strays from the lasting one (standard deviation)"),
    ("wander_months", "how long a spell lasts: months until it fades to a third"),
    ("residual_sd", "how much one reading differs from the expected outcome"),
    ("level:", "how the first level changes with the covariate"),
    ("slope:", "how the slope changes with the covariate"),
    ("log_baseline", "log of the event's rate at the reference value"),
    ("weibull_shape", "1 = a rate that does not change with time, above 1 = one that rises"),
    ("log_hazard", "log of the event's rate, piece by piece"),
    ("association_value", "how the event's rate goes with the expected outcome now"),
    ("association_slope", "how the event's rate goes with the slope now"),
    ("hazard:", "how the event's rate goes with the covariate"),
    ("direct_log_hazard_ratio", "effect of treatment on the event not through the outcome"),
    ("slowing", "share by which decline was slower under treatment (below 0: faster)"),
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A 90 % interval."""

    low: float
    high: float


def interval_of(name: str, found: Estimate) -> Interval | None:
    """A 90 % interval by the scale that suits the parameter; None where there is no error.

    Standard deviations, months and shape on the log scale, correlations by Fisher's z, shares by
    their log odds, everything else as it is.
    """
    value, error = found.estimate, found.standard_error
    if error is None or not (math.isfinite(value) and math.isfinite(error)):
        return None
    reach = _NORMAL_95 * error
    if name.startswith(_POSITIVE) and value > 0:
        return Interval(value * math.exp(-reach / value), value * math.exp(reach / value))
    if "correlation" in name and abs(value) < 1:
        z, half = math.atanh(value), reach / (1.0 - value * value)
        return Interval(math.tanh(z - half), math.tanh(z + half))
    if name.startswith("class_weight") and 0 < value < 1:
        odds, half = math.log(value / (1.0 - value)), reach / (value * (1.0 - value))
        return Interval(*(1.0 / (1.0 + math.exp(-(odds + sign * half))) for sign in (-1, 1)))
    return Interval(value - reach, value + reach)


def meaning_of(name: str) -> str:
    """What a parameter means, in plain words."""
    return next((words for start, words in _MEANINGS if name.startswith(start)), "")


def association_sentences(fit: ProgressionFit) -> tuple[str, ...]:
    """How the event's rate differs between two people of different outcome or slope."""
    found = []
    markers = {marker.name: marker for marker in fit.layout.model.markers}
    for name, estimate in fit.parameters.items():
        what, _, marker_name = name.partition(".")
        if what not in {"association_value", "association_slope"}:
            continue
        marker = markers.get(marker_name) or fit.layout.model.markers[0]
        interval = interval_of(name, estimate)
        if interval is None:
            continue
        worse = -1.0 if marker.falling_is_worse else 1.0
        low, high = sorted(math.exp(worse * end) for end in (interval.low, interval.high))
        unit = marker.unit
        who = "lower" if marker.falling_is_worse else "higher"
        if what == "association_value":
            between = f"whose expected {marker.name} is one unit ({unit}) {who}"
        else:
            between = f"whose {marker.name} changes one unit ({unit}) a month {who}"
        found.append(
            f"A person {between} has, at the same month, {decimal(low, 2)} to {decimal(high, 2)} "
            f"times the event's rate (90 %; best estimate "
            f"{decimal(math.exp(worse * estimate.estimate), 2)})."
        )
    return tuple(found)


def effect_sentence(effect: EffectOnSurvival) -> str:
    """What treatment over some months does to the event: in all, through the outcome, beside it."""

    def ratio(found: tuple[float, float, float]) -> str:
        middle, low, high = (decimal(math.exp(one), 2) for one in found)
        return f"{low} to {high} (best estimate {middle})"

    return (
        f"Over {effect.horizon:.0f} months of full treatment the event's rate is, times that "
        f"without (90 %): in all {ratio(effect.total)}; through slower decline alone "
        f"{ratio(effect.indirect)}; beside it {ratio(effect.direct)}."
    )


def posterior_sentence(posterior: Posterior) -> str:
    """Whether the posterior's draws can be trusted, and how much they are worth."""
    khat = decimal(posterior.khat, 2)
    worth = f"{posterior.effective_draws:.0f} of {len(posterior.draws)} draws count"
    if posterior.status == "converged":
        return f"The posterior can be trusted (k̂ {khat}, at most 0.7): {worth}."
    return (
        f"The posterior can NOT be trusted (k̂ {khat}, above 0.7): {worth}. Keep to the estimates "
        "above, or give more data or --prior embedded."
    )


def starts_remark(fit: ProgressionFit) -> str | None:
    """What the starts say of the maximum; None where there was one start or most agree."""
    if len(fit.starts) < 2:
        return None
    best = max(fit.starts)
    reached = sum(height > best - _SAME_HEIGHT for height in fit.starts)
    if reached > 1:
        return None
    return (
        f"Only 1 of {plural(len(fit.starts), 'start')} reached the highest log-likelihood: there "
        "may be a higher one still. Run it again with more --starts, and another --seed."
    )


def class_names_remark(fit: ProgressionFit) -> str | None:
    """That the classes' names do not go by their slopes: under a prior they keep its names."""
    model = fit.layout.model
    found = [fit.parameters.get(f"mean_slope.{name}") for name in model.class_names]
    slopes = [one.estimate for one in found if one is not None]
    is_ordered = slopes == sorted(slopes, reverse=model.markers[0].falling_is_worse)
    if fit.prior is None or len(slopes) < 2 or is_ordered:
        return None
    told = ", ".join(
        f"{name} {decimal(slope, 2)}" for name, slope in zip(model.class_names, slopes, strict=True)
    )
    return (
        "The names of the classes come from the prior and do not go by the slopes found here "
        f"({told} {model.markers[0].unit}/month): look at the slopes, not at the names."
    )
