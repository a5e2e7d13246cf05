"""Which new studies may enter the record: not twice, and not in another's place unasked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slopewise.evidence.design import DesignClass
from slopewise.evidence.study import Overlap, Study
from slopewise.records.published.duplicates import Likeness, Twin, twins

__all__ = ["Admission", "admit"]

_WITHOUT_CONTENT = {DesignClass.REGISTRY_ONLY, DesignClass.NOT_RETRIEVED}


@dataclass(frozen=True, slots=True)
class Admission:
    """What becomes of one new study: `what` is "admitted", "known" or "refused", and why."""

    study: Study
    what: str
    why: str | None = None
    supersedes: bool = False


def admit(
    new: Sequence[Study], record: Sequence[Study], packaged: frozenset[str], *, replaces: bool
) -> tuple[Admission, ...]:
    """Each new study against the record and those before it.

    A study with posted results of a registered trial that a study of the record reports too is
    taken to share its patients: it counts once.
    """
    known = list(record)
    made = []
    for study in new:
        admission = _admission(study, known, packaged, replaces=replaces)
        made.append(admission)
        if admission.what == "admitted":
            known.append(admission.study)
    return tuple(made)


def _admission(
    study: Study, record: Sequence[Study], packaged: frozenset[str], *, replaces: bool
) -> Admission:
    is_bare = study.design.design_class in _WITHOUT_CONTENT
    same = next((one for one in record if one.study_id == study.study_id), None)
    if same is not None and study.study_id in packaged and not replaces:
        if same == study:
            return Admission(study, "known", "it is in the record with the same content")
        if is_bare:
            return Admission(study, "known", f"the record holds {study.study_id} already")
        return Admission(
            study,
            "refused",
            f"{study.study_id} is a study of the record; give yours another name, or put it in "
            "the other's place with --replace",
        )
    found = twins(study, record)
    publication = next((one for one in found if _is_certain(one)), None)
    if publication is not None:
        return _of_same_publication(study, publication, is_bare=is_bare)
    if found and is_bare:
        named = ", ".join(one.study.label for one in found)
        shared = f"{found[0].likeness} {found[0].value}"
        return Admission(study, "known", f"the record holds it as {named} ({shared})")
    supersedes = replaces and study.study_id in packaged
    return Admission(_sharing(study, found), "admitted", _why(found), supersedes)


def _is_certain(twin: Twin) -> bool:
    return twin.likeness in {Likeness.DOI, Likeness.PMID}


def _of_same_publication(study: Study, twin: Twin, *, is_bare: bool) -> Admission:
    shared = f"{twin.likeness} {twin.value}"
    if is_bare:
        return Admission(study, "known", f"the record holds it as {twin.study.label} ({shared})")
    if twin.study.design.design_class in _WITHOUT_CONTENT:
        return Admission(study, "admitted", f"{twin.study.label} is its citation ({shared})")
    return Admission(
        study,
        "refused",
        f"it is the same publication as {twin.study.label} ({shared}); correct the number, or name "
        f"the study {twin.study.study_id} and add it with --replace",
    )


def _sharing(study: Study, found: Sequence[Twin]) -> Study:
    """The study with an overlap to each other study of the same registered trial or title."""
    said = {name for overlap in study.overlaps for name in overlap.study_ids}
    made = tuple(
        Overlap(f"same {one.likeness}: {one.value}", (one.study.study_id,))
        for one in found
        if one.study.study_id not in said
    )
    return replace(study, overlaps=(*study.overlaps, *made))


def _why(found: Sequence[Twin]) -> str | None:
    if not found:
        return None
    named = ", ".join(f"{one.study.label} (same {one.likeness} {one.value})" for one in found)
    return f"taken to share patients with {named}, so it does not count twice"
