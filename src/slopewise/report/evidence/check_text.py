"""A check of the record for the terminal and as JSON: a sentence first, then part by part."""

from textwrap import fill
from typing import Any

from slopewise.evidence.checks.record_check import CheckPart, CheckSection, RecordCheck
from slopewise.report.evidence.record import plain_words
from slopewise.report.numbers import plural
from slopewise.report.wide_text import WIDTH

__all__ = ["check_json", "check_sentence", "check_text"]

SHOWN = 8

_COUNTED = {
    CheckPart.UNJUDGED: "domain",
    CheckPart.SECONDARY: "number",
    CheckPart.STATUS: "number",
}
_MEANING = {
    CheckPart.CONTRADICTIONS: "Print is kept as it is; treat these rows with care.",
    CheckPart.SUPERSEDED: "Kept, and marked as replaced.",
    CheckPart.SIZES: "Neither is corrected: a plan may change, and a registry may count screening.",
    CheckPart.UNJUDGED: "The page that was read does not tell; this is neither good nor bad.",
    CheckPart.SECONDARY: "News, filings and company statements, not the report itself.",
    CheckPart.STATUS: "The source is named, but not how far it was read.",
}


def check_text(checked: RecordCheck, *, show_all: bool = False) -> str:
    """What was checked, whether a file is broken, and the remarks of each part."""
    parts = [fill(check_sentence(checked), WIDTH)]
    parts += [_section(one, show_all=show_all) for one in checked.sections if one.remarks]
    clean = [one.part.words for one in checked.sections if not one.remarks]
    if clean and not checked.is_broken:
        parts.append(fill(f"Nothing found under: {'; '.join(clean)}.", WIDTH))
    return "\n\n".join(parts)


def check_sentence(checked: RecordCheck) -> str:
    """Whether every file can be used, and in how many parts there is something to know."""
    read = [plural(checked.studies, "study", "studies")]
    if checked.entries:
        read.append(plural(checked.entries, "registration"))
    broken = sum(len(one.remarks) for one in checked.sections if one.part.is_error)
    told = [one for one in checked.sections if one.remarks and not one.part.is_error]
    number = sum(len(one.remarks) for one in told)
    opening = (
        f"{plural(broken, 'file')} cannot be used; {' and '.join(read)} could be read."
        if broken
        else f"{' and '.join(read)} read: every file can be used, every number has a source."
    )
    rest = f"{plural(number, 'remark')} in {plural(len(told), 'part')}." if told else "No remarks."
    return f"{opening} {rest}"


def check_json(checked: RecordCheck) -> dict[str, Any]:
    """The whole check, every remark of it."""
    return {
        "sentence": check_sentence(checked),
        "studies": checked.studies,
        "registrations": checked.entries,
        "is_broken": checked.is_broken,
        "sections": [
            {
                "part": str(one.part),
                "title": one.part.words,
                "is_error": one.part.is_error,
                "remarks": [
                    {"about": said.about, "text": plain_words(said.text), "count": said.count}
                    for said in one.remarks
                ],
                "count": one.count,
            }
            for one in checked.sections
        ],
    }


def _section(section: CheckSection, *, show_all: bool) -> str:
    noun = _COUNTED.get(section.part)
    covered = f", {plural(section.count, noun)}" if noun else ""
    lines = [f"{section.part.words} ({len(section.remarks)}{covered})"]
    if section.part in _MEANING:
        lines.append(_indented(_MEANING[section.part]))
    shown = section.remarks if show_all or section.part.is_error else section.remarks[:SHOWN]
    for said in shown:
        text = plain_words(said.text)
        lines.append(_indented(text if text.startswith(said.about) else f"{said.about}: {text}"))
    if len(shown) < len(section.remarks):
        lines.append(_indented(f"... and {len(section.remarks) - len(shown)} more: --all"))
    return "\n".join(lines)


def _indented(text: str) -> str:
    return fill(
        text,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
