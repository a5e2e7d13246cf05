"""Browse the published record: studies that meet a filter, in an order, and the choices left."""

from dataclasses import dataclass

from slopewise.evidence.design import DesignClass
from slopewise.evidence.filters import (
    NOT_READ,
    StudyFilter,
    cell_source_family,
    count_by,
    route_families,
    scale_families,
    select,
    sort_studies,
)
from slopewise.evidence.study import Study
from slopewise.workflow.published_record import published_studies, published_study

__all__ = ["EvidenceBrowse", "StudyBrowse", "browse_studies", "browse_study"]


@dataclass(frozen=True, slots=True)
class EvidenceBrowse:
    """The studies found, all of them, and per side of the filter each value with its count."""

    found: tuple[Study, ...]
    every: tuple[Study, ...]
    cell_sources: tuple[tuple[str, int], ...]
    donors: tuple[tuple[str, int], ...]
    routes: tuple[tuple[str, int], ...]
    scales: tuple[tuple[str, int], ...]
    designs: tuple[tuple[DesignClass, int], ...]


@dataclass(frozen=True, slots=True)
class StudyBrowse:
    """One study and those it may share patients with, whichever of the two says so."""

    study: Study
    related: tuple[Study, ...]


def browse_studies(wanted: StudyFilter | None = None, *, sort: str = "design") -> EvidenceBrowse:
    """The studies that meet the filter, sorted; counts are over the whole record."""
    every = published_studies()
    return EvidenceBrowse(
        found=sort_studies(select(every, wanted or StudyFilter()), sort),
        every=every,
        cell_sources=count_by(every, lambda study: (cell_source_family(study),)),
        donors=count_by(every, lambda study: (study.treatment.donor or NOT_READ,)),
        routes=count_by(every, route_families),
        scales=count_by(every, scale_families),
        designs=tuple(
            (DesignClass(name), number)
            for name, number in count_by(every, lambda study: (study.design.design_class.value,))
        ),
    )


def browse_study(study_id: str) -> StudyBrowse:
    """One study; NotFoundError when there is none of that identifier."""
    every = published_studies()
    study = published_study(study_id, every)
    named = {other for overlap in study.overlaps for other in overlap.study_ids}
    naming = {
        other.study_id
        for other in every
        if any(study_id in overlap.study_ids for overlap in other.overlaps)
    }
    related = tuple(other for other in every if other.study_id in (named | naming) - {study_id})
    return StudyBrowse(study, related)
