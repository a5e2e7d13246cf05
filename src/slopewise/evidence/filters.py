"""Choosing studies by cells, donor, route, design, scale or words, and counting what is there."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slopewise.errors import InputError
from slopewise.evidence.design import Lane
from slopewise.evidence.study import Study

__all__ = [
    "NOT_READ",
    "SORT_KEYS",
    "StudyFilter",
    "cell_source_family",
    "count_by",
    "route_families",
    "scale_families",
    "select",
    "sort_studies",
]

NOT_READ = "not read"

# Several prints name one source: kept word for word in the study, brought together here.
_CELL_SOURCE_FAMILY = {
    "adipose": "adipose",
    "bone marrow": "bone marrow",
    "Wharton's jelly": "Wharton's jelly",
    "umbilical cord": "umbilical cord",
    "peripheral blood": "peripheral blood",
    "peripheral blood (G-CSF mobilised)": "peripheral blood",
    "peripheral blood (sibling donor)": "peripheral blood",
    "fetal spinal cord": "fetal neural tissue",
    "fetal brain": "fetal neural tissue",
    "neural (fetal origin, region not read)": "fetal neural tissue",
    "embryonic stem cell line": "embryonic stem cell line",
    "adipose or marrow (not read)": NOT_READ,
    "other": "other",
}


@dataclass(frozen=True, slots=True)
class StudyFilter:
    """What a study must be; None leaves that side open, and all given sides must hold."""

    cell_source: str | None = None
    donor: str | None = None
    route: str | None = None
    design_class: str | None = None
    lane: str | None = None
    scale: str | None = None
    has_numbers: bool | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        if self.lane is not None and self.lane not in set(Lane):
            raise InputError(f'no lane "{self.lane}"; use one of {", ".join(Lane)}')

    @property
    def is_open(self) -> bool:
        """Whether nothing is asked, so that every study passes."""
        return self == StudyFilter()


def select(studies: Sequence[Study], wanted: StudyFilter) -> tuple[Study, ...]:
    """The studies that meet every side of the filter, in the order given."""
    return tuple(study for study in studies if _meets(study, wanted))


def _meets(study: Study, wanted: StudyFilter) -> bool:
    sides = (
        (wanted.cell_source, (cell_source_family(study),)),
        (wanted.donor, (study.treatment.donor or NOT_READ,)),
        (wanted.route, route_families(study)),
        (wanted.design_class, (str(study.design.design_class),)),
        (wanted.lane, (str(study.lane),)),
        (wanted.scale, scale_families(study)),
    )
    if any(value is not None and value not in there for value, there in sides):
        return False
    if wanted.has_numbers is not None and study.has_result_numbers is not wanted.has_numbers:
        return False
    return all(word in _searchable(study) for word in (wanted.text or "").casefold().split())


def cell_source_family(study: Study) -> str:
    """Where the cells came from, similar prints brought together."""
    printed = study.treatment.cell_source
    return NOT_READ if printed is None else _CELL_SOURCE_FAMILY.get(printed, printed)


def route_families(study: Study) -> tuple[str, ...]:
    """Each single route: "intramuscular+intrathecal" counts under both."""
    routes = (
        single.split(" after ")[0]
        for route in study.treatment.routes
        for single in route.split("+")
    )
    return tuple(dict.fromkeys(routes)) or (NOT_READ,)


def scale_families(study: Study) -> tuple[str, ...]:
    """ALSFRS-R (0 to 48), the older ALSFRS (0 to 40), or another scale: never one for another."""
    printed = study.scale
    if printed is None:
        return (NOT_READ,)
    if printed.startswith("ALSFRS-R"):
        return ("ALSFRS-R",)
    return ("ALSFRS",) if printed.startswith("ALSFRS") else ("another scale",)


def _searchable(study: Study) -> str:
    bibliography, treatment = study.bibliography, study.treatment
    parts = (
        study.study_id.replace("_", " "),
        study.study_id,
        bibliography.title,
        bibliography.first_author,
        bibliography.journal,
        str(bibliography.year or ""),
        bibliography.doi,
        bibliography.pmid,
        *bibliography.registry_ids,
        *bibliography.other_ids,
        study.country,
        study.design.text,
        study.design.design_class.words,
        treatment.cell_type,
        treatment.cell_source,
        treatment.donor,
        *treatment.routes,
        *study.notes,
    )
    return " ".join(part for part in parts if part).casefold()


def count_by(
    studies: Sequence[Study], families: Callable[[Study], Sequence[str]]
) -> tuple[tuple[str, int], ...]:
    """How many studies fall under each value, most first; a study may fall under several."""
    counted = Counter(value for study in studies for value in families(study))
    return tuple(sorted(counted.items(), key=lambda pair: (pair[0] == NOT_READ, -pair[1], pair[0])))


def _people(study: Study) -> float:
    treated = study.people.treated
    return treated.value if treated is not None and treated.value is not None else -1.0


SORT_KEYS: dict[str, Callable[[Study], tuple[object, ...]]] = {
    "study": lambda study: (study.study_id.removeprefix("reg_").casefold(),),
    "year": lambda study: (-(study.bibliography.year or 0), study.study_id),
    "design": lambda study: (
        list(Lane).index(study.lane),
        study.design.design_class.words,
        study.study_id,
    ),
    "cells": lambda study: (cell_source_family(study), study.study_id),
    "route": lambda study: (route_families(study), study.study_id),
    "people": lambda study: (-_people(study), study.study_id),
}


def sort_studies(studies: Sequence[Study], by: str = "design") -> tuple[Study, ...]:
    """The studies in a named order; newest and largest first where that is the order."""
    if by not in SORT_KEYS:
        raise InputError(f'cannot sort by "{by}"; use one of {", ".join(SORT_KEYS)}')
    return tuple(sorted(studies, key=SORT_KEYS[by]))
