"""The size of a trial for the terminal: what was assumed, how many people, and what to mind."""

import math
from typing import TYPE_CHECKING

from slopewise.report.assessment_text import bullets, lay_out, wrapped
from slopewise.report.numbers import decimal, percent, whole
from slopewise.report.tables import Column, Table
from slopewise.report.trial.design_words import design_paragraphs

if TYPE_CHECKING:
    from slopewise.trial.size.assumed_course import AssumedCourse
    from slopewise.trial.size.design_size import CheckedPower, EndpointSize, SizedTrial

__all__ = ["size_table", "size_text", "size_words"]

_RESEARCH_ONLY = "Research use only; no advice on treatment."
_EFFECT = "The effect that is simulated"


def size_text(found: "SizedTrial") -> str:
    """Assumptions, the table, and what each number leaves out."""
    size = found.size
    parts = [
        wrapped(f"{found.design.trial.title or size.design_name}. People for a power of"
                f" {percent(size.power)}, by closed forms."),
        "Course assumed:\n" + bullets(_assumed(found)),
        "Assumed of the treatment:\n" + bullets(_effect(found)),
        lay_out(size_table(found)),
    ]  # fmt: skip
    if found.checked:
        parts.append("Checked by simulation:\n" + bullets([_checked(one) for one in found.checked]))
    parts.append("Mind:\n" + bullets(_mind(found)))
    return "\n\n".join(parts)


def size_words(found: "SizedTrial") -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Heading and sentences of each part beside the table, as a page shows them."""
    return (
        ("Course assumed", tuple(_assumed(found))),
        ("Assumed of the treatment", tuple(_effect(found))),
        ("Mind", tuple(_mind(found))),
    )


def size_table(found: "SizedTrial") -> Table:
    """One row an endpoint."""
    columns = (
        Column("Endpoint"),
        Column("People in all", is_number=True),
        Column("Per arm", is_number=True),
        Column(f"Power at {found.size.people}", is_number=True),
        Column("Effect"),
    )
    note = (
        "Effect: what the analysis is expected to find; deaths on the way hide some of the truth."
    )
    return Table("Size", columns, tuple(map(_row, found.size.endpoints)), note)


def _effect(found: "SizedTrial") -> list[str]:
    """The planned scenario; those of the grid are for simulation."""
    said = dict(design_paragraphs(found.design))[_EFFECT]
    return [one for one in said if "in the grid" not in one]


def _row(one: "EndpointSize") -> tuple[str, ...]:
    effect = ""
    if one.effect is not None:
        as_share = one.analysis == "joint-rank"
        number = percent(one.effect) if as_share else decimal(one.effect, 2)
        effect = f"{number} {one.effect_in_words}"
    at_own = "–" if one.power_at_design_size is None else percent(one.power_at_design_size)
    name = f"{one.endpoint}, {one.role}"
    if one.people is None:
        return name, one.status.value.replace("_", " "), "–", at_own, effect
    arms = " + ".join(whole(people) for _, people in one.people_by_arm)
    return name, whole(one.people), arms, at_own, effect


def _assumed(found: "SizedTrial") -> list[str]:
    said = []
    for name, course in found.size.untreated:
        said += [f"{name}: {one}" for one in _course(course)]
    many = whole(found.size.untreated[0][1].people)
    said.append(
        f"from {many} simulated people of the natural history {found.natural_history!r}, let in by"
        " the entry rules"
    )
    return said


def _course(course: "AssumedCourse") -> list[str]:
    line, last = course.line, course.months[-1]
    return [
        f"{decimal(line.mean_level)} points at randomisation (SD"
        f" {decimal(math.sqrt(line.level_variance))}), losing {decimal(-line.mean_slope, 2)} points"
        f" a month (SD between people {decimal(math.sqrt(line.slope_variance), 2)}), scores"
        f" scattered about each person's line by {decimal(math.sqrt(line.residual_variance))}",
        f"change by month {last:g}: {decimal(float(course.means[-1] - course.means[0]))} points (SD"
        f" {decimal(course.change_sd)})",
        f"alive and without the event at month {last:g}: {percent(float(course.survival[-1]))};"
        f" still seen then: {percent(float(course.last_visit[-1]))}",
    ]


def _checked(one: "CheckedPower") -> str:
    return (
        f"{one.endpoint}, {whole(one.people)} people: {decimal(100 * one.share)} %"
        f" ({decimal(100 * one.low)} to {decimal(100 * one.high)}) of {whole(one.replicates)}"
        " simulated trials"
    )


def _mind(found: "SizedTrial") -> list[str]:
    """Each remark once, with the endpoints it is about."""
    about: dict[str, list[str]] = {}
    for one in found.size.endpoints:
        for remark in _remarks(one):
            about.setdefault(remark, []).append(one.endpoint)
    said = [f"{', '.join(names)}: {remark}" for remark, names in about.items()]
    if not found.checked:
        said.append(
            "closed forms are approximations: check them with --check 1000, or with `slopewise"
            " trial simulate`, which also shows what doubt about the natural history does"
        )
    return [*said, _RESEARCH_ONLY]


def _remarks(one: "EndpointSize") -> list[str]:
    said = list(one.remarks)
    if one.why:
        only = one.status.value == "no_closed_form"
        said.insert(0, one.why + (": `slopewise trial simulate` tells" if only else ""))
    if one.inflation > 1.0005:
        said.append(
            f"looking early makes the largest size {decimal(one.inflation, 3)} times that of one"
            f" look; with the planned effect {whole(one.expected_people)} people are expected to be"
            " needed"
        )
    if one.events is not None:
        said.append(f"{whole(one.events)} events are expected by then")
    return said
