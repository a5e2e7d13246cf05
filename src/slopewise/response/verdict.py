"""From the tails of the no-effect test to one of four verdicts, and its words."""

from dataclasses import dataclass

from slopewise.response.assessment import Slowing, Verdict, VisitsNeeded

__all__ = [
    "HALF_SLOWER",
    "MIN_MONTHS_AFTER",
    "MIN_VISITS_AFTER",
    "MIN_VISITS_BEFORE",
    "PLAIN_DIFFERENCE",
    "PLAIN_SHARE",
    "TAIL",
    "Evidence",
    "decide",
    "is_long_enough",
    "plain_change",
    "sentence",
    "what_would_change_it",
]

TAIL = 0.05  # "slower" and "faster" are each said at most this often without any effect
MIN_VISITS_BEFORE = 3
MIN_VISITS_AFTER = 4
MIN_MONTHS_AFTER = 5.9  # 26 weeks, or six calendar months of 181 to 184 days
# assumption: "not shown" is said only where the scores themselves make slowing by half or more
# unlikely (at most 5 in 100 with no prior opinion); otherwise nothing can be told
HALF_SLOWER = 0.5
# "slower" and "faster" must also be plain to see: the least-squares slope differs by at least a
# quarter of the slope before. Steady slow decline looks like slowing to the model alone (measured
# on rival histories); a quarter is the conventional threshold, response/slowing_profile.py
PLAIN_SHARE = 0.25
# assumption: and by 3 points a year, or rounding alone makes a slope of nothing "shallower"
PLAIN_DIFFERENCE = 0.25  # points/month


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict is decided on."""

    visits_before: int
    visits_after: int
    months_after: float
    no_effect_tail: float
    faster_tail: float
    plain_change: int  # +1 plainly shallower, -1 plainly steeper, 0 neither (plain_change)
    at_floor: bool
    visits_not_used: int = 0  # later visits that do not count: the floor was in reach
    rose: bool = False
    half_slower_flat: float = 1.0  # Pr(slowing >= HALF_SLOWER) under a flat prior


def decide(evidence: Evidence) -> Verdict:
    """The verdict; too little follow-up is never better than "cannot tell"."""
    if _shortfalls(evidence):
        return Verdict.CANNOT_TELL
    if evidence.no_effect_tail <= TAIL:
        hidden = evidence.at_floor or evidence.plain_change <= 0
        return Verdict.CANNOT_TELL if hidden else Verdict.SLOWER
    if evidence.faster_tail <= TAIL:
        plain = evidence.plain_change < 0 and not evidence.rose
        return Verdict.FASTER if plain else Verdict.CANNOT_TELL
    if evidence.half_slower_flat <= TAIL and not evidence.rose and not evidence.at_floor:
        return Verdict.NOT_SHOWN
    return Verdict.CANNOT_TELL


def sentence(verdict: Verdict, evidence: Evidence, slowing: Slowing) -> str:
    """The verdict in one or two plain sentences; never "because of"."""
    interval = (
        f"Slowing lies between {_percent(slowing.low90)} and {_percent(slowing.high90)}"
        " (90 % interval)."
    )
    if evidence.visits_after == 0:
        interval = "Nothing is known of slowing beyond what was assumed before."
    elif evidence.rose:
        interval = "A share of slowing does not describe a rise."
    if verdict is Verdict.SLOWER:
        uncertain = interval.replace("Slowing lies", "How much slower is uncertain:")
        return (
            "Decline was slower than expected from the course before the first dose: at"
            f" most about {_chance(evidence.no_effect_tail)} without any effect would look this"
            f" good. {uncertain} Whether the therapy did it cannot be told from one patient."
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


def plain_change(slope_before: float | None, slope_after: float | None) -> int:
    """+1 when the slope after is plainly shallower than before, -1 plainly steeper, else 0."""
    if slope_before is None or slope_after is None:
        return 0
    gain = slope_after - slope_before
    if abs(gain) < max(PLAIN_SHARE * abs(slope_before), PLAIN_DIFFERENCE):
        return 0
    return 1 if gain > 0 else -1


def _shortfalls(evidence: Evidence) -> tuple[str, ...]:
    found = []
    if evidence.visits_before < MIN_VISITS_BEFORE:
        found.append(
            f"At least {MIN_VISITS_BEFORE} scored visits before the first dose"
            f" (there {_are(evidence.visits_before)})."
        )
    if evidence.visits_after < MIN_VISITS_AFTER:
        found.append(
            f"At least {MIN_VISITS_AFTER} scored visits after the first dose that count"
            f" (there {_are(evidence.visits_after)})."
        )
    if evidence.months_after < MIN_MONTHS_AFTER:
        found.append(
            "At least 6 months of visits after the first dose that count"
            f" (there are {int(10 * evidence.months_after) / 10:.1f})."
        )
    return tuple(found)


def _why_not(evidence: Evidence) -> str:
    """The first reason that holds."""
    e = evidence
    reasons = (
        (e.visits_before < MIN_VISITS_BEFORE, "there are too few visits before the first dose"),
        (
            bool(_shortfalls(e)) and e.visits_not_used > 0,
            "the score could have reached its floor before enough visits",
        ),
        (e.visits_after < MIN_VISITS_AFTER, "there are too few visits after the first dose"),
        (bool(_shortfalls(e)), "the visits after the first dose span less than six months"),
        (
            e.no_effect_tail <= TAIL and e.at_floor,
            "the score is near its lowest and could hardly fall further",
        ),
        (e.rose, "the score rose in a way that slowed decline does not explain"),
        (
            e.no_effect_tail <= TAIL,
            "the course is steadier than expected, but hardly shallower than before",
        ),
        (
            e.faster_tail <= TAIL,
            "the course is wilder than expected, but hardly steeper than before",
        ),
    )
    usual = (
        "the course fits no effect, and it also fits decline slowed by half: one person's scores"
        " wander too much to separate the two with these visits"
    )
    return next((reason for holds, reason in reasons if holds), usual)


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"


def _percent(slowing: float) -> str:
    return f"{round(100 * slowing)} %".replace("-", "−")


def _chance(tail: float) -> str:
    if tail < 0.001:
        return "1 in 1,000 patients"
    if tail < 0.0095:
        return f"{1000 * tail:.0f} in 1,000 patients"
    return f"{100 * tail:.0f} in 100 patients"
