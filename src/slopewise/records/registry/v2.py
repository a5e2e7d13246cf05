"""ClinicalTrials.gov API v2 (JSON) to registry entries and, where results are posted, drafts.

Written for the description of API v2 as of version 2.0.3: one study, or pages of
`{"studies": [...], "nextPageToken": ...}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from slopewise.errors import InputError
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.studies import cited_record, study_from
from slopewise.evidence.study import Study
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.published.study_json import study_row
from slopewise.records.registry.register_cells import RegisterCells, draft_of, registry_entry
from slopewise.records.registry.results import with_results
from slopewise.records.registry.sheet import plain_code

__all__ = ["RegistryFile", "is_registry_json", "read_registry"]


@dataclass(frozen=True, slots=True)
class RegistryFile:
    """The records of a page: entries, drafts in the same order, findings, and the next page."""

    entries: tuple[RegistryEntry, ...]
    drafts: tuple[Study, ...]
    findings: tuple[Finding, ...] = ()
    next_page: str | None = None


def is_registry_json(row: object) -> bool:
    """Whether parsed JSON has the shape of API v2."""
    if not isinstance(row, Mapping):
        return False
    return "protocolSection" in row or isinstance(row.get("studies"), list)


def read_registry(name: str, row: object, *, read_on: date) -> RegistryFile:
    """Entries and drafts of parsed API v2 JSON; InputError where it has another shape."""
    if not isinstance(row, Mapping) or not is_registry_json(row):
        raise InputError(
            f'{name} is no record of the registry: neither "protocolSection" nor "studies" is in '
            "it; save the answer of its API version 2"
        )
    studies = row.get("studies", [row])
    entries: list[RegistryEntry] = []
    drafts: list[Study] = []
    findings: list[Finding] = []
    for at, study in enumerate(studies):
        try:
            one, draft, said = _one(name, study, read_on)
        except InputError as error:
            findings.append(
                _finding(name, f"study {at + 1}: {error}", "correct it or leave it out")
            )
            continue
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            reason = f"study {at + 1} has an unexpected shape ({type(error).__name__}: {error})"
            findings.append(_finding(name, reason, "save it again from the registry"))
            continue
        entries.append(one)
        drafts.append(draft)
        findings += said
    token = row.get("nextPageToken")
    return RegistryFile(
        tuple(entries), tuple(drafts), tuple(findings), token if isinstance(token, str) else None
    )


def _finding(name: str, reason: str, remedy: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(name, None, None, None, "registry_record", reason, remedy, severity)


def _one(
    name: str, study: Mapping[str, Any], read_on: date
) -> tuple[RegistryEntry, Study, list[Finding]]:
    entry = _entry(study["protocolSection"], read_on, has_results=bool(study.get("resultsSection")))
    # what was read must be what a file of the record may hold: texts, counts, dates
    entry = cited_record(RegistryEntry, study_row(entry), entry.identifier)
    draft = study_from(study_row(draft_of(entry)), entry.identifier)
    if not entry.are_results_posted:
        return entry, draft, []
    with_numbers, unmapped = with_results(draft, study)
    with_numbers = study_from(study_row(with_numbers), entry.identifier)
    findings = [
        Finding(
            file=name,
            row=None,
            column=place,
            value=entry.identifier,
            rule="registry_result",
            reason=f"{entry.identifier}: {why}",
            remedy="read it on the registry's page",
            severity=Severity.INFO,
        )
        for place, why in unmapped
    ]
    return entry, with_numbers, findings


def _entry(section: Mapping[str, Any], read_on: date, *, has_results: bool) -> RegistryEntry:
    identification = section["identificationModule"]
    status, design = section.get("statusModule", {}), section.get("designModule", {})
    arms = section.get("armsInterventionsModule", {})
    interventions = [one.get("name", "") for one in arms.get("interventions", ())]
    described = [
        one.get("description", "")
        for one in (*arms.get("interventions", ()), *arms.get("armGroups", ()))
    ]
    titles = [identification.get("briefTitle", ""), identification.get("officialTitle", "")]
    locations = section.get("contactsLocationsModule", {}).get("locations", ())
    return registry_entry(
        identification["nctId"],
        read_on,
        RegisterCells(
            title=titles[0] or titles[1],
            status=plain_code(status.get("overallStatus")),
            status_date=_date(status, "lastUpdatePostDateStruct")
            or status.get("statusVerifiedDate"),
            why_stopped=status.get("whyStopped"),
            phase="/".join(_phase(one) for one in design.get("phases", ()) if one != "NA"),
            study_type=plain_code(design.get("studyType")),
            design=_design(design.get("designInfo", {})),
            enrolment=design.get("enrollmentInfo", {}).get("count"),
            is_planned=_is_planned(design.get("enrollmentInfo", {}).get("type")),
            start=_date(status, "startDateStruct"),
            results_date=_date(status, "resultsFirstPostDateStruct"),
            sponsor=section.get("sponsorCollaboratorsModule", {})
            .get("leadSponsor", {})
            .get("name"),
            conditions=tuple(section.get("conditionsModule", {}).get("conditions", ())),
            interventions=tuple(filter(None, interventions)),
            countries=tuple(
                dict.fromkeys(place["country"] for place in locations if place.get("country"))
            ),
            has_results=has_results,
            words=" ".join((*titles, *interventions, *described)),
        ),
    )


def _design(info: Mapping[str, Any]) -> tuple[str, ...]:
    masking = info.get("maskingInfo", {}).get("masking")
    parts = (
        plain_code(info.get("allocation")),
        plain_code(info.get("interventionModel")),
        f"masking {plain_code(masking)}" if masking else "",
    )
    return tuple(part for part in parts if part and part != "na")


def _date(status: Mapping[str, Any], name: str) -> str | None:
    found = status.get(name, {}).get("date")
    return found if isinstance(found, str) else None


def _phase(code: str) -> str:
    return code.replace("EARLY_PHASE", "early ").replace("PHASE", "")


def _is_planned(kind: object) -> bool | None:
    return kind.upper() != "ACTUAL" if isinstance(kind, str) else None
