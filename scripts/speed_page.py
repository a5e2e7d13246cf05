"""The page on speed, from the newest line of each question in benchmarks/results.jsonl.

.venv/bin/python scripts/speed_page.py      writes docs/evidence/speed.md (as `make docs` does)
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from page_tables import table
from trial_speed import TRIAL_TITLES, bound_rows, mmrm_rows, simulation_rows, win_rows

__all__ = ["main", "speed_page"]

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.jsonl"
PAGE = ROOT / "docs" / "evidence" / "speed.md"
NOTICE = "<!-- Written by `make docs`; do not edit by hand. -->\n"
HEAD = ("patients", "ours, wall (processor)", "peer", "times faster", "at least / aim", "met",
        "times the physical limit")  # fmt: skip
TRIAL_HEAD = ("what", "ours", "peer", "times faster", "at least / aim", "met")
# Targets of this project: (at least, aim)
SLOPE_TARGETS = {300: (8, 40), 1000: (15, 80), 5000: (30, 150), 20000: (50, 250)}
JOINT_SECONDS, JOINT_AIM = {300: 0.5, 1000: 1.5, 5000: 6.0}, 25
WANDER_SECONDS, WANDER_AIM, WANDER_PATIENTS = 60.0, 15.0, 1000
POSTERIOR_TARGETS = (50, 250)
PREDICTION_MILLISECONDS, PREDICTION_AIM = {"plug_in": 2.0, "draws": 20.0}, 0.1
MEMORY_MIB = 150
REFIT_TARGET = 50
BASELINES = {"weibull": "Weibull", "piecewise:7": "piecewise, 7", "spline:5": "spline, 5 knots"}

Numbers = dict[str, float]
Row = tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One question: its heading, the words before its table, head and rows, the words after."""

    question: str
    title: str
    before: str
    head: Row
    rows: list[Row]
    after: str = ""

    def text(self) -> str:
        """The section as Markdown."""
        parts = [f"## {self.title}\n", f"{self.before}\n", table(self.head, self.rows)]
        return "\n".join([*parts, *([f"\n{self.after}"] if self.after else []), ""])


def main() -> None:
    """Write the page alone."""
    PAGE.write_text(speed_page(NOTICE), encoding="utf-8")


def speed_page(notice: str) -> str:
    """Every measured question beside its peer, its target and its physical limit."""
    lines = _newest()
    sections = [
        make(lines[question]["numbers"]) for question, make in SECTIONS.items() if question in lines
    ]
    missing = [f"`benchmarks/{name}.py`" for name in SECTIONS if name not in lines]
    return "\n".join(
        [
            notice,
            "# Speed\n",
            INTRODUCTION,
            *([f"Not measured yet: {', '.join(missing)}.\n"] if missing else []),
            *(section.text() for section in sections),
            "## Machine, memory and dates\n",
            table(
                ("question", "date", "commit", "processor, cores", "load before", "peak memory"),
                [_machine(question, lines[question]) for question in SECTIONS if question in lines],
            ),
            CLOSING,
        ]
    )


HEIGHT_WORDS = """\
Log-likelihood against others on the same data (JM's is never to be higher; quadrature is the
maximum by a second program, and ours approximates the integral it computes):
"""

INTRODUCTION = """\
Medians of five or more runs on one thread (fewer where the page says so), through the public verbs,
from arrays to the finished result with standard errors. Imports and a first run are not counted
("after start"). Wall seconds
count; processor seconds stand beside them, and where the two differ the machine was doing other
work too (last table). *Stored* peers could not be installed here: their times are those of another
run of the same data, on a machine of the same kind (2 cores of an AMD EPYC, one thread, nearly
idle; *busy* where only processor seconds could be kept), so a ratio to them is good to about 30 %.
Whatever says nothing of "stored" ran beside ours.
"""

CLOSING = """
## How far the physical limit is

A limit counts only what the arithmetic cannot do without: operations at 35 GF/s, exponentials at
1.9 ns, memory at the speed of a copy, on one core (measured on the machine of the stored peers; the
random-slope row measures its own). Textbook joint model: 40 ms for 5,000 patients, from 40
evaluations of 42 exponentials and 600 operations a patient; a posterior's draw and a prediction's
parameter set are one evaluation each. Wandering model: our own count of 400 operations a column and
class and 11 exponentials a node and class, for each evaluation the fit made. What lies between is
mostly the interpreter and arrays too small for the processor: the factor falls as patients grow.

## Run it again

`make bench` runs everything (about a quarter of an hour) and adds lines to
`benchmarks/results.jsonl`; `make docs` then writes this page. One question:
`.venv/bin/python benchmarks/joint_model_speed.py`. nlme, lme4, JM and JMbayes2 take part where R
has them; a missing one is skipped, and the run says so.
"""


def _random_slope(n: Numbers) -> Section:
    rows: list[Row] = []
    for patients, targets in SLOPE_TARGETS.items():
        if f"seconds_{patients}" not in n:
            continue
        peers = {p: n.get(f"seconds_{p}_{patients}") for p in ("nlme", "lme4")}
        ratio = n.get(f"times_faster_{patients}")
        rows.append(
            (
                f"{patients:,}",
                _both(n[f"seconds_{patients}"], n[f"cpu_seconds_{patients}"]),
                "; ".join(f"{p} {_time(s)}" for p, s in peers.items() if s) or "none installed",
                _times(ratio),
                f"{targets[0]} / {targets[1]}",
                _met(ratio, targets),
                _times(n.get(f"times_physical_limit_{patients}")),
            )
        )
    memory = n.get("memory_mib_20000")
    after = "" if memory is None else (
        f"Peak memory of a fresh process that loads and fits 20,000 patients: {memory:.0f} MiB"
        f" (asked: under {MEMORY_MIB}; lme4 {n.get('memory_mib_lme4_20000', float('nan')):.0f})."
    )  # fmt: skip
    return Section(
        "random_slope_speed", "Random-slope mixed model",
        "`y ~ time + arm × time + (1 + time | patient)`, REML, standard errors included; the faster"
        " of nlme and lme4 is the peer (run three times at 5,000 and once at 20,000).",
        HEAD, rows, after)  # fmt: skip


def _joint(n: Numbers) -> Section:
    rows: list[Row] = []
    notes: list[str] = []
    for baseline, words in BASELINES.items():
        for patients, most in JOINT_SECONDS.items():
            key = f"{baseline}_{patients}"
            if f"seconds_{key}" not in n:
                continue
            wall = n[f"seconds_{key}"]
            peer, ratio = _peer(n, key, "jm", "JM")
            aim = f"{most:g} s / {JOINT_AIM} times JM" if peer else f"{most:g} s"
            rows.append(
                (
                    f"{words}, {patients:,}",
                    _both(wall, n[f"cpu_seconds_{key}"]),
                    peer or "–",
                    _times(ratio),
                    aim,
                    _met_below(wall, most, aim=ratio is not None and ratio >= JOINT_AIM),
                    _times(n[f"times_physical_limit_{key}"]),
                )
            )
            notes += _heights(n, key, f"{words}, {patients:,}")
    return Section(
        "joint_model_speed", "Textbook joint model",
        "Random level and slope, arm on slope and hazard, hazard on the current value; score and"
        " survival fitted together.", HEAD, rows,
        "\n".join([HEIGHT_WORDS, *notes]) if notes else "")  # fmt: skip


def _heights(n: Numbers, key: str, words: str) -> Iterator[str]:
    """How far the log-likelihood lies above JM's and above the quadrature's maximum."""
    found = [
        f"{n[name]:+.4f} {label}"
        for name, label in (
            (f"log_likelihood_above_jm_{key}", "against JM"),
            (f"log_likelihood_above_stored_jm_{key}", "against JM's stored one"),
            (f"log_likelihood_above_quadrature_{key}", "against quadrature"),
        )
        if name in n
    ]
    if found:
        yield f"- {words}: {', '.join(found)}"


def _wandering(n: Numbers) -> Section:
    rows: list[Row] = []
    for patients in (500, 1000, 2000):
        if f"seconds_{patients}" not in n:
            continue
        wall, asked = n[f"seconds_{patients}"], patients == WANDER_PATIENTS
        rows.append(
            (
                f"{patients:,}",
                _both(wall, n[f"cpu_seconds_{patients}"]),
                "none known",
                "–",
                f"{WANDER_SECONDS:g} s / {WANDER_AIM:g} s" if asked else "–",
                _met_below(wall, WANDER_SECONDS, aim=wall <= WANDER_AIM) if asked else "–",
                _times(n[f"times_physical_limit_{patients}"]),
            )
        )
    runs = min((v for k, v in n.items() if k.startswith("runs_")), default=0)
    few = f" Runs of each: {runs:.0f}." if runs < 5 else ""
    power = n.get("power_of_patients_cpu_milliseconds_an_evaluation")
    whole = n.get("power_of_patients_cpu_seconds")
    after = "" if power is None or whole is None else (
        f"Cost grows as the number of patients to the power {power:.2f} for one evaluation of"
        f" likelihood and gradient, {whole:.2f} for the whole fit (1 is linear; the number of"
        f" evaluations differs between cohorts).{few}"
    )  # fmt: skip
    return Section(
        "progression_speed", "Wandering model with three classes and survival",
        "Up to 12 visits a patient, value and slope on the hazard, four starts, standard errors"
        " included.", HEAD, rows, after)  # fmt: skip


def _posterior(n: Numbers) -> Section:
    rows: list[Row] = []
    for patients in (300, 1000):
        if f"effective_draws_per_cpu_second_{patients}" not in n:
            continue
        ratio, peer = n.get(f"times_faster_than_jmbayes2_{patients}"), "JMbayes2"
        rate = n.get(f"effective_draws_per_second_jmbayes2_{patients}")
        if ratio is None or rate is None:
            ratio, peer = n[f"times_faster_than_stored_jmbayes2_{patients}"], "JMbayes2, stored"
            rate = n[f"effective_draws_per_cpu_second_stored_jmbayes2_{patients}"]
        rows.append(
            (
                f"{patients:,}",
                f"{n[f'effective_draws_per_second_{patients}']:.0f} a second"
                f" ({n[f'effective_draws_per_cpu_second_{patients}']:.0f})",
                f"{peer}: {rate:.2g}",
                _times(ratio),
                f"{POSTERIOR_TARGETS[0]} / {POSTERIOR_TARGETS[1]}",
                _met(ratio, POSTERIOR_TARGETS),
                _times(n[f"times_physical_limit_{patients}"]),
            )
        )
    khat = max((v for k, v in n.items() if k.startswith("khat_")), default=float("nan"))
    return Section(
        "posterior_speed", "Posterior of the association",
        "Effective draws a second, the fit included (as a sampler's warm-up is); textbook joint"
        " model, Weibull. The stored peer counts processor seconds, and so does the ratio to it.",
        HEAD, rows, f"Largest k̂: {khat:.2f} (above 0.7 it would not be trusted).")  # fmt: skip


def _prediction(n: Numbers) -> Section:
    rows: list[Row] = []
    for kind, words in (("plug_in", "maximum alone"), ("draws", "200 parameter sets")):
        mine, most = n[f"milliseconds_batch_{kind}"], PREDICTION_MILLISECONDS[kind]
        peers = [
            (f"{label}{', stored' if stored else ''} {n[name]:.3g} ms",
             n[f"times_faster_than_{stored}{peer}_{kind}"])
            for peer, label in (("jm", "JM"), ("jmbayes2", "JMbayes2"))
            for stored in ("", "stored_")
            if (name := f"milliseconds_{stored}{peer}_{kind}") in n
        ]  # fmt: skip
        rows.append(
            (
                f"batch of 20, {words}",
                f"{mine:.2f} ms ({n[f'cpu_milliseconds_batch_{kind}']:.2f})",
                "; ".join(text for text, _ in peers),
                "; ".join(_times(ratio) for _, ratio in peers),
                f"{most:g} ms / {PREDICTION_AIM:g} ms" if kind == "plug_in" else f"{most:g} ms",
                _met_below(mine, most, aim=mine <= PREDICTION_AIM),
                _times(n[f"times_physical_limit_{kind}"]),
            )
        )
        for group in ("all", "one"):
            wall, cpu = (n[f"{what}milliseconds_{group}_{kind}"] for what in ("", "cpu_"))
            many = n[f"patients_{group}_{kind}"]
            who = "one patient" if many == 1 else f"batch of {many:.0f}"
            rows.append((f"{who}, {words}", f"{wall:.2f} ms ({cpu:.2f})", *["–"] * 5))
    return Section(
        "prediction_speed", "Dynamic prediction",
        "Milliseconds a patient: scores to month 6, survival and function at months 9, 12, 15 and"
        " 18. Ours includes bands of function and score; the peers are timed for survival alone.",
        HEAD, rows,
        "First patient's chance to live to month 12 given month 6:"
        f" {n['survival_12_given_6_batch_plug_in']:.4f}; by quadrature 0.9246, JMbayes2 0.9254, JM"
        " 0.9217 (200 draws) and 0.9301 (at the mode).")  # fmt: skip


def _refits(n: Numbers) -> Section:
    peers = [
        (f"metafor, {words}: {_time(n[f'metafor_seconds_{way}'])}",
         n[f"metafor_seconds_{way}"] / n["seconds_batch"])
        for way, words in (("full", "as it is"), ("minimal", "shortest output"),
                           ("tightened", "stopped at the optimum"))
        if f"metafor_seconds_{way}" in n
    ]  # fmt: skip
    rows: list[Row] = [
        (
            "1,000 at once",
            _both(n["seconds_batch"], n["cpu_seconds_batch"]),
            "; ".join(text for text, _ in peers),
            "; ".join(_times(ratio) for _, ratio in peers),
            f"{REFIT_TARGET}",
            "yes" if min((ratio for _, ratio in peers), default=0.0) >= REFIT_TARGET else "no",
        ),
        ("one after the other, with all intervals",
         _both(n["seconds_loop"], n["cpu_seconds_loop"]), *["–"] * 4),
    ]  # fmt: skip
    apart = n.get("largest_difference_tau2")
    return Section(
        "evidence_pool_speed", "Pooling of studies",
        "1,000 refits of the 13 BCG trials (parametric bootstrap), REML with Hartung–Knapp.",
        ("what", "ours, wall (processor)", "peer", "times faster", "at least", "met"), rows,
        "" if apart is None
        else f"Largest difference of τ² from metafor at the optimum: {apart:.0e}.")  # fmt: skip


def _everyday(question: str, title: str, before: str) -> Any:
    def make(n: Numbers) -> Section:
        rows: list[Row] = [(name.replace("_", " "), f"{value:.3g}") for name, value in n.items()]
        return Section(question, title, before, ("what", "measured"), rows)

    return make


def _trials(question: str) -> Any:
    title, before = TRIAL_TITLES[question]

    def make(n: Numbers) -> Section:
        rows, after = {
            "trial_simulation_speed": simulation_rows,
            "mmrm_speed": lambda n: (mmrm_rows(n), ""),
            "win_ratio_speed": lambda n: (win_rows(n), ""),
            "boundary_speed": lambda n: (bound_rows(n), ""),
        }[question](n)
        return Section(question, title, before, TRIAL_HEAD, rows, after)

    return make


SECTIONS: dict[str, Any] = {
    "random_slope_speed": _random_slope,
    "joint_model_speed": _joint,
    "progression_speed": _wandering,
    "posterior_speed": _posterior,
    "prediction_speed": _prediction,
    "evidence_pool_speed": _refits,
    **{question: _trials(question) for question in TRIAL_TITLES},
    "assess_speed": _everyday(
        "assess_speed", "Assessing patients",
        "24 visits a patient, every parameter set of the embedded natural history."),
    "page_speed": _everyday(
        "page_speed", "Pages of the web application",
        "Median of ten, warm, on the demonstration clinic."),
    "cli_start": _everyday(
        "cli_start", "Start of the command line", "Median of ten new processes."),
}  # fmt: skip


def _newest() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for line in RESULTS.read_text("utf-8").splitlines():
        if line.strip():
            document = json.loads(line)
            found[document["question"]] = document
    return found


def _machine(question: str, line: dict[str, Any]) -> Row:
    machine = line["machine"]
    return (
        f"`{question}`",
        line["date"],
        line["commit"],
        f"{machine['processor']}, {machine['cores']} shared",
        f"{machine['load_before']:.1f}",
        f"{line['memory_mib']} MiB",
    )


def _peer(n: Numbers, key: str, peer: str, label: str) -> tuple[str, float | None]:
    """Name and time of the peer, and the ratio: of this run, else stored, else nothing."""
    for stored, words in (("", ""), ("stored_", ", stored")):
        if f"seconds_{stored}{peer}_{key}" in n:
            seconds = n[f"seconds_{stored}{peer}_{key}"]
            busy = ", busy" if n.get(f"cpu_only_{stored}{peer}_{key}") else ""
            ratio = n[f"times_faster_than_{stored}{peer}_{key}"]
            return f"{label}{words}{busy}: {_time(seconds)}", ratio
    return "", None


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"


def _both(wall: float, processor: float) -> str:
    return f"{_time(wall)} ({_time(processor)})"


def _times(ratio: float | None) -> str:
    if ratio is None:
        return "–"
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"


def _met(ratio: float | None, targets: tuple[int, int]) -> str:
    if ratio is None:
        return "not known"
    return "**no**" if ratio < targets[0] else "yes; aim too" if ratio >= targets[1] else "yes"


def _met_below(found: float, most: float, *, aim: bool) -> str:
    return "**no**" if found > most else "yes; aim too" if aim else "yes"


if __name__ == "__main__":
    main()
