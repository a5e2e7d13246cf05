"""Death and function in one order: the joint rank and the win ratio of one trial."""

from dataclasses import asdict
from typing import Any

import numpy as np
from jaxtyping import Bool
from numpy import ndarray as Array

from slopewise.endpoint.analysis.function import baseline_of
from slopewise.endpoint.analysis.result import (
    EndpointName,
    EndpointResult,
    check_both_arms,
    who_left,
)
from slopewise.endpoint.joint_rank import joint_rank
from slopewise.endpoint.pairs.pairwise import Level, ScoreLevel, SurvivalLevel, VisitsLevel
from slopewise.endpoint.trial_record import TrialRecord, TrialVisits
from slopewise.endpoint.win_ratio import win_statistics
from slopewise.errors import InputError

__all__ = ["joint_rank_result", "win_ratio_result"]


def joint_rank_result(record: TrialRecord) -> EndpointResult:
    """Everybody in one order; with covariates the rank difference is adjusted for them."""
    levels, words, kept = _levels(record)
    adjusted, complete = record.covariates, record.has_covariates()
    part = check_both_arms(record, kept & complete, "what the order needs")
    found = joint_rank(
        [_of(level, part) for level in levels],
        record.treated[part],
        baseline=None if adjusted is None else adjusted[part],
    )
    difference = found.rank_difference
    return EndpointResult(
        endpoint=EndpointName.JOINT_RANK,
        status=found.status.value,
        method=f"{found.method}; {difference.method}",
        estimand=found.estimand,
        scale="difference in mean rank, places of the common order",
        better="higher",
        estimate=difference.estimate,
        standard_error=difference.standard_error,
        low=difference.low,
        high=difference.high,
        p_value=found.p_value if adjusted is None else difference.p_value,
        treated=int((part & record.treated).sum()),
        controls=int((part & ~record.treated).sum()),
        details={
            "hierarchy": list(words),
            "z": found.z,
            "statistic": found.statistic,
            "variance": found.variance,
            "finkelstein_schoenfeld_p": found.p_value,
            "rank_difference_p": difference.p_value,
            "df": difference.degrees_of_freedom,
        },
        left_out=(
            *who_left(record, ~kept, "the event or its time is not known"),
            *who_left(record, kept & ~complete, "a covariate is missing"),
        ),
        remarks=_remarks(record),
    )


def win_ratio_result(record: TrialRecord) -> EndpointResult:
    """Every treated person against every control."""
    levels, words, kept = _levels(record)
    check_both_arms(record, kept, "a known event and time")
    found = win_statistics([_of(level, kept) for level in levels], record.treated[kept])
    ratio = found.win_ratio
    return EndpointResult(
        endpoint=EndpointName.WIN_RATIO,
        status=ratio.status.value,
        method=ratio.method,
        estimand=found.estimand,
        scale="win ratio",
        better="higher",
        is_ratio=True,
        estimate=ratio.estimate,
        standard_error=ratio.standard_error,
        low=ratio.low,
        high=ratio.high,
        p_value=ratio.p_value,
        confidence=found.confidence,
        treated=int((kept & record.treated).sum()),
        controls=int((kept & ~record.treated).sum()),
        details={
            "wins": found.wins,
            "losses": found.losses,
            "ties": found.ties,
            "by_level": [
                {"level": word, "wins": wins, "losses": losses, "ties": ties}
                for word, wins, losses, ties in zip(
                    words, found.wins_by_level, found.losses_by_level, found.ties_by_level,
                    strict=True,
                )
            ],
            "net_benefit": _plain(asdict(found.net_benefit)),
            "win_odds": _plain(asdict(found.win_odds)),
        },
        left_out=who_left(record, ~kept, "the event or its time is not known"),
        remarks=_remarks(record),
    )  # fmt: skip


def _plain(numbers: dict[str, Any]) -> dict[str, Any]:
    return {**numbers, "status": str(numbers["status"])}


def _levels(record: TrialRecord) -> tuple[list[Level], tuple[str, ...], Bool[Array, " people"]]:
    """Survival first where it is known, then function; who can be placed."""
    levels: list[Level] = []
    words: list[str] = []
    kept = np.ones(len(record.person), dtype=bool)
    if record.follow_up is not None:
        levels.append(SurvivalLevel(record.follow_up.month, record.follow_up.died))
        words.append("survival")
        kept = record.follow_up.known
    if record.visits is not None:
        level, word = _function(record, record.visits)
        levels.append(level)
        words.append(word)
    elif record.score is not None:
        seen = np.isfinite(record.score)
        levels.append(ScoreLevel(np.where(seen, record.score, 0.0), seen))
        words.append("function")
    if not levels:
        record.need_follow_up()
        raise InputError("the tables hold neither survival nor function to compare people by")
    return levels, tuple(words), kept


def _function(record: TrialRecord, visits: TrialVisits) -> tuple[Level, str]:
    """Change at the last planned visit both have; without a plan, each one's last change."""
    people, baseline = len(record.person), baseline_of(record)
    if not np.isfinite(baseline).any():
        raise InputError(
            "no outcome at baseline was found, so no change can be computed; name its column by"
            " --baseline, or give visits at month 0"
        )
    after = ~visits.is_run_in & ~visits.is_baseline & np.isfinite(baseline)[visits.person]
    person = visits.person[after]
    change = visits.outcome[after] - baseline[person]
    if visits.visit is None:
        last = np.zeros(people)
        seen = np.zeros(people, dtype=bool)
        last[person], seen[person] = change, True  # rows are sorted by month: the last one stays
        return ScoreLevel(last, seen), "change from baseline at each one's last visit"
    table = np.zeros((people, len(visits.visit_names)))
    observed = np.zeros(table.shape, dtype=bool)
    planned = visits.visit[after] >= 0
    place = (person[planned], visits.visit[after][planned])
    table[place], observed[place] = change[planned], True
    return VisitsLevel(table, observed), "change from baseline at the last visit both have"


def _of(level: Level, kept: Bool[Array, " people"]) -> Level:
    if isinstance(level, SurvivalLevel):
        return SurvivalLevel(level.month[kept], level.died[kept])
    if isinstance(level, ScoreLevel):
        seen = None if level.observed is None else level.observed[kept]
        return ScoreLevel(level.value[kept], seen, level.margin)
    return VisitsLevel(level.change[kept], level.observed[kept], level.margin)


def _remarks(record: TrialRecord) -> tuple[str, ...]:
    if record.follow_up is None:
        return ("No survival was found: people are compared by function alone.",)
    if record.visits is None and record.score is None:
        return ("No function was found: people are compared by survival alone.",)
    return ()
