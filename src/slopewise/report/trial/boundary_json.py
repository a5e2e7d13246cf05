"""The looks of a trial as an object for other programs: everything, unrounded, never NaN."""

from dataclasses import asdict
from typing import Any

from slopewise.trial.boundary import Boundary, Stopping
from slopewise.trial.planned_looks import LookReading, PlannedLooks
from slopewise.version import VERSION

__all__ = ["boundary_object"]


def boundary_object(looks: PlannedLooks, reading: LookReading | None = None) -> dict[str, Any]:
    """Bounds look by look, their price, the chances of stopping, and a look that was taken."""
    plan = looks.plan
    return {
        "status": plan.status.value,
        "method": plan.method,
        "alpha": plan.alpha,
        "sides": plan.sides,
        "beta": plan.beta,
        "efficacy": _efficacy(plan),
        "futility": _futility(plan),
        "futility_is_binding": None if plan.futility is None else plan.futility.binding,
        "drift": plan.drift,
        "inflation": plan.inflation,
        "expected_information": asdict(plan.expected_information),
        "stopping": {
            "none": _stopping(looks.none),
            "half": _stopping(looks.half),
            "planned": _stopping(looks.planned),
        },
        "interim": None if reading is None else _reading(reading),
        "version": VERSION,
    }


def _reading(found: LookReading) -> dict[str, Any]:
    adjusted = asdict(found.adjusted)
    return {
        **asdict(found.taken),
        "z": found.z,
        "says": found.says,
        "conditional_power": {
            "none": found.if_none,
            "trend": found.if_trend,
            "planned": found.if_planned,
        },
        "predictive_power": found.predicted,
        "repeated_interval": asdict(found.repeated),
        "adjusted": {**adjusted, "status": found.adjusted.status.value},
    }


def _efficacy(plan: Boundary) -> list[dict[str, float]]:
    columns = zip(plan.information, plan.efficacy, plan.nominal_p, plan.spent, strict=True)
    return [
        {"information": t, "z": z, "nominal_p": p, "spent": spent} for t, z, p, spent in columns
    ]


def _futility(plan: Boundary) -> list[dict[str, float]]:
    """Empty without futility; `spent` is of beta, and the last z is the efficacy bound."""
    if plan.futility is None:
        return []
    columns = zip(plan.information, plan.futility.z, plan.futility.spent, strict=True)
    return [{"information": t, "z": z, "spent": spent} for t, z, spent in columns]


def _stopping(chances: Stopping) -> dict[str, Any]:
    return {
        "drift": chances.drift,
        "power": chances.power,
        "efficacy": list(chances.efficacy),
        "futility": list(chances.futility),
        "harm": list(chances.harm),
        "expected_information_share": chances.expected_information,
    }
