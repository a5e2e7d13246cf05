"""Which studies may share patients: one cohort of one centre counts once.

Overlap is taken as recorded in `Study.overlaps` ("very likely", "possible", "not stated"), in
either direction and through chains: a study that may share patients with a second one, which may
share some with a third, stands in one cohort with both.
assumption: where a report leaves open whether patients are shared, they are taken to be.
"""

from collections.abc import Iterable, Mapping, Sequence

from slopewise.evidence.study import Study

__all__ = ["cohort_names", "largest_of_each"]


def cohort_names(studies: Sequence[Study]) -> dict[str, str]:
    """The cohort of each study, named by its largest study (the earliest of equal ones)."""
    by_id = {study.study_id: study for study in studies}
    return {
        study_id: _first(by_id[each] for each in cohort).study_id
        for cohort in _cohorts(_shared(studies))
        for study_id in sorted(cohort)
    }


def largest_of_each(
    studies: Sequence[Study], *, cohorts: Mapping[str, str] | None = None
) -> tuple[Study, ...]:
    """One study of each cohort, its largest, in the order given.

    Of studies that report one thing, give only those: the largest of them is then taken, while
    `cohorts`, the names over the whole record, keeps chains through studies left out.
    """
    names = cohort_names(studies) if cohorts is None else cohorts
    members: dict[str, list[Study]] = {}
    for study in studies:
        members.setdefault(names[study.study_id], []).append(study)
    kept = {_first(group).study_id for group in members.values()}
    return tuple(study for study in studies if study.study_id in kept)


def _first(studies: Iterable[Study]) -> Study:
    """The largest study; of equal ones the earliest, then by identifier."""
    return min(studies, key=_order)


def _order(study: Study) -> tuple[float, int, str]:
    treated = study.people.treated
    people = treated.value if treated is not None and treated.value is not None else 0.0
    return (-people, study.bibliography.year or 9999, study.study_id)


def _shared(studies: Sequence[Study]) -> dict[str, set[str]]:
    """The studies each one may share patients with, said by either side."""
    shared: dict[str, set[str]] = {study.study_id: set() for study in studies}
    for study in studies:
        for overlap in study.overlaps:
            for other in overlap.study_ids:
                if other in shared:
                    shared[study.study_id].add(other)
                    shared[other].add(study.study_id)
    return shared


def _cohorts(shared: Mapping[str, set[str]]) -> list[set[str]]:
    """The connected groups."""
    groups: list[set[str]] = []
    left = set(shared)
    while left:
        group: set[str] = set()
        waiting = {min(left)}
        while waiting:
            one = waiting.pop()
            group.add(one)
            waiting |= shared[one] - group
        left -= group
        groups.append(group)
    return groups
