"""Which arm is treated and which is control: as told, else by what the arms are called."""

import re
from collections.abc import Sequence

from slopewise.errors import InputError

__all__ = ["choose_arms"]

_CONTROL = re.compile(
    r"placebo|pbo|plb|control|ctrl|sham|standard of care|standard care|soc|usual care|no treatment"
    r"|untreated|best supportive care|natural history"
)
_OFF = frozenset({"0", "no", "n", "false"})
_ON = frozenset({"1", "yes", "y", "true"})


def choose_arms(
    levels: Sequence[str], *, control: str | None, treated: str | None
) -> tuple[str, str]:
    """(control, treated) among the levels of the arm column.

    Raises InputError where the names do not say which is which, or there are more than two.
    """
    levels = list(dict.fromkeys(levels))
    found = _told(levels, control, "--control") or _named_control(levels)
    others = [level for level in levels if level != found]
    chosen = _told(others, treated, "--treated")
    if found is None and chosen is not None and len(levels) == 2:
        found = next(level for level in levels if level != chosen)
        others = [chosen]
    if len(levels) < 2:
        raise InputError(
            f"there is one arm only ({', '.join(levels) or 'none'}); a comparison needs two"
        )
    if found is None:
        raise InputError(
            f"the arms are called {_listed(levels)}, which does not say who is the control; name it"
            " by --control"
        )
    if chosen is None and len(others) > 1:
        raise InputError(
            f"beside the control {found!r} there are {len(others)} arms ({_listed(others)}); name"
            " the one to compare by --treated"
        )
    return found, chosen or others[0]


def _told(levels: Sequence[str], wanted: str | None, option: str) -> str | None:
    if wanted is None:
        return None
    for level in levels:
        if level == wanted.strip() or level.lower() == wanted.strip().lower():
            return level
    raise InputError(f"{option} {wanted!r} is no arm to choose; the arms are {_listed(levels)}")


def _named_control(levels: Sequence[str]) -> str | None:
    """The one level that is called a control, or the 0 of 0 and 1."""
    words = [level for level in levels if _CONTROL.search(re.sub(r"[_\-]+", " ", level.lower()))]
    if len(words) == 1:
        return words[0]
    lower = {_plain(level): level for level in levels}
    off = [level for text, level in lower.items() if text in _OFF]
    if len(levels) == 2 and len(off) == 1 and set(lower) & _ON:
        return off[0]
    return None


def _plain(text: str) -> str:
    lower = text.strip().lower()
    return lower[:-2] if re.fullmatch(r"\d+\.0", lower) else lower


def _listed(levels: Sequence[str]) -> str:
    return ", ".join(levels[:12])
