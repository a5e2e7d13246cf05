"""The page on how well the verdict does, from the numbers that were measured."""

import json
from collections.abc import Sequence
from pathlib import Path

from page_tables import table

__all__ = ["characteristics_page", "characteristics_picture"]

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "docs" / "evidence" / "characteristics.json"
EFFECTS = ("θ = 0.3", "θ = 0.5", "θ = 1")


def characteristics_page(notice: str) -> str:
    """False alarms and power of the verdict, with what they mean."""
    document = json.loads(MEASURED.read_text("utf-8"))
    cells = document["cells"]
    people = cells[0]["people"]
    treated = cells[0]["people_with_effect"]
    worst = max(cells, key=lambda c: c["false_slower"])
    fastest = max(cells, key=lambda c: c["false_slower_fast"])
    false_rows = [
        (
            c["plan"],
            c["history"],
            _percent(c["false_slower"]),
            _percent(c["false_slower_fast"]),
            _percent(c["naive_false_fast"]),
            _percent(c["false_faster"]),
            _percent(c["assessable"]),
        )
        for c in cells
    ]
    power_rows = [
        (
            c["plan"],
            c["history"],
            *(
                f"{ours:.1f} against {naive:.1f}"
                for ours, naive in zip(c["power"], c["naive_power"], strict=True)
            ),
        )
        for c in cells
    ]
    return "\n".join(
        [
            notice,
            "# How often the verdict is wrong, and how often it sees an effect\n",
            f"Simulated patients, {people:,} without effect and {treated:,} with each effect in"
            f" every row; slopewise {document['slopewise']}, natural history"
            f" “{document['natural_history']}”, {document['parameter_sets']} parameter sets."
            " Standard error of a percentage near 5:"
            f" {100 * (0.05 * 0.95 / people) ** 0.5:.1f} without effect,"
            f" {100 * (0.05 * 0.95 / treated) ** 0.5:.1f} with.\n",
            "![False alarms and power of the verdict](characteristics.svg)\n",
            "## Without any effect\n",
            "“Slower than expected” is said wrongly most often in"
            f" {_percent(worst['false_slower'])} of 100 ({worst['history']}, {worst['plan']});"
            " among the quarter with the steepest run-in in"
            f" {_percent(fastest['false_slower_fast'])} of 100 ({fastest['history']},"
            f" {fastest['plan']}). Promised: at most 5 overall and 7 among fast run-ins.\n",
            table(
                ("visits before + after", "natural history", "slower, %", "slower, fast run-in, %",
                 "naive rule, fast run-in, %", "faster, %", "long enough to judge, %"),
                false_rows,
            ),
            "\n## With an effect\n",
            "Per cent called slower, against the naive rule (slope after minus slope before) whose"
            " threshold is set so that it has the same false alarms in the same row.\n",
            table(("visits before + after", "natural history", *EFFECTS), power_rows),
            CHARACTERISTICS_WORDS,
        ]
    )  # fmt: skip


CHARACTERISTICS_WORDS = """
## How to read this

- One person's scores can rarely show a moderate slowing. That is a property of the disease, not of
  the rule: over a year the natural course of one person wanders by as much as a halved decline
  saves. Groups and randomised trials can show what one patient cannot.
- The naive rule in its usual form has no fixed false-alarm rate: it calls a steep run-in that calms
  down a response. Here it was given the verdict's own rate, which nobody can do for a real clinic.
- Where the naive rule sees more (some rows with a short run-in, and straight lines), it does so by
  calling fast run-ins slower: its false alarms sit there (third column of numbers above).
- The rival histories are straight lines without wander; skewed slopes whose wander jumps; and lines
  that break once at a random time. They are fitted to the same published summaries
  (models/calibration.md). Before doubt was added to the tail and the plain slope was
  asked as well, skewed slopes and broken lines broke the promise (up to 8 of 100): slow people
  there are steadier than the embedded classes let them be, and steadiness looks like slowing.
- "Long enough to judge" leaves out people whose score could reach its floor too soon: they are told
  "cannot tell".
- Measured by `scripts/characteristics.py`; a smaller run is part of `make test`, the full one of
  `make slow`.
"""


def characteristics_picture() -> str:
    """False alarms and power as dots, one row a history, one column a plan."""
    import altair as alt

    from slopewise.report.figures import style
    from slopewise.report.figures.grammar import rows_of
    from slopewise.report.figures.svg import render

    cells = json.loads(MEASURED.read_text("utf-8"))["cells"]
    rows = []
    for cell in cells:
        shared = {"plan": cell["plan"], "history": cell["history"]}
        rows.append(shared | {"effect": "none", "percent": cell["false_slower"], "rule": "verdict"})
        for effect, ours, naive in zip(EFFECTS, cell["power"], cell["naive_power"], strict=True):
            rows.append(shared | {"effect": effect, "percent": ours, "rule": "verdict"})
            rows.append(shared | {"effect": effect, "percent": naive, "rule": "naive rule"})
    order = ["none", *EFFECTS]
    base = alt.Chart().encode(
        x=alt.X("percent:Q", title="called slower, %", scale=alt.Scale(domain=[0, 80])),
        y=alt.Y("effect:N", title=None, sort=order),
    )
    rules = alt.Scale(domain=["verdict", "naive rule"], range=["circle", "triangle-up"])
    inks = alt.Scale(domain=["verdict", "naive rule"], range=[style.ACCENT, style.DOSE])
    points = base.mark_point(size=70, filled=True, opacity=1).encode(
        shape=alt.Shape("rule:N", title=None, scale=rules, legend=alt.Legend(orient="top")),
        color=alt.Color("rule:N", title=None, scale=inks, legend=alt.Legend(orient="top")),
    )
    limit = alt.Chart().mark_rule(strokeDash=[4, 3], color=style.INK_SOFT).encode(x=alt.datum(5))
    chart = alt.layer(limit, points, data=rows_of(rows)).properties(width=165, height=80)
    grid = chart.facet(
        column=alt.Column("plan:N", title=None, sort=_plans(cells)),
        row=alt.Row(
            "history:N",
            title=None,
            sort=list(dict.fromkeys(cell["history"] for cell in cells)),
            header=alt.Header(labelAngle=0, labelAlign="left", labelAnchor="middle"),
        ),
    )
    return str(render(grid, "Per cent called slower; the dashed line marks 5 %"))


def _plans(cells: Sequence[dict[str, str]]) -> list[str]:
    return list(dict.fromkeys(cell["plan"] for cell in cells))


def _percent(value: float) -> str:
    return f"{value:.1f}"
