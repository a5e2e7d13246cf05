"""The published record: the studies of the package, and those added on this machine."""

from slopewise.evidence.studies import load_studies
from slopewise.evidence.study import Study

__all__ = ["published_studies"]


def published_studies() -> tuple[Study, ...]:
    """Every study known here, in order of its identifier."""
    return load_studies()
