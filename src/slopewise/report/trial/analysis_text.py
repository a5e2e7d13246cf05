"""The analysis of a trial for the terminal: the answer, its numbers, what was read and left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slopewise.endpoint.analysis.result import EndpointName, EndpointResult, WhoLeft
from slopewise.progression.observed.patients import LeftOut
from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import decimal, interval, plural, slowing_interval
from slopewise.report.tables import Column, Table
from slopewise.report.terminal_text import one_line

__all__ = ["AsRead", "analysis_text", "comparison_text", "result_sentence"]

_RESEARCH_ONLY = "Research use only; no advice on treatment."
_SHOWN = 5
_NOUNS = {"patients": ("person", "people"), "rows": ("row", "rows"), "values": ("value", "values")}
_NAMES = {
    EndpointName.SLOPE: "Slope",
    EndpointName.MMRM: "Mixed model for repeated measures",
    EndpointName.JOINT_RANK: "Joint rank of function and survival",
    EndpointName.WIN_RATIO: "Win ratio",
    EndpointName.TIME_TO_EVENT: "Time to event",
    EndpointName.RMST: "Restricted mean survival",
    EndpointName.MILESTONE: "Survival at a month",
    EndpointName.RESPONDER: "Responders",
    EndpointName.JOINT_MODEL: "Joint model of function and survival",
}
_NOT_READABLE = {
    "step_limit": "the search did not settle",
    "non_finite": "the likelihood has no maximum: the scores have no spread about straight lines",
    "flat": "the data cannot tell the variances apart; choose a simpler --covariance",
    "too_few": "there are too few people or visits",
    "boundary": "the likelihood has its maximum where no number can be given",
    "no_events": "nobody had the event",
    "no_differences": "nobody could be told from anybody",
    "beyond_follow_up": "an arm was not followed that long",
}


_NO_RATIO = {
    EndpointName.WIN_RATIO: "one arm won every pair that was decided, so the ratio is not finite",
    EndpointName.TIME_TO_EVENT: "one arm, or one covariate, holds all events, so the ratio is not"
    " finite",
}


_NO_TIPPING = {
    "not_significant": "none: a difference cannot be told from none without any shift",
    "nobody_left": "none: no treated person left",
    "too_few": "none: there are too few people or visits",
}


@dataclass(frozen=True, slots=True)
class AsRead:
    """What was read of the tables, for people and programs."""

    treated_arm: str
    control_arm: str
    columns: tuple[tuple[str, str], ...]
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]


def result_sentence(result: EndpointResult) -> str:
    """The answer in one sentence, interval first."""
    if result.low is None or result.high is None:
        why = _NOT_READABLE.get(result.status, "nothing could be computed")
        if result.status == "boundary":
            why = _NO_RATIO.get(result.endpoint, why)
        return f"Cannot tell: {why}."
    places = _places(result)
    found = (
        f"The {result.scale} lies between {decimal(result.low, places)} and"
        f" {decimal(result.high, places)} ({100 * result.confidence:g} %), best estimate"
        f" {decimal(result.estimate, places)}."
    )
    same = result.no_difference
    if result.low <= same <= result.high:
        return f"{found} The interval holds {same:g}, so a difference cannot be told from none."
    is_above = result.low > same
    for_treated = "in favour of" if is_above == (result.better == "higher") else "against"
    return (
        f"{found} It lies {'above' if is_above else 'below'} {same:g}: {for_treated} the treated."
    )


def analysis_text(result: EndpointResult, read: AsRead) -> str:
    """The answer, the numbers, the estimand, and what to mind."""
    parts = [
        *_not_primary(result),
        wrapped(f"{_name(result)}: {result_sentence(result)}"),
        lay_out(Table("Numbers", (Column("Quantity"), Column("Value")), _numbers(result))),
        *_tables(result),
        wrapped(f"What is estimated: {result.estimand}"),
        wrapped(f"How: {result.method}."),
        "What was read:\n" + bullets(_read_words(read)),
        "Mind:\n" + bullets(_mind(result, read)),
    ]
    return "\n\n".join(parts)


def _not_primary(result: EndpointResult) -> list[str]:
    if not result.primary_refused:
        return []
    return [
        wrapped(f"This is a sensitivity analysis and cannot be primary: {result.primary_refused}.")
    ]


def _name(result: EndpointResult) -> str:
    """Scores filled in many times are compared by least squares, not by the mixed model."""
    if "imputations" in result.details:
        return "Scores filled in many times, compared at the last visit"
    return _NAMES[result.endpoint]


def comparison_text(
    results: Sequence[EndpointResult], refused: Sequence[tuple[str, str]], read: AsRead
) -> str:
    """Every analysis in one table, then why others are not there."""
    columns = (
        Column("Analysis"), Column("Interval (95 %)"), Column("Estimate", is_number=True),
        Column("p", is_number=True), Column("Says"),
    )  # fmt: skip
    rows = tuple(
        (
            result.endpoint.value,
            interval(result.low, result.high, _places(result)),
            decimal(result.estimate, _places(result)),
            _p_value(result.p_value),
            _says(result),
        )
        for result in results
    )
    scales = tuple(f"{result.endpoint.value}: {result.scale}." for result in results)
    parts = [
        wrapped(
            "The same data by every analysis that they allow. They answer different questions"
            " (below), so that they differ is no contradiction; an analysis chosen after looking"
            " at this table proves nothing."
        ),
        lay_out(Table("Analyses", columns, rows)),
        "Scales:\n" + bullets(scales),
    ]
    if refused:
        said = tuple(f"{name}: {reason}" for name, reason in refused)
        parts.append("Not possible:\n" + bullets(said))
    parts.append("What was read:\n" + bullets(_read_words(read)))
    left = dict.fromkeys(sentence for result in results for sentence in _left_out(result.left_out))
    mind = (*map(one_line, read.remarks), *_left_out(read.left_out), *left, _RESEARCH_ONLY)
    parts.append("Mind:\n" + bullets(mind))
    return "\n\n".join(parts)


def _places(result: EndpointResult) -> int:
    if result.estimate is None or result.estimate == 0.0:
        return 2
    size = abs(result.estimate)
    return 1 if size >= 20.0 else 2 if size >= 0.5 else 3


def _says(result: EndpointResult) -> str:
    if result.low is None or result.high is None:
        return "cannot tell"
    same = result.no_difference
    if result.low <= same <= result.high:
        return "cannot tell from none"
    is_good = (result.low > same) == (result.better == "higher")
    return "treated better" if is_good else "treated worse"


def _numbers(result: EndpointResult) -> tuple[tuple[str, str], ...]:
    error = "standard error" + (" of its logarithm" if result.is_ratio else "")
    rows = [
        (f"{100 * result.confidence:g} % interval", interval(result.low, result.high, 4)),
        (result.scale, decimal(result.estimate, 4)),
        (error, decimal(result.standard_error, 4)),
        ("p (two-sided)", _p_value(result.p_value)),
        *_own(result),
        ("people", f"{result.treated} treated, {result.controls} controls"),
    ]
    if result.rows is not None:
        rows.append(("visits used", str(result.rows)))
    return (*rows, ("status", result.status))


def _own(result: EndpointResult) -> list[tuple[str, str]]:
    """The method's own numbers, as rows."""
    made = {
        EndpointName.SLOPE: _slope_rows,
        EndpointName.MMRM: _likelihood_rows,
        EndpointName.JOINT_RANK: _rank_rows,
        EndpointName.WIN_RATIO: _win_rows,
        EndpointName.TIME_TO_EVENT: _event_rows,
        EndpointName.RMST: _rmst_rows,
        EndpointName.MILESTONE: _milestone_rows,
        EndpointName.RESPONDER: _responder_rows,
        EndpointName.JOINT_MODEL: _joint_rows,
    }.get(result.endpoint)
    if "imputations" in result.details:
        made = _imputed_rows
    return [] if made is None or result.estimate is None else made(result.details)


def _likelihood_rows(own: Any) -> list[tuple[str, str]]:
    df = own["df"]
    return [
        ("degrees of freedom", "normal distribution" if df is None else decimal(df, 2)),
        ("log-likelihood", decimal(own["log_likelihood"], 4)),
    ]


def _slope_rows(own: Any) -> list[tuple[str, str]]:
    slowing = own["slowing"] or {}
    words = slowing_interval(slowing.get("low"), slowing.get("high"))
    if slowing.get("low") is None:
        words = "cannot tell: the controls' slope is not told from 0"
    return [
        ("slope of the controls", f"{decimal(own['control_slope'], 4)} points a month"),
        ("slope of the treated", f"{decimal(own['treated_slope'], 4)} points a month"),
        ("decline of the treated (95 %)", words),
        *_likelihood_rows(own),
    ]


def _rank_rows(own: Any) -> list[tuple[str, str]]:
    return [
        ("order", ", then ".join(own["hierarchy"])),
        ("z (Finkelstein–Schoenfeld)", decimal(own["z"], 4)),
        ("p of the rank difference", _p_value(own["rank_difference_p"])),
    ]


def _win_rows(own: Any) -> list[tuple[str, str]]:
    benefit, odds = own["net_benefit"], own["win_odds"]
    return [
        ("pairs won, lost, tied", f"{own['wins']}, {own['losses']}, {own['ties']}"),
        ("net benefit (95 %)", interval(benefit["low"], benefit["high"], 4)),
        ("win odds (95 %)", interval(odds["low"], odds["high"], 4)),
    ]


def _event_rows(own: Any) -> list[tuple[str, str]]:
    return [
        ("events", f"{own['events_treated']} treated, {own['events_controls']} controls"),
        ("p of the log-rank test", _p_value(own["log_rank"]["p_value"])),
    ]


def _rmst_rows(own: Any) -> list[tuple[str, str]]:
    return [
        ("mean of the treated", f"{decimal(own['treated_mean'], 3)} months"),
        ("mean of the controls", f"{decimal(own['control_mean'], 3)} months"),
        ("events", str(own["events"])),
    ]


def _milestone_rows(own: Any) -> list[tuple[str, str]]:
    return [
        ("share of the treated", decimal(own["treated_share"], 3)),
        ("share of the controls", decimal(own["control_share"], 3)),
        ("events until then", str(own["events_until_then"])),
    ]


def _responder_rows(own: Any) -> list[tuple[str, str]]:
    rows = [
        ("responders", f"{own['treated_responders']} treated, {own['control_responders']} controls")
    ]
    for name, key in (("treated", "treated_share"), ("controls", "control_share")):
        share, low, high = own[key]
        words = f"{decimal(share, 3)} ({interval(low, high, 3)})"
        rows.append((f"share of the {name} (95 %)", words))
    return rows


def _imputed_rows(own: Any) -> list[tuple[str, str]]:
    return [
        ("degrees of freedom", decimal(own["df"], 2)),
        ("imputations", str(own["imputations"])),
        ("scores drawn", f"{own['imputed_treated']} treated, {own['imputed_controls']} controls"),
        ("information missing", f"{100 * own['fraction_missing']:.0f} %"),
        *_tipping_rows(own["tipping_point"]),
    ]


def _tipping_rows(found: Any) -> list[tuple[str, str]]:
    if found is None:
        return []
    if found["delta"] is None:
        return [("tipping point", _NO_TIPPING[str(found["status"])])]
    each = " for every visit since they left" if found["form"] == "per-visit" else ""
    return [
        ("tipping point", f"{decimal(found['delta'], 3)} points{each}"),
        ("mean of the treated moves by", f"{decimal(found['mean_shift'], 3)} points"),
    ]


def _joint_rows(own: Any) -> list[tuple[str, str]]:
    rows = [("log-likelihood", decimal(own["log_likelihood"], 4)), ("events", str(own["events"]))]
    drawn = own["posterior"]
    if drawn is not None and drawn["status"] == "converged":
        words = slowing_interval(drawn["low90"], drawn["high90"])
        rows.insert(0, ("posterior, flat prior (90 %)", words))
    return rows


def _tables(result: EndpointResult) -> list[str]:
    """Further tables: by visit, by level of the hierarchy."""
    if "by_visit" in result.details and result.estimate is not None:
        rows = tuple(
            (
                one_line(str(one["visit"])),
                interval(one["low"], one["high"], 3),
                decimal(one["estimate"], 3),
                _p_value(one["p_value"]),
            )
            for one in result.details["by_visit"]
        )
        columns = (
            Column("Visit"), Column("Interval (95 %)"), Column("Estimate", is_number=True),
            Column("p", is_number=True),
        )  # fmt: skip
        return [lay_out(Table("By visit", columns, rows))]
    if result.endpoint is EndpointName.WIN_RATIO:
        rows = tuple(
            (one["level"], str(one["wins"]), str(one["losses"]), str(one["ties"]))
            for one in result.details["by_level"]
        )
        columns = (
            Column("Decided by"), Column("Won", is_number=True), Column("Lost", is_number=True),
            Column("Still tied", is_number=True),
        )  # fmt: skip
        return [lay_out(Table("By level", columns, rows))]
    return []


def _read_words(read: AsRead) -> tuple[str, ...]:
    return tuple(f"{role}: {one_line(column)}" for role, column in read.columns)


def _mind(result: EndpointResult, read: AsRead) -> tuple[str, ...]:
    return (
        *map(one_line, read.remarks),
        *result.remarks,
        *_left_out((*read.left_out, *result.left_out)),
        _RESEARCH_ONLY,
    )


def _left_out(what: Sequence[LeftOut | WhoLeft]) -> tuple[str, ...]:
    """One sentence a reason: how many, why, and the first few of them."""
    found = []
    for one in what:
        shown = ", ".join(one_line(name) for name in one.which[:_SHOWN])
        more = len(one.which) - _SHOWN
        which = f" ({shown}{f' and {more} more' if more > 0 else ''})" if shown else ""
        found.append(f"Left out: {plural(one.count, *_NOUNS[one.what])}: {one.reason}{which}.")
    return tuple(found)


def _p_value(value: float | None) -> str:
    if value is None:
        return decimal(None)
    return "< 0.0001" if value < 0.0001 else decimal(value, 4)
