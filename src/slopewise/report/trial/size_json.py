"""The size of a trial as an object for other programs: everything, unrounded, never NaN."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from slopewise.version import VERSION

if TYPE_CHECKING:
    from slopewise.trial.size.assumed_course import AssumedCourse
    from slopewise.trial.size.design_size import SizedTrial

__all__ = ["size_object"]


def size_object(found: "SizedTrial") -> dict[str, Any]:
    """Sizes by endpoint, the course they rest on, and how they were checked."""
    return {
        "design": found.size.design_name,
        "power": found.size.power,
        "people": found.size.people,
        "natural_history": found.natural_history,
        "seed": found.seed,
        "untreated": {name: _course(course) for name, course in found.size.untreated},
        "endpoints": [_endpoint(one) for one in found.size.endpoints],
        "checked": [asdict(one) for one in found.checked],
        "version": VERSION,
    }


def _endpoint(one: Any) -> dict[str, Any]:
    made = asdict(one)
    made["status"] = one.status.value
    made["people_by_arm"] = dict(one.people_by_arm)
    made["remarks"] = list(one.remarks)
    return made


def _course(course: "AssumedCourse") -> dict[str, Any]:
    return {
        "virtual_people": course.people,
        "visit_months": list(course.months),
        "mean_function": course.function.tolist(),
        "expected_mean_score": course.means.tolist(),
        "score_covariance": course.covariance.tolist(),
        "line": asdict(course.line),
        "survival": course.survival.tolist(),
        "share_by_last_visit": course.last_visit.tolist(),
        "share_with_event": course.event_share,
    }
