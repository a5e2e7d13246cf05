"""What new material changes: each conclusion as it was, as it is, and why it moved or did not."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slopewise.evidence.conclusions import Conclusion, Entry
from slopewise.evidence.design import Lane
from slopewise.evidence.study import Study

__all__ = ["Change", "changes"]

# below this a number is the same: the optimiser's last digits, not the evidence
SAME = 1e-9
LOW, HIGH = "low", "high"
_INTERVALS = {
    "low": "95 % interval",
    "prediction_low": "prediction interval",
    "share_low": "95 % interval of the share",
    "assumed_low": "95 % interval with the spread between studies assumed",
}
_NAMES = {
    "standard_error": "standard error",
    "between_study_variance": "variance between studies (tau²)",
    "certainty": "levels of certainty",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One conclusion before and after, and why: which rows moved it, or why none did."""

    key: str
    about: str
    was: str
    now: str
    why: tuple[str, ...]
    is_changed: bool
    is_same_answer: bool  # the sentence stands; only what it rests on is another
    before: Conclusion | None
    after: Conclusion | None


def changes(
    before: Sequence[Conclusion], after: Sequence[Conclusion], *, moved: Sequence[Study] = ()
) -> tuple[Change, ...]:
    """Each conclusion of either side, those after first; `moved` are the studies that came or went.

    A conclusion is changed when its sentence, a number, or a row it rests on is another.
    """
    old = {one.key: one for one in before}
    new = {one.key: one for one in after}
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(_change(key, old.get(key), new.get(key), moved) for key in keys)


def _change(
    key: str, before: Conclusion | None, after: Conclusion | None, moved: Sequence[Study]
) -> Change:
    one = after or before
    assert one is not None
    is_changed = before is None or after is None or not _is_same(before, after)
    why: tuple[str, ...]
    if before is None or after is None:
        why = ("this is asked only since" if before is None else "this is no longer asked",)
    elif is_changed:
        why = tuple(dict.fromkeys(_reasons(before, after))) or (
            "the wording follows the rows above",
        )
    else:
        why = tuple(_unmoved(after, study) for study in moved) or ("no study came or went",)
    return Change(
        key=key,
        about=one.about,
        was="" if before is None else before.sentence,
        now="" if after is None else after.sentence,
        why=why,
        is_changed=is_changed,
        is_same_answer=before is not None
        and after is not None
        and before.sentence == after.sentence,
        before=before,
        after=after,
    )


def _is_same(before: Conclusion, after: Conclusion) -> bool:
    if (before.sentence, before.rows, before.steps) != (after.sentence, after.rows, after.steps):
        return False
    old, new = dict(before.numbers), dict(after.numbers)
    return old.keys() == new.keys() and all(_is_equal(old[name], new[name]) for name in new)


def _is_equal(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is new
    return math.isclose(old, new, rel_tol=SAME, abs_tol=SAME)


def _reasons(before: Conclusion, after: Conclusion) -> Iterator[str]:
    """Why a conclusion is another, the rows first, then what they did to the numbers."""
    yield from _entries(before, after)
    yield from _asides(before, after)
    if not after.entries and not before.entries:
        yield from _rows(before, after)
    yield from _moved_numbers(before, after)
    yield from _zero(before, after)
    yield from _steps(before, after)


def _entries(before: Conclusion, after: Conclusion) -> Iterator[str]:
    old = {one.study_id: one for one in before.entries}
    new = {one.study_id: one for one in after.entries}
    for study_id, one in new.items():
        if study_id not in old:
            yield f"{one.label} enters with {_entry(one)}"
        elif (old[study_id].estimate, old[study_id].standard_error) != (
            one.estimate,
            one.standard_error,
        ):
            yield f"{one.label} now has {_entry(one)}; it had {_entry(old[study_id])}"
    for study_id, one in old.items():
        if study_id not in new:
            yield f"{one.label} leaves, which had {_entry(one)}"


def _entry(one: Entry) -> str:
    share = "" if one.weight is None else f", {100 * one.weight:.0f} % of the weight"
    return f"{one.estimate:.3f} (standard error {one.standard_error:.3f}){share}"


def _asides(before: Conclusion, after: Conclusion) -> Iterator[str]:
    old = {(one.study_id, one.reason) for one in before.asides}
    for one in after.asides:
        if (one.study_id, one.reason) not in old:
            yield f"{one.label} stands beside the answer and does not enter: {one.reason}"
    here = {one.study_id for one in after.asides}
    here |= {one.study_id for one in (*after.entries, *before.entries)}
    for one in before.asides:
        if one.study_id not in here:
            yield f"{one.label} no longer stands beside the answer"


def _rows(before: Conclusion, after: Conclusion) -> Iterator[str]:
    for row in after.rows:
        if row not in before.rows:
            yield f"new row{_whose(row.label)}: {row.fact}"
    for row in before.rows:
        if row not in after.rows:
            yield f"row gone{_whose(row.label)}: {row.fact}"


def _whose(label: str | None) -> str:
    return "" if label is None else f" of {label}"


def _moved_numbers(before: Conclusion, after: Conclusion) -> Iterator[str]:
    """Each number that moved, the two ends of an interval together."""
    old, new = dict(before.numbers), dict(after.numbers)
    for name, value in new.items():
        was = old.get(name)
        if name.endswith(LOW):
            high = name.removesuffix(LOW) + HIGH
            before_high, after_high = old.get(high), new.get(high)
            if not (_is_equal(was, value) and _is_equal(before_high, after_high)):
                yield (
                    f"{_INTERVALS.get(name, name.replace('_', ' '))}: from "
                    f"{_range(was, before_high)} to {_range(value, after_high)}"
                )
        elif not name.endswith(HIGH) and not _is_equal(was, value):
            yield f"{_NAMES.get(name, name)}: from {_said(was)} to {_said(value)}"


def _range(low: float | None, high: float | None) -> str:
    return "none" if low is None or high is None else f"({_said(low)}, {_said(high)})"


def _said(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3f}"


def _zero(before: Conclusion, after: Conclusion) -> Iterator[str]:
    """Whether the interval reached or left zero."""
    was, now = _excludes_zero(before), _excludes_zero(after)
    if was is None or now is None or was == now:
        return
    yield "the interval now excludes 0" if now else "the interval no longer excludes 0"


def _excludes_zero(one: Conclusion) -> bool | None:
    low, high = one.number("low"), one.number("high")
    if low is None or high is None:
        return None
    return low > 0 or high < 0


def _steps(before: Conclusion, after: Conclusion) -> Iterator[str]:
    """Domains and statements whose judgement or reason is another."""
    old = {one.name: one for one in before.steps}
    for one in after.steps:
        was = old.pop(one.name, None)
        if was == one:
            continue
        # what the sentence of the conclusion says already is not said twice
        why = "" if one.reason in after.sentence else f": {one.reason}"
        if was is None:
            yield f"{one.name}, now {one.verdict}{why}"
        elif was.verdict != one.verdict:
            yield f"{one.name}, from {was.verdict} to {one.verdict}{why}"
        elif why:
            yield f"{one.name}, still {one.verdict}, but now{why}"
    for gone in old.values():
        yield f"{gone.name}, no longer {gone.verdict}: {gone.reason}"


def _unmoved(one: Conclusion, study: Study) -> str:
    """Why a study left this conclusion as it was."""
    if study.lane is Lane.NO_RESULT:
        return f"{study.label} has no result that was read"
    if one.lane is not None and study.lane is not one.lane:
        return f"{study.label} is in another lane ({study.lane.words}), and lanes are never mixed"
    aside = next((other for other in one.asides if other.study_id == study.study_id), None)
    if aside is not None:
        return f"{study.label} does not enter: {aside.reason}"
    if any(entry.study_id == study.study_id for entry in one.entries):
        return f"{study.label} enters with the same numbers"
    return f"{study.label} holds no number about this"
