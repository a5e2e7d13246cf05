"""From what a study printed of harm to rows that can be counted, and the reasons where none can.

A denominator is the people treated. Injections are no people; people of a mixed series are not
all ALS patients; a percent is a count only where one whole number fits it. A count of events above
zero is taken as one event a person: no more people than that can have had one.
"""

import re
from collections.abc import Iterator, Mapping

from slopewise.evidence.filters import NOT_READ, route_families
from slopewise.evidence.safety.safety_answer import SafetyEvent, SafetyLeftOut, SafetyRow
from slopewise.evidence.study import AdverseEvent, ArmRole, Safety, Study

__all__ = ["SEVERAL_ROUTES", "said_of_safety"]

SEVERAL_ROUTES = "several routes"

_NAMED = (
    (SafetyEvent.HEADACHE, re.compile(r"\bheadache", re.IGNORECASE)),
    (SafetyEvent.PAIN, re.compile(r"\bpain\b", re.IGNORECASE)),
    (SafetyEvent.FEVER, re.compile(r"\bfever|mening", re.IGNORECASE)),
    (SafetyEvent.WEAKNESS, re.compile(r"\bweakness", re.IGNORECASE)),
    (SafetyEvent.SPINE, re.compile(r"kypho|scolio", re.IGNORECASE)),
)
_CONTROL = re.compile(r"\b(placebo|sham|controls?|untreated|vehicle)\b", re.IGNORECASE)
_PERCENT_SLACK = 1.0  # a printed whole percent and the nearest count may lie this far apart

Said = SafetyRow | SafetyLeftOut


def said_of_safety(study: Study, cohorts: Mapping[str, str]) -> Iterator[Said]:
    """Everything one study printed of the events that are counted."""
    if study.safety is not None:
        yield from _serious(study, study.safety, cohorts)
        named: list[Said] = []
        for printed in study.safety.adverse_events:
            for event, name in _NAMED:
                if name.search(printed.event):
                    named.append(_named(study, study.safety, cohorts, event=event, printed=printed))
        yield from _nobody_twice(study, named)
    yield from _deaths(study, cohorts)


def _nobody_twice(study: Study, named: list[Said]) -> Iterator[Said]:
    """Lines of one event add up only while their people fit into those treated.

    Headache after the first and after the second dose, or back pain and leg pain, are lines about
    the same people: the line with most of them hurt then stands for all.
    """
    people = _treated(study) or 0
    for event in dict.fromkeys(one.event for one in named):
        of_event = [one for one in named if one.event is event]
        rows = [one for one in of_event if isinstance(one, SafetyRow)]
        if len(rows) < 2 or sum(row.total for row in rows) <= people:
            yield from of_event
            continue
        kept = max(rows, key=lambda row: (row.events, row.total))
        for one in of_event:
            if isinstance(one, SafetyLeftOut) or one is kept:
                yield one
            else:
                reason = f"may be the same people as those of another line ({one.basis})"
                yield SafetyLeftOut(
                    one.event,
                    one.study_id,
                    one.label,
                    one.cohort,
                    one.route,
                    f"{one.events} of {one.total}; {reason}",
                    one.citation,
                )


def _serious(study: Study, safety: Safety, cohorts: Mapping[str, str]) -> Iterator[Said]:
    said = safety.statement or "nothing in words"
    counts = (
        (SafetyEvent.RELATED_SERIOUS, safety.treatment_related_serious_events),
        (SafetyEvent.ANY_SERIOUS, safety.all_serious_events),
    )
    for event, count in counts:
        people = _treated(study)
        if count is None:
            yield _left_out(
                study, safety, cohorts, event=event, reason=f"no count was read (said: {said})"
            )
        elif people is None:
            yield _left_out(
                study, safety, cohorts, event=event, reason="the number of people is not known"
            )
        else:
            basis = f"none was reported among the people {_who(study)}"
            if count:
                basis = f"{count} events, taken as one a person; so at most this many people"
            yield _row(
                study,
                safety,
                cohorts,
                event=event,
                counts=(min(count, people), people),
                basis=basis,
                is_at_most=count > 0,
            )


def _named(
    study: Study,
    safety: Safety,
    cohorts: Mapping[str, str],
    *,
    event: SafetyEvent,
    printed: AdverseEvent,
) -> Said:
    """One line of a report's list of events."""
    reason, people = _not_countable(study, printed)
    if reason is None and people is not None:
        if printed.count is not None:
            basis = f'printed as "{printed.event}"'
            return _row(
                study, safety, cohorts, event=event, counts=(printed.count, people), basis=basis
            )
        count = _count_of_percent(printed.percent, people)
        if count is not None:
            basis = f'worked out from the printed {printed.percent:g} % ("{printed.event}")'
            return _row(study, safety, cohorts, event=event, counts=(count, people), basis=basis)
        reason = "no count was read"
    return _left_out(
        study, safety, cohorts, event=event, reason=f'{reason} (printed as "{printed.event}")'
    )


def _not_countable(study: Study, printed: AdverseEvent) -> tuple[str | None, int | None]:
    """Why a line cannot be counted, or the people it is counted among."""
    people = _treated(study)
    total = printed.denominator if printed.denominator is not None else people
    if printed.people_all_diseases is not None:
        reason = "counts people of a mixed series, not its ALS patients alone"
    elif "per injection" in printed.event:
        reason = "counts injections, not people"
    elif printed.count is None and printed.percent is None:
        reason = "no count was read"
    elif total is None:
        reason = "the number of people is not known"
    elif people is not None and total > people:
        reason = f"counts {total} of something, while {people} people were treated"
    elif printed.count is not None and printed.count > total:
        reason = "counts more events than people"
    else:
        return None, total
    return reason, None


def _count_of_percent(percent: float | None, people: int) -> int | None:
    if percent is None:
        return None
    count = round(percent / 100.0 * people)
    return count if abs(100.0 * count / people - percent) < _PERCENT_SLACK else None


def _deaths(study: Study, cohorts: Mapping[str, str]) -> Iterator[Said]:
    event, seen = SafetyEvent.DEATH, set[str | None]()
    for said in study.survival:
        if _is_control(study, said.arm):
            seen.add(said.arm)
        elif said.deaths is not None and said.n is not None and said.arm not in seen:
            seen.add(said.arm)
            yield SafetyRow(
                event,
                study.study_id,
                study.label,
                cohorts[study.study_id],
                _route(study, said.arm),
                study.treatment.donor,
                said.deaths,
                said.n,
                f"{said.statement}{_followed(study)}",
                said.citation,
            )
    if study.safety is None:
        return
    for group in study.safety.deaths:
        if group.group in seen or _is_control(study, group.group):
            continue
        if "before" in group.group:
            reason = f"{group.deaths} before treatment: not after it"
        elif group.deaths is None:
            reason = f"no count was read for {group.group}"
        else:
            reason = f"{group.deaths} in {group.group}, and the number of people is not known"
        yield _left_out(study, study.safety, cohorts, event=event, reason=reason)


def _is_control(study: Study, arm: str | None) -> bool:
    """Whether the arm got no cells: by its role, else by a name that says so."""
    roles = [one.role for one in study.arms if one.name == arm]
    if roles:
        return roles[0] is not ArmRole.TREATED
    return arm is not None and _CONTROL.search(arm) is not None


def _who(study: Study) -> str:
    """Treated, or only drawn for treatment, as the number read says itself."""
    treated = study.people.treated
    pointer = "" if treated is None else (treated.citation.pointer or "").lower()
    is_drawn = "randomi" in pointer or "alloc" in pointer
    return "randomised to treatment" if is_drawn else "treated"


def _row(
    study: Study,
    safety: Safety,
    cohorts: Mapping[str, str],
    *,
    event: SafetyEvent,
    counts: tuple[int, int],
    basis: str,
    is_at_most: bool = False,
) -> SafetyRow:
    return SafetyRow(
        event,
        study.study_id,
        study.label,
        cohorts[study.study_id],
        _route(study, None),
        study.treatment.donor,
        *counts,
        basis,
        safety.citation,
        is_at_most,
    )


def _left_out(
    study: Study, safety: Safety, cohorts: Mapping[str, str], *, event: SafetyEvent, reason: str
) -> SafetyLeftOut:
    return SafetyLeftOut(
        event,
        study.study_id,
        study.label,
        cohorts[study.study_id],
        _route(study, None),
        reason,
        safety.citation,
    )


def _route(study: Study, arm: str | None) -> str:
    """The route of the arm where it is told, else of the study; several are not told apart."""
    of_arm = [one.route for one in study.arms if one.name == arm and one.route is not None]
    if of_arm:
        return of_arm[0]
    routes = route_families(study)
    return routes[0] if len(routes) == 1 else SEVERAL_ROUTES if routes else NOT_READ


def _treated(study: Study) -> int | None:
    treated = study.people.treated
    return round(treated.value) if treated is not None and treated.value else None


def _followed(study: Study) -> str:
    months = study.follow_up.value if study.follow_up is not None else None
    return "" if months is None else f"; the report's stated follow-up: {months:g} months"
