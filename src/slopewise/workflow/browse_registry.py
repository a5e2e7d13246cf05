"""The registrations of a study, for its page and for the terminal."""

from slopewise.evidence.registry.entries import entries_of, load_entries
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.study import Study

__all__ = ["registrations_of"]


def registrations_of(study: Study) -> tuple[RegistryEntry, ...]:
    """The registrations known of the study, in order of their number."""
    return entries_of(study, load_entries())
