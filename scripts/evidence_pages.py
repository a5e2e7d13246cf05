"""The pages on how well the model and the verdict do, from the numbers that were measured."""

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

__all__ = ["calibration_page", "characteristics_page", "characteristics_picture"]

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "docs" / "evidence" / "characteristics.json"
EFFECTS = ("θ = 0.3", "θ = 0.5", "θ = 1")


def calibration_page(notice: str) -> str:
    """Target, achieved and source of every published summary."""
    text = resources.files("slopewise.progression").joinpath("embedded.json").read_text("utf-8")
    document = json.loads(text)
    made = document["made_by"]
    rows = [
        (
            target["name"],
            f"{target['published']:.2f} ± {target['tolerance']:.2f}",
            f"{target['achieved']:.2f} ({target['low90']:.2f} to {target['high90']:.2f})",
            f"{(target['achieved'] - target['published']) / target['tolerance']:+.1f}",
            target["unit"],
            f"{target['source']}; {target['basis']}",
        )
        for target in made["targets"]
    ]
    far = [row for row in rows if abs(float(row[3])) > 1.5]
    missed = "; ".join(f"{row[0]} ({row[3]})" for row in far)
    sets = len(document["parameters"]["weight"])
    return "\n".join(
        [
            notice,
            "# Calibration of the embedded natural history\n",
            f"{sets} parameter sets were kept of {made['steps']:,} steps of a Markov chain"
            f" (seed {made['seed']}, status {made['status']}). Made again by `slopewise calibrate`."
            " Published value ± the tolerance it is matched to; achieved: median and 90 % range"
            " over the sets; misfit in units of the tolerance.\n",
            f"Not met within 1.5 tolerances: {missed}.\n" if far else "All are met.\n",
            CALIBRATION_WORDS,
            _table(("summary", "published", "achieved", "misfit", "unit", "source"), rows),
        ]
    )


CALIBRATION_WORDS = """\
What the misses say about the model:

- **No decline over 6 and 12 months is rarer, over 18 months commoner, than published.** A personal
  slope drawn from normal classes keeps a few per cent of people stable for ever; real plateaus come
  and go. The wander carries part of that, not all of it.
- **Fewer improve after an enriched run-in than in the NurOwn placebo arm, and those who enter lose
  more.** Real decline flattens after a steep spell more than this model lets it. Either error makes
  a verdict of "slower" a little too easy for people picked after a bad spell; the doubt added to
  every tail (models/verdict.md) is measured on rival histories and covers what they show of it.
- Spread of change over 4 and 6 months is wider than in the untreated arm of Oh 2018, a small and
  selected Korean group.

What is assumed: the classes stand for the published strata; monthly visits and least-squares slopes
where a trial's own schedule was not read; tolerances as wide as the sources differ. Survival enters
only to say who is still there for a plateau.
"""


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
            _table(
                ("visits before + after", "natural history", "slower, %", "slower, fast run-in, %",
                 "naive rule, fast run-in, %", "faster, %", "long enough to judge, %"),
                false_rows,
            ),
            "\n## With an effect\n",
            "Per cent called slower, against the naive rule (slope after minus slope before) whose"
            " threshold is set so that it has the same false alarms in the same row.\n",
            _table(("visits before + after", "natural history", *EFFECTS), power_rows),
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


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
