"""What became of a file of new evidence, and what is kept on this machine."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from slopewise.evidence.change import Change
from slopewise.report.evidence.change_text import change_json, changes_text
from slopewise.report.wide_text import WIDTH

__all__ = ["AddedLine", "added_json", "added_text", "finding_text", "kept_text"]

SHOWN = 20


@dataclass(frozen=True, slots=True)
class AddedLine:
    """One study or registration: what it is called, what became of it, and why."""

    name: str
    label: str
    what: str
    why: str | None = None


def added_text(
    head: str,
    lines: Sequence[AddedLine],
    changes: Sequence[Change],
    *,
    findings: Sequence[str] = (),
    every: bool = False,
) -> str:
    """A sentence, what became of each study, remarks, and the change of every conclusion."""
    shown = sorted(lines, key=_rank)[:SHOWN]
    parts = [
        fill(f"{head} {_counted(lines)}".strip(), WIDTH),
        "\n".join(_line(one) for one in shown) + _more(len(lines)),
        "\n".join(_item(said) for said in findings[:SHOWN]) + _more(len(findings)),
        changes_text(changes, every=every) if changes else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _rank(one: AddedLine) -> int:
    """What needs a look first; registrations and what was known already last."""
    ranks = {"refused": 0, "new": 1, "changed": 1, "registration changed": 2, "registration new": 3}
    return ranks.get(one.what, 4)


def _counted(lines: Sequence[AddedLine]) -> str:
    """How many of each: "2 new, 1 known"; nothing where there is one line to read."""
    counted = Counter(one.what for one in sorted(lines, key=_rank))
    if not lines:
        return "Nothing of it was kept."
    if len(lines) == 1:
        return ""
    return ", ".join(f"{number} {what}" for what, number in counted.items()) + "."


def _more(total: int) -> str:
    return f"\n  ... and {total - SHOWN} more; --json lists them all" if total > SHOWN else ""


def _line(one: AddedLine) -> str:
    name = one.name if one.name == one.label else f"{one.name} ({one.label})"
    return _item(f"{one.what}: {name}" + (f"; {one.why}" if one.why else ""))


def _item(text: str) -> str:
    return fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ")


def finding_text(
    reason: str, *, file: str, row: int | None, column: str | None, remedy: str
) -> str:
    """A remark on a file in one line."""
    place = ", ".join((file, *([f"line {row}"] if row else []), *([column] if column else [])))
    return f"{place}: {reason}" + ("" if remedy == "nothing" else f"; {remedy}")


def kept_text(lines: Sequence[AddedLine]) -> str:
    """The studies kept on this machine."""
    if not lines:
        return "No study was added on this machine. Add one with: slopewise evidence add FILE"
    return "\n".join(_line(one) for one in lines)


def added_json(
    lines: Sequence[AddedLine], changes: Sequence[Change], *, findings: Sequence[str]
) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "studies": [
            {"id": one.name, "label": one.label, "what": one.what, "why": one.why} for one in lines
        ],
        "findings": list(findings),
        "changes": [change_json(one) for one in changes],
    }
