"""What new evidence changed, for the terminal and as JSON: was, is now, why."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from slopewise.evidence.change import Change
from slopewise.evidence.conclusions import Conclusion
from slopewise.report.numbers import plural

__all__ = ["change_json", "changes_text"]

WIDTH = 100
AS_ABOVE = "[the answer above]"


def changes_text(changes: Sequence[Change]) -> str:
    """Changed conclusions first, each with was, now and why; then the others with why not."""
    moved = [one for one in changes if one.is_changed and not one.is_same_answer]
    rested = [one for one in changes if one.is_changed and one.is_same_answer]
    still = [one for one in changes if not one.is_changed]
    head = (
        f"{plural(len(moved), 'conclusion')} changed; {len(rested)} say the same but rest on "
        f"other rows; {len(still)} did not change."
    )
    parts = [fill(head, WIDTH)]
    shown: dict[str, str] = {}
    for one in moved:
        parts.append(_moved(one, shown))
        shown |= {said: AS_ABOVE for said in (one.was, one.now) if said}
    parts += [_rested(one, shown) for one in rested]
    if still:
        parts.append(_still(still, len(changes)))
    return "\n\n".join(parts)


def _moved(one: Change, shown: Mapping[str, str]) -> str:
    return "\n".join(
        (
            fill(f"CHANGED  {one.about}", WIDTH, subsequent_indent="         "),
            _line("was", _shortened(one.was, shown) or "not asked"),
            _line("is now", _shortened(one.now, shown) or "no longer asked"),
            *_reasons(one, shown),
        )
    )


def _rested(one: Change, shown: Mapping[str, str]) -> str:
    return "\n".join(
        (
            fill(f"SAME ANSWER, OTHER ROWS  {one.about}", WIDTH, subsequent_indent="  "),
            _line("says", _shortened(one.now, shown)),
            *_reasons(one, shown),
        )
    )


def _reasons(one: Change, shown: Mapping[str, str]) -> list[str]:
    return [
        _line("why" if at == 0 else "", _shortened(why, shown)) for at, why in enumerate(one.why)
    ]


def _shortened(text: str, shown: Mapping[str, str]) -> str:
    """The text, without sentences that stand in full above."""
    for said, short in shown.items():
        if said != text:
            text = text.replace(said, short)
    return text


def _still(still: Sequence[Change], total: int) -> str:
    """Conclusions that stay for the same reasons stand together."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for one in still:
        groups.setdefault(one.why, []).append(one)
    parts = []
    for why, members in groups.items():
        named = [f"- {one.about}" for one in members]
        if len(members) == total:
            named = [f"all {total} conclusions"]
        lines = [fill(name, WIDTH, initial_indent="  ", subsequent_indent="    ") for name in named]
        reasons = [_line("because" if at == 0 else "", said) for at, said in enumerate(why)]
        parts.append("\n".join(["UNCHANGED", *lines, *reasons]))
    return "\n\n".join(parts)


def _line(name: str, text: str) -> str:
    return fill(text, WIDTH, initial_indent=f"  {name:<8} ", subsequent_indent=" " * 11)


def change_json(one: Change) -> dict[str, Any]:
    """One conclusion with its numbers on both sides."""
    return {
        "key": one.key,
        "about": one.about,
        "changed": one.is_changed,
        "same_answer": one.is_same_answer,
        "was": one.was or None,
        "now": one.now or None,
        "why": list(one.why),
        "numbers_before": _numbers(one.before),
        "numbers_after": _numbers(one.after),
    }


def _numbers(one: Conclusion | None) -> dict[str, float | None] | None:
    return None if one is None else dict(one.numbers)
