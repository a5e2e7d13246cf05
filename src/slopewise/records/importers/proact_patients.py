"""PRO-ACT's facts of a patient, spread over three tables and several rows, as one row each."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from slopewise.records.file_tables import table
from slopewise.records.importers.known_layouts import days_to_months
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.importers.translated import TranslatedTable
from slopewise.records.reading.cells import is_missing
from slopewise.records.reading.text_table import TextLine, TextTable

__all__ = ["patients"]

SITES = {
    "onset: bulbar": "bulbar",
    "onset: limb": "limb",
    "onset: spine": "limb",
    "onset: limb and bulbar": "other",
    "onset: other": "other",
    "bulbar": "bulbar",
    "limb": "limb",
    "spine": "limb",
    "limb and bulbar": "other",
    "other": "other",
}
SITE_FLAGS = {  # columns of 0 and 1 beside, or instead of, Site_of_Onset
    "site_of_onset___bulbar": "bulbar",
    "site_of_onset___limb": "limb",
    "site_of_onset___spine": "limb",
    "site_of_onset___limb_and_bulbar": "other",
    "site_of_onset___other": "other",
}
SEXES = {"male": "male", "female": "female"}


@dataclass(frozen=True, slots=True)
class _Said:
    """One value that one row says of a patient."""

    text: str
    file: str
    line: int


Facts = dict[str, dict[str, list[_Said]]]  # patient, column, everything said of it


def patients(sources: Mapping[str, TextTable]) -> tuple[TranslatedTable, list[Finding]]:
    """One row a patient; a fact that is said in two ways is left out, with a finding.

    `sources`: the tables alshistory, demographics and treatment, as far as they are there.
    """
    facts: Facts = defaultdict(lambda: defaultdict(list))
    for name, source in sources.items():
        for line in source.lines:
            cells = dict(zip(source.header, line.cells, strict=True))
            patient_id = cells["subject_id"].strip()
            for column, text in _FACTS_OF[name](cells):
                if not is_missing(text):
                    facts[patient_id][column].append(_Said(text, source.name, line.line))
    first = next(iter(sources.values()))
    columns = table("patients").column_names
    findings: list[Finding] = []
    lines = []
    for patient_id, said in facts.items():
        agreed = {column: _agreed(column, values, findings) for column, values in said.items()}
        _add_age_at_onset(agreed)
        agreed["patient_id"] = patient_id
        lines.append(
            TextLine(
                min(value.line for values in said.values() for value in values),
                [agreed.get(column) or "" for column in columns],
            )
        )
    merged = replace(first, header=columns, lines=lines, rows=_rows(sources))
    translated = TranslatedTable(table("patients"), merged, written_as={"patient_id": "subject_id"})
    return translated, findings


def _rows(sources: Mapping[str, TextTable]) -> int:
    return sum(source.rows for source in sources.values())


def _history(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "onset_month", days_to_months(cells.get("onset_delta", ""))
    yield "diagnosis_month", days_to_months(cells.get("diagnosis_delta", ""))
    site = cells.get("site_of_onset", "").strip()
    if not is_missing(site):
        yield "onset_site", SITES.get(site.lower(), site)
        return
    flagged = {
        own for name, own in SITE_FLAGS.items() if cells.get(name, "").strip() in {"1", "1.0"}
    }
    if flagged:
        yield "onset_site", next(iter(flagged)) if len(flagged) == 1 else "other"


def _demographics(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "age_at_baseline", cells.get("age", "")
    sex = cells.get("sex", "").strip()
    yield "sex", SEXES.get(sex.lower(), sex)


def _treatment(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "study_arm", cells.get("study_arm", "").strip()


_FACTS_OF = {"alshistory": _history, "demographics": _demographics, "treatment": _treatment}


def _agreed(column: str, values: list[_Said], findings: list[Finding]) -> str | None:
    """The value, None where rows contradict one another."""
    different = sorted({value.text for value in values})
    if len(different) == 1:
        return different[0]
    lines = ", ".join(f"{value.file} line {value.line}" for value in values[:4])
    findings.append(
        Finding(
            file=values[0].file,
            row=values[0].line,
            column=column,
            value=" | ".join(different[:4]),
            rule="contradicting_rows",
            reason=f"{len(different)} values of {column} for one patient ({lines})",
            remedy="keep the right one; until then the value is left out, the patient stays",
            severity=Severity.ERROR,
        )
    )
    return None


def _add_age_at_onset(agreed: dict[str, str | None]) -> None:
    """Age at enrolment less the time since onset, years; only where both are known."""
    age, onset = agreed.get("age_at_baseline"), agreed.get("onset_month")
    try:
        years = float(age or "") + float(onset or "") / 12
    except ValueError:
        return
    agreed["age_at_onset"] = repr(round(years, 2))
