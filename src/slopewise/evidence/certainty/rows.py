"""Rows of evidence taken from a study's own record, so that they change when the record does."""

from collections.abc import Sequence

from slopewise.evidence.design import Lane
from slopewise.evidence.row import EvidenceRow
from slopewise.evidence.study import Citation, GroupDifference, Study
from slopewise.evidence.study_effect import StudyEffect, Unconverted

__all__ = [
    "bias_rows",
    "difference_row",
    "effect_row",
    "row_of",
    "safety_row",
    "survival_rows",
    "unconverted_row",
    "vital_capacity_rows",
]

_WORST = ("critical", "high", "serious", "some concerns", "moderate", "no information")


def row_of(study: Study, fact: str, citation: Citation | None = None) -> EvidenceRow:
    """A fact of that study; its bibliography is cited where nothing nearer is."""
    cited = study.bibliography.citation if citation is None else citation
    return EvidenceRow(fact, cited, study.study_id, study.label)


def effect_row(effect: StudyEffect) -> EvidenceRow:
    """An estimate with its interval."""
    band = effect.interval95
    fact = (
        f"slowing {effect.estimate:.2f} (95 % {band.low:.2f} to {band.high:.2f}), "
        f"from {effect.method}"
    )
    return EvidenceRow(fact, effect.citations[0], effect.study_id, effect.label)


def unconverted_row(silent: Unconverted) -> EvidenceRow:
    """A result that could not be turned into an estimate, with its direction."""
    people = _people_words(silent.n_treated, silent.n_control)
    fact = f"{silent.direction}{people}; not converted: {silent.reason}"
    return EvidenceRow(fact, silent.citations[0], silent.study_id, silent.label)


def bias_rows(study: Study) -> tuple[EvidenceRow, ...]:
    """The domains judged to be of concern, worst first; facts on bias where none was judged."""
    judged = study.risk_of_bias_judgements
    if judged is not None:
        domains = [one for one in judged.domains if one.judgement in _WORST]
        domains.sort(key=lambda one: _WORST.index(one.judgement))
        return tuple(
            row_of(study, f"{one.domain}: {one.judgement}; {one.basis}", one.citation)
            for one in domains
        )
    return tuple(row_of(study, fact) for fact in _bias_facts(study))


def difference_row(study: Study, difference: GroupDifference) -> EvidenceRow:
    """A difference as printed."""
    parts = [difference.outcome]
    if difference.timepoint:
        parts.append(f"at {difference.timepoint}")
    if difference.difference is not None:
        parts.append(f"difference {difference.difference:g}")
    if difference.interval95 is not None:
        band = difference.interval95
        parts.append(f"(95 % {band.low:g} to {band.high:g})")
    if difference.p_value is not None or difference.p_text:
        parts.append(f"P {difference.p_text or f'{difference.p_value:g}'}")
    return row_of(study, ", ".join(parts), difference.citation)


def vital_capacity_rows(study: Study) -> tuple[EvidenceRow, ...]:
    """Every result on breathing."""
    changes = tuple(
        row_of(
            study,
            f"{change.measure}, {change.arm}: "
            f"{_number(change.before)} before, {_number(change.after)} after, one arm",
            change.citation,
        )
        for change in study.vital_capacity_changes
    )
    return tuple(difference_row(study, d) for d in study.vital_capacity_differences) + changes


def survival_rows(study: Study) -> tuple[EvidenceRow, ...]:
    """What was read about survival, with the bias that was noted."""
    return tuple(
        row_of(study, f"{one.statement}" + (f" [{one.bias}]" if one.bias else ""), one.citation)
        for one in study.survival
    )


def safety_row(study: Study) -> EvidenceRow | None:
    """What the report says of harm, in one row."""
    safety = study.safety
    if safety is None:
        return None
    facts = [safety.statement] if safety.statement else []
    facts += [
        event.event
        + (f", {event.count}" if event.count is not None else "")
        + (f" of {event.denominator}" if event.denominator is not None else "")
        + (f" ({event.percent:g} %)" if event.percent is not None else "")
        for event in safety.adverse_events
    ]
    return row_of(study, "; ".join(facts), safety.citation) if facts else None


def _bias_facts(study: Study) -> Sequence[str]:
    """Concerns from the facts recorded, where no tool was applied."""
    bias = study.risk_of_bias
    facts = []
    if study.lane is Lane.SINGLE_ARM:
        facts.append("nobody untreated was followed alongside")
    if study.lane is Lane.EXTERNAL_CONTROL:
        facts.append("the comparison group was chosen, not drawn by lot")
    if bias is not None and (bias.blinded_participants is False or bias.blinded_assessors is False):
        facts.append("people or raters knew who was treated")
    if study.design.blinding and "open" in study.design.blinding:
        facts.append(f"masking: {study.design.blinding}")
    if bias is not None and bias.attrition:
        facts.append(f"who was lost: {bias.attrition}")
    return facts


def _people_words(treated: int | None, control: int | None) -> str:
    known = [str(number) for number in (treated, control) if number is not None]
    return f" ({' v '.join(known)} people)" if known else ""


def _number(value: float | None) -> str:
    return "not read" if value is None else f"{value:g}"
