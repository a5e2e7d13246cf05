"""Deaths, serious and other events posted with a registry record, to the safety of a draft."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slopewise.evidence.study import AdverseEvent, Deaths, Safety, SurvivalResult
from slopewise.records.registry.sheet import (
    ResultSheet,
    is_control,
    posted_number,
    whole_number,
)

__all__ = ["posted_deaths", "posted_safety"]


def posted_deaths(
    module: Mapping[str, Any] | None, sheet: ResultSheet
) -> tuple[SurvivalResult, ...]:
    """Deaths among the people at risk in each treated group."""
    path = "resultsSection.adverseEventsModule.eventGroups"
    rows = enumerate((module or {}).get("eventGroups", ()))
    time = (module or {}).get("timeFrame", "no time stated")
    return tuple(
        SurvivalResult(
            citation=sheet.cite(f"{path}[{at}]"),
            statement=f"deaths from any cause ({time})",
            arm=str(one.get("title", one["id"])),
            n=people,
            deaths=died,
        )
        for at, one in rows
        if not is_control(one.get("title"), sheet)
        and (died := whole_number(posted_number(one.get("deathsNumAffected")))) is not None
        and (people := whole_number(posted_number(one.get("deathsNumAtRisk")))) is not None
    )


def posted_safety(module: Mapping[str, Any] | None, sheet: ResultSheet) -> Safety | None:
    """Deaths and serious events of each group, and each event of those treated."""
    if not module:
        return None
    groups = {one["id"]: one for one in module.get("eventGroups", ())}
    titles = {name: str(one.get("title", name)) for name, one in groups.items()}
    deaths, said = [], []
    serious: list[int | None] = []  # of each group that got cells
    for name, one in groups.items():
        died = whole_number(posted_number(one.get("deathsNumAffected")))
        hurt = whole_number(posted_number(one.get("seriousNumAffected")))
        if died is not None:
            deaths.append(Deaths(titles[name], died))
        if not is_control(titles[name], sheet):
            serious.append(hurt)
        if hurt is not None:
            said.append(f"serious events: {hurt} of {one.get('seriousNumAtRisk')} ({titles[name]})")
    events = [
        event
        for part in ("seriousEvents", "otherEvents")
        for one in module.get(part, ())
        for event in _events(one, titles, sheet, is_serious=part == "seriousEvents")
    ]
    return Safety(
        citation=sheet.cite(f"resultsSection.adverseEventsModule ({module.get('timeFrame', '')})"),
        statement="; ".join(said) or None,
        all_serious_events=_sum_of_all(serious),
        deaths=tuple(deaths),
        adverse_events=tuple(events),
    )


def _sum_of_all(counts: Sequence[int | None]) -> int | None:
    """None where one group did not tell: its people are among the treated all the same."""
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def _events(
    one: Mapping[str, Any], titles: Mapping[str, str], sheet: ResultSheet, *, is_serious: bool
) -> Iterator[AdverseEvent]:
    """One event of each treated group; the comparison group's count stands in its name."""
    stats = [stat for stat in one.get("stats", ()) if stat.get("groupId") in titles]
    beside = [
        f"{stat.get('numAffected')} of {stat.get('numAtRisk')} in {titles[stat['groupId']]}"
        for stat in stats
        if is_control(titles[stat["groupId"]], sheet)
    ]
    name = str(one.get("term", "event")) + (" (serious)" if is_serious else "")
    for stat in stats:
        title = titles[stat["groupId"]]
        if is_control(title, sheet):
            continue
        shown = "; ".join((title, *beside))
        yield AdverseEvent(
            f"{name}: {shown}",
            whole_number(posted_number(stat.get("numAffected"))),
            whole_number(posted_number(stat.get("numAtRisk"))),
        )
