"""The report as one file of HTML that needs nothing else: to be opened, printed and kept."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from slopewise.errors import InputError
from slopewise.report.numbers import plural, slowing_interval, whole
from slopewise.report.patient.section import PatientSection, patient_section
from slopewise.report.patient.words import (
    PRIOR_WORDS,
    SIMULATED,
    VERDICT_WORDS,
    Fact,
    evidence_sentence,
)
from slopewise.report.tables import Column, Table
from slopewise.response.assessment import AssessmentRun
from slopewise.response.patient import TreatedPatient

__all__ = ["html", "left_out_table", "overview_table", "summary_sentence"]

_HERE = Path(__file__).parent


def html(run: AssessmentRun, patients: Sequence[TreatedPatient]) -> str:
    """The report on a run: one section a patient, and how it was made at the end.

    Raises InputError when a patient of the run is not among `patients`.
    """
    sections = _sections(run, patients)
    template = _environment().get_template("patient_report.html")
    return template.render(
        style=Markup((_HERE / "static" / "slopewise.css").read_text(encoding="utf-8")),
        summary=summary_sentence(run),
        simulated=SIMULATED,
        any_simulated=any(section.is_simulated for section in sections),
        overview=overview_table(run),
        sections=sections,
        made=_how_made(run),
        left_out=left_out_table(run),
    )


def summary_sentence(run: AssessmentRun) -> str:
    """How many patients got which answer."""
    count = len(run.patients)
    if count == 0:
        return "No patient was assessed."
    parts = [
        f"{sum(1 for p in run.patients if p.verdict is verdict)} {words.lower()}"
        for verdict, words in VERDICT_WORDS.items()
        if any(p.verdict is verdict for p in run.patients)
    ]
    return f"{plural(count, 'patient')} assessed: {', '.join(parts)}."


def overview_table(run: AssessmentRun) -> Table:
    """One row a patient."""
    columns = (
        Column("Patient"),
        Column("Answer"),
        Column("Slowing, 90 % interval"),
        Column("Visits before", is_number=True),
        Column("Visits after", is_number=True),
    )
    rows = tuple(
        (
            found.patient_id + (" (simulated)" if found.simulated else ""),
            VERDICT_WORDS[found.verdict],
            slowing_interval(found.slowing.low90, found.slowing.high90) if found.slowing else "–",
            str(found.visits_before),
            str(found.visits_after),
        )
        for found in run.patients
    )
    return Table("All patients of this report", columns, rows)


def left_out_table(run: AssessmentRun) -> Table:
    """What took no part in the answers, and why."""
    columns = (
        Column("File"),
        Column("Row", is_number=True),
        Column("Column"),
        Column("Value"),
        Column("Why"),
    )
    rows = tuple(
        (
            left.file,
            "–" if left.row is None else str(left.row),
            left.column or "–",
            "–" if left.value is None else left.value,
            left.reason,
        )
        for left in run.left_out
    )
    return Table("Left out", columns, rows, "Rows count from 1, the heading line being row 1.")


def _sections(run: AssessmentRun, patients: Sequence[TreatedPatient]) -> tuple[PatientSection, ...]:
    records = {patient.history.patient_id: patient for patient in patients}
    missing = [found.patient_id for found in run.patients if found.patient_id not in records]
    if missing:
        raise InputError(
            f"no records were given for {len(missing)} of the assessed patients; "
            "give the same patients that were assessed"
        )
    return tuple(patient_section(records[found.patient_id], found) for found in run.patients)


def _how_made(run: AssessmentRun) -> tuple[Fact, ...]:
    return (
        Fact("Program", f"slopewise {run.version}"),
        Fact(
            "Natural history",
            run.natural_history,
            f"{whole(run.parameter_sets)} accepted parameter sets; every answer averages them.",
        ),
        Fact(
            "Prior",
            PRIOR_WORDS[run.prior],
            evidence_sentence(run.evidence) if run.evidence else "",
        ),
        Fact(
            "Rule",
            "5 of 100",
            "“slower” is said only when at most 5 of 100 people without any effect would "
            "look at least this good.",
        ),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
