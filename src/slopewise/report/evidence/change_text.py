"""What new evidence changed, for the terminal and as JSON: was, is now, why."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from slopewise.evidence.change import Change
from slopewise.evidence.conclusions import Conclusion
from slopewise.report.numbers import plural
from slopewise.report.wide_text import WIDTH

__all__ = ["change_json", "changes_text"]

AS_ABOVE = "[the answer above]"
REASONS = 2  # of each group in the short form


def changes_text(changes: Sequence[Change], *, every: bool = False) -> str:
    """Changed conclusions first, each with was, now and why; then the others with why not.

    What only repeats an answer above, rests on other rows or did not change stands in groups of
    the same reason, unless `every` is asked for.
    """
    moved = [one for one in changes if one.is_changed and not one.is_same_answer]
    rested = [one for one in changes if one.is_changed and one.is_same_answer]
    still = [one for one in changes if not one.is_changed]
    head = (
        f"{plural(len(moved), 'conclusion')} changed; {len(rested)} say the same but rest on "
        f"other rows; {len(still)} did not change."
    )
    if not every:
        head += " In short; --all prints each by itself."
    parts = [fill(head, WIDTH)]
    shown: dict[str, str] = {}
    following: list[tuple[Change, str]] = []
    for one in moved:
        said = _shortened(one.now, shown)
        if not every and said and said == _shortened(one.was, shown):
            following.append((one, said))
            continue
        parts.append(_moved(one, shown))
        shown |= {said: AS_ABOVE for said in (one.was, one.now) if said}
    parts += _following(following, shown)
    if every:
        parts += [_rested(one, shown) for one in rested]
    elif rested:
        parts.append(_in_groups("SAME ANSWER, OTHER ROWS", rested, shown, total=len(changes)))
    if still and every:
        parts.append(_still(still, len(changes)))
    elif still:
        parts.append(_in_groups("UNCHANGED", still, shown, total=len(changes)))
    return "\n\n".join(parts)


def _following(following: Sequence[tuple[Change, str]], shown: Mapping[str, str]) -> list[str]:
    """Conclusions that repeat an answer above and say otherwise what they said."""
    if not following:
        return []
    groups: dict[tuple[str, tuple[str, ...]], list[Change]] = {}
    for one, said in following:
        groups.setdefault((said, one.why), []).append(one)
    return [
        "\n\n".join(
            (
                f"FOLLOWS FROM IT  {len(following)}, in words as before",
                *(
                    "\n".join((*_names(members), _line("says", said), *_first(members[0], shown)))
                    for (said, _), members in groups.items()
                ),
            )
        )
    ]


def _in_groups(
    title: str, members: Sequence[Change], shown: Mapping[str, str], *, total: int
) -> str:
    """Conclusions of the same reason in one paragraph of names, with that reason."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for one in members:
        groups.setdefault(one.why, []).append(one)
    told = (
        "\n".join(
            (
                *(_names(group) if len(group) < total else [f"  all {total} conclusions"]),
                *_first(group[0], shown),
            )
        )
        for group in sorted(groups.values(), key=len, reverse=True)
    )
    return "\n".join((f"{title}  {len(members)}", *told))


def _first(one: Change, shown: Mapping[str, str]) -> list[str]:
    """The first reasons, and how many more there are."""
    shown_why = one.why[:REASONS]
    if len(one.why) > REASONS + 1:
        told = (*shown_why, f"and {len(one.why) - REASONS} more reasons (--all)")
    else:
        told = one.why
    return [_line("why" if at == 0 else "", _shortened(why, shown)) for at, why in enumerate(told)]


def _names(members: Sequence[Change]) -> list[str]:
    """What they are about, those of one kind in one paragraph."""
    kinds: dict[str, list[str]] = {}
    for one in members:
        kind, colon, rest = one.about.partition(": ")
        kinds.setdefault(kind if colon else "", []).append(rest if colon else one.about)
    return [
        fill(
            f"{kind}: {'; '.join(names)}" if kind else " ".join(names),
            WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
        for kind, names in kinds.items()
    ]


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
