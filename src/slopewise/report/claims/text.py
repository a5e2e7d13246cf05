"""Claims, checked texts, certainty and approvals for the terminal: a sentence first."""

from collections import Counter
from collections.abc import Sequence
from textwrap import fill

from slopewise.evidence.certainty.outcomes import OutcomeCertainty
from slopewise.evidence.claims.claim import ClaimAnswer, StatementAnswer, Verdict
from slopewise.evidence.claims.regulation import RegulatoryStatus
from slopewise.evidence.claims.text_check import CheckedSentence, ClaimInText, TextCheck
from slopewise.evidence.row import EvidenceRow
from slopewise.report.claims.words import LIMITS, certainty_words, said_words, summary_sentence
from slopewise.report.evidence.record import source_text
from slopewise.report.numbers import plural
from slopewise.report.terminal_text import one_line
from slopewise.report.wide_text import WIDTH, item

__all__ = ["certainty_text", "checked_text", "claim_text", "claims_text", "regulation_text"]


def claims_text(answers: Sequence[ClaimAnswer]) -> str:
    """Every claim: its name, verdict and sentence."""
    items = [
        "\n".join([_headed(f"{one.claim_id}: “{one.claim}”"), item(one.sentence)])
        for one in answers
    ]
    ask = "Rows, sources and a wording that would be true: slopewise evidence claims CLAIM_ID"
    return "\n\n".join([_filled(summary_sentence(answers)), *items, _filled(ask), _filled(LIMITS)])


def claim_text(answer: ClaimAnswer) -> str:
    """One claim: its statements with rows for and against, certainty, and a true wording."""
    parts = [
        _filled(f"“{answer.claim}” ({answer.claim_id})"),
        _filled(answer.sentence),
        f"{_filled('A wording that would be true')}\n{item(answer.true_wording)}",
        *(_statement(number, one) for number, one in enumerate(answer.statements, start=1)),
    ]
    if answer.not_verified:
        parts.append(f"Not verified\n{item(answer.not_verified)}")
    return "\n\n".join([*parts, _filled(LIMITS)])


def _statement(number: int, one: StatementAnswer) -> str:
    lines = [
        _headed(f"{number}. {one.statement}: {one.verdict}"),
        item(one.because),
        *([item(f"Certainty: {certainty_words(one.certainty)}")] if one.certainty else []),
        _rows("For", one.rows_for),
        _rows("Against, or limiting", one.rows_against),
    ]
    return "\n".join(line for line in lines if line)


def _rows(caption: str, rows: Sequence[EvidenceRow]) -> str:
    if not rows:
        return ""
    lines = [item(f"{caption}:")]
    for row in rows:
        label = f"{row.label}: " if row.label else ""
        lines += [
            item(f"- {label}{row.fact}", 4),
            item(f"Source: {source_text(row.citation)}", 6),
        ]
    return "\n".join(lines)


def checked_text(check: TextCheck, answers: Sequence[ClaimAnswer]) -> str:
    """A text sentence by sentence, then each claim found with its answer and a true wording."""
    by_id = {one.claim_id: one for one in answers}
    parts = [_filled(check.sentence), *map(_checked_sentence, check.sentences)]
    found = [by_id[each] for each in check.claim_ids if each in by_id]
    if found:
        parts.append("The claims found")
        parts += [
            "\n".join(
                [
                    _headed(f"{one.claim_id}: “{one.claim}”"),
                    item(one.sentence),
                    item(f"True would be: {one.true_wording}"),
                ]
            )
            for one in found
        ]
    return "\n\n".join([*parts, _filled(LIMITS)])


def _checked_sentence(one: CheckedSentence) -> str:
    lines = [_filled(f"{one.number}. {one_line(one.text)}")]
    if one.remark is not None:
        lines.append(item(f"– {one.remark}", 4))
    lines += [item(f"→ {_marked(claim)}", 4) for claim in one.claims]
    return "\n".join(lines)


def _marked(claim: ClaimInText) -> str:
    verdict = claim.verdict or Verdict.NOT_STUDIED
    told = f"a claim that is {verdict}" if claim.is_negated else str(verdict)
    return f"{said_words(claim)} [{claim.claim_id}]: {told} (found by: {one_line(claim.words)})"


def certainty_text(rated: Sequence[OutcomeCertainty]) -> str:
    """Each outcome and lane: its sentence, then every step with its reason and rows."""
    levels = Counter(str(one.certainty.level) for one in rated)
    counted = ", ".join(f"{number} {level}" for level, number in levels.most_common())
    parts = [_filled(f"Certainty of {plural(len(rated), 'answer')}: {counted}.")]
    for one in rated:
        lines = [_headed(f"{one.outcome}, {one.lane.words}"), item(one.sentence)]
        lines += [
            item(
                f"{step.domain}: {step.levels or 'no step'} ({step.reason})"
                + (f"; because of {_labels(step.rows)}" if step.levels and step.rows else ""),
                4,
            )
            for step in one.certainty.steps
        ]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, _filled(LIMITS)])


def _labels(rows: Sequence[EvidenceRow]) -> str:
    return ", ".join(dict.fromkeys(row.label or row.citation.source for row in rows))


def regulation_text(statuses: Sequence[RegulatoryStatus]) -> str:
    """Each region: where it stands, what happened when, and what was not verified."""
    parts = []
    for one in statuses:
        lines = [_headed(f"{one.region}: {one.standing}"), item(one.sentence)]
        for event in one.events:
            lines += [
                item(f"- {event.words}", 4),
                item(f"Source: {source_text(event.citation)}", 6),
            ]
        if one.not_verified:
            lines.append(item(f"Not verified: {one.not_verified}."))
        lines.append(item(f"Latest page read: {one.latest_read}. {one.re_check}"))
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, _filled(LIMITS)])


def _filled(text: str) -> str:
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _headed(text: str) -> str:
    return fill(text, WIDTH, subsequent_indent="    ", break_on_hyphens=False)
