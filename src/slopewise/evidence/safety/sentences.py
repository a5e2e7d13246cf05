"""Plain words for how often something was reported: the interval first, and "none" said fully."""

from collections.abc import Sequence

from slopewise.evidence.proportions.pooled_proportion import PooledProportion
from slopewise.evidence.safety.safety_answer import ANY_ROUTE, SafetyEvent, SafetyRow

__all__ = ["cautions_of", "safety_sentence"]

_NOBODY = {
    SafetyEvent.RELATED_SERIOUS: "had a serious event that the authors laid to the treatment",
    SafetyEvent.ANY_SERIOUS: "had a serious event of any kind",
    SafetyEvent.DEATH: "died during follow-up",
    SafetyEvent.HEADACHE: "had a headache that was reported",
    SafetyEvent.PAIN: "had back, neck or leg pain that was reported",
    SafetyEvent.FEVER: "had a fever or signs of meningitis that were reported",
    SafetyEvent.WEAKNESS: "had new weakness that was reported",
    SafetyEvent.SPINE: "had a deformity of the spine that was reported",
}
_CAUTIONS = {
    SafetyEvent.RELATED_SERIOUS: (
        "Whether an event was due to the treatment was judged by the authors, mostly without a "
        "group that had no treatment. Where nobody was left untreated, harm can be taken for ALS.",
        "Some reports say “severe” where others say “serious”; both are taken as serious here.",
    ),
    SafetyEvent.ANY_SERIOUS: (
        "A report that nothing serious was due to the treatment does not say how many serious "
        "events there were: most reports stop there.",
    ),
    SafetyEvent.DEATH: (
        "ALS itself is fatal: without people left untreated, deaths alone say nothing about the "
        "treatment. They mostly follow how long people were watched.",
        "Only reports that printed deaths stand here; others may have had some and not said so.",
    ),
}
_LISTED = (
    "Reports listed such events when they happened; a report without a line may have had none, or "
    "not have asked. The share among all treated people is likely lower or not known."
)
_DIFFERENT = (
    "The reports differ more than chance allows: they looked for it in different ways, so one "
    "figure for all would mislead."
)


def safety_sentence(
    event: SafetyEvent,
    route: str,
    *,
    rows: Sequence[SafetyRow],
    plain: PooledProportion | None,
    pooled: PooledProportion | None,
    is_mixed: bool,
) -> str:
    """What was seen, as a person would say it."""
    what = _NOBODY[event]
    where = "" if route == ANY_ROUTE else f" ({route})"
    if not rows:
        return f"Not known{where}: no report read gives a count of people who {what}."
    studies = f"{len(rows)} report{'s' if len(rows) > 1 else ''}"
    if plain is None or plain.low is None or plain.high is None:
        parts = ", ".join(f"{row.events} of {row.total} ({row.label})" for row in rows)
        return f"No single rate{where}: people who {what} were {parts}."
    if plain.events == 0:
        one_sided = f"{_percent(plain.upper_one_sided)}"
        return (
            f"None of {plain.total} people in {studies}{where} {what}; the true rate could still "
            f"be up to {_percent(plain.high)} (95 % interval, two-sided; one-sided {one_sided}). "
            "None found does not mean safe."
        )
    seen = f"{plain.events} of {plain.total} people in {studies}{where} {what}"
    if is_mixed:
        low = min(rows, key=lambda row: row.events / row.total)
        high = max(rows, key=lambda row: row.events / row.total)
        return (
            f"From {low.events} of {low.total} people ({low.label}) to {high.events} of "
            f"{high.total} ({high.label}){where} {what}: too different for one rate."
        )
    if any(row.is_at_most for row in rows):
        return (
            f"Up to {_percent(plain.high)} (95 % interval): at most {seen}; events were counted, "
            "and one person may have had several."
        )
    best = pooled if pooled is not None and pooled.low is not None and len(rows) > 1 else plain
    return f"{_percent(best.low)} to {_percent(best.high)} (95 % interval): {seen}."


def cautions_of(
    event: SafetyEvent, rows: Sequence[SafetyRow], *, left_out: int, is_mixed: bool
) -> tuple[str, ...]:
    """What must be known to read the answer rightly; `left_out` reports did not count."""
    own = _CAUTIONS.get(event, (_LISTED,) if rows else ())
    if event is not SafetyEvent.DEATH and is_mixed:
        own = (*own, _DIFFERENT)
    if left_out:
        more = f"{left_out} more report{'s' if left_out > 1 else ''} spoke of safety"
        own = (*own, f"{more}, and gave no count that adds to this one.")
    return own


def _percent(share: float | None) -> str:
    return "100 %" if share is None or share >= 0.9995 else f"{100 * share:.1f} %"
