"""Designs for the terminal and as JSON: templates, errors, plain words, honest remarks."""

from collections.abc import Sequence
from typing import Any

from slopewise.report.assessment_text import bullets, wrapped
from slopewise.report.numbers import plural
from slopewise.report.trial.design_words import design_paragraphs
from slopewise.trial.design.canonical import canonical_text
from slopewise.trial.design.plain import as_plain
from slopewise.trial.soundness.design_file import CheckedDesign

__all__ = ["check_object", "check_text", "templates_text"]

_RESEARCH_ONLY = "Research use only; no advice on treatment."


def templates_text(templates: Sequence[tuple[str, str]]) -> str:
    """Name and purpose of each template."""
    width = max(len(name) for name, _ in templates)
    rows = [f"{name.ljust(width)}  {purpose}" for name, purpose in templates]
    return "\n".join([*rows, "", "Begin with one: slopewise trial new --template NAME"])


def check_text(checked: CheckedDesign) -> str:
    """Every error; or the design in plain words and what could mislead."""
    read = checked.read
    if read.design is None:
        head = f"{read.file} cannot be used: {plural(len(read.errors), 'error')}."
        return "\n".join([head, *(str(error) for error in read.errors)])
    design = read.design
    parts = [wrapped(f"{design.trial.title or design.trial.name}. The design can be used.")]
    parts += [f"{heading}:\n{bullets(said)}" for heading, said in design_paragraphs(design)]
    said = [f"{remark.about}: {remark.text}" for remark in checked.remarks]
    parts.append("What could mislead:\n" + bullets(said or ["nothing that the file shows"]))
    parts.append(
        wrapped(f"Fingerprint {(checked.content_hash or '')[:16]}, seed {design.trial.seed}. ")
        + f"\n{_RESEARCH_ONLY}"
    )
    return "\n\n".join(parts)


def check_object(checked: CheckedDesign) -> dict[str, Any]:
    """The same for machines."""
    read = checked.read
    made: dict[str, Any] = {
        "file": read.file,
        "status": "sound" if checked.is_sound else "refused",
        "errors": [
            {
                "line": error.line,
                "table": error.table,
                "key": error.key,
                "value": error.value,
                "message": error.message,
            }
            for error in read.errors
        ],
    }
    if read.design is None:
        return made
    return made | {
        "content_hash": checked.content_hash,
        "design": as_plain(read.design),
        "canonical": canonical_text(read.design),
        "words": {heading: list(said) for heading, said in design_paragraphs(read.design)},
        "remarks": [{"about": one.about, "text": one.text} for one in checked.remarks],
        "dropout_by_end": checked.dropout_by_end,
        "maximum_size": read.design.maximum_size,
    }
