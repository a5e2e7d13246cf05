"""One study as a page: a sentence first, then every number beside its source."""

from collections.abc import Iterable
from dataclasses import dataclass

from slopewise.evidence.design import DesignClass
from slopewise.evidence.misprints.differences import Contradiction, find_contradictions
from slopewise.evidence.study import (
    BaselineMeasure,
    CitedNumber,
    RiskOfBias,
    Study,
)
from slopewise.report.evidence.record import (
    NOT_PRINTED,
    CitedRow,
    CitedTable,
    cells_words,
    heading,
    number_text,
    plain_words,
    printed,
)
from slopewise.report.evidence.results import result_tables
from slopewise.report.tables import Column, Table

__all__ = [
    "Identifier",
    "bias_table",
    "concluded",
    "described",
    "identifiers",
    "noted",
    "printed_contradictions",
    "sentence",
    "tables",
]

_BIAS_QUESTIONS = (
    ("Randomised", "randomised"),
    ("Allocation concealed", "allocation_concealed"),
    ("Participants masked", "blinded_participants"),
    ("Assessors masked", "blinded_assessors"),
    ("Who was lost", "attrition"),
    ("Compared with", "control_type"),
    ("Sponsor", "sponsor"),
    ("Remarks", "notes"),
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name the study has elsewhere, with its address there."""

    kind: str
    text: str
    address: str | None = None


def sentence(study: Study) -> str:
    """What was done to whom and what such a design can carry, in plain words."""
    design = study.design.design_class
    if design is DesignClass.NOT_RETRIEVED:
        return f"Named in the literature, but no page with results was found. {design.meaning}"
    if design is DesignClass.REGISTRY_ONLY:
        return f"Registered, no results read: {_who(study)}, {cells_words(study)}. {design.meaning}"
    routes = f"; route: {_either(study.treatment.routes)}" if study.treatment.routes else ""
    control = study.people.control
    beside = f"; comparison group: {number_text(control)}" if control else ""
    return (
        f"{_who(study)} received {cells_words(study)}{routes}{beside}. "
        f"Design: {design.words}. {design.meaning}"
    )


def _who(study: Study) -> str:
    treated, enrolled = study.people.treated, study.people.enrolled
    number = treated or enrolled
    if number is None or number.value is None:
        return "A number of people that was not read"
    people = "1 person" if number.value == 1 else f"{number_text(number)} people"
    return people if treated is not None else f"{people} (enrolled or planned)"


def tables(study: Study) -> tuple[CitedTable, ...]:
    """Every number of the study, in tables whose rows end in their source; none is empty."""
    made = (_facts(study), _baseline(study), *result_tables(study))
    return tuple(table for table in made if table.rows)


def printed_contradictions(study: Study) -> tuple[str, ...]:
    """Where the printed numbers of this study contradict one another."""
    return tuple(_contradiction_words(each) for each in find_contradictions(study))


def _contradiction_words(found: Contradiction) -> str:
    explained = f" (explained: {found.explained})" if found.explained else ""
    superseded = " (a superseded figure)" if found.is_superseded else ""
    return plain_words(f"{found.place}: {found.remark}{explained}{superseded}")


def described(study: Study) -> tuple[tuple[str, str], ...]:
    """The study in words: design, cells, route, dose and scale; an unread part says so."""
    design, treatment = study.design, study.treatment
    pairs = (
        ("Design", design.text or design.design_class.words),
        ("Phase", design.phase),
        ("Masking", design.blinding),
        ("Country", study.country),
        ("Cells", treatment.cell_type),
        ("Source and donor", ", ".join(filter(None, (treatment.cell_source, treatment.donor)))),
        ("Route", ", ".join(treatment.routes).replace("+", " + ")),
        ("Dose", treatment.dose_text),
        ("Interval", treatment.interval),
        ("Scale", study.scale),
        ("What was read", study.evidence_level_read),
    )
    return tuple((name, plain_words(text or "not read")) for name, text in pairs)


def concluded(study: Study) -> tuple[tuple[str, str], ...]:
    """What the report concludes, as recorded; empty where no conclusion was read."""
    said = study.conclusions
    if said is None:
        return ()
    return tuple(
        (name, plain_words(text or "not read"))
        for name, text in (("Effect", said.efficacy), ("Safety", said.safety))
    )


def noted(study: Study) -> tuple[str, ...]:
    """The reader's notes, and what could be pooled."""
    pooled = (f"Could be pooled, as recorded: {part}" for part in study.poolable)
    return tuple(plain_words(note) for note in (*study.notes, *pooled))


def bias_table(study: Study) -> Table:
    """What was recorded that bears on bias; an unread fact is neither yes nor no."""
    facts = study.risk_of_bias or RiskOfBias()
    rows = tuple((question, _answer(getattr(facts, name))) for question, name in _BIAS_QUESTIONS)
    return Table(
        "Facts that bear on bias, as recorded",
        (Column("Question"), Column("Recorded")),
        rows,
        "Facts only; the judgements rest on them. Not read: neither yes nor no.",
    )


def identifiers(study: Study) -> tuple[Identifier, ...]:
    """DOI, PubMed, PubMed Central and registry numbers, with the address of each."""
    known = study.bibliography
    made: list[Identifier] = []
    if known.doi:
        made.append(Identifier("DOI", known.doi, f"https://doi.org/{known.doi}"))
    if known.pmid:
        address = f"https://pubmed.ncbi.nlm.nih.gov/{known.pmid}/"
        made.append(Identifier("PubMed", known.pmid, address))
    if known.pmcid:
        address = f"https://pmc.ncbi.nlm.nih.gov/articles/{known.pmcid}/"
        made.append(Identifier("PubMed Central", known.pmcid, address))
    for number in known.registry_ids:
        address = f"https://clinicaltrials.gov/study/{number}"
        made.append(Identifier("ClinicalTrials.gov", number, address))
    made += [Identifier("Other", number) for number in known.other_ids]
    return tuple(made)


def _facts(study: Study) -> CitedTable:
    people, treatment = study.people, study.treatment
    rows = [
        _fact("People screened", people.screened),
        _fact("People enrolled or planned", people.enrolled),
        _fact("People treated", people.treated),
        *(_fact(f"People treated, {arm.group}", arm) for arm in people.treated_by_arm),
        _fact("People in the control group", people.control),
        *(
            _fact("Administrations" + (f", {given.group}" if given.group else ""), given)
            for given in treatment.administrations
        ),
        *(_fact(f"Dose: {dose.measure}", dose) for dose in treatment.doses),
        _fact("Observed before treatment", study.run_in),
        _fact("Follow-up", study.follow_up),
    ]
    return CitedTable(
        "People, doses and times",
        (Column("Fact"), Column("Value")),
        tuple(row for row in rows if row is not None),
    )


def _fact(name: str, number: CitedNumber | None) -> CitedRow | None:
    if number is None:
        return None
    unit = "" if number.unit == "administrations" else f" {number.unit}"
    return CitedRow((name, number_text(number) + unit), number.citation)


def _baseline(study: Study) -> CitedTable:
    columns = (
        Column("Measure"),
        Column("Arm"),
        Column("People", is_number=True),
        Column("Mean or count", is_number=True),
        Column("SD", is_number=True),
        Column("Range"),
        Column("Unit"),
    )
    baseline = study.baseline
    rows = (
        ()
        if baseline is None
        else tuple(
            CitedRow(
                (
                    heading(measure.measure),
                    arm.arm + (f", {arm.when}" if arm.when else ""),
                    printed(arm.n),
                    printed(measure.mean if measure.count is None else measure.count),
                    printed(measure.sd),
                    _range(measure),
                    measure.unit,
                ),
                baseline.citation,
            )
            for arm in baseline.arms
            for measure in arm.measures
        )
    )
    return CitedTable("At the start", columns, rows)


def _range(measure: BaselineMeasure) -> str:
    if measure.low is None or measure.high is None:
        return NOT_PRINTED
    return f"{printed(measure.low)} to {printed(measure.high)}"


def _answer(fact: object) -> str:
    if fact is None:
        return "not read"
    return ("yes" if fact else "no") if isinstance(fact, bool) else plain_words(str(fact))


def _either(routes: Iterable[str]) -> str:
    words = [route.replace("+", " plus ") for route in routes]
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
