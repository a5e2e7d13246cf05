"""The page on false alarms of the analyses of a trial, from what was measured."""

import json
from pathlib import Path
from typing import Any

from type_one_error_cells import WORLDS, refused

from slopewise.trial.simulating.characteristics import Rate
from slopewise.trial.simulating.false_alarm import is_above_plan

__all__ = ["MEASURED", "PAGE", "band", "write_page"]

_EVIDENCE = Path(__file__).resolve().parent.parent / "docs" / "evidence"
MEASURED = _EVIDENCE / "type_one_error.json"
PAGE = _EVIDENCE / "type_one_error.md"
ALPHA = 0.05
SURVIVAL = ("joint rank", "win ratio", "time to event", "restricted mean")
Cell = dict[str, Any]


def band(replicates: int) -> tuple[float, float]:
    """Where 99 of 100 shares lie when the true one is 5 %."""
    from scipy.stats import binom

    low, high = binom.ppf([0.005, 0.995], replicates, ALPHA) / replicates
    return float(low), float(high)


def write_page() -> None:
    """Write the page."""
    cells: list[Cell] = json.loads(MEASURED.read_text("utf-8"))["cells"]
    text = [
        "# False alarms of each analysis of a trial",
        "",
        "<!-- written by benchmarks/trial_type_one_error.py -->",
        "",
        "**Question.** When cells do nothing to function, how often does each analysis say that"
        " they do (two-sided, 5 %)?",
        "",
        "Simulated, all of it: whole trials of virtual people by the two-arm template, with"
        " monthly visits to 12 months, deaths, people who leave, whole points and entry rules,"
        " analysed by the functions of `slopewise trial simulate`.",
        "",
        *_reading(cells),
        "",
        "A structured covariance (`toep`, `ar1`, `cs`) gives every visit one variance, while people"
        " drift apart month by month: the error of the last visit comes out too small. Carrying"
        " forward, complete cases and a score of 0 go wrong when the arms leave or die unequally."
        " Jump and copy to reference give the missing of both arms the controls' course, which"
        " shrinks the difference but not its pooled error: they err far to the safe side.",
        "",
        "A share in **bold** lies above the 99 % band of chance around 5 % (exact binomial):"
        " the promise is broken. *low*: below the band; too few false alarms cost power and break"
        " no promise. `n`: replicates, fewer where an analysis is slow. *refused*: the program does"
        " not take it as primary. A replicate without an answer counts as no alarm.",
    ]
    for world, words in WORLDS.items():
        text += _world(world, words, [cell for cell in cells if cell["world"] == world])
    text += ["", "## Run it again", "", "```sh",
             "python benchmarks/trial_type_one_error.py --help", "```"]  # fmt: skip
    PAGE.write_text("\n".join(text) + "\n", encoding="utf-8")


def _reading(cells: list[Cell]) -> list[str]:
    """Which analyses broke the promise, by world."""
    lines = []
    for world in WORLDS:
        own = [c for c in cells if c["world"] == world and _counts(c)]
        names = list(dict.fromkeys(c["analysis"] for c in own))
        if not names:
            continue
        broken = [n for n in names if any(_is_broken(c) for c in own if c["analysis"] == n)]
        kept = [n for n in names if n not in broken]
        lines.append(
            f"- **{world}**: the promise is kept by {'; '.join(kept) or 'none'}."
            f" Broken by {'; '.join(broken) or 'none'}."
        )
    return lines


def _counts(cell: Cell) -> bool:
    """Whether an alarm would be false."""
    return not (cell["world"] == "treated live longer" and cell["analysis"] in SURVIVAL)


def _is_broken(cell: Cell) -> bool:
    return is_above_plan(Rate(cell["alarms"], cell["replicates"]), ALPHA)


def _world(world: str, words: str, cells: list[Cell]) -> list[str]:
    if not cells:
        return []
    sizes = sorted({cell["people"] for cell in cells})
    head = " | ".join(f"{size} people" for size in sizes)
    lines = ["", f"## {world[0].upper()}{world[1:]}", "", f"{words[0].upper()}{words[1:]}.", "",
             f"| analysis | {head} | in favour of the treated |",
             "|---" * (len(sizes) + 2) + "|"]  # fmt: skip
    for name in dict.fromkeys(cell["analysis"] for cell in cells):
        own = {cell["people"]: cell for cell in cells if cell["analysis"] == name}
        said = f"{name} *(refused)*" if refused(name) else name
        largest = own[max(own)]
        favour = f"{largest['in_favour'] / largest['replicates']:.3f} ({largest['people']} people)"
        shares = " | ".join(_share(own.get(size)) for size in sizes)
        lines.append(f"| {said} | {shares} | {favour} |")
    return lines


def _share(cell: Cell | None) -> str:
    if cell is None:
        return "not run"
    many = cell["replicates"]
    share = cell["alarms"] / many
    words = f"{share:.4f}" if many >= 1000 else f"{share:.3f}"
    if not _counts(cell):
        words = f"{words} *(a true difference)*"
    elif _is_broken(cell):
        words = f"**{words}**"
    elif share < band(many)[0]:
        words = f"{words} *low*"
    told = f"n = {many:,}"
    if cell["unread"]:
        told += f", {cell['unread']} without an answer"
    return f"{words} ({told})"
