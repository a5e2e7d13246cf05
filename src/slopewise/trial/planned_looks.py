"""The looks of a trial with what they mean under no, half and the planned effect."""

from dataclasses import dataclass

from slopewise.trial.boundary import Boundary, BoundaryStatus, Stopping, stopping

__all__ = ["PlannedLooks", "planned_looks"]


@dataclass(frozen=True, slots=True)
class PlannedLooks:
    """The bounds, and how often the trial stops where."""

    plan: Boundary
    none: Stopping
    half: Stopping
    planned: Stopping

    @property
    def is_reached(self) -> bool:
        """Whether all bounds that were asked for were found."""
        return self.plan.status is BoundaryStatus.CONVERGED


def planned_looks(plan: Boundary) -> PlannedLooks:
    """Add the chances of stopping."""
    return PlannedLooks(plan, *(stopping(plan, share * plan.drift) for share in (0.0, 0.5, 1.0)))
