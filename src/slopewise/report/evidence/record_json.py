"""The record as JSON: the list of studies, and one study with everything known of it.

A study has the keys of its file (a key that was not read is absent) and, beside them, what the
program says of it: lane, overall bias, registrations, contradictions, replaced figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.study import CitedNumber, Study
from slopewise.report.evidence import conduct
from slopewise.report.evidence.record import record_sentence
from slopewise.report.evidence.study import printed_contradictions, sentence

__all__ = ["registration_json", "studies_json", "study_json"]


def studies_json(found: Sequence[Study], total: int) -> dict[str, Any]:
    """The studies found, one object each, with the identifier to ask further by."""
    return {
        "sentence": record_sentence(found, total),
        "found": len(found),
        "total": total,
        "studies": [_summary(study) for study in found],
    }


def study_json(study: Study, entries: Sequence[RegistryEntry] = ()) -> dict[str, Any]:
    """One study with the keys of its file, and what follows from them."""
    return {
        **_without_unread(asdict(study)),
        "lane": str(study.lane),
        "sentence": sentence(study),
        "overall_bias": _overall(study),
        "registrations": [registration_json(entry) for entry in entries],
        "contradictions": list(printed_contradictions(study)),
        "superseded": list(conduct.superseded(study)),
    }


def registration_json(entry: RegistryEntry) -> dict[str, Any]:
    """One registration with the keys of its file, and its address."""
    return {**_without_unread(asdict(entry)), "address": entry.address}


def _summary(study: Study) -> dict[str, Any]:
    treatment, people = study.treatment, study.people
    assessed = study.risk_of_bias_judgements
    return {
        "study_id": study.study_id,
        "label": study.label,
        "year": study.bibliography.year,
        "design_class": str(study.design.design_class),
        "lane": str(study.lane),
        "cell_source": treatment.cell_source,
        "donor": treatment.donor,
        "routes": list(treatment.routes),
        "treated": _value(people.treated),
        "control": _value(people.control),
        "enrolled": _value(people.enrolled),
        "overall_bias": None if assessed is None else str(assessed.overall.judgement),
        "has_result_numbers": study.has_result_numbers,
        "registry_ids": list(study.bibliography.registry_ids),
        "evidence_level_read": study.evidence_level_read,
    }


def _overall(study: Study) -> dict[str, Any] | None:
    assessed = study.risk_of_bias_judgements
    if assessed is None:
        return None
    return {
        "tool": str(assessed.tool),
        "outcome": assessed.outcome,
        **asdict(assessed.overall),
        "sentence": conduct.bias_sentence(study),
    }


def _value(number: CitedNumber | None) -> float | None:
    return None if number is None else number.value


def _without_unread(part: Any) -> Any:
    """The same without keys that hold nothing, as in the file."""
    if isinstance(part, Mapping):
        kept = {key: _without_unread(value) for key, value in part.items()}
        return {key: value for key, value in kept.items() if value not in (None, [], {})}
    if isinstance(part, list | tuple):
        return [_without_unread(one) for one in part]
    return part
