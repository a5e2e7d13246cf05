"""The answer to a question on slowing in plain words: interval first, then what was not counted.

Three parts, each from the data: what those that could be counted show; what those that could not
be counted said; and what may be concluded, which no lane but the randomised one carries.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from slopewise.evidence.design import Lane
from slopewise.evidence.pooling.pooled_effect import PooledEffect
from slopewise.evidence.study_effect import ReportedDirection, StudyEffect, Unconverted

__all__ = ["breathing_sentence", "slowing_sentence"]

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class _Lane:
    """How a lane is spoken of."""

    one: str
    many: str
    slowed: str
    faster: str
    said: dict[ReportedDirection, str]


_TRIAL = _Lane(
    "randomised trial",
    "randomised trials",
    "decline was slowed by",
    "decline ran faster by",
    {
        ReportedDirection.NO_DIFFERENCE: "showed no difference",
        ReportedDirection.FAVOURS_TREATMENT: "favoured treatment",
        ReportedDirection.FAVOURS_CONTROL: "favoured the control group",
    },
)
_LANES = {
    Lane.RANDOMISED: _TRIAL,
    Lane.EXTERNAL_CONTROL: _Lane(
        "study with a chosen comparison group",
        "studies with a chosen comparison group",
        _TRIAL.slowed,
        _TRIAL.faster,
        _TRIAL.said,
    ),
    Lane.SINGLE_ARM: _Lane(
        "series without a control group",
        "series without a control group",
        "decline after treatment was slower than before by",
        "decline after treatment was faster than before by",
        {
            ReportedDirection.NO_DIFFERENCE: "showed no change",
            ReportedDirection.FAVOURS_TREATMENT: "reported slower decline",
            ReportedDirection.FAVOURS_CONTROL: "reported faster decline",
        },
    ),
}


def slowing_sentence(
    lane: Lane,
    effects: Sequence[StudyEffect],
    pooled: PooledEffect | None,
    *,
    unconverted: Sequence[Unconverted],
) -> str:
    """What the studies of a lane say of slowing θ, and what they cannot.

    Those that printed too little are counted study by study, also where they may share patients
    with one that is counted: what they did not find is not to fall silent.
    """
    spoken = _LANES[lane]
    said = Counter(each.direction for each in unconverted)
    found = _found(spoken, len(effects), pooled)
    return f"{found}{_silent(spoken, len(effects), said)}. {_concluded(lane, pooled, said)}"


def breathing_sentence(
    lane: Lane,
    effects: Sequence[StudyEffect],
    pooled: PooledEffect | None,
    *,
    unconverted: Sequence[Unconverted],
) -> str:
    """What the studies of a lane say of vital capacity, in points of percent predicted."""
    spoken = _LANES[lane]
    said = Counter(each.direction for each in unconverted)
    cannot_tell = "Whether cells help breathing cannot be told from this."
    if pooled is None or pooled.low is None or pooled.high is None:
        return f"No {spoken.one} printed enough on breathing to say by how much. {cannot_tell}"
    count = len(effects)
    where = f"In one {spoken.one}" if count == 1 else f"In {_number(count)} {spoken.many}"
    found = (
        f"{where} vital capacity ended {_points(pooled.low)} to {_points(pooled.high)} with cells "
        "than without (points of percent predicted)"
    )
    is_clear = count > 1 and lane is Lane.RANDOMISED and not pooled.low <= 0 <= pooled.high
    if is_clear:
        cannot_tell = "On these numbers it differed."
    return f"{found}{_silent(spoken, count, said)}. {cannot_tell}"


def _points(value: float) -> str:
    return f"{abs(value):.1f} points {'higher' if value > 0 else 'lower'}"


def _found(spoken: _Lane, count: int, pooled: PooledEffect | None) -> str:
    if count == 0 or pooled is None:
        return f"No {spoken.one} printed enough to say by how much"
    if pooled.low is None or pooled.high is None or pooled.estimate is None:
        return f"{_number(count).capitalize()} {spoken.many} could not be brought together"
    interval = _interval_words(spoken, pooled.low, pooled.high)
    best = f"(best single figure: {_slower(pooled.estimate)})"
    if count == 1:
        return f"One {spoken.one} printed enough to say: in it {interval} {best}"
    return f"In {_number(count)} {spoken.many} together {interval} {best}"


def _interval_words(spoken: _Lane, low: float, high: float) -> str:
    if high <= 0:
        return f"{spoken.faster} {_percent(-high)} to {_percent(-low)} %"
    if low < 0:
        subject = spoken.slowed.partition(" was ")[0]
        return f"{subject} was anything from {_slower(low)} to {_slower(high)}"
    if low >= 1:
        return f"{spoken.slowed.partition(' was ')[0]} was stopped, or turned into gain"
    if high > 1:
        return f"{spoken.slowed} {_percent(low)} % up to stopped, or turned into gain"
    return f"{spoken.slowed} {_percent(low)} to {_percent(high)} %"


def _slower(theta: float) -> str:
    if theta > 1:
        return "stopped, or turned into gain"
    if theta < -1:
        return f"{1 - theta:.1f} times as fast"
    return f"{_percent(theta)} % slower" if theta >= 0 else f"{_percent(-theta)} % faster"


def _silent(spoken: _Lane, count: int, said: Counter[ReportedDirection]) -> str:
    """Those that printed too little to be counted, by what they said."""
    parts: list[str] = []
    for direction in (
        ReportedDirection.NO_DIFFERENCE,
        ReportedDirection.FAVOURS_CONTROL,
        ReportedDirection.FAVOURS_TREATMENT,
        ReportedDirection.NOT_SAID,
    ):
        many = said[direction]
        if not many:
            continue
        noun = ""
        if not parts:
            noun = ("other " if count else "") + (spoken.one if many == 1 else spoken.many) + " "
        verb = "did not say" if direction == ReportedDirection.NOT_SAID else spoken.said[direction]
        parts.append(f"{_number(many)} {noun}{verb}")
    if not parts:
        return ""
    return f"; of those that printed too little to be counted, {_joined(parts)}"


def _concluded(lane: Lane, pooled: PooledEffect | None, said: Counter[ReportedDirection]) -> str:
    cannot_tell = "Whether cells slow ALS cannot be told from this."
    if pooled is None or pooled.low is None or pooled.high is None:
        return cannot_tell
    if lane is Lane.SINGLE_ARM:
        return (
            "Nobody was left untreated in them, so how much of it was the treatment cannot be told."
        )
    if lane is Lane.EXTERNAL_CONTROL:
        return f"Groups that were not drawn by lot may have differed from the start. {cannot_tell}"
    if pooled.k == 1 or pooled.low <= 0 <= pooled.high:
        return cannot_tell
    effect = "slowed" if pooled.low > 0 else "sped up"
    words = f"On these numbers cells {effect} the decline"
    against = (
        said[ReportedDirection.NO_DIFFERENCE]
        + said[
            ReportedDirection.FAVOURS_CONTROL
            if pooled.low > 0
            else ReportedDirection.FAVOURS_TREATMENT
        ]
    )
    if against:
        words += "; the trials that could not be counted did not find it, so it may be overstated"
    low, high = pooled.prediction_low, pooled.prediction_high
    if low is not None and high is not None and low < 0 < high:
        words += "; a further trial could still find none"
    return f"{words}."


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.0f}"
