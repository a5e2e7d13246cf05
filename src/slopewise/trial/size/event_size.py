"""How many events, and so how many people, show a difference in the time to an event.

    events = (z_{1−α} + z_{1−β})² / (π (1 − π) (ln HR)²)                            (Schoenfeld)
    share with an event = (1/R) ∫_F^{F+R} ∫_0^u f(t) e^{−ηt} dt du,    people = events / share

HR: hazard ratio treated to control; π: share treated; f: density of the event, exponential or
Weibull S(t) = exp(−(t/scale)^shape); η: rate of leaving (per month); F: months of follow-up of the
last to enter; R: months of enrolment, 0 when everybody is followed equally long. For 1:1 this is
4 (z + z)² / (ln HR)². In words: only people with an event count; follow longer or enrol more.
Hazards are taken to be proportional: an effect that comes late or fades needs more.
References: Schoenfeld 1981, doi:10.1093/biomet/68.1.316; Schoenfeld 1983, doi:10.2307/2531021.
Status: reference (rpact), closed form.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from slopewise.errors import InputError

__all__ = ["EventCourse", "event_unit_variance", "events_needed", "share_with_event"]

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class EventCourse:
    """Survival without treatment: Weibull, exponential with shape 1; `scale` in months."""

    scale: float
    shape: float = 1.0

    def __post_init__(self) -> None:
        if self.scale <= 0 or self.shape <= 0:
            raise InputError(
                f"scale {self.scale:g} months, shape {self.shape:g}; give both above 0"
            )

    @classmethod
    def of_survival(cls, survival: float, month: float, *, shape: float = 1.0) -> "EventCourse":
        """From the share without the event at a month: scale = t / (−ln S)^{1/shape}."""
        if not 0 < survival < 1 or month <= 0:
            raise InputError(
                f"survival {survival:g} at month {month:g}; give a share between 0 and 1 and a"
                " month above 0"
            )
        return cls(month / (-math.log(survival)) ** (1.0 / shape), shape)

    def with_hazard_ratio(self, ratio: float) -> "EventCourse":
        """The same with every hazard multiplied."""
        if ratio <= 0:
            raise InputError(f"hazard ratio {ratio:g}; give one above 0")
        return EventCourse(self.scale / ratio ** (1.0 / self.shape), self.shape)

    def survival(self, month: float) -> float:
        """Share without the event."""
        return math.exp(-((month / self.scale) ** self.shape))


def events_needed(
    hazard_ratio: float, power: float, *, treated_share: float = 0.5, alpha: float = 0.025
) -> float:
    """Events in both arms at one-sided alpha, not rounded."""
    drift = _NORMAL.inv_cdf(1.0 - alpha) + _NORMAL.inv_cdf(power)
    return event_unit_variance(treated_share, 1.0) * (drift / math.log(hazard_ratio)) ** 2


def event_unit_variance(treated_share: float, share: float) -> float:
    """Variance of the log hazard ratio times the people in all: 1 / (π (1 − π) share)."""
    if not 0 < treated_share < 1 or not 0 < share <= 1:
        raise InputError(
            f"share treated {treated_share:g}, share with an event {share:g}; both lie between 0"
            " and 1"
        )
    return 1.0 / (treated_share * (1.0 - treated_share) * share)


def share_with_event(
    course: EventCourse,
    follow_up_months: float,
    *,
    enrolment_months: float = 0.0,
    dropout_per_month: float = 0.0,
) -> float:
    """Share of people whose event is seen."""
    from numpy.polynomial.legendre import leggauss

    if follow_up_months < 0 or enrolment_months < 0 or follow_up_months + enrolment_months <= 0:
        raise InputError("months of follow-up and enrolment are 0 or more, and one is above 0")
    nodes, weights = leggauss(64)
    until = follow_up_months + enrolment_months

    def seen(month: float) -> float:
        # by parts: 1 − e^{−ηu} S(u) less those who leave before
        halves, scaled = (nodes + 1.0) / 2.0, weights / 2.0
        # t = u x²: smooth at 0 for shapes from 0.5
        t = month * halves**2
        alive = [course.survival(float(at)) * math.exp(-dropout_per_month * at) for at in t]
        leaving = sum(w * a * 2.0 * x for w, a, x in zip(scaled, alive, halves, strict=True))
        stays = course.survival(month) * math.exp(-dropout_per_month * month)
        return float(1.0 - stays - dropout_per_month * month * leaving)

    if enrolment_months == 0.0:
        return seen(until)
    at = follow_up_months + enrolment_months * (nodes + 1.0) / 2.0
    return float(sum(w / 2.0 * seen(float(u)) for w, u in zip(weights, at, strict=True)))
