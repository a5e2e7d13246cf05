"""The published record: the studies of the package, and those added on this machine."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from slopewise.errors import InputError, NotFoundError
from slopewise.evidence.registry.entries import load_entries
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.studies import check_overlaps, load_studies
from slopewise.evidence.study import Study

__all__ = [
    "added_folder",
    "added_here",
    "load_packaged",
    "published_entries",
    "published_studies",
    "published_study",
    "record_with",
]


def added_folder() -> Path:
    """The folder of studies added on this machine, within the data folder."""
    from slopewise.settings import load_settings

    return load_settings().data_folder / "evidence" / "added"


def load_packaged() -> tuple[Study, ...]:
    """The studies of the package alone."""
    return load_studies()


def published_studies(folder: Path | None = None) -> tuple[Study, ...]:
    """Every study known here, in order of its identifier.

    An added study stands in the place of the package's of the same identifier only where it was
    added to do so. Raises InputError naming an added file that cannot be used.
    """
    from slopewise.records.published.folder import folder_state

    place = folder or added_folder()
    return _studies_of(place, folder_state(place))


@lru_cache(maxsize=8)
def _studies_of(folder: Path, state: tuple[tuple[str, int, int], ...]) -> tuple[Study, ...]:
    from slopewise.records.published.folder import KeptState, kept_studies

    if not state:
        return load_studies()
    every = kept_studies(folder)
    kept = [one for one in every if one.state is KeptState.ADDED]
    packaged = {study.study_id for study in load_studies()}
    for one in kept:
        if one.study_id in packaged and not one.supersedes:
            raise InputError(
                f"{folder / one.study_id}.json has the identifier of a study of the package; take "
                f"it out with: slopewise evidence void {one.study_id} --reason ..., or add it "
                "again with --replace"
            )
    waiting = {one.study_id for one in every} - {one.study_id for one in kept} - packaged
    return record_with(load_studies(), [_without_overlaps(one.study, waiting) for one in kept])


def _without_overlaps(study: Study, absent: Collection[str]) -> Study:
    """The study without overlaps with drafts and voided studies: their words stay."""
    overlaps = tuple(
        replace(one, study_ids=tuple(name for name in one.study_ids if name not in absent))
        for one in study.overlaps
    )
    return replace(study, overlaps=overlaps)


def added_here(studies: Sequence[Study]) -> tuple[Study, ...]:
    """Those of the studies that are not the package's own: added, or put in the place of one."""
    packaged = {study.study_id: study for study in load_studies()}
    return tuple(study for study in studies if packaged.get(study.study_id) != study)


def record_with(studies: Sequence[Study], added: Sequence[Study]) -> tuple[Study, ...]:
    """The studies with these added or put in their place; refuses an overlap with nobody."""
    by_id = {study.study_id: study for study in (*studies, *added)}
    made = tuple(by_id[study_id] for study_id in sorted(by_id))
    check_overlaps(made)
    return made


def published_entries() -> tuple[RegistryEntry, ...]:
    """Every registration known here; one kept on this machine says the newer status."""
    from slopewise.records.registry.kept_entries import kept_entries, renewed

    packaged = {entry.identifier: entry for entry in load_entries()}
    for one in kept_entries(added_folder().parent / "registry"):
        known = packaged.get(one.entry.identifier)
        packaged[one.entry.identifier] = one.entry if known is None else renewed(known, one.entry)
    return tuple(packaged[identifier] for identifier in sorted(packaged))


def published_study(study_id: str, studies: Sequence[Study] | None = None) -> Study:
    """The study of that identifier; NotFoundError names the nearest ones."""
    known = {study.study_id: study for study in (studies or published_studies())}
    if study_id in known:
        return known[study_id]
    named = study_id.casefold()
    near = [one for one in known if len(named) > 1 and one.startswith(named)][:3]
    near = near or get_close_matches(study_id, known, n=3)
    advice = (
        f"did you mean {', '.join(near)}" if near else "list them with: slopewise evidence studies"
    )
    raise NotFoundError(f'no study "{study_id}" in the published record; {advice}')
