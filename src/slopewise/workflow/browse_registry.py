"""The registrations of a study, for its page and for the terminal."""

from slopewise.evidence.registry.entries import entries_of
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.study import Study
from slopewise.workflow.published_record import published_entries

__all__ = ["registration", "registrations_of"]


def registrations_of(study: Study) -> tuple[RegistryEntry, ...]:
    """The registrations known of the study, in order of their number."""
    return entries_of(study, published_entries())


def registration(number: str) -> RegistryEntry | None:
    """The registration of that number, in capitals or not; None where there is none."""
    wanted = number.strip().upper()
    return next((one for one in published_entries() if one.identifier == wanted), None)
