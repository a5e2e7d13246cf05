"""The time left of counted work, from what is done: left = seconds · (total − done) / done.

In words, and no more exact than such a guess is. Status: closed form.
"""

__all__ = ["seconds_left", "time_left"]

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
SOON_SECONDS = 7.5


def time_left(done: int, total: int, seconds: float) -> str:
    """The time left as words, "about 3 min left"; empty where nothing can be said yet.

    Count only what was done within the `seconds`: what an earlier run had finished says nothing of
    the pace of this one.
    """
    left = seconds_left(done, total, seconds)
    if left is None:
        return ""
    if left < SOON_SECONDS:
        return "a few seconds left"
    return f"about {_rounded(left)} left"


def seconds_left(done: int, total: int, seconds: float) -> float | None:
    """The time left in seconds at the pace so far; None before the first is done, or after all."""
    if done <= 0 or done >= total or seconds <= 0:
        return None
    return seconds * (total - done) / done


def _rounded(seconds: float) -> str:
    """To 5 s under a minute, to 1 min under an hour, to 10 min under ten hours, then coarser."""
    fives = round(seconds / 5)
    if 5 * fives < _MINUTE:
        return f"{5 * fives} s"
    minutes = round(seconds / _MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    tens = round(seconds / (10 * _MINUTE))
    hours, rest = divmod(tens, 6)
    if hours < 10:
        return f"{hours} h {10 * rest} min" if rest else f"{hours} h"
    if seconds < 2 * _DAY:
        return f"{round(seconds / _HOUR)} h"
    return f"{round(seconds / _DAY)} days"
