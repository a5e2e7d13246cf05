"""A row of evidence: one fact that was read, and where. Conclusions point at rows, never at air."""

from dataclasses import dataclass

from slopewise.evidence.study import Citation

__all__ = ["EvidenceRow"]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One fact in our own words with its source; `study_id` is None where no study reported it."""

    fact: str
    citation: Citation
    study_id: str | None = None
    label: str | None = None  # of the study, as its page is headed
