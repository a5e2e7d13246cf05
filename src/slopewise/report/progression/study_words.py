"""What a reader has to know of the people and files behind a fit or a prediction."""

from collections.abc import Sequence
from typing import Any

from slopewise.progression.observed.patients import LeftOut, ObservedPatient
from slopewise.report.numbers import plural
from slopewise.report.terminal_text import one_line

__all__ = [
    "SIMULATED_STUDY",
    "left_out_objects",
    "left_out_sentences",
    "same_month_remark",
    "treated_remark",
]

SIMULATED_STUDY = "These patients are simulated: made by a computer, not real people."
_SHOWN = 5
_WORDS = {"patients": ("patient", None), "values": ("value", None), "rows": ("remark", None)}


def left_out_sentences(left_out: Sequence[LeftOut]) -> tuple[str, ...]:
    """One sentence a reason: how many, why, and the first few of them."""
    found = []
    for one in left_out:
        singular, several = _WORDS[one.what]
        shown = ", ".join(one_line(which) for which in one.which[:_SHOWN])
        more = len(one.which) - _SHOWN
        which = f" ({shown}{f' and {more} more' if more > 0 else ''})" if shown else ""
        found.append(f"Left out: {plural(one.count, singular, several)}: {one.reason}{which}.")
    return tuple(found)


def left_out_objects(left_out: Sequence[LeftOut]) -> list[dict[str, Any]]:
    """The same for JSON, with everyone who was left out."""
    return [
        {"what": one.what, "reason": one.reason, "count": one.count, "which": list(one.which)}
        for one in left_out
    ]


def treated_remark(treated: int, patients: int, *, is_estimated: bool) -> str | None:
    """What is done with treated people's visits; None where nobody was treated."""
    if treated == 0:
        return None
    if is_estimated:
        return (
            f"{treated} of {plural(patients, 'patient')} were treated. The slowing compares their "
            "course with the others' and with their own before; without random allocation it is "
            "not proof of an effect."
        )
    return (
        f"{treated} of {plural(patients, 'patient')} were treated, and their later visits are "
        "counted as if they had not been. --until-treatment stops at the first dose, --slowing "
        "estimates the effect."
    )


def same_month_remark(patients: Sequence[ObservedPatient]) -> str | None:
    """Values of one person and month that stand more than once: each is used; None without any."""
    repeated = {
        patient.patient_id: len(patient.values)
        - len({(value.marker, value.month) for value in patient.values})
        for patient in patients
    }
    who = [one_line(patient_id) for patient_id, count in repeated.items() if count]
    if not who:
        return None
    count = sum(repeated.values())
    words = "value stands" if count == 1 else "values stand"
    more = f" and {len(who) - _SHOWN} more" if len(who) > _SHOWN else ""
    return (
        f"{count} {words} at the same month as another of the same person "
        f"({', '.join(who[:_SHOWN])}{more}), and each counts as a reading of its own; remove what "
        "is a copy."
    )
