"""How a study was run, as tables: its arms, the judgements of bias, its registrations.

Each table is None where nothing of its kind was read, so that a page leaves it out.
"""

from collections.abc import Sequence

from slopewise.evidence.bias.judgement import Judgement
from slopewise.evidence.bias.overall import OverallBias
from slopewise.evidence.checks.record_check import superseded_rows
from slopewise.evidence.registry.entry import RegistryEntry
from slopewise.evidence.study import Arm, ResponderResult, Study
from slopewise.report.evidence.record import (
    NOT_PRINTED,
    CitedRow,
    CitedTable,
    heading,
    number_text,
    plain_words,
    printed,
)
from slopewise.report.tables import Column

__all__ = [
    "arms_table",
    "bias_sentence",
    "judgements_table",
    "registry_table",
    "status_text",
    "superseded",
]

_ARM_COLUMNS = (
    Column("Arm"),
    Column("Role"),
    Column("Received"),
    Column("Route"),
    Column("Dose"),
    Column("Times given", is_number=True),
    Column("People", is_number=True),
)
_REGISTRY_COLUMNS = (
    Column("Number"),
    Column("Trial"),
    Column("Phase"),
    Column("Status and its date"),
    Column("People"),
    Column("Cells and route"),
    Column("Country"),
)


def arms_table(study: Study) -> CitedTable | None:
    """What each arm received and how many people are in it."""
    if not study.arms:
        return None
    rows = tuple(_arm(arm) for arm in study.arms)
    note = f"A leg of a person counts as an arm where legs are compared. {NOT_PRINTED}: not read."
    return CitedTable("Arms", _ARM_COLUMNS, rows, note)


def _arm(arm: Arm) -> CitedRow:
    dose = f"{number_text(arm.dose)} {arm.dose.unit}" if arm.dose else arm.dose_text
    return CitedRow(
        (
            heading(arm.name),
            str(arm.role),
            plain_words(arm.product or NOT_PRINTED),
            (arm.route or NOT_PRINTED).replace("+", " + "),
            plain_words(dose or NOT_PRINTED),
            number_text(arm.administrations),
            number_text(arm.n),
        ),
        arm.citation if arm.n is None else arm.n.citation,
        () if arm.note is None else (arm.note,),
    )


def bias_sentence(study: Study) -> str | None:
    """The overall judgement in one sentence, with the domains that decide it."""
    assessed = study.risk_of_bias_judgements
    if assessed is None:
        return None
    total, overall = len(assessed.domains), assessed.overall
    unjudged = sum(one.judgement is Judgement.NOT_JUDGED for one in assessed.domains)
    about = f"Risk of bias by {assessed.tool}, for {plain_words(assessed.outcome)}"
    said = f"{about}: {_overall_words(overall)}"
    if overall.judgement is Judgement.NOT_JUDGED:
        return (
            f"{said}, because {unjudged} of {total} domains could not be judged from what was read."
        )
    why = f" ({', '.join(overall.because)})" if overall.judgement is not Judgement.LOW else ""
    left = f"; {unjudged} of {total} domains could not be judged" if unjudged else ""
    return f"{said}{why}{left}."


def _overall_words(overall: OverallBias) -> str:
    if overall.judgement is Judgement.NOT_JUDGED:
        return "not judged overall"
    if overall.judgement is Judgement.SOME_CONCERNS:
        return "some concerns overall"
    least = " at least" if overall.is_at_least else ""
    return f"{overall.judgement} risk of bias overall{least}"


def judgements_table(study: Study) -> CitedTable | None:
    """Each domain of the tool with its judgement and what it rests on."""
    assessed = study.risk_of_bias_judgements
    if assessed is None:
        return None
    rows = tuple(
        CitedRow((heading(one.domain), str(one.judgement), plain_words(one.basis)), one.citation)
        for one in assessed.domains
    )
    several = (
        " Several domains raise concerns; a judge may call that high together."
        if assessed.overall.has_several_concerns
        else ""
    )
    return CitedTable(
        f"Risk of bias, domain by domain: {assessed.tool}",
        (Column("Domain"), Column("Judgement"), Column("What it rests on")),
        rows,
        f"{assessed.tool.reference}; for {plain_words(assessed.outcome)}. Judged by the makers of "
        f"this record, by one reader. Not judged: the page read does not tell.{several}",
    )


def registry_table(entries: Sequence[RegistryEntry]) -> CitedTable | None:
    """The registrations of a study; a status stands with the date on which it held."""
    if not entries:
        return None
    rows = tuple(
        CitedRow(
            (
                one.identifier,
                _title(one),
                one.phase or NOT_PRINTED,
                status_text(one),
                _size(one),
                "; ".join(filter(None, (one.cells, ", ".join(one.routes)))) or NOT_PRINTED,
                ", ".join(one.countries) or NOT_PRINTED,
            ),
            one.citation,
            tuple(plain_words(note) for note in one.notes),
        )
        for one in entries
    )
    return CitedTable(
        "Registrations",
        _REGISTRY_COLUMNS,
        rows,
        "A status holds on its date only; look at the registry for today's.",
    )


def _title(entry: RegistryEntry) -> str:
    """The title, which says so where cells were given outside a trial."""
    if not entry.is_expanded_access or "expanded access" in entry.title:
        return entry.title
    return f"{entry.title} (expanded access)"


def status_text(entry: RegistryEntry) -> str:
    """The status with its dates: "withdrawn: lack of money (last changed 2016-01-14; ...)"."""
    if entry.status_date is None:
        return "not read"
    why = f": {entry.why_stopped}" if entry.why_stopped else ""
    seen = f"last changed {entry.status_date}; as of the snapshot of {entry.snapshot_date}"
    posted = ""
    if entry.are_results_posted:
        posted = f"; results posted {entry.results_date or 'since'}"
    return f"{entry.status}{why} ({seen}{posted})"


def _size(entry: RegistryEntry) -> str:
    if entry.size is None or entry.size.value is None:
        return NOT_PRINTED
    return f"{printed(entry.size.value)} {'planned' if entry.is_size_planned else 'enrolled'}"


def superseded(study: Study) -> tuple[str, ...]:
    """The figures that a later report replaced, each with what replaced it."""
    said = []
    for row in superseded_rows(study):
        name = row.definition if isinstance(row, ResponderResult) else row.outcome
        said.append(plain_words(f"{name}: replaced by {row.superseded_by}"))
    return tuple(said)
