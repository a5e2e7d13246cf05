"""From the tails of the no-effect test to one of four verdicts, and its words."""

from dataclasses import dataclass

from slopewise.response.assessment import Slowing, Verdict, VisitsNeeded

__all__ = [
    "HALF_SLOWER",
    "MIN_MONTHS_AFTER",
    "MIN_VISITS_AFTER",
    "MIN_VISITS_BEFORE",
    "PLAINLY_SHALLOWER",
    "TAIL",
    "Evidence",
    "decide",
    "is_long_enough",
    "is_plainly_shallower",
    "sentence",
    "what_would_change_it",
]

TAIL = 0.05  # "slower" and "faster" are each said at most this often without any effect
MIN_VISITS_BEFORE = 3
MIN_VISITS_AFTER = 4
MIN_MONTHS_AFTER = 6.0
# assumption: "not shown" is said only where the scores themselves make slowing by half or more
# unlikely (at most 5 in 100 with no prior opinion); otherwise nothing can be told
HALF_SLOWER = 0.5
# "slower" must also be plain to see: the least-squares slope after is shallower by at least a
# quarter of the slope before. Steady slow decline looks like slowing to the model alone (measured
# on rival histories); a quarter is the conventional threshold, response/slowing_profile.py
PLAINLY_SHALLOWER = 0.25


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict is decided on."""

    visits_before: int
    visits_after: int
    months_after: float
    no_effect_tail: float
    faster_tail: float
    plainly_shallower: bool  # is_plainly_shallower of the visits that count
    at_floor: bool
    rose: bool = False
    half_slower_flat: float = 1.0  # Pr(slowing >= HALF_SLOWER) under a flat prior


def decide(evidence: Evidence) -> Verdict:
    """The verdict; too little follow-up is never better than "cannot tell"."""
    if _shortfalls(evidence):
        return Verdict.CANNOT_TELL
    if evidence.no_effect_tail <= TAIL:
        hidden = evidence.at_floor or not evidence.plainly_shallower
        return Verdict.CANNOT_TELL if hidden else Verdict.SLOWER
    if evidence.faster_tail <= TAIL:
        return Verdict.FASTER
    if evidence.half_slower_flat <= TAIL and not evidence.rose and not evidence.at_floor:
        return Verdict.NOT_SHOWN
    return Verdict.CANNOT_TELL


def sentence(verdict: Verdict, evidence: Evidence, slowing: Slowing) -> str:
    """The verdict in one or two plain sentences; never "because of"."""
    interval = (
        f"Slowing lies between {_percent(slowing.low90)} and {_percent(slowing.high90)}"
        " (90 % interval)."
    )
    if evidence.rose:
        interval = "The score rose, and a share of slowing does not describe a rise."
    if verdict is Verdict.SLOWER:
        return (
            "Decline was slower than expected from the course before the first dose: at"
            f" most about {_chance(evidence.no_effect_tail)} without any effect would look this"
            f" good. {interval} Whether the therapy did it cannot be told from one patient."
        )
    if verdict is Verdict.FASTER:
        return (
            "Decline was faster than expected from the course before the first dose: at"
            f" most about {_chance(evidence.faster_tail)} without any effect would look this bad."
            f" {interval}"
        )
    if verdict is Verdict.NOT_SHOWN:
        return (
            "No slowing was shown, and slowing by half or more is unlikely; a smaller one cannot be"
            f" ruled out. {interval}"
        )
    return f"Cannot tell: {_why_not(evidence)}. {interval}"


def what_would_change_it(
    verdict: Verdict, evidence: Evidence, visits_needed: tuple[VisitsNeeded, ...]
) -> tuple[str, ...]:
    """What would have to be there for another answer."""
    wishes = list(_shortfalls(evidence))
    if verdict in (Verdict.CANNOT_TELL, Verdict.NOT_SHOWN):
        for needed in visits_needed:
            if needed.more_visits is None:
                wishes.append(_out_of_reach(needed))
            elif needed.more_visits == 0:
                wishes.append(f"A slowing of {_percent(needed.slowing)} would already be seen.")
            else:
                wishes.append(
                    f"{needed.more_visits} more monthly visits would show a slowing of"
                    f" {_percent(needed.slowing)} in 80 of 100."
                )
    if evidence.at_floor:
        wishes.append("Measures with room to fall: the score is near its lowest.")
    if verdict in (Verdict.SLOWER, Verdict.FASTER):
        wishes.append("Untreated people followed in the same way, to tell what caused it.")
    return tuple(wishes)


def is_long_enough(visits_before: int, visits_after: int, months_after: float) -> bool:
    """Whether there is enough follow-up for any verdict but "cannot tell"."""
    return (
        visits_before >= MIN_VISITS_BEFORE
        and visits_after >= MIN_VISITS_AFTER
        and months_after >= MIN_MONTHS_AFTER
    )


def _out_of_reach(needed: VisitsNeeded) -> str:
    slowing = _percent(needed.slowing)
    if needed.limit == 0:
        return (
            f"A slowing of {slowing} cannot be shown by more visits: without any treatment the"
            " score could by then have reached its floor."
        )
    return (
        f"A slowing of {slowing} cannot be shown reliably (in 80 of 100) in this one patient, even"
        f" by {needed.limit} more monthly visits; a controlled trial can show it."
    )


def is_plainly_shallower(slope_before: float | None, slope_after: float | None) -> bool:
    """Whether the least-squares slope after is shallower by a quarter of the one before."""
    if slope_before is None or slope_after is None:
        return False
    return slope_after - slope_before > PLAINLY_SHALLOWER * abs(slope_before)


def _shortfalls(evidence: Evidence) -> tuple[str, ...]:
    found = []
    if evidence.visits_before < MIN_VISITS_BEFORE:
        found.append(
            f"At least {MIN_VISITS_BEFORE} scored visits before the first dose"
            f" (there {_are(evidence.visits_before)})."
        )
    if evidence.visits_after < MIN_VISITS_AFTER:
        found.append(
            f"At least {MIN_VISITS_AFTER} scored visits after the first dose"
            f" (there {_are(evidence.visits_after)})."
        )
    if evidence.months_after < MIN_MONTHS_AFTER:
        found.append(
            f"At least {MIN_MONTHS_AFTER:g} months of visits after the first dose"
            f" (there are {evidence.months_after:.1f})."
        )
    return tuple(found)


def _why_not(evidence: Evidence) -> str:
    if _shortfalls(evidence):
        return "there are too few visits"
    if evidence.no_effect_tail <= TAIL and evidence.at_floor:
        return "the score is near its lowest and could hardly fall further"
    if evidence.no_effect_tail <= TAIL:
        return "the course is steadier than expected, but hardly shallower than before"
    if evidence.rose:
        return "the score rose in a way that slowed decline does not explain"
    return (
        "the course fits no effect, and it also fits decline slowed by half: one person's scores"
        " wander too much to separate the two with these visits"
    )


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"


def _percent(slowing: float) -> str:
    return f"{100 * slowing:.0f} %".replace("-", "−")


def _chance(tail: float) -> str:
    if tail < 0.001:
        return "1 in 1,000 patients"
    if tail < 0.01:
        return f"{1000 * tail:.0f} in 1,000 patients"
    return f"{100 * tail:.0f} in 100 patients"
