"""One registration of a trial, as far as it was read: facts in our words, never a copy.

A status holds on its date only. `snapshot_date` is when the registry was read; `status_date` is
the last change that the registry showed then.
"""

from dataclasses import dataclass
from enum import StrEnum

from slopewise.evidence.study import Citation, CitedNumber

__all__ = ["EntryKind", "RegistryEntry"]


class EntryKind(StrEnum):
    """A trial, or cells given outside one."""

    TRIAL = "trial"
    EXPANDED_ACCESS = "expanded access"


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """A registered trial. A key that is absent was not on the record that was read."""

    identifier: str
    title: str
    kind: EntryKind
    status: str  # in lower-case words of the registry; "not read" where only a paper names it
    citation: Citation
    phase: str | None = None
    status_date: str | None = None  # year-month[-day]
    why_stopped: str | None = None
    design: str | None = None
    condition: str | None = None
    cells: str | None = None
    cell_source: str | None = None
    donor: str | None = None
    routes: tuple[str, ...] = ()
    size: CitedNumber | None = None
    is_size_planned: bool | None = None
    start: str | None = None
    countries: tuple[str, ...] = ()
    sponsor: str | None = None
    study_ids: tuple[str, ...] = ()
    are_results_posted: bool | None = None
    results_date: str | None = None
    snapshot_date: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"https://clinicaltrials.gov/study/{self.identifier}"

    @property
    def is_withdrawn(self) -> bool:
        return self.status == "withdrawn"

    @property
    def is_expanded_access(self) -> bool:
        return self.kind is EntryKind.EXPANDED_ACCESS
