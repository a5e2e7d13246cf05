"""Counts: people beyond their group, shares that are not the count, P and odds ratio of a 2 × 2.

P is taken to fit when it lies within a factor of two of those that Fisher's exact test and the
chi-square test with and without Yates' correction give: a model with covariates moves it a little.
"""

import math
import re
from collections.abc import Iterator

from slopewise.evidence.misprints.contradiction import Contradiction, rounding
from slopewise.evidence.study import ResponderCount, ResponderResult, Study

__all__ = ["count_contradictions", "event_contradictions"]

_SLACK = 2.0  # assumption: how far an adjusted P may lie from the raw ones, as a factor


def count_contradictions(study: Study) -> Iterator[Contradiction]:
    """Responder rows whose counts, shares, P or odds ratio disagree."""
    for row in study.responders:
        yield from _row_contradictions(row)
    yield from _replaced(study)


def _row_contradictions(row: ResponderResult) -> Iterator[Contradiction]:
    place = f"responders: {row.definition}, {row.timepoint}"
    is_old = row.superseded_by is not None
    for arm, count in (("treated", row.treated), ("control", row.control)):
        for said in () if count is None else _count_remarks(count, arm):
            yield Contradiction(place, said, row.citation, is_superseded=is_old)
    table = _table(row)
    if table is None:
        return
    remark = _p_remark(row, table)
    if remark:
        yield Contradiction(place, remark, row.citation, is_superseded=is_old)
    remark = _odds_ratio_remark(row, table)
    if remark:
        note = row.odds_ratio_note or ""
        explained = note if "adjusted" in note.lower() else None
        yield Contradiction(place, remark, row.citation, is_superseded=is_old, explained=explained)


def event_contradictions(study: Study) -> Iterator[Contradiction]:
    """Deaths, survivors and harms that exceed the people they happened to."""
    for row in study.survival:
        place = f"survival: {row.statement}"
        if row.n is None:
            continue
        for name, count in (("deaths", row.deaths), ("survivors", row.survivors)):
            if count is not None and count > row.n:
                remark = f"{count} {name} of {row.n} people: the count or the group is misprinted"
                yield Contradiction(place, remark, row.citation)
        if None not in (row.deaths, row.survivors):
            total = (row.deaths or 0) + (row.survivors or 0)
            if total > row.n:
                remark = f"{row.deaths} died and {row.survivors} lived, of {row.n}"
                yield Contradiction(place, remark, row.citation)
    if study.safety is None:
        return
    for event in study.safety.adverse_events:
        said = _event_remark(event.count, event.denominator, event.percent)
        if said:
            yield Contradiction(f"harms: {event.event}", said, study.safety.citation)


def _event_remark(count: int | None, of: int | None, percent: float | None) -> str | None:
    if count is None or not of:
        return None
    if count > of:
        return f"{count} of {of}: more than there were; it may count events, not people"
    return _share_remark(count, of, percent)


def _count_remarks(count: ResponderCount, arm: str) -> Iterator[str]:
    if count.n is None:
        return
    if count.responders is not None:
        if count.responders > count.n:
            yield f"{arm}: {count.responders} responders of {count.n} people"
        remark = _share_remark(count.responders, count.n, count.percent)
        if remark:
            yield f"{arm}: {remark}"
    parts = (count.slower, count.same, count.faster)
    known = [part for part in parts if part is not None]
    if sum(known) > count.n or (len(known) == 3 and sum(known) != count.n):
        yield f"{arm}: {' + '.join(map(str, known))} = {sum(known)}, not {count.n}"


def _share_remark(count: int, of: int, percent: float | None) -> str | None:
    """Whether a printed percent is the count's, which may be rounded to whole percents."""
    if percent is None or not of:
        return None
    share = 100 * count / of
    if abs(share - percent) <= rounding(percent, least_digits=0):
        return None
    meant = round(percent * of / 100)
    fits = abs(100 * meant / of - percent) <= rounding(percent, least_digits=0)
    which = f"{meant} of {of} would be {percent:g} %" if fits else f"no count of {of} gives it"
    return f"{count} of {of} is {share:.1f} %, but {percent:g} % is printed; {which}"


Table = tuple[int, int, int, int]  # responders and others, treated then control


def _table(row: ResponderResult) -> Table | None:
    cells: list[int] = []
    for count in (row.treated, row.control):
        if count is None or count.n is None or count.responders is None:
            return None
        if count.responders > count.n:
            return None
        cells += [count.responders, count.n - count.responders]
    return cells[0], cells[1], cells[2], cells[3]


def _p_remark(row: ResponderResult, table: Table) -> str | None:
    limit = re.fullmatch(r"\s*(?:P\s*)?<\s*(0?\.\d+)\s*", row.p_text or "", re.IGNORECASE)
    if row.p_value is None and limit is None:
        return None
    values = _p_values(table)
    if not values:
        return None
    halve = 0.5 if row.one_sided else 1.0
    low, high = halve * min(values) / _SLACK, min(halve * max(values) * _SLACK, 1.0)
    said = f"the counts give P of {halve * min(values):.2g} to {halve * max(values):.2g}"
    if row.p_value is None:
        bound = float(limit.group(1)) if limit is not None else 1.0
        return None if low <= bound else f"P is printed as below {bound:g}, but {said}"
    allowed = rounding(row.p_value)
    if low - allowed <= row.p_value <= high + allowed:
        return None
    return f"P is printed as {row.p_value:g}, but {said}: P or a count is misprinted"


def _p_values(table: Table) -> list[float]:
    """Fisher's exact P and the chi-square P without and with Yates' correction."""
    a, b, c, d = table
    n, margins = sum(table), (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return []
    apart = abs(a * d - b * c)
    squares = [n * apart**2 / margins, n * max(apart - n / 2, 0.0) ** 2 / margins]
    return [_fisher(table), *(math.erfc(math.sqrt(square / 2)) for square in squares)]


def _fisher(table: Table) -> float:
    """Two-sided: the chance of every table no likelier than the one seen."""
    a, b, c, d = table
    treated, control, responders = a + b, c + d, a + c
    total = math.comb(treated + control, responders)
    chances = {
        k: math.comb(treated, k) * math.comb(control, responders - k) / total
        for k in range(max(0, responders - control), min(treated, responders) + 1)
    }
    seen = chances[a] * (1 + 1e-9)
    return min(sum(chance for chance in chances.values() if chance <= seen), 1.0)


def _odds_ratio_remark(row: ResponderResult, table: Table) -> str | None:
    a, b, c, d = table
    if row.odds_ratio is None or 0 in table:
        return None
    raw = a * d / (b * c)
    if abs(raw - row.odds_ratio) <= rounding(row.odds_ratio):
        return None
    return f"odds ratio {row.odds_ratio:g} is printed, but the counts give {raw:.2f}"


def _replaced(study: Study) -> Iterator[Contradiction]:
    """A superseded count beside the one that replaced it: same time, same groups, other counts."""
    current = [row for row in study.responders if row.superseded_by is None]
    for old in (row for row in study.responders if row.superseded_by is not None):
        for new in current:
            if new.timepoint != old.timepoint or old.treated is None or new.treated is None:
                continue
            before, after = old.treated, new.treated
            if before.n != after.n or not before.n or before.responders == after.responders:
                continue
            if before.responders is None or after.responders is None:
                continue
            first, last = (
                f"{many} of {before.n} ({100 * many / before.n:.1f} %)"
                for many in (before.responders, after.responders)
            )
            remark = f"treated: {first} here, {last} in the figure that replaced it"
            place = f"responders: {old.definition}, {old.timepoint}"
            yield Contradiction(place, remark, old.citation, is_superseded=True)
