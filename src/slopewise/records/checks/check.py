"""All rules over the rows of an import: what may go in, and every finding."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from slopewise.records.checks.known_patient import NOTHING_KNOWN, KnownPatient, KnownRecords
from slopewise.records.checks.patient_checks import check_patient
from slopewise.records.checks.row_checks import check_row
from slopewise.records.file_tables import table
from slopewise.records.importers.report import Finding, Severity
from slopewise.records.importers.rows import ImportedRow
from slopewise.records.reading.cells import BadCell
from slopewise.records.reading.layout_reader import row_finding
from slopewise.records.row_identity import content_hash, row_key
from slopewise.therapy.administration import NOT_DOCUMENTED

__all__ = ["check"]

SHOWN_LINES = 6  # of rows that repeat one another


def check(
    rows: Iterable[ImportedRow],
    *,
    damaged: Sequence[ImportedRow],
    now: datetime.date,
    known: KnownRecords = NOTHING_KNOWN,
) -> tuple[list[ImportedRow], list[Finding]]:
    """The rows that may go in, judged by themselves, against one another and against the store.

    `damaged` are rows that were kept out before because a cell could not be read.
    """
    findings: list[Finding] = []
    sound: list[ImportedRow] = []
    lost = list(damaged)
    for row in rows:
        kept, remarks = check_row(row, now=now)
        findings += remarks
        if kept is None:
            lost.append(row)
        else:
            sound.append(kept)
    once, contradicting, remarks = _without_repeats(sound)
    findings += remarks
    lost += contradicting
    with_product, without_product, remarks = _with_product(once, lost, known.products)
    findings += remarks
    kept_rows, remarks = _by_patient(with_product, lost + without_product, known)
    return kept_rows, findings + remarks


def _by_patient(
    rows: list[ImportedRow], lost: list[ImportedRow], known: KnownRecords
) -> tuple[list[ImportedRow], list[Finding]]:
    of_patient: dict[str | None, list[ImportedRow]] = defaultdict(list)
    for row in rows:
        of_patient[row.patient_id].append(row)
    lost_of: dict[str | None, list[ImportedRow]] = defaultdict(list)
    for row in lost:
        lost_of[row.patient_id].append(row)
    kept = of_patient.pop(None, [])  # products are about no patient
    findings: list[Finding] = []
    for patient_id, patient_rows in of_patient.items():
        known_patient = known.patients.get(patient_id or "", KnownPatient())
        stay, remarks = check_patient(
            patient_rows, damaged=lost_of[patient_id], known=known_patient
        )
        kept += stay
        findings += remarks
        if known_patient.visits == 0 and not any(row.table == "visits" for row in stay):
            findings.append(_no_visits(patient_rows[0]))
    gone = [rows[0] for patient_id, rows in lost_of.items() if patient_id not in of_patient]
    findings += [_no_visits(row) for row in gone if row.patient_id not in {None, *known.patients}]
    findings += _similar_names(of_patient)
    return kept, findings


def _without_repeats(
    rows: list[ImportedRow],
) -> tuple[list[ImportedRow], list[ImportedRow], list[Finding]]:
    """Each row once; all of those that contradict one another are out."""
    groups: dict[tuple[str, object, str], list[ImportedRow]] = defaultdict(list)
    for row in rows:
        layout = table(row.table)
        groups[row.table, row.values.get(layout.key[0]), row_key(layout, row.values)].append(row)
    kept: list[ImportedRow] = []
    out: list[ImportedRow] = []
    findings: list[Finding] = []
    for group in groups.values():
        if len(group) == 1:
            kept.append(group[0])
            continue
        layout = table(group[0].table)
        lines = ", ".join(str(row.line) for row in group[:SHOWN_LINES])
        lines += ", …" if len(group) > SHOWN_LINES else ""
        if len({content_hash(row.values) for row in group}) > 1:
            bad = BadCell(
                "contradicting_rows",
                f"lines {lines} are the same {_what(group[0])} with other values "
                f"({', '.join(_differing(group))})",
                "keep the right one and remove the others",
            )
            findings += [row_finding(row, bad) for row in group]
            out += group
            continue
        bad = BadCell(
            "repeated_row",
            f"lines {lines} are the same {_what(group[0])} with the same values; counted once",
            "nothing to do",
        )
        kept.append(group[0])
        findings += [row_finding(row, bad, severity=Severity.INFO) for row in group[1:]]
    return kept, out, findings


def _differing(group: list[ImportedRow]) -> list[str]:
    """The columns in which the rows differ."""
    names = {name for row in group for name in row.values}
    first = group[0].values
    return sorted(n for n in names if any(row.values.get(n) != first.get(n) for row in group))


def _what(row: ImportedRow) -> str:
    """What a row of the table is called in a sentence."""
    names = {"care": "span of care", "breathing": "breathing test", "symptoms": "symptom value"}
    return names.get(row.table, row.table.removesuffix("s").replace("_", " "))


def _with_product(
    rows: list[ImportedRow], lost: list[ImportedRow], in_store: frozenset[str]
) -> tuple[list[ImportedRow], list[ImportedRow], list[Finding]]:
    """Doses whose product is described; without any description, a remark for each product."""
    described = {str(row.values["product_id"]) for row in rows if row.table == "products"}
    is_described = bool(described) or any(row.table == "products" for row in lost)
    known = described | in_store | {NOT_DOCUMENTED}
    kept: list[ImportedRow] = []
    out: list[ImportedRow] = []
    findings: list[Finding] = []
    seen: set[str] = set()
    for row in rows:
        product_id = str(row.values.get("product_id", NOT_DOCUMENTED))
        if row.table != "doses" or product_id in known:
            kept.append(row)
        elif is_described:
            bad = BadCell(
                "dose_without_product",
                f"the product {product_id} is not described in products.csv",
                f'add {product_id} to products.csv, or write "{NOT_DOCUMENTED}"',
            )
            findings.append(row_finding(row, bad, column="product_id", value=product_id))
            out.append(row)
        else:
            kept.append(row)
            if product_id not in seen:
                seen.add(product_id)
                findings.append(_not_described(row, product_id))
    return kept, out, findings


def _not_described(row: ImportedRow, product_id: str) -> Finding:
    bad = BadCell(
        "product_not_described",
        f"there is no products.csv; of {product_id} nothing but the name is known",
        "add products.csv, so that products can be compared",
    )
    return row_finding(row, bad, column="product_id", value=product_id, severity=Severity.INFO)


def _no_visits(row: ImportedRow) -> Finding:
    bad = BadCell(
        "no_visits",
        "no visit of this patient was kept",
        "add visits; without them there is no verdict",
    )
    return row_finding(
        row, bad, column="patient_id", value=row.patient_id, severity=Severity.WARNING
    )


def _similar_names(by_patient: dict[str | None, list[ImportedRow]]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for patient_id, rows in by_patient.items():
        name = patient_id or ""
        plain = re.sub(r"[\s_\-.]+", "", name.casefold())
        if plain in seen:
            bad = BadCell(
                "similar_names",
                f"{name} and {seen[plain]} differ in capitals or signs only",
                "use one spelling if it is the same patient",
            )
            yield row_finding(
                rows[0], bad, column="patient_id", value=name, severity=Severity.WARNING
            )
        seen.setdefault(plain, name)
